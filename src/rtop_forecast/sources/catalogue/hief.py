"""Historical Index of Ethnic Fractionalization: one row per country and year, by name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "hief"
#: The index came out in 2019 for years to 2013; a forecast of an earlier year could not have known it.
LAG_MONTHS = 72
_COLUMNS = {"EFindex": "efindex"}


def recognise(path: str | Path) -> bool:
    """Whether a file has the index's column."""
    return "EFindex" in csv_header(path)


def read(path: str | Path) -> SourceTable:
    """State-years of ethnic fractionalization.

    Parameters
    ----------
    path : path
        ``HIEF_data.csv``.

    Returns
    -------
    SourceTable
        ``efindex``: probability that two people drawn at random belong to different ethnic groups, 0 to 1.
        Years after the last are missing, not carried forward. Rows that stand twice with one value are
        taken once and reported.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a value lies outside 0 to 1, or two rows of one country and year disagree.

    References
    ----------
    Drazanova, L. (2019). Historical Index of Ethnic Fractionalization Dataset (HIEF). Harvard Dataverse.
    https://doi.org/10.7910/DVN/4JQRCL
    """
    what = "the Historical Index of Ethnic Fractionalization"
    frame = read_csv(path, encoding="latin-1")
    refuse_missing_columns(path, frame.columns, ["Country", "Year", *_COLUMNS], what=what)
    frame = years(frame, "Year", path=path)
    return country_years(
        frame.assign(Country=_meant(frame["Country"], frame["Year"])),
        _COLUMNS,
        path=path,
        what=what,
        dataset=DATASET,
        release=str(frame["Year"].max()),
        lag_months=LAG_MONTHS,
        codes=[("Country", "name")],
        year="Year",
        bounds=(0, 1),
    )


def _meant(name: pd.Series, year: pd.Series) -> pd.Series:
    """United Yemen goes on under the name of the north, which our names end in 1990."""
    return name.mask((name == "Yemen Arab Republic") & (year > 1990), "Yemen")
