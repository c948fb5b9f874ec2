"""A forecast and its backtest with the names of their states in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.report.words import Words, slug


def in_language(
    forecast: Forecast, result: BacktestResult, words: Words
) -> tuple[Forecast, BacktestResult, Mapping[int, str]]:
    """Both with names in a language, and the address of each state in the page, which English names give it.

    Numbers and provenance stay as they are.
    """
    slugs = {
        int(number): slug(str(name))
        for number, name in zip(forecast.frame["country_id"], forecast.frame["name"], strict=True)
    }
    if words.code == "en":
        return forecast, result, slugs
    return (
        replace(forecast, frame=_named(forecast.frame, words)),
        replace(result, frame=_named(result.frame, words)),
        slugs,
    )


def _named(frame: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Copy of a table with the name that each state has in its year of origin."""
    names = pd.Series(index=frame.index, dtype="str")
    for year, rows in frame.groupby("origin_year"):
        names[rows.index] = words.states(rows["country_id"].tolist(), rows["name"].tolist(), int(str(year)))
    return frame.assign(name=names)
