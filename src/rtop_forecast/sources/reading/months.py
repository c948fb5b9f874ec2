"""State-months of one release: counts by month, with the months that it covers and when they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.world.states import LAST_YEAR, state_years

__all__ = ["DYAD_KEYS", "MONTH_KEYS", "MonthTable", "month_number", "states_by_year"]

MONTH_KEYS = ["country_id", "year", "month"]
#: Columns of the dyads by month.
DYAD_KEYS = [*MONTH_KEYS, "dyad_id"]
_MONTHS = 12


def month_number(year: int, month: int) -> int:
    """Months since the beginning of the calendar, so that months are counted by subtraction.

    Examples
    --------
    >>> month_number(2025, 1) - month_number(2024, 12)
    1
    """
    return year * _MONTHS + month - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTable:
    """State-months of one release.

    Attributes
    ----------
    source, release : str
        As of a :class:`SourceTable`.
    data : pandas.DataFrame
        ``country_id`` (Gleditsch-Ward number as of the year), ``year``, ``month`` (1 to 12) and the variables, at most
        one row per state-month, sorted; only months with events need a row.
    variables : tuple of str
        Counts: inside the coverage no row means zero.
    first, last : (int, int)
        First and last month covered whole, as (year, month), bounds inclusive. Outside it nothing is known.
    lag_months : int
        Months after the end of a month (of a year, in a yearly release) until it is published.
    provisional : bool
        Whether the release is of candidate events, which undercount and are replaced by the yearly release.
    unmatched : pandas.DataFrame
        Source rows that belong to no state-month: ``code, year, rows, reason``.
    dyads : pandas.DataFrame, optional
        ``country_id, year, month, dyad_id``: which dyads (UCDP's pairs of parties) had an event in the state in the
        month, once each, sorted. None where the release does not name them, so that nobody takes that for none.

    Raises
    ------
    InputError
        If a key is repeated or out of the calendar, a variable has no column, a row lies outside the coverage, or the
        coverage runs backward; the same of the dyads.
    """

    source: str
    release: str
    data: pd.DataFrame
    variables: tuple[str, ...]
    first: tuple[int, int]
    last: tuple[int, int]
    lag_months: int
    provisional: bool
    unmatched: pd.DataFrame
    dyads: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        """Copy the table in and refuse what breaks the stated rules."""
        lacking = [name for name in (*MONTH_KEYS, *self.variables) if name not in self.data.columns]
        if lacking or not self.variables:
            message = (
                f"{self.source} lacks {len(lacking)} columns of its state-months: {', '.join(lacking[:5])}."
            )
            raise InputError(message)
        if month_number(*self.first) > month_number(*self.last) or self.lag_months < 0:
            message = (
                f"the months of {self.source} run from {self.first} to {self.last}, published after {self.lag_months} "
                "months. Give the first month first and a lag of 0 or more."
            )
            raise InputError(message)
        data = self.data[[*MONTH_KEYS, *self.variables]].astype(dict.fromkeys(MONTH_KEYS, "int64"))
        object.__setattr__(self, "data", self._checked(data, MONTH_KEYS))
        if self.dyads is not None:
            dyads = self.dyads[DYAD_KEYS].astype("int64")
            object.__setattr__(self, "dyads", self._checked(dyads, DYAD_KEYS))
        object.__setattr__(self, "first", (int(self.first[0]), int(self.first[1])))
        object.__setattr__(self, "last", (int(self.last[0]), int(self.last[1])))

    def _checked(self, rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        """Rows in the order of their keys, which are in the calendar, inside the coverage and not repeated."""
        repeated = "repeat a state-month" if keys == MONTH_KEYS else "repeat a dyad"
        self._refuse(rows.duplicated(keys), rows, repeated)
        self._refuse(~rows["month"].between(1, _MONTHS), rows, "have no month from 1 to 12")
        outside = ~_numbers(rows).between(month_number(*self.first), month_number(*self.last))
        self._refuse(outside, rows, "lie outside the months covered")
        return rows.sort_values(keys, ignore_index=True)

    def _refuse(self, wrong: pd.Series[bool], data: pd.DataFrame, fault: str) -> None:
        if wrong.any():
            row = data.loc[wrong, MONTH_KEYS].iloc[0]
            message = (
                f"{int(wrong.sum())} of {len(data)} state-months of {self.source} {fault}, first GW "
                f"{row['country_id']} in {row['year']}-{row['month']:02d}. Correct the table."
            )
            raise InputError(message)

    def select(self, names: Mapping[str, str]) -> MonthTable:
        """Table of some variables under other names; ``names`` gives the new name of each that is kept."""
        return replace(
            self,
            data=self.data[[*MONTH_KEYS, *names]].rename(columns=dict(names)),
            variables=tuple(names.values()),
        )

    def as_of(self, issued: date) -> MonthTable | None:
        """Table of the months published by a date; None if none was.

        A month of candidate events is published ``lag_months`` after its last day; a yearly release brings a whole
        year at once, ``lag_months`` after its last day.
        """
        # the month that had ended by the day of issue
        ended = month_number(issued.year, issued.month) - (0 if _is_last_day(issued) else 1)
        out = ended - self.lag_months
        if not self.provisional:
            out = (out + 1) // _MONTHS * _MONTHS - 1  # the last December that was out
        last = min(out, month_number(*self.last))
        if last < month_number(*self.first):
            return None
        dyads = self.dyads
        return replace(
            self,
            data=self.data[_numbers(self.data) <= last],
            dyads=None if dyads is None else dyads[_numbers(dyads) <= last],
            last=(last // _MONTHS, last % _MONTHS + 1),
        )

    def grid(self, variable: str, countries: Sequence[int]) -> NDArray[np.float64]:
        """Lay the counts out as an array of shape (n_months, n_states), from ``first`` to ``last``.

        Zero in covered months without a row, NaN where the state is not independent in the year.
        """
        first, last = month_number(*self.first), month_number(*self.last)
        ids = np.asarray(countries, dtype=np.int64)
        exists = states_by_year(self.first[0], self.last[0])
        exists = exists[exists["country_id"].isin(ids)]
        by_year = np.full((self.last[0] - self.first[0] + 1, ids.size), np.nan)
        by_year[exists["year"] - self.first[0], pd.Index(ids).get_indexer(pd.Index(exists["country_id"]))] = (
            0.0
        )
        values = by_year[np.arange(first, last + 1) // _MONTHS - self.first[0]]
        rows = self.data[self.data["country_id"].isin(ids)]
        column = pd.Index(ids).get_indexer(pd.Index(rows["country_id"]))
        row = (_numbers(rows) - first).to_numpy()
        values[row, column] = rows[variable].to_numpy(dtype=float)
        return values

    @property
    def span_of_whole_years(self) -> tuple[int, int] | None:
        """First and last year of which every month is covered; None if there is none."""
        first = self.first[0] + (self.first[1] > 1)
        last = self.last[0] - (self.last[1] < _MONTHS)
        return (first, last) if first <= last else None

    def whole_years(self) -> pd.DataFrame:
        """Add up the years of which every month is covered: ``country_id, year`` and the variables.

        Raises
        ------
        DataIntegrityError
            If no year is covered whole.
        """
        span = self.span_of_whole_years
        if span is None:
            message = (
                f"{self.source} covers {self.first[0]}-{self.first[1]:02d} to {self.last[0]}-{self.last[1]:02d}: no "
                "whole year. Use its months."
            )
            raise DataIntegrityError(message)
        rows = self.data[self.data["year"].between(*span)]
        return rows.groupby(["country_id", "year"], as_index=False)[list(self.variables)].sum()

    def summary(self) -> str:
        """Rows, months covered and variables, as text."""
        kind = ", provisional" if self.provisional else ""
        return (
            f"{self.source} ({self.release}{kind}): {len(self.data):,} state-months with events, "
            f"{self.first[0]}-{self.first[1]:02d} to {self.last[0]}-{self.last[1]:02d}; {', '.join(self.variables)}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Copy of the state-months."""
        return self.data.copy()


@lru_cache(maxsize=32)
def states_by_year(first: int, last: int) -> pd.DataFrame:
    """``country_id, year`` of the independent states; years after the table of states are given those of its last."""
    states = state_years(first=min(first, LAST_YEAR), last=min(last, LAST_YEAR))[["country_id", "year"]]
    newest = states[states["year"] == LAST_YEAR]
    later = [newest.assign(year=year) for year in range(LAST_YEAR + 1, last + 1)]
    return pd.concat([states[states["year"] >= first], *later], ignore_index=True)


def _numbers(rows: pd.DataFrame) -> pd.Series[int]:
    """Month number of each row."""
    return rows["year"] * _MONTHS + rows["month"] - 1


def _is_last_day(day: date) -> bool:
    return (pd.Timestamp(day) + pd.Timedelta(days=1)).day == 1
