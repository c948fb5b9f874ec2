"""The bundled state-months: what of them stands beside a folder's, and how a table of them is written."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.month_files import DYADS, METADATA, STATE_MONTHS, bundled_months
from rtop_forecast.sources.reading.months import MONTH_KEYS, MonthTable

__all__ = ["month_bytes", "months_beside"]


def months_beside(own: Sequence[MonthTable], *, picked: bool = False) -> tuple[MonthTable, ...]:
    """State-months of a folder, and the bundled ones beside them.

    Parameters
    ----------
    own : sequence of MonthTable
        Of the folder; a release of it stands for the bundled one of the same name where it holds all its variables,
        and its dyads if it has any.
    picked : bool
        Whether a release of the dataset was asked for: then the bundle adds none.

    Returns
    -------
    tuple of MonthTable
        Which of them a month is taken from is told by :meth:`rtop_forecast.Panel.state_months`.
    """
    if picked:
        return tuple(own)
    beside = [table for table in bundled_months() if not any(_stands_for(one, table) for one in own)]
    return (*own, *beside)


def _stands_for(own: MonthTable, bundled: MonthTable) -> bool:
    """Whether a table of a folder holds all that a bundled one of the same release does."""
    return (
        own.source == bundled.source
        and set(own.variables) >= set(bundled.variables)
        and (own.dyads is not None or bundled.dyads is None)
        and own.first <= bundled.first
        and bundled.last <= own.last
    )


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
        Keys as int16, counts as int32; dyads, where the table has them, as a list for each state-month.

    Raises
    ------
    DataIntegrityError
        If a count is not whole, or a dyad stands in a month of a state without events.
    """
    names = sorted(table.variables)
    counts = table.data[names]
    broken = (counts != counts.round()).any()
    if broken.any():
        message = f"{table.source}: counts must be whole; {', '.join(counts.columns[broken])} are not."
        raise DataIntegrityError(message)
    columns = [pa.array(table.data[key].to_numpy(dtype="int16")) for key in MONTH_KEYS]
    columns += [pa.array(counts[name].to_numpy(dtype="int32")) for name in names]
    if table.dyads is not None:
        columns.append(_dyad_lists(table, table.dyads))
        names.append(DYADS)
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


def _dyad_lists(table: MonthTable, dyads: pd.DataFrame) -> pa.Array:
    """List of the dyads of each state-month of a table."""
    listed = dyads.groupby(MONTH_KEYS)["dyad_id"].agg(list)
    rows = pd.MultiIndex.from_frame(table.data[MONTH_KEYS])
    if not listed.index.isin(rows).all():
        lost = listed.index.difference(rows)
        message = (
            f"{table.source}: dyads stand in state-months with events; {len(lost)} do not, first {lost[0]}."
        )
        raise DataIntegrityError(message)
    return pa.array([listed.get(key, []) for key in rows], pa.list_(pa.int32()))
