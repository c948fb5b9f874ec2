"""Intervals from draws that contain the estimate they belong to."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import FloatArray

__all__ = ["interval_around"]


def interval_around(estimate: ArrayLike, draws: FloatArray, *, level: float) -> tuple[FloatArray, FloatArray]:
    """Central quantile range of draws, reaching at least to the estimate.

    Few draws may all lie on one side of the estimate; an interval without it would contradict it.

    Parameters
    ----------
    estimate : array_like of shape (...)
    draws : ndarray of shape (n_draws, ...)
    level : float

    Returns
    -------
    low, high : ndarray of shape (...)

    Examples
    --------
    >>> low, high = interval_around(2.6, np.array([2.7, 3.0, 4.0]), level=0.9)
    >>> float(low), round(float(high), 2)
    (2.6, 3.9)
    """
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return np.minimum(low, estimate), np.maximum(high, estimate)
