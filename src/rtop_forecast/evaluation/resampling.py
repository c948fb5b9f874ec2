"""Resampling of whole blocks, and percentile intervals of what is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import integer, interval_level
from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import InputError

# above this share of undefined resamples, the interval would describe the rest only
_MAX_UNDEFINED = 0.05


def block_multiplicities(blocks: int, *, draws: int = 1000, seed: int = 0) -> IntArray:
    """How often each block enters each bootstrap resample.

    Multinomial: each draw takes as many blocks as there are, with replacement.

    Parameters
    ----------
    blocks : int
        Number of blocks, at least 2.
    draws : int
        Number of resamples, at least 2.
    seed : int
        Seed of numpy's default generator.

    Returns
    -------
    ndarray of int of shape (draws, blocks)
        Each row sums to ``blocks``.

    Raises
    ------
    InputError
        If ``blocks`` or ``draws`` is below 2.

    References
    ----------
    Field, C. A. & Welsh, A. H. (2007). Bootstrapping clustered data. Journal of the
    Royal Statistical Society B, 69, 369-390.

    Examples
    --------
    >>> block_multiplicities(3, draws=4, seed=1).sum(axis=1)
    array([3, 3, 3, 3])
    """
    blocks = integer(blocks, name="the number of blocks", least=2)
    draws = integer(draws, name="draws", least=2)
    seed = integer(seed, name="seed", least=0)
    rng = np.random.default_rng(seed)
    return rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=draws).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapInterval:
    """Percentile interval of a statistic.

    Attributes
    ----------
    estimate : float
        The statistic of the data as they are.
    low, high : float
        Ends of the percentile interval.
    level : float
        Its nominal probability content.
    draws, blocks : int
        Number of resamples, and of blocks.
    undefined : int
        Resamples whose statistic was NaN, left out of the interval.
    """

    estimate: float
    low: float
    high: float
    level: float
    draws: int
    blocks: int
    undefined: int


def block_bootstrap(
    statistic: Callable[[FloatArray], float] | ArrayLike,
    *,
    blocks: ArrayLike,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.9,
) -> BootstrapInterval:
    """Percentile interval of any statistic by resampling whole blocks.

    Parameters
    ----------
    statistic : callable or array_like of shape (n,)
        A function of row weights (float, shape (n,)) that returns a number; or values
        per row, whose weighted mean is the statistic.
    blocks : array_like of shape (n,)
        Label of each row's block, for example the country.
    draws, seed
        As in `block_multiplicities`.
    level : float
        Probability content of the interval.

    Returns
    -------
    BootstrapInterval

    Raises
    ------
    InputError
        If an input is invalid, the statistic of the data is not finite, or it is NaN
        in more than 5% of the resamples.

    References
    ----------
    Davison, A. C. & Hinkley, D. V. (1997). Bootstrap Methods and their Application.
    Cambridge University Press.

    Examples
    --------
    >>> result = block_bootstrap([1.0, 2.0, 3.0, 4.0], blocks=["a", "a", "b", "b"], seed=1)
    >>> result.estimate, result.low, result.high
    (2.5, 1.5, 3.5)
    """
    level = interval_level(level)
    n = np.size(np.asarray(blocks))
    codes, m = _checks.label_codes(blocks, n, name="blocks")
    counts = block_multiplicities(m, draws=draws, seed=seed)
    if callable(statistic):
        estimate = float(statistic(np.ones(n)))
        drawn = np.array([float(statistic(row[codes].astype(np.float64))) for row in counts])
    else:
        values = _checks.vector(statistic, name="statistic")
        _checks.same_length(statistic=values, blocks=codes)
        means = block_means(values[:, None], codes, m, np.vstack([np.ones(m, dtype=np.int64), counts]))[:, 0]
        estimate, drawn = float(means[0]), means[1:]
    if not math.isfinite(estimate):
        message = (
            f"the statistic of the data must be finite; it is {estimate}. Check the rows it is taken on."
        )
        raise InputError(message)
    low, high, undefined = percentiles(drawn, level, name="the statistic")
    return BootstrapInterval(
        estimate=estimate, low=low, high=high, level=level, draws=draws, blocks=m, undefined=undefined
    )


def block_means(values: FloatArray, codes: IntArray, m: int, counts: IntArray) -> FloatArray:
    """Weighted means of the columns of ``values`` for each row of block multiplicities."""
    sums = np.empty((m, values.shape[1]))
    for column in range(values.shape[1]):
        # sorted by value within the block: the same bits whatever the row order
        order = np.lexsort((values[:, column], codes))
        sums[:, column] = np.bincount(codes[order], weights=values[order, column], minlength=m)
    sizes = np.bincount(codes, minlength=m)
    # einsum, not BLAS: the bits must not depend on the number of threads
    totals = np.einsum("db,bc->dc", counts.astype(np.float64), sums)
    means: FloatArray = totals / (counts * sizes).sum(axis=1)[:, None]
    return means


def percentiles(drawn: FloatArray, level: float, *, name: str) -> tuple[float, float, int]:
    """Return the ends of the interval, and the number of NaN draws left out."""
    undefined = int(np.isnan(drawn).sum())
    if undefined > _MAX_UNDEFINED * drawn.size:
        message = (
            f"{name} must be defined in at least 95% of the resamples; it is undefined in {undefined} of "
            f"{drawn.size}, first draw {int(np.argmax(np.isnan(drawn)))}: too few blocks have events. "
            "Score more rows."
        )
        raise InputError(message)
    low, high = interval_from_draws(drawn[~np.isnan(drawn)], level=level)
    return float(low), float(high), undefined


def interval_from_draws(draws: ArrayLike, *, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
    """Central interval of each column of draws, by linear interpolation of order statistics.

    Parameters
    ----------
    draws : array_like of shape (draws, ...)
        Draws along the first axis.
    level : float
        Probability content, split evenly between the tails.

    Returns
    -------
    low, high : ndarray
        Shape of one draw.

    Raises
    ------
    InputError
        If there are no draws, one is NaN, or ``level`` is not between 0 and 1.

    Examples
    --------
    >>> low, high = interval_from_draws([0.0, 1.0, 2.0, 3.0, 4.0], level=0.5)
    >>> float(low), float(high)
    (1.0, 3.0)
    """
    array = np.asarray(draws, dtype=np.float64)
    level = interval_level(level)
    if array.ndim == 0 or array.shape[0] == 0:
        message = f"an interval needs draws along the first axis; the shape is {array.shape}. Pass draws."
        raise InputError(message)
    missing = np.isnan(array)
    if missing.any():
        message = (
            f"draws must not be missing; {int(missing.sum())} of {array.size} are, first in draw "
            f"{int(np.argwhere(missing)[0][0])}. Find out why before taking an interval."
        )
        raise InputError(message)
    low, high = np.quantile(array, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return np.asarray(low), np.asarray(high)
