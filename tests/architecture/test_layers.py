"""Imports go one way, read from the sources; the package import stays light."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import io
import json
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import rtop_forecast as rtop

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "rtop_forecast"
# The packages in the order of ARCHITECTURE.md, with the two modules between them; imports go up the list only.
ORDER = [
    "errors",
    "checks",
    "logistic",
    "storage",
    "world",
    "sources",
    "panel",
    "features",
    "targets",
    "models",
    "evaluation",
    "calibration",
    "explanation",
    "forecasting",
    "records",
    "mechanisms",
    "plot",
    "report",
]
ARRAYS_ONLY = ("evaluation", "calibration")
KNOWS_NO_COUNTRIES = {"errors", "checks", "logistic", "evaluation", "calibration"}
MAY_DRAW = ("plot", "report")


def graph_module() -> ModuleType:
    """Load the script that draws the import graph."""
    spec = importlib.util.spec_from_file_location("import_graph", ROOT / "benchmarks" / "import_graph.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GRAPH = graph_module()
ROOMS = GRAPH.graph(SRC)
MODULES = sorted(path for path in SRC.rglob("*.py") if GRAPH.room_of(path, SRC) not in ("__init__", "cli"))


def test_every_package_has_a_place_in_the_order():
    assert set(ROOMS) - {"cli"} <= set(ORDER)
    assert len(MODULES) > 100


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "cli"])
def test_imports_go_one_way(room):
    later = {name for name in ROOMS[room] if name not in ORDER[: ORDER.index(room)]}
    assert not later, f"{room} imports {later}, which come after it"


def test_the_house_has_few_rooms_and_no_circle():
    assert GRAPH.circles(ROOMS) == []
    assert len(ROOMS) <= 22
    assert len(GRAPH.levels(ROOMS)) <= 12
    assert len([path for path in SRC.iterdir() if path.is_file()]) <= 8


def test_circles_are_found():
    rooms = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}
    assert GRAPH.circles(rooms) == [["a", "b", "c"]]
    assert GRAPH.levels(rooms) == [["a", "b", "c", "e"], ["d"]]


@pytest.mark.parametrize("room", ARRAYS_ONLY)
def test_arrays_only_packages_know_no_countries(room):
    assert ROOMS[room] <= KNOWS_NO_COUNTRIES


@cache
def parsed(path: Path) -> ast.Module:
    """Syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_import_is_relative():
    for path in MODULES:
        tree = parsed(path)
        assert all(node.level == 0 for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), path


def test_only_plot_and_report_draw():
    for path in MODULES:
        if GRAPH.room_of(path, SRC) not in MAY_DRAW:
            assert "matplotlib" not in path.read_text(encoding="utf-8"), path


def test_cli_uses_the_public_interface_only():
    files = sorted((SRC / "cli").glob("*.py"))
    assert len(files) >= 5
    for path in files:
        assert GRAPH.imported_rooms(path, SRC) <= {"cli"}, path


def loaded_after(statement: str) -> set[str]:
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(out.stdout))


def test_import_is_light():
    loaded = loaded_after("import rtop_forecast")
    assert "rtop_forecast" in loaded
    assert loaded.isdisjoint({"matplotlib", "lightgbm", "statsmodels", "requests", "pooch", "urllib3"})


def test_functions_share_no_name_with_a_module_of_the_package():
    rooms = set(ROOMS)
    functions = {name for name in rtop.__all__ if inspect.isfunction(getattr(rtop, name))}
    assert functions
    assert functions.isdisjoint(rooms)


def code_lines(path: Path) -> int:
    """Lines that hold code: without docstrings, comments and blank ones."""
    source = path.read_text(encoding="utf-8")
    told = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            text = node.body[0]
            told |= set(range(text.lineno, text.end_lineno + 1))
    marks = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    used = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in marks:
            used |= set(range(token.start[0], token.end[0] + 1))
    return len(used - told)


def test_modules_are_small():
    # reading the tokens takes long, and a short file cannot hold more
    long = [path for path in SRC.rglob("*.py") if path.read_text(encoding="utf-8").count("\n") > 300]
    sizes = {str(path.relative_to(SRC)): code_lines(path) for path in long}
    assert {name: size for name, size in sizes.items() if size > 300} == {}, "split it"


def test_functions_are_short():
    long = {}
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                length = node.end_lineno - body[0].lineno + 1 if body else 0
                if length > 60:
                    long[f"{path.relative_to(SRC)}:{node.name}"] = length
    assert long == {}, "split it"
