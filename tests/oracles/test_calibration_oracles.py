"""Calibrators against general-purpose optimisers on their stated objective; intervals against scipy.stats."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

from rtop_forecast.calibration import (
    InterceptShift,
    LogisticRecalibration,
    RandomWalkShift,
)
from rtop_forecast.evaluation import reliability_curve

# the oracle's own minimum is known to this
ATOL = 1e-5


def rows(seed, *, n=400, events=None):
    rng = np.random.default_rng(seed)
    z = rng.normal(-2.5, 1.2, n)
    outcome = (rng.random(n) < 1 / (1 + np.exp(-(0.5 + 0.7 * z)))).astype(float)
    if events is not None:
        outcome[:] = 0
        outcome[rng.choice(n, events, replace=False)] = 1
    return outcome, z, rng.gamma(2.0, 0.5, n), rng.choice(np.arange(1970, 1995), n)


def loss(outcome, z, weights):
    return -(weights * np.where(outcome == 1, -np.logaddexp(0, -z), -np.logaddexp(0, z))).sum()


def least(function, start, gradient=None):
    found = optimize.minimize(function, start, jac=gradient, method="BFGS", options={"gtol": 1e-7})
    # precision loss is how BFGS ends at the limit of numerical gradients
    assert found.status in (0, 2)
    return found.x


def hessian(function, at, step=1e-4):
    """Second derivatives by central differences."""
    n = len(at)
    unit = np.eye(n) * step
    return np.array(
        [
            [
                function(at + unit[i] + unit[j])
                - function(at + unit[i] - unit[j])
                - function(at - unit[i] + unit[j])
                + function(at - unit[i] - unit[j])
                for j in range(n)
            ]
            for i in range(n)
        ]
    ) / (4 * step**2)


def prob(z):
    return 1 / (1 + np.exp(-z))


@pytest.mark.parametrize("events", [None, 0, 1, 3])
@pytest.mark.parametrize("prior_sd", [0.3, 1.0, 3.0])
def test_intercept_shift(events, prior_sd):
    y, z, w, _ = rows(1, events=events)

    def objective(a):
        return loss(y, z + a[0], w) + a[0] ** 2 / (2 * prior_sd**2)

    fitted = InterceptShift(prior_sd=prior_sd).fit(y, prob(z), weights=w)
    best = least(objective, [0.0])
    assert_allclose(fitted.intercept_, best[0], atol=ATOL)
    assert_allclose(fitted.covariance_[0, 0], 1 / hessian(objective, best)[0, 0], rtol=1e-4)


@pytest.mark.parametrize("events", [None, 0, 1, 3])
@pytest.mark.parametrize(("prior_sd", "slope_sd"), [(1.0, 0.5), (3.0, 0.2), (0.5, 2.0)])
def test_logistic_recalibration(events, prior_sd, slope_sd):
    y, z, w, _ = rows(2, events=events)
    mean = (w * prob(z)).sum() / w.sum()
    centre = np.log(mean / (1 - mean))

    def objective(theta):
        mapped = centre + theta[0] + np.exp(theta[1]) * (z - centre)
        return loss(y, mapped, w) + theta[0] ** 2 / (2 * prior_sd**2) + theta[1] ** 2 / (2 * slope_sd**2)

    fitted = LogisticRecalibration(prior_sd=prior_sd, slope_sd=slope_sd).fit(y, prob(z), weights=w)
    # several starts: the objective need not be convex
    starts = [least(objective, [0.0, c]) for c in (-1.0, 0.0, 1.0)]
    best = min(starts, key=objective)
    slope = np.exp(best[1])
    assert_allclose([fitted.intercept_, fitted.slope_], [best[0] + centre * (1 - slope), slope], atol=ATOL)
    jacobian = np.array([[1, -centre * slope], [0, slope]])
    expected = jacobian @ np.linalg.inv(hessian(objective, best)) @ jacobian.T
    assert_allclose(fitted.covariance_, expected, rtol=1e-3, atol=1e-8)


@pytest.mark.parametrize("events", [None, 0, 2])
@pytest.mark.parametrize("sigma", [0.05, 0.3, 1.0])
def test_random_walk_shift(events, sigma):
    y, z, w, time = rows(3, events=events)
    years, prior_sd = np.unique(time), 0.8

    def objective(path):
        steps = np.diff(path) / (sigma * np.sqrt(np.diff(years)))
        prior = (path[0] / prior_sd) ** 2 / 2 + (steps**2).sum() / 2
        return loss(y, z + path[np.searchsorted(years, time)], w) + prior

    def gradient(path):
        steps = np.diff(path) / (sigma**2 * np.diff(years))
        residual = w * (prob(z + path[np.searchsorted(years, time)]) - y)
        by_year = np.array([residual[time == year].sum() for year in years])
        return by_year + np.append(path[0] / prior_sd**2, steps) - np.append(steps, 0)

    assert optimize.check_grad(objective, gradient, np.linspace(-1, 1, years.size)) < 1e-3
    fitted = RandomWalkShift(sigma=sigma, prior_sd=prior_sd).fit(y, prob(z), time=time, at=1997, weights=w)
    found = np.array(list(fitted.path_.values()))
    assert_allclose(found, least(objective, np.zeros(years.size), gradient), atol=ATOL)
    variance = np.linalg.inv(hessian(objective, found))[-1, -1] + sigma**2 * (1997 - years[-1])
    assert_allclose(fitted.covariance_[0, 0], variance, rtol=1e-4)


@pytest.mark.parametrize("sigma", [0.0, 1e-7])
def test_random_walk_without_drift_is_the_penalised_shift(sigma):
    y, z, w, time = rows(4)
    walk = RandomWalkShift(sigma=sigma, prior_sd=0.8).fit(y, prob(z), time=time, at=1997, weights=w)
    shift = InterceptShift(prior_sd=0.8).fit(y, prob(z), weights=w)
    assert_allclose(walk.intercept_, shift.intercept_, rtol=1e-9)
    assert_allclose(walk.covariance_, shift.covariance_, rtol=1e-9)


def test_intervals_of_the_reliability_curve():
    y, z, _, _ = rows(5)
    curve = reliability_curve(y, prob(z), bins=7, level=0.8)
    beta = stats.beta(curve.positives + 0.5, curve.count - curve.positives + 0.5)
    assert_allclose(curve.low, np.where(curve.positives == 0, 0, beta.ppf(0.1)), rtol=1e-10)
    assert_allclose(curve.high, np.where(curve.positives == curve.count, 1, beta.ppf(0.9)), rtol=1e-10)


def test_bins_of_the_reliability_curve_by_loop():
    rng = np.random.default_rng(6)
    p = np.round(rng.beta(1, 8, 200), 2)
    y = (rng.random(200) < p).astype(int)
    members = {}
    for row in range(200):
        middle = (np.sum(p < p[row]) + np.sum(p <= p[row])) / 2
        members.setdefault(int(np.floor(middle * 10 / 200)), []).append(row)
    curve = reliability_curve(y, p, bins=10)
    expected = [members[key] for key in sorted(members)]
    assert curve.count.tolist() == [len(rows_) for rows_ in expected]
    assert curve.positives.tolist() == [y[rows_].sum() for rows_ in expected]
    assert_allclose(curve.mean_prob, [p[rows_].mean() for rows_ in expected], rtol=1e-12)
