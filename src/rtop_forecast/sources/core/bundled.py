"""The bundled core tables as source tables of state-years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched
from rtop_forecast.sources.registry import Release, registry
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.editions import FIRST_EDITION, as_recorded, load_revisions
from rtop_forecast.world.episodes import episode_state_years, load_episodes
from rtop_forecast.world.states import KEYS, state_years

__all__ = ["CORE_TABLES", "core_tables", "episode_lists_by_edition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How the columns of a table become variables of the panel."""

    prefix: str
    zero_inside: bool


_COUNTS = {
    "conflict": _Layout(prefix="ucdp_", zero_inside=True),
    "organized_violence": _Layout(prefix="ucdp_organizedviolence_", zero_inside=True),
    "one_sided": _Layout(prefix="ucdp_osv_", zero_inside=True),
    "coups": _Layout(prefix="coup_", zero_inside=True),
    "population": _Layout(prefix="", zero_inside=False),
    "infant_mortality": _Layout(prefix="", zero_inside=False),
}

#: Names of the core tables with variables, in the order in which :func:`core_tables` gives them.
CORE_TABLES = ("episodes", *_COUNTS, "treaties", "ratings")


def core_tables(frames: Mapping[str, pd.DataFrame] | None = None) -> list[SourceTable]:
    """Every core table as state-years, with coverage, lag and release.

    Parameters
    ----------
    frames : dict of str to DataFrame, optional
        Tables that take the place of bundled ones, by name (``"conflict"``, ..., ``"coverage"``), in
        the same layout.

    Returns
    -------
    list of SourceTable

    Raises
    ------
    DataIntegrityError
        If a table names a source that the registry does not hold, or lacks a coverage row.
    """
    return list(_bundled()) if frames is None else _read(frames)


@lru_cache(maxsize=1)
def _bundled() -> tuple[SourceTable, ...]:
    """Tables of the bundle, which does not change while a program runs."""
    return tuple(_read({}))


def _read(frames: Mapping[str, pd.DataFrame]) -> list[SourceTable]:
    coverage = _table("coverage", frames)
    registered = registry()
    tables = [_episodes(coverage, registered, frames)]
    tables += [_counts(name, coverage, registered, frames) for name in _COUNTS]
    tables += [_treaties(coverage, registered, frames), _ratings(coverage, registered, frames)]
    return tables


def episode_lists_by_edition() -> list[SourceTable]:
    """State-years of each edition of the list of episodes up to the bundled one, as far as later changes are known.

    A folder may hold a list later than the bundled one, so that one is among them.

    Returns
    -------
    list of SourceTable
        As the core table, but to the last year that the edition coded.
    """
    episodes, revisions, coverage = load_episodes(), load_revisions(), _table("coverage", {})
    newest = max(int(key.rpartition("-")[2]) for key in episodes["source"].unique())
    tables = []
    for edition in range(FIRST_EDITION, newest + 1):
        then = coverage.copy()
        then.loc[then["table"] == "episodes", "last_year"] = edition - 1
        listed = as_recorded(episodes, edition=edition, revisions=revisions)
        # what began in the year of an edition or later came with a later one
        listed = listed[listed["start_year"] < edition].reset_index(drop=True)
        tables.append(replace(_episodes(then, registry(), {"episodes": listed}), release=str(edition)))
    return tables


def _table(name: str, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    if name in frames:
        return frames[name]
    return pd.read_csv(core_file(f"{name}.csv"), keep_default_na=False, na_values=[""])


def _spans(table: str, coverage: pd.DataFrame) -> dict[str, tuple[int, int]]:
    rows = coverage[coverage["table"] == table]
    if rows.empty:
        message = f"coverage.csv has no row for the table {table!r}. Compile the core tables again."
        raise DataIntegrityError(message)
    return {
        str(row["variable"]): (int(row["first_year"]), int(row["last_year"]))
        for row in rows.to_dict("records")
    }


def _description(
    table: str, coverage: pd.DataFrame, registered: Mapping[str, Release], raw: pd.DataFrame
) -> tuple[str, str, int]:
    """Source keys, releases and the slowest publication lag among the sources that give the latest years.

    A source that only fills early decades (Maddison before the World Bank) says nothing of when
    today's figures come out.
    """
    rows = coverage[coverage["table"] == table]
    keys = list(dict.fromkeys(";".join(rows["source"]).split(";")))
    entries = {key: _entry(key, table, registered) for key in keys}
    latest = (
        raw["year"] >= rows["last_year"].max() - 1 if table in _COUNTS else pd.Series(True, index=raw.index)
    )
    current = set(raw.loc[latest, "source"]) & set(keys)
    lag = max(entries[key].publication_lag_months for key in current or keys)
    releases = dict.fromkeys(entries[key].release for key in keys)
    return "+".join(keys), "+".join(releases), lag


def _entry(key: str, table: str, registered: Mapping[str, Release]) -> Release:
    """Registry entry of a source; a release that is not registered takes its dataset's, under its own number."""
    if key in registered:
        return registered[key]
    dataset, _, release = key.rpartition("-")
    for other, entry in registered.items():
        if other.rpartition("-")[0] == dataset:
            return replace(entry, key=key, release=release)
    message = f"each source of a core table is in sources.toml; {key!r} of {table}.csv is not. Add the entry."
    raise DataIntegrityError(message)


def _source_table(
    table: str,
    data: pd.DataFrame,
    *,
    raw: pd.DataFrame,
    spans: Mapping[str, tuple[int, int]],
    zero_inside: bool,
    coverage: pd.DataFrame,
    registered: Mapping[str, Release],
) -> SourceTable:
    source, release, lag = _description(table, coverage, registered, raw)
    return SourceTable(
        source=source,
        release=release,
        data=data,
        coverage=spans,
        zero_inside=frozenset(spans) if zero_inside else frozenset(),
        publication_lag_months=lag,
        unmatched=no_unmatched(),
    )


def _counts(
    table: str,
    coverage: pd.DataFrame,
    registered: Mapping[str, Release],
    frames: Mapping[str, pd.DataFrame],
) -> SourceTable:
    layout = _COUNTS[table]
    names = {name: f"{layout.prefix}{name}" for name in _spans(table, coverage)}
    raw = _table(table, frames)
    data = raw[[*KEYS, *names]].rename(columns=names)
    spans = {names[name]: years for name, years in _spans(table, coverage).items()}
    return _source_table(
        table,
        data,
        raw=raw,
        spans=spans,
        zero_inside=layout.zero_inside,
        coverage=coverage,
        registered=registered,
    )


def _episodes(
    coverage: pd.DataFrame, registered: Mapping[str, Release], frames: Mapping[str, pd.DataFrame]
) -> SourceTable:
    episodes = frames["episodes"] if "episodes" in frames else load_episodes()
    first, last = _spans("episodes", coverage)["onset"]
    data = episode_state_years(episodes, first=max(first, 1946), last=last)
    names = {name: f"mk_{name}" for name in data.columns if name not in KEYS}
    spans = {name: (max(first, 1946), last) for name in names.values()}
    return _source_table(
        "episodes",
        data.rename(columns=names),
        raw=episodes,
        spans=spans,
        zero_inside=True,
        coverage=coverage,
        registered=registered,
    )


def _treaties(
    coverage: pd.DataFrame, registered: Mapping[str, Release], frames: Mapping[str, pd.DataFrame]
) -> SourceTable:
    """1 from the year in which a state becomes a party to the year before it ceases to be, else 0 inside coverage."""
    spans = _spans("treaties", coverage)
    joined = _table("treaties", frames)
    years = state_years(first=1946, last=max(last for _, last in spans.values()))[KEYS]
    data = years.sort_values(KEYS, ignore_index=True)
    for name, (first, last) in spans.items():
        rows = joined[joined["treaty"] == name]
        start = data["country_id"].map(rows.groupby("country_id")["year"].min())
        end = data["country_id"].map(rows.dropna(subset=["end_year"]).groupby("country_id")["end_year"].max())
        party = (data["year"] >= start) & ~(data["year"] >= end)
        inside = data["year"].between(first, last)
        data[f"treaty_{name}"] = np.where(inside, party.astype(float), np.nan)
    return _source_table(
        "treaties",
        data,
        raw=joined,
        spans={f"treaty_{name}": years for name, years in spans.items()},
        zero_inside=False,
        coverage=coverage,
        registered=registered,
    )


def _ratings(
    coverage: pd.DataFrame, registered: Mapping[str, Release], frames: Mapping[str, pd.DataFrame]
) -> SourceTable:
    """Run-length spells, one row per state-year and one column per rating."""
    spans = _spans("ratings", coverage)
    spells = _table("ratings", frames)
    length = (spells["last_year"] - spells["first_year"] + 1).to_numpy()
    rows = np.repeat(np.arange(len(spells)), length)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(length) - length, length)
    long = pd.DataFrame(
        {
            "country_id": spells["country_id"].to_numpy()[rows],
            "year": spells["first_year"].to_numpy()[rows] + offset,
            "variable": spells["variable"].to_numpy()[rows],
            "value": spells["value"].to_numpy(dtype=float)[rows],
        }
    )
    # pivot, not pivot_table: a repeated spell must raise, not be averaged
    wide = long.pivot(index=KEYS, columns="variable", values="value")  # noqa: PD010
    data = wide.reset_index().rename_axis(columns=None)
    names = {name: f"vdem_{name}" for name in spans}
    return _source_table(
        "ratings",
        data.rename(columns=names),
        raw=spells,
        spans={names[name]: years for name, years in spans.items()},
        zero_inside=False,
        coverage=coverage,
        registered=registered,
    )
