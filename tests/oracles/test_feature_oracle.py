"""Every feature equals its recomputation from the raw files by code that shares nothing with the library's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rtop_forecast.features import CATALOGUE

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
import feature_audit  # noqa: E402


def test_the_oracle_imports_nothing_of_the_library():
    folder = ROOT / "tests" / "oracles"
    modules = [*sorted(folder.glob("feature_*.py")), folder / "further_tables.py"]
    assert len(modules) == 7
    for path in modules:
        assert "rtop_forecast" not in path.read_text(encoding="utf-8"), path.name


def test_the_page_lists_every_feature_with_nothing_unexplained():
    page = (ROOT / "docs" / "feature_audit.md").read_text(encoding="utf-8")
    assert "Unexplained: 0." in page
    assert [spec.name for spec in CATALOGUE if f"| `{spec.name}` |" not in page] == []


@pytest.mark.slow
def test_every_cell_of_every_feature_is_equal(data_dir, more_dir):
    found = feature_audit.compare(data_dir, more_dir)
    assert found["not_recomputed"] == []
    assert {name: row["first"] for name, row in found["by_feature"].items() if row["different"]} == {}
    assert found["cells"] > 2_000_000


def test_the_script_explains_itself():
    script = ROOT / "benchmarks" / "feature_audit.py"
    shown = subprocess.run(
        [sys.executable, str(script), "--help"], capture_output=True, text=True, check=True
    )
    assert "--data" in shown.stdout


def test_the_audit_sees_a_changed_a_missing_and_an_added_cell():
    keys = np.array([[2, 2000], [2, 2001], [2, 2002], [20, 2000]])
    other = np.array([1.0, 2.0, np.nan, 4.0])
    row = feature_audit._row(np.array([1.0, 2.1, 3.0, np.nan]), other, keys)
    assert (row["equal"], row["different"]) == (1, 3)
    assert row["first"] == "GW 2 in 2001: 2.1, recomputed 2"
    assert feature_audit._row(other * (1 + 2.0**-25), other, keys)["different"] == 0
