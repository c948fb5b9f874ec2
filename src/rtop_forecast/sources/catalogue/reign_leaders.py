"""REIGN list of leaders: one row per leader and spell in power."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, one_per_key, refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import one_per_state_year, resolved
from rtop_forecast.sources.reading.matching import state_table
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.world.spells import years_of_spells

__all__ = ["read", "recognise"]

_COLUMNS = [
    "stateabb", "ccode", "leadid", "leader", "smonth", "syear", "emonth", "eyear", "birthyear", "gender",
    "militarycareer",
]  # fmt: skip
_FIRST_YEAR = 1950
_NAMES = ["changes", "tenure", "age", "military", "female"]

_MARKS = ("leadid", "leader", "syear", "militarycareer")


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the list."""
    return files.has_columns(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of leaders.

    Parameters
    ----------
    path : path
        ``leaderlist_3_21.csv`` or another monthly list, in Latin-1 as published.

    Returns
    -------
    SourceTable
        ``changes``: leaders who came to power in the year; of the leader in power on 31 December: ``tenure``
        (years since the spell began), ``age``, ``military`` (career in the armed forces: 0, 1, and 0.5 where the
        list says so) and ``female`` (0/1); the code -99 is missing. From 1950 to the year before the list's
        last, which is not over in it.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a month or year is malformed, a spell ends before it begins, or two leaders are in
        power on one 31 December.

    References
    ----------
    Bell, C., Besaw, C., & Frank, M. (2021). The Rulers, Elections, and Irregular Governance (REIGN) dataset.
    One Earth Future. https://oefdatascience.github.io/REIGN.github.io/
    """
    what = "the REIGN list of leaders"
    frame = files.read_table(path, marks=_MARKS, encoding="latin-1")
    files.refuse_missing_columns(path, frame.columns, _COLUMNS, what=what)
    frame = years(frame[_COLUMNS], "syear", path=path)
    frame = whole_numbers(
        frame, ["ccode", "smonth"], path=path, bounds={"ccode": (1, 999), "smonth": (1, 12)}
    )
    frame = numbers(
        frame,
        ["emonth", "eyear", "birthyear", "gender", "militarycareer"],
        path=path,
        missing=(-99,),
        bounds={
            "emonth": (1, 12),
            "eyear": (1800, 2100),
            "birthyear": (1800, 2100),
            "gender": (0, 1),
            "militarycareer": (0, 1),
        },
    )
    refuse(path, "a spell must not end before it begins", frame["eyear"] < frame["syear"], frame["leader"])
    last = int(frame["syear"].max()) - 1
    spells, repeated = one_per_key(
        frame, ["ccode", "leadid", "syear", "smonth"], path=path, code="ccode", year="syear"
    )
    table = _state_years(spells, last)
    matched, unmatched = resolved(table, [("ccode", "cow")])
    matched, overlap = one_per_state_year(matched)
    return state_table(
        matched,
        _NAMES,
        Edition(path=Path(path), dataset="reign_leaders", release=str(last)),
        unmatched=[repeated, unmatched, overlap],
    )


def _state_years(spells: pd.DataFrame, last: int) -> pd.DataFrame:
    """One row per country and year from its first spell on, as on 31 December."""
    open_end = spells["eyear"].isna()
    first = spells["syear"].clip(lower=_FIRST_YEAR)
    # In power on 31 December from the first year to the year before the last.
    end = np.where(open_end, last, np.minimum(spells["eyear"].fillna(0) - 1, last)).astype("int64")
    rows, year = years_of_spells(first.to_numpy(), end)
    held = spells.iloc[rows].reset_index(drop=True).assign(year=year)
    # A spell of which only the beginning is dated may overlap the next: the later leader holds the year.
    held = held.sort_values(["ccode", "year", "syear", "smonth"]).drop_duplicates(
        ["ccode", "year"], keep="last"
    )
    held = held.assign(
        tenure=held["year"] - held["syear"],
        age=held["year"] - held["birthyear"],
        military=held["militarycareer"],
        female=1 - held["gender"],
    )
    begun = spells[spells["syear"].between(_FIRST_YEAR, last)]
    changes = (
        begun.groupby(["ccode", "syear"])
        .size()
        .rename("changes")
        .rename_axis(["ccode", "year"])
        .reset_index()
    )
    table = held[["ccode", "year", "tenure", "age", "military", "female"]].merge(
        changes, on=["ccode", "year"], how="outer"
    )
    return table.assign(changes=table["changes"].fillna(0)).sort_values(["ccode", "year"], ignore_index=True)
