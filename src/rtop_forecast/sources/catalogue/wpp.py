"""UN World Population Prospects: demographic indicators by area and year."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, refuse_repeated, years
from rtop_forecast.sources.reading.matching import with_codes
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.reading.territory import present_areas
from rtop_forecast.sources.registry import publication_lag

__all__ = ["INDICATORS", "area_years", "read", "recognise"]


#: Our name of each official indicator: population in persons on 1 July, deaths under age one and under age five
#: per 1,000 live births, life expectancy at birth in years, median age, and births per woman.
INDICATORS = {
    "TPopulation1July": "population",
    "IMR": "infant_mortality",
    "Q5": "under5_mortality",
    "LEx": "life_expectancy",
    "MedianAgePop": "median_age",
    "TFR": "fertility",
}
_BOUNDS = {
    "population": (0.0, 1e10), "infant_mortality": (0.0, 1000.0), "under5_mortality": (0.0, 1000.0),
    "life_expectancy": (0.0, 120.0), "median_age": (0.0, 120.0), "fertility": (0.0, 20.0),
}  # fmt: skip
_MARKS = {"ISO3_code", "LocTypeName", "Variant", "Time", "IMR"}


def recognise(path: str | Path) -> bool:
    """Whether a file is the official table of demographic indicators or a long table of infant mortality."""
    return files.has_columns(path, ("iso3c", "year", "un_imr")) or files.has_columns(path, _MARKS)


def area_years(path: str | Path) -> pd.DataFrame:
    """Return infant mortality as published: ``iso3c, year, infant_mortality``, present areas, from 1950."""
    frame, _ = _indicators(path)
    return frame[["iso3c", "year", "infant_mortality"]].dropna().reset_index(drop=True)


def read(path: str | Path) -> SourceTable:
    """Demographic indicators by state-year.

    Parameters
    ----------
    path : path
        ``WPP2024_Demographic_Indicators_Medium.csv`` or the long table ``un_imr_clean.csv``, which has infant
        mortality only.

    Returns
    -------
    SourceTable
        The indicators of :data:`INDICATORS` that the file has, from 1950 to the last year that the revision
        estimates (the year before its own): the projections of the later years are not data. WPP gives
        present areas back to 1950; a figure is attached only where the state's territory on 31
        December was that area. Others are reported as unmatched.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a figure is out of bounds, or two rows of one area and year disagree.

    Notes
    -----
    The official table of a revision marks projections by year only: WPP 2024 estimates to 2023. The long table
    of infant mortality reaches one year further, as its compiler took it.

    References
    ----------
    United Nations, Department of Economic and Social Affairs, Population Division (2024). World
    Population Prospects 2024, Online Edition.
    """
    frame, release = _indicators(path)
    matched, unmatched = present_areas(frame)
    names = [name for name in INDICATORS.values() if name in frame.columns]
    valued = {name: matched.loc[matched[name].notna(), "year"] for name in names}
    coverage = {
        name: (int(year.min()), int(frame["year"].max())) for name, year in valued.items() if len(year)
    }
    return SourceTable(
        source=f"wpp-{release}",
        release=release,
        data=matched[["country_id", "year", *coverage, "territory"]],
        coverage=coverage,
        zero_inside=frozenset(),
        publication_lag_months=publication_lag("wpp"),
        unmatched=unmatched,
    )


def _indicators(path: str | Path) -> tuple[pd.DataFrame, str]:
    """``iso3c, year`` and indicators of areas, and the revision."""
    path = Path(path)
    if files.has_columns(path, ("iso3c", "year", "un_imr")):
        frame = files.read_table(path, marks=["un_imr"])
        files.refuse_missing_columns(
            path, frame.columns, ["iso3c", "year", "un_imr"], what="the infant mortality table"
        )
        frame = frame.rename(columns={"un_imr": "infant_mortality"})[["iso3c", "year", "infant_mortality"]]
        frame = frame[frame["infant_mortality"].notna() & frame["iso3c"].notna()]
        frame = years(frame, "year", path=path, first=1950)
        release = str(int(frame["year"].max()))
    else:
        frame, release = _official(path)
    names = [name for name in INDICATORS.values() if name in frame.columns]
    frame = with_codes(frame, ["iso3c"], system="iso3")
    frame = numbers(frame, names, path=path, bounds=_BOUNDS).drop_duplicates(ignore_index=True)
    if "population" in names:
        frame["population"] = frame["population"] * 1000  # the table counts in thousands
    refuse_repeated(frame, ["iso3c", "year"], path=path, rule="an area has one row per year")
    return frame.reset_index(drop=True), release


def _official(path: Path) -> tuple[pd.DataFrame, str]:
    columns = ["ISO3_code", "LocTypeName", "Variant", "Time", *INDICATORS]
    frame = files.read_table(path, marks=_MARKS, usecols=lambda name: name in columns)
    files.refuse_missing_columns(
        path, frame.columns, columns, what="World Population Prospects, demographic indicators"
    )
    frame = frame[(frame["LocTypeName"] == "Country/Area") & (frame["Variant"] == "Medium")]
    frame = years(frame, "Time", path=path, first=1950, last=2101)
    found = re.search(r"WPP\s?(20\d\d)", path.stem, re.IGNORECASE)
    if found is None:
        message = (
            f"{path.name}: the file's name must tell the revision, as in "
            "WPP2024_Demographic_Indicators_Medium.csv: years after it are projections, which the table does "
            "not mark. Give the file its official name."
        )
        raise DataIntegrityError(message)
    last = int(found[1]) - 1
    names = {"ISO3_code": "iso3c", "Time": "year", **INDICATORS}
    return frame.loc[frame["Time"] <= last, list(names)].rename(columns=names), found[1]
