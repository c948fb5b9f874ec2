"""Minima by signs, by sweeps, and where there is none."""

from __future__ import annotations

import numpy as np

from rtop_forecast.models.logit.quadratic_minimum import _swept, minima_by_signs, quadratic_minimum


def test_a_column_without_curvature_is_left_where_it_is():
    """Under separation a column's curvature can vanish; it has no minimum of its own to step to."""
    quadratic = np.array([[2.0, 0.0], [0.0, 0.0]])
    coef = _swept(
        quadratic,
        np.array([4.0, 1.0]),
        np.array([1.0, 0.5]),
        np.array([0.0, 3.0]),
        idle=np.zeros(2, dtype=bool),
    )
    np.testing.assert_allclose(coef, [1.5, 3.0])


def test_minima_by_signs_are_those_of_the_sweeps():
    rng = np.random.default_rng(5)
    n_problems, width = 40, 12
    rows = rng.normal(size=(n_problems, 30, width))
    quadratic = rows.transpose(0, 2, 1) @ rows / 30
    linear, l1 = rng.normal(size=(n_problems, width)), np.full((n_problems, width), 0.5)
    idle = np.zeros((n_problems, width), dtype=bool)
    best = np.array(
        [
            quadratic_minimum(*one, np.zeros(width), idle=idle[0])
            for one in zip(quadratic, linear, l1, strict=True)
        ]
    )
    # Some starts have two wrong signs, one that should be zero and one that should not.
    start = best.copy()
    start[::2, 0] = np.where(best[::2, 0] == 0.0, 0.3, 0.0)
    start[::4, 1] = np.where(best[::4, 1] == 0.0, -0.3, 0.0)
    found, confirmed = minima_by_signs(quadratic, linear, l1, start, idle=idle)
    assert confirmed[1::2].all()
    assert confirmed[::2].mean() > 0.8
    np.testing.assert_allclose(found[confirmed], best[confirmed], atol=1e-12)
