"""Which tables give the parties to each treaty: the folder's where they reach as far as the bundle's, else those."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.catalogue import treaties
from rtop_forecast.sources.core.events import RATIFIED, treaties_table
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched
from rtop_forecast.sources.registry import publication_lag
from rtop_forecast.storage.bundled import core_file

__all__ = ["Parties", "parties"]

#: Registry key of what our annotations of treaties rest on; they reach further than the depositary's tables.
_NOTED = "untc-status-2025"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Parties to the treaties.

    Attributes
    ----------
    frame : pandas.DataFrame
        In the schema of the core table.
    last_years : dict of str to int
        Last year of each treaty.
    sources : dict of str to str
        Registry keys behind each treaty, joined by ``;``.
    tables : tuple of SourceTable
        Tables of deposits, one per treaty.
    """

    frame: pd.DataFrame
    last_years: dict[str, int]
    sources: dict[str, str]
    tables: tuple[SourceTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deposits:
    """Deposits of one treaty; ``path`` is None for the bundled ones."""

    table: SourceTable
    path: Path | None
    last_year: int


def parties(releases: Releases, annotations: pd.DataFrame) -> Parties:
    """Parties to the treaties, each from the table that covers it furthest, as far as that covers it.

    Parameters
    ----------
    releases : Releases
    annotations : pandas.DataFrame
        As :func:`rtop_forecast.sources.core.events.treaties_table` takes them.

    Raises
    ------
    CoverageError
        If the folder holds no table of a treaty, or a release of them was picked that lacks one.
    """
    given = releases.every("treaties", treaties.read)
    if not given:
        raise CoverageError(releases.lack("treaties"))
    picked = "treaties" in releases.picks
    frame = pd.read_csv(core_file("treaties.csv"))
    coverage = pd.read_csv(core_file("coverage.csv"), keep_default_na=False)
    rows = coverage[coverage["table"] == "treaties"].set_index("variable").to_dict("index")
    chosen, last_years, sources = [], {}, {}
    for treaty in RATIFIED:
        row = rows[treaty]
        noted = _NOTED in str(row["source"]).split(";")
        own = _furthest(given, f"{treaty}_deposit")
        if own is None and picked:
            message = f"no release in the folder lists the parties to the treaty {treaty!r}; add its table."
            raise CoverageError(message)
        if own is None or (own.last_year < int(row["last_year"]) and not noted and not picked):
            own = _bundled(treaty, row, frame, annotations)
        chosen.append(own)
        last_years[treaty] = max(own.last_year, int(row["last_year"])) if noted else own.last_year
        sources[treaty] = ";".join([own.table.source, *([_NOTED] if noted else [])])
    releases.used |= {one.path for one in chosen if one.path is not None}
    tables = tuple(one.table for one in chosen)
    return Parties(
        frame=treaties_table(list(tables), annotations), last_years=last_years, sources=sources, tables=tables
    )


def _furthest(given: list[tuple[Path, SourceTable]], name: str) -> _Deposits | None:
    own = [
        _Deposits(table=table, path=path, last_year=table.coverage[name][1])
        for path, table in given
        if name in table.coverage
    ]
    return max(own, key=lambda one: one.last_year, default=None)


def _bundled(
    treaty: str, row: Mapping[Hashable, object], frame: pd.DataFrame, annotations: pd.DataFrame
) -> _Deposits:
    """Deposits of the bundled table, without the rows of our annotations."""
    name = f"{treaty}_deposit"
    source = str(row["source"]).split(";")[0]
    rows = frame[(frame["treaty"] == treaty) & (frame["source"] == source)]
    noted = annotations.loc[annotations["treaty"] == treaty, "country_id"]
    data = rows.loc[~rows["country_id"].isin(noted), ["country_id", "year"]].assign(**{name: 1})
    span = int(str(row["first_year"])), int(str(row["last_year"]))
    table = SourceTable(
        source=source,
        release=source.rsplit("-", 1)[1],
        data=data,
        coverage={name: span},
        zero_inside=frozenset({name}),
        publication_lag_months=publication_lag("treaties"),
        unmatched=no_unmatched(),
    )
    return _Deposits(table=table, path=None, last_year=span[1])
