"""The additive logit: natural splines, exact contributions, the same fit as statsmodels' ridge-free spline logit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.models import AdditiveLogit
from rtop_forecast.models.logit.additive import _quantiles


def draw(seed=0, n=600):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {"u": rng.normal(size=n), "flag": rng.integers(0, 2, n).astype(float), "v": rng.gamma(2.0, size=n)}
    )
    eta = -1 - X["u"] ** 2 + X["flag"] + np.log(X["v"])
    y = (eta + rng.logistic(size=n) > 0).astype(int).to_numpy()
    return X, y


def test_unpenalised_fit_equals_statsmodels_on_the_same_basis():
    X, y = draw()
    model = AdditiveLogit(lam=0.0, tol=1e-10).fit(X, y)
    assert np.isnan(model.knots_[1]).all()  # 0/1 stays a line
    columns = [X["u"], X["flag"], X["v"]]
    for name, knots in (("u", model.knots_[0]), ("v", model.knots_[2])):
        x = X[name].to_numpy()
        a, b, c = knots
        cube = [np.clip(x - k, 0, None) ** 3 for k in (a, b, c)]
        columns.append(cube[0] - cube[1] * (c - a) / (c - b) + cube[2] * (b - a) / (c - b))
    design = sm.add_constant(np.column_stack(columns))
    reference = sm.Logit(y, design).fit(disp=0, tol=1e-12, method="newton", maxiter=100)
    assert_allclose(model.log_odds(X), design @ reference.params, atol=1e-6)


def test_curves_are_linear_beyond_the_outer_knots():
    X, y = draw()
    model = AdditiveLogit(lam=0.01).fit(X, y)
    far = pd.DataFrame({"u": [3.0, 4.0, 5.0, 6.0], "flag": 0.0, "v": 1.0})
    assert_allclose(np.diff(model.log_odds(far), n=2), 0, atol=1e-9)


def test_contributions_add_up_and_order_does_not_matter():
    X, y = draw(1)
    X.loc[::7, "v"] = np.nan
    model = AdditiveLogit(l1_ratio=0.1, lam=1.5, scaled=True).fit(X, y)
    parts = model.contributions(X)
    assert np.abs(parts.log_odds - model.log_odds(X)).max() <= 1e-9
    order = np.random.default_rng(0).permutation(len(y))
    other = AdditiveLogit(l1_ratio=0.1, lam=1.5, scaled=True).fit(X.iloc[order, [2, 0, 1]], y[order])
    assert_array_equal(other.contributions(X[["v", "u", "flag"]]).values, parts.values[:, [2, 0, 1]])


def test_a_feature_the_fit_does_not_use_gets_exactly_zero():
    X, y = draw(2)
    X = X.assign(same=3.0)
    assert not AdditiveLogit().fit(X, y).contributions(X).values[:, -1].any()


def test_the_scaled_penalty_follows_rows_and_columns():
    X, y = draw(3)
    model = AdditiveLogit(lam=2.0, scaled=True).fit(X, y)
    assert model.logit_.lam_ == pytest.approx(
        2.0 * np.sqrt(np.log(5) / len(y)), rel=1e-12
    )  # 3 lines, 2 curves
    twice = AdditiveLogit(lam=2.0, scaled=True).fit(X, y, sample_weight=np.full(len(y), 2.0))
    assert twice.logit_.lam_ == pytest.approx(model.logit_.lam_ / np.sqrt(2), rel=1e-12)


def test_wrong_parameters_are_refused():
    X, y = draw(n=50)
    with pytest.raises(InputError, match="l1_ratio"):
        AdditiveLogit(l1_ratio=2.0).fit(X, y)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_knots_stand_at_numpys_quantiles(values):
    ascending = np.sort(np.array(values))
    shares = (0.1, 0.5, 0.9)
    np.testing.assert_allclose(
        _quantiles(ascending, shares), np.quantile(ascending, shares), rtol=1e-12, atol=1e-9
    )
