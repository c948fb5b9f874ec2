"""The Early Warning Project's table of parties to the First Optional Protocol of the ICCPR, by country and year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "ewp_treaty"
#: The depositary lists an accession within days.
LAG_MONTHS = 1
_VARIABLE = "ios.iccpr1"


def recognise(path: str | Path) -> bool:
    """Whether a file has the table's columns."""
    return {"year", "country", "ccode", _VARIABLE} <= set(csv_header(path))


def read(path: str | Path) -> SourceTable:
    """State-years of parties to the First Optional Protocol.

    Parameters
    ----------
    path : path
        ``iccpr-data.csv`` of the project's inputs.

    Returns
    -------
    SourceTable
        ``iccpr_op1``: 1 if the state has accepted individual complaints under the International Covenant on Civil
        and Political Rights, else 0. The project's name for it is that of the Covenant; its parties are those of
        the Protocol (Rwanda, India and the United Kingdom, parties to the Covenant, are not in it). "Yugoslavia"
        is Serbia from 2007 on, as in the project's list of states.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a flag is no 0 or 1, or two rows of one country and year disagree.

    References
    ----------
    United Nations Treaty Collection, chapter IV.5, https://treaties.un.org; compiled by the Early Warning
    Project, United States Holocaust Memorial Museum (2025).
    """
    what = "the table of parties to the First Optional Protocol"
    frame = read_csv(path)
    refuse_missing_columns(path, frame.columns, ["year", "country", _VARIABLE], what=what)
    frame = years(frame, "year", path=path)
    return country_years(
        frame.assign(country=frame["country"].mask(_serbia(frame), "Serbia")),
        {_VARIABLE: "iccpr_op1"},
        path=path,
        what=what,
        dataset=DATASET,
        release=str(frame["year"].max()),
        lag_months=LAG_MONTHS,
        codes=[("country", "name")],
        bounds=(0, 1),
        missing=("NA",),
    )


def _serbia(frame: pd.DataFrame) -> pd.Series:
    return (frame["country"] == "Yugoslavia") & (frame["year"] > 2006)
