"""Tables as a user has them, made into frames: any dataframe, dicts, headings of several levels, years and dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.errors import InputError

__all__ = ["as_frame", "listed_codes", "read_years", "without_repeats"]

_LAST_YEAR = 9999
_REPEATED = "repeats another row exactly; counted once"


def as_frame(table: Any, *, columns: Mapping[str, str], needed: Sequence[str], what: str) -> pd.DataFrame:
    """Frame with the library's names for its columns, from any kind of table.

    Parameters
    ----------
    table : pandas.DataFrame, any frame with the Arrow or the dataframe interchange protocol, dict or list of dict
        Headings of several levels are joined by "_"; a level of the index may stand for a column.
    columns : dict of str to str
        The library's name of a column, and the user's.
    needed : sequence of str
        Library's names that must be there.
    what : str
        As a message calls the rows.

    Raises
    ------
    InputError
        If it is no table, a column is missing, or a name is there twice.
    """
    frame = _flat(_pandas(table))
    named = [str(name) for name in frame.index.names if name is not None]
    if set(named) & set(columns.values()) - set(frame.columns):
        frame = frame.reset_index()
    missing = [columns[name] for name in needed if columns[name] not in frame.columns]
    if missing:
        names = [columns[name] for name in needed]
        message = (
            f"a table of {what} needs the columns {', '.join(names)}; {missing[0]!r} is missing. "
            f"It has {list(map(str, frame.columns))[:8]}. Rename it, or name the column as an argument."
        )
        raise InputError(message)
    theirs = {user: own for own, user in columns.items()}
    renamed = frame.rename(columns=theirs)
    if not renamed.columns.is_unique:
        message = (
            f"column names must be unique; {renamed.columns[renamed.columns.duplicated()][0]!r} is repeated. "
            "Rename one."
        )
        raise InputError(message)
    return renamed.reset_index(drop=True)


def _pandas(table: Any) -> Any:
    if isinstance(table, pd.DataFrame):
        return table
    try:
        if hasattr(table, "__arrow_c_stream__"):
            import pyarrow

            return pyarrow.table(table).to_pandas()
        if hasattr(table, "__dataframe__"):
            from pyarrow.interchange import from_dataframe

            return from_dataframe(table).to_pandas()
        if isinstance(table, Mapping) or (
            isinstance(table, list) and table and isinstance(table[0], Mapping)
        ):
            return pd.DataFrame(table)
    except Exception as error:
        message = f"the table cannot be read as a frame: {error}. Pass a pandas.DataFrame."
        raise InputError(message) from error
    message = f"a table must be a frame, a dict of columns or a list of dicts; got {quoted(table)}."
    raise InputError(message)


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Frame whose headings are of one level."""
    if not isinstance(frame.columns, pd.MultiIndex):
        return frame
    names = ["_".join(str(part) for part in heading if str(part)) for heading in frame.columns]
    return frame.set_axis(names, axis=1)


def without_repeats(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Frame without rows that repeat another exactly, and a report of those.

    Returns
    -------
    frame : pandas.DataFrame
    report : pandas.DataFrame
        ``code, year, rows, reason``.
    """
    # whatever a cell holds, its text tells it from others
    repeated = frame.astype(str).duplicated()
    lost = frame[repeated]
    first_year = lost["year"] if "year" in lost else lost["start_year"]
    keys = pd.DataFrame({"code": lost["country"].astype(str), "year": first_year})
    report = keys.groupby(["code", "year"]).size().reset_index(name="rows").assign(reason=_REPEATED)
    return frame[~repeated].reset_index(drop=True), report


def read_years(values: pd.Series, column: str) -> pd.Series:
    """Calendar years of a column of years, days or timestamps.

    Raises
    ------
    InputError
        If a cell holds neither, with the first.
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype) or isinstance(values.dtype, pd.PeriodDtype):
        numbers = values.dt.year.to_numpy(dtype=float, na_value=np.nan)
    else:
        numbers = np.array([_year(value) for value in values], dtype=float)
    wrong = np.isnan(numbers)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        message = (
            f"{column} must hold calendar years or dates; {int(wrong.sum())} of {len(wrong)} rows do not, first row "
            f"{first} ({quoted(values.iloc[first])}). Correct them."
        )
        raise InputError(message)
    return pd.Series(numbers, index=values.index).astype("int64")


def _year(value: object) -> float:
    """Calendar year of a cell; NaN for what is no year and no date, and for years beyond the calendar."""
    if isinstance(value, (date, pd.Period, np.datetime64)):  # a datetime and a Timestamp are dates
        day = pd.to_datetime(str(value), errors="coerce")
        return np.nan if pd.isna(day) else float(day.year)
    if not isinstance(value, int | float | str | np.number) or isinstance(value, bool | complex):
        return np.nan
    try:
        number = float(value)
    except (ValueError, OverflowError):
        day = pd.to_datetime(str(value), format="ISO8601", errors="coerce")
        return np.nan if pd.isna(day) else float(day.year)
    return number if number.is_integer() and abs(number) <= _LAST_YEAR else np.nan


def listed_codes(unmatched: pd.DataFrame) -> Iterable[str]:
    """Every code of a report with its years and the reason of its first year."""
    for code, rows in unmatched.groupby("code", sort=True):
        first, last = int(rows["year"].min()), int(rows["year"].max())
        span = str(first) if first == last else f"{first}-{last}"
        yield f"{code!r} {span} ({int(rows['rows'].sum())} rows): {rows['reason'].iloc[0]}"
