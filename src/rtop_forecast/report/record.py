"""How past forecasts did: cases and their ranks, scores beside the base rate, situations apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.evaluation import reliability_curve, score_table
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.report.computed import backtest_digest, computed

TOP, RECENT = 30, 10
_BINS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Past forecasts and what came.

    Attributes
    ----------
    origins : (int, int)
        First and last origin.
    cases : pandas.DataFrame
        ``origin_year, country_id, name, prob, rank, found`` (among the thirty highest), all origins.
    scores : pandas.DataFrame
        Index ``score``; ``value, low, high, base`` (of the base rate at each origin).
    groups : pandas.DataFrame
        As :meth:`BacktestResult.by_group`.
    counts : pandas.DataFrame
        As :meth:`BacktestResult.counts`.
    bins : pandas.DataFrame
        ``mean_prob, observed, low, high, count, positives``: the reliability curve.
    window : (int, int)
        Of the last closed forecast.
    """

    origins: tuple[int, int]
    cases: pd.DataFrame
    scores: pd.DataFrame
    groups: pd.DataFrame
    counts: pd.DataFrame
    bins: pd.DataFrame
    window: tuple[int, int]

    @property
    def recent(self) -> pd.DataFrame:
        """Cases of the last ten origins."""
        return self.cases[self.cases["origin_year"] > self.origins[1] - RECENT]

    @property
    def last(self) -> dict[str, Any]:
        """Last closed forecast: ``origin, expected, low, high, observed`` and its cases, misses first."""
        count = self.counts.iloc[-1]
        own = self.cases[self.cases["origin_year"] == self.origins[1]]
        return {
            "origin": self.origins[1],
            **{name: count[name] for name in ("expected", "low", "high", "observed")},
            "cases": own.sort_values("rank", ascending=False).to_dict("records"),
        }


def record_of(forecast: Forecast, result: BacktestResult) -> Record:
    """Gather the record of a backtest beside the forecast that it belongs to."""
    frame = result.frame
    ranks = frame.groupby("origin_year")["prob"].rank(ascending=False, method="min").astype(int)
    cases = frame[frame["outcome"] == 1].assign(rank=ranks)
    cases = cases[["origin_year", "country_id", "name", "prob", "rank"]].reset_index(drop=True)
    origins = int(frame["origin_year"].min()), int(frame["origin_year"].max())
    last = frame[frame["origin_year"] == origins[1]].iloc[0]
    curve = reliability_curve(
        frame["outcome"].to_numpy(dtype=float), frame["prob"].to_numpy(dtype=float), bins=_BINS
    )
    return Record(
        origins=origins,
        cases=cases.assign(found=cases["rank"] <= TOP),
        scores=_scores(forecast, result),
        groups=result.by_group(),
        counts=_counts(result),
        bins=curve.to_frame(),
        window=(int(last["target_start"]), int(last["target_end"])),
    )


def _counts(result: BacktestResult) -> pd.DataFrame:
    """Predictive distributions of the numbers of cases, kept for the same backtest."""
    parts = {"counts of": backtest_digest(result)}
    return computed(parts, result.counts, module="record")


def _scores(forecast: Forecast, result: BacktestResult) -> pd.DataFrame:
    """Scores with their intervals, beside those of the prevalence at each origin."""
    frame, rows = result.frame, forecast.basis.rows
    rates = {
        int(origin): float(np.mean(rows.outcome[rows.training(int(origin))]))
        for origin in frame["origin_year"].unique()
    }
    base = score_table(
        frame["outcome"].to_numpy(dtype=float),
        frame["origin_year"].map(rates).to_numpy(dtype=float),
        groups=frame["origin_year"].to_numpy(),
    )
    table = result.score_frame()
    return table.assign(base=[base[str(name)] for name in table.index])
