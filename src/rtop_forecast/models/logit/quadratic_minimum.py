"""Minima of small quadratic problems with an L1 penalty, b'Qb / 2 - c'b + sum l1 |b|: several at once, or one."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dposv

from rtop_forecast.checks.arrays import BoolArray, FloatArray

__all__ = ["minima_by_signs", "product", "quadratic_minimum"]

_SIGN_CHANGES = 4  # rounds that change the signs of several quadratic problems at once
_CHANGES, _SWEEPS = 30, 1  # rounds of one quadratic problem, and sweeps in each


def product(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """Each matrix times its vector."""
    products: FloatArray = (matrices @ vectors[:, :, None])[:, :, 0]
    return products


def minima_by_signs(
    quadratic: FloatArray, linear: FloatArray, l1: FloatArray, start: FloatArray, *, idle: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """Minima of several problems if few signs differ from those of their starts, and which of them are minima.

    The minimum for given signs tells which of them do not hold; those are changed, all at once, a few times. Where
    that does not end, what is returned is the first solution if its signs held, else the start.
    """
    new, confirmed = start.copy(), np.zeros(len(start), dtype=bool)
    open_problems, sign = np.arange(len(start)), np.sign(start)
    for attempt in range(_SIGN_CHANGES):
        part = quadratic[open_problems]
        try:
            solved = _with_these_signs(part, linear[open_problems], l1[open_problems], sign)
        except np.linalg.LinAlgError:
            break
        pull = linear[open_problems] - product(part, solved)
        bound = l1[open_problems] * (1 + 1e-12)
        fresh = (sign == 0) & (np.abs(pull) > bound) & ~idle[open_problems]
        lost = solved * sign < 0
        holds = ~lost.any(axis=1)
        done = holds & ~fresh.any(axis=1)
        taken = holds if attempt == 0 else done
        new[open_problems[taken]] = solved[taken]
        confirmed[open_problems[done]] = True
        if done.all():
            break
        sign = np.where(fresh, np.sign(pull), np.where(lost, 0.0, sign))[~done]
        open_problems = open_problems[~done]
    return new, confirmed


def _with_these_signs(
    quadratic: FloatArray, linear: FloatArray, l1: FloatArray, sign: FloatArray
) -> FloatArray:
    """Minima of several problems among coefficients of these signs, or beyond where they do not hold."""
    active = sign != 0
    # Coordinates at zero stay there: their equations become 0 = 0 on a diagonal of ones.
    systems = np.where(active[:, :, None] & active[:, None, :], quadratic, 0.0)
    diagonal = np.arange(sign.shape[1])
    systems[:, diagonal, diagonal] += ~active
    solved: FloatArray = np.linalg.solve(systems, np.where(active, linear - l1 * sign, 0.0)[:, :, None])
    return solved[:, :, 0]


def quadratic_minimum(
    quadratic: FloatArray, linear: FloatArray, l1: FloatArray, start: FloatArray, *, idle: BoolArray
) -> FloatArray:
    """Minimise b'Qb / 2 - c'b + sum l1 |b|.

    Sweeps over the coordinates look for the signs, and the linear system of these signs confirms them.
    """
    coef = start
    for _ in range(_CHANGES):
        coef = _swept(quadratic, linear, l1, coef, idle=idle)
        sign = np.sign(coef)
        active = np.flatnonzero(sign)
        solved = np.zeros_like(coef)
        if len(active):
            block = quadratic[active][:, active]
            solved[active] = _solved(block, linear[active] - l1[active] * sign[active])
        if (solved * sign >= 0).all():
            pull = linear - quadratic @ solved
            if not ((sign == 0) & (np.abs(pull) > l1 * (1 + 1e-12)) & ~idle).any():
                return solved
            coef = solved
    return _swept(quadratic, linear, l1, coef, idle=idle)


def _solved(block: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a positive definite system; by least squares if columns depend on each other."""
    _, solution, info = dposv(block, right)
    if info != 0:
        solution = np.linalg.lstsq(block, right, rcond=None)[0]
    return np.asarray(solution, dtype=np.float64)


def _swept(
    quadratic: FloatArray, linear: FloatArray, l1: FloatArray, start: FloatArray, *, idle: BoolArray
) -> FloatArray:
    """Coordinate descent for a few sweeps."""
    coef = start.copy()
    pull = linear - quadratic @ coef
    square = np.diag(quadratic).tolist()
    limit = l1.tolist()
    # A column without curvature, as under separation, has no minimum of its own.
    moving = np.flatnonzero(~idle & (np.diag(quadratic) > 0)).tolist()
    for _ in range(_SWEEPS):
        for k in moving:
            old = coef.item(k)
            reach = pull.item(k) + square[k] * old
            size = abs(reach) - limit[k]
            new = 0.0 if size <= 0.0 else (size if reach > 0.0 else -size) / square[k]
            if new != old:
                coef[k] = new
                pull -= (new - old) * quadratic[k]
    return coef
