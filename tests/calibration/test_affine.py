"""Straight lines on the log-odds: hand-worked fits, recovery of a known line, rules on parameters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.calibration import Identity, InterceptShift, LogisticRecalibration, RandomWalkShift
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import calibration_line, expected_observed

ML = math.inf
BUILD = {
    "identity": Identity,
    "shift": InterceptShift,
    "shift of 5 years": lambda: InterceptShift(window=5),
    "logistic": LogisticRecalibration,
    "walk": RandomWalkShift,
    "walk without drift": lambda: RandomWalkShift(sigma=0.0),
}


def history(seed=0, *, years=30, states=40, shift=0.0, slope=1.0):
    """Forecast log-odds, and outcomes whose true log-odds are shift + slope times them."""
    rng = np.random.default_rng(seed)
    time = np.repeat(np.arange(1980, 1980 + years), states)
    z = rng.normal(-3, 1, time.size)
    outcome = (rng.random(time.size) < 1 / (1 + np.exp(-(shift + slope * z)))).astype(int)
    return outcome, 1 / (1 + np.exp(-z)), time


@pytest.mark.parametrize("build", BUILD.values(), ids=BUILD)
def test_lines_act_on_the_log_odds(build):
    outcome, prob, time = history(shift=-0.7)
    fitted = build().fit(outcome, prob, time=time, at=2011)
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
        with pytest.raises(InputError, match="one integer origin year per row"):
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


def test_repr_tells_the_parameters_and_the_fitted_map():
    assert repr(RandomWalkShift()) == "RandomWalkShift(sigma=0.1, prior_sd=1.0, slope_sd=0.0)"
    assert repr(InterceptShift()) == "InterceptShift(prior_sd=1.0, window=None)"
    assert repr(LogisticRecalibration()) == "LogisticRecalibration(prior_sd=1.0, slope_sd=0.5)"
    assert repr(Identity()) == "Identity()"
    assert repr(Identity().fit([], [])) == "Identity() [+0.0000 + 1.0000 z]"
