"""Rows, filters, map and data of the explorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from markupsafe import Markup

from rtop_forecast.features.framework import RISK_FACTORS
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.report.briefs import Brief
from rtop_forecast.report.contents import Contents
from rtop_forecast.report.drawings import Scale
from rtop_forecast.report.outlines import STEPS, view_box, world_svg
from rtop_forecast.report.places import Place, places, unranked
from rtop_forecast.report.words import Words
from rtop_forecast.sources.mechanisms import ORGANISATIONS

LEAST_INHABITANTS = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Explorer:
    """What the explorer shows.

    Attributes
    ----------
    rows : list of (dict, Place, str)
        Row of the ranking, where the state lies and what it is called, and its slug; by rank.
    regions : list of (str, list of str)
        Regions with their subregions.
    organisations : dict of str to str
        Code to name.
    unranked : list of (str, str, str)
    shapes : Markup
    box : str
        View box of the map.
    legend : list of (int, str)
        Colour step and its words.
    scale : Scale
        Of the intervals in the rows.
    data : dict
        What the comparison draws.
    """

    rows: list[tuple[dict[str, Any], Place, str]]
    regions: list[tuple[str, list[str]]]
    organisations: dict[str, str]
    unranked: list[tuple[str, str, str]]
    shapes: Markup
    box: str
    legend: list[tuple[int, str]]
    scale: Scale
    data: dict[str, Any]


def explorer(
    shown: Contents,
    briefs: Sequence[Brief],
    forecast: Forecast,
    members: Mapping[int, tuple[str, ...]],
    words: Words,
) -> Explorer:
    """Gather the explorer."""
    year = forecast.origin_year
    where = places(year, members, words)
    nowhere = Place(names="", region="", subregion="", organisations=())
    rows = [(brief.row, where.get(int(brief.row["country_id"]), nowhere), brief.slug) for brief in briefs]
    slugs = {int(brief.row["country_id"]): brief.slug for brief in briefs}
    prob = {int(brief.row["country_id"]): float(brief.row["prob"]) for brief in briefs}
    regions: dict[str, set[str]] = {}
    for _, place, _ in rows:
        if place.region:
            regions.setdefault(place.region, set()).add(place.subregion)
    member = {code for _, place, _ in rows for code in place.organisations}
    return Explorer(
        rows=rows,
        regions=[(region, sorted(own - {region})) for region, own in sorted(regions.items())],
        organisations={code: words.text(name) for code, name in ORGANISATIONS.items() if code in member},
        unranked=unranked(set(prob), _small(forecast), year, words),
        shapes=world_svg(prob, slugs, year),
        box=view_box(),
        legend=_legend(words),
        scale=Scale.over(shown.ranking[["prob_low", "prob_high"]].to_numpy(dtype=float).ravel()),
        data=_data(shown, briefs, words),
    )


def _small(forecast: Forecast) -> set[int]:
    """States of the origin year with fewer inhabitants than are ranked."""
    frame = forecast.basis.features.panel.frame
    if "population" not in frame.columns:
        return set()
    own = frame[(frame["year"] == forecast.origin_year) & (frame["population"] < LEAST_INHABITANTS)]
    return {int(number) for number in own["country_id"]}


def _legend(words: Words) -> list[tuple[int, str]]:
    bounds = [words.tick(step) for step in STEPS]
    middle = [words.say("range", low=low, high=high) for low, high in pairwise(bounds)]
    return list(
        enumerate(
            [words.say("map.below", value=bounds[0]), *middle, words.say("map.above", value=bounds[-1])]
        )
    )


def _data(shown: Contents, briefs: Sequence[Brief], words: Words) -> dict[str, Any]:
    """Trends, in chances of 100,000, and factors by slug; rounded to what a drawing or a cell can show."""
    years = [int(str(year)) for year in shown.world.index]
    return {
        "years": years,
        "world": [_in_100_000(float(value)) for value in shown.world],
        "factors": [words.text(factor.short) for factor in RISK_FACTORS],
        "states": {
            brief.slug: {
                "n": brief.row["name"],
                "t": [_in_100_000(brief.trend.get(year, np.nan)) for year in years],
                "o": [_rounded(value, 2) for value in brief.factors["odds"]],
                "i": [_whole(100 * value) for value in brief.factors["index"]],
                "c": [_whole(100 * value) for value in brief.factors["coverage"]],
                "d": [_rounded(brief.row[f"change_odds{end}"], 2) for end in ("", "_low", "_high")],
            }
            for brief in briefs
        },
        "words": {
            name: words.say(name)
            for name in (
                "world",
                "no.data",
                "compare.full",
                "compare.edition",
                "compare.trend",
                "compare.factor",
                "column.compare",
                "comma",
            )
        },
        "lang": words.code,
        "percent": words.percent("0"),
        "counted": words.say("status.count", count="{count}", expected="{expected}"),
    }


def _rounded(value: float, digits: int) -> float:
    return float(np.round(value, digits))


def _in_100_000(prob: float) -> int | None:
    return _whole(100_000 * prob)


def _whole(value: float) -> int | None:
    """Nearest whole number; None where there is none."""
    return round(value) if np.isfinite(value) else None
