"""What the report computes is kept for the same backtest, and computed anew for another."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from rtop_forecast.plot.shapes import shapes
from rtop_forecast.report import outlines
from rtop_forecast.report.computed import backtest_digest
from rtop_forecast.report.record import record_of
from rtop_forecast.world.states import state_years


@pytest.fixture
def own_cache(tmp_path, monkeypatch, remembering):
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))


def never(*_, **__):
    pytest.fail("computed again")


def test_the_counts_of_a_backtest_are_drawn_once(parts, own_cache, monkeypatch):
    forecast, result = parts
    first = record_of(forecast, result).counts
    pd.testing.assert_frame_equal(first, result.counts())
    monkeypatch.setattr(type(result), "counts", never)
    pd.testing.assert_frame_equal(record_of(forecast, result).counts, first)
    with pytest.raises(pytest.fail.Exception, match="computed again"):
        record_of(forecast, replace(result, seed=result.seed + 1))


@pytest.mark.parametrize(
    "other",
    [
        lambda one: {"frame": one.frame.assign(raw_prob=one.frame["raw_prob"].shift(1, fill_value=0.01))},
        lambda one: {"feeding": one.feeding.iloc[1:]},
        lambda one: {"calibration_origins": one.calibration_origins - 1},
        lambda one: {"seed": one.seed + 1},
    ],
    ids=["frame", "feeding", "calibration origins", "seed"],
)
def test_another_backtest_has_another_digest(parts, other):
    result = parts[1]
    assert backtest_digest(replace(result)) == backtest_digest(result)
    assert backtest_digest(replace(result, **other(result))) != backtest_digest(result)


def test_the_land_of_a_year_is_drawn_once(own_cache, monkeypatch):
    prob, slugs = {626: 0.2, 2: 0.001}, {626: "south-sudan", 2: "united-states"}
    first = outlines.world_svg(prob, slugs, 2020)
    assert first.count("data-s=") == 2
    with monkeypatch.context() as patch:
        patch.setattr(outlines, "shapes", never)
        assert outlines.world_svg(prob, slugs, 2020) == first
    monkeypatch.setattr(outlines, "shapes", lambda year: {})
    assert "data-s=" not in outlines.world_svg({}, {}, 2010), "another year is another map"


def test_every_state_is_drawn_once_however_small():
    ids = [int(number) for number in state_years(first=2025, last=2025)["country_id"]]
    drawn = str(outlines.world_svg(dict.fromkeys(ids, 0.01), {number: f"s{number}" for number in ids}, 2025))
    shown = [int(number) for number in re.findall(r'data-s="s(\d+)"', drawn)]
    assert len(shown) == len(set(shown))
    missing = set(ids) - set(shown)
    assert all(number not in {key for key, _ in shapes(2025)} for number in missing), "only what has no land"
    assert {221, 331, 223} <= set(shown), "Monaco, San Marino and Liechtenstein are dots"
