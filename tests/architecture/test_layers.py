"""Imports go one way, read from the sources; the package import stays light."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import subprocess
import sys
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
    "display",
    "storage",
    "world",
    "language",
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
KNOWS_NO_COUNTRIES = {"errors", "checks", "logistic", "display", "evaluation", "calibration"}
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


def test_import_loads_no_more_than_the_version_and_the_list_of_names():
    needed = 'import ast\nimport importlib.metadata\nimport lazy_loader\nimportlib.metadata.version("rtop-forecast")'
    assert loaded_after("import rtop_forecast") - loaded_after(needed) == {"rtop_forecast"}


def test_functions_share_no_name_with_a_module_of_the_package():
    rooms = set(ROOMS)
    functions = {name for name in rtop.__all__ if inspect.isfunction(getattr(rtop, name))}
    assert functions
    assert functions.isdisjoint(rooms)
