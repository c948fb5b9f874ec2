"""Maddison Project Database 2023: population and GDP per head, in the Early Warning Project's long form."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources._files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources._match import merge_unmatched, with_country_id
from rtop_forecast.sources._table import SourceTable

__all__ = ["UNIONS", "read", "recognise", "table_of"]

#: Names of unions and divided countries, with the state and the years in which the state had that territory.
UNIONS = {
    "Former USSR": (365, 1946, 1990),
    "Former Yugoslavia": (345, 1946, 1990),
    "Czechoslovakia": (315, 1946, 1992),
    "Sudan (Former)": (625, 1956, 2010),
    "U.R. of Tanzania: Mainland": (510, 1961, 1963),
}
#: Names whose territory is the present one from the given year on.
_PRESENT_FROM = {
    "Germany": 1990,
    "Viet Nam": 1976,
    "Yemen": 1990,
    "Russian Federation": 1991,
    "Serbia": 2008,
    "Pakistan": 1971,
    "Czech Republic": 1993,
}


def recognise(path: str | Path) -> bool:
    """Whether a file is the long table of the Maddison Project Database."""
    return {"country", "year", "mad_gdppc", "mad_pop"} <= set(csv_header(path))


def table_of(path: str | Path) -> pd.DataFrame:
    """Return the table as published from 1946: ``area, year, population`` (persons) and ``gdp_per_head``."""
    frame = read_csv(path)
    refuse_missing_columns(
        path, frame.columns, ["country", "year", "mad_gdppc", "mad_pop"], what="Maddison 2023"
    )
    names = {"country": "area", "mad_pop": "population", "mad_gdppc": "gdp_per_head"}
    frame = frame.rename(columns=names)[["area", "year", "population", "gdp_per_head"]]
    frame = frame[(frame["year"] >= 1946) & frame["population"].notna()]
    return frame.drop_duplicates(["area", "year"]).reset_index(drop=True)


def read(path: str | Path) -> SourceTable:
    """State-years of population and GDP per head.

    Parameters
    ----------
    path : path
        ``maddison.csv``.

    Returns
    -------
    SourceTable
        ``population`` (persons), ``gdp_per_head`` (2011 international dollars), 1946-2022. Unions are
        given by the source itself (Former USSR, Former Yugoslavia, Czechoslovakia, Sudan before 2011).
        Series of
        Germany, Viet Nam, Yemen and Pakistan mean the present territory and are attached from
        the year the state had it; before, they are reported as unmatched.

    References
    ----------
    Bolt, J., & van Zanden, J. L. (2024). Maddison-style estimates of the evolution of the world economy: A
    new 2023
    update. Journal of Economic Surveys, 39, 631-671. https://doi.org/10.1111/joes.12618
    """
    frame = table_of(path)
    unions = frame["area"].map(lambda area: area in UNIONS)
    early = frame["year"] < frame["area"].map(_PRESENT_FROM).fillna(0)
    parts = []
    for area, (state, first, last) in UNIONS.items():
        rows = frame[(frame["area"] == area) & frame["year"].between(first, last)]
        parts.append(rows.assign(country_id=state, territory=area))
    matched, unmatched = with_country_id(frame[~unions & ~early], code="area", system="name")
    lost = (
        frame[early]
        .groupby(["area", "year"])
        .size()
        .reset_index(name="rows")
        .rename(columns={"area": "code"})
    )
    data = pd.concat([matched.assign(territory="own"), *parts], ignore_index=True)
    return SourceTable(
        source="maddison-2023",
        release="2023",
        data=data[["country_id", "year", "population", "gdp_per_head", "territory"]],
        coverage={"population": (1946, 2022), "gdp_per_head": (1946, 2022)},
        zero_inside=frozenset(),
        publication_lag_months=36,
        unmatched=merge_unmatched(
            [unmatched, lost.assign(reason="another territory than the state had that year")]
        ),
    )
