"""Which releases give the core table of one-sided violence: deaths by place, or an actor's deaths divided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.catalogue import ucdp_onesided, ucdp_organizedviolence
from rtop_forecast.sources.core.events import one_sided_table, organized_violence_table
from rtop_forecast.sources.folder.releases import Releases, release_order
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched
from rtop_forecast.storage.bundled import core_file

__all__ = ["OneSided", "one_sided"]

_ACTORS, _PLACES = "ucdp_onesided", "ucdp_organizedviolence"
_COUNTS = ("government_actors", "nonstate_actors")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSided:
    """One-sided violence by place and year.

    Attributes
    ----------
    frame : pandas.DataFrame
        In the schema of the core table.
    first_year : int
        First year that the actors and the deaths by place both cover.
    last_years : dict of str to int
        Last year of each variable.
    sources : dict of str to str
        Registry keys by dataset; those of the deaths stand under ``"ucdp-organizedviolence"``.
    unmatched : pandas.DataFrame
        Source rows of the actors that belong to no state-year.
    """

    frame: pd.DataFrame
    first_year: int
    last_years: dict[str, int]
    sources: dict[str, str]
    unmatched: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Organized violence by place of one release; ``path`` is None for the bundled table."""

    frame: pd.DataFrame
    key: str
    first_year: int
    last_year: int
    path: Path | None

    @property
    def order(self) -> tuple[tuple[int, ...], bool]:
        return release_order(self.release), self.path is not None

    @property
    def release(self) -> str:
        return self.key.rsplit("-", 1)[1]


def one_sided(releases: Releases) -> OneSided:
    """One-sided violence from the newest releases of a folder and the bundle.

    Deaths stand by place to the last year of the Country-Year Dataset. Later years are the actors' own deaths,
    divided by the newest deaths by place. So are all years of a release of the actors that was picked and is
    older than any deaths by place at hand: a picked release answers what was known then.

    Raises
    ------
    CoverageError
        If the folder holds neither dataset, or none as new as the bundled one.
    """
    path, actors = _actors_of(releases)
    places, newest = _places_of(releases, actors.release)
    if path is None and newest.path is None:
        message = f"the folder's releases are older than the bundled ones, {actors.source} and {newest.key}"
        raise CoverageError(message)
    releases.used |= {one for one in (path, newest.path) if one is not None}
    listed = actors.coverage[_COUNTS[0]][1]
    last_placed = places.last_year if places is not None else 0
    if path is not None and listed > last_placed:
        actors = ucdp_onesided.divided(path, newest.frame)
    frame = one_sided_table(
        actors, newest.frame if places is None else places.frame, last_placed=last_placed, weights=newest.key
    )
    keys = [places.key if places is not None else newest.key]
    if listed > last_placed:
        keys.insert(len(keys) if places is not None else 0, actors.source)
    last = max(listed, last_placed)
    return OneSided(
        frame=frame,
        first_year=max(
            actors.coverage[_COUNTS[0]][0], newest.first_year if places is None else places.first_year
        ),
        last_years={name: listed if name in _COUNTS else last for name in ucdp_onesided.VARIABLES},
        sources={"ucdp-onesided": actors.source, "ucdp-organizedviolence": ";".join(keys)},
        unmatched=actors.unmatched.assign(source=actors.source),
    )


def _actors_of(releases: Releases) -> tuple[Path | None, SourceTable]:
    """Newest actors with their file, None for those of the bundle; a picked release goes before the bundle."""
    files: list[tuple[Path | None, SourceTable]] = list(releases.every(_ACTORS, ucdp_onesided.read))
    if not files and not releases.every(_PLACES, ucdp_organizedviolence.read):
        raise CoverageError(releases.lack(_ACTORS))
    if _ACTORS not in releases.picks:
        files.append((None, _bundled_actors()))
    return max(files, key=lambda pair: (release_order(pair[1].release), pair[0] is not None))


def _places_of(releases: Releases, release: str) -> tuple[_Places | None, _Places]:
    """Deaths by place that stand, None if all are to be divided, and the newest at hand."""
    given = [
        _Places(
            frame=organized_violence_table(table),
            key=table.source,
            first_year=min(first for first, _ in table.coverage.values()),
            last_year=max(last for _, last in table.coverage.values()),
            path=path,
        )
        for path, table in releases.every(_PLACES, ucdp_organizedviolence.read)
    ]
    if _PLACES not in releases.picks:
        given.append(_bundled_places())
    newest = max(given, key=lambda one: one.order)
    if _ACTORS not in releases.picks or _PLACES in releases.picks:
        return newest, newest
    then = [one for one in given if release_order(one.release) <= release_order(release)]
    return max(then, key=lambda one: one.order, default=None), newest


def _bundled_places() -> _Places:
    frame = pd.read_csv(core_file("organized_violence.csv"))
    rows = _coverage("organized_violence")
    return _Places(
        frame=frame,
        key=str(frame["source"].iloc[0]),
        first_year=int(rows["first_year"].min()),
        last_year=int(rows["last_year"].max()),
        path=None,
    )


def _bundled_actors() -> SourceTable:
    rows = _coverage("one_sided")
    row = rows[rows["variable"] == _COUNTS[0]].to_dict("records")[0]
    first, last = int(row["first_year"]), int(row["last_year"])
    frame = pd.read_csv(core_file("one_sided.csv"))
    return SourceTable(
        source=str(row["source"]),
        release=str(row["release"]),
        data=frame.loc[frame["year"] <= last].drop(columns="source"),
        coverage=dict.fromkeys(ucdp_onesided.VARIABLES, (first, last)),
        zero_inside=frozenset(ucdp_onesided.VARIABLES),
        publication_lag_months=6,
        unmatched=no_unmatched(),
    )


def _coverage(table: str) -> pd.DataFrame:
    coverage = pd.read_csv(core_file("coverage.csv"), keep_default_na=False)
    return coverage[coverage["table"] == table]
