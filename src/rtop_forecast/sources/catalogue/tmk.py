"""Targeted Mass Killing: one row per perpetrator, event and year."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, one_per_key, refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import set_aside
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.event_counts import event_counts
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.sources.registry import release_reaching

__all__ = ["FIRST_YEAR", "read", "recognise"]

#: The years that version 1.1 adds, from 2018 on, are coded in less detail.
FIRST_YEAR = 1946
_FLAGS = {
    "is.government.actor": "government",
    "intent.4.a.actor.org.pln": "planned",
    "intent.4.b.actor.stat.int": "stated_intent",
}
_KINDS = {"eth": "ethnic", "rel": "religious", "pol": "political"}
_GROUPS = range(1, 6)
#: Grades and judgements of the release: least and largest value, and our name.
_GRADES = {
    "tmk.ordinal": (1, 8, "severity"),
    "genpol.ongoing": (0, 1, "genpol_ongoing"),
    "genpol.onset": (0, 1, "genpol_onset"),
}
_NAMES = [
    "ongoing", "onset", "government", "nonstate", "planned", "stated_intent", *_KINDS.values(), "episodes",
    "episode_onset", *(name for _, _, name in _GRADES.values()),
]  # fmt: skip

_MARKS = ("tmk", "tmk.st", "is.government.actor", "pl.ccode")


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the event list."""
    return files.has_columns(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of targeted mass killing.

    Parameters
    ----------
    path : path
        ``tmk_events_release_1.1.xls``.

    Returns
    -------
    SourceTable
        Counts by primary location and year, 0 where the list has nothing. A killing is one perpetrator's
        intentional killing of civilians of a group, intending its destruction or intimidation, with 25 or
        more deaths a year; killings are told apart by perpetrator and first day.

        - ``ongoing``: killings under way. ``onset``: those in the year of their first day; an episode that is
          listed from a later year on only begins in that year.
        - ``government``, ``nonstate``: of those under way, by actor. ``planned``: with a plan in the
          organisation. ``stated_intent``: with a statement of intent. ``ethnic``, ``religious``,
          ``political``: with such a group among the targets; a kind that is not coded counts as not targeted.
        - ``episodes``, ``episode_onset``: under way and begun, by the release's own episodes: unbroken runs of
          years of one actor in one state. A new escalation in a run (Rwanda in April 1994) begins none; a
          year's pause does (Colombia's AUC in 2004).
        - ``severity``: the release's ordinal scale of intent and severity, from 1 to 8, the highest of the
          year; 0 where nothing is listed.
        - ``genpol_ongoing``, ``genpol_onset``: killings under way, and episodes in their first year, that the
          release judges to be genocide or politicide.

        A state-year with an uncoded grade or judgement is missing in it.

    Raises
    ------
    InputError
        If a workbook is given without `python-calamine`.
    DataIntegrityError
        If a column is missing, a flag is not 0 or 1, a grade lies outside its scale, a first day has no year or
        lies after a year of its killing, or two rows of one killing and year disagree.

    References
    ----------
    Butcher, C., Goldsmith, B. E., Nanlohy, S., Sowmya, A., & Muchlinski, D. (2020). Introducing the Targeted
    Mass Killing Data Set for the study and forecasting of mass atrocities. Journal of Conflict Resolution,
    64(7-8), 1524-1547.

    Butcher, C., Goldsmith, B. E., Nanlohy, S., Sowmya, A., & Muchlinski, D. (2024). Targeted Mass Killing (TMK)
    Dataset, version 1.0. Harvard Dataverse. https://doi.org/10.7910/DVN/B3HR8X (scale of intent and severity)
    """
    path = Path(path)
    what = "the Targeted Mass Killing data"
    groups = [f"group{i}.tmk.{kind}" for i in _GROUPS for kind in _KINDS]
    columns = ["country", "tmk_id", "year", "tmk", "pl.ccode", "tmk.st", *_FLAGS, *_GRADES, *groups]
    frame = files.read_table(path, marks=_MARKS)
    files.refuse_missing_columns(path, frame.columns, columns, what=what)
    frame = years(frame[columns], "year", path=path, first=FIRST_YEAR)
    frame = whole_numbers(frame, ["tmk", *_FLAGS], path=path, bounds=(0, 1))
    bounds = {column: (least, largest) for column, (least, largest, _) in _GRADES.items()}
    frame = numbers(frame, list(_GRADES), path=path, missing=("NA",), bounds=bounds)
    frame, none = set_aside(frame, frame["tmk"] == 0, code="country", reason="no targeted mass killing")
    frame, repeated = one_per_key(frame, ["tmk_id", "year", "tmk.st"], path=path, code="country")
    events = frame.rename(columns=_FLAGS | {column: name for column, (*_, name) in _GRADES.items()})
    since = first_covered(frame["year"], published=FIRST_YEAR, quiet=1)
    events = events.assign(
        ongoing=1,
        onset=_begins(frame, path, since=since),
        **_episodes(frame, since=since),
        nonstate=1 - frame["is.government.actor"],
        **{name: _targets(frame, kind, path) for kind, name in _KINDS.items()},
    )
    last = int(frame["year"].max())
    named = re.search(r"(\d+\.\d+)", path.stem)
    release = release_reaching("tmk", named[1], last) if named else str(last)
    return event_counts(
        events,
        _NAMES,
        Edition(path=path, dataset="tmk", release=release),
        codes=[("pl.ccode", "cow")],
        coverage=(since, last),
        unmatched=[none, repeated],
        largest=["severity"],
    )


def _begins(frame: pd.DataFrame, path: Path, *, since: int) -> pd.Series:
    """1 in the year of a killing's first day; else in an episode's first year, if nothing there began so.

    A few episodes are listed from a later year on than that of their first day only. Those that take up again
    a killing with the same first day in the same state begin nothing; nor does an undated row in an episode. A file
    that begins later than the release cannot tell the one from the other for what began before: missing.
    """
    text = frame["tmk.st"].astype("str").str.strip()
    begun = text.str.extract(r"((?:19|20)\d\d)")[0].astype("float64")
    undated = text.isin(["NA", "", "None", "nan"])
    rule = "column 'tmk.st' must hold the day a killing began"
    refuse(path, rule, begun.isna() & ~undated, frame["tmk.st"])
    refuse(path, f"{rule}, not one of a later year", begun > frame["year"], frame["tmk.st"])
    listed = frame.groupby(["pl.ccode", _day_first(text)], dropna=False)["year"].transform("min")
    late = (frame["year"] == _first_year(frame)) & (undated | (frame["year"] == listed))
    before = (begun < since) | (undated & (frame["year"] == since))
    unknown = late & before & (since > FIRST_YEAR)
    return ((frame["year"] == begun) | late).astype("float64").mask(unknown)


def _day_first(text: pd.Series) -> pd.Series:
    """Days in one form: the release has 1992-01-01 and 01.01.1992."""
    day = text.str.replace(r"^(\d\d)[./](\d\d)[./](\d{4}).*$", r"\3-\2-\1", regex=True)
    return day.str.slice(0, 10)


def _episodes(frame: pd.DataFrame, *, since: int) -> dict[str, pd.Series]:
    """1 for each of the release's episodes in its years and in its first year, once a year.

    Two killings of one actor that overlap share an episode; a second row of its year counts in neither. In the first
    year of a file that begins later than the release, nothing tells whether an episode began.
    """
    again = frame.duplicated(["tmk_id", "year"])
    first = frame["year"] == _first_year(frame)
    onset = (first & ~again).astype("float64").mask((frame["year"] == since) & (since > FIRST_YEAR))
    return {"episodes": (~again).astype("int64"), "episode_onset": onset}


def _first_year(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby("tmk_id")["year"].transform("min")


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
