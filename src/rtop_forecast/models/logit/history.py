"""Logit on a few columns of a country's own history: the simple, hard-to-beat baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.models.base import LogOddsClassifier
from rtop_forecast.models.inputs import column_order, feature_names, read_rows, read_training
from rtop_forecast.models.interface import Contributions
from rtop_forecast.models.logit.elastic_net import ElasticNetLogit


class HistoryLogit(LogOddsClassifier):
    """Logit on named columns only, with a ridge so small that it only guards against separation.

    It takes the full frame like every other model and uses ``columns`` of it: missing
    values become the training median, without indicator columns. The fit is
    :class:`ElasticNetLogit` with ``l1_ratio=0``.

    Parameters
    ----------
    columns : sequence of str
        Columns to use; at least one, no repeats. Their order does not matter.
    lam : float
        Ridge penalty on standardised features, at least 0.

    Attributes
    ----------
    logit_ : ElasticNetLogit
        The fitted logit on ``columns``.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"past_onsets": [0.0, 1.0, 2.0, 3.0], "noise": [1.0, 0.0, 0.0, 1.0]})
    >>> model = HistoryLogit(["past_onsets"], lam=0.1).fit(X, [0, 1, 0, 1])
    >>> model.contributions(X).to_frame().round(3)["noise"].tolist()
    [0.0, 0.0, 0.0, 0.0]
    """

    _saved_state: ClassVar[Mapping[str, str]] = {"logit_": "model"}

    logit_: ElasticNetLogit

    def __init__(self, columns: Sequence[str], *, lam: float = 1e-4) -> None:
        self.columns = columns
        self.lam = lam

    def fit(self, X: pd.DataFrame, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the logit on ``columns``.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
            Holds ``columns``; other columns are checked, but not used.
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative.

        Returns
        -------
        HistoryLogit
            Itself, fitted.

        Raises
        ------
        InputError
            If ``columns`` is empty, repeats a name or names columns that ``X`` lacks, or the input
            breaks the rules of :class:`RiskModel`.
        """
        used = self._used_columns(X)
        rows = read_training(self, X, y, sample_weight)
        logit = ElasticNetLogit(lam=self.lam, l1_ratio=0.0, indicators=False)
        frame = pd.DataFrame(rows.features[:, self._positions()], columns=used)
        self.logit_ = logit.fit(frame, rows.outcome, sample_weight=rows.weight)
        self.classes_ = rows.classes
        return self

    def log_odds(self, X: pd.DataFrame) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        return self.logit_.log_odds(self._history(read_rows(self, X)))

    def contributions(self, X: pd.DataFrame) -> Contributions:
        """Contributions of the logit, and exactly 0 for every column it does not use."""
        rows = read_rows(self, X)
        inner = self.logit_.contributions(self._history(rows))
        names = feature_names(self)
        values = np.zeros(rows.shape)
        values[:, [names.index(name) for name in inner.feature_names]] = inner.values  # noqa: PD011
        return Contributions(feature_names=tuple(names), values=values, baseline=inner.baseline)

    def _used_columns(self, X: Any) -> list[str]:
        """Columns to use, sorted; checked against the frame."""
        if not isinstance(X, pd.DataFrame):
            message = f"HistoryLogit picks columns by name, so X must be a DataFrame; got {type(X).__name__}."
            raise InputError(message)
        used = sorted(set(self.columns))
        if isinstance(self.columns, str) or not used or len(used) < len(self.columns):
            message = f"columns must be a list of one or more distinct names; got {self.columns!r}."
            raise InputError(message)
        lacking = [name for name in used if name not in X.columns]
        if lacking:
            message = (
                f"X must hold every history column; {len(lacking)} of {len(used)} are missing: "
                f"{', '.join(map(repr, lacking))}. Build these features or change columns."
            )
            raise InputError(message)
        return used

    def _positions(self) -> list[int]:
        """Positions of the used columns among the canonically ordered ones."""
        names = feature_names(self)
        canonical = [names[position] for position in column_order(self)]
        return [canonical.index(name) for name in sorted(set(self.columns))]

    def _history(self, rows: FloatArray) -> pd.DataFrame:
        return pd.DataFrame(rows[:, self._positions()], columns=sorted(set(self.columns)))
