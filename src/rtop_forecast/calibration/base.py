"""The base of all calibrators: checked rows in, a monotone map out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import InputError, LeakageError
from rtop_forecast.logistic import log_odds, probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Checked rows to learn from, in an order that depends on their values only.

    Attributes
    ----------
    outcome : ndarray of shape (n,)
        0.0 or 1.0.
    log_odds : ndarray of shape (n,)
        Of the raw forecast.
    weight : ndarray of shape (n,)
        Non-negative.
    years : ndarray of shape (n,), optional
        Origin year of each row.
    at : float, optional
        Origin year at which the calibrator will be applied.
    groups : ndarray of shape (n,)
        Position of each row's group in ``labels``; all 0 without groups.
    labels : tuple of str
        Labels of the groups, sorted.
    """

    outcome: FloatArray
    log_odds: FloatArray
    weight: FloatArray
    years: FloatArray | None
    at: float | None
    groups: IntArray
    labels: tuple[str, ...]


class Calibrator(ABC):
    """A monotone map from raw to calibrated probabilities.

    Subclasses define ``_learn`` and ``apply_log_odds``.
    """

    def fit(
        self,
        outcome: ArrayLike,
        prob: ArrayLike,
        *,
        time: ArrayLike | None = None,
        at: float | None = None,
        weights: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Learn from earlier forecasts whose outcome is known.

        Parameters
        ----------
        outcome : array_like of shape (n,)
            1 where the event happened, else 0; whole windows only, closed by ``at``.
            n may be 0.
        prob : array_like of shape (n,)
            Raw forecast probability, strictly between 0 and 1, made out of sample.
        time : array_like of int of shape (n,), optional
            Origin year of each row. `RandomWalkShift` and a trailing
            `InterceptShift` need it; where given it is always checked against ``at``.
        at : int or float, optional
            Origin year at which the calibrator will be applied.
        weights : array_like of shape (n,), optional
            Non-negative row weights.
        groups : array_like of shape (n,), optional
            Label of the group that each row belongs to, known at its origin: text, booleans or integers.
            `GroupedRandomWalk` treats groups apart; the other calibrators treat all rows alike.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If an input is invalid, ``time`` is missing where it is needed, or the
            estimate does not exist, as each class says.
        LeakageError
            If a row's origin year is not before ``at``: its window is still open.
        """
        y, p = _checks.pair(outcome, prob)
        z = log_odds(_checks.open_prob_vector(p))
        w = _checks.weight_vector(weights, y.size)
        years = _years(time, y.size)
        if years is not None and at is not None:
            _refuse_later(years, at)
        named = group_labels([""] * y.size if groups is None else groups, y.size)
        labels, places = np.unique(named, return_inverse=True)
        # one order for all row orders, so that sums agree to the last bit
        keys = (w, y, z, places) if years is None else (w, y, z, places, years)
        order = np.lexsort(keys)
        rows = Rows(
            outcome=y[order],
            log_odds=z[order],
            weight=w[order],
            years=None if years is None else years[order],
            at=at,
            groups=places[order],
            labels=tuple(labels.tolist()),
        )
        self._learn(rows)
        return self

    @abstractmethod
    def _learn(self, rows: Rows, /) -> None:
        """Estimate from checked rows."""

    def _check_fitted(self, attribute: str) -> None:
        if not hasattr(self, attribute):
            from sklearn.exceptions import NotFittedError

            message = f"this {type(self).__name__} is not fitted yet. Call fit first."
            raise NotFittedError(message)

    def __repr__(self) -> str:
        """Parameters."""
        given = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if not name.endswith("_"))
        return f"{type(self).__name__}({given})"

    @abstractmethod
    def apply_log_odds(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Map raw to calibrated log-odds.

        Parameters
        ----------
        z : array_like of shape (..., n)
            Raw log-odds; minus and plus infinity are kept.
        groups : array_like of shape (n,), optional
            Group of each value of the last axis, as in `fit`; only `GroupedRandomWalk` uses it.

        Returns
        -------
        ndarray
            Calibrated log-odds, same shape.
        """

    def deviations(
        self, z: ArrayLike, *, draws: int, generator: np.random.Generator, groups: ArrayLike | None = None
    ) -> FloatArray:
        """Draws from the uncertainty of the map: deviations of the mapped values from their estimate.

        Parameters
        ----------
        z : array_like of shape (n,)
            Raw log-odds.
        draws : int
        generator : numpy.random.Generator
        groups : array_like of shape (n,), optional

        Returns
        -------
        ndarray of shape (draws, n)
            Zeros for a calibrator that states no uncertainty of its own.
        """
        del generator, groups
        return np.zeros((draws, *np.shape(z)))

    def apply(self, prob: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Map raw to calibrated probabilities.

        Parameters
        ----------
        prob : array_like of shape (n,)
            Raw probabilities; 0 and 1 are kept.
        groups : array_like of shape (n,), optional
            As in `apply_log_odds`.

        Returns
        -------
        ndarray of shape (n,)
            Calibrated probabilities, in the same order of size within each group.

        Raises
        ------
        InputError
            If a probability is missing or outside [0, 1].
        sklearn.exceptions.NotFittedError
            Before `fit`.
        """
        return probability(self.apply_log_odds(log_odds(_checks.prob_vector(prob)), groups=groups))


def group_labels(groups: ArrayLike, n: int) -> NDArray[np.str_]:
    """Labels of groups as text, one per row.

    Raises
    ------
    InputError
        If their number is another, or one is missing.
    """
    given = np.asarray(groups)
    if given.dtype == object:
        absent = np.array([label is None or label != label for label in given.ravel().tolist()], dtype=bool)
    else:
        absent = np.isnan(given).ravel() if given.dtype.kind == "f" else np.zeros(given.size, dtype=bool)
    if given.ndim != 1 or given.size != n or absent.any():
        message = (
            f"groups must give one label per row; got {given.size} for {n} rows, {int(absent.sum())} of them missing. "
            "Align them and name the group of every row."
        )
        raise InputError(message)
    return given.astype(np.str_)


def _years(time: ArrayLike | None, n: int) -> FloatArray | None:
    """Origin years, one per row."""
    if time is None:
        return None
    years = _checks.vector(time, name="time")
    if years.size != n or (years != np.round(years)).any():
        message = (
            f"time must give one integer origin year per row; got {years.size} for {n} rows. Align them."
        )
        raise InputError(message)
    return years


def _refuse_later(years: FloatArray, at: float) -> None:
    late = years >= at
    if late.any():
        first = int(np.argmax(late))
        message = (
            f"a calibrator for origin {at:g} may learn from earlier origins only; {int(late.sum())} of "
            f"{late.size} rows are not earlier, first row {first} ({years[first]:g}). Drop open windows."
        )
        raise LeakageError(message)
