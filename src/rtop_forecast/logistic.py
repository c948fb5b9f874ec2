"""Log-odds, the logistic function and its loss, and the damped Newton method that fits its small models.

Calibration and scores use these. The models in ``models`` use scipy's ``expit`` and ``logit`` where they always did:
about a quarter of the values differ in the last bit, and a fitted or published number must not move by one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rtop_forecast.checks.arrays import FloatArray

# value, gradient, positive definite curvature
Objective = Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]

_MAX_STEPS = 200
_MAX_HALVINGS = 100
_FLOOR = 1e-12
# half the squared Newton decrement is the expected gain of the step; the step that promises less is the last
_DECREMENT = 1e-13


def log_odds(prob: FloatArray) -> FloatArray:
    """log(p / (1 - p)); minus and plus infinity at 0 and 1."""
    with np.errstate(divide="ignore"):
        odds: FloatArray = np.log(prob) - np.log1p(-prob)
    return odds


def probability(z: FloatArray) -> FloatArray:
    """1 / (1 + exp(-z)) without overflow, with full relative precision for small probabilities."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def probability_in_place(minus_z: FloatArray) -> FloatArray:
    """1 / (1 + exp(-z)) from -z, in the same memory; 0 where the exponential overflows.

    The plain formula, fast on large arrays, and the one whose bits equal those of R's glmnet.
    """
    with np.errstate(over="ignore"):
        np.exp(minus_z, out=minus_z)
    minus_z += 1.0
    np.reciprocal(minus_z, out=minus_z)
    return minus_z


def softplus(z: FloatArray) -> FloatArray:
    """log(1 + exp(z)) without overflow: the loss of an outcome 0 at log-odds z."""
    return np.logaddexp(0.0, z)


def entropy(rate: FloatArray | float) -> FloatArray:
    """-p log p - (1 - p) log(1 - p): the mean logistic loss of a forecast of the rate itself, in nats."""
    return np.asarray(-(rate * np.log(rate) + (1 - rate) * np.log1p(-rate)))


def logistic_loss(outcome: FloatArray, z: FloatArray) -> FloatArray:
    """Negative log-likelihood of each outcome (0 or 1) at log-odds z."""
    return softplus(np.where(outcome == 1, -z, z))


def minimise(objective: Objective, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minimise a smooth function by Newton steps, halved until they descend.

    Returns the minimum and the curvature there; raises RuntimeError if it does not converge.
    """
    x = start
    value, gradient, curvature = objective(x)
    # far from the optimum all probabilities may be 0 or 1 and the curvature vanish; the floor keeps the
    # step finite, so that halving can bring it back, and is too small to matter at the optimum
    floor = _FLOOR * float(np.diag(curvature).max()) * np.eye(x.size)
    for _ in range(_MAX_STEPS):
        step = np.linalg.solve(curvature + floor, gradient)
        decrement = float(gradient @ step)
        size = 1.0
        # the slack lets the last steps through, whose gain is below rounding
        slack = 1e-14 * (1.0 + abs(value))
        for _ in range(_MAX_HALVINGS):
            trial = objective(x - size * step)
            if trial[0] <= value - 1e-4 * size * decrement + slack:
                break
            size /= 2
        else:
            break
        x = x - size * step
        value, gradient, curvature = trial
        if decrement <= _DECREMENT and size == 1.0:
            return x, curvature
    message = (
        f"Newton's method did not converge in {_MAX_STEPS} steps (objective {value:g}). Report the data."
    )
    raise RuntimeError(message)
