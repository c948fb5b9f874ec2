"""SIPRI Military Expenditure Database: one sheet per measure, one column per year."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import excel_rows, excel_sheets
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "sipri"
#: A release comes out in April.
LAG_MONTHS = 4
_SHEETS = {
    r"Constant \(\d{4}\) US\$": "constant_usd",
    r"Share of GDP": "share_gdp",
    r"Per capita": "per_capita_usd",
    r"Share of Govt\. spending": "share_government",
}
# Both mean no figure: not available, and the country did not exist or was not independent.
_MISSING = ("...", ". .", "..", "xxx")


def recognise(path: str | Path) -> bool:
    """Whether a workbook has the database's sheets."""
    names = excel_sheets(path)
    return "Share of Govt. spending" in names and any(name.startswith("Constant (") for name in names)


def read(path: str | Path) -> SourceTable:
    """State-years of military expenditure.

    Parameters
    ----------
    path : path
        ``SIPRI-Milex-data-1948-2023.xlsx`` or another release.

    Returns
    -------
    SourceTable
        ``constant_usd`` (million US dollars at constant prices of the base year in the sheet's name),
        ``share_gdp`` and ``share_government`` (0 to 1), ``per_capita_usd`` (current US dollars a head). Figures
        that SIPRI marks as estimates (by colour) are not told apart. Rows that head a region hold no figure.

    Raises
    ------
    InputError
        If `python-calamine` is not installed.
    DataIntegrityError
        If a sheet has no header of years, a figure is negative, or a country stands in two rows that disagree.

    References
    ----------
    Stockholm International Peace Research Institute (2024). SIPRI Military Expenditure Database.
    https://www.sipri.org/databases/milex
    """
    path = Path(path)
    parts = []
    for pattern, name in _SHEETS.items():
        sheet = next((one for one in excel_sheets(path) if re.fullmatch(pattern, one)), None)
        if sheet is not None:
            parts.append(_long(path, sheet).assign(variable=name))
    long = years(pd.concat(parts, ignore_index=True), "year", path=path, first=1900)
    long = long.drop_duplicates()
    keys = ["country", "year", "variable"]
    repeated = long.duplicated(keys, keep=False)
    if repeated.any():
        message = (
            f"{path.name}: a country has one row per sheet; {int(repeated.sum())} cells disagree with another, first "
            f"{long.loc[repeated, keys].iloc[0].to_dict()}. Keep the right one of each."
        )
        raise DataIntegrityError(message)
    # pivot, not pivot_table: a repeated row must raise, not be averaged
    wide = long.pivot(index=["country", "year"], columns="variable", values="value")  # noqa: PD010
    names = [name for name in _SHEETS.values() if name in wide.columns]
    return country_years(
        wide.reset_index(),
        {name: name for name in names},
        path=path,
        what="the SIPRI Military Expenditure Database",
        dataset=DATASET,
        release=str(int(long["year"].max()) + 1),
        lag_months=LAG_MONTHS,
        codes=[("country", "name")],
        bounds={name: (0, 3) if name.startswith("share") else (0, 10_000_000) for name in names},
        missing=_MISSING,
    )


def _long(path: Path, sheet: str) -> pd.DataFrame:
    """Cells of a sheet as ``country, year, value``; titles above the header and notes beside it are left."""
    rows = excel_rows(path, sheet=sheet)
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
