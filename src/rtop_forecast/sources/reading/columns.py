"""Checks of a release's columns: numbers, years, keys; each refusal names the file, the row and how to fix it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.decimals import plain_numbers
from rtop_forecast.sources.reading.table import UNMATCHED_COLUMNS, no_unmatched

__all__ = [
    "EARLIEST_YEAR",
    "latest_year",
    "numbers",
    "one_per_key",
    "refuse",
    "refuse_repeated",
    "whole_numbers",
    "years",
]

#: What spreadsheets and R write in a column of numbers where there is none.
_NO_NUMBER = frozenset({"", "NA", "NaN"})

#: No dataset of the field reaches further back.
EARLIEST_YEAR = 1700


def latest_year() -> int:
    """Last year that a release may describe: the current one."""
    return date.today().year


def refuse(
    path: str | Path, rule: str, bad: pd.Series, cells: pd.Series, *, remedy: str | None = None
) -> None:
    """Raise when a rule is broken in any row.

    Parameters
    ----------
    path : path
    rule : str
        What must hold, as "column 'year' must hold integers".
    bad : Series of bool
        Rows that break it.
    cells : Series
        Cells to quote, one per row.
    remedy : str, optional
        How to fix it; by default, to download the official file again.

    Raises
    ------
    DataIntegrityError
        With the file, the rule, the number of rows and the first of them, counted from 1 below the header.
    """
    wrong = bad.to_numpy(dtype=bool)
    if not wrong.any():
        return
    row = int(wrong.argmax())
    cell = cells.iloc[row]
    plain = cell.item() if isinstance(cell, np.generic) else cell
    message = (
        f"{Path(path).name}: {rule}; {int(wrong.sum())} of {len(wrong)} rows do not, first row {row + 1} "
        f"({plain!r}). {remedy or 'Download the official file again.'}"
    )
    raise DataIntegrityError(message)


def numbers(
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    path: str | Path,
    missing: Collection[object] = (),
    bounds: Mapping[str, tuple[float, float]] | tuple[float, float] | None = None,
    thousands: str | None = None,
) -> pd.DataFrame:
    """Return the frame with these columns as float64.

    Parameters
    ----------
    frame : DataFrame
    columns : list of str
    path : path
        Named in the message.
    missing : collection
        Values that the codebook gives the meaning of missing, as numbers (-99) or strings ("..").
    bounds : (low, high) or dict of column to (low, high), optional
        Admissible values, bounds inclusive.
    thousands : str, optional
        Separator that groups the digits of the release in threes.

    Raises
    ------
    DataIntegrityError
        If a cell is neither a finite number nor missing, or lies outside the bounds, or if the cells of a column
        leave open whether a comma or point groups digits or is the decimal one.
    """
    frame = frame.copy()
    strings = {str(value) for value in missing if isinstance(value, str)}
    codes = [float(value) for value in missing if not isinstance(value, str)]  # type: ignore[arg-type]
    for column in columns:
        given = frame[column]
        if pd.api.types.is_numeric_dtype(given) and not pd.api.types.is_bool_dtype(given):
            values = given.astype("Float64").astype("float64")
            blank = given.isna()
        else:
            text = given.astype("str").str.strip()
            blank = given.isna() | text.isin(strings | _NO_NUMBER)
            text = plain_numbers(text.where(~blank), path=path, thousands=thousands)
            values = pd.to_numeric(text, errors="coerce").astype("float64")
        rule = f"column {column!r} must hold numbers"
        refuse(path, rule, ~blank & ~np.isfinite(values), given)
        values = values.mask(values.isin(codes)) if codes else values
        limits = bounds.get(column) if isinstance(bounds, Mapping) else bounds
        if limits is not None:
            low, high = limits
            rule = f"column {column!r} must lie between {low:g} and {high:g}"
            refuse(path, rule, values.notna() & ~values.between(low, high), given)
        frame[column] = values
    return frame


def whole_numbers(
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    path: str | Path,
    bounds: Mapping[str, tuple[float, float]] | tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Return the frame with these columns as int64; every row must have an integer.

    Raises
    ------
    DataIntegrityError
        If a cell is missing, not an integer, or outside the bounds.
    """
    read = numbers(frame, columns, path=path, bounds=bounds)
    for column in columns:
        values = read[column]
        bad = values.isna() | (values % 1 != 0) | (values.abs() >= 2**53)
        refuse(path, f"column {column!r} must hold integers", bad, frame[column])
        read[column] = values.astype("int64")
    return read


def years(
    frame: pd.DataFrame,
    column: str,
    *,
    path: str | Path,
    first: int = EARLIEST_YEAR,
    last: int | None = None,
) -> pd.DataFrame:
    """Return the frame with a column of calendar years as int64.

    Parameters
    ----------
    first, last : int
        Admissible years; by default from 1700 to the current one.

    Raises
    ------
    DataIntegrityError
        If there is no row, or a year is missing, not an integer or out of range.
    """
    if frame.empty:
        message = f"{Path(path).name} holds no row below its header. Download the official file again."
        raise DataIntegrityError(message)
    limits = (first, latest_year() if last is None else last)
    return whole_numbers(frame, [column], path=path, bounds=limits)


def refuse_repeated(
    frame: pd.DataFrame,
    keys: Sequence[str],
    *,
    path: str | Path,
    rule: str,
    remedy: str = "Keep the right one of each.",
) -> None:
    """Raise when two rows share their keys.

    Parameters
    ----------
    frame : DataFrame
    keys : list of str
    path : path
    rule : str
        What must hold, as "an area has one row per year".
    remedy : str
        How to fix it.

    Raises
    ------
    DataIntegrityError
        With the file, the rule, the number of rows and the keys of the first of them.
    """
    repeated = frame.duplicated(list(keys), keep=False)
    if repeated.any():
        verb = "repeat" if frame[repeated].duplicated(keep=False).all() else "disagree with"
        message = (
            f"{Path(path).name}: {rule}; {int(repeated.sum())} rows {verb} another, first "
            f"{frame.loc[repeated, list(keys)].iloc[0].to_dict()}. {remedy}"
        )
        raise DataIntegrityError(message)


def one_per_key(
    frame: pd.DataFrame, keys: Sequence[str], *, path: str | Path, code: str, year: str = "year"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Drop exact repetitions of a row, with a report; refuse rows that share their keys and disagree.

    Parameters
    ----------
    frame : DataFrame
    keys : list of str
        Columns that tell the rows apart.
    path : path
    code, year : str
        Columns for the report.

    Returns
    -------
    distinct, unmatched : DataFrame
        ``unmatched`` has ``code, year, rows, reason``, as :attr:`SourceTable.unmatched`.

    Raises
    ------
    DataIntegrityError
        If two rows have the same keys and different values.
    """
    distinct = frame.drop_duplicates(ignore_index=True)
    refuse_repeated(distinct, keys, path=path, rule=f"one row per {', '.join(keys)} is the rule")
    again = frame[frame.duplicated()]
    if again.empty:
        return distinct, no_unmatched()
    counts = again.groupby([code, year], as_index=False).size()
    counts = counts.rename(columns={code: "code", year: "year", "size": "rows"})
    counts = counts.assign(code=counts["code"].astype("str"), reason="exact repetition of another row")
    return distinct, counts[UNMATCHED_COLUMNS]
