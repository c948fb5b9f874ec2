"""Reliability curves: bins by hand, ties, frozen results, rules on options."""

from __future__ import annotations

import dataclasses
import math

import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import reliability_curve


def test_reliability_curve_by_hand():
    outcome = [0, 0, 1, 0, 1, 1, 0, 1]
    prob = [0.1, 0.2, 0.3, 0.3, 0.6, 0.7, 0.8, 0.9]
    curve = reliability_curve(outcome, prob, bins=4, level=0.9)
    assert_array_equal(curve.count, [2, 2, 2, 2])
    assert_array_equal(curve.positives, [0, 1, 2, 1])
    assert_array_equal(curve.observed, [0, 0.5, 1, 0.5])
    assert_allclose(curve.mean_prob, [0.15, 0.3, 0.65, 0.85])
    assert_array_equal(curve.prob_low, [0.1, 0.3, 0.6, 0.8])
    assert_array_equal(curve.prob_high, [0.2, 0.3, 0.7, 0.9])
    assert (curve.low[0], curve.high[2]) == (0, 1)
    # Beta(3/2, 3/2) is symmetric about one half
    assert curve.low[1] == pytest.approx(1 - curve.high[1], rel=1e-12)
    assert list(curve.to_frame().columns) == [
        *("count", "positives", "prob_low", "prob_high", "mean_prob", "observed", "low", "high")
    ]
    assert "4 bins" in curve.summary()


def test_reliability_curve_keeps_ties_together():
    curve = reliability_curve([0, 1, 0, 1, 0, 1], [0.2] * 5 + [0.9], bins=6)
    assert_array_equal(curve.count, [5, 1])
    assert reliability_curve([0, 1], [0.2, 0.2], bins=10).count.tolist() == [2]


def test_reliability_curve_is_frozen():
    curve = reliability_curve([0, 1, 0], [0.1, 0.2, 0.3], bins=2)
    with pytest.raises(ValueError, match="read-only"):
        curve.count[0] = 9
    with pytest.raises(dataclasses.FrozenInstanceError):
        curve.level = 0.5
    table = curve.to_frame()
    table.loc[0, "count"] = 99
    assert curve.count[0] != 99


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"bins": 0}, "bins must be"),
        ({"level": 1.0}, "level must lie"),
        ({"level": math.nan}, "level must lie"),
    ],
)
def test_reliability_curve_checks_options(given, message):
    with pytest.raises(InputError, match=message):
        reliability_curve([0, 1], [0.1, 0.2], **given)


def test_reliability_curve_needs_rows():
    with pytest.raises(InputError, match="at least one row"):
        reliability_curve([], [])
