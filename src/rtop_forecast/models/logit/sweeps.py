"""Sweeps of coordinate descent over a penalised least-squares problem that lives in a small Gram matrix.

While no coefficient changes its sign, a sweep is one step of the Gauss-Seidel method, the solution of a triangular
system. It is tried first, for all coordinates at once; if a sign does not hold, the sweep is made one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dtrsv

from rtop_forecast.checks.arrays import FloatArray

__all__ = ["Quadratic"]

_FEW = 6  # coordinates that are faster one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class _System:
    """The triangular system of a sweep, over the coordinates that are not zero, and what keeps the others there."""

    order: NDArray[np.intp]
    support: NDArray[np.intp]
    signs: FloatArray
    pull: FloatArray
    ridge: FloatArray
    square: FloatArray
    triangle: FloatArray
    rows: FloatArray
    idle: NDArray[np.intp]
    coupling: FloatArray


class Quadratic:
    """Minimise b'Gb / 2 - (g + Ga)'b + l1 |b| + l2 b'b / 2 from b = a; the first coordinate bears no penalty.

    Parameters
    ----------
    gram : ndarray of shape (n, n)
    gradient : ndarray of shape (n,)
        g, minus the gradient of the smooth part at the start.
    coef : ndarray of shape (n,)
        a, the start.
    l1, l2 : float
        Non-negative penalties.
    """

    def __init__(
        self, *, gram: FloatArray, gradient: FloatArray, coef: FloatArray, l1: float, l2: float
    ) -> None:
        self.gram, self.gradient, self.coef = gram, gradient.copy(), coef.copy()
        self.square = np.diag(gram).copy()
        self.l1, self.l2 = l1, l2
        self._systems: dict[int, _System] = {}
        self.ridge = np.full(len(coef), l2)
        self.ridge[0] = 0.0
        # A coordinate without curvature or penalty, as where every probability is 0 or 1, has no minimum: it stays.
        self.flat = self.square + self.ridge <= 0.0
        self.any_flat = bool(self.flat.any())

    def sweep(self, order: NDArray[np.intp]) -> float:
        """Minimise over each coordinate in turn, the first one (without penalty) last.

        Parameters
        ----------
        order : ndarray of int
            Coordinates in the order in which their turn comes; 0 is the last.

        Returns
        -------
        float
            The largest change of the objective, up to a factor of two, by a single update.
        """
        if len(order) > _FEW and not self.any_flat:
            change = self._at_once(order)
            if change is not None:
                return change
        return self._one_by_one(order)

    def _at_once(self, order: NDArray[np.intp]) -> float | None:
        """Sweep while every sign holds; None, with nothing changed, if one does not."""
        system = self._systems.get(id(order))  # the system keeps the order alive, and so the number its own
        if system is None:
            system = self._systems[id(order)] = self._prepared(order)
        coef = self.coef[system.support]
        change = dtrsv(
            system.triangle, self.gradient[system.support] - system.pull - system.ridge * coef, trans=1
        )
        moved = coef + change
        if (moved * system.signs).min() < 0.0:
            return None
        if len(system.idle):
            pull = self.gradient[system.idle] - system.coupling @ change
            if np.abs(pull).max() > self.l1:
                return None
        self.coef[system.support] = moved
        self.gradient -= change @ system.rows
        change *= change
        change *= system.square
        return float(change.max())

    def _prepared(self, order: NDArray[np.intp]) -> _System:
        live = self.coef[order] != 0.0
        live[-1] = True
        support = order[live]
        signs = np.sign(self.coef[support])
        signs[-1] = 0.0
        ridge = self.ridge[support]
        rows = self.gram[support]
        triangle = rows[:, support]
        triangle.flat[:: len(support) + 1] += ridge
        idle = order[~live]
        coupling = rows[:, idle].T
        if len(idle):
            turn = np.arange(len(order))
            coupling = coupling * (turn[live] < turn[~live][:, None])
        return _System(
            order=order,
            support=support,
            signs=signs,
            pull=self.l1 * signs,
            ridge=ridge,
            square=self.square[support],
            # BLAS takes columns: the lower triangle of rows is its upper one.
            triangle=triangle.T,
            rows=rows,
            idle=idle,
            coupling=coupling,
        )

    def _one_by_one(self, order: NDArray[np.intp]) -> float:
        """Sweep over single coordinates; signs may change."""
        self._systems.clear()
        coef, gradient, rows = self.coef, self.gradient, self.gram
        square: list[float] = self.square.tolist()
        largest = 0.0
        moving = order[~self.flat[order]] if self.any_flat else order
        for k in moving.tolist():
            old = coef.item(k)
            pull = gradient.item(k) + square[k] * old
            if k == 0:
                new = pull / square[k]
            else:
                size = abs(pull) - self.l1
                new = 0.0 if size <= 0.0 else (size if pull > 0.0 else -size) / (square[k] + self.l2)
            change = new - old
            if change != 0.0:
                coef[k] = new
                gradient -= change * rows[k]
                largest = max(largest, square[k] * change * change)
        return largest
