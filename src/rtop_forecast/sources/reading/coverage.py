"""Which years a file covers: what it holds, not what its publisher's full release would."""

from __future__ import annotations

import pandas as pd

__all__ = ["first_covered"]


def first_covered(years: pd.Series[int], *, published: int, quiet: int = 0) -> int:
    """First year that a file of events covers.

    Parameters
    ----------
    years : pandas.Series of int
        Years of the file's rows.
    published : int
        First year of the full release.
    quiet : int
        Years at the beginning of the full release in which nothing happened that it would list.

    Returns
    -------
    int
        ``published``, unless the file begins later: then nothing is known of the years before its first row.

    Examples
    --------
    >>> first_covered(pd.Series([1989, 2024]), published=1989), first_covered(pd.Series([2010]), published=1989)
    (1989, 2010)
    >>> first_covered(pd.Series([1947, 2020]), published=1946, quiet=1)
    1946
    """
    begins = int(years.min())
    return published if begins <= published + quiet else begins
