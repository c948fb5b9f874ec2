"""Results kept by content: read back bit for bit, never stale, never trusted when damaged, bounded."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import RandomWalkShift
from rtop_forecast.errors import InputError
from rtop_forecast.models import BaseRate, BoostedTrees
from rtop_forecast.records import kept as kept_module
from rtop_forecast.records import saved as saved_module
from rtop_forecast.records.saved import save_forecast

NAMES = ["mk_ever", "ucdp_intensity", "infant_mortality_log"]
ORIGINS = rtop.RollingOrigin(first=2018, last=2020)


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel(first=1985)
    return rtop.build_features(panel, names=NAMES), rtop.onset_target(panel)


@pytest.fixture
def cache(tmp_path):
    return rtop.ResultCache(folder=tmp_path / "kept")


def model(**changed):
    return BoostedTrees(**({"n_estimators": 8, "seeds": 1} | changed))


def a_backtest(parts, cache, *, the_model=None, **changed):
    features, target = parts
    asked = {"origins": ORIGINS, "calibration_origins": 2} | changed
    return rtop.backtest(the_model or model(), features, target, cache=cache, **asked)


def a_forecast(parts, cache, **changed):
    features, target = parts
    return rtop.forecast(model(), features, target, cache=cache, **({"origin": 2022, "draws": 20} | changed))


def entries(cache):
    return sorted(path.name for path in cache.folder.iterdir())


def test_the_second_call_reads_what_the_first_made(parts, cache, monkeypatch):
    first, backtested = a_forecast(parts, cache), a_backtest(parts, cache)
    assert len(entries(cache)) == 2
    monkeypatch.setattr(BoostedTrees, "fit_rows", lambda *_: pytest.fail("the model was fitted again"))
    second = a_forecast(parts, cache)
    pd.testing.assert_frame_equal(first.frame, second.frame, check_exact=True)
    assert first.expected == second.expected
    pd.testing.assert_frame_equal(backtested.frame, a_backtest(parts, cache).frame, check_exact=True)


def test_the_same_with_and_without_the_cache(parts, cache):
    a_forecast(parts, cache)
    read, alone = a_forecast(parts, cache), a_forecast(parts, None)
    pd.testing.assert_frame_equal(read.ranking(), alone.ranking(), check_exact=True)
    for state in ("Chad", "Sudan"):
        left, right = read.attributions(state), alone.attributions(state)
        pd.testing.assert_frame_equal(left.to_frame(), right.to_frame(), check_exact=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"the_model": model(learning_rate=0.2)},
        {"seed": 1},
        {"calibration_origins": 3},
        {"calibrator": RandomWalkShift(sigma=0.3)},
        {"origins": rtop.RollingOrigin(first=2018, last=2019)},
        {"explain": True},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_another_option_of_a_backtest_is_another_result(parts, cache, changed):
    a_backtest(parts, cache)
    a_backtest(parts, cache, **changed)
    assert len(entries(cache)) == 2


@pytest.mark.parametrize(
    "changed", [{"seed": 1}, {"draws": 21}, {"level": 0.8}, {"origin": 2021}], ids=lambda one: next(iter(one))
)
def test_another_option_of_a_forecast_is_another_result(parts, cache, changed):
    a_forecast(parts, cache)
    a_forecast(parts, cache, **changed)
    assert len(entries(cache)) == 2


def test_another_value_in_the_data_is_another_result(parts, cache):
    features, target = parts
    a_backtest(parts, cache)
    moved = features.frame.copy()
    moved.loc[100, "infant_mortality_log"] = np.nextafter(moved.loc[100, "infant_mortality_log"], 9)
    a_backtest((replace(features, frame=moved), target), cache)
    assert len(entries(cache)) == 2


def test_another_backtest_behind_a_forecast_is_another_result(parts, cache):
    result = a_backtest(parts, None)
    a_forecast(parts, cache, backtest=result)
    moved = result.feeding.assign(raw_prob=result.feeding["raw_prob"] * 0.999)
    a_forecast(parts, cache, backtest=replace(result, feeding=moved))
    assert len(entries(cache)) == 2


def test_a_changed_byte_of_the_package_or_of_a_table_is_another_result(parts, cache, tmp_path, monkeypatch):
    package = tmp_path / "package"
    package.mkdir()
    (package / "module.py").write_text("x = 1\n")
    monkeypatch.setattr(kept_module, "_PACKAGE", package)
    monkeypatch.setattr(kept_module, "datasets_dir", lambda: package)
    cache.keep("backtest", {"a": 1}, a_backtest(parts, None))
    assert cache.find("backtest", {"a": 1}) is not None
    (package / "module.py").write_text("x = 2\n")  # as long as before
    assert cache.find("backtest", {"a": 1}) is None
    (package / "module.py").write_text("x = 1\n")
    assert cache.find("backtest", {"a": 1}) is not None
    (package / "table.csv").write_text("1")
    assert cache.find("backtest", {"a": 1}) is None


def test_a_damaged_entry_is_noticed_and_made_anew(parts, cache, caplog):
    first = a_forecast(parts, cache)
    (entry,) = cache.folder.iterdir()
    table = entry / "frame.parquet"
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(bytes(content))
    with caplog.at_level(logging.WARNING):
        second = a_forecast(parts, cache)
    assert "damaged and is made anew" in caplog.text
    pd.testing.assert_frame_equal(first.frame, second.frame, check_exact=True)
    assert cache.find("forecast", {}) is None
    assert len(entries(cache)) == 1


def test_the_results_used_longest_ago_go_first(parts, tmp_path):
    cache = rtop.ResultCache(folder=tmp_path, megabytes=1)
    result = a_backtest(parts, None)
    for number in range(3):
        cache.keep("backtest", {"number": number}, result)
        os.utime(cache._entry("backtest", {"number": number}), (number, number))
    assert cache.find("backtest", {"number": 0}) is not None  # used now
    (tmp_path / "backtest-big").mkdir()
    (tmp_path / "backtest-big" / "file").write_bytes(bytes(900_000))
    os.utime(tmp_path / "backtest-big", (5, 5))
    cache.keep("backtest", {"number": 3}, result)
    left = [number for number in range(4) if cache._entry("backtest", {"number": number}).exists()]
    assert 3 in left
    assert 0 in left
    assert 1 not in left


def test_what_a_killed_process_left_behind_goes(cache, parts):
    part = cache.folder / ".part-killed"
    part.mkdir(parents=True)
    os.utime(part, (1, 1))
    a_backtest(parts, cache)
    assert not part.exists()


def test_a_full_disk_costs_no_result(parts, cache, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved_module, "save_forecast", full)
    assert len(a_forecast(parts, cache).frame) > 100
    assert entries(cache) == []


def test_two_at_once_keep_one_entry(parts, cache):
    made = a_forecast(parts, None)
    threads = [threading.Thread(target=cache.keep, args=("forecast", {"a": 1}, made)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries(cache)) == 1
    pd.testing.assert_frame_equal(cache.find("forecast", {"a": 1}).frame, made.frame, check_exact=True)


def test_clear_removes_all(parts, cache):
    a_backtest(parts, cache)
    assert cache.clear() == 1
    assert entries(cache) == []
    assert cache.clear() == 0


def test_a_folder_that_is_no_cache_is_left_alone(parts, tmp_path):
    (tmp_path / "mine").mkdir()
    save_forecast(a_forecast(parts, None), tmp_path / "mine")
    rtop.ResultCache(folder=tmp_path).clear()
    assert (tmp_path / "mine" / "manifest.json").is_file()


def test_anything_else_than_a_cache_is_refused(parts):
    features, target = parts
    with pytest.raises(InputError, match="ResultCache"):
        rtop.backtest(BaseRate(), features, target, origins=ORIGINS, cache=True)
    with pytest.raises(InputError, match="megabytes"):
        rtop.ResultCache(megabytes=0)
    with pytest.raises(InputError, match="noun"):
        rtop.ResultCache().find("panel", {})


def test_a_changed_translation_is_another_answer_and_no_other_result(parts, cache, tmp_path, monkeypatch):
    package = tmp_path / "package"
    package.mkdir()
    (package / "fr.po").write_text("un\n")
    monkeypatch.setattr(kept_module, "_PACKAGE", package)
    cache.keep("answer", {"a": 1}, rtop.Answer(text="one"))
    cache.keep("backtest", {"a": 1}, a_backtest(parts, None))
    assert cache.find("answer", {"a": 1}).text == "one"
    (package / "fr.po").write_text("du\n")  # as long as before
    assert cache.find("answer", {"a": 1}) is None
    assert cache.find("backtest", {"a": 1}) is not None
