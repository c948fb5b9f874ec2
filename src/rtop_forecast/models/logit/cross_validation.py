"""Folds of rows, deviance of what is held out, and the penalty it speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import BoolArray, FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import probability_in_place
from rtop_forecast.models.base import LogOddsClassifier
from rtop_forecast.models.logit.glmnet_path import Path
from rtop_forecast.models.logit.r_random import r_permutation

__all__ = [
    "Choice",
    "CrossValidatedLogit",
    "Fold",
    "choose",
    "past_folds",
    "random_folds",
    "refuse_one_class",
]

_LEAST_PROB = 1e-5  # glmnet keeps probabilities this far from 0 and 1 in the cross-validated deviance


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Rows to train on and rows to be scored, as masks."""

    train: BoolArray
    held: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Cross-validated deviance of each penalty, and the penalties chosen by the two rules."""

    deviance: FloatArray
    error: FloatArray
    lambda_min: float
    lambda_1se: float


class CrossValidatedLogit(LogOddsClassifier):
    """What the models with a penalty chosen by cross-validation share; they take no missing values."""

    rule: Literal["min", "1se"]
    lambda_: float
    lambda_min_: float
    lambda_1se_: float
    cv_deviance_: FloatArray
    cv_error_: FloatArray
    path_: Path
    coef_: FloatArray
    intercept_: float

    def _set_choice(self, choice: Choice) -> None:
        """Note the deviances and the penalties, and choose by the rule."""
        self.cv_deviance_, self.cv_error_ = choice.deviance, choice.error
        self.lambda_min_, self.lambda_1se_ = choice.lambda_min, choice.lambda_1se
        self.lambda_ = self.lambda_min_ if self.rule == "min" else self.lambda_1se_

    def __sklearn_tags__(self) -> Any:
        """Tags: as the other models, but no missing values."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False
        return tags


def random_folds(n_rows: int, n_folds: int, *, seed: int) -> list[Fold]:
    """Folds of rows as R's cv.glmnet draws them after ``set.seed(seed)``."""
    number = np.tile(np.arange(n_folds), -(-n_rows // n_folds))[:n_rows]
    number = number[r_permutation(n_rows, seed=seed)]
    return [Fold(train=number != fold, held=number == fold) for fold in range(n_folds)]


def past_folds(years: ArrayLike, n_folds: int, *, horizon: int) -> list[Fold]:
    """Blocks of years, each scored by what its past could teach.

    Parameters
    ----------
    years : array_like of shape (n_rows,)
        Year of each row.
    n_folds : int
        The years are cut into ``n_folds`` + 1 blocks of nearly equal length; the first is never scored.
    horizon : int
        Years that a label looks ahead. A row trains for a block only if its window had closed when the block begins.

    Raises
    ------
    InputError
        If there are fewer years than blocks, or a year is not an integer.
    """
    year = np.asarray(years, dtype=np.float64)
    if year.ndim != 1 or not np.isfinite(year).all() or (year % 1 != 0).any():
        message = "years must be one integer per row. Give the year of each row."
        raise InputError(message)
    distinct = np.unique(year)
    if len(distinct) <= n_folds:
        message = (
            f"past-only folds need more years than folds; there are {len(distinct)} years and {n_folds} folds. Use "
            "fewer folds."
        )
        raise InputError(message)
    blocks = np.array_split(distinct, n_folds + 1)[1:]
    return [Fold(train=year + horizon <= block[0], held=np.isin(year, block)) for block in blocks]


def refuse_one_class(folds: Sequence[Fold], outcome: FloatArray, weight: FloatArray) -> None:
    """Raise when a fold has no row to score or leaves only one class to train on.

    Raises
    ------
    InputError
        Naming the fold and the number of events.
    """
    for number, fold in enumerate(folds, start=1):
        train = fold.train & (weight > 0)
        if not (0 < outcome[train].sum() < train.sum()) or not (fold.held & (weight > 0)).any():
            message = (
                f"each fold must leave both classes in the rows it trains on; fold {number} of {len(folds)} has "
                f"{int(outcome[train].sum())} events in {int(train.sum())}. Use fewer folds or more rows."
            )
            raise InputError(message)


def choose(
    lambdas: FloatArray,
    paths: Sequence[Path],
    folds: Sequence[Fold],
    values: FloatArray,
    outcome: FloatArray,
    weight: FloatArray,
) -> Choice:
    """Mean deviance of the held-out rows at each penalty, weighted by fold, and its standard error.

    A fold's own path may have other penalties: between them it is linear.
    """
    rows, sizes = [], []
    for fitted, fold in zip(paths, folds, strict=True):
        intercepts, coefs = fitted.at(lambdas)
        log_odds = values[fold.held] @ coefs.T + intercepts
        prob = np.clip(probability_in_place(-log_odds), _LEAST_PROB, 1 - _LEAST_PROB)
        held = outcome[fold.held][:, None]
        loss = -2 * (held * np.log(prob) + (1 - held) * np.log(1 - prob))
        rows.append(np.average(loss, axis=0, weights=weight[fold.held]))
        sizes.append(weight[fold.held].sum())
    table = np.array(rows)
    deviance = np.average(table, axis=0, weights=sizes)
    error = np.sqrt(np.average((table - deviance) ** 2, axis=0, weights=sizes) / (len(folds) - 1))
    best = int(np.argmin(deviance))  # the first, the largest penalty, of equals
    within = deviance <= deviance[best] + error[best]
    return Choice(
        deviance=deviance,
        error=error,
        lambda_min=float(lambdas[best]),
        lambda_1se=float(lambdas[within].max()),
    )
