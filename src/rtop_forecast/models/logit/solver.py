r"""Elastic-net logistic regression, solved to a certified optimum.

The problem, for standardised features :math:`z_i`, weights :math:`v_i` that sum to 1
and penalties :math:`\lambda_1, \lambda_2 \ge 0`, is

.. math::
   \min_{b_0, b}\; \sum_i v_i \left[\log(1 + e^{\eta_i}) - y_i \eta_i\right]
   + \lambda_1 \lVert b \rVert_1 + \tfrac{\lambda_2}{2} \lVert b \rVert_2^2,
   \qquad \eta_i = b_0 + z_i^\top b .

Proximal Newton: each step minimises the second-order model of the loss plus the penalty
over the coefficients that are non-zero or break their optimality condition, then
searches along the step (Lee, Sun & Saunders 2014). The quadratic model lives on a
small Gram matrix with the intercept eliminated; coordinate descent (Friedman, Hastie & Tibshirani
2010) finds the signs and a linear solve on the support finishes it, stopping where a
coefficient would change sign.

How a threaded BLAS splits a sum depends on its number of threads, which parallel backends change. So
sums over rows use numpy's own loops, and the Gram matrix is added up from products too small for
BLAS to split: the same bits whatever ``n_jobs``.

References
----------
Friedman, J., Hastie, T. & Tibshirani, R. (2010). Regularization paths for generalized linear
models via coordinate descent. Journal of Statistical Software, 33(1).
Lee, J. D., Sun, Y. & Saunders, M. A. (2014). Proximal Newton-type methods for minimizing composite
functions. SIAM Journal on Optimization, 24(3), 1420-1443.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from rtop_forecast.checks.arrays import BoolArray, FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import softplus

_SUFFICIENT = 1e-4  # share of the predicted decrease that a step must reach
_ROUNDS = 200  # rounds of sweeps and support solves in one quadratic problem
_HALVINGS = 50
_NOISE = 1e-15  # rounding error of the objective, relative to 1 + objective
_BLOCK = 200_000  # multiplications per BLAS call; OpenBLAS uses one thread up to 262,144
_TILE = 64  # columns per BLAS call at most: of wider ones too few rows fit into a call
_BLOCKS_PER_CHUNK = 256
_DEPENDENT = 1e-12  # pivot, relative to the largest, below which a column depends on others
_AGREES = 1e-9  # share of the right-hand side that counts as rounding error


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Data and penalties of one fit.

    Parameters
    ----------
    features : ndarray of shape (n_rows, n_features), Fortran order
        Standardised, no constant columns.
    outcome : ndarray of shape (n_rows,)
        0.0 or 1.0, both present.
    weight : ndarray of shape (n_rows,)
        Positive, sums to 1.
    l1, l2 : float
        Non-negative penalties.
    """

    features: FloatArray
    outcome: FloatArray
    weight: FloatArray
    l1: float
    l2: float

    def objective(self, eta: FloatArray, coef: FloatArray) -> float:
        """Mean log loss plus penalty at linear predictor ``eta``."""
        loss = softplus(eta) - self.outcome * eta
        penalty = self.l1 * np.abs(coef).sum() + 0.5 * self.l2 * (coef**2).sum()
        return float((self.weight * loss).sum() + penalty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Optimum of a :class:`Problem`.

    Parameters
    ----------
    intercept : float
        Unpenalised constant.
    coef : ndarray of shape (n_features,)
        Coefficients of the standardised features.
    kkt_residual : float
        Largest breach of the optimality conditions.
    objective : float
        Value attained.
    iterations : int
        Evaluations of the gradient.
    """

    intercept: float
    coef: FloatArray
    kkt_residual: float
    objective: float
    iterations: int


def solve(problem: Problem, *, tol: float, max_iter: int) -> Solution:
    """Minimise the problem until no optimality condition is broken by more than ``tol``.

    Parameters
    ----------
    problem : Problem
        Data and penalties.
    tol : float
        Largest KKT residual accepted.
    max_iter : int
        Newton steps at most.

    Returns
    -------
    Solution
        With ``kkt_residual <= tol``.

    Raises
    ------
    InputError
        If the residual is still above ``tol`` after ``max_iter`` steps.
    """
    rate = float((problem.weight * problem.outcome).sum())
    coef = np.zeros(problem.features.shape[1])
    point = _evaluate(problem, intercept=float(np.log(rate) - np.log1p(-rate)), coef=coef)
    steps = 0
    while point.residual > tol and steps < max_iter:
        step = _newton_step(problem, point)
        if step is None:
            break
        point = _search(problem, point, step)
        steps += 1
    if point.residual > tol:
        message = (
            f"the fit did not converge: KKT residual {point.residual:.2e} > {tol:.0e} after {steps} steps. "
            "Without enough penalty, separable data have no finite optimum: raise lam, or max_iter."
        )
        raise InputError(message)
    return Solution(
        intercept=point.intercept,
        coef=point.coef,
        kkt_residual=point.residual,
        objective=problem.objective(point.eta, point.coef),
        iterations=steps + 1,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """Coefficients, the linear predictor and the gradient of the smooth part there."""

    intercept: float
    coef: FloatArray
    eta: FloatArray
    slope: float
    gradient: FloatArray
    residual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """Change of the intercept and new values of the active coefficients."""

    active: NDArray[np.intp]
    shift: float
    new: FloatArray


def _evaluate(problem: Problem, *, intercept: float, coef: FloatArray) -> _Point:
    """Everything is computed afresh from the coefficients, so the residual is a certificate."""
    support = np.flatnonzero(coef)
    eta = intercept + combine(problem.features[:, support], coef[support])
    error = problem.weight * (expit(eta) - problem.outcome)
    slope = float(error.sum())
    gradient = dot(error, problem.features) + problem.l2 * coef
    residual = max(abs(slope), _violation(gradient, coef, problem.l1))
    return _Point(intercept=intercept, coef=coef, eta=eta, slope=slope, gradient=gradient, residual=residual)


def _newton_step(problem: Problem, point: _Point) -> _Step | None:
    """Minimise the second-order model over the active coefficients; None if the curvature vanished."""
    curvature = problem.weight * expit(point.eta) * expit(-point.eta)
    total = float(curvature.sum())
    if total <= np.finfo(float).tiny:
        return None
    active = np.flatnonzero((point.coef != 0) | (np.abs(point.gradient) > problem.l1))
    columns = problem.features[:, active]
    centre = dot(curvature, columns) / total
    gram = weighted_gram(columns, curvature, centre=centre)
    gram[np.diag_indices_from(gram)] += problem.l2
    start = point.coef[active]
    linear = combine(gram, start) - (point.gradient[active] - centre * point.slope)
    inner_tol = max(min(1e-2 * point.residual, point.residual**2), 1e-13)
    new = minimise_quadratic(gram, linear, problem.l1, start=start, tol=inner_tol)
    shift = -point.slope / total - float((centre * (new - start)).sum())
    return _Step(active=active, shift=shift, new=new)


def _search(problem: Problem, point: _Point, step: _Step) -> _Point:
    """Halve the step until the objective falls enough, by the Armijo rule of Lee, Sun & Saunders."""
    active, old, new = step.active, point.coef[step.active], step.new
    move = new - old
    eta_move = step.shift + combine(problem.features[:, active], move)
    value = problem.objective(point.eta, point.coef)
    predicted = float((point.gradient[active] * move).sum() + point.slope * step.shift)
    predicted += problem.l1 * float(np.abs(new).sum() - np.abs(old).sum())
    noise = _NOISE * (1.0 + abs(value))
    size = 1.0
    for _ in range(_HALVINGS):
        trial = point.coef.copy()
        trial[active] = new if size == 1.0 else old + size * move
        reached = problem.objective(point.eta + size * eta_move, trial)
        if reached <= value + _SUFFICIENT * size * predicted + noise:
            return _evaluate(problem, intercept=point.intercept + size * step.shift, coef=trial)
        size /= 2
    message = (
        f"the fit did not converge: no step lowers the objective below {value:.12g}. "
        "Raise lam, or rescale the features."
    )
    raise InputError(message)


def minimise_quadratic(
    gram: FloatArray, linear: FloatArray, l1: float, *, start: FloatArray, tol: float
) -> FloatArray:
    r"""Minimise :math:`\tfrac12 b^\top G b - c^\top b + \lambda_1 \lVert b \rVert_1`.

    Parameters
    ----------
    gram : ndarray of shape (m, m)
        Positive semi-definite G.
    linear : ndarray of shape (m,)
        c.
    l1 : float
        Penalty.
    start : ndarray of shape (m,)
        Where to begin.
    tol : float
        KKT residual at which to stop.

    Returns
    -------
    ndarray of shape (m,)
        Minimiser, or the best point after a fixed number of rounds: the line search
        of the caller makes an inexact step safe.
    """
    coef = start.copy()
    for _ in range(_ROUNDS):
        gradient = combine(gram, coef) - linear
        for _ in range(2):
            _sweep(gram, gradient, coef, l1)
        _solve_on_support(gram, linear, l1, coef)
        if _violation(combine(gram, coef) - linear, coef, l1) <= tol:
            break
    return coef


def _sweep(gram: FloatArray, gradient: FloatArray, coef: FloatArray, l1: float) -> None:
    """One pass of coordinate descent; ``gradient`` and ``coef`` change in place."""
    diagonal = gram.diagonal().tolist()
    for j, curvature in enumerate(diagonal):
        if curvature <= np.finfo(float).tiny:
            continue
        old = float(coef[j])
        pull = curvature * old - float(gradient[j])
        new = (pull - l1 if pull > l1 else pull + l1 if pull < -l1 else 0.0) / curvature
        if new != old:
            gradient += (new - old) * gram[j]
            coef[j] = new


def _solve_on_support(gram: FloatArray, linear: FloatArray, l1: float, coef: FloatArray) -> None:
    """Move the non-zero coefficients towards the optimum for their signs, in place.

    The objective along the move is evaluated where a coefficient reaches zero and at the end; the best
    point is taken if it is no worse than the start.
    """
    support = np.flatnonzero(coef)
    if not support.size:
        return
    old = coef[support]
    sub = gram[np.ix_(support, support)]
    gradient = combine(sub, old) - linear[support]
    move, endless = _solve_semidefinite(sub, -gradient - l1 * np.sign(old))
    shrinks = (move * old < 0) & (l1 > 0)
    crossing = np.divide(-old, move, out=np.full_like(old, np.inf), where=shrinks)
    ends = [crossing.min()] if endless else [*np.unique(crossing[crossing < 1]), 1.0]
    sizes = np.array(ends)
    if not np.isfinite(sizes).all():
        return
    bend = (move * combine(sub, move)).sum()
    slope = (gradient * move).sum()
    absolute = np.abs(old + sizes[:, None] * move).sum(axis=1)
    change = 0.5 * sizes**2 * bend + sizes * slope + l1 * (absolute - np.abs(old).sum())
    best = int(np.argmin(change))
    if change[best] > 1e-15 * (1.0 + abs(slope)):
        return
    size = float(sizes[best])
    coef[support] = np.where(crossing == size, 0.0, old + size * move)


def _solve_semidefinite(matrix: FloatArray, right: FloatArray) -> tuple[FloatArray, bool]:
    """Solve a symmetric system by elimination.

    A row that depends on those before it leaves a flat direction. Where the right-hand side
    agrees with it, its unknown is 0. Where it does not, the objective falls along that direction
    without end: the direction is returned in place of a solution, and True.
    """
    upper, solution = matrix.copy(), right.copy()
    size = len(right)
    least = _DEPENDENT * float(matrix.diagonal().max())
    noise = _AGREES * float(np.abs(right).max())
    free = np.zeros(size, dtype=bool)
    for k in range(size):
        free[k] = upper[k, k] > least
        if free[k]:
            factor = upper[k, k + 1 :] / upper[k, k]
            upper[k + 1 :, k + 1 :] -= factor[:, None] * upper[k, k + 1 :]
            solution[k + 1 :] -= factor * solution[k]
        elif abs(solution[k]) > noise:
            right_side = -upper[:, k] * np.sign(solution[k])
            direction = _substitute_back(upper[:k, :k], right_side[:k], free[:k])
            return np.concatenate([direction, [np.sign(solution[k])], np.zeros(size - k - 1)]), True
    return _substitute_back(upper, solution, free), False


def _substitute_back(upper: FloatArray, right: FloatArray, free: BoolArray) -> FloatArray:
    """Solve an upper triangular system; 0 for the unknowns that are not free."""
    solution = np.zeros(len(right))
    for k in np.flatnonzero(free)[::-1]:
        rest = float((upper[k, k + 1 :] * solution[k + 1 :]).sum())
        solution[k] = (right[k] - rest) / upper[k, k]
    return solution


def _violation(gradient: FloatArray, coef: FloatArray, l1: float) -> float:
    """Largest distance of the smooth gradient from minus the subgradient of the penalty."""
    breach = np.where(coef != 0, np.abs(gradient + l1 * np.sign(coef)), np.abs(gradient) - l1)
    return float(max(breach.max(initial=0.0), 0.0))


def dot(weight: FloatArray, columns: FloatArray) -> FloatArray:
    """Weighted sum of each column, shape (n_columns,), without BLAS."""
    return np.asarray(np.einsum("i,ij->j", weight, columns))


def combine(columns: FloatArray, coef: FloatArray) -> FloatArray:
    """Linear combination of the columns, shape (n_rows,), without BLAS."""
    return np.asarray(np.einsum("ij,j->i", columns, coef))


def weighted_gram(columns: FloatArray, weight: FloatArray, *, centre: FloatArray | float = 0.0) -> FloatArray:
    """Sum over rows of weight times the outer product of what the columns differ from their centre by.

    In blocks that BLAS does not split between threads, of which a chunk at a time is copied.
    """
    width = columns.shape[1]
    tile = -(-width // max(-(-width // _TILE), 1)) or 1
    rows = max(_BLOCK // (tile * tile), 1)
    gram = np.zeros((width, width))
    chunk = rows * _BLOCKS_PER_CHUNK
    for begin in range(0, len(columns), chunk):
        left = np.ascontiguousarray(columns[begin : begin + chunk] - centre)
        right = left * weight[begin : begin + chunk, None]
        for across in range(0, width, tile):
            for down in range(0, across + 1, tile):
                part = gram[down : down + tile, across : across + tile]
                for start in range(0, len(left), rows):
                    block = slice(start, start + rows)
                    part += left[block, down : down + tile].T @ right[block, across : across + tile]
    upper = np.triu(gram)
    return upper + np.triu(upper, 1).T
