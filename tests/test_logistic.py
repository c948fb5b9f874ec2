"""Log-odds and the Newton method behind the small logistic models."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.logistic import (
    entropy,
    log_odds,
    logistic_loss,
    minimise,
    probability,
    probability_in_place,
    softplus,
)


def test_probability_and_log_odds_are_inverse():
    prob = np.array([0.0, 1e-300, 1e-17, 0.02, 0.5, 0.98, 1.0])
    assert_array_equal(log_odds(prob[[0, -1]]), [-math.inf, math.inf])
    assert_allclose(probability(log_odds(prob)), prob, rtol=1e-12)
    assert_array_equal(probability(np.array([-1000.0, 1000.0])), [0, 1])


def test_the_plain_formula_agrees_and_reuses_the_memory():
    z = np.array([-1000.0, -700.0, -4.0, 0.0, 4.0, 1000.0])
    negative = -z
    found = probability_in_place(negative)
    assert found is negative
    assert_allclose(found, probability(z), rtol=1e-12, atol=1e-320)


def test_softplus_and_entropy_are_losses():
    z = np.array([-1000.0, -4.0, 0.0, 4.0, 1000.0])
    assert_array_equal(softplus(z), logistic_loss(np.zeros(5), z))
    rate = np.array([1e-9, 0.02, 0.5])
    expected = rate * logistic_loss(np.ones(3), log_odds(rate)) + (1 - rate) * softplus(log_odds(rate))
    assert_allclose(entropy(rate), expected, rtol=1e-12)


def test_loss_neither_overflows_nor_cancels():
    assert_allclose(
        logistic_loss(np.array([1.0, 0.0, 1.0, 0.0]), np.array([40.0, -40.0, -1000.0, 0.0])),
        [math.exp(-40), math.exp(-40), 1000.0, math.log(2)],
        rtol=1e-12,
    )


def test_minimise_halves_steps_that_overshoot():
    # Newton's full step from 3 on log cosh diverges
    def objective(x):
        return math.log(math.cosh(x[0])), np.tanh(x), (1 / np.cosh(x) ** 2)[:, None]

    found, curvature = minimise(objective, np.array([3.0]))
    assert abs(found[0]) < 1e-8
    assert_allclose(curvature, [[1.0]])


def test_minimise_raises_without_a_minimum():
    def objective(x):
        return math.exp(-x[0]), -np.exp(-x), np.exp(-x)[:, None] + 1e-300

    def upward(x):
        # the gradient lies: no step of any length descends
        return float(np.abs(x).sum()), np.ones(1), np.eye(1)

    with pytest.raises(RuntimeError, match="did not converge"):
        minimise(upward, np.zeros(1))
    # flat at infinity: the promised gain of a step falls below the tolerance, far out
    assert minimise(objective, np.zeros(1))[0][0] > 25
