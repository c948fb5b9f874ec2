"""Average of several models in log-odds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.models.base import LogOddsClassifier
from rtop_forecast.models.inputs import (
    TrainingRows,
    adopt,
    feature_names,
    in_caller_order,
    read_rows,
    read_training,
)
from rtop_forecast.models.interface import Contributions, FitsRows, HasIndicators, HasTrees, RiskModel


class LogOddsAverage(LogOddsClassifier):
    """Weighted mean of the members' log-odds; equal weights unless given.

    Contributions and baselines are averaged with the same weights, so they still add up.

    Parameters
    ----------
    members : list of (str, RiskModel)
        Distinct names and unfitted models; ``fit`` trains copies of them.
    weights : sequence of float, optional
        One per member, non-negative, not all zero; scaled to sum to 1.

    Attributes
    ----------
    members_ : list of (str, RiskModel)
        The fitted copies.
    weights_ : ndarray of shape (n_members,)
        Weights that sum to 1.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    Examples
    --------
    >>> import numpy as np
    >>> from rtop_forecast.models import BaseRate, ElasticNetLogit
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> members = [("base", BaseRate()), ("logit", ElasticNetLogit(lam=0.1, l1_ratio=0.0))]
    >>> LogOddsAverage(members).fit(X, [0, 1, 0, 1]).log_odds(X).round(3)
    array([-0.446, -0.149,  0.149,  0.446])
    """

    _saved_state: ClassVar[Mapping[str, str]] = {"members_": "members", "weights_": "weights"}

    members_: list[tuple[str, RiskModel]]
    weights_: FloatArray

    def __init__(
        self, members: Sequence[tuple[str, RiskModel]], *, weights: Sequence[float] | None = None
    ) -> None:
        self.members = members
        self.weights = weights

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit a copy of every member on the same rows.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Features; NaN is "not known".
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative.

        Returns
        -------
        LogOddsAverage
            Itself, fitted.

        Raises
        ------
        InputError
            If members or weights break a rule, or a member refuses the input.
        """
        self._checked_weights()
        rows = read_training(self, X, y, sample_weight, one_class=True)
        del X  # where the caller holds it no longer, its memory is free for the members
        self.fit_rows(rows)
        return self

    def fit_rows(self, rows: TrainingRows) -> None:
        """Fit a copy of every member on rows that were read before."""
        weights = self._checked_weights()
        adopt(self, rows, one_class=True)
        self.members_ = [(name, clone(model)) for name, model in self.members]
        for _, model in self.members_:
            if isinstance(model, FitsRows):
                model.fit_rows(rows)
            else:
                model.fit(rows.table(), rows.labels, sample_weight=rows.weight)
        self.weights_ = weights / weights.sum()

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        return self.log_odds_rows(read_rows(self, X))

    def log_odds_rows(self, rows: FloatArray) -> FloatArray:
        """Log-odds of rows that were read before."""
        total = np.zeros(len(rows))
        for weight, (_, model) in zip(self.weights_, self.members_, strict=True):
            if isinstance(model, FitsRows):
                total += weight * model.log_odds_rows(rows)
            else:
                total += weight * model.log_odds(self._table(rows))
        return total

    def contributions(self, X: Any) -> Contributions:
        """Weighted mean of the members' contributions and baselines."""
        return self.contributions_rows(read_rows(self, X))

    def contributions_rows(self, rows: FloatArray) -> Contributions:
        """Contributions to rows that were read before."""
        values = np.zeros(rows.shape)
        baseline = 0.0
        for weight, (_, model) in zip(self.weights_, self.members_, strict=True):
            if isinstance(model, FitsRows):
                part = model.contributions_rows(rows)
            else:
                part = model.contributions(self._table(rows))
            values += weight * part.values  # noqa: PD011
            baseline += float(weight) * part.baseline
        return Contributions(feature_names=tuple(feature_names(self)), values=values, baseline=baseline)

    def member_log_odds(self, X: Any) -> dict[str, FloatArray]:
        """Log-odds of each member by name, each of shape (n_rows,)."""
        read_rows(self, X)
        return {name: model.log_odds(X) for name, model in self.members_}

    def _table(self, rows: FloatArray) -> pd.DataFrame | FloatArray:
        """Rows as a member was given them at its fit."""
        return in_caller_order(rows, getattr(self, "feature_names_in_", None))

    def limit_indicators(self, columns: Sequence[str]) -> None:
        """Let only these columns have an indicator, in every member that has any."""
        self.members = [(name, clone(model)) for name, model in self.members]
        for _, model in self.members:
            if isinstance(model, HasIndicators):
                model.limit_indicators(columns)

    def multiply_trees(self, factor: float) -> None:
        """Grow so many times as many trees in every member that has any."""
        self.members = [(name, clone(model)) for name, model in self.members]
        for _, model in self.members:
            if isinstance(model, HasTrees):
                model.multiply_trees(factor)

    def _checked_weights(self) -> FloatArray:
        names = [name for name, _ in self.members]
        if not names or len(set(names)) < len(names):
            message = f"members must be one or more models with distinct names; got names {names}."
            raise InputError(message)
        members: Sequence[tuple[str, Any]] = self.members
        for name, model in members:
            if not isinstance(model, RiskModel):
                message = f"member {name!r} must offer the methods of RiskModel; got {type(model).__name__}."
                raise InputError(message)
        if self.weights is None:
            return np.ones(len(names))
        weights = np.asarray(self.weights, dtype=np.float64)
        legal = weights.shape == (len(names),) and np.isfinite(weights).all() and (weights >= 0).all()
        if not legal or weights.sum() <= 0:
            message = (
                f"weights must be {len(names)} non-negative numbers, one per member, not all zero; "
                f"got {self.weights!r}."
            )
            raise InputError(message)
        return weights
