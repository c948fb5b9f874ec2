"""A sweep at once is the sweep coordinate by coordinate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.models.logit import sweeps as _sweeps
from rtop_forecast.models.logit.sweeps import Quadratic


def loop(gram, gradient, coef, order, l1, l2):
    """Coordinate descent as in Friedman et al. (2010), without shortcuts."""
    coef, gradient = coef.copy(), gradient.copy()
    largest = 0.0
    for k in order:
        pull = gradient[k] + gram[k, k] * coef[k]
        if k == 0:
            new = pull / gram[k, k]
        else:
            new = np.sign(pull) * max(abs(pull) - l1, 0.0) / (gram[k, k] + l2)
        change = new - coef[k]
        coef[k] = new
        gradient -= gram[:, k] * change
        largest = max(largest, gram[k, k] * change**2)
    return coef, gradient, largest


def problem(seed, size, zeros):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(3 * size, size)) + 0.5 * rng.normal(size=(3 * size, 1))
    rows[:, 0] = 1.0
    coef = np.where(rng.random(size) < zeros, 0.0, rng.normal(size=size))
    return rows.T @ rows / len(rows), rng.normal(size=size) * 0.3, coef, rng


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(1, 14),
    zeros=st.sampled_from([0.0, 0.3, 1.0]),
    l1=st.sampled_from([0.0, 0.01, 0.2, 1.0]),
    l2=st.sampled_from([0.0, 0.1]),
)
def test_sweeps_agree_with_a_loop(seed, size, zeros, l1, l2):
    gram, gradient, coef, rng = problem(seed, size, zeros)
    quadratic = Quadratic(gram=gram, gradient=gradient, coef=coef, l1=l1, l2=l2)
    everything = np.append(1 + rng.permutation(size - 1), 0)
    some = np.append(everything[:-1][: size // 2], 0)
    for order in (everything, some, some, everything, everything, everything):
        coef, gradient, largest = loop(gram, gradient, coef, order, l1, l2)
        assert quadratic.sweep(order) == pytest.approx(largest, rel=1e-9, abs=1e-18)
        np.testing.assert_allclose(quadratic.coef, coef, rtol=0, atol=1e-11)
        np.testing.assert_allclose(quadratic.gradient, gradient, rtol=0, atol=1e-11)
        np.testing.assert_array_equal(quadratic.coef == 0, coef == 0)


@pytest.mark.parametrize("flat", [0, 3])
def test_a_coordinate_without_curvature_stays(flat):
    gram, gradient, coef, _ = problem(2, 9, 0.0)
    gram[flat], gram[:, flat] = 0.0, 0.0
    quadratic = Quadratic(gram=gram, gradient=gradient, coef=coef, l1=0.01, l2=0.0)
    order = np.append(np.arange(1, 9), 0)
    for _ in range(3):
        assert np.isfinite(quadratic.sweep(order))
    assert quadratic.coef[flat] == coef[flat]
    assert (np.delete(quadratic.coef, flat) != np.delete(coef, flat)).all()


def test_sweeps_are_made_at_once_where_signs_hold(monkeypatch):
    gram, gradient, coef, _ = problem(1, 12, 0.3)
    quadratic = Quadratic(gram=gram, gradient=gradient, coef=coef, l1=0.05, l2=0.1)
    order = np.append(np.arange(1, 12), 0)
    while quadratic.sweep(order) > 1e-10:
        pass
    monkeypatch.setattr(
        _sweeps.Quadratic, "_one_by_one", lambda *_: pytest.fail("a sweep near the solution keeps every sign")
    )
    before = quadratic.coef.copy()
    quadratic.sweep(order)
    np.testing.assert_allclose(quadratic.coef, before, atol=1e-4)
