"""Maddison Project Database: population and GDP per head, as its workbook or as a long table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, refuse_repeated, years
from rtop_forecast.sources.reading.country_years import before_panel, set_aside
from rtop_forecast.sources.reading.matching import merge_unmatched, with_country_id
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag

__all__ = ["UNIONS", "read", "recognise", "table_of"]

_SHEET = "Full data"
_OFFICIAL = {"country": "area", "year": "year", "pop": "population", "gdppc": "gdp_per_head"}
_LONG = {"country": "area", "year": "year", "mad_pop": "population", "mad_gdppc": "gdp_per_head"}


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
    """Whether a file is the project's workbook (its sheet "Full data") or the long table made of it."""
    if files.has_columns(path, _LONG):
        return True
    if _SHEET not in files.excel_sheets(path):
        return False
    rows = files.excel_rows(path, sheet=_SHEET, limit=1)
    return bool(rows) and {"countrycode", "gdppc", "pop"} <= {str(cell).strip() for cell in rows[0]}


def table_of(path: str | Path) -> pd.DataFrame:
    """Return the table as published from 1946: ``area, year, population`` (persons) and ``gdp_per_head``.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a cell is not a number, or two rows of one area and year disagree.
    """
    return _table_and_rest(Path(path))[0]


def _table_and_rest(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows with a population from 1946 on, and a report of the others."""
    official = not files.has_columns(path, _LONG)
    names = _OFFICIAL if official else _LONG
    frame = files.excel_table(path, sheet=_SHEET) if official else files.read_table(path, marks=_LONG)
    files.refuse_missing_columns(path, frame.columns, names, what="the Maddison Project Database")
    frame = years(frame[list(names)].rename(columns=names), "year", path=path, first=1)
    # no state has nobody or nothing: a 0 was filled in where a cell was empty
    bounds = {"population": (0.001, 1e10), "gdp_per_head": (0.001, 1e7)}
    frame = numbers(frame, ["population", "gdp_per_head"], path=path, bounds=bounds)
    if official:
        frame["population"] = frame["population"] * 1000  # the workbook counts in thousands
    frame, early = before_panel(frame, code="area")
    valued = frame["gdp_per_head"].notna() | frame["population"].notna()
    frame = frame[valued].drop_duplicates(ignore_index=True)
    frame, bare = set_aside(
        frame, frame["population"].isna(), code="area", reason="GDP per head without population"
    )
    if frame.empty:
        message = f"{path.name} holds no population from 1946 on. Download the official file again."
        raise DataIntegrityError(message)
    refuse_repeated(frame, ["area", "year"], path=path, rule="an area has one row per year")
    return frame, merge_unmatched([early, bare])


def read(path: str | Path) -> SourceTable:
    """State-years of population and GDP per head.

    Parameters
    ----------
    path : path
        ``mpd2023_web.xlsx`` or another release, or the long table ``maddison.csv``.

    Returns
    -------
    SourceTable
        ``population`` (persons), ``gdp_per_head`` (2011 international dollars), from 1946. Unions are
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
    frame, rest = _table_and_rest(Path(path))
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
    last = int(frame["year"].max())
    release = str(last + 1)
    covered = {
        name: (int(observed.min()), int(observed.max()))
        for name in ("population", "gdp_per_head")
        if len(observed := data.loc[data[name].notna(), "year"])
    }
    return SourceTable(
        source=f"maddison-{release}",
        release=release,
        data=data[["country_id", "year", "population", "gdp_per_head", "territory"]],
        coverage=covered,
        zero_inside=frozenset(),
        publication_lag_months=publication_lag("maddison"),
        unmatched=merge_unmatched(
            [unmatched, lost.assign(reason="another territory than the state had that year"), rest]
        ),
    )
