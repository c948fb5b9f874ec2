"""Calibrators: hand-worked fits, degenerate input, leakage; reliability curves."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError

from rtop_forecast.calibration import (
    Identity,
    InterceptShift,
    LogisticRecalibration,
    RandomWalkShift,
)
from rtop_forecast.errors import InputError, LeakageError
from rtop_forecast.evaluation import calibration_line, expected_observed, reliability_curve

ML = math.inf
EVERY = [
    Identity(),
    InterceptShift(),
    InterceptShift(window=5),
    LogisticRecalibration(),
    RandomWalkShift(),
    RandomWalkShift(sigma=0.0),
]


def history(seed=0, *, years=30, states=40, shift=0.0, slope=1.0):
    """Forecast log-odds, and outcomes whose true log-odds are shift + slope times them."""
    rng = np.random.default_rng(seed)
    time = np.repeat(np.arange(1980, 1980 + years), states)
    z = rng.normal(-3, 1, time.size)
    outcome = (rng.random(time.size) < 1 / (1 + np.exp(-(shift + slope * z)))).astype(int)
    return outcome, 1 / (1 + np.exp(-z)), time


def refit(calibrator, *args, **kwargs):
    return type(calibrator)(**vars_of(calibrator)).fit(*args, **kwargs)


def vars_of(calibrator):
    return {name: value for name, value in vars(calibrator).items() if not name.endswith("_")}


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
def test_learns_only_from_earlier_origins(calibrator):
    message = (
        r"origin 1990 may learn from earlier origins only; 2 of 3 rows are not earlier, first row 1 \(1990"
    )
    with pytest.raises(LeakageError, match=message):
        refit(calibrator, [0, 1, 0], [0.1, 0.2, 0.3], time=[1989, 1990, 1991], at=1990)


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
@pytest.mark.parametrize(
    ("outcome", "prob", "message"),
    [
        ([0, 1], [0.1, math.nan], "prob must be finite; 1 of 2 rows is not, first row 1"),
        ([0, 1], [0.1, 1.1], r"prob must lie in \[0, 1\]; 1 of 2 rows does not, first row 1"),
        ([0, 1], [0.0, 0.1], r"strictly between 0 and 1 .* 1 of 2 rows does not, first row 0 \(0\)"),
        ([0, 3], [0.1, 0.2], "outcome must be 0 or 1"),
        ([0], [0.1, 0.2], "same number of rows"),
    ],
)
def test_invalid_rows_raise(calibrator, outcome, prob, message):
    with pytest.raises(InputError, match=message):
        refit(calibrator, outcome, prob, time=[1980] * len(outcome), at=1990)


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
def test_without_rows_nothing_changes(calibrator):
    fitted = refit(calibrator, [], [], time=[], at=1990)
    assert (fitted.intercept_, fitted.slope_) == (0, 1)
    prob = [0.0, 1e-12, 0.01, 0.5, 1.0]
    assert_allclose(fitted.apply(prob), prob, rtol=1e-12)


@pytest.mark.parametrize("calibrator", EVERY[1:], ids=repr)
@pytest.mark.parametrize("label", [0, 1])
def test_single_class_moves_towards_it_and_stays_finite(calibrator, label):
    time = np.repeat(np.arange(1980, 1990), 50)
    fitted = refit(calibrator, np.full(500, label), np.full(500, 0.05), time=time, at=1991)
    applied = float(fitted.apply([0.05])[0])
    # 25 events were expected (12.5 in a window of 5 years); the prior of sd 1 gives way but holds
    assert (0.003 < applied < 0.02) if label == 0 else (0.5 < applied < 1)


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
def test_not_fitted(calibrator):
    with pytest.raises(NotFittedError, match="Call fit first"):
        type(calibrator)(**vars_of(calibrator)).apply([0.1])


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
def test_lines_act_on_the_log_odds(calibrator):
    outcome, prob, time = history(shift=-0.7)
    fitted = refit(calibrator, outcome, prob, time=time, at=2011)
    z = np.array([-math.inf, -8.0, -1.0, 0.0, 3.0, math.inf])
    assert_array_equal(fitted.apply_log_odds(z), fitted.intercept_ + fitted.slope_ * z)
    assert_allclose(
        fitted.apply(1 / (1 + np.exp(-z))), 1 / (1 + np.exp(-fitted.apply_log_odds(z))), rtol=1e-12
    )
    assert fitted.covariance_.shape == (2, 2)
    assert (np.linalg.eigvalsh(fitted.covariance_) >= -1e-15).all()
    for bad in ([1.01], [math.nan]):
        with pytest.raises(InputError, match="prob must"):
            fitted.apply(bad)


def test_maximum_likelihood_shift_makes_expected_equal_observed():
    outcome, prob, _ = history(shift=-0.9)
    fitted = InterceptShift(prior_sd=ML).fit(outcome, prob)
    assert expected_observed(outcome, fitted.apply(prob)) == pytest.approx(1, rel=1e-9)
    assert fitted.intercept_ == pytest.approx(calibration_line(outcome, prob).shift, rel=1e-9)


def test_maximum_likelihood_shift_needs_both_classes():
    for outcome in ([0, 0], [1, 1]):
        with pytest.raises(InputError, match=r"without a prior a shift needs rows of both outcomes; . of 2"):
            InterceptShift(prior_sd=ML).fit(outcome, [0.1, 0.2])
    with pytest.raises(InputError, match=r"0 of 0 weighted rows are positive\. Set a finite prior_sd"):
        InterceptShift(prior_sd=ML).fit([], [])
    # a positive without weight is no positive
    with pytest.raises(InputError, match="0 of 1 weighted rows"):
        InterceptShift(prior_sd=ML).fit([1, 0], [0.1, 0.2], weights=[0, 1])


def test_window_keeps_the_latest_origin_years():
    outcome, prob, time = history()
    recent = time > 2009 - 4
    trailing = InterceptShift(window=4).fit(outcome, prob, time=time, at=2012)
    assert trailing.intercept_ == pytest.approx(
        InterceptShift().fit(outcome[recent], prob[recent]).intercept_, rel=1e-12
    )
    assert InterceptShift(window=99).fit(outcome, prob, time=time, at=2012).intercept_ == pytest.approx(
        InterceptShift().fit(outcome, prob).intercept_, rel=1e-12
    )
    with pytest.raises(InputError, match="Pass time="):
        InterceptShift(window=4).fit(outcome, prob)


def test_logistic_recalibration_recovers_a_line():
    outcome, prob, _ = history(seed=1, years=300, states=170, shift=0.8, slope=1.5)
    fitted = LogisticRecalibration().fit(outcome, prob)
    errors = np.sqrt(np.diag(fitted.covariance_))
    # 51,000 rows; four standard errors
    assert abs(fitted.intercept_ - 0.8) < 4 * errors[0] < 0.5
    assert abs(fitted.slope_ - 1.5) < 4 * errors[1] < 0.2
    line = calibration_line(outcome, fitted.apply(prob))
    assert line.slope == pytest.approx(1, abs=0.01)


def test_logistic_slope_stays_positive_against_the_data():
    # the forecasts are upside down: every event at the low probability
    outcome, prob = np.repeat([1, 0], 50), np.repeat([0.01, 0.2], 50)
    fitted = LogisticRecalibration().fit(outcome, prob)
    assert 0 < fitted.slope_ < 0.3


def test_random_walk_follows_where_the_shift_cannot():
    rng = np.random.default_rng(2)
    time = np.repeat(np.arange(1960, 2010), 100)
    drift = np.where(time < 1995, 1.0, -1.0)
    outcome = (rng.random(time.size) < 1 / (1 + np.exp(3 - drift))).astype(int)
    prob = np.full(time.size, 1 / (1 + math.exp(3)))
    walk = RandomWalkShift(sigma=0.2).fit(outcome, prob, time=time, at=2010)
    shift = InterceptShift().fit(outcome, prob)
    assert abs(walk.intercept_ + 1) < 0.4
    assert shift.intercept_ > 0
    assert list(walk.path_) == list(range(1960, 2010))
    assert abs(walk.path_[1990] - 1) < 0.4
    assert walk.intercept_ == walk.path_[2009]


def test_random_walk_grows_uncertain_beyond_the_data():
    outcome, prob, time = history()
    near = RandomWalkShift(sigma=0.1).fit(outcome, prob, time=time, at=2010)
    far = RandomWalkShift(sigma=0.1).fit(outcome, prob, time=time, at=2020)
    assert far.intercept_ == near.intercept_
    assert far.covariance_[0, 0] == pytest.approx(near.covariance_[0, 0] + 0.1**2 * 10, rel=1e-12)


def test_random_walk_counts_years_not_rows():
    # a gap of nine years lets the shift move as far as nine yearly steps with rows of no weight in between
    outcome, prob = [1, 1, 0, 0], [0.1, 0.2, 0.1, 0.1]
    gap = RandomWalkShift(sigma=0.3).fit(outcome, prob, time=[1980, 1980, 1989, 1989], at=1991)
    years = [1980, 1980, *range(1981, 1989), 1989, 1989]
    filled = RandomWalkShift(sigma=0.3).fit(
        [1, 1, *[0] * 8, 0, 0],
        [0.1, 0.2, *[0.5] * 8, 0.1, 0.1],
        time=years,
        at=1991,
        weights=[1, 1, *[0] * 8, 1, 1],
    )
    assert gap.intercept_ == pytest.approx(filled.intercept_, rel=1e-9)
    assert gap.covariance_[0, 0] == pytest.approx(filled.covariance_[0, 0], rel=1e-9)


def test_random_walk_needs_years():
    for given in ({}, {"time": [1980, 1981]}, {"at": 1990}):
        with pytest.raises(InputError, match=r"Pass time= and at=\."):
            RandomWalkShift().fit([0, 1], [0.1, 0.2], **given)
    for time in ([1980], [1980.5, 1981]):
        with pytest.raises(InputError, match="one whole origin year per row"):
            RandomWalkShift().fit([0, 1], [0.1, 0.2], time=time, at=1990)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: InterceptShift(prior_sd=0), "prior_sd must be positive; it is 0"),
        (lambda: InterceptShift(prior_sd=math.nan), "prior_sd must be positive"),
        (lambda: InterceptShift(window=0), "window must be an integer of at least 1"),
        (lambda: LogisticRecalibration(prior_sd=ML), "prior_sd must be positive and finite"),
        (lambda: LogisticRecalibration(slope_sd=-1), "slope_sd must be positive and finite"),
        (lambda: RandomWalkShift(sigma=-0.1), "sigma must be at least 0 and finite"),
        (lambda: RandomWalkShift(prior_sd=0), "prior_sd must be positive and finite"),
    ],
)
def test_parameters_are_checked(build, message):
    with pytest.raises(InputError, match=message):
        build()


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


def test_repr_tells_the_parameters_and_the_fitted_map():
    assert repr(RandomWalkShift()) == "RandomWalkShift(sigma=0.1, prior_sd=1.0, slope_sd=0.0)"
    assert repr(InterceptShift()) == "InterceptShift(prior_sd=1.0, window=None)"
    assert repr(LogisticRecalibration()) == "LogisticRecalibration(prior_sd=1.0, slope_sd=0.5)"
    assert repr(Identity()) == "Identity()"
    assert repr(Identity().fit([], [])) == "Identity() [+0.0000 + 1.0000 z]"


def test_whole_numbers_are_mapped_as_numbers():
    mapped = Identity().fit([], []).apply_log_odds([0, 1])
    assert mapped.dtype == np.float64
