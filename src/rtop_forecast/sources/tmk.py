"""Targeted Mass Killing: one row per perpetrator, event and year."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.sources._columns import one_per_key, refuse, whole_numbers, years
from rtop_forecast.sources._country_years import set_aside
from rtop_forecast.sources._events import event_counts
from rtop_forecast.sources._files import csv_header, excel_rows, excel_table, read_csv, refuse_missing_columns
from rtop_forecast.sources._table import SourceTable

__all__ = ["DATASET", "FIRST_YEAR", "LAG_MONTHS", "read", "recognise"]

DATASET = "tmk"
#: Version 1.1 of 2021 reaches to 2020, with the years after 2017 coded in less detail.
FIRST_YEAR, LAG_MONTHS = 1946, 12
_FLAGS = {
    "is.government.actor": "government",
    "intent.4.a.actor.org.pln": "planned",
    "intent.4.b.actor.stat.int": "stated_intent",
}
_KINDS = {"eth": "ethnic", "rel": "religious", "pol": "political"}
_GROUPS = range(1, 6)
_NAMES = ["ongoing", "onset", "government", "nonstate", "planned", "stated_intent", *_KINDS.values()]


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the event list."""
    rows = excel_rows(path, limit=1)
    header = {str(cell).strip() for cell in (rows[0] if rows else csv_header(path))}
    return header >= {"tmk", "tmk.st", "is.government.actor", "pl.ccode"}


def read(path: str | Path) -> SourceTable:
    """State-years of targeted mass killing.

    Parameters
    ----------
    path : path
        ``tmk_events_release_1.1.xls``.

    Returns
    -------
    SourceTable
        Number of episodes under way (``ongoing``; one perpetrator's intentional killing of civilians of a group,
        intending its destruction or intimidation, with 25 or more deaths a year), of those that begin
        (``onset``: the year of the first day), by ``government`` or ``nonstate`` actors, with a plan in the
        organisation (``planned``) or a statement of intent (``stated_intent``), and of those that target an
        ``ethnic``, ``religious`` or ``political`` group; by primary location, 0 where none is listed. An
        episode in its year counts once. A kind that is not coded counts as not known to be targeted.

    Raises
    ------
    InputError
        If a workbook is given without `python-calamine`.
    DataIntegrityError
        If a column is missing, a flag is no 0 or 1, a first day has no year, or two rows of one episode and
        year disagree.

    References
    ----------
    Butcher, C., Goldsmith, B. E., Nanlohy, S., Sowmya, A., & Muchlinski, D. (2020). Introducing the Targeted
    Mass Killing Data Set for the study and forecasting of mass atrocities. Journal of Conflict Resolution,
    64(7-8), 1524-1547.
    """
    path = Path(path)
    what = "the Targeted Mass Killing data"
    groups = [f"group{i}.tmk.{kind}" for i in _GROUPS for kind in _KINDS]
    columns = ["country", "tmk_id", "year", "tmk", "pl.ccode", "tmk.st", *_FLAGS, *groups]
    frame = read_csv(path) if csv_header(path) else excel_table(path)
    refuse_missing_columns(path, frame.columns, columns, what=what)
    frame = years(frame[columns], "year", path=path, first=FIRST_YEAR)
    frame = whole_numbers(frame, ["tmk", *_FLAGS], path=path, bounds=(0, 1))
    frame, none = set_aside(frame, frame["tmk"] == 0, code="country", reason="no targeted mass killing")
    frame, repeated = one_per_key(frame, ["tmk_id", "year", "tmk.st"], path=path, code="country")
    events = frame.rename(columns=_FLAGS).assign(
        ongoing=1,
        onset=_begins(frame, path),
        nonstate=1 - frame["is.government.actor"],
        **{name: _targets(frame, kind, path) for kind, name in _KINDS.items()},
    )
    release = re.search(r"(\d+\.\d+)", path.stem)
    return event_counts(
        events,
        _NAMES,
        path=path,
        dataset=DATASET,
        release=release[1] if release else str(frame["year"].max()),
        lag_months=LAG_MONTHS,
        codes=[("pl.ccode", "cow")],
        coverage=(FIRST_YEAR, int(frame["year"].max())),
        unmatched=[none, repeated],
    )


def _begins(frame: pd.DataFrame, path: Path) -> pd.Series:
    """1 in the year of an episode's first day; without one, in the first year of its rows."""
    first = frame["tmk.st"].astype("str").str.extract(r"((?:19|20)\d\d)")[0].astype("float64")
    undated = frame["tmk.st"].astype("str").str.strip().isin(["NA", "", "None", "nan"])
    refuse(
        path, "column 'tmk.st' must hold the day an episode began", first.isna() & ~undated, frame["tmk.st"]
    )
    first = first.where(~undated, frame.groupby("tmk_id")["year"].transform("min"))
    return (frame["year"] == first).astype("int64")


def _targets(frame: pd.DataFrame, kind: str, path: Path) -> pd.Series:
    """1 if any of the groups in a row is targeted as one of this kind."""
    found = pd.Series(False, index=frame.index)
    for i in _GROUPS:
        cells = frame[f"group{i}.tmk.{kind}"]
        text = cells.astype("str").str.strip().str.replace(r"\.0$", "", regex=True)
        wrong = cells.notna() & ~text.isin(["0", "1", "NA", ""])
        refuse(path, f"column 'group{i}.tmk.{kind}' must hold 0, 1 or NA", wrong, cells)
        found |= text == "1"
    return found.astype("int64")
