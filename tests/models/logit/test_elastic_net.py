from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from rtop_forecast.errors import InputError
from rtop_forecast.models import ElasticNetLogit


def draw(seed=0, n=400, p=6):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.array([1, 10, 0.1, 5, 2, 1])[:p] + 3
    eta = (X[:, 0] - 3) - (X[:, 1] - 3) / 10 - 1.5
    y = (eta + rng.logistic(size=n) > 0).astype(int)
    return pd.DataFrame(X, columns=list("fbdaec")[:p]), y


@pytest.mark.parametrize("seed", range(5))
def test_without_penalty_equals_statsmodels(seed):
    X, y = draw(seed)
    ours = ElasticNetLogit(lam=0.0, tol=1e-12).fit(X, y)
    theirs = sm.Logit(y, sm.add_constant(X.to_numpy())).fit(disp=0, tol=1e-14, maxiter=100)
    assert_allclose(ours.intercept_, theirs.params[0], rtol=1e-7)
    assert_allclose(ours.coef_, theirs.params[1:], rtol=1e-7, atol=1e-9)


def test_without_penalty_weights_equal_statsmodels_frequencies():
    X, y = draw(1)
    weight = np.random.default_rng(2).integers(1, 5, size=len(y)).astype(float)
    ours = ElasticNetLogit(lam=0.0, tol=1e-12).fit(X, y, sample_weight=weight)
    family = sm.families.Binomial()
    theirs = sm.GLM(y, sm.add_constant(X.to_numpy()), family=family, freq_weights=weight).fit(tol=1e-14)
    assert_allclose(ours.coef_, theirs.params[1:], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
def test_agrees_with_scikit_learn_on_its_scale(ratio):
    X, y = draw(3)
    ours = ElasticNetLogit(lam=0.02, l1_ratio=ratio).fit(X, y)
    Z = (X - X.mean()) / X.std(ddof=0)
    # scikit-learn 1.8 dropped the option penalty in favour of l1_ratio alone.
    recent = tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 8)
    extra = {} if recent else {"penalty": "elasticnet"}
    options = {"C": 1 / (len(y) * 0.02), "l1_ratio": ratio, "solver": "saga", "random_state": 0, **extra}
    theirs = LogisticRegression(tol=1e-9, max_iter=20_000, **options).fit(Z, y)
    # saga is stochastic and also stops early, hence 1e-5.
    assert_allclose(ours.coef_ * X.std(ddof=0), theirs.coef_[0], atol=1e-5)
    assert_allclose(ours.log_odds(X), theirs.decision_function(Z), atol=1e-4)


def test_certificate_is_small_and_reported():
    X, y = draw()
    model = ElasticNetLogit().fit(X, y)
    assert 0 <= model.kkt_residual_ <= 1e-9
    assert model.n_iter_ >= 1


def test_coefficients_are_on_the_original_scale():
    X, y = draw()
    model = ElasticNetLogit(lam=1e-3).fit(X, y)
    assert_allclose(model.log_odds(X), model.intercept_ + X.to_numpy() @ model.coef_, rtol=1e-12)


def test_log_odds_follow_from_the_published_coefficients_where_values_are_missing():
    X, y = draw(6, n=300)
    X = X.mask(np.random.default_rng(2).random(X.shape) < 0.2)
    model = ElasticNetLogit(lam=1e-4).fit(X, y)
    assert np.count_nonzero(model.indicator_coef_) >= 3
    filled, missing = X.fillna(X.median()).to_numpy(), X.isna().to_numpy()
    expected = model.intercept_ + filled @ model.coef_ + missing @ model.indicator_coef_
    assert_allclose(model.log_odds(X), expected, atol=1e-11)


def test_contributions_are_distances_from_the_mean_training_row():
    X, y = draw(6, n=300)
    X = X.mask(np.random.default_rng(2).random(X.shape) < 0.2)
    model = ElasticNetLogit(lam=1e-4).fit(X, y)
    parts = model.contributions(X)
    assert_allclose(parts.values.mean(axis=0), 0.0, atol=1e-12)
    assert_allclose(parts.baseline, model.log_odds(X).mean(), rtol=1e-12)


def test_objective_is_the_documented_formula():
    X, y = draw(2)
    model = ElasticNetLogit(lam=0.05, l1_ratio=0.3).fit(X, y)
    b = model.coef_ * X.std(ddof=0).to_numpy()
    prob = model.predict_proba(X)
    loss = -np.mean(np.log(np.where(y == 1, prob[:, 1], prob[:, 0])))
    expected = loss + 0.05 * (0.3 * np.abs(b).sum() + 0.35 * (b**2).sum())
    assert_allclose(model.objective_, expected, rtol=1e-12)


def test_weights_equal_repeated_rows():
    X, y = draw(4, n=80)
    X.iloc[::7, 2] = np.nan
    weight = np.random.default_rng(5).integers(0, 4, size=80)
    weighted = ElasticNetLogit(tol=1e-11).fit(X, y, sample_weight=weight)
    repeated = ElasticNetLogit(tol=1e-11).fit(X.loc[X.index.repeat(weight)], np.repeat(y, weight))
    assert_allclose(weighted.log_odds(X), repeated.log_odds(X), atol=1e-8)


def test_scaling_all_weights_changes_nothing_but_rounding():
    X, y = draw(4, n=80)
    one = ElasticNetLogit(tol=1e-11).fit(X, y)
    many = ElasticNetLogit(tol=1e-11).fit(X, y, sample_weight=np.full(80, 7.0))
    assert_allclose(one.coef_, many.coef_, atol=1e-8)


def test_constant_columns_get_exactly_zero():
    X, y = draw()
    X = X.assign(constant=0.1 + 0.2, empty=np.nan, tiny=1e9)
    X.loc[0, "tiny"] = np.nextafter(1e9, 2e9)  # differs by rounding only
    model = ElasticNetLogit().fit(X, y)
    assert_array_equal(model.coef_[-3:], [0.0, 0.0, 0.0])
    assert_array_equal(model.indicator_coef_[-3:], [0.0, 0.0, 0.0])
    known = X.assign(empty=5.0, constant=-4.0)
    assert_array_equal(model.log_odds(known), model.log_odds(X))


def test_missing_values_take_the_median_and_credit_the_indicator_to_their_feature():
    X, y = draw(6, n=600)
    rng = np.random.default_rng(0)
    gone = (rng.random(600) < 0.3) | ((y == 1) & (rng.random(600) < 0.4))
    X.loc[gone, "f"] = np.nan
    model = ElasticNetLogit().fit(X, y)
    place = list(X.columns).index("f")
    assert model.medians_[place] == X["f"].median()
    assert model.indicator_coef_[place] > 0
    at_median = X.assign(f=X["f"].fillna(X["f"].median()))
    step = model.log_odds(X) - model.log_odds(at_median)
    assert_allclose(step, gone * model.indicator_coef_[place], atol=1e-12)
    moved = model.contributions(X).values - model.contributions(at_median).values
    assert not np.delete(moved, place, axis=1).any()


def test_indicators_can_be_left_out():
    X, y = draw(6, n=200)
    X.iloc[::3, 0] = np.nan
    model = ElasticNetLogit(indicators=False).fit(X, y)
    assert not model.indicator_coef_.any()
    filled = ElasticNetLogit(indicators=False).fit(X.fillna(X.median()), y)
    assert_array_equal(model.coef_, filled.coef_)


def test_works_with_more_features_than_rows_and_one_event():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(25, 60)), np.zeros(25, dtype=int)
    y[3] = 1
    model = ElasticNetLogit(lam=1e-3).fit(X, y)
    assert model.kkt_residual_ <= 1e-9
    assert np.argmax(model.log_odds(X)) == 3


def test_duplicate_columns_share_under_ridge():
    X, y = draw()
    twin = X.assign(f2=X["f"])
    model = ElasticNetLogit(lam=0.01, l1_ratio=0.5).fit(twin, y)
    assert_allclose(model.coef_[0], model.coef_[-1], rtol=1e-6)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"lam": -1.0}, "lam must be finite"),
        ({"lam": np.nan}, "lam must be finite"),
        ({"l1_ratio": 1.5}, r"l1_ratio must lie in \[0, 1\]; got 1.5"),
        ({"tol": 0.0}, "tol must be positive"),
        ({"max_iter": 0}, "max_iter must be at least 1"),
    ],
)
def test_bad_parameters_are_refused(parameters, words):
    X, y = draw(n=30)
    with pytest.raises(InputError, match=words):
        ElasticNetLogit(**parameters).fit(X, y)


def test_too_few_steps_raise():
    X, y = draw()
    with pytest.raises(InputError, match=r"did not converge: KKT residual .* after 1 steps"):
        ElasticNetLogit(max_iter=1, tol=1e-12).fit(X, y)


def test_overflow_is_named():
    X, y = draw(n=50)
    with pytest.raises(InputError, match="variance of column 'd' overflows"):
        ElasticNetLogit().fit(X.assign(d=X["d"] * 1e200), y)
    model = ElasticNetLogit(lam=1e-4).fit(X, y)
    with pytest.raises(InputError, match=r"1 of 300 values are too large, first in row 4, column 'd'"):
        model.log_odds(X.assign(d=np.where(X.index == 4, 1.7e308, X["d"])))


@pytest.mark.parametrize("width", [20, 130])
def test_bits_do_not_depend_on_the_number_of_blas_threads(width):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(12_000, width))
    y = (X[:, 0] + rng.logistic(size=12_000) > 3).astype(int)
    fits = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            fits.append(ElasticNetLogit(lam=1e-4).fit(X, y))
    assert_array_equal(fits[0].coef_, fits[1].coef_)
    assert_array_equal(fits[0].log_odds(X), fits[1].log_odds(X))


def test_unfitted_model_says_so():
    with pytest.raises(NotFittedError):
        ElasticNetLogit().log_odds(np.zeros((1, 1)))


# -- properties ---------------------------------------------------------------------------------

CELLS = st.one_of(st.sampled_from([np.nan, 0.0, -0.0, 1.0]), st.floats(-100, 100, width=32))


@st.composite
def frames(draw_from):
    n, p = draw_from(st.integers(6, 25)), draw_from(st.integers(1, 5))
    cells = draw_from(arrays(np.float64, (n, p), elements=CELLS))
    y = draw_from(arrays(np.int64, n, elements=st.integers(0, 1)))
    y[:2] = [0, 1]
    names = draw_from(st.permutations(["c", "a", "x10", "x2", "B"]))[:p]
    return pd.DataFrame(cells, columns=names), y, draw_from(st.integers(0, 2**31))


@settings(max_examples=60)
@given(frames())
def test_row_and_column_order_leave_every_bit(case):
    X, y, seed = case
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(y)), rng.permutation(X.shape[1])
    first = ElasticNetLogit(lam=0.01).fit(X, y)
    other = X.iloc[rows, columns]
    second = ElasticNetLogit(lam=0.01).fit(other, y[rows])
    assert_array_equal(first.log_odds(X)[rows], second.log_odds(other))
    assert_array_equal(first.coef_[columns], second.coef_)
    assert_array_equal(first.contributions(X).values[rows][:, columns], second.contributions(other).values)


@settings(max_examples=60)
@given(frames())
def test_contributions_add_up_and_unused_features_stay_zero(case):
    X, y, _ = case
    model = ElasticNetLogit(lam=0.02).fit(X, y)
    parts = model.contributions(X)
    assert np.abs(parts.log_odds - model.log_odds(X)).max() <= 1e-9
    unused = (model.coef_ == 0) & (model.indicator_coef_ == 0)
    assert not parts.values[:, unused].any()


@settings(max_examples=40)
@given(frames())
def test_a_row_does_not_depend_on_its_neighbours(case):
    X, y, _ = case
    model = ElasticNetLogit(lam=0.02).fit(X, y)
    together = model.log_odds(X)
    alone = [model.log_odds(X.iloc[[i]])[0] for i in range(len(X))]
    assert_array_equal(together, alone)


@settings(max_examples=40)
@given(frames(), st.floats(0, 50))
def test_prediction_is_monotone_in_each_feature(case, step):
    X, y, _ = case
    model = ElasticNetLogit(lam=0.02).fit(X, y)
    known = X.fillna(0.0)
    base = model.predict_proba(known)[:, 1]
    for j, name in enumerate(X.columns):
        raised = model.predict_proba(known.assign(**{name: known[name] + step}))[:, 1]
        assert (np.sign(model.coef_[j]) * (raised - base) >= 0).all()


def test_ten_thousand_rows_are_solved_to_the_optimum():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(10_000, 60))
    y = (rng.random(10_000) < 1 / (1 + np.exp(4.5 - 0.5 * X[:, 0] - 0.4 * X[:, 1]))).astype(int)
    model = ElasticNetLogit(lam=1e-3).fit(X, y)
    assert model.kkt_residual_ <= 1e-9
    assert_allclose(model.coef_[:2], [0.5, 0.4], atol=0.15)
