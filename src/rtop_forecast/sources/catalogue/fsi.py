"""Fragile States Index: twelve indicators of pressure on states, one edition per file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.spec import Column, CountryYears
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["SOURCE"]

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


def _load(path: Path) -> pd.DataFrame:
    """Table with the edition's year as a number; older workbooks give a date (1 January) or name "Countries"."""
    frame = files.read_table(path)
    if "Country" not in frame.columns:
        frame = frame.rename(columns={"Countries": "Country"})
    if "Year" not in frame.columns:
        return frame
    return frame.assign(Year=frame["Year"].map(lambda cell: cell.year if hasattr(cell, "year") else cell))


def _covered_year(frame: pd.DataFrame, _path: Path) -> pd.DataFrame:
    return frame.assign(Year=frame["Year"] - 1)


def _refuse_wrong_totals(table: SourceTable, path: Path) -> None:
    parts = table.data[list(_INDICATORS.values())].sum(axis=1, skipna=False)
    wrong = (parts - table.data["total"]).abs() > 0.15
    if wrong.any():
        first = table.data[wrong].iloc[0]
        message = (
            f"{path.name}: the total must be the sum of the twelve indicators; {int(wrong.sum())} rows differ, "
            f"first GW {first['country_id']:.0f} in {first['year']:.0f}. Download the official file again."
        )
        raise DataIntegrityError(message)


SOURCE = CountryYears(
    dataset="fsi",
    title="the Fragile States Index",
    description="""
        File: `fsi-2023.xlsx` or another edition.

        - `total` (0 to 120): the sum of the twelve indicators.
        - Indicators (0 to 10), named as in the file: `c1_security_apparatus` to `x1_external_intervention`.

        Higher is more fragile. An edition has the year of its publication, in June; the year here is the one it
        covers, the year before. The rank is left out: it is the order of `total`.
    """,
    marks=frozenset({"Rank", "Total", "C3: Group Grievance", "C2: Factionalized Elites"}),
    columns={"Total": Column("total", (0, 120))}
    | {official: Column(name, (0, 10)) for official, name in _INDICATORS.items()},
    codes=(("Country", "name"),),
    year="Year",
    first_year=2005,
    edition_after=1,
    load=_load,
    prepare=_covered_year,
    check=_refuse_wrong_totals,
)
