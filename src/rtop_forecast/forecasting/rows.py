"""The table of forecast rows, one per state at risk and origin: its columns and how they are filled."""

from __future__ import annotations

import pandas as pd

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.logistic import probability

WINDOW_COLUMNS = ["origin_year", "target_start", "target_end"]
COLUMNS = ["country_id", "name", *WINDOW_COLUMNS, "group", "raw_prob", "prob", "outcome"]
MEMBER = "member "  # before the name of a member of an average
CALIBRATION_COLUMNS = ["origin_year", "group", "raw_prob", "outcome"]


def forecast_rows(rows: Sample, origin: int, raw_log_odds: FloatArray) -> pd.DataFrame:
    """Table of the states at risk in an origin year, before calibration.

    Parameters
    ----------
    rows : Sample
    origin : int
        The window is origin + 1 ... origin + horizon, bounds inclusive.
    raw_log_odds : ndarray of shape (n_states,)
        The model's own, in the order of the sample's rows.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS`` without ``prob``; the model's own probability is ``raw_prob``.
    """
    here = rows.at(origin)
    return pd.DataFrame(
        {
            "country_id": rows.keys.loc[here, "country_id"].to_numpy(),
            "name": rows.keys.loc[here, "name"].to_numpy(),
            "origin_year": origin,
            "target_start": origin + 1,
            "target_end": origin + rows.horizon,
            "group": rows.labels[here],
            "raw_prob": probability(raw_log_odds),
            "outcome": rows.outcome[here],
        }
    )


def with_prob(table: pd.DataFrame, log_odds: FloatArray) -> pd.DataFrame:
    """Table with the calibrated probability of each row, in the order of ``COLUMNS``."""
    return table.assign(prob=probability(log_odds))[COLUMNS]
