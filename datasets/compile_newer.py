"""Tables of newer years: where a bundled variable ends, what a later release of some variables, or events so far, add.

Imported by ``compile_bundle.py``; ``datasets/README.md`` says what the tables hold. Two kinds:

- a release that holds some variables only (V-Dem 16 at hand): the years after the bundled ones;
- the candidate events of a year that no yearly release covers, weighted by the totals of the Country-Year Dataset
  where these are out already (:mod:`rtop_forecast.sources.core.candidate_year`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ucdp_brd
from rtop_forecast.sources.core.candidate_year import (
    candidate_year,
    events_of_year,
    weighted_by_totals,
)
from rtop_forecast.sources.folder.discover import discover
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.world.states import resolve_many

#: Year of the candidate events, which the bundled yearly releases do not cover.
YEAR = 2025
_EVENTS = {"id", "conflict_new_id", "conflict_name", "country", "best", "type_of_violence", "date"}


def newer_tables(releases: Releases, whole: Mapping[str, int], more: Path | None) -> list[SourceTable]:
    """Tables of newer years in the panel's names.

    Parameters
    ----------
    releases : Releases
        Of both folders; say where known conflicts are located.
    whole : dict of str to int
        Last year of each bundled variable.
    more : path, optional
        Folder of partial releases, of candidate events and of totals of the Country-Year Dataset.
    """
    if more is None:
        return []
    beside = Releases(discover(more))
    tables = []
    for dataset in beside.found.files:
        for _, table in beside.tables(dataset):
            if table.partial:
                named = table.select({name: f"{dataset}_{name}" for name in table.coverage})
                tables += [part] if (part := after(named, whole)) is not None else []
    if (path := _candidate_events(more)) is not None:
        tables.append(candidates(path, releases, _totals(more)))
    return tables


def after(table: SourceTable, whole: Mapping[str, int]) -> SourceTable | None:
    """Years of a table after those that bundled variables of the same names have; None if there are none."""
    longer = {name: name for name, (_, last) in table.coverage.items() if whole.get(name, last) < last}
    if not longer:
        return None
    chosen = table.select(longer)
    data = chosen.data.copy()
    for name in longer:
        data[name] = data[name].where(data["year"] > whole[name])
    coverage = {name: (whole[name] + 1, last) for name, (_, last) in chosen.coverage.items()}
    data = data.dropna(subset=list(longer), how="all").reset_index(drop=True)
    return replace(chosen, data=data, coverage=coverage, partial=False)


def candidates(path: Path, releases: Releases, totals: Mapping[int, int]) -> SourceTable:
    """Conflict and one-sided violence of :data:`YEAR` from candidate events."""
    events, unmatched = events_of_year(path, YEAR)
    if len(unmatched):
        message = (
            f"{path.name}: {len(unmatched)} names of states are unknown, first {unmatched['code'].iloc[0]!r}."
        )
        raise DataIntegrityError(message)
    own = events.groupby("country_id")["deaths"].sum()
    without = {state: total for state, total in totals.items() if total and not own.get(state, 0)}
    told = (
        f"candidate events of {YEAR}: {own.sum():,} deaths in {len(own)} states; totals: {sum(totals.values()):,} in "
        f"{len(totals)}, of them {sum(without.values()):,} in {len(without)} states without a candidate event left out"
    )
    print(told, file=sys.stderr)
    known = _known_conflicts(releases)
    return candidate_year(weighted_by_totals(events, totals), known=known, source=f"ucdp-candidate-{YEAR}")


def _known_conflicts(releases: Releases) -> pd.DataFrame:
    """Conflicts of the newest battle-related deaths release with the place of their incompatibility."""
    newest = max(releases.found.files["ucdp_brd"], key=lambda path: ucdp_brd.conflict_years(path)[1])
    conflicts = ucdp_brd.conflict_years(newest)[0].sort_values("year")
    return conflicts.drop_duplicates("conflict_id", keep="last")[["conflict_id", "gwno_loc"]]


def _candidate_events(folder: Path) -> Path | None:
    found = [path for path in sorted(folder.rglob("*.csv")) if set(files.header_of(path)) >= _EVENTS]
    return found[0] if found else None


def _totals(folder: Path) -> dict[int, int]:
    """Deaths of :data:`YEAR` by state from a list of the Country-Year Dataset's totals; empty if there is none."""
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or document.get("window", {}).get("throughYear") != YEAR:
            continue
        rows = document["perCountry"]
        ids = resolve_many(list(rows), [YEAR] * len(rows), system="iso2").country_id
        deaths = [row["deathsLastYear"] for row in rows.values()]
        unknown = [
            code
            for code, number in zip(rows, ids, strict=True)
            if pd.isna(number) and rows[code]["deathsLastYear"]
        ]
        if unknown:
            message = f"{path.name}: {len(unknown)} codes with deaths are no state, first {unknown[0]!r}."
            raise DataIntegrityError(message)
        return {
            int(number): int(count) for number, count in zip(ids, deaths, strict=True) if not pd.isna(number)
        }
    return {}
