"""Calibrators of a free shape: fits worked by hand, order against the data, bounds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError

from rtop_forecast.calibration import BetaCalibration, IsotonicCalibration, VennAbers
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import log_odds


def test_isotonic_pools_what_is_in_the_wrong_order():
    # the event at the lower forecast: both levels share the mean of (1 + 0.2 s) / (1 + s) and 0.4 s / (1 + s)
    fitted = IsotonicCalibration(shrinkage=0.5).fit([1, 0], [0.2, 0.4])
    assert_allclose(fitted.apply([0.2, 0.3, 0.4]), (1 + 0.5 * 0.6) / (2 * 1.5), rtol=1e-12)


def test_isotonic_shifts_as_the_nearest_forecast_beyond_the_fit():
    fitted = IsotonicCalibration(shrinkage=1.0).fit([0, 1], [0.2, 0.4])
    inside = fitted.apply_log_odds(log_odds(np.array([0.2, 0.4])))
    assert_allclose(inside, log_odds(np.array([0.1, 0.7])), rtol=1e-12)
    beyond = log_odds(np.array([0.01, 0.9]))
    shift = inside - log_odds(np.array([0.2, 0.4]))
    assert_allclose(fitted.apply_log_odds(beyond), beyond + shift, rtol=1e-12)


def test_venn_abers_by_hand():
    fitted = VennAbers().fit([0], [0.5])
    low, high = fitted.bounds(log_odds(np.array([0.5])))
    # added as no event 0 of 2, as an event 1 of 2; merged 0.5 / (1 - 0 + 0.5)
    assert_array_equal([low[0], high[0]], [0.0, 0.5])
    assert_allclose(fitted.apply([0.5]), 1 / 3, rtol=1e-12)


def test_venn_abers_is_wide_where_little_is_learned():
    rng = np.random.default_rng(0)
    prob = np.round(rng.uniform(0.05, 0.5, 400), 1)
    fitted = VennAbers().fit((rng.random(400) < prob).astype(int), prob)
    low, high = fitted.bounds(log_odds(np.array([0.3, 0.99])))
    assert (low <= high).all()
    assert high[0] - low[0] < 0.05 < high[1] - low[1]


def test_beta_slopes_stay_positive_against_the_data():
    fitted = BetaCalibration().fit(np.repeat([1, 0], 50), np.repeat([0.01, 0.2], 50))
    assert min(fitted.coef_[:2]) > 0
    assert (np.diff(fitted.apply(np.linspace(0.01, 0.99, 50))) > 0).all()


@pytest.mark.parametrize("build", [BetaCalibration, IsotonicCalibration, VennAbers])
def test_not_fitted(build):
    with pytest.raises(NotFittedError, match="Call fit first"):
        build().apply([0.1])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: BetaCalibration(prior_sd=0), "prior_sd must be positive and finite"),
        (lambda: BetaCalibration(slope_sd="wide"), "slope_sd must be positive and finite; it is 'wide'"),
        (lambda: IsotonicCalibration(shrinkage=0), "shrinkage must be positive"),
    ],
)
def test_parameters_are_checked(build, message):
    with pytest.raises(InputError, match=message):
        build()
