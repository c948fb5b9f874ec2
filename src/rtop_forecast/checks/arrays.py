"""Array types, and checks of array arguments shared by scores, calibration and inference."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.errors import InputError

_VECTOR_HINT = "Pass a one-dimensional array of numbers."
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def _refuse(bad: BoolArray, values: FloatArray, *, rule: str, remedy: str) -> None:
    """Raise if any row is bad: rule, count, first offender, remedy."""
    count = int(bad.sum())
    if count:
        first = int(np.argmax(bad))
        be = " must be " in rule
        verb = ("is" if be else "does") if count == 1 else ("are" if be else "do")
        message = (
            f"{rule}; {count} of {bad.size} rows {verb} not, first row {first} ({values[first]:g}). {remedy}"
        )
        raise InputError(message)


def vector(values: ArrayLike, *, name: str) -> FloatArray:
    """Copy to a finite one-dimensional float array, or raise InputError."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = f"{name} must be numbers without missing values ({error}). {_VECTOR_HINT}"
        raise InputError(message) from error
    if array.ndim != 1:
        message = f"{name} must be one-dimensional; it has shape {array.shape}. {_VECTOR_HINT}"
        raise InputError(message)
    _refuse(
        ~np.isfinite(array),
        array,
        rule=f"{name} must be finite",
        remedy="Select the rows to use before calling; none is dropped silently.",
    )
    return array


def outcome_vector(outcome: ArrayLike) -> FloatArray:
    """Outcome as 0.0 or 1.0 per row, or raise InputError."""
    y = vector(outcome, name="outcome")
    _refuse(
        (y != 0) & (y != 1),
        y,
        rule="outcome must be 0 or 1",
        remedy="Code the event as 1 and its absence as 0.",
    )
    return y


def prob_vector(prob: ArrayLike, *, name: str = "prob") -> FloatArray:
    """Probabilities in the closed interval [0, 1], or raise InputError."""
    p = vector(prob, name=name)
    _refuse(
        (p < 0) | (p > 1),
        p,
        rule=f"{name} must lie in [0, 1]",
        remedy="Recalibrate before scoring.",
    )
    return p


def open_prob_vector(prob: ArrayLike) -> FloatArray:
    """Probabilities in the open interval (0, 1), whose log-odds are finite."""
    p = prob_vector(prob)
    _refuse(
        (p == 0) | (p == 1),
        p,
        rule="prob must lie strictly between 0 and 1 to have log-odds",
        remedy="Bound the model's output away from 0 and 1.",
    )
    return p


def same_length(**arrays: FloatArray | IntArray) -> None:
    """Raise InputError unless all arrays have the same length."""
    sizes = {name: array.size for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} {size}" for name, size in sizes.items())
        message = f"arguments must have the same number of rows; they have {listed}. Align them first."
        raise InputError(message)


def pair(outcome: ArrayLike, prob: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Check an outcome and its forecast, and that they have the same length."""
    y, p = outcome_vector(outcome), prob_vector(prob)
    same_length(outcome=y, prob=p)
    return y, p


def weight_vector(weights: ArrayLike | None, n: int) -> FloatArray:
    """Non-negative row weights, all 1 if None; at least one positive unless there are no rows."""
    if weights is None:
        return np.ones(n)
    w = vector(weights, name="weights")
    if w.size != n:
        message = f"weights must have one value per row; {w.size} for {n} rows. Align them first."
        raise InputError(message)
    _refuse(w < 0, w, rule="weights must be at least 0", remedy="Use 0 to leave a row out.")
    if n and not w.any():
        message = f"weights must have a positive sum; all {n} are 0. Give weight to at least one row."
        raise InputError(message)
    return w


def label_codes(labels: ArrayLike, n: int, *, name: str) -> tuple[IntArray, int]:
    """Codes 0 ... m-1 of labels in sorted order, and m; missing labels raise InputError."""
    array = np.asarray(labels)
    if array.ndim != 1 or array.size != n:
        message = f"{name} must have one label per row; shape {array.shape} for {n} rows. Align them first."
        raise InputError(message)
    try:
        codes, uniques = pd.factorize(array, sort=True)
    except TypeError as error:
        message = f"{name} must be labels that sort among each other ({error}). Use one type of label."
        raise InputError(message) from error
    missing = codes < 0
    if missing.any():
        message = (
            f"{name} must not be missing; {int(missing.sum())} of {n} labels are, "
            f"first row {int(np.argmax(missing))}. Give every row a label."
        )
        raise InputError(message)
    return codes.astype(np.int64), len(uniques)


def group_codes(groups: ArrayLike | None, n: int) -> IntArray:
    """Codes of groups; None means one group of all rows."""
    if groups is None:
        return np.zeros(n, dtype=np.int64)
    return label_codes(groups, n, name="groups")[0]
