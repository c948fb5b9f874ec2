"""The bundled variables beside the core tables: one Parquet table per release, as its reader gives it.

A table of newer years goes on where a variable of another table ends, as :mod:`rtop_forecast.sources.core.seams` says:
the years of a release that holds some variables only, and those that are known from provisional counts so far.

A table's own metadata say what it is: source, release, licence, publication lag, and for each variable the years it
covers, the states it covers, whether the absence of a row means zero, and which years are provisional.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.folder.releases import is_release, release_order
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched
from rtop_forecast.sources.registry import registry
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.states import KEYS

__all__ = [
    "NEWER_YEARS",
    "STATE_YEARS",
    "BundledRelease",
    "bundled_beside",
    "bundled_files",
    "bundled_releases",
    "further_bundled",
    "newer_bundled",
    "reaching_bundled",
    "table_bytes",
]

#: Kind of a table with one row per state and year; files of other kinds are left to their own readers.
STATE_YEARS = "state-years"
#: Kind of a table whose years go on where the variables of another one end.
NEWER_YEARS = "newer years"

_METADATA = b"rtop_forecast"
_FIRST_YEAR = 1946


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledRelease:
    """What a bundled table says of itself.

    Attributes
    ----------
    path : pathlib.Path
    source, release : str
        Registry key and release.
    licence : str
        Licence of the table, that of its source.
    publication_lag_months : int
    coverage : dict of str to (int, int)
        First and last year of each variable, by its name in the panel.
    zero_inside : frozenset of str
        Variables for which the absence of a row inside the coverage means zero.
    states : dict of str to frozenset of int
        States that a variable covers, where it covers some only.
    kind : str
        :data:`STATE_YEARS` or :data:`NEWER_YEARS`.
    provisional : tuple of int
        Years of provisional values.
    """

    path: Path
    source: str
    release: str
    licence: str
    publication_lag_months: int
    coverage: Mapping[str, tuple[int, int]]
    zero_inside: frozenset[str]
    states: Mapping[str, frozenset[int]]
    kind: str
    provisional: tuple[int, ...]


def bundled_files() -> list[Path]:
    """Parquet tables of the bundle, sorted by name."""
    return sorted((datasets_dir() / "further").glob("*.parquet"))


def bundled_releases() -> tuple[BundledRelease, ...]:
    """Describe every bundled table of state-years, from its metadata alone; those of newer years are apart.

    Raises
    ------
    DataIntegrityError
        If a file is not one of the bundle's tables.
    """
    return tuple(one for one in _described() if one.kind == STATE_YEARS)


def newer_bundled() -> list[SourceTable]:
    """Bundled tables of newer years, the final ones before the provisional ones."""
    newer = [one for one in _described() if one.kind == NEWER_YEARS]
    return [_table(one, list(one.coverage)) for one in sorted(newer, key=lambda one: bool(one.provisional))]


@lru_cache(maxsize=1)
def _described() -> tuple[BundledRelease, ...]:
    """Describe every bundled table of state-years of either kind."""
    documents = [(path, _document(path, pq.read_schema(path).metadata)) for path in bundled_files()]
    return tuple(_release(path, one) for path, one in documents if one["kind"] in (STATE_YEARS, NEWER_YEARS))


def further_bundled(names: set[str] | None = None) -> list[SourceTable]:
    """Bundled variables beside the core tables, as source tables.

    Parameters
    ----------
    names : set of str, optional
        Variables to read; by default all. Tables with none of them are left out.

    Returns
    -------
    list of SourceTable
    """
    tables = []
    for release in bundled_releases():
        wanted = [name for name in release.coverage if names is None or name in names]
        if wanted:
            tables.append(_table(release, wanted))
    return tables


def reaching_bundled(table: SourceTable, picks: Mapping[str, str]) -> set[str]:
    """Variables of a folder's table that take the place of bundled ones, or that the bundle lacks.

    Parameters
    ----------
    table : SourceTable
        Its variables under their names in the panel.
    picks : dict of str to str
        Releases asked for, by dataset; they take the place of bundled values even if they cover fewer years.

    Returns
    -------
    set of str
        A variable of the folder stands where its years hold those of the bundled one; of two releases with the
        same last year, the newer. Otherwise the bundled one stays.
    """
    bundled = {name: one for one in bundled_releases() for name in one.coverage}
    return {
        name
        for name, years in table.coverage.items()
        if name not in bundled
        or _is_picked(bundled[name], picks)
        or _holds(table, years, bundled[name], name)
    }


def bundled_beside(further: Sequence[SourceTable], picks: Mapping[str, str]) -> list[SourceTable]:
    """Bundled variables that none of a folder's tables brings.

    Those of a dataset whose release was picked are left out where they are of another release: a panel that was
    asked for one release holds no other beside it.
    """
    brought = {name for table in further for name in table.coverage}
    left = {
        name for one in bundled_releases() if not _is_superseded(one, picks) for name in one.coverage
    } - brought
    return further_bundled(left) if left else []


def table_bytes(table: SourceTable, *, licence: str, kind: str = STATE_YEARS) -> bytes:
    """Write a source table as Parquet; the same table gives the same bytes with the same version of pyarrow.

    Parameters
    ----------
    table : SourceTable
        Its variables under their names in the panel.
    licence : str
    kind : str
        :data:`STATE_YEARS` or :data:`NEWER_YEARS`.

    Returns
    -------
    bytes
        Keys as int16, whole-numbered variables as int32, all others as float64; nothing is rounded.
    """
    names = sorted(table.coverage)
    rows = table.data[table.data[names].notna().any(axis=1).to_numpy() | bool(table.zero_inside)]
    columns = [pa.array(rows[key].to_numpy(dtype="int16")) for key in KEYS]
    columns += [_column(rows[name].to_numpy(dtype=float, na_value=np.nan)) for name in names]
    document = {
        "kind": kind,
        "source": table.source,
        "release": table.release,
        "licence": licence,
        "publication_lag_months": table.publication_lag_months,
        "coverage": {name: list(table.coverage[name]) for name in names},
        "zero_inside": sorted(table.zero_inside),
        "states": {name: sorted(ids) for name, ids in sorted(table.states.items())},
    }
    if table.provisional:
        document["provisional"] = list(table.provisional)
    metadata = {_METADATA: json.dumps(document, sort_keys=True).encode()}
    whole = pa.table(columns, names=[*KEYS, *names]).replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    pq.write_table(whole, sink, compression="zstd", compression_level=19, write_statistics=False)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _column(values: np.ndarray[Any, np.dtype[np.float64]]) -> pa.Array:
    missing = np.isnan(values)
    filled = np.where(missing, 0.0, values)
    whole = bool((filled == np.round(filled)).all() and (np.abs(filled) < 2**31).all())
    return pa.array(filled.astype("int32") if whole else filled, mask=missing)


def _document(path: Path, metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    text = (metadata or {}).get(_METADATA)
    if text is None:
        message = (
            f"each Parquet file of the bundle says what it holds; {path.name} does not. Compile the bundle again with "
            "datasets/compile_bundle.py or reinstall rtop-forecast."
        )
        raise DataIntegrityError(message)
    document: dict[str, Any] = json.loads(text)
    return document


def _release(path: Path, document: Mapping[str, Any]) -> BundledRelease:
    source = document["source"]
    if source not in registry():
        message = (
            f"each source of the bundle is in sources.toml; {source!r} of {path.name} is not. Add the entry."
        )
        raise DataIntegrityError(message)
    return BundledRelease(
        path=path,
        source=source,
        release=document["release"],
        licence=document["licence"],
        publication_lag_months=document["publication_lag_months"],
        coverage={name: (first, last) for name, (first, last) in document["coverage"].items()},
        zero_inside=frozenset(document["zero_inside"]),
        states={name: frozenset(ids) for name, ids in document["states"].items()},
        kind=document["kind"],
        provisional=tuple(document.get("provisional", ())),
    )


def _table(release: BundledRelease, names: Sequence[str]) -> SourceTable:
    columns = pq.read_table(release.path, columns=[*KEYS, *names], use_threads=False)
    data = {key: columns.column(key).to_numpy().astype("int64") for key in KEYS}
    data |= {name: columns.column(name).to_numpy().astype("float64", copy=False) for name in names}
    return SourceTable(
        source=release.source,
        release=release.release,
        data=pd.DataFrame(data, copy=False),
        coverage={name: release.coverage[name] for name in names},
        zero_inside=release.zero_inside & set(names),
        publication_lag_months=release.publication_lag_months,
        unmatched=no_unmatched(),
        states={name: ids for name, ids in release.states.items() if name in names},
        provisional=release.provisional,
    )


def _is_picked(bundled: BundledRelease, picks: Mapping[str, str]) -> bool:
    return registry()[bundled.source].dataset in picks


def _is_superseded(bundled: BundledRelease, picks: Mapping[str, str]) -> bool:
    """Whether another release of the dataset was picked; a key with a name of its own holds others' estimates."""
    wanted = picks.get(registry()[bundled.source].dataset)
    named = bundled.source.endswith(bundled.release)
    return wanted is not None and named and not is_release(bundled.release, wanted)


def _holds(table: SourceTable, years: tuple[int, int], bundled: BundledRelease, name: str) -> bool:
    """Whether a folder's variable covers the years of the bundled one, and no older release of them."""
    first, last = bundled.coverage[name]
    if years[0] > max(first, _FIRST_YEAR) or years[1] < last:
        return False
    return years[1] > last or release_order(table.release) >= release_order(bundled.release)
