"""REIGN list of elections and referendums: one row per vote, announcement or change of date."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import one_per_key, refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import last_full_year, set_aside
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.event_counts import event_counts
from rtop_forecast.sources.reading.table import Edition, SourceTable

__all__ = ["FIRST_YEAR", "read", "recognise"]

FIRST_YEAR = 1946
_COLUMNS = [
    "ccode", "electionnumber", "country", "elec_year", "event", "type", "direct", "regular", "victory",
    "change",
]  # fmt: skip
_TYPES = {"L": "legislative", "X": "executive", "R": "referendums"}
_EVENTS = (
    "announced", "announcement", "announcement assumed", "anulled", "deadline met", "deadline not met", "delay",
    "delay announced", "regime failure", "upcoming", "voided", "voided by regime change", "vote as scheduled",
    "vote early",
)  # fmt: skip
_NAMES = ["elections", *_TYPES.values(), "irregular", "early", "postponed", "voided"]

_MARKS = ("electionnumber", "elec_year", "event", "elecnum")


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the list."""
    return files.has_columns(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of elections held, postponed and voided.

    Parameters
    ----------
    path : path
        ``electionlist_3_21.csv`` or another monthly list, in Latin-1 as published.

    Returns
    -------
    SourceTable
        Votes held: ``elections`` (general: ``legislative`` and ``executive``), of them ``irregular`` (not by the
        regular calendar) and ``early``; ``referendums``; ``postponed`` (a delay announced, a deadline not met) and
        ``voided`` (by a change or failure of the regime, or annulled). A round of voting counts once. What is only
        upcoming at the list's date is reported, never counted as held; zero where nothing is listed. The list lacks
        some states altogether (Jordan, Kuwait, Taiwan): they are missing.

    Raises
    ------
    DataIntegrityError
        If a column is missing, an event or type is unknown, or a year is malformed.

    References
    ----------
    Bell, C., Besaw, C., & Frank, M. (2021). The Rulers, Elections, and Irregular Governance (REIGN) dataset.
    One Earth Future. https://oefdatascience.github.io/REIGN.github.io/
    """
    what = "the REIGN list of elections"
    frame = files.read_table(path, marks=_MARKS, encoding="latin-1")
    files.refuse_missing_columns(path, frame.columns, _COLUMNS, what=what)
    frame, repeated = one_per_key(frame, list(frame.columns), path=path, code="ccode", year="elec_year")
    frame = years(frame[_COLUMNS], "elec_year", path=path, last=2100)
    frame = whole_numbers(frame, ["ccode", "electionnumber"], path=path, bounds=(-1, 100_000))
    frame = frame.rename(columns={"elec_year": "year"})
    event = frame["event"].astype("str").str.lower().str.replace(",", " ").str.split().str.join(" ")
    listed = event.isin(_EVENTS) | event.str.startswith("upcoming")
    refuse(path, "column 'event' must hold an event of the list", ~listed, frame["event"])
    for column, allowed in (("type", list(_TYPES)), ("regular", ["Y", "N"])):
        bad = ~frame[column].astype("str").str.strip().isin(allowed)
        bad &= frame["regular"].notna() if column == "regular" else True  # not coded for four votes
        refuse(path, f"column {column!r} must be one of {', '.join(allowed)}", bad, frame[column])
    frame, upcoming = set_aside(
        frame.assign(event=event),
        event.str.startswith("upcoming"),
        code="ccode",
        reason="upcoming, not yet held",
    )
    vote = frame["event"].str.startswith("vote")
    last = last_full_year(frame.loc[vote, "year"], path=path)
    late = f"the list does not cover the years after {last} in full"
    frame, partial = set_aside(frame, frame["year"] > last, code="ccode", reason=late)
    return event_counts(
        _flags(frame),
        _NAMES,
        Edition(path=Path(path), dataset="reign_elections", release=str(last)),
        codes=[("ccode", "cow")],
        coverage=(first_covered(frame["year"], published=FIRST_YEAR), last),
        unmatched=[repeated, upcoming, partial],
    ).of_listed_states()


def _flags(frame: pd.DataFrame) -> pd.DataFrame:
    """0/1 columns to be added up; of a round that is listed twice, the first row counts."""
    vote = frame["event"].str.startswith("vote")
    kind = frame["type"].astype("str").str.strip()
    again = frame.duplicated(["ccode", "year", "electionnumber", "type", "event"])
    held = vote & ~again
    flags = {
        "elections": held & (kind != "R"),
        "irregular": held & (kind != "R") & (frame["regular"].astype("str").str.strip() == "N"),
        "early": held & (kind != "R") & (frame["event"] == "vote early"),
        "postponed": frame["event"].isin(["delay", "delay announced", "deadline not met"]),
        "voided": frame["event"].isin(["anulled", "regime failure", "voided", "voided by regime change"]),
    } | {name: held & (kind == letter) for letter, name in _TYPES.items()}
    table = frame.assign(**{name: flag.astype("float64") for name, flag in flags.items()})
    return table.assign(irregular=table["irregular"].mask(held & (kind != "R") & frame["regular"].isna()))
