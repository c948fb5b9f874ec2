"""Major Episodes of Political Violence: magnitudes of violence and war by state and year."""

from __future__ import annotations

from pathlib import Path

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

DATASET = "mepv"
LAG_MONTHS = 6
_VARIABLES = {
    name: name.lower()
    for name in (
        "INTIND", "INTVIOL", "INTWAR", "CIVVIOL", "CIVWAR", "ETHVIOL", "ETHWAR", "INTTOT", "CIVTOT", "ACTOTAL",
    )
}  # fmt: skip


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the annual set."""
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip().upper() for cell in (rows[0] if rows else csv_header(path))}
    return header >= {"SCODE", "CIVTOT", "ACTOTAL", "ETHWAR"}


def read(path: str | Path) -> SourceTable:
    """State-years of major episodes of political violence.

    Parameters
    ----------
    path : path
        ``MEPV2014.xls`` or another release, also as CSV.

    Returns
    -------
    SourceTable
        Magnitudes from 0 (none) to 10 (extermination), summed where several episodes run: ``intviol,
        intwar`` (between states), ``civviol, civwar`` (civil), ``ethviol, ethwar`` (ethnic), ``intind`` (wars of
        independence), and the sums ``inttot``, ``civtot`` and ``actotal``. Rows of units that were not yet
        independent hold no magnitude and are reported.

    Raises
    ------
    InputError
        If a workbook is given without `python-calamine`.
    DataIntegrityError
        If a column is missing, a magnitude is negative or above 60, or two rows of one state and year disagree.

    References
    ----------
    Marshall, M. G. (2019). Major Episodes of Political Violence (MEPV) and conflict regions, 1946-2018.
    Center for Systemic Peace. https://www.systemicpeace.org/inscrdata.html
    """
    path = Path(path)
    what = "Major Episodes of Political Violence"
    frame = read_csv(path) if csv_header(path) else excel_table(path)
    frame = frame.rename(columns=lambda name: str(name).upper())
    refuse_missing_columns(path, frame.columns, ["SCODE", "YEAR", *_VARIABLES], what=what)
    frame = years(frame, "YEAR", path=path)
    return country_years(
        frame,
        _VARIABLES,
        path=path,
        what=what,
        dataset=DATASET,
        release=str(frame["YEAR"].max()),
        lag_months=LAG_MONTHS,
        # Its numbers repeat (341 is Kosovo and Montenegro); its letters do not.
        codes=[("SCODE", "pitf")],
        year="YEAR",
        bounds=(0, 60),
        missing=(-1, -99),
    )
