"""Political Terror Scale: state terror by country and year, scored from three yearly reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

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

DATASET = "pts"
#: A release comes out in the autumn of the year after the last it scores.
LAG_MONTHS = 10
_MARKS = {"PTS_A", "PTS_H", "PTS_S", "COW_Code_N", "Country", "Year"}
_VARIABLES = {"PTS_A": "pts_a", "PTS_H": "pts_h", "PTS_S": "pts_s"}


def recognise(path: str | Path) -> bool:
    """Whether a file has the three scores."""
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in (rows[0] if rows else csv_header(path))}
    return header >= {"PTS_A", "PTS_S", "Year"} or r_mentions(path, ("PTS_A", "PTS_S", "COW_Code_N"))


def read(path: str | Path) -> SourceTable:
    """State-years of the Political Terror Scale.

    Parameters
    ----------
    path : path
        ``PTS-2024.csv`` (in Latin-1 as published), ``PTS-2025.xlsx``, ``PTS-2024.RData`` or another release.

    Returns
    -------
    SourceTable
        ``pts_a`` (from Amnesty International's report), ``pts_h`` (Human Rights Watch), ``pts_s`` (US
        Department of State): 1 (rule of law, torture rare) to 5 (terror has expanded to the whole
        population). A report that does not exist or tells too little is missing. Territories that are scored
        apart, such as Israel in the occupied territories, are no states; rows of a frame that has every
        country in every year are reported where they hold no score. The two Yugoslavias share 1991 and 1992:
        the socialist federation, which was the state at the end of 1991, has the first, its successor the
        second.

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
    frame = _content(Path(path))
    refuse_missing_columns(path, frame.columns, _MARKS, what=what)
    frame = years(frame, "Year", path=path)
    frame, early = _one_yugoslavia(frame)
    table = country_years(
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
    return replace(table, unmatched=merge_unmatched([table.unmatched, early]))


def _content(path: Path) -> pd.DataFrame:
    if csv_header(path):
        return read_csv(path, encoding="latin-1", dtype="str")
    if r_mentions(path, ("PTS_A",)):
        return next(iter(read_r(path).values()))
    return excel_table(path)


def _one_yugoslavia(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set aside the scores of the Federal Republic for years before it was there, where both Yugoslavias have one.

    It was proclaimed on 27 April 1992. The rule for other states that share a year, by which the successor's row
    counts, gives 1992 to it.
    """
    name = frame["Country"].astype("str").str.strip()
    scored = pd.Series(False, index=frame.index)
    for column in _VARIABLES:
        scored |= ~frame[column].astype("str").str.strip().isin(["NA", "", "nan", "<NA>", "None"])
    federation = frame.loc[scored & name.str.contains("Yugoslavia, Socialist", regex=False), "Year"]
    early = scored & name.eq("Yugoslavia, Federal Republic of") & (frame["Year"] < 1992)
    early &= frame["Year"].isin(federation)
    unit = frame.rename(columns={"Year": "year"})
    _, report = set_aside(
        unit, early, code="Country", reason="founded on 27 April 1992: the federation's row counts"
    )
    return frame[~early].reset_index(drop=True), report
