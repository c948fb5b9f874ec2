"""The rebuild of EWP's panel: every cell equal or explained, and an altered cell is noticed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow  # it compares hundreds of thousands of cells

ROOT = Path(__file__).resolve().parents[2]
BENCHMARK = ROOT / "benchmarks" / "ewp_panel_rebuild.py"


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ModuleType]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARK.parent)
        from ewp_rebuild import compare, conventions, frame, killings

        yield {"compare": compare, "conventions": conventions, "frame": frame, "killings": killings}


@pytest.fixture(scope="module")
def result(data_dir: Path) -> dict[str, Any]:
    command = [sys.executable, str(BENCHMARK), "--data", str(data_dir), "--json"]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    document: dict[str, Any] = json.loads(printed)
    return document


def test_every_cell_is_equal_or_explained(result: dict[str, Any]) -> None:
    assert result["predictors"] == 39
    assert result["rows"] == 9463
    assert result["cells"] == 39 * 9463
    assert result["unexplained"] == 0
    assert result["equal"] + result["explained"] == result["cells"]
    assert sum(reason["cells"] for reason in result["reasons"]) == result["explained"]
    assert result["open"] == []


def test_ewp_rules_give_ewp_panel(result: dict[str, Any]) -> None:
    theirs = result["ewp_conventions"]
    assert theirs["cells"] == result["cells"]
    assert theirs["share_equal"] >= 0.999
    assert theirs["unexplained"] == 0


def test_known_faults_have_their_counts(result: dict[str, Any], data_dir: Path) -> None:
    cells = {reason["reason"]: reason["cells"] for reason in result["reasons"]}
    panel = pd.read_csv(data_dir / "ewp2025" / result["panel"])
    early = panel["year"].lt(1989)
    assert panel.loc[early, "battledeaths.log2"].eq(0).all()
    assert cells["E3"] == early.sum()
    assert cells["E2"] == panel["ccode"].eq(347).sum() == 17
    assert cells["E13"] == 1
    assert result["by_predictor"]["efindex"]["explained"]["hand"] == panel["ccode"].isin(_NOT_IN_HIEF).sum()
    assert all(reason["means"] for reason in result["reasons"])


_NOT_IN_HIEF = (115, 212, 220, 338, 341, 347, 411, 471, 541, 626, 750, 781, 910)


def test_documented_counts_are_the_measured_ones(result: dict[str, Any]) -> None:
    text = (ROOT / "docs" / "ewp_panel.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|.*\| ([\d,]+) \|$", text, flags=re.MULTILINE)
    documented = {name: int(count.replace(",", "")) for name, count in rows}
    measured = {name: one["equal"] for name, one in result["by_predictor"].items()}
    reasons = {reason["reason"]: reason["cells"] for reason in result["reasons"]}
    assert documented == measured | reasons


def test_altered_cells_stay_open(modules: dict[str, ModuleType], data_dir: Path) -> None:
    frame = modules["frame"].load_frame(data_dir / "ewp2025")
    age = next(
        one for one in modules["killings"].calendar_predictors(frame) if one.name == "countryage.new.log2"
    )
    compare = modules["compare"].compare
    assert compare(age, frame).unexplained == 0
    altered = frame.prepared.copy()
    rows = np.flatnonzero(frame.shown)[[10, 2000, 9000]]
    altered.loc[rows, age.name] += 1e-6
    done = compare(age, replace(frame, prepared=altered))
    assert (done.unexplained, done.cells - done.ewp_equal) == (3, 3)
    assert set(done.open["rules"]) == {"ours", "ewp"}


def test_reason_is_the_smallest_set_that_gives_their_value(
    modules: dict[str, ModuleType], data_dir: Path
) -> None:
    frame = modules["frame"].load_frame(data_dir / "ewp2025")
    n = int(frame.shown.sum())
    start = np.arange(len(frame.shown), dtype=np.float64)
    theirs = start.copy()
    rows = np.flatnonzero(frame.shown)
    theirs[rows[0]] += 1  # by "a" alone
    theirs[rows[1]] += 3  # by "a" and "b" together
    theirs[rows[2]] = np.nan  # by neither
    predictor = modules["compare"].Predictor(
        name="made",
        conventions=("a", "b"),
        values=lambda on: start + 1.0 * ("a" in on) + 2.0 * ("a" in on and "b" in on),
    )
    done = modules["compare"].compare(predictor, replace(frame, prepared=frame.prepared.assign(made=theirs)))
    assert done.reasons == {("a",): (1, 0), ("a", "b"): (1, 0)}
    assert (done.equal, done.unexplained) == (n - 3, 1)


def test_names_of_conventions_are_all_described(
    modules: dict[str, ModuleType], result: dict[str, Any]
) -> None:
    used = {name for reason in result["reasons"] for name in reason["reason"].split(" + ")}
    assert used <= set(modules["conventions"].CONVENTIONS)
