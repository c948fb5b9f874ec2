"""Freedom in the World: political rights and civil liberties by country and edition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import (
    excel_rows,
    excel_sheets,
    r_mentions,
    read_r,
    refuse_missing_columns,
)
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "freedom_house"
#: An edition is published in February or March and covers the calendar year before.
LAG_MONTHS = 3
_R_MARKS = ("fh_country", "fh_total_reversed", "status")
_SHEET = re.compile(r"country.*(rating|score)", re.IGNORECASE)
_FREE = {"F": 1.0, "PF": 2.0, "NF": 3.0}


def recognise(path: str | Path) -> bool:
    """Whether a file is the official workbook of all editions, or an R table of the ratings."""
    if r_mentions(path, _R_MARKS):
        return True
    return any(_header_rows(excel_rows(path, sheet=name, limit=4)) for name in excel_sheets(path))


def read(path: str | Path) -> SourceTable:
    """State-years of Freedom in the World.

    Parameters
    ----------
    path : path
        ``Country_and_Territory_Ratings_and_Statuses_FIW_1973-2025.xlsx`` (each edition has three columns
        under one merged heading) or the R object ``fh``.

    Returns
    -------
    SourceTable
        ``pr`` and ``cl``: political rights and civil liberties, 1 (best) to 7 (worst); ``status``: 1 free,
        2 partly free, 3 not free. The year is the one an edition covers. An edition that
        covers parts of two years counts for the later: January 1981 to August 1982 is 1982, so that 1981 has no
        rating, November 1983 to November 1984 is 1984; the R object does the same. In the workbook, South
        Africa's double rating of 1972 (white and black) is missing.

    Raises
    ------
    InputError
        If the library for the form is not installed.
    DataIntegrityError
        If the layout is another, or a rating is out of bounds.

    References
    ----------
    Freedom House. Freedom in the World, all editions from 1973: country and territory ratings and statuses.
    https://freedomhouse.org/report/freedom-world
    """
    path = Path(path)
    frame = _r_form(path) if r_mentions(path, _R_MARKS) else _workbook(path)
    frame = years(frame, "year", path=path, first=1972)
    return country_years(
        frame,
        {"pr": "pr", "cl": "cl", "status": "status"},
        path=path,
        what="Freedom in the World",
        dataset=DATASET,
        release=str(frame["year"].max() + 1),
        lag_months=LAG_MONTHS,
        codes=[("country", "name")],
        bounds={"pr": (1, 7), "cl": (1, 7), "status": (1, 3)},
    )


def _r_form(path: Path) -> pd.DataFrame:
    frame = next(iter(read_r(path).values()))
    columns = ["fh_country", "year", "pr", "cl", "status"]
    refuse_missing_columns(path, frame.columns, columns, what="Freedom in the World")
    frame = frame[columns].rename(columns={"fh_country": "country"})
    return frame.assign(status=_status(frame["status"], path))


def _status(cells: pd.Series, path: Path) -> pd.Series:
    text = cells.astype("str").str.strip()
    blank = cells.isna() | text.isin(["", "-", "..", "nan"])
    numbers = text.map(_FREE)
    wrong = ~blank & numbers.isna()
    if wrong.any():
        message = (
            f"{path.name}: a status must be F, PF or NF; {int(wrong.sum())} are not, first "
            f"{text[wrong].iloc[0]!r}. Download the official file again."
        )
        raise DataIntegrityError(message)
    return numbers


def _header_rows(rows: Sequence[Sequence[Any]]) -> tuple[int, int] | None:
    """Rows with the editions and with PR, CL, Status below them, if a sheet has them."""
    for i in range(1, len(rows)):
        cells = [str(cell).strip() for cell in rows[i]]
        if cells[1:4] == ["PR", "CL", "Status"]:
            return i - 1, i
    return None


def _workbook(path: Path) -> pd.DataFrame:
    names = [name for name in excel_sheets(path) if _header_rows(excel_rows(path, sheet=name, limit=4))]
    chosen = [name for name in names if _SHEET.search(name)] or names
    if not chosen:
        message = f"{path.name} has no sheet with the ratings of all editions. Use the official workbook."
        raise DataIntegrityError(message)
    rows = excel_rows(path, sheet=chosen[0])
    head = _header_rows(rows)
    if head is None:
        message = f"{path.name}: the sheet {chosen[0]!r} has no heading of PR, CL, Status. Use the official workbook."
        raise DataIntegrityError(message)
    labels, kinds = rows[head[0]], [str(cell).strip() for cell in rows[head[1]]]
    starts = [j for j, kind in enumerate(kinds) if kind == "PR"]
    parts = []
    for j in starts:
        if kinds[j : j + 3] != ["PR", "CL", "Status"]:
            message = (
                f"{path.name}: column {j + 1} must begin a triple PR, CL, Status. Use the official workbook."
            )
            raise DataIntegrityError(message)
        year = _year(labels[j], path)
        parts += [(row[0], year, row[j], row[j + 1], row[j + 2]) for row in rows[head[1] + 1 :] if row[0]]
    frame = pd.DataFrame(parts, columns=["country", "year", "pr", "cl", "status"], dtype=object)
    for name in ("pr", "cl"):
        text = frame[name].astype("str").str.strip()
        # Not rated, or rated twice for two parts of the population.
        frame[name] = frame[name].mask(text.isin(["-", "..", ""]) | text.str.contains(r"\("), None)
    status = frame["status"].astype("str")
    frame["status"] = _status(frame["status"].mask(status.str.contains(r"\("), None), path)
    return frame


def _year(label: Any, path: Path) -> int:
    """Calendar year of an edition's heading: 1972, or "Jan.1981-Aug. 1982" (by its last year)."""
    text = str(int(label)) if isinstance(label, float) and label.is_integer() else str(label).strip()
    found = re.findall(r"(?:19|20)\d\d", text)
    if not found:
        message = f"{path.name}: the heading {text!r} names no year. Use the official workbook."
        raise DataIntegrityError(message)
    return int(found[-1])
