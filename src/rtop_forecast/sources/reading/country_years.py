"""From a release with one row per country and year to state-years, the same way for every such release."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from rtop_forecast.sources.reading.columns import numbers, one_per_key, years
from rtop_forecast.sources.reading.files import refuse_missing_columns
from rtop_forecast.sources.reading.matching import state_table, with_country_id
from rtop_forecast.sources.reading.table import UNMATCHED_COLUMNS, SourceTable, no_unmatched
from rtop_forecast.world.states import KEYS

__all__ = [
    "Bounds",
    "country_years",
    "last_full_year",
    "one_per_state_year",
    "resolved",
    "set_aside",
]

Bounds = Mapping[str, tuple[float, float]] | tuple[float, float]

NO_VALUE = "no variable has a value in this row"


def country_years(
    frame: pd.DataFrame,
    variables: Mapping[str, str],
    *,
    path: str | Path,
    what: str,
    dataset: str,
    release: str,
    lag_months: int,
    codes: Sequence[tuple[str, str]],
    unit: str | None = None,
    year: str = "year",
    bounds: Bounds | None = None,
    missing: Collection[object] = (),
    thousands: str | None = None,
    last_year: int | None = None,
) -> SourceTable:
    """Source table from a release with one row per country and year.

    Parameters
    ----------
    frame : pandas.DataFrame
        The release as read.
    variables : dict of str to str
        Our name of each official column; columns that a release lacks are refused.
    path, what : path, str
        File and dataset, for complaints.
    dataset, release, lag_months
        As :func:`rtop_forecast.sources.reading.matching.state_table`.
    codes : sequence of (column, system)
        Columns that tell the country, the most reliable first; a row takes the first that is filled.
    unit : str, optional
        Column that tells the source's own units apart where two of them share a code; by default the code.
    year : str
        Column of the calendar year.
    bounds, missing, thousands
        As :func:`rtop_forecast.sources.reading.columns.numbers`; bounds by official column.
    last_year : int, optional
        Last year that the release covers in full; later rows are reported.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a cell is no number or out of bounds, two rows of one country and year
        disagree, or no row matches.
    """
    columns = list(dict.fromkeys([*(column for column, _ in codes), *([unit] if unit else [])]))
    refuse_missing_columns(path, frame.columns, [*columns, year, *variables], what=what)
    frame = years(frame[[*columns, year, *variables]], year, path=path)
    frame = numbers(frame, list(variables), path=path, bounds=bounds, missing=missing, thousands=thousands)
    frame = frame.rename(columns={year: "year", **variables})
    names = list(variables.values())
    valued, empty = set_aside(frame, ~frame[names].notna().any(axis=1), code=columns[-1], reason=NO_VALUE)
    reports = [empty]
    if last_year is not None:
        late = f"the release does not cover the years after {last_year} in full"
        valued, partial = set_aside(valued, valued["year"] > last_year, code=columns[-1], reason=late)
        reports.append(partial)
    matched, unmatched = resolved(valued, codes)
    matched = matched if unit is None else matched.assign(code=matched[unit].astype("str"))
    matched, repeated = one_per_key(matched, ["code", "year"], path=path, code="code")
    matched, overlap = one_per_state_year(matched)
    return state_table(
        matched,
        names,
        path=path,
        dataset=dataset,
        release=release,
        lag_months=lag_months,
        unmatched=[*reports, unmatched, repeated, overlap],
    )


def set_aside(
    frame: pd.DataFrame, rows: pd.Series, *, code: str, reason: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split rows off and report them with one reason.

    Returns
    -------
    kept, unmatched : pandas.DataFrame
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
    """Split off the rows before the panel's first year; one line per code tells how many, at the last of their years.

    Returns
    -------
    kept, unmatched : pandas.DataFrame
        ``unmatched`` as :attr:`SourceTable.unmatched`.
    """
    early = frame["year"] < first
    if not early.any():
        return frame, no_unmatched()
    names = frame.loc[early, code].astype("str").rename("code")
    counts = frame.loc[early, "year"].groupby(names).agg(year="max", rows="size").reset_index()
    kept = frame[~early].reset_index(drop=True)
    return kept, counts.assign(reason=f"before {first}, the first year of the panel")[UNMATCHED_COLUMNS]


def resolved(frame: pd.DataFrame, codes: Sequence[tuple[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Match rows by the first filled of several code columns; the code used stands in ``code``."""
    left = frame
    parts, reports = [], []
    for i, (column, system) in enumerate(codes):
        text = left[column].astype("str").str.strip()
        # "NA" is Namibia in ISO-2 and missing everywhere else.
        blanks = ["", "nan", "<NA>", "None"] + ([] if system == "iso2" else ["NA"])
        filled = left[column].notna() & ~text.isin(blanks)
        if i == len(codes) - 1:
            filled = pd.Series(True, index=left.index)
        given = left[filled].assign(code=text[filled].str.replace(r"\.0$", "", regex=True))
        matched, unmatched = with_country_id(given, code="code", system=system)
        parts.append(matched)
        reports.append(unmatched)
        left = left[~filled]
    filled_parts = [part for part in parts if len(part)] or parts[:1]
    filled_reports = [part for part in reports if len(part)] or reports[:1]
    return pd.concat(filled_parts, ignore_index=True), pd.concat(filled_reports, ignore_index=True)


def one_per_state_year(matched: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where two countries of a source share a state-year, keep the one that goes on in later years.

    The year of a unification or dissolution is often given for the predecessor and for the successor
    (Germany 1990); as everywhere here, such a year belongs to the successor. The other row is reported. Two
    countries that end in the same year are left for the caller's check to refuse.
    """
    last = matched.groupby("code")["year"].transform("max")
    order = matched.assign(_last=last).sort_values([*KEYS, "_last"], kind="stable")
    shared = order.duplicated(KEYS, keep=False)
    tied = order.duplicated([*KEYS, "_last"], keep=False)
    losing = shared & ~tied & order.duplicated(KEYS, keep="last")
    loser = losing.reindex(matched.index)
    return set_aside(matched, loser, code="code", reason="the successor's row has this state-year")


def last_full_year(year: pd.Series, *, share: float = 0.5) -> int:
    """Last year with at least this share of the most rows that any of the ten years before it has.

    Releases often begin a year with a few countries or the events of some months; such a year is not covered.
    """
    counts = year.value_counts().sort_index()
    for last in reversed(counts.index.tolist()):
        before = counts[(counts.index < last) & (counts.index >= last - 10)]
        if before.empty or counts[last] >= share * before.max():
            return int(last)
    return int(counts.index[0])
