"""Saved backtests come back bit for bit; a changed byte is noticed; a killed run goes on with the same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import Identity
from rtop_forecast.models import ElasticNetLogit

SCRIPT = """
import sys
import rtop_forecast as rtop
from rtop_forecast.models import BoostedTrees
panel = rtop.load_panel()
features, target = rtop.build_features(panel), rtop.onset_target(panel)
origins = rtop.RollingOrigin(first=2012, last=2020)
rtop.backtest(BoostedTrees(n_estimators=40, seeds=2), features, target, origins=origins, calibration_origins=3,
              n_jobs=1, checkpoint=sys.argv[1])
print("done")
"""


@pytest.fixture(scope="module")
def result():
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel), rtop.onset_target(panel)
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
    with pytest.raises(rtop.DataIntegrityError, match="no saved backtest"):
        rtop.load_backtest(tmp_path)


def test_other_files_and_other_calibrators_are_refused(result, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(rtop.InputError, match=r"other files, first 'notes.txt'"):
        rtop.save_backtest(result, tmp_path)

    class Mine(Identity):
        pass

    with pytest.raises(rtop.InputError, match="Mine"):
        rtop.save_backtest(replace(result, calibrator=Mine()), tmp_path / "x")


def test_a_checkpoint_of_other_data_is_refused(tmp_path):
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel), rtop.onset_target(panel)
    arguments = {"origins": rtop.RollingOrigin(first=2019, last=2019), "calibration_origins": 0}
    model = ElasticNetLogit(lam=0.3, scaled=True)
    first = rtop.backtest(model, features, target, checkpoint=tmp_path, **arguments)
    second = rtop.backtest(model, features, target, checkpoint=tmp_path, **arguments)
    pd.testing.assert_frame_equal(first.frame, second.frame, check_exact=True)
    with pytest.raises(rtop.InputError, match="another model"):
        rtop.backtest(ElasticNetLogit(lam=0.2), features, target, checkpoint=tmp_path, **arguments)
    kept = next(tmp_path.glob("2019-*.parquet"))
    kept.write_bytes(kept.read_bytes() + b"x")
    with pytest.raises(rtop.DataIntegrityError, match="was changed"):
        rtop.backtest(model, features, target, checkpoint=tmp_path, **arguments)
    with pytest.raises(rtop.InputError, match="not explanations"):
        rtop.backtest(model, features, target, checkpoint=tmp_path, explain=True, **arguments)


@pytest.mark.slow
def test_a_killed_backtest_goes_on_with_the_same_bits(tmp_path):
    interrupted, whole = tmp_path / "interrupted", tmp_path / "whole"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(interrupted)])
    deadline = time.monotonic() + 120
    while len(list(interrupted.glob("*.parquet"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    finished = {path.name for path in interrupted.glob("2*.parquet")}
    assert 3 <= len(finished) < 14
    for folder in (interrupted, whole):
        subprocess.run([sys.executable, "-c", SCRIPT, str(folder)], check=True, capture_output=True)
    left = {path.name: path.read_bytes() for path in interrupted.glob("2*.parquet")}
    right = {path.name: path.read_bytes() for path in whole.glob("2*.parquet")}
    assert left == right
    assert finished <= set(left)
