"""What the library's models share: probabilities and classes from log-odds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from rtop_forecast.checks.arrays import FloatArray


def limited(indicators: bool | Sequence[str], columns: Sequence[str]) -> bool | tuple[str, ...]:
    """Those of the columns that may have an indicator: all that may, or none."""
    if isinstance(indicators, bool):
        return tuple(columns) if indicators else False
    chosen = set(columns)
    return tuple(name for name in indicators if name in chosen)


class LogOddsClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Shared part of the models: probabilities and classes from ``log_odds``."""

    classes_: NDArray[Any]
    n_features_in_: int
    # What the model needs to predict, beside its parameters, by attribute: the kind that is checked on loading
    # (see persistence). None: it cannot be saved.
    _saved_state: ClassVar[Mapping[str, str] | None] = None

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Same columns, in the same order, as at ``fit``; NaN is allowed.

        Returns
        -------
        ndarray of shape (n_rows,)
            Natural log of the odds.
        """
        raise NotImplementedError

    def predict_proba(self, X: Any) -> FloatArray:
        """Probabilities of no event and of the event.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Same columns, in the same order, as at ``fit``; NaN is allowed.

        Returns
        -------
        ndarray of shape (n_rows, 2)
            Columns in the order of ``classes_``. Both come from the log-odds, so
            neither loses digits when it is close to 0.
        """
        score = self.log_odds(X)
        # logistic.probability differs in the last bit
        return np.column_stack([expit(-score), expit(score)])

    def predict(self, X: Any) -> NDArray[Any]:
        """More probable class of each row; for rare events almost always the first.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Same columns, in the same order, as at ``fit``; NaN is allowed.

        Returns
        -------
        ndarray of shape (n_rows,)
            Labels out of ``classes_``.
        """
        chosen = (self.log_odds(X) > 0).astype(np.intp)
        return np.asarray(self.classes_[chosen])

    def __sklearn_tags__(self) -> Any:
        """Tags: two classes only, NaN allowed."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags
