"""Generalised additive logit: a smooth curve per feature, ridge-penalised, exactly additive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.models.base import LogOddsClassifier, limited
from rtop_forecast.models.inputs import (
    TrainingRows,
    adopt,
    column_order,
    feature_names,
    read_rows,
    read_training,
    to_training_order,
)
from rtop_forecast.models.interface import Contributions
from rtop_forecast.models.logit.elastic_net import ElasticNetLogit
from rtop_forecast.models.parameters import FLAG, NOT_NEGATIVE, POSITIVE, SHARE, check_parameters

_KNOT_QUANTILES = (0.1, 0.5, 0.9)
_DISCRETE = 6  # a feature with so few distinct values stays linear


class AdditiveLogit(LogOddsClassifier):
    r"""Logistic regression on a natural cubic spline of every feature.

    A feature with more than six distinct values enters as a line and one curved term, the natural cubic spline
    with knots at its 10%, 50% and 90% training quantiles: linear beyond the outer knots, so that it does not run
    away where data end. Others, and those whose knots fall together, enter as a line. All terms are
    standardised and share one ridge penalty; see :class:`ElasticNetLogit` for the objective. A missing value
    counts as the training median, with an indicator of its own.

    Parameters
    ----------
    lam, scaled
        Penalty and whether it is scaled to the number of terms and rows, as in :class:`ElasticNetLogit`.
    l1_ratio : float
        Share of the L1 norm, from 0 (ridge) to 1 (lasso).
    indicators : bool or sequence of str
        Whether features have a column "was missing": all, none, or those named.
    tol : float
        Largest breach of the optimality conditions.

    Attributes
    ----------
    knots_ : ndarray of shape (n_features, 3)
        Knots of each feature; NaN where it enters as a line.
    medians_ : ndarray of shape (n_features,)
        What stands in for a missing value in the curved term.
    logit_ : ElasticNetLogit
        The fit on the terms: lines first, then curves.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    References
    ----------
    Hastie, T., & Tibshirani, R. (1986). Generalized additive models. Statistical Science, 1(3), 297-310.
    Harrell, F. E. (2015). Regression modeling strategies (2nd ed.), section 2.4.5: restricted cubic splines.
    """

    _saved_state: ClassVar[Mapping[str, str]] = {"knots_": "table", "medians_": "floats", "logit_": "model"}

    knots_: FloatArray
    medians_: FloatArray
    logit_: ElasticNetLogit

    def __init__(
        self,
        lam: float = 0.05,
        *,
        l1_ratio: float = 0.0,
        scaled: bool = False,
        tol: float = 1e-7,
        indicators: bool | Sequence[str] = True,
    ) -> None:
        self.indicators = indicators
        self.lam = lam
        self.l1_ratio = l1_ratio
        self.scaled = scaled
        self.tol = tol

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Place the knots and solve.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Features; NaN is "not known".
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative; it does not move the knots.

        Returns
        -------
        AdditiveLogit
            Itself, fitted.

        Raises
        ------
        InputError
            If a parameter or the input breaks a rule, or the fit does not converge.
        """
        self._check_parameters()
        self.fit_rows(read_training(self, X, y, sample_weight))
        return self

    def _check_parameters(self) -> None:
        check_parameters(self, lam=NOT_NEGATIVE, l1_ratio=SHARE, scaled=FLAG, tol=POSITIVE)

    def fit_rows(self, rows: TrainingRows) -> None:
        """Fit on rows that were read before."""
        self._check_parameters()
        adopt(self, rows)
        medians = np.where(np.isnan(rows.medians), 0.0, rows.medians)
        self.medians_ = to_training_order(self, medians)
        self.knots_ = to_training_order(self, _knots(rows).T).T
        logit = ElasticNetLogit(
            lam=self.lam,
            l1_ratio=self.l1_ratio,
            scaled=self.scaled,
            tol=self.tol,
            indicators=self._flagged_terms(),
        )
        # rows in order stay so with terms beside them
        logit.fit_rows(
            replace(rows, names=None, drawn_from=None, known_medians=self._terms(medians[None])[0]),
            further=self._curves,
        )
        self.logit_ = logit

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        return self.log_odds_rows(read_rows(self, X))

    def log_odds_rows(self, rows: FloatArray) -> FloatArray:
        """Log-odds of rows that were read before."""
        return self.logit_.log_odds_rows(self._terms(rows))

    def contributions(self, X: Any) -> Contributions:
        """Height of each feature's curve above its training mean; exact.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Same columns as at ``fit``.

        Returns
        -------
        Contributions
            The effect of a missing value is credited to its feature.
        """
        return self.contributions_rows(read_rows(self, X))

    def contributions_rows(self, rows: FloatArray) -> Contributions:
        """Contributions to rows that were read before."""
        parts = self.logit_.contributions_rows(self._terms(rows))
        width = rows.shape[1]
        values = parts.values[:, :width].copy()
        values[:, self._curved()] += parts.values[:, width:]
        return Contributions(
            feature_names=tuple(feature_names(self)),
            values=to_training_order(self, values),
            baseline=parts.baseline,
        )

    def limit_indicators(self, columns: Sequence[str]) -> None:
        """Let only these columns have an indicator, of those that may have one."""
        self.indicators = limited(self.indicators, columns)

    def _flagged_terms(self) -> bool | list[str]:
        """Terms of the design matrix that may have an indicator; they go by their positions."""
        if isinstance(self.indicators, bool):
            return self.indicators
        chosen, names = set(self.indicators), feature_names(self)
        return [f"x{place}" for place, column in enumerate(column_order(self)) if names[column] in chosen]

    def _curved(self) -> Any:
        """Positions, in canonical order, of the features with a curved term."""
        return np.flatnonzero(np.isfinite(self.knots_[column_order(self)]).all(axis=1))

    def _terms(self, rows: FloatArray) -> FloatArray:
        """Design matrix: all features as they are, then the curved terms."""
        return np.concatenate([rows, self._curves(rows)], axis=1)

    def _curves(self, rows: FloatArray) -> FloatArray:
        """Curved terms of the features that have one, complete."""
        order = column_order(self)
        curved = self._curved()
        curves = np.empty((len(rows), len(curved)), order="F")
        # one at a time: on a million rows the cubes of all would fill two gigabytes
        for place, column in enumerate(curved):
            values = rows[:, column]
            complete = np.where(np.isnan(values), self.medians_[order[column]], values)
            curves[:, place] = _curve(complete, self.knots_[order[column]]) + 0.0
        return curves


def _knots(rows: TrainingRows) -> FloatArray:
    """Knots of each column, NaN where it stays linear."""
    knots = np.full((rows.features.shape[1], len(_KNOT_QUANTILES)), np.nan)
    for j, observed in enumerate(rows.ascending_values()):
        if np.count_nonzero(np.diff(observed)) >= _DISCRETE:
            places = _quantiles(observed, _KNOT_QUANTILES)
            if (np.diff(places) > 0).all():
                knots[j] = places
    return knots


def _curve(values: FloatArray, knots: FloatArray) -> FloatArray:
    """Curved term of a natural cubic spline of one feature, scaled by the squared distance of the outer two knots."""
    first, middle, last = knots
    cubes = [_cube(np.maximum(values - knot, 0.0)) for knot in (first, middle, last)]
    span = last - middle
    bend: FloatArray = cubes[0] - cubes[1] * ((last - first) / span) + cubes[2] * ((middle - first) / span)
    scaled: FloatArray = bend / (last - first) ** 2
    return scaled


def _cube(values: FloatArray) -> FloatArray:
    """Third power; by products, which are much faster than a power."""
    cubed: FloatArray = values * values * values
    return cubed


def _quantiles(ascending: FloatArray, shares: Sequence[float]) -> FloatArray:
    """Quantiles of sorted values by linear interpolation, as ``numpy.quantile`` takes them of unsorted ones."""
    places = np.array(shares) * (len(ascending) - 1)
    result: FloatArray = np.interp(places, np.arange(len(ascending)), ascending)
    return result
