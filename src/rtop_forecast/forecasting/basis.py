"""What stands behind one forecast: fitted model, calibrator and rows, from which explanations are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.calibration import Calibrator
from rtop_forecast.checks.arguments import integer, quoted
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.explanation.attribution import (
    AttributionTable,
    attribute,
    feature_sources,
    shapley_by_factor,
)
from rtop_forecast.features import Features
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import RiskModel
from rtop_forecast.world.states import KEYS, country, list_states


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The parts of a forecast.

    Attributes
    ----------
    fitted, unfitted : RiskModel
        Trained on the windows closed by the origin; and as it was given.
    calibrator : Calibrator
        Fitted.
    rows : Sample
    features : Features
    origin_year, seed : int
    """

    fitted: RiskModel
    unfitted: RiskModel
    calibrator: Calibrator
    rows: Sample
    features: Features
    origin_year: int
    seed: int

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

    def log_odds(self, matrix: pd.DataFrame) -> FloatArray:
        """Calibrated log-odds of rows of features."""
        return self.calibrator.apply_log_odds(self.fitted.log_odds(matrix))

    def row(self, country_id: int) -> pd.DataFrame:
        """Features of one state in the origin year.

        Raises
        ------
        CoverageError
            If it is not ranked.
        """
        place = np.flatnonzero((self.keys["country_id"] == country_id).to_numpy())
        if not place.size:
            message = f"GW {country_id} has no forecast from origin {self.origin_year}: it is not at risk."
            raise CoverageError(message)
        return self.matrix.iloc[place]

    def explain(
        self, *, reference: pd.DataFrame | None = None, reference_name: str | None = None
    ) -> AttributionTable:
        """Contributions of all states of the origin year, compared with reference rows."""
        keys = self.keys
        ages = keys[KEYS].merge(self.features.ages, on=KEYS, how="left", validate="one_to_one")
        return attribute(
            self.fitted,
            self.matrix,
            keys=keys[["country_id", "name"]],
            ages=ages[self.features.names].to_numpy(dtype=float),
            specs=self.features.specs,
            calibrator=self.calibrator,
            origin_year=self.origin_year,
            reference=reference,
            reference_name=reference_name,
            sources=feature_sources(self.features),
        )

    def reference(
        self, country_id: int, compared_with: str | Sequence[str | int], *, past_years: int
    ) -> tuple[pd.DataFrame, str]:
        """Rows that a state is compared with, and what they are called.

        Raises
        ------
        InputError
            If the comparison is unknown.
        CoverageError
            If it has no rows.
        """
        keys = self.rows.keys
        same_year = self.here
        past_years = integer(past_years, name="past_years", least=1)
        if isinstance(compared_with, str) and compared_with == "own past":
            first = self.origin_year - past_years
            own = (keys["country_id"] == country_id) & keys["year"].between(first, self.origin_year - 1)
            chosen = own.to_numpy(dtype=bool)
            name = f"its own {first}-{self.origin_year - 1}"
        elif isinstance(compared_with, str) and compared_with == "region":
            table = list_states().set_index("country_id")["subregion"]
            region = str(table.loc[country_id])
            chosen = (
                same_year & (keys["country_id"].map(table) == region) & (keys["country_id"] != country_id)
            )
            name = f"the other states of {region} in {self.origin_year}"
        elif isinstance(compared_with, str) or not isinstance(compared_with, Sequence):
            message = f"compared_with must be world, own past, region or a list of states; got {quoted(compared_with)}."
            raise InputError(message)
        else:
            group = [country(one, year=self.origin_year) for one in compared_with]
            chosen = same_year & keys["country_id"].isin(group).to_numpy(dtype=bool)
            name = f"{', '.join(keys.loc[chosen, 'name'])} in {self.origin_year}"
        if not chosen.any():
            message = f"nothing to compare with: {name} holds no state-year at risk."
            raise CoverageError(message)
        return self.rows.matrix[chosen], name

    def shapley(self, country_id: int) -> pd.Series[float]:
        """Shapley value of each risk factor against the medians of the year."""
        medians = self.matrix.median().to_frame().T
        return shapley_by_factor(
            self.fitted,
            self.row(country_id),
            medians,
            specs=self.features.specs,
            calibrator=self.calibrator,
        )
