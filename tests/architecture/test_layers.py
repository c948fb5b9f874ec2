"""Imports go one way, read from the sources; the package import stays light."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "rtop_forecast"
# The order of ARCHITECTURE.md, save that attribution comes before backtest and forecast, which carry explanations.
ORDER = [
    "errors",
    "_arguments",
    "_resources",
    "_files",
    "_store",
    "_provenance",
    "_parallel",
    "_checks",
    "_logistic",
    "_state_codes",
    "states",
    "episodes",
    "sources",
    "citations",
    "_variables",
    "_blocks",
    "panel",
    "own_data",
    "framework",
    "features",
    "targets",
    "models",
    "_ranking_scores",
    "_score_structure",
    "scores",
    "_reliability",
    "_calibrator",
    "_flexible_calibrators",
    "calibration",
    "_resampling",
    "_score_draws",
    "_comparison",
    "inference",
    "_words",
    "attribution",
    "cases",
    "_checkpoint",
    "_sample",
    "_real_time",
    "_prequential",
    "_origins",
    "backtest",
    "audit",
    "compare",
    "_draws",
    "_basis",
    "forecast",
    "_documents",
    "saved",
    "change",
    "what_if",
    "locked",
    "report",
]
ARRAYS_ONLY = (
    "scores",
    "calibration",
    "inference",
    "_ranking_scores",
    "_reliability",
    "_resampling",
    "_score_draws",
    "_logistic",
    "_score_structure",
    "_calibrator",
    "_flexible_calibrators",
    "_comparison",
)


def unit(path: Path) -> str:
    """First part of a module's path below the package."""
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Units of the package that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            names = [node.module]
            if node.module == "rtop_forecast":
                names = [f"rtop_forecast.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("rtop_forecast.")}
    return found


MODULES = sorted(path for path in SRC.rglob("*.py") if unit(path) not in ("__init__", "cli"))


def test_every_module_has_a_place_in_the_order():
    assert {unit(path) for path in MODULES} <= set(ORDER)
    assert len(MODULES) > 20


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_go_one_way(path):
    mine = ORDER.index(unit(path))
    later = {name for name in imports(path) if ORDER.index(name) > mine}
    assert not later, f"{path.name} imports {later}, which come after it"


@pytest.mark.parametrize("name", ARRAYS_ONLY)
def test_array_modules_know_no_countries(name):
    path = SRC / f"{name}.py"
    if not path.exists():
        pytest.skip(f"no module {name}")
    assert imports(path).isdisjoint({"states", "sources", "panel", "features", "targets", "framework"})


def test_only_report_draws():
    for path in MODULES:
        if unit(path) != "report":
            assert "matplotlib" not in path.read_text(encoding="utf-8"), path


def test_cli_uses_the_public_interface_only():
    files = sorted((SRC / "cli").glob("*.py"))
    assert len(files) == 5
    for path in files:
        assert imports(path) <= {"cli"}, path


def loaded_after(statement: str) -> set[str]:
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(out.stdout))


def test_import_is_light():
    loaded = loaded_after("import rtop_forecast")
    assert "rtop_forecast" in loaded
    assert loaded.isdisjoint({"matplotlib", "lightgbm", "statsmodels", "requests", "pooch", "urllib3"})


def test_functions_go_before_modules_of_the_same_name():
    code = (
        "import rtop_forecast as r\n"
        "r.RollingOrigin; r.Forecast; r.State if hasattr(r, 'State') else r.resolve\n"
        "assert all(callable(f) for f in (r.backtest, r.forecast, r.states))"
    )
    assert "rtop_forecast.backtest" in loaded_after(code)


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
    sizes = {str(path.relative_to(SRC)): code_lines(path) for path in SRC.rglob("*.py")}
    assert {name: size for name, size in sizes.items() if size > 300} == {}, "split it"


def test_functions_are_short():
    long = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                length = node.end_lineno - body[0].lineno + 1 if body else 0
                if length > 60:
                    long[f"{path.relative_to(SRC)}:{node.name}"] = length
    assert long == {}, "split it"
