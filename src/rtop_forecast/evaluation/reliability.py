"""Reliability curves: observed frequency by forecast probability."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import integer, interval_level
from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReliabilityCurve(Displayed):
    """Observed frequency of the event in bins of the forecast, lowest bin first.

    Attributes
    ----------
    count, positives : ndarray of int of shape (m,)
        Rows and events in each bin.
    prob_low, prob_high, mean_prob : ndarray of shape (m,)
        Smallest, largest and mean forecast in the bin.
    observed : ndarray of shape (m,)
        positives / count.
    low, high : ndarray of shape (m,)
        Jeffreys interval of the bin's rate, rows taken as independent.
    level : float
        Probability content of that interval.
    """

    count: IntArray
    positives: IntArray
    prob_low: FloatArray
    prob_high: FloatArray
    mean_prob: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray
    level: float

    def __post_init__(self) -> None:
        """Copy the arrays and freeze them."""
        for field in fields(self):
            if field.name != "level":
                array = np.array(getattr(self, field.name))
                if array.shape != np.shape(self.count):
                    message = f"{field.name} must have one value per bin. Build it with reliability_curve."
                    raise InputError(message)
                array.setflags(write=False)
                object.__setattr__(self, field.name, array)

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row per bin, the arrays as columns."""
        names = [field.name for field in fields(self) if field.name != "level"]
        return pd.DataFrame({name: np.array(getattr(self, name)) for name in names})

    def summary(self) -> str:
        """Return the table as text."""
        head = f"Reliability in {self.count.size} bins, {self.level:.0%} Jeffreys intervals"
        return f"{head}\n{self.to_frame().to_string(index=False, float_format=lambda v: f'{v:.4f}')}"

    def _headline(self) -> str:
        return f"Reliability in {self.count.size} bins, {self.level:.0%} Jeffreys intervals"

    def _shown(self) -> pd.DataFrame:
        return self.to_frame()


def reliability_curve(
    outcome: ArrayLike, prob: ArrayLike, *, bins: int = 10, level: float = 0.9
) -> ReliabilityCurve:
    """Observed frequency in bins of about equally many rows.

    Rows are binned by mid-rank, so tied forecasts always share a bin and the order of
    rows does not matter. Bins left empty by ties are absent: there may be fewer than
    ``bins``, and their counts may differ.

    Parameters
    ----------
    outcome, prob : array_like of shape (n,)
        As in `scores.brier_score`; at least one row.
    bins : int
        Largest number of bins, at least 1.
    level : float
        Probability content of the intervals of the observed rates: Jeffreys intervals,
        quantiles of Beta(positives + ½, negatives + ½), whose lower end is 0 without
        positives and upper end 1 without negatives.

    Returns
    -------
    ReliabilityCurve

    Raises
    ------
    InputError
        If an input is invalid or there are no rows.

    References
    ----------
    Brown, L. D., Cai, T. T. & DasGupta, A. (2001). Interval estimation for a binomial
    proportion. Statistical Science, 16, 101-133.

    Examples
    --------
    >>> curve = reliability_curve([0, 0, 1, 1], [0.1, 0.1, 0.1, 0.7], bins=2)
    >>> curve.count, curve.observed.round(3)
    (array([3, 1]), array([0.333, 1.   ]))
    """
    y, p = _checks.pair(outcome, prob)
    bins = integer(bins, name="bins", least=1)
    level = interval_level(level)
    if y.size == 0:
        message = "reliability_curve needs at least one row; there are 0. Check the selection of rows."
        raise InputError(message)
    order = np.argsort(p)
    y, p = y[order], p[order]
    tie = np.concatenate(([0], np.cumsum(p[1:] != p[:-1])))
    tied = np.bincount(tie)
    # twice the mid-rank, in integers: no rounding at the edges of bins
    double_rank = 2 * np.cumsum(tied) - tied
    bin_of_tie = double_rank * bins // (2 * y.size)
    _, code = np.unique(bin_of_tie, return_inverse=True)
    code = code[tie]
    count = np.bincount(code)
    positives = np.bincount(code, weights=y).astype(np.int64)
    first = np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1])))
    low, high = _jeffreys(positives, count, level)
    return ReliabilityCurve(
        count=count,
        positives=positives,
        prob_low=p[first],
        prob_high=p[np.append(first[1:], y.size) - 1],
        mean_prob=np.bincount(code, weights=p) / count,
        observed=positives / count,
        low=low,
        high=high,
        level=level,
    )


def _jeffreys(positives: IntArray, count: IntArray, level: float) -> tuple[FloatArray, FloatArray]:
    # slow to import, and needed only here
    from scipy.special import betaincinv

    a, b = positives + 0.5, count - positives + 0.5
    low = np.where(positives == 0, 0.0, betaincinv(a, b, (1 - level) / 2))
    high = np.where(positives == count, 1.0, betaincinv(a, b, (1 + level) / 2))
    return low, high
