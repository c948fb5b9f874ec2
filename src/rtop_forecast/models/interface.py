"""What forecasts ask of a risk model: the protocols and the contributions; scikit-learn is not needed to know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError

if TYPE_CHECKING:
    from rtop_forecast.models.inputs import TrainingRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """Additive contributions to the log-odds of each row.

    ``baseline + values.sum(axis=1)`` equals the model's ``log_odds`` to 1e-9. The
    baseline is the model's mean log-odds over its training rows, as the model
    sees them, so a contribution says how far a value moves a row from the
    average training row.

    Parameters
    ----------
    feature_names : tuple of str
        One name per column of ``values``, in the order of the training frame
        (``x0``, ``x1``, ... when the model was fitted on an array).
    values : ndarray of shape (n_rows, n_features)
        Contributions in log-odds; exactly 0 for a feature the model does not use.
    baseline : float
        Log-odds before any contribution.

    Raises
    ------
    InputError
        If the shapes disagree or a number is not finite.
    """

    feature_names: tuple[str, ...]
    values: FloatArray
    baseline: float

    def __post_init__(self) -> None:
        """Check the shapes and keep a read-only copy."""
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.feature_names):
            message = (
                "values must have one column per feature name; "
                f"got shape {values.shape} for {len(self.feature_names)} names."
            )
            raise InputError(message)
        if not (np.isfinite(values).all() and np.isfinite(self.baseline)):
            message = (
                "contributions and baseline must be finite; "
                f"{int((~np.isfinite(values)).sum())} of {values.size} contributions are not "
                f"(baseline {self.baseline})."
            )
            raise InputError(message)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "feature_names", tuple(self.feature_names))
        object.__setattr__(self, "baseline", float(self.baseline))

    @property
    def log_odds(self) -> FloatArray:
        """Baseline plus contributions, shape (n_rows,)."""
        return np.asarray(self.baseline + self.values.sum(axis=1), dtype=np.float64)

    def to_frame(self, *, index: pd.Index | None = None) -> pd.DataFrame:
        """Contributions as a frame, one row per row explained and one column per feature.

        Parameters
        ----------
        index : pandas.Index, optional
            Row labels, for example (country_id, year).

        Returns
        -------
        pandas.DataFrame
            Log-odds; the baseline is not a column.
        """
        return pd.DataFrame(self.values.copy(), columns=list(self.feature_names), index=index)

    def summary(self) -> str:
        """Return one line: rows, features used, baseline, strongest feature on average."""
        rows, width = self.values.shape
        strength = np.abs(self.values).mean(axis=0) if rows else np.zeros(width)
        used = int((strength > 0).sum())
        text = f"{rows} rows, {used} of {width} features contribute, baseline log-odds {self.baseline:.3f}"
        if used:
            top = int(np.argmax(strength))
            text += f"; strongest {self.feature_names[top]} (mean |contribution| {strength[top]:.3f})"
        return text


@runtime_checkable
class RiskModel(Protocol):
    """The interface that backtest, forecast and attribution rely on.

    Rules that every implementation keeps:

    * ``X`` is a DataFrame of float columns (or an array); NaN means "not known" and
      is handled inside the model, infinity is refused. Columns at prediction are
      those of ``fit`` in the same order, as in scikit-learn.
    * ``y`` has two classes; the later in sorted order (1 of 0 and 1) is the event.
    * ``fit`` gives the same bits whatever the order of the training rows and, for a
      frame, of its columns; a row's prediction does not depend on its neighbours.
    * Nothing reweights the classes, so the scores stay probabilities.
    * ``contributions`` add up to ``log_odds`` to 1e-9.
    * Wrong input raises :class:`~rtop_forecast.errors.InputError`; a model that is
      not fitted raises scikit-learn's ``NotFittedError``.
    """

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Features; NaN is "not known".
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative.
        """
        ...

    def predict_proba(self, X: Any) -> FloatArray:
        """Probabilities of no event and event, shape (n_rows, 2)."""
        ...

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event, shape (n_rows,)."""
        ...

    def contributions(self, X: Any) -> Contributions:
        """Additive contributions to the log-odds."""
        ...


@runtime_checkable
class HasIndicators(Protocol):
    """A model with columns "was missing", which can be limited to some features."""

    def limit_indicators(self, columns: Sequence[str]) -> None:
        """Let only these columns have an indicator, of those that may have one."""
        ...


@runtime_checkable
class HasTrees(Protocol):
    """A model whose fit depends on the seed, less so the more trees it grows."""

    def multiply_trees(self, factor: float) -> None:
        """Grow so many times as many trees, and at least one."""
        ...


@runtime_checkable
class FitsRows(Protocol):
    """A model that takes rows which were read once for several models and resamples."""

    def fit_rows(self, rows: TrainingRows) -> None:
        """Fit, as ``fit`` does on the table that the rows were read from."""
        ...

    def log_odds_rows(self, rows: FloatArray) -> FloatArray:
        """Log-odds, as ``log_odds`` gives them, of rows in canonical column order."""
        ...

    def contributions_rows(self, rows: FloatArray) -> Contributions:
        """Contributions, as ``contributions`` gives them, to rows in canonical column order."""
        ...
