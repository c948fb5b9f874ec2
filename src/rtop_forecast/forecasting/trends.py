"""Forecasts of every state by year of origin, and the mean over the states."""

from __future__ import annotations

import pandas as pd

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult

__all__ = ["trend_table", "world_means"]

_COLUMNS = ["country_id", "origin_year", "prob"]


def trend_table(result: BacktestResult, forecast: Forecast | None = None) -> pd.DataFrame:
    """Forecasts of each state: the backtest's and, with a forecast, that of a year before it and its own.

    Returns
    -------
    pandas.DataFrame
        ``country_id, origin_year, prob``, sorted by the first two.
    """
    if forecast is None:
        return result.frame[_COLUMNS].sort_values(_COLUMNS[:2], ignore_index=True)
    past = result.frame.loc[result.frame["origin_year"] < forecast.origin_year]
    last = forecast.frame[["country_id", "prob_last_year"]].rename(columns={"prob_last_year": "prob"})
    last = last.assign(origin_year=forecast.origin_year - 1).dropna()
    if (past["origin_year"] == forecast.origin_year - 1).any():
        last = last.iloc[:0]
    table = pd.concat([past[_COLUMNS], last[_COLUMNS], forecast.frame[_COLUMNS]], ignore_index=True)
    return table.sort_values(_COLUMNS[:2], ignore_index=True)


def world_means(table: pd.DataFrame) -> pd.Series[float]:
    """Mean probability of all states by year of origin, from :func:`trend_table`."""
    means: pd.Series[float] = table.groupby("origin_year")["prob"].mean()
    return means
