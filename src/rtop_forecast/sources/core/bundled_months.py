"""The bundled state-months: one Parquet table per release, as its reader gives it.

A table's own metadata say what it is: source, release, licence, months covered, lag, and whether its events are
candidates. Only state-months with events have a row; inside the coverage no row means zero.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.months import MONTH_KEYS, MonthTable
from rtop_forecast.sources.reading.table import no_unmatched
from rtop_forecast.storage.bundled import datasets_dir

__all__ = ["STATE_MONTHS", "bundled_month_files", "bundled_months", "month_bytes", "months_beside"]

#: Kind of a table with one row per state and month.
STATE_MONTHS = "state-months"
_METADATA = b"rtop_forecast"


def bundled_month_files() -> list[Path]:
    """Parquet tables of the bundle's state-months, sorted by name."""
    return sorted((datasets_dir() / "months").glob("*.parquet"))


@lru_cache(maxsize=1)
def bundled_months() -> tuple[MonthTable, ...]:
    """State-months of the bundle, each variable ``ged_<name>``; read once, 15,000 rows in some 20 ms.

    Raises
    ------
    DataIntegrityError
        If a file is not one of the bundle's tables.
    """
    return tuple(_table(path) for path in bundled_month_files())


def months_beside(own: Sequence[MonthTable], *, picked: bool = False) -> tuple[MonthTable, ...]:
    """State-months of a folder, and the bundled ones beside them.

    Parameters
    ----------
    own : sequence of MonthTable
        Of the folder; a release of it stands for the bundled one of the same name where it holds all its variables.
    picked : bool
        Whether a release of the dataset was asked for: then the bundle adds none.

    Returns
    -------
    tuple of MonthTable
        Which of them a month is taken from is told by :meth:`rtop_forecast.Panel.state_months`.
    """
    if picked:
        return tuple(own)
    held = [(table.source, frozenset(table.variables), table.first, table.last) for table in own]
    beside = [
        table
        for table in bundled_months()
        if not any(
            table.source == source
            and names >= set(table.variables)
            and first <= table.first
            and table.last <= last
            for source, names, first, last in held
        )
    ]
    return (*own, *beside)


def month_bytes(table: MonthTable, *, licence: str) -> bytes:
    """Write state-months as Parquet; the same table gives the same bytes with the same version of pyarrow.

    Parameters
    ----------
    table : MonthTable
        Its variables under their names in the panel.
    licence : str

    Returns
    -------
    bytes
        Keys as int16, counts as int32.

    Raises
    ------
    DataIntegrityError
        If a count is not whole.
    """
    names = sorted(table.variables)
    counts = table.data[names]
    broken = (counts != counts.round()).any()
    if broken.any():
        message = f"{table.source}: counts must be whole; {', '.join(counts.columns[broken])} are not."
        raise DataIntegrityError(message)
    columns = [pa.array(table.data[key].to_numpy(dtype="int16")) for key in MONTH_KEYS]
    columns += [pa.array(counts[name].to_numpy(dtype="int32")) for name in names]
    document = {
        "kind": STATE_MONTHS,
        "source": table.source,
        "release": table.release,
        "licence": licence,
        "first": list(table.first),
        "last": list(table.last),
        "lag_months": table.lag_months,
        "provisional": table.provisional,
        "unmatched": table.unmatched.to_dict("records"),
    }
    metadata = {_METADATA: json.dumps(document, sort_keys=True).encode()}
    whole = pa.table(columns, names=[*MONTH_KEYS, *names]).replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    pq.write_table(whole, sink, compression="zstd", compression_level=19, write_statistics=False)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _table(path: Path) -> MonthTable:
    whole = pq.read_table(path, use_threads=False)
    text = (whole.schema.metadata or {}).get(_METADATA)
    document: dict[str, Any] = {} if text is None else json.loads(text)
    if document.get("kind") != STATE_MONTHS:
        message = (
            f"each file of the bundle's state-months says what it holds; {path.name} does not. Compile it again with "
            "datasets/compile_months.py or reinstall rtop-forecast."
        )
        raise DataIntegrityError(message)
    data = {name: whole.column(name).to_numpy().astype("int64") for name in whole.column_names}
    unmatched = document["unmatched"]
    return MonthTable(
        source=document["source"],
        release=document["release"],
        data=pd.DataFrame(data, copy=False),
        variables=tuple(name for name in whole.column_names if name not in MONTH_KEYS),
        first=tuple(document["first"]),
        last=tuple(document["last"]),
        lag_months=document["lag_months"],
        provisional=document["provisional"],
        unmatched=pd.DataFrame(unmatched) if unmatched else no_unmatched(),
    )
