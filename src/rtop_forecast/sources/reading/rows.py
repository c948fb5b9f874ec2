"""Rows of a text file that a parser would complete or change in silence: cut rows, points that group digits."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.decimals import refuse_ambiguous

__all__ = [
    "refuse_cut_order",
    "refuse_cut_rows",
    "refuse_grouped_points",
    "refuse_repeated_names",
    "stops_in_order",
]


def refuse_cut_rows(
    path: Path, content: bytes, *, delimiter: str, line: int, footer: tuple[str, ...]
) -> None:
    """Raise when a row has fewer cells than the header; a parser would take the rest of its cells for missing.

    Parameters
    ----------
    path : pathlib.Path
        For the message.
    content : bytes
        The file in UTF-8.
    delimiter : str
    line : int
        Lines above the header.
    footer : tuple of str
        Beginnings of the first lines below the table, from which on rows may be short.

    Raises
    ------
    DataIntegrityError
        With the number of such rows and the first of them.
    """
    short: list[tuple[int | None, int, int, str]] = []

    def note(row: Any) -> str:
        if row.actual_columns < row.expected_columns:
            short.append((row.number, row.actual_columns, row.expected_columns, row.text))
        return "skip"

    try:
        arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(skip_rows=line, use_threads=False),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=[_ABSENT], include_missing_columns=True, check_utf8=False
            ),
        )
    except pa.ArrowInvalid as error:
        cause = " ".join(str(error).split())[:200]
        message = f"{path.name} cannot be read as a table: {cause}. Download it again from its publisher."
        raise DataIntegrityError(message) from error
    table = short
    for place, (*_, text) in enumerate(short):
        if footer and text.lstrip('"').startswith(footer):
            table = short[:place]
            break
    if table:
        number, cells, columns, text = table[0]
        message = (
            f"{path.name}: every row must have the {columns} cells of the header; {len(table)} rows have fewer, first "
            f"row {number} with {cells} ({text[:60]!r}). The file is cut or damaged; download it again."
        )
        raise DataIntegrityError(message)


_ABSENT = "\0no column"


def refuse_cut_order(path: Path, frame: pd.DataFrame, *, unended: bool) -> None:
    """Raise when a table stops in the middle of its order.

    A download that was cut right behind a cell has whole rows. In a table ordered by country and then by year its last
    country ends before nearly all others; in one ordered by year its last year has fewer rows than the year before. In
    a list of events neither tells: such a file is read, and what is missing at its end is said of it.

    Parameters
    ----------
    path : pathlib.Path
        For the message.
    frame : pandas.DataFrame
        Rows in the order of the file.
    unended : bool
        Whether the last line lacks its line end, for the message.

    Raises
    ------
    DataIntegrityError
    """
    stops = stops_in_order(frame, least=_WHOLE) or _thin_last_year(frame)
    if stops:
        rule = (
            "a last line without line end must end the table"
            if unended
            else "a table in the order of its rows must not stop within it"
        )
        remedy = " and end its last line" if unended else ""
        message = (
            f"{path.name}: {rule}, but {stops}: it looks cut, as after an interrupted download. Download it again; if "
            f"it is whole, sort its rows by year{remedy}."
        )
        raise DataIntegrityError(message)


def stops_in_order(frame: pd.DataFrame, *, least: float, fewest: int = 1) -> str:
    """Where a table that stands country by country breaks off; empty if it does not.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows in the order of the file.
    least : float
        Share of the other countries that reach the last year, from which on the last one should, too.
    fewest : int
        Other countries that it takes to tell.
    """
    dates = _dates(frame)
    if dates is None or dates.is_monotonic_increasing or dates.iloc[-1] >= dates.max():
        return ""
    names = (
        name
        for name in frame.columns[:_FIRST]
        if _is_in_order(frame[name], dates, least=least, fewest=fewest)
    )
    unit = next(names, None)
    if unit is None:
        return ""
    name, year = str(frame[unit].iloc[-1]), int(dates.iloc[-1])
    return f"its last {unit}, {name!r}, ends in {year} and the table in {int(dates.max())}"


def _thin_last_year(frame: pd.DataFrame) -> str:
    dates = _dates(frame)
    if dates is None or not dates.is_monotonic_increasing:
        return ""
    last = int(dates.max())
    now, before = int((dates == last).sum()), int((dates == last - 1).sum())
    return (
        f"its last year, {last}, has {now} rows and {last - 1} has {before}" if now < _WHOLE * before else ""
    )


def _dates(frame: pd.DataFrame) -> pd.Series | None:
    column = next((name for name in frame.columns if str(name).casefold() == "year"), None)
    if column is None or len(frame) < 2:
        return None
    dates = pd.to_numeric(frame[column], errors="coerce")
    return None if dates.isna().any() else dates


#: Columns among the first of which is the country.
_FIRST = 8
#: Share of the rows of the year before that the last year of a whole table has, and of units that reach the last year.
_WHOLE = 0.9


def _is_in_order(units: pd.Series, dates: pd.Series, *, least: float, fewest: int) -> bool:
    """Whether a table stands unit by unit and year by year, and nearly all but the last unit reach the last year."""
    names = units.astype("str")
    begins = names != names.shift()
    if int(begins.sum()) != names.nunique() or (dates.diff()[~begins] < 0).any():
        return False
    ends = dates.groupby(names).max()
    others = ends[ends.index != names.iloc[-1]]
    return fewest <= len(others) and len(ends) < len(units) and bool((others == dates.max()).mean() >= least)


def refuse_repeated_names(path: str | Path, names: list[str]) -> None:
    """Raise when two columns share a name, because nothing tells which of them is meant.

    Raises
    ------
    DataIntegrityError
    """
    filled = [name for name in names if name]
    repeated = [name for name in dict.fromkeys(filled) if filled.count(name) > 1]
    if repeated:
        message = (
            f"{Path(path).name}: every column must have a name of its own; {len(repeated)} names stand twice, first "
            f"{repeated[0]!r}. Delete the column that is not the publisher's."
        )
        raise DataIntegrityError(message)


def refuse_grouped_points(
    path: Path, content: bytes, frame: pd.DataFrame, settings: Mapping[str, Any]
) -> None:
    """Raise when points group the digits of a column, as in "300.000" for 300,000: a parser would read 300.

    A column is taken for grouped when each of its numbers is either shorter than four digits or grouped in threes.

    Raises
    ------
    DataIntegrityError
        Naming the first such column and cell.
    """
    zeros = re.search(rb"\d\.000(\D|$)", content) is not None
    suspects = [name for name in frame.columns if _may_be_grouped(frame[name], zeros)]
    if not suspects:
        return
    options = {**settings, "dtype": "str", "usecols": suspects}
    texts = pd.read_csv(io.BytesIO(content), **options)
    for name in suspects:
        refuse_ambiguous(texts[name].dropna().str.strip(), ".", path=path, column=str(name))


def _may_be_grouped(column: pd.Series, zeros: bool) -> bool:
    """Whether the numbers are such that points that group digits could have been read as decimal points."""
    if column.dtype != np.float64:
        return False
    values = column.to_numpy()[column.notna().to_numpy()]
    size = np.abs(values)
    if not values.size or size.max() >= 1000 or ((size > 0) & (size < 1)).any():
        return False
    thousandths = values * 1000
    if not np.allclose(thousandths, np.round(thousandths), rtol=0, atol=1e-6):
        return False
    return zeros or bool((values % 1 != 0).any())
