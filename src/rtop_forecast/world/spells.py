"""Spells of years written out year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["years_of_spells"]


def years_of_spells(
    first: NDArray[np.integer[Any]], last: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.intp], NDArray[np.integer[Any]]]:
    """Rows and years of spells, year by year.

    Parameters
    ----------
    first, last : ndarray of int of shape (n_spells,)
        First and last year of each spell, inclusive; a spell that ends before it begins has no year.

    Returns
    -------
    rows, years : ndarray of int of shape (n_years,)
        Position of the spell that each year belongs to, and the year.

    Examples
    --------
    >>> rows, years = years_of_spells(np.array([1990, 2000, 1995]), np.array([1991, 1999, 1995]))
    >>> rows.tolist(), years.tolist()
    ([0, 0, 2], [1990, 1991, 1995])
    """
    length = np.clip(last - first + 1, 0, None)
    rows = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(length) - length, length)
    return rows, first[rows] + offset
