"""Political Instability Task Force, genocide and politicide: one row per state and year of an episode."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, one_per_key, refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import one_per_state_year, resolved
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.matching import state_table
from rtop_forecast.sources.reading.table import Edition, SourceTable

__all__ = ["FIRST_YEAR", "read", "recognise"]

#: The list begins in 1955.
FIRST_YEAR = 1955
_COLUMNS = [
    "COUNTRY", "SCODE", "CCODE", "YEAR", "MOBEGIN", "YRBEGIN", "MOEND", "YREND", "PTYPE", "DEATHMAG",
]  # fmt: skip
_MARKS = ("SCODE", "PTYPE", "DEATHMAG")
_GENOCIDE = 4
_NAMES = ["ongoing", "onset", "deathmag"]


def recognise(path: str | Path) -> bool:
    """Whether a file has the list's columns, the magnitude of deaths among them."""
    return files.has_columns(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of genocide and politicide.

    Parameters
    ----------
    path : path
        ``genocide_politicide.xls`` ("PITF Geno-Politicide").

    Returns
    -------
    SourceTable
        ``ongoing`` and ``onset`` (0/1) and ``deathmag``, the annual number of deaths on a scale from 0 (fewer
        than 300) to 5 (256,000 or more) in halves; a state-year without an episode is 0 in ``ongoing`` and
        ``onset`` and missing in ``deathmag``. The list covers states with 500,000 inhabitants or more.

    Raises
    ------
    InputError
        If `python-calamine` is not installed.
    DataIntegrityError
        If a column is missing, a magnitude is not one of 0, 0.5, ... 5, a row is not a genocide or politicide or lies
        outside its episode, or two rows of one state and year disagree.

    References
    ----------
    Marshall, M. G., Gurr, T. R., & Harff, B. (2019). PITF State Failure Problem Set: Internal wars and
    failures of governance, 1955-2018. Center for Systemic Peace. https://www.systemicpeace.org/inscrdata.html
    Harff, B. (2003). No lessons learned from the Holocaust? American Political Science Review, 97(1), 57-73.
    """
    frame = files.read_table(path, marks=_MARKS)
    files.refuse_missing_columns(
        path, frame.columns, _COLUMNS, what="the PITF list of genocides and politicides"
    )
    frame = years(frame, "YEAR", path=path, first=FIRST_YEAR)
    frame = numbers(frame, ["DEATHMAG"], path=path, bounds=(0, 5))
    frame = whole_numbers(
        frame,
        ["PTYPE", "YRBEGIN", "YREND"],
        path=path,
        bounds={"PTYPE": (_GENOCIDE, _GENOCIDE), "YRBEGIN": (1900, 2100), "YREND": (1900, 9999)},
    )
    frame = _checked(frame, path)
    last = int(frame["YEAR"].max())
    table = pd.DataFrame(
        {
            "ccode": frame["CCODE"],
            "scode": frame["SCODE"],
            "year": frame["YEAR"],
            "ongoing": 1,
            "onset": (frame["YEAR"] == frame["YRBEGIN"]).astype("int64"),
            "deathmag": frame["DEATHMAG"],
        }
    )
    matched, unmatched = resolved(table, [("scode", "pitf")])
    matched, repeated = one_per_key(matched, ["code", "year"], path=path, code="code")
    matched, overlap = one_per_state_year(matched)
    return state_table(
        matched,
        _NAMES,
        Edition(path=Path(path), dataset="pitf", release=str(last)),
        unmatched=[unmatched, repeated, overlap],
        zero_inside=["ongoing", "onset"],
        coverage=dict.fromkeys(_NAMES, (first_covered(frame["YEAR"], published=FIRST_YEAR, quiet=1), last)),
    )


def _checked(frame: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Refuse magnitudes between the steps of the scale and years outside of their episode (9999: goes on)."""
    step = frame["DEATHMAG"].notna() & (frame["DEATHMAG"] * 2 % 1 != 0)
    refuse(path, "column 'DEATHMAG' must be a multiple of 0.5", step, frame["DEATHMAG"])
    outside = (frame["YEAR"] < frame["YRBEGIN"]) | (frame["YEAR"] > frame["YREND"])
    refuse(path, "column 'YEAR' must lie between 'YRBEGIN' and 'YREND'", outside, frame["YEAR"])
    return frame
