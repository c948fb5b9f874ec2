"""Freedom in the World: political rights and civil liberties by country and edition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

_TITLE = "Freedom in the World"
_R_MARKS = ("fh_country", "fh_total_reversed", "status")
_R_COLUMNS = ["fh_country", "year", "pr", "cl", "status"]
_SHEET = re.compile(r"country.*(rating|score)", re.IGNORECASE)
_FREE = {"F": 1.0, "PF": 2.0, "NF": 3.0}


def _recognises(path: Path) -> bool:
    """Whether a file is the official workbook of all editions, or the table of the R object `fh`."""
    if files.has_columns(path, _R_MARKS):
        return True
    heads = (files.excel_rows(path, sheet=name, limit=4) for name in files.excel_sheets(path))
    return any(_header_rows(rows) for rows in heads)


def _load(path: Path) -> pd.DataFrame:
    """Columns ``country, year, pr, cl, status``."""
    return _r_form(path) if files.has_columns(path, _R_MARKS) else _workbook(path)


def _r_form(path: Path) -> pd.DataFrame:
    frame = files.read_table(path, marks=_R_COLUMNS)
    files.refuse_missing_columns(path, frame.columns, _R_COLUMNS, what=_TITLE)
    frame = frame[_R_COLUMNS].rename(columns={"fh_country": "country"})
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
    names = [
        name for name in files.excel_sheets(path) if _header_rows(files.excel_rows(path, sheet=name, limit=4))
    ]
    chosen = [name for name in names if _SHEET.search(name)] or names
    if not chosen:
        message = f"{path.name} has no sheet with the ratings of all editions. Use the official workbook."
        raise DataIntegrityError(message)
    rows = files.excel_rows(path, sheet=chosen[0])
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


SOURCE = CountryYears(
    dataset="freedom_house",
    title=_TITLE,
    description="""
        File: `Country_and_Territory_Ratings_and_Statuses_FIW_1973-2025.xlsx` (each edition has three columns under
        one merged heading) or the R object `fh`, also saved
        in another form. An edition is published in February or March.

        - `pr`, `cl`: political rights and civil liberties, 1 (best) to 7 (worst).
        - `status`: 1 free, 2 partly free, 3 not free.

        The year is the one that an edition covers, the calendar year before it. An edition that covers parts of two
        years counts for the later: January 1981 to August 1982 is 1982, so that 1981 has no rating, November 1983 to
        November 1984 is 1984; the R object does the same. In the workbook, South Africa's double rating of 1972
        (white and black) is missing.
    """,
    recognises=_recognises,
    load=_load,
    columns={"pr": Column("pr", (1, 7)), "cl": Column("cl", (1, 7)), "status": Column("status", (1, 3))},
    codes=(("country", "name"),),
    first_year=1972,
    edition_after=1,
)
