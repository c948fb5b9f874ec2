"""Two vintages of one variable: how a file of some variables, or one that begins later, adds its newer years.

The fuller release keeps every year that it covers, also where the newer file revises them, so that the values of a year
are of one vintage in all variables. The newer file gives the years after. Where the two meet, in the seam, a change is
partly one of the coding; features of changes are missing there, and the variable says where its seam is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rtop_forecast.sources.core.further import newer_bundled
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.keys import datasets_of
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.world.states import KEYS, LAST_YEAR

__all__ = ["extended", "with_bundled_newer_years", "with_newer_years"]


def with_newer_years(
    core: Sequence[SourceTable],
    further: Sequence[SourceTable],
    releases: Releases,
    *,
    bundled: Collection[str] = (),
) -> tuple[list[SourceTable], list[SourceTable]]:
    """Core tables and further ones with what the partial files of a folder add, and those that begin later.

    Parameters
    ----------
    core, further : sequence of SourceTable
        In the panel's names.
    releases : Releases
        A variable of a partial file that no table has is added whole; the years of one that a table has are added from
        the year after its last. What a file adds is said of it.
    bundled : collection of str
        Variables of ``further`` that stand as the bundle has them, since the folder's begin later: any file that
        reaches further adds its newer years to them.
    """
    core, further = list(core), list(further)
    files = [
        (dataset, path, table)
        for dataset in releases.found.files
        for path, table in releases.tables(dataset)
        if table.coverage and (table.partial or bundled)
    ]
    # a fuller release keeps the years that it covers
    for dataset, path, table in sorted(files, key=lambda one: one[2].partial):
        named = table.select({name: f"{dataset}_{name}" for name in table.coverage})
        lasts = {name: last for one in (*core, *further) for name, (_, last) in one.coverage.items()}
        new = [name for name in named.coverage if name not in lasts] if table.partial else []
        longer = [
            name
            for name in named.coverage
            if (table.partial or name in bundled) and lasts.get(name, LAST_YEAR) < named.coverage[name][1]
        ]
        if not new and not longer:
            if table.partial:
                note = "not needed: a fuller release reaches as far in its variables"
                releases.notes.setdefault(path, note)
            continue
        releases.used.add(path)
        core, further = extended(core, named, longer), extended(further, named, longer)
        if new:
            further.append(named.select({name: name for name in new}))
        if longer:
            first = min(lasts[name] for name in longer) + 1
            releases.remark(
                path, f"adds the years from {first} on, of another vintage, to {', '.join(longer)}"
            )
    return core, further


def with_bundled_newer_years(
    core: Sequence[SourceTable], further: Sequence[SourceTable], *, picks: Collection[str] = ()
) -> tuple[list[SourceTable], list[SourceTable]]:
    """Core tables and further ones with the bundle's tables of newer years, where these reach further.

    Parameters
    ----------
    core, further : sequence of SourceTable
        In the panel's names.
    picks : collection of str
        Datasets of which a release was asked for: nothing is added to their variables.
    """
    core, further = list(core), list(further)
    for newer in newer_bundled():
        lasts = {
            name: last
            for one in (*core, *further)
            if not datasets_of(one.source) & set(picks)
            for name, (_, last) in one.coverage.items()
        }
        longer = [name for name, (_, last) in newer.coverage.items() if lasts.get(name, last) < last]
        core, further = extended(core, newer, longer), extended(further, newer, longer)
    return core, further


def extended(tables: Sequence[SourceTable], newer: SourceTable, names: Sequence[str]) -> list[SourceTable]:
    """Tables in which some variables go on, after their last year, with the values of a newer vintage.

    Parameters
    ----------
    tables : sequence of SourceTable
    newer : SourceTable
    names : sequence of str
        Variables of ``newer`` that may go on; those that a table does not have are left.

    Returns
    -------
    list of SourceTable
        A table with such variables becomes two: the others, and these under both sources, with their seam.
    """
    result: list[SourceTable] = []
    for table in tables:
        chosen = [name for name in table.coverage if name in names]
        others = [name for name in table.coverage if name not in names]
        if not chosen:
            result.append(table)
            continue
        if others:
            result.append(replace(table.select({name: name for name in others}), months=table.months))
        result.append(_joined(table.select({name: name for name in chosen}), newer))
    return result


def _joined(table: SourceTable, newer: SourceTable) -> SourceTable:
    names = list(table.coverage)
    after = newer.data.set_index(KEYS)[names].astype("float64")
    year = after.index.get_level_values("year")
    for name in names:
        after[name] = after[name].where(year > table.coverage[name][1])
    data = table.data.set_index(KEYS)[names].astype("float64").combine_first(after.dropna(how="all"))
    return replace(
        table,
        source=f"{table.source}+{newer.source}",
        release=f"{table.release}+{newer.release}",
        data=data.reset_index(),
        coverage={name: (first, newer.coverage[name][1]) for name, (first, _) in table.coverage.items()},
        states={},
        publication_lag_months=max(table.publication_lag_months, newer.publication_lag_months),
        seams={name: (*table.seams.get(name, ()), last + 1) for name, (_, last) in table.coverage.items()},
        provisional=(*table.provisional, *newer.provisional),
    )
