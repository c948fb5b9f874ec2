"""From a source's codes to states, with a list of what did not match and why."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from rtop_forecast.sources._table import UNMATCHED_COLUMNS, no_unmatched
from rtop_forecast.states import resolve_many

__all__ = ["merge_unmatched", "split_codes", "with_country_id"]


def with_country_id(
    frame: pd.DataFrame, *, code: str, system: str, year: str = "year"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add ``country_id`` from a source's code; rows without a state are reported, not kept.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns named by ``code`` and ``year``.
    code, system, year : str
        Column of the code, the code system as in :data:`rtop_forecast.states.SYSTEMS`, column of the year.

    Returns
    -------
    matched, unmatched : pandas.DataFrame
        ``matched`` has ``country_id`` as int64; ``unmatched`` has ``code, year, rows, reason``.
    """
    if frame.empty:
        return frame.assign(country_id=pd.Series(dtype="int64")), no_unmatched()
    frame = frame.reset_index(drop=True)
    resolution = resolve_many(frame[code], frame[year], system=system)
    ids = pd.Series(pd.array(resolution.country_id, dtype="Int64"), index=frame.index)
    matched = frame[ids.notna()].assign(country_id=ids[ids.notna()].astype("int64"))
    unmatched = resolution.unmatched[UNMATCHED_COLUMNS].astype({"code": "str"})
    return matched.reset_index(drop=True), unmatched.reset_index(drop=True)


def merge_unmatched(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One report from several, sorted by code and year."""
    kept = [part for part in parts if len(part)]
    if not kept:
        return no_unmatched()
    merged = pd.concat(kept, ignore_index=True)
    return merged.sort_values(["code", "year"], ignore_index=True)


def split_codes(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """One row per code where a cell lists several, as in UCDP's ``"625, 626"``."""
    lists = frame[column].astype("str").str.split(r"\s*,\s*", regex=True)
    long = frame.assign(**{column: lists}).explode(column, ignore_index=True)
    long[column] = long[column].str.strip()
    return long.drop_duplicates(ignore_index=True)
