"""Saved backtests come back bit for bit; a changed byte is noticed; a killed run goes on with the same bits."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import Identity
from rtop_forecast.models import (
    BoostedTrees,
    ElasticNetLogit,
    HistoryLogit,
    LogOddsAverage,
    ProbabilityForest,
)
from rtop_forecast.models.defaults import HISTORY_COLUMNS
from rtop_forecast.records.saved import _FORECAST, read_forecast
from rtop_forecast.storage.manifest import read_store, write_store

SOME = [
    *HISTORY_COLUMNS,
    "mk_ongoing_years",
    "coup_attempts_decay10",
    "infant_mortality_log",
    "vdem_v2clkill_ord_is_0",
]

SCRIPT = """
import sys
import rtop_forecast as rtop
from rtop_forecast.models import BoostedTrees
panel = rtop.load_panel()
features = rtop.build_features(panel, names=["mk_ever", "ucdp_intensity", "infant_mortality_log"])
target = rtop.onset_target(panel)
origins = rtop.RollingOrigin(first=2012, last=2020)
rtop.backtest(BoostedTrees(n_estimators=40, seeds=2), features, target, origins=origins, calibration_origins=3,
              n_jobs=1, checkpoint=sys.argv[1])
print("done")
"""

# The process ends itself while it puts its fourth origin in place.
KILLED = """
import os, signal, sys
replace, placed = os.replace, []
def killing(source, target):
    if str(target).startswith(sys.argv[1]) and str(target).endswith(".parquet"):
        placed.append(target)
        if len(placed) == 4:
            os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)
os.replace = killing
"""


@pytest.fixture(scope="module")
def result(core_names):
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel, names=core_names), rtop.onset_target(panel)
    origins = rtop.RollingOrigin(first=2018, last=2019)
    return rtop.backtest(
        ElasticNetLogit(lam=0.3, scaled=True), features, target, origins=origins, calibration_origins=3
    )


def test_a_backtest_comes_back_bit_for_bit(result, tmp_path):
    rtop.save_backtest(result, tmp_path / "a")
    again = rtop.load_backtest(tmp_path / "a")
    for name in ("frame", "feeding", "events"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(result, name), check_exact=True)
    assert repr(again.calibrator) == repr(result.calibrator)
    assert again.provenance == result.provenance
    assert again.scores() == result.scores()
    assert again.case("Sudan", 2018, 2019).summary() == result.case("Sudan", 2018, 2019).summary()


def test_a_changed_byte_or_a_missing_file_is_noticed(result, tmp_path):
    for name in ("frame.parquet", "feeding.parquet", "result.json"):
        folder = rtop.save_backtest(result, tmp_path / name)
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(bytes(content))
        with pytest.raises(rtop.DataIntegrityError, match=f"{name} in .* was changed"):
            rtop.load_backtest(folder)
        (folder / name).unlink()
        with pytest.raises(rtop.DataIntegrityError, match="cannot be read"):
            rtop.load_backtest(folder)
    with pytest.raises(rtop.DataIntegrityError, match="not a saved backtest"):
        rtop.load_backtest(tmp_path)


def test_other_files_and_other_calibrators_are_refused(result, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(rtop.InputError, match=r"other files, first 'notes.txt'"):
        rtop.save_backtest(result, tmp_path)

    class Mine(Identity):
        pass

    with pytest.raises(rtop.InputError, match="Mine"):
        rtop.save_backtest(replace(result, calibrator=Mine()), tmp_path / "x")


def test_a_relative_checkpoint_is_found_by_workers_that_stand_elsewhere(tmp_path, monkeypatch, core_names):
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel, names=core_names), rtop.onset_target(panel)
    arguments = {"origins": rtop.RollingOrigin(first=2019, last=2020), "calibration_origins": 0, "n_jobs": 2}
    for place in ("a", "b"):  # workers that started in the first folder serve the second
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        rtop.backtest(ElasticNetLogit(lam=0.3, scaled=True), features, target, checkpoint="run", **arguments)
        assert len(list((tmp_path / place / "run").glob("20*.parquet"))) == 2


def test_a_checkpoint_of_other_data_is_refused(tmp_path, core_names):
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel, names=core_names), rtop.onset_target(panel)
    arguments = {"origins": rtop.RollingOrigin(first=2019, last=2019), "calibration_origins": 0}
    model = ElasticNetLogit(lam=0.3, scaled=True)
    first = rtop.backtest(model, features, target, checkpoint=tmp_path, **arguments)
    second = rtop.backtest(model, features, target, checkpoint=tmp_path, **arguments)
    pd.testing.assert_frame_equal(first.frame, second.frame, check_exact=True)
    with pytest.raises(rtop.InputError, match=r"lam \(0.3, now 0.2\); model parameter scaled"):
        rtop.backtest(ElasticNetLogit(lam=0.2), features, target, checkpoint=tmp_path, **arguments)
    finished = next(tmp_path.glob("2019-*.parquet"))
    finished.write_bytes(finished.read_bytes() + b"x")
    with pytest.raises(rtop.DataIntegrityError, match="was changed"):
        rtop.backtest(model, features, target, checkpoint=tmp_path, **arguments)
    with pytest.raises(rtop.InputError, match="not explanations"):
        rtop.backtest(model, features, target, checkpoint=tmp_path, explain=True, **arguments)


@pytest.fixture(scope="module")
def small():
    """A forecast with a variable of the user's own and every kind of model in small."""
    panel = rtop.load_panel()
    rows = panel.frame.loc[panel.frame["year"].between(1990, 2024), ["country_id", "year"]]
    table = rows.rename(columns={"country_id": "country"}).assign(
        rainfall=np.sin(rows["country_id"] * rows["year"])
    )
    panel = rtop.add_variables(panel, table, name="own", system="gw", publication_lag_months=1)
    features = rtop.build_features(panel, names=SOME, own={"own_rainfall": 8})
    target = rtop.onset_target(panel)
    model = LogOddsAverage(
        [
            ("net", ElasticNetLogit(lam=0.3, scaled=True)),
            ("history", HistoryLogit(HISTORY_COLUMNS)),
            ("trees", BoostedTrees(n_estimators=10, seeds=2)),
            ("forest", ProbabilityForest(n_estimators=5)),
        ]
    )
    origins = rtop.RollingOrigin(first=2010)
    result = rtop.backtest(model, features, target, origins=origins, calibration_origins=4, explain=True)
    return result, rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)


def test_a_forecast_comes_back_and_answers_as_before(small, tmp_path):
    _, before = small
    after = rtop.load_forecast(rtop.save_forecast(before, tmp_path / "f"))
    pd.testing.assert_frame_equal(after.frame, before.frame, check_exact=True)
    pd.testing.assert_frame_equal(after.ranking(), before.ranking(), check_exact=True)
    assert after.summary() == before.summary()
    assert after.provenance == before.provenance
    for compared in ("world", "own past", "region", rtop.Reference.states("Chad", "Kenya")):
        one, other = (fc.attributions("Sudan", compared_with=compared) for fc in (before, after))
        pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), check_exact=True)
        assert one.summary() == other.summary()
    pd.testing.assert_frame_equal(
        before.shapley_by_risk_factor("Chad"), after.shapley_by_risk_factor("Chad"), check_exact=True
    )
    one, other = (rtop.what_if(fc, "Chad", {"mk_ongoing_count": 1.0}, draws=20) for fc in (before, after))
    assert one.summary() == other.summary()
    assert rtop.lock_forecast(before, tmp_path / "1.json", locked_on="2025-07-01") == rtop.lock_forecast(
        after, tmp_path / "2.json", locked_on="2025-07-01"
    )


# What a command does with a kept forecast, in a process that cannot import the libraries of the models.
EXPLAINED = """
import sys
sys.modules |= {"sklearn": None, "lightgbm": None}
from rtop_forecast.records.saved import _FORECAST, read_forecast
from rtop_forecast.storage.manifest import read_store, write_store
forecast = read_forecast(sys.argv[1])
print(forecast.ranking().to_csv(), forecast.summary(), forecast.attributions("Sudan").summary(), sep="\\n")
"""


def test_a_kept_forecast_is_explained_without_the_libraries_of_its_models(small, tmp_path):
    before = small[1]
    folder = rtop.save_forecast(before, tmp_path / "f")
    said = subprocess.run(
        [sys.executable, "-c", EXPLAINED, str(folder)], capture_output=True, text=True, check=True
    ).stdout
    expected = (before.ranking().to_csv(), before.summary(), before.attributions("Sudan").summary())
    assert said == "\n".join(expected) + "\n"


def test_a_model_of_another_release_is_refused_when_it_is_first_asked_for(small, tmp_path):
    before = small[1]
    folder = rtop.save_forecast(before, tmp_path / "f")
    contents = read_store(folder, _FORECAST)
    later = contents["model.json"].replace(b"LogOddsAverage", b"AverageOfLater", 1)
    write_store(folder, _FORECAST, contents | {"model.json": later})
    with pytest.raises(rtop.DataIntegrityError, match="AverageOfLater"):
        rtop.load_forecast(folder)
    kept = read_forecast(folder)
    pd.testing.assert_frame_equal(kept.frame, before.frame, check_exact=True)
    with pytest.raises(rtop.DataIntegrityError, match="AverageOfLater"):
        rtop.what_if(kept, "Chad", {"mk_ongoing_count": 1.0}, draws=20)


@pytest.mark.slow
def test_a_saved_forecast_makes_the_same_report(small, tmp_path):
    result, before = small
    after = rtop.load_forecast(rtop.save_forecast(before, tmp_path / "f"))
    loaded = rtop.load_backtest(rtop.save_backtest(result, tmp_path / "b"))
    for folder, parts in (("x", (before, result)), ("y", (after, loaded))):
        rtop.write_report(*parts, tmp_path / folder)
    one, other = (
        {p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*") if p.is_file()}
        for n in ("x", "y")
    )
    assert one == other


def test_explanations_of_a_backtest_come_back(small, tmp_path):
    result, _ = small
    again = rtop.load_backtest(rtop.save_backtest(result, tmp_path / "b"))
    assert sorted(again.explanations) == sorted(result.explanations)
    for origin, table in result.explanations.items():
        other = again.explanations[origin]
        pd.testing.assert_frame_equal(other.keys, table.keys)
        for name in ("baseline", "contributions", "values", "ages", "reference_medians"):
            np.testing.assert_array_equal(getattr(other, name), getattr(table, name))
        assert (other.specs, other.sources) == (table.specs, table.sources)
    assert again.case("Sudan", 2020, 2022).summary() == result.case("Sudan", 2020, 2022).summary()


def test_a_changed_byte_of_a_forecast_is_noticed(small, tmp_path):
    folder = rtop.save_forecast(small[1], tmp_path / "f")
    names = sorted(path.name for path in folder.iterdir())
    assert {"frame.parquet", "model.json", "trees-00.txt", "manifest.json"} <= set(names)
    for name in names:
        whole = (folder / name).read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            content = bytearray(whole)
            content[place] ^= 1
            (folder / name).write_bytes(bytes(content))
            with pytest.raises(rtop.DataIntegrityError):
                rtop.load_forecast(folder)
        (folder / name).write_bytes(whole)
    rtop.load_forecast(folder)


def test_backtests_of_earlier_versions_are_read(result, tmp_path):
    # what came before calibrators knew groups had no column of them
    plain = replace(
        result, frame=result.frame.drop(columns="group"), feeding=result.feeding.drop(columns="group")
    )
    folder = rtop.save_backtest(plain, tmp_path / "b")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["version"] == 3
    cases = ((1, None), (2, None), (4, "version 4; this release reads 1, 2, 3"), ("2", "was changed"))
    for version, outcome in cases:
        text = json.dumps(manifest | {"version": version}, indent=1, ensure_ascii=False) + "\n"
        (folder / "manifest.json").write_text(text)
        if outcome is None:
            loaded = rtop.load_backtest(folder)
            expected = plain.frame.assign(group="")
            pd.testing.assert_frame_equal(loaded.frame[expected.columns], expected)
            assert (loaded.feeding["group"] == "").all()
            continue
        with pytest.raises(rtop.DataIntegrityError, match=outcome):
            rtop.load_backtest(folder)


def test_a_manifest_cannot_lead_out_of_its_folder(result, tmp_path):
    folder = rtop.save_backtest(result, tmp_path / "b")
    (tmp_path / "secret").write_text("x")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["../secret"] = hashlib.sha256(b"x").hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    with pytest.raises(rtop.DataIntegrityError, match="was changed"):
        rtop.load_backtest(folder)


def test_one_kind_is_not_taken_for_another(small, result, tmp_path):
    folder = rtop.save_backtest(result, tmp_path / "b")
    with pytest.raises(
        rtop.DataIntegrityError,
        match=r"not a saved forecast: its manifest says 'rtop_forecast\.backtest'",
    ):
        rtop.load_forecast(folder)
    with pytest.raises(rtop.InputError, match="other files"):
        rtop.save_forecast(small[1], folder)
    rtop.save_backtest(result, folder)  # its own kind is replaced


@pytest.mark.slow
def test_a_killed_backtest_goes_on_with_the_same_bits(tmp_path):
    interrupted, whole = tmp_path / "interrupted", tmp_path / "whole"
    ended = subprocess.run([sys.executable, "-c", KILLED + SCRIPT, str(interrupted)], check=False)
    assert ended.returncode == -signal.SIGKILL
    finished = {path.name for path in interrupted.glob("2*.parquet")}
    assert len(finished) == 3
    for folder in (interrupted, whole):
        subprocess.run([sys.executable, "-c", SCRIPT, str(folder)], check=True, capture_output=True)
    left = {path.name: path.read_bytes() for path in interrupted.glob("2*.parquet")}
    right = {path.name: path.read_bytes() for path in whole.glob("2*.parquet")}
    assert left == right
    assert finished <= set(left)
