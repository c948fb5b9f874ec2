"""From single events, or counts by country and month, to state-months."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.country_years import resolved, set_aside
from rtop_forecast.sources.reading.matching import merge_unmatched, refuse_unknown_codes, refuse_unknown_names
from rtop_forecast.sources.reading.months import DYAD_KEYS, MONTH_KEYS, MonthTable, month_number
from rtop_forecast.sources.reading.table import Edition
from rtop_forecast.world.states import LAST_YEAR

__all__ = ["month_counts", "months_covered", "whole_months"]

# a month with fewer than this share of the events of the fullest is covered in part
_SHARE = 0.5
_MONTHS = 12


def months_covered(events: pd.Series) -> tuple[int, int]:
    """First and last month of the longest run whose months all have half of the events of the fullest month.

    A monthly candidate release also lists a few events that began before or ended after its month; those months are not
    covered by it.

    Parameters
    ----------
    events : pandas.Series of int
        Events by month number (:func:`month_number`).

    Returns
    -------
    (int, int)
        Month numbers, bounds inclusive.
    """
    full = sorted(int(number) for number in events.index[events >= _SHARE * events.max()])
    runs = [[full[0]]]
    for number in full[1:]:
        if number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    longest = max(runs, key=lambda run: (len(run), run[-1]))
    return longest[0], longest[-1]


def whole_months(events: pd.DataFrame, *, path: Path) -> tuple[int, int]:
    """First and last month of single events that the file covers whole.

    In the world of the candidate events of 2025 no day is without an event (the quietest has 34): a first month without
    one on its first day, or a last without one on its last, was cut or is not over.

    Parameters
    ----------
    events : pandas.DataFrame
        ``year, month, day``.
    path : path
        For the message.

    Raises
    ------
    DataIntegrityError
        If no month is covered whole.
    """
    number = events["year"] * _MONTHS + events["month"] - 1
    first, last = months_covered(number.value_counts())
    begins, ends = events.loc[number == first, "day"].min(), events.loc[number == last, "day"].max()
    whole = first + (begins > 1), last - (ends < monthrange(*_pair(last))[1])
    if whole[0] > whole[1]:
        year, month = _pair(last)
        message = (
            f"{path.name}: a month of candidate events has events from its first to its last day; those of "
            f"{year}-{month:02d} run from {begins:.0f} to {ends:.0f}. The file was cut, or came out before the month "
            "was over; download it again."
        )
        raise DataIntegrityError(message)
    return whole


def month_counts(
    rows: pd.DataFrame,
    names: Sequence[str],
    edition: Edition,
    *,
    codes: Sequence[tuple[str, str]],
    months: tuple[int, int],
    lag_months: int,
    provisional: bool,
) -> MonthTable:
    """Sum the columns over the state-months of the months covered; no row means zero.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``year, month``, the code columns and the numbers to be added up; ``dyad_id`` where the release names the dyad
        of each event, missing of an event whose parties it has not made out.
    names : sequence of str
        Numbers.
    edition : Edition
        Where they come from.
    codes : sequence of (column, system)
        As :func:`rtop_forecast.sources.reading.country_years.resolved`.
    months : (int, int)
        First and last month number covered whole; rows outside are reported.
    lag_months : int
    provisional : bool

    Raises
    ------
    DataIntegrityError
        If a row has a state number that never was, or none belongs to a state-month.
    """
    number = rows["year"] * _MONTHS + rows["month"] - 1
    outside = ~number.between(*months)
    reason = "the release covers the month in part"
    inside, partial = set_aside(rows, outside, code=codes[0][0], reason=reason)
    # the table of states ends before the newest months do; they are those of its last year
    matched, lost = resolved(
        inside.assign(year=inside["year"].clip(upper=LAST_YEAR), _year=inside["year"]), codes
    )
    matched["year"] = matched.pop("_year")
    unmatched = merge_unmatched([partial, lost])
    refuse_unknown_codes(unmatched, edition.path)
    refuse_unknown_names(unmatched, edition.path)
    if matched.empty:
        message = f"{edition.path.name}: no row belongs to an independent state. Use the official release."
        raise DataIntegrityError(message)
    data = matched.groupby(MONTH_KEYS, as_index=False)[list(names)].sum()
    dyads = matched[DYAD_KEYS].dropna().drop_duplicates() if "dyad_id" in matched else None
    return MonthTable(
        source=edition.source,
        release=edition.release,
        data=data,
        variables=tuple(names),
        first=_pair(months[0]),
        last=_pair(months[1]),
        lag_months=lag_months,
        provisional=provisional,
        unmatched=unmatched,
        dyads=dyads,
    )


def _pair(number: int) -> tuple[int, int]:
    assert month_number(number // _MONTHS, number % _MONTHS + 1) == number
    return number // _MONTHS, number % _MONTHS + 1
