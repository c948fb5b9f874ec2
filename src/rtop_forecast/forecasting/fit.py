"""A model and its calibrator, fitted on what was known at an origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.calibration import Calibrator, WithMonths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import RiskModel


class ModelPair(Protocol):
    """A model trained on the windows closed by an origin, and as it was given."""

    @property
    def fitted(self) -> RiskModel:
        """Trained."""
        ...

    @property
    def unfitted(self) -> RiskModel:
        """As it was given."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """A pair at hand."""

    fitted: RiskModel
    unfitted: RiskModel


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Fit(Displayed):
    """A model and its calibrator, fitted on what was known at an origin, and the rows behind them.

    Attributes
    ----------
    models : ModelPair
        Those of a kept forecast are read when first asked for.
    calibrator : Calibrator
        Fitted.
    rows : Sample
    origin_year, seed : int
    """

    models: ModelPair
    calibrator: Calibrator
    rows: Sample
    origin_year: int
    seed: int

    @property
    def fitted(self) -> RiskModel:
        """Trained on the windows closed by the origin."""
        return self.models.fitted

    @property
    def unfitted(self) -> RiskModel:
        """As it was given."""
        return self.models.unfitted

    @property
    def here(self) -> NDArray[np.bool_]:
        """Rows of the origin year."""
        return self.rows.at(self.origin_year)

    @property
    def matrix(self) -> pd.DataFrame:
        """Features of the origin year."""
        return self.rows.matrix[self.here].reset_index(drop=True)

    @property
    def keys(self) -> pd.DataFrame:
        """States of the origin year."""
        return self.rows.keys[self.here].reset_index(drop=True)

    @property
    def groups(self) -> NDArray[np.str_]:
        """Label of each state of the origin year, by which the calibrator maps it."""
        return self.labels_of(self.here)

    def labels_of(self, rows: NDArray[np.bool_]) -> NDArray[np.str_]:
        """Labels of some rows of the sample: their group and, for a calibrator that knows months, which they are."""
        labels = self.rows.labels[rows]
        if not isinstance(self.calibrator, WithMonths):
            return labels
        keys = self.rows.keys[rows]
        return self.calibrator.labels(labels, keys["country_id"].tolist(), keys["year"].tolist())

    def group(self, country_id: int) -> NDArray[np.str_]:
        """Group of one state in the origin year, as an array of length 1."""
        return self.groups[[self.place(country_id)]]

    def log_odds(self, matrix: pd.DataFrame, groups: NDArray[np.str_]) -> FloatArray:
        """Calibrated log-odds of rows of features, each in its group."""
        return self.calibrator.apply_log_odds(self.fitted.log_odds(matrix), groups=groups)

    @property
    def calibrated(self) -> FloatArray:
        """Calibrated log-odds of the states of the origin year."""
        return self.log_odds(self.matrix, self.groups)

    def place(self, country_id: int) -> int:
        """Position of one state among those of the origin year.

        Raises
        ------
        CoverageError
            If it is not ranked.
        """
        places = np.flatnonzero((self.keys["country_id"] == country_id).to_numpy())
        if not places.size:
            message = f"GW {country_id} has no forecast from origin {self.origin_year}: it is not at risk."
            raise CoverageError(message)
        return int(places[0])

    def row(self, country_id: int) -> pd.DataFrame:
        """Features of one state in the origin year.

        Raises
        ------
        CoverageError
            If it is not ranked.
        """
        return self.matrix.iloc[[self.place(country_id)]]
