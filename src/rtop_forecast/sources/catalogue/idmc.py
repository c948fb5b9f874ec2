"""Internal Displacement Monitoring Centre: people displaced by conflict inside their country."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from rtop_forecast.sources.catalogue.unhcr import NOWHERE
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.spec import Column, CountryYears, Layouts, SetAside, last_listed_year

__all__ = ["SOURCE"]

_PEOPLE = (0, 100_000_000)
_TOTALS = "the total of countries not told apart"


def _year_before_last(listed: pd.Series) -> int:
    return last_listed_year(listed) - 1


_WORKBOOK = CountryYears(
    dataset="idmc",
    title="IDMC's displacement figures",
    description="""
        File: `IDMC_Internal_Displacement_Conflict-Violence_Disasters.xlsx` or the R object `idmc` of the package
        `refugees`. The Global Report on Internal Displacement appears in May.

        - `stock`: people displaced by conflict and violence at the end of the year.
        - `new`: displacements in the year; only in the workbook.

        A state-year without a row is missing. Of the R object, the last year is left out, since it may hold a figure
        of mid-year; its totals of unknown country belong to no state.
    """,
    marks=frozenset({"ISO3", "Year", "Conflict Stock Displacement", "Conflict Internal Displacements"}),
    columns={
        "Conflict Stock Displacement": Column("stock", _PEOPLE),
        "Conflict Internal Displacements": Column("new", _PEOPLE),
    },
    codes=(("ISO3", "iso3"),),
    year="Year",
    thousands=",",
    first_year=1989,
    aside=(SetAside(lambda rows: rows["ISO3"].astype("str").isin(NOWHERE), _TOTALS),),
)
_R_OBJECT = replace(
    _WORKBOOK,
    marks=frozenset(),
    recognises=lambda path: files.has_columns(path, ("year", "coo_iso", "coa_iso", "total")),
    columns={"total": Column("stock", _PEOPLE)},
    codes=(("coo_iso", "iso3"),),
    year="year",
    last_year=_year_before_last,
    aside=(SetAside(lambda rows: rows["coo_iso"].astype("str").isin(NOWHERE), _TOTALS),),
)
SOURCE = Layouts((_WORKBOOK, _R_OBJECT))
