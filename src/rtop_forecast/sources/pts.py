"""Political Terror Scale: state terror by country and year, scored from three yearly reports."""

from __future__ import annotations

from pathlib import Path

from rtop_forecast.sources._columns import years
from rtop_forecast.sources._country_years import country_years
from rtop_forecast.sources._files import csv_header, excel_rows, excel_table, read_csv, refuse_missing_columns
from rtop_forecast.sources._table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "pts"
#: A release comes out in the autumn of the year after the last it scores.
LAG_MONTHS = 10
_MARKS = {"PTS_A", "PTS_H", "PTS_S", "COW_Code_N", "Country", "Year"}
_VARIABLES = {"PTS_A": "pts_a", "PTS_H": "pts_h", "PTS_S": "pts_s"}


def recognise(path: str | Path) -> bool:
    """Whether a file has the three scores."""
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in (rows[0] if rows else csv_header(path))}
    return header >= {"PTS_A", "PTS_S", "Year"}


def read(path: str | Path) -> SourceTable:
    """State-years of the Political Terror Scale.

    Parameters
    ----------
    path : path
        ``PTS-2024.csv`` (in Latin-1 as published), ``PTS-2025.xlsx`` or another release.

    Returns
    -------
    SourceTable
        ``pts_a`` (from Amnesty International's report), ``pts_h`` (Human Rights Watch), ``pts_s`` (US
        Department of State): 1 (rule of law, torture rare) to 5 (terror has expanded to the whole
        population). A report that does not exist or tells too little is missing. Territories that are scored
        apart, such as Israel in the occupied territories, are no states; rows of a frame that has every
        country in every year are reported where they hold no score.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a score lies outside 1 to 5, or two rows of one country and year disagree.

    References
    ----------
    Gibney, M., Haschke, P., Arnon, D., Pisanò, A., Barrett, G., Park, B., & Barnes, J. (2024). The Political
    Terror Scale 1976-2023. https://www.politicalterrorscale.org
    Wood, R. M., & Gibney, M. (2010). The Political Terror Scale (PTS): A re-introduction and a comparison to
    CIRI. Human Rights Quarterly, 32(2), 367-400.
    """
    what = "the Political Terror Scale"
    frame = read_csv(path, encoding="latin-1", dtype="str") if csv_header(path) else excel_table(path)
    refuse_missing_columns(path, frame.columns, _MARKS, what=what)
    frame = years(frame, "Year", path=path)
    return country_years(
        frame,
        _VARIABLES,
        path=path,
        what=what,
        dataset=DATASET,
        release=str(frame["Year"].max() + 1),
        lag_months=LAG_MONTHS,
        codes=[("COW_Code_N", "cow"), ("Country", "name")],
        unit="Country",
        year="Year",
        bounds=(1, 5),
        missing=("NA",),
    )
