"""Commas and points in numbers: what groups digits, what is the decimal sign, and what cannot be told."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError

__all__ = ["plain_numbers", "refuse_ambiguous"]

#: A number shorter than four digits, as it stands between grouped ones.
_SHORT = r"[+-]?\d{1,3}"


def _grouped(cells: pd.Series, mark: str, decimal: str) -> pd.Series:
    """Whether the digits of each cell are grouped in threes by a mark."""
    group, fraction = re.escape(mark), re.escape(decimal)
    pattern = rf"[+-]?[1-9]\d{{0,2}}({group}\d{{3}})+({fraction}\d+)?"
    return cells.str.fullmatch(pattern).fillna(False).astype(bool)


def refuse_ambiguous(cells: pd.Series, mark: str, *, path: str | Path, column: str) -> None:
    """Raise for a column of which each number is short or may be grouped in threes by a mark, as "300.000".

    Parameters
    ----------
    cells : Series of str
        Without missing ones.
    mark : str
        "," or ".".
    path, column : path, str
        For the message.

    Raises
    ------
    DataIntegrityError
    """
    grouped = _grouped(cells, mark, "\0")
    if grouped.any() and (grouped | cells.str.fullmatch(_SHORT)).all():
        _refuse(cells[grouped], path, column)


def _refuse(cells: pd.Series, path: str | Path, column: str) -> None:
    message = (
        f"{Path(path).name}: a number must tell its decimal sign; in column {column!r} {len(cells)} cells can mean "
        f"thousands or decimals, first {cells.iloc[0]!r}. Save the file without grouping of digits."
    )
    raise DataIntegrityError(message)


def plain_numbers(text: pd.Series, *, path: str | Path, thousands: str | None = None) -> pd.Series:
    """Numbers of a column in plain form: without grouping of digits, with a decimal point.

    A mark groups digits only in threes. A comma is the decimal sign of a column if no cell has a point, none has two
    commas and one cannot be grouped. Cells that are neither stay as they are, so that they are refused.

    Parameters
    ----------
    text : Series of str
        Cells; missing ones stay missing.
    path : path
        For the message.
    thousands : str, optional
        Mark that groups the digits of the release.

    Raises
    ------
    DataIntegrityError
        If the cells leave open whether a comma or point groups digits or is the decimal sign.
    """
    cells = text.dropna()
    column = str(text.name)
    if thousands is not None:
        grouped = _grouped(cells, thousands, ".").reindex(text.index, fill_value=False)
        refuse_ambiguous(cells, ".", path=path, column=column)
        return text.where(~grouped, text.str.replace(thousands, "", regex=False))
    commas = cells[cells.str.contains(",", regex=False)]
    if commas.empty:
        refuse_ambiguous(cells, ".", path=path, column=column)
        return text
    if _grouped(commas, ",", ".").all():
        if not (commas.str.contains(".", regex=False) | (commas.str.count(",") > 1)).any():
            _refuse(commas, path, column)
        return text.str.replace(",", "", regex=False)
    german = _grouped(cells, ".", ",") | cells.str.fullmatch(r"[+-]?\d*(,\d+)?([eE][+-]?\d+)?").astype(bool)
    if german.all():
        return text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return text
