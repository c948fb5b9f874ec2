"""Feature matrix and labels of the state-years at risk, and fits that respect the embargo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import CoverageError, InputError, LeakageError
from rtop_forecast.features import Features
from rtop_forecast.models import RiskModel
from rtop_forecast.targets import Target
from rtop_forecast.world.states import KEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Feature matrix and labels of the state-years at risk, in the order of state and year."""

    keys: pd.DataFrame
    matrix: pd.DataFrame
    outcome: FloatArray
    horizon: int

    def training(self, origin: int) -> NDArray[np.bool_]:
        """Rows whose whole window had closed by the origin."""
        year = self.keys["year"].to_numpy()
        rows: NDArray[np.bool_] = np.isfinite(self.outcome) & (year + self.horizon <= origin)
        return rows

    @property
    def last_closed(self) -> int | None:
        """Last origin whose window is observed to its end; None if none is."""
        years = self.keys.loc[np.isfinite(self.outcome), "year"]
        return int(years.max()) if len(years) else None

    def at(self, origin: int) -> NDArray[np.bool_]:
        """Rows of the origin year."""
        rows: NDArray[np.bool_] = self.keys["year"].to_numpy() == origin
        return rows

    def fit(self, model: RiskModel, *, origin: int, weights: FloatArray | None = None) -> RiskModel:
        """Clone of the model, fitted on the training rows of an origin.

        Parameters
        ----------
        model : RiskModel
            Unfitted.
        origin : int
        weights : ndarray of shape (n_rows,), optional
            One per row of the sample; rows of weight 0 are left out.

        Raises
        ------
        LeakageError
            If a training window reaches beyond the origin.
        CoverageError
            If no onset lies in the training rows.
        """
        rows = self.training(origin)
        if weights is not None:
            rows = rows & (weights > 0)
        reach = self.keys.loc[rows, "year"].max() + self.horizon if rows.any() else origin
        if reach > origin:
            message = (
                f"a training window of origin {origin} reaches to {reach}; windows must close by the origin."
            )
            raise LeakageError(message)
        if not self.outcome[rows].any():
            message = (
                f"no onset lies in the {int(rows.sum())} labelled state-years that had closed by {origin}; "
                "choose a later origin."
            )
            raise CoverageError(message)
        fitted: RiskModel = clone(model)
        fitted.fit(
            self.matrix[rows],
            self.outcome[rows],
            sample_weight=None if weights is None else weights[rows],
        )
        return fitted


def sample(features: Features, target: Target) -> Sample:
    """Join features and labels; state-years not at risk are left out, as the target's exclusions say.

    Raises
    ------
    InputError
        If features and target do not describe the same state-years.
    """
    left, right = features.frame, target.frame
    if not left[KEYS].equals(right[KEYS]):
        message = (
            f"features ({len(left)} rows) and target ({len(right)} rows) describe different state-years. "
            "Build both from one panel."
        )
        raise InputError(message)
    at_risk = right["at_risk"].to_numpy()
    return Sample(
        keys=left.loc[at_risk, [*KEYS, "name"]].reset_index(drop=True),
        matrix=left.loc[at_risk, features.names].reset_index(drop=True),
        outcome=right.loc[at_risk, "outcome"].to_numpy(dtype=float),
        horizon=target.horizon,
    )
