"""Internal Displacement Monitoring Centre: people displaced by conflict inside their country."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.catalogue.unhcr import NOWHERE
from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years, set_aside
from rtop_forecast.sources.reading.files import (
    csv_header,
    excel_rows,
    excel_table,
    r_mentions,
    read_csv,
    read_r,
    refuse_missing_columns,
)
from rtop_forecast.sources.reading.matching import merge_unmatched
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "idmc"
#: The Global Report on Internal Displacement appears in May.
LAG_MONTHS = 5
_R_MARKS = ("coo_iso", "coa_iso", "idmc", "total")
_OFFICIAL = {"Conflict Stock Displacement": "stock", "Conflict Internal Displacements": "new"}


def recognise(path: str | Path) -> bool:
    """Whether a file is the official workbook or the R table of the package `refugees`."""
    if r_mentions(path, _R_MARKS):
        return True
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in (rows[0] if rows else csv_header(path))}
    return header >= {"ISO3", "Year", *_OFFICIAL}


def read(path: str | Path) -> SourceTable:
    """State-years of internal displacement by conflict and violence.

    Parameters
    ----------
    path : path
        ``IDMC_Internal_Displacement_Conflict-Violence_Disasters.xlsx`` or the R object ``idmc``.

    Returns
    -------
    SourceTable
        ``stock`` (people displaced at year's end) and, from the workbook, ``new`` (displacements in the
        year). A state-year without a row is missing. Of the R object, the last year is left out: it may hold a
        figure of mid-year; its totals of unknown country belong to no state.

    Raises
    ------
    InputError
        If the library for the form is not installed.
    DataIntegrityError
        If a column is missing, a number is negative, or two rows of one country and year disagree.

    References
    ----------
    Internal Displacement Monitoring Centre (2025). Global Internal Displacement Database.
    https://www.internal-displacement.org/database/
    """
    path = Path(path)
    what = "IDMC's displacement figures"
    variables, code, last = {"total": "stock"}, "coo_iso", None
    if r_mentions(path, _R_MARKS):
        frame = next(iter(read_r(path).values()))
        refuse_missing_columns(path, frame.columns, ["year", "coo_iso", "total"], what=what)
        frame = years(frame[["year", "coo_iso", "total"]], "year", path=path, first=1989)
        last = int(frame["year"].max()) - 1
    else:
        frame = read_csv(path) if csv_header(path) else excel_table(path)
        refuse_missing_columns(path, frame.columns, ["ISO3", "Year", *_OFFICIAL], what=what)
        frame = years(frame.rename(columns={"Year": "year"}), "year", path=path, first=1989)
        variables, code = _OFFICIAL, "ISO3"
    placed, nowhere = set_aside(
        frame,
        frame[code].astype("str").isin(NOWHERE),
        code=code,
        reason="the total of countries not told apart",
    )
    table = country_years(
        pd.DataFrame(placed),
        variables,
        path=path,
        what=what,
        dataset=DATASET,
        release=str(last if last is not None else frame["year"].max()),
        lag_months=LAG_MONTHS,
        codes=[(code, "iso3")],
        bounds=(0, 100_000_000),
        thousands=",",
        last_year=last,
    )
    return _with_report(table, nowhere)


def _with_report(table: SourceTable, report: pd.DataFrame) -> SourceTable:
    return SourceTable(
        source=table.source,
        release=table.release,
        data=table.data,
        coverage=table.coverage,
        zero_inside=table.zero_inside,
        publication_lag_months=table.publication_lag_months,
        unmatched=merge_unmatched([table.unmatched, report]),
    )
