"""Steps from the rows of a release to state-years: rows set aside, codes resolved, overlaps, the last full year."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.matching import with_country_id
from rtop_forecast.sources.reading.table import UNMATCHED_COLUMNS, no_unmatched
from rtop_forecast.world.states import KEYS, resolve_many

__all__ = [
    "before_panel",
    "last_full_year",
    "one_per_state_year",
    "resolved",
    "set_aside",
]


def set_aside(
    frame: pd.DataFrame, rows: pd.Series, *, code: str, reason: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split rows off and report them with one reason.

    Returns
    -------
    remaining, unmatched : pandas.DataFrame
        ``unmatched`` as :attr:`SourceTable.unmatched`.
    """
    wrong = rows.to_numpy(dtype=bool)
    if not wrong.any():
        return frame, no_unmatched()
    counts = pd.DataFrame(
        {"code": frame.loc[wrong, code].astype("str").to_numpy(), "year": frame.loc[wrong, "year"].to_numpy()}
    )
    counts = counts.groupby(["code", "year"], as_index=False).size().rename(columns={"size": "rows"})
    return frame[~wrong].reset_index(drop=True), counts.assign(reason=reason)[UNMATCHED_COLUMNS]


def before_panel(frame: pd.DataFrame, *, code: str, first: int = 1946) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split off the rows before the panel's first year, reported as one line per code at the last of their years.

    Returns
    -------
    remaining, unmatched : pandas.DataFrame
        ``unmatched`` as :attr:`SourceTable.unmatched`.
    """
    early = frame["year"] < first
    if not early.any():
        return frame, no_unmatched()
    names = frame.loc[early, code].astype("str").rename("code")
    counts = frame.loc[early, "year"].groupby(names).agg(year="max", rows="size").reset_index()
    remaining = frame[~early].reset_index(drop=True)
    return remaining, counts.assign(reason=f"before {first}, the first year of the panel")[UNMATCHED_COLUMNS]


def resolved(frame: pd.DataFrame, codes: Sequence[tuple[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Match rows by the first filled of several code columns; ``code`` has the code that was used.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``year`` and the code columns.
    codes : sequence of (column, system)
        Columns that identify the country, the most reliable first, each with its code system as in
        :data:`rtop_forecast.world.codes.SYSTEMS`. A row of which the first column's code and the name mean two
        states is reported and placed in neither.

    Returns
    -------
    matched, unmatched : pandas.DataFrame
        As :func:`rtop_forecast.sources.reading.matching.with_country_id`.
    """
    left, contradicted = _without_contradictions(frame, codes)
    parts, reports = [], [contradicted]
    for i, (column, system) in enumerate(codes):
        text = left[column].astype("str").str.strip()
        filled = pd.Series(True, index=left.index) if i == len(codes) - 1 else _filled(left, codes, i)
        given = left[filled].assign(code=text[filled].str.replace(r"\.0$", "", regex=True))
        matched, unmatched = with_country_id(given, code="code", system=system)
        parts.append(matched)
        reports.append(unmatched)
        left = left[~filled]
    filled_parts = [part for part in parts if len(part)] or parts[:1]
    filled_reports = [part for part in reports if len(part)] or reports[:1]
    return pd.concat(filled_parts, ignore_index=True), pd.concat(filled_reports, ignore_index=True)


def _filled(frame: pd.DataFrame, codes: Sequence[tuple[str, str]], place: int) -> pd.Series:
    """Rows with a code in one of several columns.

    "NA" is missing. In ISO-2 it is Namibia as well: there it is a code where the name in a later column is Namibia's.
    """
    column, system = codes[place]
    text = frame[column].astype("str").str.strip().str.casefold()
    filled = frame[column].notna() & ~text.isin(["", "nan", "<na>", "none"])
    absent = text.eq("na")
    if system == "iso2":
        for name in (one for one, kind in codes[place + 1 :] if kind == "name"):
            absent &= ~(_states(frame, column, system) == _states(frame, name, "name")).fillna(False)
    return filled & ~absent


def _without_contradictions(
    frame: pd.DataFrame, codes: Sequence[tuple[str, str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set rows aside of which the code means one state and the name another.

    In the years beside a state's end the one may already mean the successor and the other still the predecessor.
    """
    names = [column for column, system in codes if system == "name"]
    if not names or codes[0][1] == "name" or frame.empty:
        return frame, no_unmatched()
    column, system = codes[0]
    frame = frame.reset_index(drop=True)
    by_code, by_name = _states(frame, column, system), _states(frame, names[0], "name")
    apart = _filled(frame, codes, 0) & (by_code != by_name).fillna(False)
    for shift in (-1, 1):
        if apart.any():
            apart &= (_states(frame, column, system, shift) != by_name).fillna(True)
            apart &= (_states(frame, names[0], "name", shift) != by_code).fillna(True)
    reason = "the code and the name beside it mean two states"
    return set_aside(frame, apart, code=names[0], reason=reason)


def _states(frame: pd.DataFrame, column: str, system: str, shift: int = 0) -> pd.Series:
    """State number that each row's code means in its year or in one beside it; missing where it means none."""
    found = resolve_many(frame[column], frame["year"] + shift, system=system).country_id
    return pd.Series(pd.array(found, dtype="Int64"), index=frame.index)


def one_per_state_year(matched: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where two countries of a source share a state-year, keep the one with later years and report the other.

    The year of a unification or dissolution is often given for the predecessor and for the successor
    (Germany 1990). As everywhere here, such a year belongs to the successor. Two countries that end in the same year
    are left for the caller's check to refuse.
    """
    last = matched.groupby("code")["year"].transform("max")
    order = matched.assign(_last=last).sort_values([*KEYS, "_last"], kind="stable")
    shared = order.duplicated(KEYS, keep=False)
    tied = order.duplicated([*KEYS, "_last"], keep=False)
    losing = shared & ~tied & order.duplicated(KEYS, keep="last")
    loser = losing.reindex(matched.index)
    return set_aside(matched, loser, code="code", reason="the successor's row has this state-year")


def last_full_year(
    year: pd.Series, *, path: str | Path = "the release", share: float = 0.5, month: pd.Series | None = None
) -> int:
    """Last year with at least this share of the most rows that any of the ten years before it has.

    Releases often begin a year with a few countries or the events of some months. Such a year is not covered.

    Parameters
    ----------
    year : pandas.Series of int
    path : path
        For the message.
    share : float
    month : pandas.Series, optional
        Month of each row, 1 to 12 or missing. A last year whose rows do not reach December is not covered; years
        before it are not held to this.

    Raises
    ------
    DataIntegrityError
        If no year is covered.
    """
    counts = year.value_counts().sort_index()
    newest = counts.index.max()
    reached = 12 if month is None else month[year == newest].max()
    if reached < 12:
        counts = counts.drop(newest)
    if counts.empty:
        message = f"{Path(path).name} covers no year in full. Use the whole release."
        raise DataIntegrityError(message)
    for last in reversed(counts.index.tolist()):
        before = counts[(counts.index < last) & (counts.index >= last - 10)]
        if before.empty or counts[last] >= share * before.max():
            return int(last)
    return int(counts.index[0])
