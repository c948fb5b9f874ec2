"""The solver against independent optimisers and a plain check of its optimality conditions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from rtop_forecast.errors import InputError
from rtop_forecast.models.logit.solver import Problem, minimise_quadratic, solve, weighted_gram


def draw_problem(seed: int) -> Problem:
    """Random problem; by turns plain, separable, with duplicates, with one event, with p > n."""
    rng = np.random.default_rng(seed)
    kind = seed % 5
    n, p = (12, 20) if kind == 4 else (int(rng.integers(30, 120)), int(rng.integers(1, 12)))
    X = rng.normal(size=(n, p)) @ (np.eye(p) + 0.3 * rng.normal(size=(p, p)))
    eta = X @ (rng.normal(size=p) * (rng.random(p) < 0.6)) - 1.0
    y = (eta + rng.logistic(size=n) > 0).astype(float)
    if kind == 1:
        y = (X[:, 0] > np.quantile(X[:, 0], 0.7)).astype(float)
    if kind == 2:
        X = np.column_stack([X, X[:, 0], -X[:, 0]])
    if kind == 3:
        y = np.zeros(n)
        y[rng.integers(n)] = 1.0
    if y.min() == y.max():
        y[0] = 1 - y[0]
    v = rng.random(n) + 0.1 if seed % 2 else np.ones(n)
    v /= v.sum()
    X = X - v @ X
    X = X / np.sqrt(v @ X**2)
    lam, ratio = 10.0 ** rng.uniform(-3, -1), [0.0, 0.5, 0.9, 1.0][seed % 4]
    return Problem(features=np.asfortranarray(X), outcome=y, weight=v, l1=lam * ratio, l2=lam * (1 - ratio))


def smooth_optimum(problem: Problem) -> float:
    """Minimum by L-BFGS-B with b = u - w, u >= 0, w >= 0, which makes the L1 norm linear."""
    X, y, v = problem.features, problem.outcome, problem.weight
    p = X.shape[1]

    def value_and_slope(theta):
        b = theta[1 : p + 1] - theta[p + 1 :]
        eta = theta[0] + X @ b
        signed = np.where(y > 0, -eta, eta)
        value = v @ np.logaddexp(0, signed) + problem.l1 * theta[1:].sum() + problem.l2 / 2 * (b @ b)
        error = v * (0.5 * (1 + np.tanh(eta / 2)) - y)
        slope = X.T @ error + problem.l2 * b
        return value, np.concatenate([[error.sum()], slope + problem.l1, problem.l1 - slope])

    bounds = [(None, None)] + [(0, None)] * (2 * p)
    theta = np.zeros(2 * p + 1)
    options = {"maxiter": 50_000, "maxfun": 500_000, "ftol": 0.0, "gtol": 1e-9, "maxcor": 50}
    for _ in range(3):  # restarts clear the memory of the quasi-Newton matrix
        theta = minimize(
            value_and_slope, theta, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        ).x
    return value_and_slope(theta)[0]


def plain_residual(problem: Problem, intercept: float, coef: np.ndarray) -> float:
    """Largest breach of the optimality conditions, by loops over the definition."""
    X, y, v = problem.features, problem.outcome, problem.weight
    error = [
        v[i] * (1 / (1 + np.exp(-(intercept + sum(X[i, j] * coef[j] for j in range(len(coef)))))) - y[i])
        for i in range(len(y))
    ]
    worst = abs(sum(error))
    for j, b in enumerate(coef):
        slope = sum(e * x for e, x in zip(error, X[:, j], strict=True)) + problem.l2 * b
        worst = max(worst, abs(slope + np.sign(b) * problem.l1) if b else abs(slope) - problem.l1)
    return worst


@pytest.mark.parametrize("seed", range(60))
def test_objective_agrees_with_an_independent_optimiser(seed):
    problem = draw_problem(seed)
    ours = solve(problem, tol=1e-9, max_iter=200)
    assert abs(ours.objective - smooth_optimum(problem)) <= 1e-8
    assert ours.kkt_residual <= 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_certificate_is_the_true_residual(seed):
    problem = draw_problem(seed)
    ours = solve(problem, tol=1e-9, max_iter=200)
    assert plain_residual(problem, ours.intercept, ours.coef) == pytest.approx(ours.kkt_residual, abs=1e-14)


@pytest.mark.parametrize("lam", [1e-8, 1e-6, 1e-4])
@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
def test_separable_data_with_a_tiny_penalty_converge(lam, ratio):
    x = np.linspace(-1, 1, 40)
    X = np.column_stack([x, x**3])
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    problem = Problem(
        features=np.asfortranarray(X),
        outcome=(x > 0.3).astype(float),
        weight=np.full(40, 1 / 40),
        l1=lam * ratio,
        l2=lam * (1 - ratio),
    )
    assert solve(problem, tol=1e-10, max_iter=200).kkt_residual <= 1e-10


@pytest.mark.parametrize("seed", [7, 227, 287])
def test_cancelling_duplicates_converge_under_a_tiny_lasso(seed):
    # Seeds where a column, its copy and its negative can hold coefficients that cancel: only the penalty
    # tells them apart, and coordinate descent alone needs thousands of sweeps.
    problem = draw_problem(seed)
    tiny = replace(problem, l1=problem.l1 * 1e-5, l2=0.0)
    assert solve(tiny, tol=1e-9, max_iter=30).kkt_residual <= 1e-9


def test_separable_data_without_penalty_do_not_converge():
    x = np.linspace(-1.5, 1.5, 20)[:, None]
    y = (x[:, 0] > 0).astype(float)
    problem = Problem(features=np.asfortranarray(x), outcome=y, weight=np.full(20, 0.05), l1=0.0, l2=0.0)
    with pytest.raises(InputError, match=r"did not converge.*raise lam"):
        solve(problem, tol=1e-14, max_iter=20)


def test_largest_penalty_keeps_every_coefficient_exactly_zero():
    problem = draw_problem(5)
    error = problem.weight * (problem.weight @ problem.outcome - problem.outcome)
    limit = np.abs(problem.features.T @ error).max()
    at = replace(problem, l1=limit * (1 + 1e-9), l2=0.0)
    below = replace(problem, l1=limit * 0.99, l2=0.0)
    assert not solve(at, tol=1e-12, max_iter=50).coef.any()
    assert np.count_nonzero(solve(below, tol=1e-12, max_iter=50).coef) >= 1


@pytest.mark.parametrize("seed", range(20))
def test_quadratic_solution_meets_its_conditions(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 15))
    half = rng.normal(size=(max(m - seed % 3, 1), m))  # singular for two seeds in three
    gram = half.T @ half
    linear = gram @ rng.normal(size=m)
    coef = minimise_quadratic(gram, linear, 0.3, start=rng.normal(size=m), tol=1e-10)
    slope = gram @ coef - linear
    on = coef != 0
    assert np.abs(slope[on] + 0.3 * np.sign(coef[on])).max(initial=0.0) <= 1e-8
    assert np.abs(slope[~on]).max(initial=0.0) <= 0.3 + 1e-8


@pytest.mark.parametrize(("n_rows", "width"), [(1, 1), (7, 3), (3000, 130), (70_000, 3)])
def test_a_weighted_gram_is_the_product_of_centred_columns(n_rows, width):
    """Sizes that fill no block, several blocks, several tiles and several chunks."""
    rng = np.random.default_rng(0)
    columns, weight = rng.normal(size=(n_rows, width)), rng.random(n_rows)
    centre = rng.normal(size=width)
    expected = (columns - centre).T @ ((columns - centre) * weight[:, None])
    got = weighted_gram(np.asfortranarray(columns), weight, centre=centre)
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(got, got.T)
