"""States, codes and the tables of the repository, read as data by code that shares nothing with the library."""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
CORE = ROOT / "datasets" / "core"
FIRST, LAST = 1946, 2024
Key = tuple[int, int]


@dataclass
class Series:
    """Values by state and year; ``zero``: no row within the years (and states) covered means zero.

    From the year ``seam`` on, values are of another release: a change from before it is not known.
    """

    values: dict[Key, float]
    lag: int  # months from the end of a year until it is published
    first: int = FIRST
    last: int = LAST
    zero: bool = False
    states: set[int] | None = None
    seam: int | None = None


@dataclass
class World:
    """Who existed when, what codes mean, who borders whom."""

    exists: set[Key] = field(default_factory=set)
    founded: dict[int, int] = field(default_factory=dict)
    ended: dict[int, int] = field(default_factory=dict)
    subregion: dict[int, str] = field(default_factory=dict)
    neighbours: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[tuple[str, str], list[tuple[int, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def who(self, system: str, code: object, year: int) -> int | None:
        """State that a code means in a year, if it existed then."""
        text = plain(code) if system == "name" else str(code).strip().upper()
        for first, last, state in self.codes.get((system, text), ()):
            if first <= year <= last and (state, year) in self.exists:
                return state
        return None


def plain(name: object) -> str:
    """Return a name without case, accents, and differences between kinds of quotes and dashes."""
    text = unicodedata.normalize("NFKD", str(name))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    text = re.sub("['`´‘’ʻʼ]", "", text)
    text = re.sub("[‐‑‒–—−]", "-", text)
    return " ".join(text.split())


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of a core table."""
    with (CORE / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def read_world() -> World:
    """State system from the repository's tables."""
    world = World()
    for row in rows_of("states"):
        state, start = int(row["country_id"]), int(row["start"][:4])
        end = int(row["end"][:4]) if row["end"] else 2025
        world.founded[state], world.ended[state] = start, end
        world.subregion[state] = row["subregion"]
        world.exists |= {(state, year) for year in range(max(start, FIRST), end + 1)}
    for row in rows_of("crosswalk"):
        if row["country_id"]:
            code = plain(row["code"]) if row["system"] == "name" else row["code"].strip().upper()
            span = (int(row["first_year"] or 0), int(row["last_year"] or 9999), int(row["country_id"]))
            world.codes[row["system"], code].append(span)
    for row in rows_of("contiguity"):
        if row["kind"] == "land":
            for year in range(int(row["first_year"]), int(row["last_year"] or 2025) + 1):
                one, other = int(row["country_id"]), int(row["neighbour_id"])
                for here, there in ((one, other), (other, one)):
                    if there not in world.neighbours[here, year]:
                        world.neighbours[here, year].append(there)
    return world


def lags() -> dict[str, int]:
    """Publication lag of each dataset, from the registry's first entry of it."""
    with (ROOT / "datasets" / "sources.toml").open("rb") as handle:
        entries = tomllib.load(handle)
    found: dict[str, int] = {}
    for entry in entries.values():
        if entry.get("dataset") and "publication_lag_months" in entry:
            found.setdefault(entry["dataset"], int(entry["publication_lag_months"]))
    return found


class CoreReader:
    """Reads the repository's own tables into ``series``, and helps to read others."""

    def __init__(self, data: Path) -> None:
        self.data, self.world, self.lag = data, read_world(), lags()
        self.series: dict[str, Series] = {}
        self.core()

    # --- helpers -------------------------------------------------------------------------------------------------

    def add(self, name, dataset, values, *, first=None, last=None, zero=False, states=None):
        """Keep a variable; by default it covers the years that have values."""
        known = [year for (_, year), value in values.items() if value == value]
        self.series[name] = Series(
            {key: float(value) for key, value in values.items() if value == value},
            self.lag[dataset] if isinstance(dataset, str) else dataset,
            min(known) if first is None else first,
            max(known) if last is None else last,
            zero,
            states,
        )

    def place(self, frame, system, code, year, names):
        """Values by state and year; where two codes share a state-year, that of the code which lasts longest."""
        last = frame.groupby(code)[year].max()
        chosen: dict[Key, tuple[int, dict]] = {}
        for row in frame.to_dict("records"):
            state = self.world.who(system, row[code], int(row[year]))
            if state is None:
                continue
            key, until = (state, int(row[year])), last[row[code]]
            if key not in chosen or until > chosen[key][0]:
                chosen[key] = (until, row)
        return {name: {key: row[name] for key, (_, row) in chosen.items()} for name in names}

    def full_year(self, years):
        """Last year with at least half the rows of the fullest of the ten years before."""
        counts = pd.Series(years).value_counts().to_dict()
        for year in sorted(counts, reverse=True):
            before = [counts.get(y, 0) for y in range(year - 10, year)]
            if counts[year] >= 0.5 * max(before, default=0):
                return int(year)
        raise AssertionError

    # --- the repository's own tables -----------------------------------------------------------------------------

    def core(self):
        """Conflict, organized and one-sided violence, coups, treaties, population, mortality, ratings, episodes."""
        spans = {
            (r["table"], r["variable"]): (int(r["first_year"]), int(r["last_year"]))
            for r in rows_of("coverage")
        }
        for table, prefix, lag, zero in (
            ("conflict", "ucdp_", 6, True),
            ("one_sided", "ucdp_osv_", 6, True),
            ("organized_violence", "ucdp_organizedviolence_", 6, True),
            ("coups", "coup_", 1, True),
            ("population", "", 6, False),
            ("infant_mortality", "", 12, False),
        ):
            rows = rows_of(table)
            for name in (name for t, name in spans if t == table):
                first, last = max(spans[table, name][0], FIRST), spans[table, name][1]
                values = {(int(r["country_id"]), int(r["year"])): float(r[name] or "nan") for r in rows}
                self.add(prefix + name, lag, values, first=first, last=last, zero=zero)
                # a row without a value is unknown, not zero
                self.series[prefix + name].values.update({k: v for k, v in values.items() if v != v})
        for treaty in ("genocide", "cerd", "iccpr", "cat", "rome"):
            first, last = spans["treaties", treaty]
            joined, left = {}, {}
            for r in (r for r in rows_of("treaties") if r["treaty"] == treaty):
                state = int(r["country_id"])
                joined[state] = min(joined.get(state, 9999), int(r["year"]))
                if r["end_year"]:
                    left[state] = max(left.get(state, 0), int(r["end_year"]))
            values = {
                (state, year): float(joined.get(state, 9999) <= year < left.get(state, 9999))
                for state, year in self.world.exists
                if first <= year <= last
            }
            self.add(f"treaty_{treaty}", 1, values, first=first, last=last)
        ratings = defaultdict(dict)
        for r in rows_of("ratings"):
            for year in range(int(r["first_year"]), int(r["last_year"]) + 1):
                ratings[r["variable"]][int(r["country_id"]), year] = float(r["value"])
        for name, values in ratings.items():
            self.add(f"vdem_{name}", "vdem", values)
        self.episodes(spans["episodes", "onset"][1])

    def episodes(self, last):
        """Episodes of mass killing by state and year."""
        exists, founded = self.world.exists, self.world.founded
        episodes = rows_of("episodes")
        counts = {name: defaultdict(float) for name in ("onsets", "ongoing", "ended")}
        flags = {name: defaultdict(float) for name in ("state_led", "nonstate", "ethnic", "multiethnic")}
        begun = defaultdict(float)
        for e in episodes:
            place, start = int(e["country_id"]), int(e["start_year"])
            heirs = [int(part) for part in e["inheritor_ids"].split(";") if part]
            end = int(e["end_year"]) if e["end_year"] else last
            for year in range(max(start, FIRST), end + 1):
                states = [place] if (place, year) in exists else [h for h in heirs if (h, year) in exists]
                for state in states:
                    counts["ongoing"][state, year] += 1
                    counts["onsets"][state, year] += year == start
                    counts["ended"][state, year] += bool(e["end_year"]) and year == end
                    flags["state_led"][state, year] = max(
                        flags["state_led"][state, year], e["state_led"] == "1"
                    )
                    flags["nonstate"][state, year] = max(
                        flags["nonstate"][state, year], e["state_led"] != "1"
                    )
                    flags["ethnic"][state, year] = max(
                        flags["ethnic"][state, year], e["ethnic_groups"] == "1"
                    )
                    flags["multiethnic"][state, year] = max(
                        flags["multiethnic"][state, year], e["ethnic_groups"] == "2"
                    )
            own_last = self.world.ended.get(place, 2025)
            for state in {place, *heirs}:
                for year in range(max(start, FIRST), last + 1):
                    if (state, year) not in exists:
                        continue
                    # an heir that broke away begins with the record, one that took the place in has it from its end on
                    broke_away = founded[state] > founded[place] and founded[state] >= start
                    since = start if state == place else founded[state] if broke_away else own_last
                    begun[state, year] += year >= max(since, start)
        for name, values in counts.items():
            self.add(f"mk_{name}", 6, values, first=FIRST, last=last, zero=True)
        self.add(
            "mk_onset",
            6,
            {k: float(v > 0) for k, v in counts["onsets"].items()},
            first=FIRST,
            last=last,
            zero=True,
        )
        for name, values in flags.items():
            self.add(f"mk_{name}_ongoing", 6, values, first=FIRST, last=last, zero=True)
        self.add("mk_begun", 6, begun, first=FIRST, last=last, zero=True)
        self.add("mk_ever", 6, {k: float(v > 0) for k, v in begun.items()}, first=FIRST, last=last, zero=True)
