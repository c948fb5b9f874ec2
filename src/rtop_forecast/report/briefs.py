"""What a state brief says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.features import build_risk_profile
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.report.alike import Alike
from rtop_forecast.report.contents import States
from rtop_forecast.report.mechanisms import Mechanisms
from rtop_forecast.report.sentences import Reason, missing_labels, reasons
from rtop_forecast.report.words import Words

_STALE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One state.

    Attributes
    ----------
    row : dict
        Of the ranking.
    slug : str
        Its place in the address of the page.
    trend : dict of int to float
    episodes : tuple of int
        Years with an episode.
    raising, lowering : sequence of Reason
    factors : pandas.DataFrame
        One row per UN risk factor: ``risk_factor, title, index, features, observed, age, odds, odds_low, odds_high``.
    mechanisms : sequence of dict
        Groups as :attr:`Mechanisms.groups` has them.
    alike : dict
        ``all, followed, cases``: the past state-years seen most alike.
    gaps : dict
    parts : dict of str to float
        Parts of the change in the odds since a year ago; empty where nothing changed clearly.
    """

    row: dict[str, Any]
    slug: str
    trend: dict[int, float]
    episodes: tuple[int, ...]
    raising: Sequence[Reason]
    lowering: Sequence[Reason]
    factors: pd.DataFrame
    mechanisms: Sequence[dict[str, Any]]
    alike: dict[str, Any]
    gaps: dict[str, Any]
    parts: dict[str, float]


def make_briefs(
    forecast: Forecast,
    result: BacktestResult,
    shown: States,
    mechanisms: Mechanisms,
    slugs: Mapping[int, str],
    words: Words,
) -> list[Brief]:
    """Briefs, by rank, of the states whose mechanisms are given; addresses are the same in every language."""
    origin, table = forecast.origin_year, forecast.explanation
    places = {int(number): place for place, number in enumerate(table.keys["country_id"])}
    factors = _factors(forecast, words)
    parts = {int(one["country_id"]): _told(one["parts"]) for one in shown.movers}
    episodes, alike = _episodes(result, origin), Alike.of(forecast, words)
    chosen = shown.ranking[shown.ranking["country_id"].isin(mechanisms.groups)]
    briefs = []
    for row in chosen.to_dict("records"):
        number = int(row["country_id"])
        raising, lowering = reasons(table, places[number], words)
        briefs.append(
            Brief(
                row={str(key): value for key, value in row.items()},
                slug=slugs[number],
                trend=shown.trends[number],
                episodes=episodes.get(number, ()),
                raising=raising,
                lowering=lowering,
                factors=factors[number],
                mechanisms=mechanisms.groups[number],
                alike=alike.to(number),
                gaps=_gaps(forecast, places[number], words),
                parts=parts.get(number, {}),
            )
        )
    return briefs


def _told(parts: Mapping[str, float]) -> dict[str, float]:
    """Parts of a change that multiply the odds by another factor than one."""
    return {name: odds for name, odds in parts.items() if odds != 1}


def _factors(forecast: Forecast, words: Words) -> dict[int, pd.DataFrame]:
    """Condition, coverage and contribution of every factor, by state."""
    origin = forecast.origin_year
    profile = build_risk_profile(forecast.basis.features, years=(origin, origin))
    sums = forecast.explanation.by_risk_factor().rename_axis("country_id").reset_index()
    odds = sums.melt(id_vars="country_id", var_name="risk_factor", value_name="contribution")
    odds["risk_factor"] = odds["risk_factor"].astype(int)
    if forecast.factors is not None:
        bounds = forecast.factors.intervals(forecast.level)
        columns = ["country_id", "risk_factor", "low", "high"]
        odds = odds.merge(bounds[columns], on=["country_id", "risk_factor"], how="left")
    else:
        odds = odds.assign(low=np.nan, high=np.nan)
    table = profile.merge(odds, on=["country_id", "risk_factor"], how="left", validate="one_to_one")
    for column, name in (("contribution", "odds"), ("low", "odds_low"), ("high", "odds_high")):
        table[name] = np.exp(table.pop(column))
    table["title"] = table["title"].map({title: words.text(title) for title in table["title"].unique()})
    names = dict(zip(forecast.frame["country_id"], forecast.frame["name"], strict=True))
    table["name"] = table["country_id"].map(names).fillna(table["name"])
    return {int(str(number)): rows.reset_index(drop=True) for number, rows in table.groupby("country_id")}


def _episodes(result: BacktestResult, origin: int) -> dict[int, tuple[int, ...]]:
    events = result.events
    if not len(events):
        return {}
    own = events[(events["ongoing"] == 1) & (events["year"] <= origin)]
    return {int(str(n)): tuple(int(year) for year in rows["year"]) for n, rows in own.groupby("country_id")}


def _gaps(forecast: Forecast, place: int, words: Words) -> dict[str, Any]:
    table = forecast.explanation
    values, ages = table.values[place], table.ages[place]  # noqa: PD011 (not a DataFrame)
    oldest = ages[np.isfinite(ages)].max() if np.isfinite(ages).any() else 0
    return {
        "missing": int((~np.isfinite(values)).sum()),
        "all": len(values),
        "examples": missing_labels(table.specs, values, words),
        "stale": int((ages >= _STALE).sum()),
        "oldest": int(oldest),
    }
