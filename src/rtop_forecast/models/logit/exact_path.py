r"""Exact lambda paths of several elastic-net logits on the same rows, in step.

The fits differ in their weights only (those of a fold's held-out rows are zero), so linear predictors and gradients of
all are two matrix products. Each fit takes Newton-like steps: the penalised quadratic model of its loss is minimised
exactly over an active set, with a Hessian that is kept while it serves and renewed when a step hardly lowers the
breach of the optimality conditions. From one penalty to the next the solutions are extrapolated. Single precision
says where to step until it sees no breach; what is left is measured, and if need be mended, in double precision. A fit
that will not come to rest goes to the certified solver of :mod:`rtop_forecast.models.logit.solver`.

Columns are standardised once, with the weights of the first fit; what the standard deviations of the others differ by
goes into their penalties, so that every fit has the solution of its own standardisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import entropy, probability_in_place
from rtop_forecast.models.logit.glmnet_path import Path, enough_explained
from rtop_forecast.models.logit.quadratic_minimum import minima_by_signs, product, quadratic_minimum
from rtop_forecast.models.logit.row_blocks import RowBlocks
from rtop_forecast.models.logit.solver import Problem, solve

__all__ = ["ExactPaths", "exact_paths"]

_SLOW = 0.15  # share of the breach that may be left after a step with a kept Hessian
_STEPS = 30  # steps at one penalty before the certified solver takes over
_SINGLE_STEPS = 8  # of those in single precision
_SINGLE_NOISE = 5e-8  # breach that single precision cannot tell from none
# Weights of the last one, two or three solutions in the next, for evenly spaced penalties.
_POINTERS = {1: (1.0,), 2: (2.0, -1.0), 3: (3.0, -3.0, 1.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactPaths:
    """Paths of several fits over the same penalties.

    Attributes
    ----------
    paths : list of Path
        The share of deviance explained is known of the first fit only.
    kkt_residual : ndarray of shape (n_fits, n_lambdas)
        Largest breach of the optimality conditions, on the scale of standardised columns.
    """

    paths: list[Path]
    kkt_residual: FloatArray


def exact_paths(
    features: FloatArray,
    outcome: FloatArray,
    weights: FloatArray,
    *,
    l1_ratio: float,
    n_lambdas: int,
    lambda_ratio: float,
    tol: float,
) -> ExactPaths:
    """Solve every fit at every penalty to a breach of at most ``tol``.

    Parameters
    ----------
    features : ndarray of shape (n_rows, n_features)
        Finite.
    outcome : ndarray of shape (n_rows,)
        0.0 and 1.0.
    weights : ndarray of shape (n_fits, n_rows)
        Non-negative; the first fit sets the penalties, from the least that keeps all its coefficients at zero.
    l1_ratio, n_lambdas, lambda_ratio
        As :func:`rtop_forecast.models.logit.glmnet_path.path`.
    tol : float

    Raises
    ------
    InputError
        If no column varies with the outcome.
    """
    state = _Fits(features, outcome, weights, l1_ratio=l1_ratio, tol=tol)
    largest = state.start()
    lambdas = largest * lambda_ratio ** (np.arange(n_lambdas) / max(n_lambdas - 1, 1))
    solutions: list[tuple[FloatArray, FloatArray]] = []
    explained: list[float] = []
    breaches = []
    for lam in lambdas:
        breaches.append(state.solve(float(lam)))
        solutions.append(state.original())
        explained.append(state.explained(0))
        if enough_explained(explained):
            break
    used = lambdas[: len(solutions)]
    paths = [
        Path(
            lambdas=used,
            intercepts=np.array([one[0][fit] for one in solutions]),
            coefs=np.array([one[1][:, fit] for one in solutions]),
            deviance_ratio=np.array(explained) if fit == 0 else np.full(len(used), np.nan),
        )
        for fit in range(len(weights))
    ]
    return ExactPaths(paths=paths, kkt_residual=np.array(breaches).T)


class _Fits:
    """Coefficients of all fits, columns of one matrix, and what belongs to them."""

    def __init__(
        self, features: FloatArray, outcome: FloatArray, weights: FloatArray, *, l1_ratio: float, tol: float
    ) -> None:
        self.weight = np.ascontiguousarray(weights / weights.sum(axis=1, keepdims=True))
        first = self.weight[0]
        self.mean = first @ features
        centred = features - self.mean
        scale = np.sqrt(first @ centred**2)
        varies = scale > 1e-13 * np.abs(features).max(axis=0, initial=0.0)
        self.scale = np.where(varies, scale, 1.0)
        # The last column is the intercept's, so that products give what belongs to it as well.
        standard = np.where(varies, centred / self.scale, 0.0)
        self.columns = np.column_stack([standard, np.ones(len(features))])
        augmented = np.ascontiguousarray(self.columns.T)
        self.rows = augmented[:-1]
        # Spread of each column in each fit, in units of the first fit's.
        moment = self.rows @ self.weight.T
        square = (self.rows**2) @ self.weight.T
        spread = np.sqrt(np.maximum(square - moment**2, 0.0))
        self.idle = spread <= 1e-12
        self.spread = np.where(self.idle, 1.0, spread)
        self.outcome, self.l1_ratio, self.tol = outcome, l1_ratio, tol
        self.double = _Sample(augmented, outcome, self.weight, dtype=np.float64)
        self.single = _Sample(augmented, outcome, self.weight, dtype=np.float32)
        rate = self.weight @ outcome
        self.null_deviance = entropy(rate)
        n_fits = len(self.weight)
        self.coef = np.zeros((features.shape[1], n_fits))
        self.intercept = np.log(rate / (1 - rate))
        self.past: list[tuple[FloatArray, FloatArray]] = []
        self.solved = 0
        # Hessians with the intercept eliminated, curvature by column and in all; a total of zero means that there is
        # none.
        n_columns = features.shape[1]
        self.reduced = np.zeros((n_fits, n_columns, n_columns))
        self.cross = np.zeros((n_fits, n_columns))
        self.total = np.zeros(n_fits)

    def start(self) -> float:
        """Least penalty that keeps the first fit at zero."""
        _, gradient, _ = self._evaluate(np.arange(len(self.weight)), self.double)
        largest = float(np.abs(gradient[:, 0] / self.spread[:, 0])[~self.idle[:, 0]].max(initial=0.0))
        if largest <= 0:
            message = (
                "no column varies with the outcome, so there is no penalty to begin with. Check the features."
            )
            raise InputError(message)
        return largest / self.l1_ratio

    def _evaluate(self, fits: NDArray[np.intp], sample: _Sample) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Probabilities, by block, and gradients by column and by intercept of some fits."""
        prob, gradient = sample.evaluate(np.vstack([self.coef[:, fits], self.intercept[fits]]).T, fits)
        return prob, np.where(self.idle[:, fits], 0.0, gradient[:-1]), gradient[-1]

    def explained(self, fit: int) -> float:
        """Share of the null deviance that a fit explains."""
        eta = self.coef[:, fit] @ self.rows + self.intercept[fit]
        # logistic.softplus differs in the last bit, and by this share a path ends
        log_one_plus = np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta)))
        return float(1 - self.weight[fit] @ (log_one_plus - self.outcome * eta) / self.null_deviance[fit])

    def original(self) -> tuple[FloatArray, FloatArray]:
        """Give intercepts and coefficients on the scale of the features as given."""
        coef = self.coef / self.scale[:, None]
        return self.intercept - self.mean @ coef, coef

    def solve(self, lam: float) -> FloatArray:
        """Bring all fits to their solutions at a penalty; the breach that is left of each."""
        self._extrapolate()
        self._approach(lam, self.single, tol=max(0.8 * self.tol, _SINGLE_NOISE), steps=_SINGLE_STEPS)
        breach, open_fits = self._approach(lam, self.double, tol=self.tol, steps=_STEPS)
        for fit in open_fits.tolist():
            breach[fit] = self._certified(fit, lam)
        return breach

    def _approach(
        self, lam: float, sample: _Sample, *, tol: float, steps: int
    ) -> tuple[FloatArray, NDArray[np.intp]]:
        """Step while a breach is above ``tol``; the breaches, and the fits that are still on their way."""
        n_fits = len(self.weight)
        breach = np.full(n_fits, np.inf)
        open_fits = np.arange(n_fits)
        for _ in range(steps):
            prob, gradient, slope = self._evaluate(open_fits, sample)
            now = self._breach(open_fits, gradient, slope, lam)
            # A step that hardly lowered the breach was made with a Hessian that has grown too old.
            stale = now > _SLOW * breach[open_fits]
            breach[open_fits] = now
            going = now > tol
            for at in np.flatnonzero(going & (stale | (self.total[open_fits] == 0.0))):
                self._renew(int(open_fits[at]), prob[:, at])
            flat = self.total[open_fits] == 0.0
            for fit in open_fits[going & flat].tolist():
                self._certified(fit, lam)
            stepping = going & ~flat
            if stepping.any():
                self._step(open_fits[stepping], gradient[:, stepping].T, slope[stepping], lam)
            open_fits = open_fits[going]
            if not len(open_fits):
                break
        return breach, open_fits

    def _extrapolate(self) -> None:
        """Begin where the solutions before point to, as far as signs allow.

        Penalties are evenly spaced on the log scale, so a polynomial in their logarithm has whole weights.
        """
        self.past = [(self.coef, self.intercept), *self.past[:2]]
        if self.solved:
            weights = np.array(_POINTERS[len(self.past)])
            coef = np.tensordot(weights, np.array([one[0] for one in self.past]), axes=1)
            self.intercept = weights @ np.array([one[1] for one in self.past])
            self.coef = np.where(np.sign(coef) == np.sign(self.coef), coef, self.coef)
        else:
            self.coef, self.intercept = self.coef.copy(), self.intercept.copy()
        self.solved += 1

    def _penalties(self, fits: NDArray[np.intp] | int, lam: float) -> tuple[FloatArray, FloatArray]:
        spread = self.spread[:, fits]
        return lam * self.l1_ratio * spread, lam * (1 - self.l1_ratio) * spread**2

    def _breach(
        self, fits: NDArray[np.intp], gradient: FloatArray, slope: FloatArray, lam: float
    ) -> FloatArray:
        l1, l2 = self._penalties(fits, lam)
        coef = self.coef[:, fits]
        pull = gradient - l2 * coef
        breach = np.where(coef != 0, np.abs(pull - np.sign(coef) * l1), np.maximum(np.abs(pull) - l1, 0.0))
        breach = np.where(self.idle[:, fits], 0.0, breach / self.spread[:, fits])
        largest: FloatArray = np.maximum(breach.max(axis=0, initial=0.0), np.abs(slope))
        return largest

    def _renew(self, fit: int, prob: FloatArray) -> None:
        """Hessian at the current point; none where the loss is flat, far out."""
        # Single precision: a Hessian only says where to step, and how far off the optimum is comes from the gradient.
        prob = prob.astype(np.float32, copy=False)
        curvature = self.single.weight[:, fit] * prob * (1 - prob)
        self.total[fit] = 0.0
        if not curvature.sum() > np.finfo(np.float32).tiny:
            return
        blocks = self.single.blocks
        gram = blocks.gram(curvature, used=blocks.values.shape[1]).astype(np.float64)
        cross, total = gram[-1, :-1], float(gram[-1, -1])
        self.reduced[fit] = gram[:-1, :-1] - np.outer(cross, cross) / total
        self.cross[fit], self.total[fit] = cross, total

    def _step(self, fits: NDArray[np.intp], gradient: FloatArray, slope: FloatArray, lam: float) -> None:
        """Go to the minimum of the quadratic model of each fit; arrays have one row per fit."""
        l1, l2 = (penalty.T for penalty in self._penalties(fits, lam))
        coef, idle = self.coef[:, fits].T, self.idle[:, fits].T
        cross, total = self.cross[fits], self.total[fits]
        penalised = self.reduced[fits]
        linear = gradient - cross * (slope / total)[:, None] + product(penalised, coef)
        diagonal = np.arange(coef.shape[1])
        penalised[:, diagonal, diagonal] += l2
        new, confirmed = minima_by_signs(penalised, linear, l1, coef, idle=idle)
        for at in np.flatnonzero(~confirmed):
            new[at] = quadratic_minimum(penalised[at], linear[at], l1[at], new[at], idle=idle[at])
        self.intercept[fits] += (slope - (cross * (new - coef)).sum(axis=1)) / total
        self.coef[:, fits] = new.T

    def _certified(self, fit: int, lam: float) -> float:
        """Solution by the slower solver, which always comes to rest."""
        used = np.flatnonzero(~self.idle[:, fit])
        weight = self.weight[fit]
        there = weight > 0
        columns = self.columns[there][:, used]
        mean = weight[there] @ columns
        standard = np.asfortranarray((columns - mean) / self.spread[used, fit])
        problem = Problem(
            features=standard,
            outcome=self.outcome[there],
            weight=weight[there],
            l1=lam * self.l1_ratio,
            l2=lam * (1 - self.l1_ratio),
        )
        solution = solve(problem, tol=self.tol, max_iter=500)
        slopes = solution.coef / self.spread[used, fit]
        self.coef[:, fit] = 0.0
        self.coef[used, fit] = slopes
        self.intercept[fit] = solution.intercept - float(slopes @ mean)
        self.total[fit] = 0.0
        return solution.kkt_residual


class _Sample:
    """Rows, outcomes and weights in one precision, by block of rows."""

    def __init__(
        self,
        augmented: FloatArray,
        outcome: FloatArray,
        weight: FloatArray,
        *,
        dtype: type[np.floating],
    ) -> None:
        self.blocks = RowBlocks(augmented, dtype=dtype)
        self.outcome, self.weight = self.blocks.split(outcome[None]), self.blocks.split(weight)
        self._room = np.empty((3, self.weight.size), dtype=dtype)  # new memory would be half of an evaluation

    def evaluate(self, coefs: FloatArray, fits: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Probabilities by block, which last until the next call, and the log likelihood's gradient by fit.

        ``coefs`` has one row per fit.
        """
        values = self.blocks.values
        shape = len(values), len(fits), values.shape[2]
        prob, residual, some = (room[: np.prod(shape)].reshape(shape) for room in self._room)
        probability_in_place(np.matmul(-coefs.astype(values.dtype), values, out=prob))
        np.subtract(self.outcome, prob, out=residual)
        weight = self.weight
        residual *= weight if shape == weight.shape else weight.take(fits, axis=1, out=some, mode="clip")
        gradient = np.matmul(values, residual.transpose(0, 2, 1)).sum(axis=0, dtype=np.float64)
        return prob, gradient
