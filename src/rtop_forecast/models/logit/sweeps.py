"""Sweeps of coordinate descent over a penalised least-squares problem that lives in a small Gram matrix.

While no coefficient changes its sign, a sweep is one step of the Gauss-Seidel method, the solution of a triangular
system. It is tried first, for all coordinates at once; if a sign does not hold, the sweep is made one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import daxpy, dtrsv, idamax

from rtop_forecast.checks.arrays import FloatArray

__all__ = ["Quadratic"]

_FEW = 6  # coordinates that are faster one by one
_NOTHING = np.empty(0)


@dataclass(slots=True, kw_only=True)
class _System:
    """The triangular system of a sweep, over the coordinates that are not zero, and what keeps the others there.

    ``state`` holds, of each coordinate of the support, minus the gradient of the objective, and of each idle one,
    twice, that of its smooth part. A sweep takes ``effect`` times its change from it, which for the first copy of the
    idle ones only counts the coordinates that come before them, as at their turn.
    """

    order: NDArray[np.intp]
    support: NDArray[np.intp]
    idle: NDArray[np.intp]
    signs: FloatArray
    pull: FloatArray
    ridge: FloatArray
    root: FloatArray
    triangle: FloatArray
    rows: FloatArray
    effect: FloatArray
    coef: FloatArray
    state: FloatArray


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
        self.gram, self._gradient, self._coef = gram, gradient.copy(), coef.copy()
        self.square = gram.diagonal().copy()
        self.l1, self.l2 = l1, l2
        self._systems: dict[int, _System] = {}
        self._current: _System | None = None  # its coefficients and gradients are ahead of ours
        self.ridge = np.full(len(coef), l2)
        self.ridge[0] = 0.0
        # A coordinate without curvature or penalty, as where every probability is 0 or 1, has no minimum: it stays.
        self.flat = self.square + self.ridge <= 0.0
        self.any_flat = bool(self.flat.any())

    @property
    def coef(self) -> FloatArray:
        """Coefficients after the sweeps so far."""
        self._leave()
        return self._coef

    @property
    def gradient(self) -> FloatArray:
        """Minus the gradient of the smooth part after the sweeps so far."""
        self._leave()
        return self._gradient

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
        system = self._current
        if system is None or system.order is not order:
            system = self._enter(order)
        size = len(system.support)
        change = dtrsv(system.triangle, system.state[:size], trans=1)
        moved = system.coef + change
        if np.minimum.reduce(moved * system.signs) < 0.0:
            return None
        state = system.state - system.effect @ change
        n_idle = len(system.idle)
        if n_idle:
            if np.abs(state[size : size + n_idle]).max() > self.l1:
                return None
            state[size : size + n_idle] = state[size + n_idle :]
        system.coef, system.state = moved, state
        change *= system.root
        return change.item(idamax(change)) ** 2

    def _enter(self, order: NDArray[np.intp]) -> _System:
        """Hand coefficients and gradients to the system of an order."""
        self._leave()
        system = self._systems.get(id(order))  # the system keeps the order alive, and so the number its own
        if system is None:
            system = self._systems[id(order)] = self._prepared(order)
        system.coef = self._coef[system.support]
        waiting = self._gradient[system.idle]
        own = self._gradient[system.support] - system.pull - system.ridge * system.coef
        system.state = np.concatenate([own, waiting, waiting])
        self._current = system
        return system

    def _leave(self) -> None:
        """Take coefficients and gradients back."""
        system, self._current = self._current, None
        if system is not None:
            self._gradient -= (system.coef - self._coef[system.support]) @ system.rows
            self._coef[system.support] = system.coef

    def _prepared(self, order: NDArray[np.intp]) -> _System:
        live = self._coef[order] != 0.0
        live[-1] = True
        support, idle = order[live], order[~live]
        size = len(support)
        signs = np.sign(self._coef[support])
        signs[-1] = 0.0
        ridge = self.ridge[support]
        rows = self.gram[support]
        effect = np.empty((size + 2 * len(idle), size))
        effect[:size] = rows[:, support]
        effect[:size].flat[:: size + 1] += ridge
        if len(idle):
            coupling = rows[:, idle].T
            turn = np.arange(len(order))
            effect[size : size + len(idle)] = coupling * (turn[live] < turn[~live][:, None])
            effect[size + len(idle) :] = coupling
        return _System(
            order=order,
            support=support,
            idle=idle,
            signs=signs,
            pull=self.l1 * signs,
            ridge=ridge,
            root=np.sqrt(self.square[support]),
            # BLAS takes columns: the lower triangle of rows is its upper one.
            triangle=effect[:size].T,
            rows=rows,
            effect=effect,
            coef=_NOTHING,
            state=_NOTHING,
        )

    def _one_by_one(self, order: NDArray[np.intp]) -> float:
        """Sweep over single coordinates; signs may change."""
        self._leave()
        self._systems.clear()
        coef, gradient = self._coef, self._gradient
        square: list[float] = self.square.tolist()
        largest, l1, l2 = 0.0, self.l1, self.l2
        moving = order[~self.flat[order]] if self.any_flat else order
        for k in moving.tolist():
            old = coef.item(k)
            pull = gradient.item(k) + square[k] * old
            if k == 0:
                new = pull / square[k]
            else:
                size = abs(pull) - l1
                new = 0.0 if size <= 0.0 else (size if pull > 0.0 else -size) / (square[k] + l2)
            change = new - old
            if change != 0.0:
                coef[k] = new
                daxpy(self.gram[k], gradient, a=-change)  # in place
                largest = max(largest, square[k] * change * change)
        return largest
