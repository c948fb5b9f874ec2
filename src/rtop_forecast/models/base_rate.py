"""The training prevalence: the benchmark that every other model must beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.models.base import LogOddsClassifier
from rtop_forecast.models.inputs import feature_names, read_rows, read_training
from rtop_forecast.models.interface import Contributions


class BaseRate(LogOddsClassifier):
    r"""The same probability for every row: the smoothed share of events in training.

    With k events in n rows (sums of weights, where given) the probability is

    .. math:: \hat p = \frac{k + 1/2}{n + 1},

    the posterior mean under Jeffreys' prior. It is never 0 or 1, so its log score is
    finite even when no event has been seen yet.

    Attributes
    ----------
    prob_ : float
        The probability.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    References
    ----------
    Jeffreys, H. (1946). An invariant form for the prior probability in estimation problems.
    Proceedings of the Royal Society A, 186, 453-461.

    Examples
    --------
    >>> import numpy as np
    >>> model = BaseRate().fit(np.zeros((4, 1)), [0, 0, 0, 1])
    >>> model.prob_
    0.3
    """

    _saved_state: ClassVar[Mapping[str, str]] = {"prob_": "float"}

    prob_: float

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Count events.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Checked, but not used.
        y : array_like of shape (n_rows,)
            Outcomes; all 0 or all 1 is accepted.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative.

        Returns
        -------
        BaseRate
            Itself, fitted.

        Raises
        ------
        InputError
            If the input breaks the rules of :class:`RiskModel`.
        """
        rows = read_training(self, X, y, sample_weight, one_class=True)
        events = math.fsum(rows.weight * rows.outcome)
        self.prob_ = (events + 0.5) / (math.fsum(rows.weight) + 1.0)
        self.classes_ = rows.classes
        return self

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event, the same for every row; shape (n_rows,)."""
        rows = read_rows(self, X)
        return np.full(len(rows), self._baseline())

    def contributions(self, X: Any) -> Contributions:
        """Contributions: all exactly 0."""
        values = np.zeros(read_rows(self, X).shape)
        return Contributions(
            feature_names=tuple(feature_names(self)), values=values, baseline=self._baseline()
        )

    def __sklearn_tags__(self) -> Any:
        """Tags: as the other models, and no better than the prevalence by design."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def _baseline(self) -> float:
        return math.log(self.prob_) - math.log1p(-self.prob_)
