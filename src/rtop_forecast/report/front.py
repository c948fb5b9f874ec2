"""The headline, the four tiles and the two lists, written from the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.report.contents import Contents
from rtop_forecast.report.words import Words

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


def front(shown: Contents, forecast: Forecast, words: Words) -> dict[str, Any]:
    """Everything above the explorer."""
    return {
        "headline": _headline(shown, forecast, words),
        "tiles": _tiles(shown, forecast, words),
        "lists": _lists(shown, forecast, words),
        "movers": shown.movers,
        "world_moved": _world(shown, words),
    }


def _headline(shown: Contents, forecast: Forecast, words: Words) -> list[str]:
    value = forecast.expected[0]
    about = words.say("headline.about", number=round(value)) if round(value) else words.say("headline.none")
    low, high = _count_range(forecast)
    top = shown.ranking.head(3)
    chances = [words.natural_frequency(one, about=False) for one in top["prob"]]
    kind = _event_suffix(forecast)
    sentences = [
        words.say(
            "headline.count", number=about, states=len(shown.ranking), outcome=outcome(forecast, words),
            period=forecast.period, low=low, high=high,
        ),
        words.say("headline.highest", names=words.listed(top["name"].tolist()), chances=words.listed(chances)),
    ]  # fmt: skip
    count = len(shown.under_way)
    if count:
        sentences.append(words.say(f"headline.underway{kind}", count=count))
    return sentences


def outcome(forecast: Forecast, words: Words) -> str:
    """Outcome of a forecast as a clause."""
    event, kind = str(forecast.provenance["event"]), str(forecast.provenance["kind"])
    return words.outcome(event, kind, begun=forecast.knows_months)


def _event_suffix(forecast: Forecast) -> str:
    if forecast.provenance["kind"] == "incidence":
        return ".incidence"
    return "" if forecast.provenance["event"] == "mass_killing" else ".event"


def _count_range(forecast: Forecast) -> tuple[int, int]:
    """Numbers that may be observed; for a forecast saved before there was a distribution, those about its interval."""
    if forecast.count is not None:
        return forecast.count.interval(forecast.level)
    return int(forecast.expected[1]), int(forecast.expected[2]) + 1


def _tiles(shown: Contents, forecast: Forecast, words: Words) -> list[Tile]:
    low, high = _count_range(forecast)
    level = words.share(forecast.level)
    text = (
        words.say("tile.mean.text", level=level, value=words.two_digits(forecast.expected[0]))
        if forecast.count is None
        else words.say(
            "tile.expected.text",
            level=level,
            likely=forecast.count.most_likely,
            none=words.share(forecast.count.none),
        )
    )
    up = sum(one["change_odds"] > 1 for one in shown.movers)
    cases = shown.record.cases
    found = int(cases["found"].sum())
    first, last = shown.record.origins
    return [
        Tile(
            name=words.say("tile.expected.name"),
            value=words.say("tile.expected.value", low=low, high=high),
            text=text,
        ),
        Tile(
            name=words.say("tile.underway.name"),
            value=words.say("tile.underway.value", count=len(shown.under_way)),
            text=words.say("tile.underway.text", origin=forecast.origin_year),
        ),
        Tile(
            name=words.say("tile.changes.name"),
            value=words.say("tile.changes.value", count=len(shown.movers)),
            text=words.say("tile.changes.text", up=up, down=len(shown.movers) - up)
            if shown.movers
            else words.say("tile.changes.none"),
        ),
        Tile(
            name=words.say("tile.record.name"),
            value=words.say("tile.record.value", found=found, all=len(cases)),
            text=words.say("tile.record.text", first=first, last=last, missed=len(cases) - found),
        ),
    ]


def _lists(shown: Contents, forecast: Forecast, words: Words) -> list[RankedList]:
    suffix = "" if forecast.provenance["event"] == "mass_killing" else ".event"
    if not len(shown.under_way):
        return [_list("quiet", words.say("list.all"), shown.ranking, shown, words)]
    return [
        _list("quiet", words.say(f"list.quiet{suffix}"), shown.quiet, shown, words),
        _list("under_way", words.say(f"list.underway{suffix}"), shown.under_way, shown, words),
    ]


def _list(key: str, title: str, table: pd.DataFrame, shown: Contents, words: Words) -> RankedList:
    return RankedList(
        key=key,
        title=title,
        rows=[{str(k): v for k, v in row.items()} for row in table.to_dict("records")],
        skill=_skill(key, shown, words),
    )


def _skill(key: str, shown: Contents, words: Words) -> str:
    """Record of the forecasts of one situation, in words."""
    groups: dict[Any, dict[Any, Any]] = shown.record.groups.to_dict("index")
    row = groups.get(key)
    if row is None or np.isnan(row["within_year_auc"]):
        return words.say("skill.none")
    first, last = shown.record.origins
    sentences = [
        words.say(
            "skill.base",
            first=first,
            last=last,
            positives=int(row["positives"]),
            forecasts=words.whole(row["forecasts"]),
            expected=round(row["expected_observed"] * row["positives"]),
        ),
        words.say("skill.pairs", share=round(100 * row["within_year_auc"])),
    ]
    if row["within_year_auc"] < _LITTLE:
        sentences.append(words.say("skill.little"))
    return " ".join(sentences)


def _world(shown: Contents, words: Words) -> str:
    if len(shown.world) < 2:
        return ""
    before, after = float(shown.world.iloc[-2]), float(shown.world.iloc[-1])
    first, second = words.told_apart(before, after)
    return words.say("changes.world", before=first, after=second, ratio=words.times(after / before))
