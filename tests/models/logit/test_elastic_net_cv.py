"""The exact path, its certificate, and the folds by which a penalty is chosen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from rtop_forecast.errors import InputError
from rtop_forecast.models import ElasticNetLogit, ElasticNetLogitCV, GlmnetLogit
from rtop_forecast.models.logit.cross_validation import past_folds, random_folds
from rtop_forecast.models.logit.exact_path import exact_paths

SETTINGS = {"l1_ratio": 0.5, "n_lambdas": 25, "lambda_ratio": 1e-3, "tol": 1e-9}


def problem(seed, *, n=None, p=None):
    """A random problem; some are separable, have p > n, one event, or constant and repeated columns."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(25, 120)) if n is None else n
    p = int(rng.integers(1, 40)) if p is None else p
    X = rng.normal(size=(n, p)) * rng.lognormal(size=p)
    score = X @ rng.normal(size=p) * rng.choice([0.3, 1.0, 30.0]) / np.sqrt(p) - rng.choice([0.0, 2.0])
    y = (rng.random(n) < 1 / (1 + np.exp(-np.clip(score, -500, 500)))).astype(float)
    if seed % 5 == 0:
        y[:] = 0
    y[0], y[1] = 1, 0
    if p > 2 and seed % 3 == 0:
        X[:, 1] = 4.0
        X[:, 2] = X[:, 0]
    return X, y


def objective(X, y, weight, lam, l1_ratio, intercept, coef):
    """Elastic-net objective, standardised by the weighted 1/n variance."""
    weight = weight / weight.sum()
    mean = weight @ X
    scale = np.sqrt(weight @ (X - mean) ** 2)
    eta = intercept + X @ coef
    loss = weight @ (np.logaddexp(0, eta) - y * eta)
    b = coef * scale
    return loss + lam * (l1_ratio * np.abs(b).sum() + (1 - l1_ratio) / 2 * (b**2).sum())


def smooth_optimum(X, y, weight, lam, l1_ratio):
    """The same minimum by L-BFGS-B on coefficients split into their positive and negative parts."""
    weight = weight / weight.sum()
    mean = weight @ X
    scale = np.sqrt(weight @ (X - mean) ** 2)
    varies = scale > 1e-10 * np.abs(X).max(axis=0)
    Z = (X[:, varies] - mean[varies]) / scale[varies]
    p = Z.shape[1]

    def value(theta):
        b = theta[1 : p + 1] - theta[p + 1 :]
        eta = theta[0] + Z @ b
        residual = weight * (1 / (1 + np.exp(-np.clip(eta, -700, 700))) - y)
        loss = weight @ (np.logaddexp(0, eta) - y * eta)
        penalty = lam * (l1_ratio * theta[1:].sum() + (1 - l1_ratio) / 2 * (b**2).sum())
        slope = Z.T @ residual + lam * (1 - l1_ratio) * b
        gradient = np.concatenate([[residual.sum()], slope + lam * l1_ratio, -slope + lam * l1_ratio])
        return loss + penalty, gradient

    rate = weight @ y
    start = np.zeros(2 * p + 1)
    start[0] = np.log(rate / (1 - rate))
    bounds = [(None, None)] + [(0, None)] * (2 * p)
    options = {"maxiter": 20_000, "maxfun": 40_000, "ftol": 1e-16, "gtol": 1e-11, "maxcor": 30}
    return optimize.minimize(value, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).fun


@pytest.mark.parametrize("block", range(10))
def test_two_hundred_random_problems_against_an_independent_optimiser(block):
    for seed in range(20 * block, 20 * block + 20):
        X, y = problem(seed)
        rng = np.random.default_rng(seed + 10_000)
        weight = np.ones(len(y)) if seed % 2 else rng.integers(1, 4, size=len(y)).astype(float)
        l1_ratio = float(rng.choice([0.1, 0.5, 1.0]))
        solved = exact_paths(
            X, y, weight[None, :], l1_ratio=l1_ratio, n_lambdas=8, lambda_ratio=1e-2, tol=1e-9
        )
        assert solved.kkt_residual.max() <= 1e-9
        fitted = solved.paths[0]
        k = int(rng.integers(len(fitted.lambdas)))
        ours = objective(X, y, weight, fitted.lambdas[k], l1_ratio, fitted.intercepts[k], fitted.coefs[k])
        theirs = smooth_optimum(X, y, weight, fitted.lambdas[k], l1_ratio)
        assert ours <= theirs + 1e-8, seed
        one = ElasticNetLogit(lam=fitted.lambdas[k], l1_ratio=l1_ratio).fit(X, y, sample_weight=weight)
        assert abs(one.objective_ - ours) <= 1e-8, seed


def test_fits_in_step_are_those_one_by_one():
    X, y = problem(1, n=300, p=12)
    folds = random_folds(300, 4, seed=1)
    weights = np.array([np.ones(300), *(fold.train.astype(float) for fold in folds)])
    together = exact_paths(X, y, weights, **SETTINGS)
    for fit, part in enumerate([np.ones(300, bool), *(fold.train for fold in folds)]):
        for k in (3, 12, 20):
            lam = together.paths[0].lambdas[k]
            alone = ElasticNetLogit(lam=lam, l1_ratio=0.5, tol=1e-11).fit(X[part], y[part])
            np.testing.assert_allclose(together.paths[fit].coefs[k], alone.coef_, atol=2e-6)


def test_past_folds_train_on_closed_windows_only():
    years = np.repeat(np.arange(1960, 2000), 3)
    folds = past_folds(years, 4, horizon=2)
    scored = np.concatenate([years[fold.held] for fold in folds])
    assert len(scored) == len(set(zip(scored, range(len(scored)), strict=True)))
    for fold in folds:
        assert years[fold.train].max() + 2 <= years[fold.held].min()
    assert folds[0].held[years == 1960].sum() == 0


def test_a_choice_by_past_folds_does_not_see_the_future():
    rng = np.random.default_rng(3)
    X, y = problem(7, n=600, p=6)
    years = np.repeat(np.arange(1960, 2000), 15)
    last = past_folds(years, 5, horizon=2)[-1]
    before = last.train
    model = ElasticNetLogitCV(n_folds=5, n_lambdas=20).fit(X, y, years=years)
    scrambled = X.copy()
    scrambled[~before & ~last.held] = rng.normal(size=X[~before & ~last.held].shape)
    assert model.kkt_residual_ <= 1e-9
    assert model.path_kkt_residual_ <= 1e-7
    again = ElasticNetLogitCV(n_folds=5, n_lambdas=20).fit(X, y, years=years)
    np.testing.assert_array_equal(model.coef_, again.coef_)


def test_rules_and_random_folds_agree_with_the_parity_mode_when_that_converges():
    X, y = problem(11, n=400, p=8)
    exact = ElasticNetLogitCV(folds="random", seed=4, n_lambdas=30, lambda_ratio=1e-3).fit(X, y)
    strict = GlmnetLogit(seed=4, n_lambdas=30, lambda_ratio=1e-3, thresh=1e-22).fit(X, y)
    np.testing.assert_allclose(exact.path_.lambdas, strict.path_.lambdas, rtol=1e-10)
    np.testing.assert_allclose(exact.path_.coefs, strict.path_.coefs, atol=1e-4)
    cautious = ElasticNetLogitCV(folds="random", seed=4, n_lambdas=30, lambda_ratio=1e-3, rule="1se").fit(
        X, y
    )
    assert cautious.lambda_ == cautious.lambda_1se_ >= exact.lambda_min_ == exact.lambda_


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"l1_ratio": 0.0}, "l1_ratio"),
        ({"folds": "rows"}, "folds must be 'past' or 'random'"),
        ({"n_folds": 1}, "n_folds must be at least 2"),
        ({"horizon": 0}, "horizon"),
        ({"rule": "best"}, "rule"),
        ({"tol": 0.0}, "tol"),
        ({"n_lambdas": 1}, "n_lambdas"),
        ({"lambda_ratio": 2.0}, "lambda_ratio"),
    ],
)
def test_parameters_out_of_range_are_refused(change, rule):
    X, y = problem(7, n=100, p=3)
    with pytest.raises(InputError, match=rule):
        ElasticNetLogitCV(**change).fit(X, y, years=np.arange(100))


def test_bad_input_is_refused():
    X, y = problem(7, n=100, p=3)
    years = np.repeat(np.arange(1980, 2000), 5)
    with pytest.raises(InputError, match=r"fit\(X, y, years="):
        ElasticNetLogitCV().fit(X, y)
    with pytest.raises(InputError, match="one entry per row"):
        ElasticNetLogitCV().fit(X, y, years=years[:-1])
    with pytest.raises(InputError, match="more years than folds"):
        ElasticNetLogitCV(n_folds=20).fit(X, y, years=years)
    with pytest.raises(InputError, match="integer per row"):
        ElasticNetLogitCV().fit(X, y, years=years + 0.5)
    with pytest.raises(InputError, match="complete and finite"):
        ElasticNetLogitCV().fit(np.where(X > 1, np.nan, X), y, years=years)
    with pytest.raises(InputError, match="both classes in the rows it trains on; fold 1"):
        ElasticNetLogitCV(n_folds=4).fit(X, np.r_[np.zeros(99), 1], years=years)
