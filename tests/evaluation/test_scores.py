"""Scores: values worked by hand, rules on input, defined behaviour at the edges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import (
    auc,
    average_precision,
    brier_score,
    calibration_line,
    calibration_slope,
    expected_observed,
    log_score,
    precision_at,
    recall_at,
    score_table,
)

ALL = [
    brier_score,
    log_score,
    auc,
    average_precision,
    expected_observed,
    calibration_slope,
    lambda y, p: recall_at(y, p, k=1, groups=None),
    lambda y, p: precision_at(y, p, k=1, groups=None),
    lambda y, p: score_table(y, p, groups=None),
]
WEIGHTED = [
    auc,
    average_precision,
    expected_observed,
    calibration_slope,
    lambda y, p, weights: recall_at(y, p, k=1, groups=None, weights=weights),
    lambda y, p, weights: precision_at(y, p, k=1, groups=None, weights=weights),
    lambda y, p, weights: score_table(y, p, groups=None, weights=weights)["log_loss"],
]


@pytest.mark.parametrize("score", ALL)
@pytest.mark.parametrize(
    ("outcome", "prob", "message"),
    [
        (
            [0, 1, 0],
            [0.1, math.nan, math.nan],
            r"prob must be finite; 2 of 3 rows are not, first row 1 \(nan\)",
        ),
        ([0, 1, math.nan], [0.1, 0.2, 0.3], r"outcome must be finite; 1 of 3 rows is not, first row 2"),
        (
            [0, 1, 0],
            [0.1, 0.2, 1.000001],
            r"prob must lie in \[0, 1\]; 1 of 3 rows does not, first row 2 \(1",
        ),
        ([0, 1, 0], [-1e-9, 0.2, 0.5], r"prob must lie in \[0, 1\]; 1 of 3 rows does not, first row 0"),
        ([0, 2, 0.5], [0.1, 0.2, 0.3], r"outcome must be 0 or 1; 2 of 3 rows are not, first row 1 \(2\)"),
        ([0, 1], [0.1, 0.2, 0.3], r"same number of rows; they have outcome 2, prob 3"),
        ([[0, 1]], [[0.1, 0.2]], r"one-dimensional; it has shape \(1, 2\)"),
        (["a", "b"], [0.1, 0.2], r"outcome must be numbers"),
    ],
)
def test_invalid_input_raises(score, outcome, prob, message):
    with pytest.raises(InputError, match=message):
        score(outcome, prob)


@pytest.mark.parametrize("score", WEIGHTED)
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 1], "one value per row; 2 for 3 rows"),
        ([1, -1, 1], r"weights must be at least 0; 1 of 3 rows is not, first row 1 \(-1\)"),
        ([1, math.nan, 1], "weights must be finite"),
        ([0, 0, 0], "positive sum"),
    ],
)
def test_invalid_weights_raise(score, weights, message):
    with pytest.raises(InputError, match=message):
        score([0, 1, 0], [0.1, 0.2, 0.3], weights=weights)


def test_missing_values_of_pandas_raise():
    with pytest.raises(InputError, match="outcome must be"):
        brier_score(pd.array([1, None], dtype="Int64"), [0.1, 0.2])
    assert_array_equal(brier_score(pd.Series([True, False]), pd.Series([0.5, 0.5])), [0.25, 0.25])


def test_log_score_keeps_the_digits_of_small_probabilities():
    assert_allclose(log_score([0, 1], [1e-17, 1e-17]), [1e-17, 17 * math.log(10)], rtol=1e-14)


def test_log_score_of_a_wrong_certainty_names_the_row():
    assert_array_equal(log_score([0, 1], [0.0, 1.0]), [0.0, 0.0])
    message = r"infinite log score; 2 of 3 rows do, first row 1 \(outcome 1, prob 0\). Calibrate"
    with pytest.raises(InputError, match=message):
        log_score([0, 1, 0], [0.0, 0.0, 1.0])
    with pytest.raises(InputError, match="infinite log score"):
        score_table([0, 1, 0], [0.0, 0.0, 1.0], groups=None)


@pytest.mark.parametrize("outcome", [[1, 1], [0, 0], []])
def test_single_class_is_nan_where_undefined(outcome):
    prob = [0.2, 0.3][: len(outcome)]
    assert math.isnan(auc(outcome, prob))
    assert math.isnan(calibration_slope(outcome, prob))
    # a class without weight is absent
    assert math.isnan(auc([1, 0], [0.2, 0.3], weights=[1, 0]))
    if not sum(outcome):
        for undefined in (
            average_precision(outcome, prob),
            expected_observed(outcome, prob),
            recall_at(outcome, prob, k=1, groups=None),
        ):
            assert math.isnan(undefined)
    else:
        assert average_precision(outcome, prob) == 1
        assert expected_observed(outcome, prob) == 0.25


def test_rows_without_weight_do_not_matter():
    y, p, w = [1, 0, 1, 0, 0], [0.9, 0.9, 0.4, 0.3, 0.95], [1, 2, 1, 1, 0]
    for score in (auc, average_precision, expected_observed):
        assert score(y, p, weights=w) == score(y[:4], p[:4], weights=w[:4])


def test_calibration_line_of_saturated_groups():
    # two forecast values: the line passes through both observed log-odds exactly
    outcome = np.repeat([1, 0, 1, 0], [10, 30, 30, 10])
    prob = np.repeat([0.1, 0.9], 40)
    line = calibration_line(outcome, prob)
    assert line.slope == pytest.approx(math.log(3) / math.log(9), rel=1e-12)
    assert line.intercept == pytest.approx(0, abs=1e-12)
    assert line.shift == pytest.approx(0, abs=1e-12)
    # information of the slope: Σ p (1 - p) z² with p (1 - p) = 3/16 in all 80 rows
    assert line.slope_error == pytest.approx((80 * 3 / 16) ** -0.5 / math.log(9), rel=1e-9)


@pytest.mark.parametrize(
    ("outcome", "prob"),
    [([0, 1, 0], [0.3, 0.3, 0.3]), ([0, 0, 1], [0.1, 0.2, 0.2]), ([1, 0, 0], [0.1, 0.2, 0.3])],
    ids=["constant", "quasi-separated", "separated downward"],
)
def test_calibration_slope_without_a_maximum_is_nan(outcome, prob):
    line = calibration_line(outcome, prob)
    assert math.isnan(line.slope)
    assert math.isnan(line.intercept)
    assert math.isnan(line.slope_error)
    assert math.isfinite(line.shift)


def test_calibration_shift_far_from_the_forecast():
    # the first Newton step from here overshoots to where every probability is 1
    line = calibration_line([0, 1], [0.01, 0.01], weights=[0.0625, 1])
    assert line.shift == pytest.approx(math.log(16) + math.log(99), rel=1e-12)


def test_calibration_line_refuses_infinite_log_odds():
    with pytest.raises(InputError, match=r"strictly between 0 and 1 .*; 1 of 2 rows does not, first row 0"):
        calibration_line([0, 1], [0.0, 0.5])


def test_counts_are_whole_without_weights_and_sums_with_them():
    outcome, prob = [0, 1, 1, 0], [0.1, 0.4, 0.3, 0.8]
    plain = score_table(outcome, prob, groups=None)
    assert (type(plain["n"]), type(plain["positives"])) == (int, int)
    weighted = score_table(outcome, prob, groups=None, weights=[0.5, 0.25, 0.5, 1])
    assert (weighted["n"], weighted["positives"]) == (2.25, 0.75)


def test_row_order_does_not_move_the_last_bit_of_expected_over_observed():
    rng = np.random.default_rng(3)
    outcome, prob = rng.integers(0, 2, 1000), rng.random(1000) ** 9
    orders = [rng.permutation(1000) for _ in range(20)]
    assert len({expected_observed(outcome[order], prob[order]) for order in orders}) == 1


def test_a_state_of_one_kind_only_is_told_without_a_line():
    line = calibration_line([0, 0], [0.1, 0.2])
    assert math.isnan(line.slope_error)
    assert math.isnan(line.shift)


def test_score_table_keys_and_values():
    outcome, prob, year = [0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8], [1, 1, 2, 2]
    table = score_table(outcome, prob, groups=year, k=(1, 20))
    assert list(table) == [
        *(
            "n",
            "positives",
            "auc",
            "ap",
            "log_loss",
            "brier",
            "expected_observed",
            "recall_at_1",
            "recall_at_20",
        )
    ]
    assert (table["n"], table["positives"]) == (4, 2)
    assert table["auc"] == 0.875
    assert table["log_loss"] == pytest.approx(np.mean(log_score(outcome, prob)), rel=1e-15)
    assert table["brier"] == pytest.approx(np.mean(brier_score(outcome, prob)), rel=1e-15)
    assert table["expected_observed"] == pytest.approx(0.85)
    assert table["recall_at_1"] == 1
    with pytest.raises(InputError, match="at least one row"):
        score_table([], [], groups=None)
    with pytest.raises(InputError, match="must not repeat"):
        score_table(outcome, prob, groups=year, k=(10, 10))
