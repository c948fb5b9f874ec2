"""The headline, the four tiles and the two lists, written from the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.report.contents import Contents
from rtop_forecast.report.words import listed, natural_frequency, say, share, times, told_apart, two_digits

# pairs in order below this share say no more than chance, as far as a few dozen cases can tell
_LITTLE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number of the front."""

    name: str
    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedList:
    """States of one situation, highest first, with the record of forecasts in that situation."""

    key: str
    title: str
    rows: list[dict[str, Any]]
    skill: str


def front(shown: Contents, forecast: Forecast) -> dict[str, Any]:
    """Everything above the explorer."""
    return {
        "headline": _headline(shown, forecast),
        "tiles": _tiles(shown, forecast),
        "lists": _lists(shown, forecast),
        "movers": shown.movers,
        "world_moved": _world(shown),
    }


def _headline(shown: Contents, forecast: Forecast) -> list[str]:
    value = forecast.expected[0]
    about = say("headline.about", number=round(value)) if round(value) else say("headline.none")
    low, high = _count_range(forecast)
    top = shown.ranking.head(3)
    chances = [natural_frequency(one).removeprefix(say("headline.about", number="")) for one in top["prob"]]
    kind = _event_suffix(forecast)
    sentences = [
        say(
            "headline.count", number=about, states=len(shown.ranking), outcome=forecast.outcome,
            period=forecast.period, low=low, high=high,
        ),
        say("headline.highest", names=listed(top["name"].tolist()), chances=listed(chances)),
    ]  # fmt: skip
    count = len(shown.under_way)
    if count:
        sentences.append(say(f"headline.underway{kind}", count=count))
    return sentences


def _event_suffix(forecast: Forecast) -> str:
    if forecast.provenance["kind"] == "incidence":
        return ".incidence"
    return "" if forecast.provenance["event"] == "mass_killing" else ".event"


def _count_range(forecast: Forecast) -> tuple[int, int]:
    """Numbers that may be observed; for a forecast saved before there was a distribution, those about its interval."""
    if forecast.count is not None:
        return forecast.count.interval(forecast.level)
    return int(forecast.expected[1]), int(forecast.expected[2]) + 1


def _tiles(shown: Contents, forecast: Forecast) -> list[Tile]:
    low, high = _count_range(forecast)
    level = share(forecast.level)
    text = (
        say("tile.mean.text", level=level, value=two_digits(forecast.expected[0]))
        if forecast.count is None
        else say(
            "tile.expected.text",
            level=level,
            likely=forecast.count.most_likely,
            none=share(forecast.count.none),
        )
    )
    up = sum(one["change_odds"] > 1 for one in shown.movers)
    cases = shown.record.cases
    found = int(cases["found"].sum())
    first, last = shown.record.origins
    return [
        Tile(name=say("tile.expected.name"), value=say("tile.expected.value", low=low, high=high), text=text),
        Tile(
            name=say("tile.underway.name"),
            value=say("tile.underway.value", count=len(shown.under_way)),
            text=say("tile.underway.text", origin=forecast.origin_year),
        ),
        Tile(
            name=say("tile.changes.name"),
            value=say("tile.changes.value", count=len(shown.movers)),
            text=say("tile.changes.text", up=up, down=len(shown.movers) - up)
            if shown.movers
            else say("tile.changes.none"),
        ),
        Tile(
            name=say("tile.record.name"),
            value=say("tile.record.value", found=found, all=len(cases)),
            text=say("tile.record.text", first=first, last=last, missed=len(cases) - found),
        ),
    ]


def _lists(shown: Contents, forecast: Forecast) -> list[RankedList]:
    suffix = "" if forecast.provenance["event"] == "mass_killing" else ".event"
    if not len(shown.under_way):
        return [_list("quiet", say("list.all"), shown.ranking, shown)]
    return [
        _list("quiet", say(f"list.quiet{suffix}"), shown.quiet, shown),
        _list("under_way", say(f"list.underway{suffix}"), shown.under_way, shown),
    ]


def _list(key: str, title: str, table: pd.DataFrame, shown: Contents) -> RankedList:
    return RankedList(
        key=key,
        title=title,
        rows=[{str(k): v for k, v in row.items()} for row in table.to_dict("records")],
        skill=_skill(key, shown),
    )


def _skill(key: str, shown: Contents) -> str:
    """Record of the forecasts of one situation, in words."""
    groups: dict[Any, dict[Any, Any]] = shown.record.groups.to_dict("index")
    row = groups.get(key)
    if row is None or np.isnan(row["within_year_auc"]):
        return say("skill.none")
    first, last = shown.record.origins
    sentences = [
        say(
            "skill.base",
            first=first,
            last=last,
            positives=int(row["positives"]),
            forecasts=f"{int(row['forecasts']):,}",
            expected=round(row["expected_observed"] * row["positives"]),
        ),
        say("skill.pairs", share=round(100 * row["within_year_auc"])),
    ]
    if row["within_year_auc"] < _LITTLE:
        sentences.append(say("skill.little"))
    return " ".join(sentences)


def _world(shown: Contents) -> str:
    if len(shown.world) < 2:
        return ""
    before, after = float(shown.world.iloc[-2]), float(shown.world.iloc[-1])
    first, second = told_apart(before, after)
    return say("changes.world", before=first, after=second, ratio=times(after / before))
