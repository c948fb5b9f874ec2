"""The state system and its neighbours beside the Correlates of War and a map."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, core, tally
from rtop_forecast.sources.reading.files import read_csv
from rtop_forecast.sources.reading.matching import with_country_id
from rtop_forecast.world.states import state_years

__all__ = ["comparisons"]

_FIRST, _LAST = 1946, 2016


def comparisons(data: Path, more: Path) -> list[Comparison]:  # noqa: ARG001
    """Compare the years of states and the land borders of today."""
    return [
        _system(data / "states" / "states2016.csv"),
        _borders(data / "geo" / "geo-boundaries-world-110m_countries.geojson"),
    ]


def _system(path: Path) -> Comparison:
    listed = read_csv(path)
    rows = [
        (str(code), year)
        for code, first, last in zip(listed["ccode"], listed["styear"], listed["endyear"], strict=True)
        for year in range(max(first, _FIRST), min(last, _LAST) + 1)
    ]
    theirs = pd.DataFrame(rows, columns=["code", "year"])
    matched, _ = with_country_id(theirs, code="code", system="cow")
    small = core("states")[["country_id", "microstate"]]
    ours = state_years(first=_FIRST, last=_LAST)[KEYS].merge(small, on="country_id")
    cells = ours.merge(matched[KEYS].drop_duplicates().assign(theirs=True), on=KEYS, how="left")
    cells["theirs"] = cells["theirs"].eq(True)
    span = cells[cells["theirs"]].groupby("country_id")["year"].agg(["min", "max"])
    first, last = cells["country_id"].map(span["min"]), cells["country_id"].map(span["max"])
    rules = [
        (
            "a microstate, which the Correlates of War count from their seat in the United Nations",
            cells["microstate"] == 1,
        ),
        ("a state that the Correlates of War do not list", first.isna()),
        ("independent earlier by Gleditsch and Ward", cells["year"] < first),
        ("independent longer by Gleditsch and Ward", cells["year"] > last),
        (
            "an occupation that ends a state there and not by Gleditsch and Ward",
            cells["year"].between(first, last),
        ),
    ]
    return tally(
        cells,
        cells["theirs"],
        rules,
        table="states",
        second_source=f"Correlates of War 2016, {len(matched):,} of whose {len(theirs):,} state-years are states here",
        what="whether a state of a year is one by the other list",
    )


def _borders(path: Path) -> Comparison:
    """Pairs of states that share a stretch of border on a map: two points that follow each other in both outlines."""
    edges: dict[tuple, set[int]] = {}
    codes = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        properties = {name.lower(): value for name, value in feature["properties"].items()}
        code = properties.get("iso_a3")
        code = {"Kosovo": "XKX", "France": "FRA", "Norway": "NOR"}.get(properties.get("name"), code)
        codes.append((code, _LAST, feature["geometry"]))
    table = pd.DataFrame(codes, columns=["iso3", "year", "geometry"])
    matched, _ = with_country_id(table, code="iso3", system="iso3")
    for state, geometry in zip(matched["country_id"], matched["geometry"], strict=True):
        for ring in _rings(geometry):
            points = [tuple(round(part, 4) for part in point[:2]) for point in ring]
            for one, other in pairwise(points):
                edges.setdefault(tuple(sorted((one, other))), set()).add(int(state))
    shared = {tuple(sorted(pair)) for pair in edges.values() if len(pair) == 2}
    drawn = set(matched["country_id"])
    table = core("contiguity")
    now = table[
        table["last_year"].isna() & table["country_id"].isin(drawn) & table["neighbour_id"].isin(drawn)
    ]
    land = {
        tuple(sorted(pair))
        for pair in now.loc[now["kind"] == "land", ["country_id", "neighbour_id"]].to_numpy().tolist()
    }
    rows = [(*pair, pair in land, pair in shared) for pair in sorted(land | shared)]
    cells = pd.DataFrame(rows, columns=["country_id", "neighbour_id", "ours", "theirs"])
    france = cells["neighbour_id"].eq(220) & cells["country_id"].isin([115, 140])
    lakes = cells[["country_id", "neighbour_id"]].apply(tuple, axis=1).isin([(436, 471), (490, 510)])
    rules = [
        ("a border too short for a map of 1:110 million", cells["ours"] & ~cells["theirs"]),
        ("French Guiana, a part of France that the Correlates of War count as a dependency", france),
        ("states that meet in a lake only, Chad or Tanganyika, which the map has as land", lakes),
    ]
    return tally(
        cells,
        cells["ours"] == cells["theirs"],
        rules,
        table="contiguity",
        second_source="Natural Earth, outlines of 1:110 million",
        what="pair of states with a land border today",
    )


def _rings(geometry: dict) -> list[list]:
    shapes = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for shape in shapes for ring in shape]
