"""Historical Index of Ethnic Fractionalization: one row per country and year, by name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]


def _with_united_yemen(frame: pd.DataFrame, _path: Path) -> pd.DataFrame:
    """United Yemen goes on under the name of the north, which our names end in 1990."""
    united = (frame["Country"] == "Yemen Arab Republic") & (frame["Year"] > 1990)
    return frame.assign(Country=frame["Country"].mask(united, "Yemen"))


SOURCE = CountryYears(
    dataset="hief",
    title="the Historical Index of Ethnic Fractionalization",
    description="""
        File: `HIEF_data.csv`.

        - `efindex`: probability that two people drawn at random belong to different ethnic groups, 0 to 1.

        Years after the last are missing, not carried forward. A row that stands twice with one value is taken once
        and reported. The index came out in 2019 for years to 2013; a forecast of an earlier year could not have used
        it.
    """,
    marks=frozenset({"EFindex"}),
    columns={"EFindex": Column("efindex", (0, 1))},
    codes=(("Country", "name"),),
    year="Year",
    encoding="latin-1",
    prepare=_with_united_yemen,
)
