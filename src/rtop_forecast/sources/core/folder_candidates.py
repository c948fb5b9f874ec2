"""Whole years of a folder's candidate events, where its yearly releases and the bundled ones do not reach."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import ucdp_acd, ucdp_brd
from rtop_forecast.sources.catalogue.ucdp_ged import CANDIDATE_LAG
from rtop_forecast.sources.core.candidate_year import (
    candidate_year,
    has_conflicts,
    read_events,
    weighted_by_totals,
)
from rtop_forecast.sources.core.further import newer_bundled
from rtop_forecast.sources.core.seams import extended
from rtop_forecast.sources.folder.releases import Releases, reason
from rtop_forecast.sources.keys import datasets_of, release_order
from rtop_forecast.sources.reading.months import MonthTable, month_number
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.world.codes import LAST_YEAR
from rtop_forecast.world.states import KEYS

__all__ = ["with_candidate_years"]

_YEAR = 12
_DATASETS = ("ucdp_ged", "ucdp_ged_months")
_TYPES = tuple(f"ucdp_organizedviolence_{kind}_deaths" for kind in ("statebased", "nonstate", "onesided"))

_UNPLACED = (
    "no BattleDeaths_v*.csv or UcdpPrioConflict_v*.csv beside it says where known conflicts between states are "
    "located: they count where they are fought"
)
# events of one file, with its dataset and its months
_File = tuple[str, Path, MonthTable]


def with_candidate_years(
    core: Sequence[SourceTable],
    further: Sequence[SourceTable],
    releases: Releases,
    *,
    picks: Collection[str] = (),
) -> tuple[list[SourceTable], list[SourceTable]]:
    """Core tables and further ones with the years that candidate events of a folder cover whole.

    They are counted as the bundle counts its own (:mod:`rtop_forecast.sources.core.candidate_year`), and weighted by
    the totals of the Country-Year Dataset where the folder or the bundle has them; else as they stand. All of it is
    provisional.

    Parameters
    ----------
    core, further : sequence of SourceTable
        In the panel's names.
    releases : Releases
        What a file adds is said of it, and why one that could add a year does not.
    picks : collection of str
        Datasets of which a release was asked for: nothing is added to their variables.
    """
    core, further = list(core), list(further)
    by_month = _by_month(releases)
    for year in sorted({number // _YEAR for number in by_month}):
        months = [by_month.get(month_number(year, month)) for month in range(1, _YEAR + 1)]
        whole = [file for file in months if file is not None]
        lasts = _lasts((*core, *further), picks)
        paths = list(dict.fromkeys(path for _, path, _ in whole))
        if len(whole) < _YEAR:
            for path in paths:
                releases.remark(path, f"{len(whole)} of 12 months of {year} are at hand: no year is added")
            continue
        try:
            table = _table(year, whole, (*core, *further), releases)
        except DataIntegrityError as error:
            releases.remark(paths[-1], f"adds no provisional year: {reason(error)}")
            continue
        longer = [name for name in table.coverage if lasts.get(name, year) < year]
        if not longer:
            continue
        core, further = extended(core, table, longer), extended(further, table, longer)
        releases.used.update(paths)
        for path in paths:
            releases.remark(path, f"adds {year}, provisional, to {len(longer)} variables ({table.source})")
            if _known_conflicts(releases).empty:
                releases.remark(path, _UNPLACED)
    return core, further


def _lasts(tables: Sequence[SourceTable], picks: Collection[str]) -> dict[str, int]:
    """Last year of each variable that may go on."""
    return {
        name: last
        for table in tables
        if not datasets_of(table.source) & set(picks)
        for name, (_, last) in table.coverage.items()
    }


def _by_month(releases: Releases) -> dict[int, _File]:
    """File of candidate events that stands for each month: of several the newest release."""
    files = [
        (dataset, path, table.months)
        for dataset in _DATASETS
        if dataset in releases.found.files
        for path, table in releases.tables(dataset)
        if table.months is not None and table.months.provisional and has_conflicts(path)
    ]
    chosen: dict[int, _File] = {}
    for file in sorted(files, key=lambda one: release_order(one[2].release)):
        months = file[2]
        for number in range(month_number(*months.first), month_number(*months.last) + 1):
            if number // _YEAR <= LAST_YEAR:
                chosen[number] = file
    return chosen


def _table(
    year: int, files: Sequence[_File], tables: Sequence[SourceTable], releases: Releases
) -> SourceTable:
    """Provisional year of the files that stand for its twelve months."""
    events = _events(year, files, releases)
    totals = _totals(year, tables)
    newest = max((months for _, _, months in files), key=lambda one: release_order(one.release))
    return candidate_year(
        events if totals is None else weighted_by_totals(events, totals),
        known=_known_conflicts(releases),
        source=newest.source if totals is None else f"ucdp-candidate-{year}",
        publication_lag_months=CANDIDATE_LAG if totals is None else None,
    )


def _events(year: int, files: Sequence[_File], releases: Releases) -> pd.DataFrame:
    """Events of a year, each month from its file; an event that was dated anew counts once, as the newest has it."""
    parts = []
    ages = sorted({release_order(months.release) for _, _, months in files})
    for month, (dataset, path, months) in enumerate(files, start=1):
        events, unmatched = releases.parsed(path, dataset, read_events)
        if len(unmatched):
            message = (
                f"{path.name}: {len(unmatched)} names of states are unknown, first {unmatched['code'].iloc[0]!r}. "
                "Download the official file."
            )
            raise DataIntegrityError(message)
        own = events[(events["year"] == year) & (events["month"] == month)]
        parts.append(own.assign(_age=ages.index(release_order(months.release))))
    whole = pd.concat(parts, ignore_index=True).sort_values(["_age", "month", "id"])
    return whole.drop_duplicates("id", keep="last").drop(columns="_age").sort_values("id", ignore_index=True)


def _totals(year: int, tables: Sequence[SourceTable]) -> dict[int, int] | None:
    """Deaths of all types by state from the Country-Year Dataset, of the folder or in the bundle; None without it."""
    for table in tables:
        covering = [name for name in _TYPES if name in table.coverage and table.coverage[name][1] >= year]
        if len(covering) == len(_TYPES) and year not in table.provisional:
            rows = table.data[table.data["year"] == year]
            return {
                int(state): int(total)
                for state, total in zip(rows["country_id"], rows[covering].sum(axis=1), strict=True)
            }
    for table in newer_bundled():
        if f"ucdp-candidate-{year}" == table.source:
            rows = table.data[[*KEYS, "ucdp_organizedviolence_deaths"]]
            return {
                int(state): int(total)
                for state, total in zip(rows["country_id"], rows.iloc[:, -1], strict=True)
            }
    return None


def _known_conflicts(releases: Releases) -> pd.DataFrame:
    """Known conflicts with the place of their incompatibility, from the folder's newest lists of them."""
    parts = []
    for dataset, read in (("ucdp_acd", ucdp_acd.conflict_years), ("ucdp_brd", ucdp_brd.conflict_years)):
        lists = [conflicts for _, (conflicts, _) in releases.every(dataset, read)]
        parts += sorted(lists, key=lambda one: one["year"].max())
    if not parts:
        return pd.DataFrame({"conflict_id": pd.Series(dtype="int64"), "gwno_loc": pd.Series(dtype="str")})
    listed = pd.concat([part[["conflict_id", "year", "gwno_loc"]] for part in parts], ignore_index=True)
    return listed.drop_duplicates("conflict_id", keep="last")[["conflict_id", "gwno_loc"]]
