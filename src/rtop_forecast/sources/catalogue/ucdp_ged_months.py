"""UCDP GED by month: candidate events, and tables of deaths and events by country and month."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.ucdp_ged import (
    CANDIDATE_LAG,
    FINAL_LAG,
    FIRST_YEAR,
    candidate_release,
    event_months,
)
from rtop_forecast.sources.catalogue.ucdp_ged import recognise as has_places
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import last_full_year
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.matching import with_codes
from rtop_forecast.sources.reading.month_counts import month_counts
from rtop_forecast.sources.reading.months import MonthTable, month_number
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.sources.registry import release_reaching

__all__ = ["read", "recognise"]

_WHAT = "a table of UCDP GED by month"
_EVENTS = {"id", "type_of_violence", "best", "country", "date"}
_BY_TYPE = {"country", "month", "sb", "ns", "os", "gwno", "year"}
_TOTALS = {
    "iso3": "iso3",
    "year": "year",
    "event_month": "month",
    "conflict_events_total": "events",
    "conflict_fatalities_best": "deaths",
    "conflict_fatalities_low": "deaths_low",
    "conflict_fatalities_high": "deaths_high",
    "conflict_state_based_events": "statebased_events",
    "conflict_non_state_events": "nonstate_events",
    "conflict_one_sided_events": "onesided_events",
}
# UCDP has one number for a state and the federation before it, whose ISO-3 was another
_PREDECESSORS = {"SRB": ("YUG", 2005), "RUS": ("SUN", 1990)}
_MOST = 10_000_000.0


def recognise(path: str | Path) -> bool:
    """Whether a file is a list of candidate events without places, or a table by country and month."""
    names = files.header_of(path)
    shapes = (_EVENTS, _BY_TYPE, set(_TOTALS))
    return any(names >= shape for shape in shapes) and not has_places(path)


def read(path: str | Path) -> SourceTable:
    """State-months of deadly events.

    Parameters
    ----------
    path : path
        Candidate events with ``date``; deaths by country, month and type (``sb, ns, os``); or deaths of all types
        and events by type by country and month (``conflict_*``). The official candidate workbook is read by
        :mod:`rtop_forecast.sources.catalogue.ucdp_ged`.

    Returns
    -------
    SourceTable
        Its ``months`` hold, as far as the file tells: ``events``, ``deaths, deaths_low, deaths_high`` (all types) and
        for each type ``<type>_events`` and ``<type>_deaths``. Its state-years are the sums over years covered whole.
        Candidate files are marked provisional: UCDP revises and adds to their events until the yearly release.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a count is not whole, an event or state-month is repeated, or a code is unknown.

    References
    ----------
    Hegre, H., Croicu, M., Eck, K., & Högbladh, S. (2020). Introducing the UCDP Candidate Events Dataset. Research &
    Politics, 7(3).
    Sundberg, R., & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace Research,
    50(4), 523-532.
    """
    path = Path(path)
    names = files.header_of(path)
    shapes: tuple[tuple[set[str], Callable[[Path], MonthTable]], ...] = (
        (set(_TOTALS), _totals),
        (_BY_TYPE, _by_type),
        (_EVENTS, _events),
    )
    reader = next((read_shape for shape, read_shape in shapes if names >= shape), None)
    if reader is None:
        files.refuse_missing_columns(path, names, sorted(_TOTALS), what=_WHAT)
    assert reader is not None
    return SourceTable.of_months(reader(path))


def _events(path: Path) -> MonthTable:
    columns = sorted(_EVENTS)
    frame = files.read_table(path, marks=columns, usecols=lambda name: name in _EVENTS)
    files.refuse_missing_columns(path, frame.columns, columns, what="a list of candidate events")
    text = frame["date"].astype("str").str[:10]
    dated = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    refuse(path, "each event has a date as 2025-01-31", dated.isna(), frame["date"])
    frame = frame.assign(year=dated.dt.year, month=dated.dt.month, day=dated.dt.day)
    frame = whole_numbers(
        frame,
        ["id", "type_of_violence", "best"],
        path=path,
        bounds={"type_of_violence": (1.0, 3.0), "best": (0.0, _MOST)},
    )
    refuse(path, "each event has one row", frame.duplicated("id"), frame["id"])
    edition = Edition(
        path=path, dataset="ucdp_ged_months", release=candidate_release(path, int(frame["year"].max()))
    )
    return event_months(frame, edition, codes=[("country", "name")], provisional=True)


def _by_type(path: Path) -> MonthTable:
    frame = _table(path, sorted(_BY_TYPE), ["month", "sb", "ns", "os"])
    frame = with_codes(frame, ["gwno"], system="ucdp")
    words = {"sb": "statebased_deaths", "ns": "nonstate_deaths", "os": "onesided_deaths"}
    _refuse_repeated(path, frame, "gwno")
    frame = frame.rename(columns=words).assign(deaths=frame[["sb", "ns", "os"]].sum(axis=1))
    _refuse_gap(path, frame)
    numbers = (frame["year"] * 12 + frame["month"] - 1).astype("int64")
    edition = Edition(
        path=path, dataset="ucdp_ged_months", release=candidate_release(path, int(frame["year"].max()))
    )
    return month_counts(
        frame,
        ["deaths", *words.values()],
        edition,
        codes=[("gwno", "ucdp")],
        months=(int(numbers.min()), int(numbers.max())),
        lag_months=CANDIDATE_LAG,
        provisional=True,
    )


def _totals(path: Path) -> MonthTable:
    counts = [name for name in _TOTALS if name.startswith("conflict_")]
    frame = with_codes(_table(path, list(_TOTALS), ["event_month", *counts]), ["iso3"], system="iso3")
    _refuse_repeated(path, frame, "iso3")
    frame = frame.rename(columns=_TOTALS)
    _refuse_gap(path, frame[frame["events"] > 0])
    for successor, (code, last_year) in _PREDECESSORS.items():
        frame.loc[(frame["iso3"] == successor) & (frame["year"] <= last_year), "iso3"] = code
    weights = frame.loc[frame.index.repeat(frame["events"].clip(lower=1))]
    last = last_full_year(weights["year"], path=path, month=weights["month"])
    edition = Edition(path=path, dataset="ucdp_ged_months", release=_final_release(path, last))
    return month_counts(
        frame,
        [name for name in _TOTALS.values() if name not in ("iso3", "year", "month")],
        edition,
        codes=[("iso3", "iso3")],
        months=(month_number(first_covered(frame["year"], published=FIRST_YEAR), 1), month_number(last, 12)),
        lag_months=FINAL_LAG,
        provisional=False,
    )


def _table(path: Path, columns: list[str], counts: list[str]) -> pd.DataFrame:
    """Rows of a table by country and month, with years and whole counts."""
    frame = files.read_table(path, marks=columns, usecols=lambda name: name in columns)
    files.refuse_missing_columns(path, frame.columns, columns, what=_WHAT)
    frame = years(frame, "year", path=path, first=FIRST_YEAR)
    month = counts[0]
    return whole_numbers(
        frame, counts, path=path, bounds={month: (1.0, 12.0)} | dict.fromkeys(counts[1:], (0.0, _MOST))
    )


def _refuse_gap(path: Path, frame: pd.DataFrame) -> None:
    """Refuse a table without any row in some month: in all the world, no month since 1989 was without an event."""
    number = frame["year"] * 12 + frame["month"] - 1
    gaps = sorted(set(range(int(number.min()), int(number.max()) + 1)) - set(number.astype("int64")))
    if gaps:
        message = (
            f"{path.name}: every month from the first to the last must have a row; {len(gaps)} have none, first "
            f"{gaps[0] // 12}-{gaps[0] % 12 + 1:02d}. The file is a part of a release; download the whole one."
        )
        raise DataIntegrityError(message)


def _refuse_repeated(path: Path, frame: pd.DataFrame, code: str) -> None:
    month = "event_month" if "event_month" in frame else "month"
    refuse(path, "each country and month has one row", frame.duplicated([code, "year", month]), frame[code])


def _final_release(path: Path, last: int) -> str:
    """Release in the file's name if the file ends as that release does; else that of the year after the last."""
    found = re.search(r"v?(\d{2})[._]?(\d)(?!\d)", path.stem)
    if found is None:
        return f"{(last + 1) % 100}.1"
    return release_reaching("ucdp_ged_months", f"{found[1]}.{found[2]}", last)
