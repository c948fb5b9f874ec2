"""The bundled state-months: what of them stands beside a folder's, and how a table of them is written."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.month_files import METADATA, STATE_MONTHS, bundled_months
from rtop_forecast.sources.reading.months import MONTH_KEYS, MonthTable

__all__ = ["month_bytes", "months_beside"]


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
    metadata = {METADATA: json.dumps(document, sort_keys=True).encode()}
    whole = pa.table(columns, names=[*MONTH_KEYS, *names]).replace_schema_metadata(metadata)
    sink = pa.BufferOutputStream()
    pq.write_table(whole, sink, compression="zstd", compression_level=19, write_statistics=False)
    content: bytes = sink.getvalue().to_pybytes()
    return content
