"""UCDP Georeferenced Event Dataset: one row per deadly event, added up by state, year and type of violence."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import last_full_year, set_aside
from rtop_forecast.sources.reading.event_counts import event_counts
from rtop_forecast.sources.reading.month_counts import month_counts, whole_months
from rtop_forecast.sources.reading.months import MonthTable, month_number
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.sources.registry import release_reaching

__all__ = [
    "CANDIDATE_LAG",
    "COLUMNS",
    "FEWEST_EVENTS",
    "FINAL_LAG",
    "TYPES",
    "candidate_release",
    "event_months",
    "read",
    "recognise",
]

FIRST_YEAR = 1989
_MARKS = ("type_of_violence", "where_prec", "priogrid_gid", "deaths_civilians")

#: Columns that are read of the release's 49.
COLUMNS = (
    "id", "year", "type_of_violence", "country", "country_id", "where_prec", "date_prec", "deaths_a", "deaths_b",
    "deaths_civilians", "deaths_unknown", "best", "high", "low",
)  # fmt: skip
_DATES = ("date_end",)
#: Columns that name the dyad of an event, where a release has them.
_DYADS = ("dyad_new_id", "dyad_name")
# a party that UCDP has not made out yet has a code in the place of its name
_UNKNOWN_PARTY = r"\bXXX\d*\b"
_MOST_DAYS = 1e6  # a day number is below, seconds since 1970 are above
TYPES = {1: "state_based", 2: "nonstate", 3: "onesided"}

#: Candidate events of a month come out in the month after it; a yearly release in June, after December by six months.
CANDIDATE_LAG, FINAL_LAG = 1, 6
#: A candidate release tells of the world: so many states at least, and so many events in its fullest month.
_FEWEST_STATES, _FEWEST_IN_A_MONTH = 20, 300
_MOST_CANDIDATE_YEARS = 2
_MONTH_WORDS = {1: "statebased", 2: "nonstate", 3: "onesided"}

#: Every year of the full release has more events than this; a file with fewer is an extract or a candidate.
FEWEST_EVENTS = 1000
_COUNTRY_LEVEL = 6  # where_prec: only the country, or less, is known
_DECEMBER, _LAST_DAY = 12, 31
_YEAR_LEVEL = 5  # date_prec: only a span of more than a month is known


def recognise(path: str | Path) -> bool:
    """Whether a file has the release's columns."""
    return files.header_of(path) >= set(_MARKS) or files.r_mentions(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of deadly events.

    Parameters
    ----------
    path : path
        ``GEDEvent_v25_1.csv`` or another yearly release, also as RData or RDS.

    Returns
    -------
    SourceTable
        For each type of violence in :data:`TYPES`: ``<type>_events`` and ``<type>_best, _low, _high`` (deaths);
        over all types ``civilians`` (deaths known to be civilian), ``imprecise_place`` and
        ``imprecise_place_best`` (events, and deaths in them, whose place is known to the country or less:
        where_prec 6 or 7), ``imprecise_date`` (date_prec 5) and ``disordered`` (events in which low, best, high
        are out of order, as in about one in a hundred of the release; they are counted as they stand). By
        the country of the event; zero where none is listed, from 1989 to the last year that the file covers whole:
        its events reach the end of December and are at least half as many as in the fullest of the ten years before.
        Its ``months`` hold the same by month, of the day an event ended, and the dyads of the events whose parties are
        made out. A candidate release (a few months of the whole world, as ``GEDEvent_v26_0_2.xlsx``) gives months
        alone, marked provisional.

    Raises
    ------
    InputError
        If an R file is given without `rdata`.
    DataIntegrityError
        If a column is missing, a code is unknown, an event is repeated, or the file is an extract, whose gaps would
        be taken for peace.

    References
    ----------
    Sundberg, R., & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace
    Research, 50(4), 523-532.
    """
    path = Path(path)
    what = "the UCDP Georeferenced Event Dataset"
    frame = files.read_table(path, marks=COLUMNS, usecols=lambda name: name in (*COLUMNS, *_DATES, *_DYADS))
    files.refuse_missing_columns(path, frame.columns, COLUMNS, what=what)
    ended = _ended(frame)
    dated = ended["_month"].notna()
    frame = frame[list(COLUMNS)].join([ended, *_dyads(frame, path)])
    frame = years(frame, "year", path=path, first=FIRST_YEAR)
    numbers = [name for name in COLUMNS if name not in ("year", "country")]
    bounds = {"type_of_violence": (1.0, 3.0), "where_prec": (1.0, 7.0), "date_prec": (1.0, 5.0)}
    deaths = [name for name in numbers if name.startswith("deaths_") or name in ("best", "low", "high")]
    frame = whole_numbers(
        frame, numbers, path=path, bounds=bounds | dict.fromkeys(deaths, (0.0, 10_000_000.0))
    )
    refuse(path, "each event has one row", frame.duplicated("id"), frame["id"])
    codes = [("country_id", "ucdp"), ("country", "name")]
    if _is_candidate(frame):
        edition = Edition(
            path=path,
            dataset="ucdp_ged_months",
            release=candidate_release(path, int(frame["year"].max())),
        )
        events = frame.assign(month=frame["_month"].astype("int64"), day=frame["_day"])
        return SourceTable.of_months(event_months(events, edition, codes=codes[:1], provisional=True))
    # December is reached on its last day: where it is not, rows were cut or the year was not over
    reached = frame["_month"].mask(
        (frame["_month"] == _DECEMBER) & (frame["_day"] < _LAST_DAY), _DECEMBER - 1
    )
    last = last_full_year(frame["year"], path=path, month=reached if dated.any() else None)
    late = f"the file covers the years after {last} in part: candidate events, or a year that is not over"
    frame, partial = set_aside(frame, frame["year"] > last, code="country_id", reason=late)
    _refuse_extract(frame, path)
    events, names = _columns(frame)
    edition = Edition(path=path, dataset="ucdp_ged", release=_release(path, last))
    table = event_counts(
        events, names, edition, codes=[("gwno", "ucdp")], coverage=(FIRST_YEAR, last), unmatched=[partial]
    )
    if frame["_month"].isna().any():
        return table
    whole = frame.assign(month=frame["_month"].astype("int64"))
    return replace(table, months=event_months(whole, edition, codes=codes[:1], provisional=False))


def event_months(
    events: pd.DataFrame, edition: Edition, *, codes: list[tuple[str, str]], provisional: bool
) -> MonthTable:
    """State-months of single events.

    Parameters
    ----------
    events : pandas.DataFrame
        ``year, month, type_of_violence, best`` and, if known, ``low, high``, ``dyad_id``; with the code columns.
        Candidate events also have the ``day`` of the month.
    edition : Edition
    codes : list of (column, system)
    provisional : bool
        Candidate events; otherwise the months run to December of the last year.
    """
    numbers: dict[str, Any] = {"events": 1, "deaths": events["best"]}
    for estimate in ("low", "high"):
        if estimate in events:
            numbers[f"deaths_{estimate}"] = events[estimate]
    for code, name in _MONTH_WORDS.items():
        of_type = events["type_of_violence"] == code
        numbers[f"{name}_events"] = of_type.astype("int64")
        numbers[f"{name}_deaths"] = events["best"].where(of_type, 0)
    dyad = [name for name in ("dyad_id",) if name in events]
    table = events[["year", "month", *dyad, *(column for column, _ in codes)]].assign(**numbers)
    if provisional:
        months = whole_months(events, path=edition.path)
        edition = replace(edition, release=_of_month(edition.release, months[1]))
    else:
        months = month_number(FIRST_YEAR, 1), month_number(int(table["year"].max()), 12)
    return month_counts(
        table,
        list(numbers),
        edition,
        codes=codes,
        months=months,
        lag_months=CANDIDATE_LAG if provisional else FINAL_LAG,
        provisional=provisional,
    )


def candidate_release(path: Path, year: int) -> str:
    """Release in the file's name, such as 26.0.2; else the year of the events and "candidate"."""
    found = re.search(r"v?(\d{2})[._]0[._](\d{1,2})(?!\d)", path.stem)
    return f"{found[1]}.0.{found[2]}" if found else f"{year}-candidate"


def _of_month(release: str, last: int) -> str:
    """Release that a name says, as 26.0.2, if the events end with its month; else that of their year.

    Release 26.0.2 is that of February 2026.
    """
    found = re.fullmatch(r"(\d{2})\.0\.(\d{1,2})", release)
    if found is None or month_number(2000 + int(found[1]), int(found[2])) == last:
        return release
    return f"{last // 12}-candidate"


def _is_candidate(frame: pd.DataFrame) -> bool:
    """Whether the events are those of a few months of the whole world, each with a date: a candidate release."""
    if (
        frame["_month"].isna().any()
        or frame["year"].nunique() > _MOST_CANDIDATE_YEARS
        or frame["year"].min() <= FIRST_YEAR
    ):
        return False
    fullest = frame.groupby(["year", "_month"]).size().max()
    return bool(fullest >= _FEWEST_IN_A_MONTH and frame["country_id"].nunique() >= _FEWEST_STATES)


def _ended(frame: pd.DataFrame) -> pd.DataFrame:
    """``_month, _day`` on which each event ended, the last of its year if that was later; missing without a date."""
    if "date_end" not in frame.columns:
        return pd.DataFrame(float("nan"), index=frame.index, columns=["_month", "_day"])
    cells = frame["date_end"]
    if pd.api.types.is_numeric_dtype(cells):  # R's dates are days, its times seconds
        days = cells.abs().max() < _MOST_DAYS
        ended = pd.to_datetime(cells, unit="D" if days else "s", errors="coerce")
    else:
        ended = pd.to_datetime(cells.astype("str").str[:10], errors="coerce", format="%Y-%m-%d")
    later = ended.dt.year > pd.to_numeric(frame["year"], errors="coerce")
    month, day = ended.dt.month.astype("float64"), ended.dt.day.astype("float64")
    return pd.DataFrame({"_month": month.mask(later, _DECEMBER), "_day": day.mask(later, _LAST_DAY)})


def _dyads(frame: pd.DataFrame, path: Path) -> list[pd.DataFrame]:
    """``dyad_id`` of each event, missing where a party is not made out; nothing where the release has no dyads."""
    if not set(_DYADS) <= set(frame.columns):
        return []
    numbered = whole_numbers(frame[["dyad_new_id"]].copy(), ["dyad_new_id"], path=path, bounds={})
    unknown = frame["dyad_name"].astype("str").str.contains(_UNKNOWN_PARTY, regex=True)
    return [numbered["dyad_new_id"].astype("Int64").mask(unknown).to_frame("dyad_id")]


def _columns(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    flags: dict[str, pd.Series] = {}
    for code, name in TYPES.items():
        of_type = frame["type_of_violence"] == code
        flags[f"{name}_events"] = of_type.astype("int64")
        for estimate in ("best", "low", "high"):
            flags[f"{name}_{estimate}"] = frame[estimate].where(of_type, 0)
    vague = frame["where_prec"] >= _COUNTRY_LEVEL
    flags["civilians"] = frame["deaths_civilians"]
    flags["imprecise_place"] = vague.astype("int64")
    flags["imprecise_place_best"] = frame["best"].where(vague, 0)
    flags["imprecise_date"] = (frame["date_prec"] == _YEAR_LEVEL).astype("int64")
    ordered = (frame["low"] <= frame["best"]) & (frame["best"] <= frame["high"])
    flags["disordered"] = (~ordered).astype("int64")
    return frame[["country_id", "year"]].rename(columns={"country_id": "gwno"}).assign(**flags), list(flags)


def _refuse_extract(frame: pd.DataFrame, path: Path) -> None:
    counts = frame["year"].value_counts()
    wanted = range(FIRST_YEAR, int(frame["year"].max()) + 1)
    thin = [year for year in wanted if counts.get(year, 0) < FEWEST_EVENTS]
    if thin:
        message = (
            f"{path.name} is not a full yearly release of UCDP GED: it must have {FEWEST_EVENTS:,} events or more in "
            f"every year from {FIRST_YEAR}; {len(thin)} years have fewer, first {thin[0]} ({counts.get(thin[0], 0)}). "
            "An extract cannot tell where nothing happened; use GEDEvent_v*.csv."
        )
        raise DataIntegrityError(message)


def _release(path: Path, last: int) -> str:
    """Release in the file's name, such as 25.1; else that of the year after the last."""
    found = re.search(r"v?(\d{2})[._](\d)(?!\d)", path.stem)
    if found is None:
        return f"{(last + 1) % 100}.1"
    return release_reaching("ucdp_ged", f"{found[1]}.{found[2]}", last)
