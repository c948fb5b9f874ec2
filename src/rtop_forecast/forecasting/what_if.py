"""What the forecast would be if features had other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import finite_number, string_mapping
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.draw_intervals import interval_around
from rtop_forecast.forecasting.draws import joint_draws
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.options import DrawOptions
from rtop_forecast.logistic import probability
from rtop_forecast.world.states import country

__all__ = ["WhatIf", "what_if"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WhatIf(Displayed):
    """The forecast of one state under other values; what the model says, not what would happen.

    Attributes
    ----------
    name : str
    settings : dict of str to float
    prob, prob_low, prob_high : float
        Under the settings, with the interval of the forecast's level.
    forecast_prob : float
        As published.
    support : pandas.DataFrame
        One row per setting: ``feature, value, setting, low, high`` (range of the training rows), ``inside``, and
        ``nearest`` (share of training rows within a tenth of the range of the setting).
    supported : bool
        Whether every setting lies inside what the training rows support.
    """

    name: str
    settings: dict[str, float]
    prob: float
    prob_low: float
    prob_high: float
    forecast_prob: float
    support: pd.DataFrame
    supported: bool

    def summary(self) -> str:
        """Probabilities and the support of the settings as text."""
        lines = [
            f"{self.name}: {self.prob:.1%} ({self.prob_low:.1%} to {self.prob_high:.1%}) instead of "
            f"{self.forecast_prob:.1%}"
        ]
        for row in self.support.to_dict("records"):
            flag = "" if row["inside"] else "  OUTSIDE what the training rows support"
            lines.append(
                f"  {row['feature']} = {row['setting']:g} instead of {row['value']:g}; "
                f"training rows {row['low']:g} to {row['high']:g}{flag}"
            )
        return "\n".join(lines)

    def _headline(self) -> str:
        return self.summary().split("\n", 1)[0]

    def _shown(self) -> pd.DataFrame:
        return self.support


def what_if(
    forecast: Forecast,
    state: str | int,
    settings: Mapping[str, float],
    *,
    draws: int = 50,
    n_jobs: int | None = None,
) -> WhatIf:
    """Forecast a state with features set to other values; all others stay as they are.

    Parameters
    ----------
    forecast : Forecast
    state : str or int
    settings : dict of str to float
        Feature to value, in the feature's own unit; NaN for "not known".
    draws : int
        Resamples behind the interval.
    n_jobs : int, optional

    Returns
    -------
    WhatIf

    Raises
    ------
    InputError
        If a feature is unknown, a value infinite, or there are no settings.
    CoverageError
        If the state is not ranked.
    """
    basis = forecast.basis
    settings = string_mapping(settings, name="settings")
    unknown = [name for name in settings if name not in basis.features.names]
    if unknown or not settings:
        fault = (
            f"{len(unknown)} of {len(settings)} do not, first {unknown[0]!r}" if unknown else "there are none"
        )
        message = (
            f"settings must name features of the forecast; {fault}. forecast.basis.features.names lists them."
        )
        raise InputError(message)
    for name, value in settings.items():
        if not (isinstance(value, float) and np.isnan(value)):
            finite_number(value, name=f"the setting of {name}, unless NaN (not known),")
    country_id = country(state, year=forecast.origin_year)
    row = basis.row(country_id)
    place = basis.place(country_id)
    # training rows end before the origin, so that the changed row trains nothing
    changed = _changed(basis, place, row.assign(**settings))
    drawn = joint_draws(changed, DrawOptions(draws=draws, n_jobs=n_jobs))
    log_odds = changed.calibrated[place]
    low, high = interval_around(log_odds, drawn[:, place], level=forecast.level)
    support = _support(basis, row, settings)
    return WhatIf(
        name=str(basis.keys["name"].iloc[place]),
        settings={name: float(value) for name, value in settings.items()},
        prob=_prob(log_odds),
        prob_low=_prob(float(low)),
        prob_high=_prob(float(high)),
        forecast_prob=_prob(basis.calibrated[place]),
        support=support,
        supported=bool(support["inside"].all()),
    )


def _changed(basis: Basis, place: int, row: pd.DataFrame) -> Basis:
    """Basis with other features for one state of the origin year."""
    matrix = basis.rows.matrix.copy()
    matrix.iloc[np.flatnonzero(basis.here)[place]] = row.to_numpy()[0]
    return replace(basis, rows=replace(basis.rows, matrix=matrix))


def _support(basis: Basis, row: pd.DataFrame, settings: Mapping[str, float]) -> pd.DataFrame:
    training = basis.rows.matrix[basis.rows.training(basis.origin_year)]
    table = []
    for name, setting in settings.items():
        values = training[name].dropna().to_numpy(dtype=float)
        low, high = (float(values.min()), float(values.max())) if values.size else (np.nan, np.nan)
        near = np.abs(values - setting) <= 0.1 * (high - low) if values.size else np.zeros(0, dtype=bool)
        missing = np.isnan(setting)
        table.append(
            {
                "feature": name,
                "value": float(row[name].iloc[0]),
                "setting": float(setting),
                "low": low,
                "high": high,
                "inside": bool(training[name].isna().any() if missing else low <= setting <= high),
                "nearest": float(near.mean()) if near.size else 0.0,
            }
        )
    return pd.DataFrame(table)


def _prob(log_odds: float) -> float:
    return float(probability(np.asarray(log_odds)))
