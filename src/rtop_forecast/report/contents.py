"""What the report says, as plain tables and numbers; the page only lays it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.features import build_risk_profile
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.change import basis_change
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS
from rtop_forecast.report.mechanisms import grouped_mechanisms
from rtop_forecast.report.peers import peer_scores
from rtop_forecast.world.states import KEYS

TOP, SHORT = 30, 10
CONSISTENT_YEARS = 5
ANALOGUES = 3
ANALOGUES_FROM = 1975

DEFINITIONS = {
    "top": f"The {TOP} states with the highest probability.",
    "surprises": "States that the model ranks at least ten places higher than a model of past mass killings and "
    "population alone.",
    "movers": "States whose odds changed most since the forecast of the year before, with what the change is made of.",
    "consistent": f"States among the {TOP} highest in this forecast and in each of the last {CONSISTENT_YEARS} "
    "backtested origins.",
    "entries": f"States among the {TOP} highest now that were not a year ago.",
    "exits": f"States among the {TOP} highest a year ago that are not now.",
}


def contents(
    forecast: Forecast, result: BacktestResult, *, peers: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    """Everything the page shows.

    Raises
    ------
    InputError
        If the backtest's windows differ from the forecast's, or a peer cannot be compared.
    """
    start, end = forecast.window
    if result.horizon != end - start + 1:
        message = (
            f"the forecast looks {end - start + 1} years ahead, the backtest {result.horizon}. Give its own."
        )
        raise InputError(message)
    ranking = forecast.ranking()
    before = forecast.basis.year_before(result)
    mechanisms, cited = grouped_mechanisms(ranking["country_id"].astype(int).tolist(), as_of=forecast.issued)
    return {
        "ranking": ranking,
        "top": ranking.head(TOP),
        "base_rate": float(forecast.frame["prob"].mean()),
        "expected": forecast.expected,
        "surprises": _surprises(forecast),
        "movers": _movers(before, forecast),
        "consistent": _consistent(ranking, result),
        "entries": ranking[(ranking["rank"] <= TOP) & ~(ranking["rank_last_year"] <= TOP)],
        "exits": ranking[(ranking["rank"] > TOP) & (ranking["rank_last_year"] <= TOP)],
        "scores": result.score_frame(),
        "peers": peer_scores(result, peers),
        "record": _record(result),
        "last_closed": _last_closed(result),
        "definitions": DEFINITIONS,
        "briefs": _briefs(forecast, result, ranking, mechanisms),
        "mechanism_sources": cited,
    }


def _surprises(forecast: Forecast) -> pd.DataFrame:
    basis = forecast.basis
    columns = [name for name in HISTORY_COLUMNS if name in basis.features.names]
    if len(columns) < len(HISTORY_COLUMNS):
        return pd.DataFrame(columns=["country_id", "name", "rank", "history_rank", "prob"])
    simple = basis.rows.fit(HistoryLogit(HISTORY_COLUMNS), origin=forecast.origin_year)
    rank = (
        pd.Series(-simple.log_odds(basis.matrix), index=basis.keys["country_id"])
        .rank(method="min")
        .astype(int)
    )
    table = forecast.frame[["country_id", "name", "rank", "prob"]].copy()
    table["history_rank"] = rank.reindex(table["country_id"]).to_numpy()
    table = table[(table["rank"] <= TOP) & (table["history_rank"] - table["rank"] >= 10)]
    return table.reset_index(drop=True)


def _movers(before: Basis, forecast: Forecast) -> list[dict[str, Any]]:
    table = forecast.frame.dropna(subset=["prob_last_year"])
    now, then = (table[name].to_numpy(dtype=float) for name in ("prob", "prob_last_year"))
    moved_by = pd.Series(np.abs(np.log(now / (1 - now)) - np.log(then / (1 - then))), index=table.index)
    # a move between two tiny probabilities matters little: only states of the upper half are shown
    shown = table[table["prob"] >= table["prob"].median()].index
    order = moved_by.loc[shown].sort_values(ascending=False, kind="stable").index[:SHORT]
    movers = []
    for row in table.loc[order].to_dict("records"):
        change = basis_change(before, forecast.basis, int(row["country_id"]))
        moved = change.frame.assign(
            total=change.frame["revised_information"] + change.frame["new_information"]
        )
        largest = moved.loc[moved["total"].abs().sort_values(ascending=False, kind="stable").index[:3]]
        movers.append(
            {
                "country_id": row["country_id"],
                "name": row["name"],
                "prob": row["prob"],
                "prob_last_year": row["prob_last_year"],
                "parts": {name: float(np.exp(value)) for name, value in change.parts.items()},
                "features": [
                    {"label": str(one["label"]), "odds": float(np.exp(one["total"]))}
                    for one in largest.to_dict("records")
                    if one["total"] != 0
                ],
            }
        )
    return movers


def _consistent(ranking: pd.DataFrame, result: BacktestResult) -> pd.DataFrame:
    frame = result.frame
    origins = sorted(frame["origin_year"].unique())[-CONSISTENT_YEARS:]
    ranks = frame.groupby("origin_year")["prob"].rank(ascending=False, method="min")
    high = frame[(ranks <= TOP) & frame["origin_year"].isin(origins)].groupby("country_id").size()
    always = high[high == len(origins)].index
    consistent: pd.DataFrame = ranking[(ranking["rank"] <= TOP) & ranking["country_id"].isin(always)]
    return consistent


def _record(result: BacktestResult) -> pd.DataFrame:
    """Onset windows of the last ten closed origins with the rank they had."""
    frame = result.frame
    ranks = frame.groupby("origin_year")["prob"].rank(ascending=False, method="min").astype(int)
    recent = frame["origin_year"] > frame["origin_year"].max() - 10
    table = frame[recent & (frame["outcome"] == 1)].assign(rank=ranks)
    record: pd.DataFrame = table[["origin_year", "name", "prob", "rank"]].reset_index(drop=True)
    return record.assign(hit=record["rank"] <= TOP)


def _last_closed(result: BacktestResult) -> dict[str, Any]:
    frame = result.frame
    origin = int(frame["origin_year"].max())
    part = frame[frame["origin_year"] == origin]
    ranks = part["prob"].rank(ascending=False, method="min").astype(int)
    onsets = part[part["outcome"] == 1].assign(rank=ranks)
    return {
        "origin": origin,
        "window": (int(part["target_start"].iloc[0]), int(part["target_end"].iloc[0])),
        "expected": float(part["prob"].sum()),
        "observed": int(part["outcome"].sum()),
        "onsets": onsets[["name", "prob", "rank"]].to_dict("records"),
    }


def _briefs(
    forecast: Forecast,
    result: BacktestResult,
    ranking: pd.DataFrame,
    mechanisms: Mapping[int, list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    origin = forecast.origin_year
    profile = build_risk_profile(forecast.basis.features, years=(origin, origin)).set_index("country_id")
    factors = forecast.explanation.by_risk_factor()
    numbers = [int(str(number)) for number in factors.columns]
    past = result.frame.sort_values("origin_year")
    trend = {int(str(key)): group for key, group in past.groupby("country_id")}
    events = result.events
    ongoing = {int(str(k)): g for k, g in events.groupby("country_id")} if len(events) else {}
    similar = _analogues(forecast)
    briefs: list[dict[str, Any]] = []
    for record in ranking.to_dict("records"):
        row = {str(key): value for key, value in record.items()}
        country_id = int(row["country_id"])
        reasons = forecast.explanation.state(country_id)
        briefs.append(
            {
                **row,
                "trend": _trend(trend.get(country_id), row, origin),
                "episodes": _episodes(ongoing.get(country_id), origin),
                "profile": profile.loc[[country_id]].to_dict("records"),
                "contributions": dict(zip(numbers, factors.loc[country_id].astype(float), strict=True)),
                "sentences": reasons.sentences(5),
                "analogues": similar.get(country_id, []),
                "gaps": _gaps(reasons.frame),
                "mechanisms": mechanisms[country_id],
            }
        )
    return briefs


def _trend(past: pd.DataFrame | None, row: dict[str, Any], origin: int) -> list[tuple[int, float]]:
    points = (
        []
        if past is None
        else list(zip(past["origin_year"].astype(int), past["prob"].astype(float), strict=True))
    )
    if not np.isnan(row["prob_last_year"]) and all(year != origin - 1 for year, _ in points):
        points.append((origin - 1, float(row["prob_last_year"])))
    return [*points, (origin, float(row["prob"]))]


def _episodes(events: pd.DataFrame | None, origin: int) -> list[int]:
    if events is None:
        return []
    return events.loc[(events["ongoing"] == 1) & (events["year"] <= origin), "year"].astype(int).tolist()


def _gaps(frame: pd.DataFrame) -> dict[str, Any]:
    missing = frame[frame["value"].isna()]
    stale = frame[frame["age"] >= 3]
    return {
        "missing": len(missing),
        "features": len(frame),
        "examples": missing["label"].head(3).tolist(),
        "stale": len(stale),
        "oldest": int(frame["age"].max()) if frame["age"].notna().any() else 0,
    }


def _analogues(forecast: Forecast) -> dict[int, list[dict[str, Any]]]:
    """State-years with closed windows that the model sees most alike: nearest in its contributions."""
    basis = forecast.basis
    rows, origin = basis.rows, forecast.origin_year
    closed = rows.training(origin) & (rows.keys["year"] >= ANALOGUES_FROM).to_numpy()
    keys = rows.keys[closed].reset_index(drop=True).assign(outcome=rows.outcome[closed])
    past = basis.fitted.contributions(rows.matrix[closed]).values  # noqa: PD011 (not a DataFrame)
    now = basis.fitted.contributions(basis.matrix).values  # noqa: PD011
    result = {}
    for place, here in enumerate(basis.keys[KEYS].to_dict("records")):
        distance = ((past - now[place]) ** 2).sum(axis=1)
        distance[(keys["country_id"] == here["country_id"]).to_numpy()] = np.inf
        chosen: list[dict[str, Any]] = []
        for one in np.argsort(distance, kind="stable"):
            if not any(keys["country_id"].iloc[one] == other["country_id"] for other in chosen):
                chosen.append(keys.iloc[one][["country_id", "name", "year", "outcome"]].to_dict())
            if len(chosen) == ANALOGUES:
                break
        result[int(here["country_id"])] = chosen
    return result
