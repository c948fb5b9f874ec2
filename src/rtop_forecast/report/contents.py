"""What the front of the report says, as plain tables and numbers; the page only lays it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.trends import trend_table, world_means
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS
from rtop_forecast.report.movers import find_movers
from rtop_forecast.report.peers import peer_scores
from rtop_forecast.report.record import Record, record_of

TOP, SHORT = 30, 10
CONSISTENT_YEARS = 5
_SURPRISE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """What a brief shows of all states.

    Attributes
    ----------
    ranking : pandas.DataFrame
        As :meth:`Forecast.ranking`, with ``changed``: whether the interval of the change excludes no change.
    movers : list of dict
        States that changed clearly, see :func:`rtop_forecast.report.movers.find_movers`.
    world : pandas.Series
        Mean probability of all ranked states by origin year.
    trends : dict of int to dict of int to float
        Probability of each state by origin year.
    """

    ranking: pd.DataFrame
    movers: list[dict[str, Any]]
    world: pd.Series[float]
    trends: dict[int, dict[int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents(States):
    """Everything that the front part and the record of the page show.

    Attributes
    ----------
    surprises, consistent : pandas.DataFrame
    record : Record
    peers : pandas.DataFrame
    """

    surprises: pd.DataFrame
    consistent: pd.DataFrame
    record: Record
    peers: pd.DataFrame

    @property
    def quiet(self) -> pd.DataFrame:
        """States where no episode is under way, or where that is not known."""
        return self.ranking[~self.ranking["under_way"].fillna(value=False).astype(bool)]

    @property
    def under_way(self) -> pd.DataFrame:
        """States where an episode is under way or not known to be over."""
        return self.ranking[self.ranking["under_way"].fillna(value=False).astype(bool)]


def contents(
    forecast: Forecast, result: BacktestResult, *, peers: Mapping[str, pd.DataFrame] | None = None
) -> Contents:
    """Gather what the page shows.

    Raises
    ------
    InputError
        If the backtest's windows differ from the forecast's, or a peer cannot be compared.
    """
    shown = states(forecast, result)
    return Contents(
        ranking=shown.ranking,
        movers=shown.movers,
        world=shown.world,
        trends=shown.trends,
        surprises=_surprises(forecast),
        consistent=_consistent(shown.ranking, result),
        record=record_of(forecast, result),
        peers=peer_scores(result, peers or {}),
    )


def states(forecast: Forecast, result: BacktestResult, *, only: int | None = None) -> States:
    """Gather what a brief shows; ``only`` names the state of which alone the movers are looked for.

    Raises
    ------
    InputError
        If the backtest's windows differ from the forecast's.
    """
    start, end = forecast.window
    if result.horizon != end - start + 1:
        message = (
            f"the forecast looks {end - start + 1} years ahead, the backtest {result.horizon}. Give its own."
        )
        raise InputError(message)
    ranking = with_clear(forecast.ranking())
    trends = trend_table(result, forecast)
    asked = ranking if only is None else ranking[ranking["country_id"] == only]
    return States(
        ranking=ranking,
        movers=find_movers(asked, forecast, result),
        world=world_means(trends),
        trends=_by_state(trends),
    )


def with_clear(ranking: pd.DataFrame) -> pd.DataFrame:
    """Add ``changed``; a forecast saved before there were intervals of the change has none that is clear."""
    columns = ["change_odds", "change_odds_low", "change_odds_high"]
    missing = {name: np.nan for name in columns if name not in ranking.columns}
    table = ranking.assign(**missing)
    clear = (table["change_odds_low"] > 1) | (table["change_odds_high"] < 1)
    return table.assign(changed=clear)


def _by_state(trends: pd.DataFrame) -> dict[int, dict[int, float]]:
    return {
        int(str(number)): dict(zip(rows["origin_year"].astype(int), rows["prob"].astype(float), strict=True))
        for number, rows in trends.groupby("country_id")
    }


def _surprises(forecast: Forecast) -> pd.DataFrame:
    basis = forecast.basis
    columns = [name for name in HISTORY_COLUMNS if name in basis.features.names]
    if len(columns) < len(HISTORY_COLUMNS):
        return pd.DataFrame(columns=["country_id", "name", "rank", "history_rank", "prob"])
    simple = basis.rows.fit(HistoryLogit(HISTORY_COLUMNS), origin=forecast.origin_year)
    scored = pd.Series(-simple.log_odds(basis.matrix), index=basis.keys["country_id"])
    rank = scored.rank(method="min").astype(int)
    table = forecast.frame[["country_id", "name", "rank", "prob"]].copy()
    table["history_rank"] = rank.reindex(table["country_id"]).to_numpy()
    table = table[(table["rank"] <= TOP) & (table["history_rank"] - table["rank"] >= _SURPRISE)]
    return table.reset_index(drop=True)


def _consistent(ranking: pd.DataFrame, result: BacktestResult) -> pd.DataFrame:
    frame = result.frame
    origins = sorted(frame["origin_year"].unique())[-CONSISTENT_YEARS:]
    ranks = frame.groupby("origin_year")["prob"].rank(ascending=False, method="min")
    high = frame[(ranks <= TOP) & frame["origin_year"].isin(origins)].groupby("country_id").size()
    always = high[high == len(origins)].index
    consistent: pd.DataFrame = ranking[(ranking["rank"] <= TOP) & ranking["country_id"].isin(always)]
    return consistent
