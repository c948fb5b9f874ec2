"""The compile script of the bundled state-months: same bytes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from rtop_forecast.errors import CoverageError

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(DATASETS))
    spec = importlib.util.spec_from_file_location("compile_months", DATASETS / "compile_months.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "compile_months", module)
    spec.loader.exec_module(module)
    return module


def test_same_bytes_as_the_bundled_tables(script, more_dir):
    tables = script.compile_months(more_dir / "ucdp")
    bundled = {path.name: path.read_bytes() for path in (DATASETS / "months").glob("*.parquet")}
    assert tables.keys() == bundled.keys()
    assert [name for name in tables if tables[name] != bundled[name]] == []


def test_a_folder_without_a_registered_release_is_refused(script, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CoverageError, match="no registered release"):
        script.compile_months(tmp_path)
