"""How each core table is built from the releases of a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.catalogue import (
    coups,
    maddison,
    treaties,
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
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.storage.bundled import core_file, datasets_dir
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
    last_years : dict of str to int
        Last year of each variable, where they differ.
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
    last_years: dict[str, int] = field(default_factory=dict)


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
    return Built(
        datasets=("ucdp_acd", "ucdp_brd", "ucdp_dyadic"),
        frame=frame,
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
        last_year=max(last for _, last in table.coverage.values()),
        sources={"ucdp-organizedviolence": table.source},
        unmatched=_lost(table),
    )


def _one_sided(releases: Releases) -> Built:
    found = one_sided(releases)
    return Built(
        datasets=("ucdp_onesided", "ucdp_organizedviolence"),
        frame=found.frame,
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
        last_year=max(last for _, last in lists["ewp"].coverage.values()),
        sources={
            table.source.rsplit("-", 1)[0]: table.source for table in (lists["powell-thyne"], lists["ewp"])
        },
        unmatched=_lost(*lists.values()),
    )


def _treaties(releases: Releases) -> Built:
    parties = [table for _, table in releases.every("treaties", treaties.read)]
    annotations = _annotation("treaties.csv")
    frame = core_events.treaties_table(parties, annotations)
    for treaty in core_events.RATIFIED:
        releases.used.add(_treaty_file(releases, f"{treaty}_deposit"))
    # what is known of the years after the depositary's tables stands in our annotations
    coverage = pd.read_csv(core_file("coverage.csv"), keep_default_na=False)
    noted = int(coverage.loc[coverage["table"] == "treaties", "last_year"].max())
    return Built(
        datasets=("treaties",),
        frame=frame,
        last_year=max(noted, *(last for table in parties for _, last in table.coverage.values())),
        sources={},
        unmatched=_lost(*parties),
    )


def _treaty_file(releases: Releases, name: str) -> Path:
    """File that covers a treaty furthest, the one ``treaties_table`` takes."""
    given = [
        (path, table) for path, table in releases.every("treaties", treaties.read) if name in table.coverage
    ]
    last = max(table.coverage[name][1] for _, table in given)
    return next(path for path, table in given if table.coverage[name][1] == last)


def _bank(releases: Releases) -> tuple[SourceTable, pd.DataFrame]:
    """World Bank population that reaches furthest: by state-year, and by present area."""
    given = [(path, table) for path, table in releases.tables("wdi") if _POPULATION in table.coverage]
    if not given:
        raise CoverageError(releases.lack("wdi"))
    path, table = max(given, key=lambda pair: (pair[1].coverage[_POPULATION][1], pair[0].as_posix()))
    releases.used.add(path)
    long = wdi.long_form(path)
    return table, long[long["indicator"] == _POPULATION]


def _population(releases: Releases) -> Built:
    bank, _ = _bank(releases)
    areas = releases.first("maddison", maddison.table_of)
    long_run = releases.first("maddison", maddison.read)
    latent = releases.first("vdem", vdem.read, holds=lambda one: "e_pop" in one.coverage)
    points = _annotation("population_points.csv")[["country_id", "year", "population", "source"]]
    return Built(
        datasets=("wdi", "maddison", "vdem"),
        frame=core_series.population_table(bank, long_run, areas, latent, points),
        last_year=bank.coverage[_POPULATION][1],
        sources={},
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
        last_year=max(last for _, last in rates.coverage.values()),
        sources={"wpp": rates.source},
        unmatched=_lost(rates),
    )


def _ratings(releases: Releases) -> Built:
    tables = [(path, table) for path, table in releases.every("vdem", vdem.read) if table.release.isdigit()]
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
        last_year=int(frame["last_year"].max()),
        sources={"vdem": f"vdem-{newest}"},
        unmatched=_lost(*(table for _, table in tables)),
    )


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
