"""UCDP Non-State Conflict Dataset: one row per pair of groups and year."""

from __future__ import annotations

from pathlib import Path

from rtop_forecast.sources.catalogue.ucdp import check_iso_dates, release_of
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import one_per_key, whole_numbers, years
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.event_counts import event_counts
from rtop_forecast.sources.reading.matching import split_codes
from rtop_forecast.sources.reading.table import Edition, SourceTable

__all__ = ["COLUMNS", "read", "recognise"]

FIRST_YEAR = 1989
_MARKS = ("conflict_id", "dyad_id", "org", "side_a_components", "best_fatality_estimate")

#: Columns of the official release.
COLUMNS = (
    "conflict_id", "dyad_id", "org", "side_a_name", "side_a_id", "side_b_name", "side_b_id", "start_date",
    "ep_end", "year", "best_fatality_estimate", "low_fatality_estimate", "high_fatality_estimate", "location",
    "gwno_location", "region", "version",
)  # fmt: skip
_DEATHS = {
    "best_fatality_estimate": "deaths_best",
    "low_fatality_estimate": "deaths_low",
    "high_fatality_estimate": "deaths_high",
}
_LEVELS = {1: "formal", 2: "informal", 3: "communal"}
_NAMES = ["conflicts", *_LEVELS.values(), *_DEATHS.values(), "deaths_shared"]


def recognise(path: str | Path) -> bool:
    """Whether a file has the release's columns."""
    return files.header_of(path) >= set(_MARKS) or files.r_mentions(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of non-state conflict.

    Parameters
    ----------
    path : path
        ``Nonstate_v23_1.csv`` or another release, also as RDS.

    Returns
    -------
    SourceTable
        ``conflicts`` (pairs with 25 or more deaths in the year), of them between ``formal`` organised groups,
        ``informal`` ones (supporters of parties) and ``communal`` ones (by identity); ``deaths_best,
        deaths_low, deaths_high`` (persons); zero where none is listed, from 1989. The release does not say how
        the deaths of a conflict in several states divide: equal parts are given to each, and
        ``deaths_shared`` tells how much of ``deaths_best`` is such a part. The order low, best, high does not
        hold in every row of the release and is left as it is.

    Raises
    ------
    InputError
        If an R file is given without `rdata`.
    DataIntegrityError
        If a column is missing, a date is not YYYY-MM-DD, a number is not an integer of 0 or more, or two rows
        of one pair and year disagree.

    References
    ----------
    Sundberg, R., Eck, K., & Kreutz, J. (2012). Introducing the UCDP Non-State Conflict Dataset. Journal of
    Peace Research, 49(2), 351-362.
    """
    path = Path(path)
    frame = files.read_table(path, marks=_MARKS)
    files.refuse_missing_columns(path, frame.columns, COLUMNS, what="the UCDP Non-State Conflict Dataset")
    check_iso_dates(frame, "start_date", path=path)
    release = release_of(frame, path=path)
    frame = years(frame[list(COLUMNS)], "year", path=path, first=FIRST_YEAR)
    frame = whole_numbers(
        frame,
        ["conflict_id", "dyad_id", "org", *_DEATHS],
        path=path,
        bounds={"org": (1, 3)} | dict.fromkeys(_DEATHS, (0.0, 10_000_000.0)),
    )
    frame, repeated = one_per_key(frame, ["dyad_id", "year"], path=path, code="dyad_id")
    last = int(frame["year"].max())
    places = split_codes(frame.assign(row=range(len(frame))), "gwno_location")
    parts = places.groupby("row")["row"].transform("size")
    events = places.assign(
        conflicts=1.0,
        **{name: (places["org"] == level).astype("float64") for level, name in _LEVELS.items()},
        **{name: places[column] / parts for column, name in _DEATHS.items()},
        deaths_shared=(places["best_fatality_estimate"] / parts).where(parts > 1, 0.0),
    )
    return event_counts(
        events,
        _NAMES,
        Edition(path=path, dataset="ucdp_nonstate", release=release),
        codes=[("gwno_location", "ucdp")],
        coverage=(first_covered(frame["year"], published=FIRST_YEAR), last),
        unmatched=[repeated],
    )
