"""Transforms along the years of a grid; each looks backward only.

Arrays have shape (n_years, n_states) with consecutive years along the first axis and NaN where
nothing is known. Row t of a result depends on rows 0 ... t alone.
"""

from __future__ import annotations

import numpy as np

from rtop_forecast.checks.arrays import FloatArray

_FINEST = 40


def lag(values: FloatArray, years: int) -> FloatArray:
    """Value ``years`` rows earlier; NaN where the grid does not reach back.

    Examples
    --------
    >>> lag(np.array([[1.0], [2.0], [3.0]]), 1).ravel()
    array([nan,  1.,  2.])
    """
    if years == 0:
        return values.copy()
    shifted = np.full_like(values, np.nan)
    shifted[years:] = values[:-years]
    return shifted


def settled(values: FloatArray, *, digits: int = 24) -> FloatArray:
    """Values to some binary digits, and nothing finer than 2**-40.

    Logarithms, powers and sums differ in their last bit from processor to processor, and so do the values that are
    equal on paper. Trees choose their splits among distinct values, so that the noise would move forecasts; 24 digits
    (seven decimal ones, single precision) leave it next to no chance.

    Examples
    --------
    >>> bool(settled(np.array(0.1 + 0.2)) == settled(np.array(0.3))), float(settled(np.array(0.1 + 0.2 - 0.3)))
    (True, 0.0)
    """
    _, exponent = np.frexp(np.where(np.isfinite(values), values, 0.0))
    places = np.minimum(digits - exponent, _FINEST)
    result: FloatArray = np.ldexp(np.rint(np.ldexp(values, places)), -places)
    return result


def positive(values: FloatArray) -> FloatArray:
    """1 where a value is positive, 0 where it is not, NaN where it is unknown."""
    return np.where(np.isfinite(values), (values > 0).astype(float), np.nan)


def change(values: FloatArray, years: int) -> FloatArray:
    """Difference to the value ``years`` rows earlier."""
    return values - lag(values, years)


def carry_forward(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Last observed value and its age in years.

    Returns
    -------
    values : ndarray
        NaN until the first observation.
    age : ndarray
        0 where the value is of the row's own year; NaN where none is known.

    Examples
    --------
    >>> value, age = carry_forward(np.array([[np.nan], [2.0], [np.nan]]))
    >>> value.ravel(), age.ravel()
    (array([nan,  2.,  2.]), array([nan,  0.,  1.]))
    """
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isfinite(values), rows, -1), axis=0)
    carried = np.take_along_axis(values, np.maximum(last, 0), axis=0)
    age = np.where(last >= 0, rows - last, np.nan)
    return np.where(last >= 0, carried, np.nan), age


def trailing_sum(values: FloatArray, years: int) -> FloatArray:
    """Sum over the last ``years`` rows, this one included, of what is observed; NaN if nothing is.

    Examples
    --------
    >>> trailing_sum(np.array([[np.nan], [1.0], [1.0], [0.0]]), 2).ravel()
    array([nan,  1.,  2.,  1.])
    """
    return _trailing(values, years)[0]


def trailing_mean(values: FloatArray, years: int) -> FloatArray:
    """Mean over the last ``years`` rows, this one included, of what is observed; NaN if nothing is."""
    total, count = _trailing(values, years)
    return total / np.where(count > 0, count, np.nan)


def trailing_max(values: FloatArray, years: int) -> FloatArray:
    """Largest observed value over the last ``years`` rows, this one included; NaN if nothing is.

    Examples
    --------
    >>> trailing_max(np.array([[np.nan], [1.0], [0.0], [0.0]]), 2).ravel()
    array([nan,  1.,  1.,  0.])
    """
    largest: FloatArray = np.fmax.reduce([lag(values, step) for step in range(min(years, len(values)))])
    return largest


def decayed_sum(values: FloatArray, half_life: float) -> FloatArray:
    """Sum of all observed values up to each row, each halved every ``half_life`` years.

    NaN until the first observation.

    Examples
    --------
    >>> decayed_sum(np.array([[np.nan], [1.0], [0.0], [2.0]]), 1.0).ravel()
    array([ nan, 1.  , 0.5 , 2.25])
    """
    weight = 0.5 ** (1.0 / half_life)
    result = np.full_like(values, np.nan)
    running = np.zeros(values.shape[1])
    begun = np.zeros(values.shape[1], dtype=bool)
    for row, present in enumerate(values):
        running = running * weight + np.nan_to_num(present)
        begun |= np.isfinite(present)
        result[row] = np.where(begun, running, np.nan)
    return result


def since(values: FloatArray) -> FloatArray:
    """Rows since the last positive value, 0 in its own row; before any, since the first observation.

    The "peace years" of Beck, Katz & Tucker (1998). NaN where the value is unknown.

    Examples
    --------
    >>> since(np.array([[0.0], [0.0], [1.0], [0.0], [np.nan]])).ravel()
    array([ 0.,  1.,  0.,  1., nan])
    """
    rows = np.arange(len(values), dtype=float)[:, None]
    observed = np.isfinite(values)
    first = np.cumsum(observed, axis=0) == 1
    last = np.maximum.accumulate(np.where((values > 0) | (first & observed), rows, -np.inf), axis=0)
    return np.where(observed, rows - last, np.nan)


def spell_length(active: FloatArray) -> FloatArray:
    """Consecutive rows, up to and including this one, in which ``active`` is positive; NaN if unknown.

    Examples
    --------
    >>> spell_length(np.array([[0.0], [1.0], [1.0], [0.0]])).ravel()
    array([0., 1., 2., 0.])
    """
    result = np.full_like(active, np.nan)
    running = np.zeros(active.shape[1])
    for row, present in enumerate(active):
        running = np.where(present > 0, running + 1.0, 0.0)
        result[row] = np.where(np.isfinite(present), running, np.nan)
    return result


def _trailing(values: FloatArray, years: int) -> tuple[FloatArray, FloatArray]:
    observed = np.isfinite(values)
    total = np.zeros_like(values)
    count = np.zeros_like(values)
    for step in range(min(years, len(values))):
        stop = len(values) - step
        total[step:] += np.where(observed[:stop], values[:stop], 0.0)
        count[step:] += observed[:stop]
    return np.where(count > 0, total, np.nan), count
