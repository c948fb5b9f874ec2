"""UN World Population Prospects: infant mortality by area and year, as a long table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources._files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources._table import SourceTable
from rtop_forecast.sources._territory import present_areas

__all__ = ["area_years", "read", "recognise"]


def recognise(path: str | Path) -> bool:
    """Whether a file is the long table of infant mortality with ISO-3 codes."""
    return {"iso3c", "year", "un_imr"} <= set(csv_header(path))


def area_years(path: str | Path) -> pd.DataFrame:
    """Return the table as published: ``iso3c, year, infant_mortality``, present areas, 1950-2024."""
    frame = read_csv(path)
    refuse_missing_columns(
        path, frame.columns, ["iso3c", "year", "un_imr"], what="the infant mortality table"
    )
    frame = frame.rename(columns={"un_imr": "infant_mortality"})[["iso3c", "year", "infant_mortality"]]
    return frame.dropna().reset_index(drop=True)


def read(path: str | Path) -> SourceTable:
    """Infant mortality by state-year.

    Parameters
    ----------
    path : path
        ``un_imr_clean.csv``.

    Returns
    -------
    SourceTable
        ``infant_mortality`` (deaths under age one per 1,000 live births), 1950-2024. WPP gives
        present areas back to 1950; a rate is attached only where the state's territory on 31
        December was that area. Others are reported as unmatched.

    References
    ----------
    United Nations, Department of Economic and Social Affairs, Population Division (2024). World
    Population Prospects 2024, Online Edition.
    """
    frame = area_years(path)
    matched, unmatched = present_areas(frame)
    return SourceTable(
        source="wpp-2024",
        release="2024",
        data=matched[["country_id", "year", "infant_mortality", "territory"]],
        coverage={"infant_mortality": (1950, int(frame["year"].max()))},
        zero_inside=frozenset(),
        publication_lag_months=12,
        unmatched=unmatched,
    )
