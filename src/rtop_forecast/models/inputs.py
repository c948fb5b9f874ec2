"""Read model input once, in a canonical order that does not depend on the caller's.

Floating-point sums depend on their order. So training rows are sorted by their
bytes (features in canonical column order, then outcome, then weight) before anything is
added up: equal sets of rows give equal bits, and rows that tie are identical.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from rtop_forecast.checks.arrays import BoolArray, FloatArray
from rtop_forecast.errors import InputError, InputTypeError


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingRows:
    """Training data in canonical order, read once for all models that are fitted on them.

    Parameters
    ----------
    features : ndarray of shape (n_rows, n_features)
        Columns in :func:`column_order`; NaN where not known.
    outcome : ndarray of shape (n_rows,)
        1.0 for the event, else 0.0.
    weight : ndarray of shape (n_rows,)
        Positive; rows of weight 0 count as absent.
    classes : ndarray of shape (2,)
        Labels of no event and event.
    names : ndarray of str, optional
        Columns of the caller's frame, in its order; None for an array.
    positions : ndarray of int
        Place of each row in the caller's table.
    drawn_from : Draw, optional
        For a resample: the rows it was drawn from.
    known_medians : ndarray of shape (n_features,), optional
        Where they are known without counting.
    """

    features: FloatArray
    outcome: FloatArray
    weight: FloatArray
    classes: NDArray[Any]
    names: NDArray[Any] | None
    positions: NDArray[np.intp]
    drawn_from: Draw | None = None
    known_medians: FloatArray | None = None

    @cached_property
    def medians(self) -> FloatArray:
        """Weighted median of the known values of each column; NaN for a column without any."""
        if self.known_medians is not None:
            return self.known_medians
        if self.drawn_from is not None:
            return self.drawn_from.medians(self.weight)
        return np.array([_median_of(column, self.weight) for column in self.features.T])

    @property
    def labels(self) -> NDArray[Any]:
        """Class of each row, as the caller names it."""
        return np.asarray(self.classes[self.outcome.astype(int)])

    def table(self) -> pd.DataFrame | FloatArray:
        """Rows with the caller's columns: a frame where they have names, else an array."""
        return in_caller_order(self.features, self.names)

    def ascending_values(self) -> Iterator[FloatArray]:
        """Known values of each column in ascending order, weights aside."""
        if self.drawn_from is not None:
            yield from self.drawn_from.ascending_values()
            return
        for column in self.features.T:
            yield np.sort(column[~np.isnan(column)])

    def resampled(self, multiplicity: FloatArray) -> TrainingRows:
        """Rows drawn so many times each, with what was computed for all of them.

        Parameters
        ----------
        multiplicity : ndarray of shape (n_caller_rows,)
            In the order of the caller's table; 0 leaves a row out.
        """
        weight = self._settled(multiplicity[self.positions].astype(float))
        drawn = np.flatnonzero(weight)
        return replace(
            self,
            features=self.features[drawn],
            outcome=self.outcome[drawn],
            weight=weight[drawn],
            positions=self.positions[drawn],
            drawn_from=Draw(source=self, places=drawn),
        )

    def _settled(self, weight: FloatArray) -> FloatArray:
        """Weights in canonical order: rows that are equal but for their weight stand by its bytes."""
        if len(self._twins) == len(weight):
            return weight
        order = np.lexsort((weight.view(">u8"), np.repeat(np.arange(len(self._twins)), self._twins)))
        return weight[order]

    @cached_property
    def _twins(self) -> NDArray[np.intp]:
        """How many equal rows follow each other, for each row that differs from the one before."""
        table = np.column_stack([self.features, self.outcome])
        packed = table.view(np.dtype((np.void, table.shape[1] * table.itemsize))).ravel()
        starts = np.flatnonzero(np.concatenate([[True], packed[1:] != packed[:-1]]))
        return np.diff(np.append(starts, len(packed)))

    @cached_property
    def ascending(self) -> list[NDArray[np.intp]]:
        """Rows by the value of each column, those without a value left out."""
        return [
            np.argsort(column, kind="stable")[: int((~np.isnan(column)).sum())] for column in self.features.T
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Where a resample's rows stand among those it was drawn from.

    Parameters
    ----------
    source : TrainingRows
    places : ndarray of int
        Ascending.
    """

    source: TrainingRows
    places: NDArray[np.intp]

    def ascending_values(self) -> Iterator[FloatArray]:
        """Known values of each column of the resample in ascending order."""
        drawn = np.zeros(len(self.source.features), dtype=bool)
        drawn[self.places] = True
        for column, rows in zip(self.source.features.T, self.source.ascending, strict=True):
            yield column[rows[drawn[rows]]]

    def medians(self, weight: FloatArray) -> FloatArray:
        """Weighted median of each column of the resample, from the order of the source's values."""
        full = np.zeros(len(self.source.features))
        full[self.places] = weight
        pairs = zip(self.source.features.T, self.source.ascending, strict=True)
        return np.array([_median_in_order(column[rows], full[rows]) for column, rows in pairs])


def read_training(
    model: Any, X: Any, y: ArrayLike, sample_weight: ArrayLike | None, *, one_class: bool = False
) -> TrainingRows:
    """Check the training data, note the feature names on the model, sort canonically.

    Parameters
    ----------
    model : estimator
        Gets ``n_features_in_`` and, for a frame, ``feature_names_in_``.
    X : DataFrame or array_like of shape (n_rows, n_features)
        Features; NaN allowed, infinity not.
    y : array_like of shape (n_rows,)
        Two classes.
    sample_weight : array_like of shape (n_rows,), optional
        Non-negative, not all zero.
    one_class : bool
        Whether outcomes all 0 or all 1 are acceptable.

    Returns
    -------
    TrainingRows
        Rows with positive weight.

    Raises
    ------
    InputError
        On any breach of the rules above.
    """
    _refuse_repeated(X)
    values, labels = _validated_pair(model, X, y)
    del X  # where the caller holds it no longer, its memory is free once the table is filled
    _refuse_infinite(values, feature_names(model))
    weight = _weights(sample_weight, len(values))
    counted = weight > 0
    classes, outcome = _encode(labels, counted, one_class=one_class)
    # Adding 0.0 turns -0.0 into 0.0, and writing NaN over NaN gives it one bit pattern.
    # One copy to order by and one in order: a third would be felt on a million rows.
    table = np.empty((int(counted.sum()), values.shape[1] + 2))
    for j, column in enumerate(column_order(model)):
        table[:, j] = values[counted, column]
    del values
    table[:, -2], table[:, -1] = outcome[counted], weight[counted]
    table += 0.0
    table[np.isnan(table)] = np.nan
    order = _byte_order(table)
    return TrainingRows(
        features=table[order, :-2],
        outcome=table[order, -2],
        weight=table[order, -1],
        classes=classes,
        names=getattr(model, "feature_names_in_", None),
        positions=np.flatnonzero(counted)[order],
    )


def adopt(model: Any, rows: TrainingRows, *, one_class: bool = False) -> None:
    """Note on a model what :func:`read_training` would, for rows that were read for another.

    Raises
    ------
    InputError
        If the rows hold one class and the model needs two.
    """
    if not one_class and len(np.unique(rows.outcome)) < 2:
        present = rows.classes[int(rows.outcome[0])]
        raise _one_class(len(rows.outcome), present)
    model.n_features_in_ = rows.features.shape[1]
    if rows.names is not None:
        model.feature_names_in_ = rows.names
    elif hasattr(model, "feature_names_in_"):
        del model.feature_names_in_
    model.classes_ = rows.classes


def read_given(
    model: Any, X: Any, y: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[Any]]:
    """Check complete training rows and leave them in the caller's order, which decides R's random folds.

    Returns
    -------
    features, outcome, weight, classes

    Raises
    ------
    InputError
        If a value is missing or infinite, or as :func:`read_training`.
    """
    _refuse_repeated(X)
    values, labels = _validated_pair(model, X, y)
    _refuse_incomplete(values, feature_names(model))
    weight = _weights(sample_weight, len(values))
    classes, outcome = _encode(labels, weight > 0, one_class=False)
    return values, outcome, weight, classes


def read_complete(model: Any, X: Any) -> FloatArray:
    """Check complete rows to predict; columns stay in the order of ``fit``."""
    check_is_fitted(model)
    values = _validated(model, X)
    _refuse_incomplete(values, feature_names(model))
    return values


def read_rows(model: Any, X: Any) -> FloatArray:
    """Check rows to predict; columns come back in :func:`column_order`, NaN kept."""
    check_is_fitted(model)
    values = _validated(model, X)
    _refuse_infinite(values, feature_names(model))
    return np.ascontiguousarray(values[:, column_order(model)])


def feature_names(model: Any) -> list[str]:
    """Names of the training columns in the caller's order; ``x0``... for arrays."""
    if _named(model):
        return [str(name) for name in model.feature_names_in_]
    return [f"x{position}" for position in range(model.n_features_in_)]


def column_order(model: Any) -> NDArray[np.intp]:
    """Positions of the training columns in canonical order: by name when named."""
    names = feature_names(model)
    order = sorted(range(len(names)), key=names.__getitem__) if _named(model) else range(len(names))
    return np.array(list(order), dtype=np.intp)


def in_caller_order(canonical: FloatArray, names: NDArray[Any] | None) -> pd.DataFrame | FloatArray:
    """Rows with the caller's columns: a frame where they have names, else an array."""
    if names is None:
        return canonical
    wanted = [str(name) for name in names]
    return pd.DataFrame(canonical, columns=sorted(wanted))[wanted]


def to_training_order(model: Any, canonical: FloatArray) -> FloatArray:
    """Bring the last axis from canonical column order back to the training frame's."""
    out = np.empty_like(canonical)
    out[..., column_order(model)] = canonical
    return out


def weighted_median(values: FloatArray, weight: FloatArray) -> float:
    """Median of rows each repeated ``weight`` times; the mean of the middle two on a tie."""
    if np.all(weight == weight[0]):
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    return _median_in_order(values[order], weight[order])


def _median_of(column: FloatArray, weight: FloatArray) -> float:
    """Weighted median of the known values; NaN without any."""
    present = ~np.isnan(column)
    return weighted_median(column[present], weight[present]) if present.any() else np.nan


def _median_in_order(values: FloatArray, weight: FloatArray) -> float:
    """Weighted median of ascending values, of which some may have weight 0; NaN if all have."""
    reached = np.cumsum(weight)
    if not len(reached) or reached[-1] == 0:
        return np.nan
    half = reached[-1] / 2
    lower = values[np.searchsorted(reached, half, side="left")]
    upper = values[min(np.searchsorted(reached, half, side="right"), len(values) - 1)]
    return float((lower + upper) / 2)


def _named(model: Any) -> bool:
    return hasattr(model, "feature_names_in_")


def _validated(model: Any, X: Any) -> FloatArray:
    """Run scikit-learn's checks of shape, type and names; its messages, our error class."""
    try:
        values: FloatArray = validate_data(model, X, reset=False, dtype=np.float64, ensure_all_finite=False)
    except TypeError as error:
        raise InputTypeError(str(error)) from error
    except ValueError as error:
        raise InputError(str(error)) from error
    return values


def _validated_pair(model: Any, X: Any, y: ArrayLike) -> tuple[FloatArray, NDArray[Any]]:
    try:
        values, labels = validate_data(model, X, y, dtype=np.float64, ensure_all_finite=False)
        check_classification_targets(labels)
    except TypeError as error:
        raise InputTypeError(str(error)) from error
    except ValueError as error:
        raise InputError(str(error)) from error
    return values, labels


def _refuse_repeated(X: Any) -> None:
    names = list(getattr(X, "columns", []))
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if repeated:
        message = f"column names must be unique; {len(repeated)} repeat, first {repeated[0]!r}. Rename them."
        raise InputError(message)


def _refuse_infinite(values: FloatArray, names: list[str]) -> None:
    infinite = np.isinf(values)
    if infinite.any():
        row, column = np.argwhere(infinite)[0]
        message = (
            f"X must be finite or NaN; {int(infinite.sum())} of {values.size} values are inf, "
            f"first in row {row}, column {names[column]!r}. Correct them or set them to NaN (not known)."
        )
        raise InputError(message)


def _refuse_incomplete(values: FloatArray, names: list[str]) -> None:
    wrong = ~np.isfinite(values)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        message = (
            f"X must be complete and finite; {int(wrong.sum())} of {values.size} values are NaN or inf, first in row "
            f"{row}, column {names[column]!r}. Leave those rows out or impute them."
        )
        raise InputError(message)


def _weights(sample_weight: ArrayLike | None, n_rows: int) -> FloatArray:
    if sample_weight is None:
        return np.ones(n_rows)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (n_rows,):
        message = f"sample_weight must have shape ({n_rows},), one per row; got {weight.shape}."
        raise InputError(message)
    bad = ~(np.isfinite(weight) & (weight >= 0))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        message = (
            f"sample_weight must be finite and non-negative; {int(bad.sum())} of {n_rows} are not, "
            f"first row {first} ({weight[first]}). Use 0 to leave a row out."
        )
        raise InputError(message)
    if not (weight > 0).any():
        message = f"sample_weight must not be all zero; all {n_rows} are. Leave it out for equal weights."
        raise InputError(message)
    return weight


def _encode(labels: NDArray[Any], counted: BoolArray, *, one_class: bool) -> tuple[NDArray[Any], FloatArray]:
    """Classes (no event, event) and outcomes 0.0/1.0 from labels."""
    kind = type_of_target(labels, input_name="y")
    classes = np.unique(labels)
    if len(classes) > 2:
        message = (
            f"Only binary classification is supported. The type of the target is {kind}: "
            f"y has {len(classes)} classes, first {classes[:3].tolist()}."
        )
        raise InputError(message)
    present = np.unique(labels[counted])
    zero_one = np.array([0, 1])
    if len(present) == 1 and one_class and labels.dtype.kind in "biuf" and np.isin(present, zero_one).all():
        classes = zero_one.astype(labels.dtype)
    elif len(present) < 2:
        raise _one_class(int(counted.sum()), present[0])
    return classes, (labels == classes[1]).astype(np.float64)


def _one_class(rows: int, label: Any) -> InputError:
    shown = getattr(label, "item", lambda: label)()
    return InputError(
        f"y must hold two classes with positive weight; got 1 class: all {rows} such rows "
        f"are {shown!r}. Give more rows, or use BaseRate."
    )


def _byte_order(table: FloatArray) -> NDArray[np.intp]:
    """Order of the rows by their bytes; any total order of values would do."""
    packed = np.ascontiguousarray(table)
    rows = packed.view(np.dtype((np.void, packed.shape[1] * packed.itemsize))).ravel()
    return np.argsort(rows, kind="stable")
