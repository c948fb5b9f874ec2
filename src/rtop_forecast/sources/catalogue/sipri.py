"""SIPRI Military Expenditure Database: one sheet per measure, one column per year."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse_repeated, years
from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

_SHEETS = {
    r"Constant \(\d{4}\) US\$": "constant_usd",
    r"Share of GDP": "share_gdp",
    r"Per capita": "per_capita_usd",
    r"Share of Govt\. spending": "share_government",
}
_DOLLARS, _SHARE = (0, 10_000_000), (0, 3)


def _recognises(path: Path) -> bool:
    """Whether a workbook has the database's sheets."""
    names = files.excel_sheets(path)
    return "Share of Govt. spending" in names and any(name.startswith("Constant (") for name in names)


def _load(path: Path) -> pd.DataFrame:
    """Columns ``country, year`` and one per sheet that the workbook has."""
    parts = []
    for pattern, name in _SHEETS.items():
        sheet = next((one for one in files.excel_sheets(path) if re.fullmatch(pattern, one)), None)
        if sheet is not None:
            parts.append(_long(path, sheet).assign(variable=name))
    long = years(pd.concat(parts, ignore_index=True), "year", path=path, first=1900)
    long = long.drop_duplicates()
    keys = ["country", "year", "variable"]
    refuse_repeated(long, keys, path=path, rule="a country has one row per sheet")
    # pivot, not pivot_table: a repeated row must raise, not be averaged
    return long.pivot(index=["country", "year"], columns="variable", values="value").reset_index()  # noqa: PD010


def _long(path: Path, sheet: str) -> pd.DataFrame:
    """Cells of a sheet as ``country, year, value``; titles above the header and notes beside it are left."""
    rows = files.excel_rows(path, sheet=sheet)
    head = next((i for i, row in enumerate(rows[:20]) if str(row[0]).strip() == "Country"), None)
    columns = [] if head is None else [j for j, cell in enumerate(rows[head]) if _is_year(cell)]
    if head is None or not columns:
        message = (
            f"{path.name}: the sheet {sheet!r} has no header of Country and years. Use the official workbook."
        )
        raise DataIntegrityError(message)
    cells = [
        (str(row[0]).strip(), int(float(rows[head][j])), row[j] if row[j] != "" else None)
        for row in rows[head + 1 :]
        if str(row[0]).strip()
        for j in columns
    ]
    return pd.DataFrame(cells, columns=["country", "year", "value"], dtype=object)


def _is_year(cell: Any) -> bool:
    return bool(re.fullmatch(r"(19|20)\d\d(\.0)?", str(cell).strip()))


SOURCE = CountryYears(
    dataset="sipri",
    title="the SIPRI Military Expenditure Database",
    description="""
        File: `SIPRI-Milex-data-1948-2023.xlsx` or another release; one comes out in April.

        - `constant_usd`: million US dollars at constant prices of the base year in the sheet's name.
        - `share_gdp`, `share_government`: shares of GDP and of government spending, 0 to 1.
        - `per_capita_usd`: current US dollars a head.

        Figures that SIPRI marks as estimates (by colour) are not told apart. Rows that head a region hold no figure.
        "xxx" (the country did not exist or was not independent) is missing, as is a figure that is not available.
    """,
    recognises=_recognises,
    load=_load,
    columns={
        "constant_usd": Column("constant_usd", _DOLLARS, optional=True),
        "share_gdp": Column("share_gdp", _SHARE, optional=True),
        "per_capita_usd": Column("per_capita_usd", _DOLLARS, optional=True),
        "share_government": Column("share_government", _SHARE, optional=True),
    },
    codes=(("country", "name"),),
    first_year=1900,
    edition_after=1,
    missing=("...", ". .", "..", "xxx"),
)
