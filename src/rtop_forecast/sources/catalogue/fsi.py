"""Fragile States Index: twelve indicators of pressure on states, one edition per file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import (
    csv_header,
    excel_rows,
    excel_table,
    read_csv,
    refuse_missing_columns,
)
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "fsi"
#: An edition bears the year of its publication, in June, and covers the calendar year before.
LAG_MONTHS = 6
_INDICATORS = {
    "C1: Security Apparatus": "c1_security_apparatus",
    "C2: Factionalized Elites": "c2_factionalized_elites",
    "C3: Group Grievance": "c3_group_grievance",
    "E1: Economy": "e1_economy",
    "E2: Economic Inequality": "e2_economic_inequality",
    "E3: Human Flight and Brain Drain": "e3_human_flight",
    "P1: State Legitimacy": "p1_state_legitimacy",
    "P2: Public Services": "p2_public_services",
    "P3: Human Rights": "p3_human_rights",
    "S1: Demographic Pressures": "s1_demographic_pressures",
    "S2: Refugees and IDPs": "s2_refugees_idps",
    "X1: External Intervention": "x1_external_intervention",
}
_NAMES = ("Country", "Countries")


def recognise(path: str | Path) -> bool:
    """Whether a file has the indicators in its first row."""
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in (rows[0] if rows else csv_header(path))}
    return header >= {"Rank", "Total", "C3: Group Grievance", "C2: Factionalized Elites"}


def read(path: str | Path) -> SourceTable:
    """State-years of the Fragile States Index.

    Parameters
    ----------
    path : path
        ``fsi-2023.xlsx`` or another edition.

    Returns
    -------
    SourceTable
        ``total`` (0 to 120) and twelve indicators (0 to 10), higher is more fragile; the year is the edition's
        less one, the year it covers. The rank is left out: it is the order of ``total``.

    Raises
    ------
    InputError
        If a workbook is given without `python-calamine`.
    DataIntegrityError
        If a column is missing, a score is out of bounds, or ``total`` is not the sum of the indicators.

    References
    ----------
    Fund for Peace (2023). Fragile States Index: Annual report 2023. https://fragilestatesindex.org
    """
    path = Path(path)
    what = "the Fragile States Index"
    frame = read_csv(path) if csv_header(path) else excel_table(path)
    country = next((name for name in _NAMES if name in frame.columns), _NAMES[0])
    refuse_missing_columns(path, frame.columns, [country, "Year", "Total", *_INDICATORS], what=what)
    frame = years(frame.assign(Year=_edition(frame["Year"])), "Year", path=path, first=2005)
    table = country_years(
        frame.assign(Year=frame["Year"] - 1),
        {"Total": "total", **_INDICATORS},
        path=path,
        what=what,
        dataset=DATASET,
        release=str(frame["Year"].max()),
        lag_months=LAG_MONTHS,
        codes=[(country, "name")],
        year="Year",
        bounds={"Total": (0, 120)} | dict.fromkeys(_INDICATORS, (0.0, 10.0)),
    )
    parts = table.data[list(_INDICATORS.values())].sum(axis=1, skipna=False)
    wrong = (parts - table.data["total"]).abs() > 0.15
    if wrong.any():
        first = table.data[wrong].iloc[0]
        message = (
            f"{path.name}: the total must be the sum of the twelve indicators; {int(wrong.sum())} rows differ, "
            f"first GW {first['country_id']:.0f} in {first['year']:.0f}. Download the official file again."
        )
        raise DataIntegrityError(message)
    return table


def _edition(cells: pd.Series) -> pd.Series:
    """Year of the edition, given as a number or as a date (1 January) in older workbooks."""
    return cells.map(lambda cell: cell.year if hasattr(cell, "year") else cell)
