"""Correlates of War, direct contiguity: spells or years of pairs of neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse, whole_numbers
from rtop_forecast.sources.reading.country_years import one_per_state_year, resolved
from rtop_forecast.sources.reading.matching import state_table
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.world.codes import FIRST_YEAR
from rtop_forecast.world.spells import years_of_spells

__all__ = ["read", "recognise"]

_YEARLY = ["state1no", "state2no", "year", "conttype"]
_SPELLS = ["ccode1", "ccode2", "conttype", "stdate", "enddate"]
_NAMES = ["land", "water", "neighbours"]
_LAND, _WATER, _NONE = 1, (2, 3, 4, 5), 9


def recognise(path: str | Path) -> bool:
    """Whether a file is the list of directed pairs by year or by spell."""
    return any(files.has_columns(path, form) for form in (_YEARLY, _SPELLS))


def read(path: str | Path) -> SourceTable:
    """State-years of the number of neighbours.

    Parameters
    ----------
    path : path
        ``contdird.csv`` (version 3.2) or the table of the R object
        ``cow_contdir``.

    Returns
    -------
    SourceTable
        Number of states with a common ``land`` or river border, of those apart by at most 400 miles of
        ``water``, and of both (``neighbours``); 0 for a state without any. The pairs themselves, in
        Gleditsch-Ward numbers and by day, are in :func:`rtop_forecast.world.states.contiguity`.

    Raises
    ------
    InputError
        If an R file is given without `rdata`.
    DataIntegrityError
        If a column is missing, a kind of border is not one of 0 to 5, or a state borders itself.

    References
    ----------
    Stinnett, D. M., Tir, J., Schafer, P., Diehl, P. F., & Gochman, C. (2002). The Correlates of War project
    direct contiguity data, version 3. Conflict Management and Peace Science, 19(2), 58-66.
    """
    path = Path(path)
    pairs, last = _yearly(path)
    pairs = whole_numbers(pairs, ["state1no", "state2no", "conttype"], path=path, bounds={"conttype": (0, 5)})
    refuse(path, "a state borders others", pairs["state1no"] == pairs["state2no"], pairs["state1no"])
    pairs = pairs[pairs["year"] >= FIRST_YEAR]
    # Kind 0 says that a pair has no border in a spell; it keeps the state-year, as the releases list it.
    pairs = pairs.assign(conttype=pairs["conttype"].replace(0, _NONE))
    closest = pairs.groupby(["state1no", "state2no", "year"], as_index=False)["conttype"].min()
    kinds = closest.assign(
        land=(closest["conttype"] == _LAND).astype("int64"),
        water=closest["conttype"].isin(_WATER).astype("int64"),
        neighbours=(closest["conttype"] != _NONE).astype("int64"),
    )
    table = kinds.groupby(["state1no", "year"], as_index=False)[_NAMES].sum()
    matched, unmatched = resolved(table, [("state1no", "cow")])
    matched, overlap = one_per_state_year(matched)
    return state_table(
        matched,
        _NAMES,
        Edition(path=path, dataset="cow_contiguity", release="3.2" if last == 2016 else str(last)),
        unmatched=[unmatched, overlap],
        zero_inside=_NAMES,
        coverage=dict.fromkeys(_NAMES, (FIRST_YEAR, last)),
    )


def _years_of(frame: pd.DataFrame, column: str, path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    """Years of a column of days: counted from 1970, as R keeps them, or written as 1920-01-10."""
    written = frame[column].astype("str").str.extract(r"^\s*(\d{4})-\d{2}-\d{2}(?!\d)")[0]
    if written.notna().any():
        refuse(path, f"column {column!r} must hold days", written.isna(), frame[column])
        return np.asarray(written, dtype=np.int64)
    days = whole_numbers(frame, [column], path=path, bounds=(-60_000, 50_000))[column]
    return np.asarray(pd.to_datetime(days, unit="D").dt.year, dtype=np.int64)


def _yearly(path: Path) -> tuple[pd.DataFrame, int]:
    """Pairs by year, and the last year."""
    what = "the COW direct contiguity data"
    spells = files.has_columns(path, _SPELLS)
    frame = files.read_table(path, marks=_SPELLS if spells else _YEARLY)
    if not spells:
        files.refuse_missing_columns(path, frame.columns, _YEARLY, what=what)
        frame = whole_numbers(frame, ["year"], path=path, bounds=(1816, 2100))
        return frame[_YEARLY], int(frame["year"].max())
    start, end = (_years_of(frame, name, path) for name in ("stdate", "enddate"))
    refuse(path, "a spell must not end before it begins", pd.Series(end < start), frame["ccode1"])
    rows, year = years_of_spells(np.maximum(start, FIRST_YEAR), end)
    pairs = frame.iloc[rows][["ccode1", "ccode2", "conttype"]].set_axis(
        ["state1no", "state2no", "conttype"], axis=1
    )
    return pairs.assign(year=year).reset_index(drop=True), int(end.max())
