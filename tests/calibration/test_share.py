"""The share of a window's events that come early."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from rtop_forecast.calibration.share import WindowShare
from rtop_forecast.errors import InputError


def test_with_wide_priors_it_is_a_logistic_regression():
    rng = np.random.default_rng(0)
    z = rng.normal(-3, 1, 2000)
    early = (rng.random(2000) < 1 / (1 + np.exp(-(0.3 + 0.8 * (z + 3))))).astype(float)
    share = WindowShare(years=1, prior_sd=1e4, slope_sd=1e4).fit(early, z)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(z[:, None], early)
    np.testing.assert_allclose(share.share(z), oracle.predict_proba(z[:, None])[:, 1], atol=1e-6)


def test_without_events_they_are_spread_evenly():
    assert WindowShare(years=2).fit([], []).share([0.0]) == pytest.approx(2 / 3)
    assert WindowShare(years=1).fit([], []).share([0.0]) == pytest.approx(1 / 2)


def test_windows_that_do_not_match_are_refused():
    with pytest.raises(InputError, match="got 2 and 1 values"):
        WindowShare(years=1).fit([1, 0], [0.0])
    with pytest.raises(InputError, match="must hold 0 or 1"):
        WindowShare(years=1).fit([2], [0.0])


@settings(max_examples=40)
@given(
    early=st.lists(st.booleans(), max_size=30),
    seed=st.integers(0, 1000),
    height=st.floats(-30, 30),
)
def test_a_share_lies_strictly_between_0_and_1_whatever_the_order(early, seed, height):
    rng = np.random.default_rng(seed)
    z = rng.normal(-3, 1.5, len(early))
    order = rng.permutation(len(early))
    y = np.array(early, dtype=float)
    one, two = WindowShare(years=2).fit(y, z), WindowShare(years=2).fit(y[order], z[order])
    assert one.share([height]).tolist() == two.share([height]).tolist()
    assert 0 < one.share([height])[0] < 1
