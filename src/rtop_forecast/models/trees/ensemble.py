"""What the tree models share: growing by LightGBM, reading back from its text, TreeSHAP, missing values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.models.inputs import (
    TrainingRows,
    column_order,
    feature_names,
    to_training_order,
)

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset

# Rounding in TreeSHAP stays far below this; more would mean that the contributions are of another model.
_ROUNDING = 1e-9
_FIXED = {
    "deterministic": True,
    "num_threads": 1,
    "verbosity": -1,
    # reading zeros as any other value is faster on tables that fit into memory
    "is_enable_sparse": False,
}
# Rows go with their bins: what was binned for one model serves the others, and resamples of the rows.
_BINNED: WeakKeyDictionary[TrainingRows, dict[int, Dataset]] = WeakKeyDictionary()


def grow(
    rows: TrainingRows, settings: Mapping[str, Any], *, trees: int, seeds: Sequence[int]
) -> tuple[str, ...]:
    """Train one booster per seed and return their texts."""
    import lightgbm

    common = {**settings, **_FIXED}
    data = _binned(rows, max_bin=settings["max_bin"])
    texts = []
    for seed in seeds:
        # without a copy, which LightGBM would make by writing and reading the text as well
        booster = lightgbm.train(
            {**common, "seed": seed}, data, num_boost_round=trees, keep_training_booster=True
        )
        texts.append(str(booster.model_to_string()))
    return tuple(texts)


def _binned(rows: TrainingRows, *, max_bin: int) -> Dataset:
    """Histogram bins of the rows; those of a resample are the bins of the rows it was drawn from."""
    import lightgbm

    by_bins = _BINNED.setdefault(rows, {})
    if max_bin not in by_bins:
        if rows.drawn_from is None:
            data = lightgbm.Dataset(
                rows.features,
                label=rows.outcome,
                weight=rows.weight,
                # leaves of one row: only what cannot be split at all is left out, whatever a forest's leaves hold
                params={"max_bin": max_bin, "min_data_in_leaf": 1, **_FIXED},
            )
        else:
            whole = _binned(rows.drawn_from.source, max_bin=max_bin)
            data = whole.subset(rows.drawn_from.places.tolist()).construct().set_weight(rows.weight)
        by_bins[max_bin] = data.construct()
    return by_bins[max_bin]


@lru_cache(maxsize=64)
def parsed(text: str) -> Booster:
    """Booster read back from its text, so that a saved model predicts the same bits."""
    import lightgbm

    return lightgbm.Booster(model_str=text)


@lru_cache(maxsize=64)
def tree_counts(text: str) -> tuple[int, int, float]:
    """Trees, trees without a split, and the sum of the values of the latter.

    In a forest LightGBM gives a tree that found no split the value 0, which is no average.
    """
    if "\nnum_leaves=1\n" not in text:
        return text.count("\nnum_leaves="), 0, 0.0
    leaves = [int(match) for match in re.findall(r"^num_leaves=(\d+)$", text, flags=re.MULTILINE)]
    values = re.findall(r"^leaf_value=(.*)$", text, flags=re.MULTILINE)
    unsplit = [float(value) for count, value in zip(leaves, values, strict=True) if count == 1]
    return len(leaves), len(unsplit), float(sum(unsplit))


def raw_scores(texts: Sequence[str], rows: FloatArray) -> FloatArray:
    """Mean raw score of the boosters, shape (n_rows,)."""
    total = np.zeros(len(rows))
    for text in texts:
        total += np.asarray(parsed(text).predict(rows, raw_score=True))
    return total / len(texts)


def tree_shap(texts: Sequence[str], rows: FloatArray) -> tuple[FloatArray, float]:
    """Path-dependent TreeSHAP values of the mean raw score and its expectation over the training rows.

    Returns
    -------
    values : ndarray of shape (n_rows, n_features)
        They add up to the score less the expectation up to rounding; exactly 0 for an unused feature.
    expected : float

    Raises
    ------
    DataIntegrityError
        If LightGBM's values of the first row miss its own score by more than rounding.
    """
    shap = np.zeros((len(rows), rows.shape[1] + 1))
    for text in texts:
        part = np.asarray(parsed(text).predict(rows, pred_contrib=True))
        if part.shape != shap.shape:
            message = f"LightGBM returned contributions of shape {part.shape}, not {shap.shape}."
            raise DataIntegrityError(message)
        shap += part / len(texts)
    gap = abs(float(shap[0].sum() - raw_scores(texts, rows[:1])[0]))
    if gap > _ROUNDING:
        message = (
            f"LightGBM's contributions must add up to its score; they miss it by {gap:.2e}, "
            "more than rounding. Please report the LightGBM version."
        )
        raise DataIntegrityError(message)
    return shap[:, :-1], float(shap[0, -1])


def stand_ins(model: Any, rows: TrainingRows) -> FloatArray:
    """Training median of each feature that was always known in training, else NaN, in training order.

    LightGBM learns a branch for missing values only where it sees some, and would read others as 0.
    """
    medians = np.where(np.isnan(rows.features).any(axis=0), np.nan, rows.medians)
    return to_training_order(model, medians)


def filled(model: Any, rows: FloatArray) -> FloatArray:
    """Rows in canonical column order with the stand-ins for missing values."""
    return np.where(np.isnan(rows), model.medians_[column_order(model)], rows)


def monotone_signs(model: Any, signs: Mapping[str, int] | None) -> list[int] | None:
    """LightGBM's constraint of each feature in canonical order; None without any.

    Raises
    ------
    InputError
        If a sign belongs to no feature or is not -1, 0 or 1.
    """
    if signs is None:
        return None
    names = feature_names(model)
    for name, sign in signs.items():
        if name not in names or sign not in (-1, 0, 1):
            message = f"monotone maps features to -1, 0 or 1; {name!r}: {sign!r} does not. Features: {names[:5]} ..."
            raise InputError(message)
    return [int(signs.get(names[position], 0)) for position in column_order(model)]
