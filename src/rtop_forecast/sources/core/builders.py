"""How each core table is built from the releases of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.catalogue import (
    coups,
    maddison,
    ucdp_acd,
    ucdp_brd,
    ucdp_dyadic,
    ucdp_organizedviolence,
    vdem,
    wdi,
    wpp,
)
from rtop_forecast.sources.catalogue.ewp_episodes import episode_list
from rtop_forecast.sources.core import events as core_events
from rtop_forecast.sources.core import series as core_series
from rtop_forecast.sources.core.one_sided import one_sided
from rtop_forecast.sources.core.parties import parties
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import registered_hashes
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.codes import FIRST_YEAR, LAST_YEAR
from rtop_forecast.world.states import state_years

__all__ = ["BUILDERS", "Built"]

_POPULATION = "SP.POP.TOTL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One core table from releases.

    Attributes
    ----------
    frame : pandas.DataFrame
        In the schema of the core table.
    last_year : int
        Last year that the releases cover.
    first_year : int
        First year from which the releases hold everything that the table needs.
    last_years : dict of str to int
        Last year of each variable, where they differ.
    variable_sources : dict of str to str
        Registry keys behind each variable, joined by ``;``, where ``sources`` does not tell them.
    sources : dict of str to str
        Registry key of each release read, by dataset (``{"ucdp-brd": "ucdp-brd-25.1"}``).
    datasets : tuple of str
        Datasets that the table is made of.
    unmatched : pandas.DataFrame
        Source rows that belong to no state-year: ``code, year, rows, reason, source``.
    """

    datasets: tuple[str, ...]
    frame: pd.DataFrame
    last_year: int
    sources: dict[str, str]
    unmatched: pd.DataFrame
    first_year: int = FIRST_YEAR
    last_years: dict[str, int] = field(default_factory=dict)
    variable_sources: dict[str, str] = field(default_factory=dict)


def _annotation(name: str) -> pd.DataFrame:
    path = datasets_dir() / "annotations" / name
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    return frame.astype({"end_year": "Int64"}) if "end_year" in frame.columns else frame


def _lost(*tables: SourceTable) -> pd.DataFrame:
    parts = [table.unmatched.assign(source=table.source) for table in tables if len(table.unmatched)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _conflict(releases: Releases) -> Built:
    acd, brd, dyadic = (
        releases.newest(name, module.conflict_years, key=lambda pair: pair[1])
        for name, module in (("ucdp_acd", ucdp_acd), ("ucdp_brd", ucdp_brd), ("ucdp_dyadic", ucdp_dyadic))
    )
    frame, lost = core_events.conflict_table(acd, brd, dyadic)
    begun = {int(conflicts["year"].min()) for conflicts, _ in (acd, dyadic)} | {int(brd[0]["year"].min())}
    return Built(
        datasets=("ucdp_acd", "ucdp_brd", "ucdp_dyadic"),
        frame=frame,
        # deaths begin in a later year than conflicts, and the table is right before it
        first_year=max(begun) if begun - {FIRST_YEAR, core_events.FIRST_DEATHS} else FIRST_YEAR,
        last_year=int(brd[0]["year"].max()),
        sources={
            f"ucdp-{name}": f"ucdp-{name}-{release[1]}"
            for name, release in (("acd", acd), ("brd", brd), ("dyadic", dyadic))
        },
        unmatched=lost.assign(source="ucdp"),
    )


def _organized_violence(releases: Releases) -> Built:
    table = releases.newest(
        "ucdp_organizedviolence", ucdp_organizedviolence.read, key=lambda one: one.release
    )
    return Built(
        datasets=("ucdp_organizedviolence",),
        frame=core_events.organized_violence_table(table),
        first_year=min(first for first, _ in table.coverage.values()),
        last_year=max(last for _, last in table.coverage.values()),
        sources={"ucdp-organizedviolence": table.source},
        unmatched=_lost(table),
    )


def _one_sided(releases: Releases) -> Built:
    found = one_sided(releases)
    return Built(
        datasets=("ucdp_onesided", "ucdp_organizedviolence"),
        frame=found.frame,
        first_year=found.first_year,
        last_year=max(found.last_years.values()),
        last_years=found.last_years,
        sources=found.sources,
        unmatched=found.unmatched,
    )


def _coups(releases: Releases) -> Built:
    lists = {}
    for path, table in releases.every("coups", coups.read):
        lists[coups.form(path)] = table
        releases.used.add(path)
    missing = [form for form in ("powell-thyne", "ewp", "colpus") if form not in lists]
    if missing:
        message = f"the folder lacks the list of coups of {missing[0]}"
        raise CoverageError(message)
    frame = core_events.coups_table(
        lists["powell-thyne"], lists["ewp"], lists["colpus"], _annotation("coups.csv")
    )
    return Built(
        datasets=("coups",),
        frame=frame,
        first_year=_first_of_coups(lists),
        last_year=max(last for _, last in lists["ewp"].coverage.values()),
        sources={
            table.source.rsplit("-", 1)[0]: table.source for table in (lists["powell-thyne"], lists["ewp"])
        },
        unmatched=_lost(*lists.values()),
    )


def _first_of_coups(lists: Mapping[str | None, SourceTable]) -> int:
    """First year from which all three lists stand; Powell and Thyne begin later than the others."""
    begun = {form: min(first for first, _ in table.coverage.values()) for form, table in lists.items()}
    if begun["powell-thyne"] <= coups.FIRST_POWELL_THYNE:
        begun["powell-thyne"] = FIRST_YEAR
    return max(begun.values())


def _treaties(releases: Releases) -> Built:
    found = parties(releases, _annotation("treaties.csv"))
    return Built(
        datasets=("treaties",),
        frame=found.frame,
        last_year=max(found.last_years.values()),
        last_years=found.last_years,
        sources={},
        variable_sources=found.sources,
        unmatched=_lost(*found.tables),
    )


def _registered_source(releases: Releases, path: Path, table: SourceTable) -> str:
    """Registry key of a file that is registered byte for byte; else the one that its reader gives."""
    return registered_hashes().get(releases.digest(path), table.source)


def _one(
    releases: Releases,
    dataset: str,
    read: Callable[[Path], SourceTable],
    *,
    holds: Callable[[SourceTable], bool] = bool,
) -> SourceTable:
    """First readable file of a dataset that holds what is asked, under the key of the file itself."""
    for path, table in releases.every(dataset, read):
        if holds(table):
            releases.used.add(path)
            return replace(table, source=_registered_source(releases, path, table))
    raise CoverageError(releases.lack(dataset))


def _bank(releases: Releases) -> tuple[SourceTable, pd.DataFrame]:
    """World Bank population that reaches furthest: by state-year, and by present area."""
    given = [(path, table) for path, table in releases.tables("wdi") if _POPULATION in table.coverage]
    if not given:
        raise CoverageError(releases.lack("wdi"))
    path, table = max(given, key=lambda pair: (pair[1].coverage[_POPULATION][1], pair[0].as_posix()))
    releases.used.add(path)
    long = releases.parsed(path, "wdi", wdi.long_form)
    return replace(table, source=_registered_source(releases, path, table)), long[
        long["indicator"] == _POPULATION
    ]


def _population(releases: Releases) -> Built:
    bank, _ = _bank(releases)
    areas = releases.first("maddison", maddison.table_of)
    long_run = _one(releases, "maddison", maddison.read)
    latent = _one(releases, "vdem", vdem.read, holds=lambda one: "e_pop" in one.coverage)
    begun = (bank.coverage[_POPULATION][0], long_run.coverage["population"][0], latent.coverage["e_pop"][0])
    late = begun[0] > core_series.BANK_FIRST or max(begun[1:]) > FIRST_YEAR
    points = _annotation("population_points.csv")[["country_id", "year", "population", "source"]]
    return Built(
        datasets=("wdi", "maddison", "vdem"),
        frame=core_series.population_table(bank, long_run, areas, latent, points),
        first_year=max(begun) if late else FIRST_YEAR,
        last_year=bank.coverage[_POPULATION][1],
        sources={},
        variable_sources={"population": ";".join((bank.source, long_run.source, latent.source))},
        unmatched=_lost(bank, long_run, latent),
    )


def _infant_mortality(releases: Releases) -> Built:
    rates = releases.first("wpp", wpp.read)
    _, bank_areas = _bank(releases)
    frame = core_series.infant_mortality_table(
        rates,
        releases.first("wpp", wpp.area_years),
        wdi_population=bank_areas,
        maddison_areas=releases.first("maddison", maddison.table_of),
        state_years=state_years(first=FIRST_YEAR, last=LAST_YEAR),
    )
    return Built(
        datasets=("wpp", "wdi", "maddison"),
        frame=frame,
        first_year=min(first for first, _ in rates.coverage.values()),
        last_year=max(last for _, last in rates.coverage.values()),
        sources={"wpp": rates.source},
        unmatched=_lost(rates),
    )


def _ratings(releases: Releases) -> Built:
    found = releases.every("vdem", vdem.read)
    tables = [(path, table) for path, table in found if table.release.isdigit() and not table.partial]
    if not tables:
        raise CoverageError(releases.lack("vdem"))
    newest = max(int(table.release) for _, table in tables)
    chosen = [(path, table) for path, table in tables if int(table.release) == newest]
    frame = core_series.ratings_table(
        [table for _, table in chosen], state_years(first=FIRST_YEAR, last=LAST_YEAR)
    )
    releases.used |= {path for path, _ in chosen}
    return Built(
        datasets=("vdem",),
        frame=frame,
        first_year=max(_first_of(name, chosen) for name in core_series.RATINGS),
        last_year=int(frame["last_year"].max()),
        last_years={
            str(name): int(last) for name, last in frame.groupby("variable")["last_year"].max().items()
        },
        sources={"vdem": f"vdem-{newest}"},
        unmatched=_lost(*(table for _, table in tables)),
    )


def _first_of(name: str, tables: Sequence[tuple[Path, SourceTable]]) -> int:
    return next(table.coverage[name][0] for _, table in tables if name in table.coverage)


def _episodes(releases: Releases) -> Built:
    lists = releases.every("ewp_events", episode_list)
    if not lists:
        raise CoverageError(releases.lack("ewp_events"))
    path, newest = max(lists, key=lambda pair: pair[1].order)
    releases.used.add(path)
    for text in newest.remarks:
        releases.remark(path, text)
    return Built(
        datasets=("ewp_events",),
        frame=newest.frame,
        first_year=int(newest.frame["start_year"].min()),
        last_year=newest.edition.last_year,
        sources={"ewp": newest.edition.source},
        unmatched=pd.DataFrame(),
    )


#: How each core table is built, in the order of ``coverage.csv``.
BUILDERS: dict[str, Callable[[Releases], Built]] = {
    "conflict": _conflict,
    "organized_violence": _organized_violence,
    "one_sided": _one_sided,
    "coups": _coups,
    "treaties": _treaties,
    "population": _population,
    "infant_mortality": _infant_mortality,
    "ratings": _ratings,
    "episodes": _episodes,
}
