"""What a reader returns: state-years from one release, with their coverage and what did not match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.sources.reading.months import MonthTable
from rtop_forecast.sources.registry import publication_lag
from rtop_forecast.world.states import KEYS

__all__ = ["KEYS", "UNMATCHED_COLUMNS", "Edition", "SourceTable", "no_unmatched"]

UNMATCHED_COLUMNS = ["code", "year", "rows", "reason"]


def no_unmatched() -> pd.DataFrame:
    """Empty table in the layout of :attr:`SourceTable.unmatched`."""
    return _no_unmatched().copy()


@lru_cache(maxsize=1)
def _no_unmatched() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": pd.Series(dtype="str"),
            "year": pd.Series(dtype="int64"),
            "rows": pd.Series(dtype="int64"),
            "reason": pd.Series(dtype="str"),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Which release of which dataset a file holds.

    Attributes
    ----------
    path : pathlib.Path
        The file, for messages.
    dataset : str
        Name of the dataset in the registry.
    release : str
        Version or date of the release as its publisher states it.
    """

    path: Path
    dataset: str
    release: str

    @property
    def source(self) -> str:
        """Key in the registry."""
        return f"{self.dataset.replace('_', '-')}-{self.release}"

    @property
    def publication_lag_months(self) -> int:
        """Months after 31 December of a value's year until it is published."""
        return publication_lag(self.dataset)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """State-years of one release.

    Attributes
    ----------
    source : str
        Key in the registry ``datasets/sources.toml``.
    release : str
        Version or date of the release as its publisher states it.
    data : pandas.DataFrame of shape (n_rows, 2 + n_variables)
        ``country_id`` (Gleditsch-Ward number as of the year), ``year`` (calendar year) and one
        column per variable; at most one row per state-year, sorted by the two keys.
    coverage : dict of str to (int, int)
        First and last year each variable covers, bounds inclusive. Its names are the variables.
    zero_inside : frozenset of str
        Variables for which the absence of a row inside the coverage means zero.
    publication_lag_months : int
        Months after 31 December of a value's year until it is published.
    unmatched : pandas.DataFrame
        Source rows that belong to no state-year: ``code, year, rows, reason``.
    states : dict of str to frozenset of int
        ``country_id`` of the states that a variable covers, where the source lists some states only. The absence of
        a row of any other state is missing, never zero. Variables without an entry cover every state.
    partial : bool
        Whether the file holds some variables of its release only. It adds years to those that a fuller release holds
        and replaces none of their values.
    seams : dict of str to tuple of int
        First years of each newer vintage, for variables that are made of several.
    provisional : tuple of int
        Years whose values are provisional: counts of candidate events, which the yearly release will revise.
    months : MonthTable, optional
        State-months of the release. A release of months alone covers no variable by year.

    Raises
    ------
    InputError
        If a key is missing or repeated, a covered variable has no column or a key's name, a value
        lies outside its own coverage, or the lag is negative.
    """

    source: str
    release: str
    data: pd.DataFrame
    coverage: Mapping[str, tuple[int, int]]
    zero_inside: frozenset[str]
    publication_lag_months: int
    unmatched: pd.DataFrame
    states: Mapping[str, frozenset[int]] = field(default_factory=dict)
    partial: bool = False
    seams: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    provisional: tuple[int, ...] = ()
    months: MonthTable | None = None

    def __post_init__(self) -> None:
        """Copy the tables in and refuse what breaks the stated rules."""
        coverage = {name: (int(first), int(last)) for name, (first, last) in self.coverage.items()}
        zero_inside = frozenset(self.zero_inside)
        self._check_description(coverage, zero_inside)
        data = _checked_data(self.source, self.data, coverage)
        unmatched = self.unmatched[UNMATCHED_COLUMNS].reset_index(drop=True).copy()
        states = {name: frozenset(map(int, ids)) for name, ids in self.states.items()}
        _refuse_other_states(self.source, data, states)
        object.__setattr__(self, "states", states)
        object.__setattr__(self, "coverage", coverage)
        object.__setattr__(self, "zero_inside", zero_inside)
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "unmatched", unmatched)

    def _check_description(
        self, coverage: Mapping[str, tuple[int, int]], zero_inside: frozenset[str]
    ) -> None:
        if not self.source or not self.release:
            message = "a source table needs a registry key and a release; give both as non-empty strings."
            raise InputError(message)
        if not coverage and self.months is None:
            message = f"{self.source} covers no variable; give `coverage` as {{name: (first, last)}}."
            raise InputError(message)
        keys = sorted({*KEYS, "name"} & set(coverage))
        if keys:
            message = (
                f"country_id, year and name are a panel's own columns; {self.source} covers {len(keys)} of them, "
                f"first {keys[0]!r}. Choose another name for the variable."
            )
            raise InputError(message)
        backward = [name for name, (first, last) in coverage.items() if first > last]
        if backward:
            message = (
                f"coverage must run forward; {len(backward)} variables of {self.source} do not, "
                f"first {backward[0]!r}. Give (first, last)."
            )
            raise InputError(message)
        odd = sorted(set(self.states) - set(coverage))
        if odd:
            message = (
                f"states may name covered variables only; {len(odd)} of {self.source} are not, first {odd[0]!r}. "
                "Add them to `coverage`."
            )
            raise InputError(message)
        stray = sorted(zero_inside - set(coverage))
        if stray:
            message = (
                f"zero_inside may name covered variables only; {len(stray)} of {self.source} are not, "
                f"first {stray[0]!r}. Add them to `coverage`."
            )
            raise InputError(message)
        if self.publication_lag_months < 0:
            message = (
                f"a publication lag is 0 months or more; {self.source} has {self.publication_lag_months}."
            )
            raise InputError(message)

    @classmethod
    def of_months(cls, months: MonthTable) -> SourceTable:
        """State-months, with their sums over the years covered whole; a provisional release gives no years."""
        span = None if months.provisional else months.span_of_whole_years
        names = list(months.variables) if span is not None else []
        data = months.whole_years() if span is not None else months.data[KEYS].drop_duplicates(KEYS).head(0)
        return cls(
            source=months.source,
            release=months.release,
            data=data,
            coverage=dict.fromkeys(names, span) if span is not None else {},
            zero_inside=frozenset(names),
            publication_lag_months=months.lag_months,
            unmatched=months.unmatched,
            months=months,
        )

    def select(self, names: Mapping[str, str]) -> SourceTable:
        """Table of some variables under other names.

        Parameters
        ----------
        names : dict of str to str
            New name of each variable to keep.
        """
        return replace(
            self,
            data=self.data[[*KEYS, *names]].rename(columns=names),
            coverage={new: self.coverage[old] for old, new in names.items()},
            zero_inside=frozenset(names[name] for name in self.zero_inside if name in names),
            states={names[name]: ids for name, ids in self.states.items() if name in names},
            seams={names[name]: years for name, years in self.seams.items() if name in names},
            months=None,
        )

    def of_listed_states(self) -> SourceTable:
        """Table that covers those states alone of which it has a row in any year; absence of others says nothing."""
        listed = frozenset(self.data["country_id"])
        return replace(self, states=dict.fromkeys(self.coverage, listed))

    def summary(self) -> str:
        """Rows, variables and coverage, line by line."""
        lines = [
            f"{self.source} ({self.release}): {len(self.data):,} state-years, {len(self.unmatched)} unmatched"
        ]
        lines += [
            f"  {name}: {first}-{last}" + (", absence is zero" if name in self.zero_inside else "")
            for name, (first, last) in self.coverage.items()
        ]
        return "\n".join(lines)

    def to_frame(self) -> pd.DataFrame:
        """Copy of the state-years."""
        return self.data.copy()


def _checked_data(source: str, data: pd.DataFrame, coverage: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    columns = [*KEYS, *coverage]
    _require(source, data, columns)
    frame = data[[*columns, *(name for name in data.columns if name not in columns)]]
    if any(frame[key].hasnans for key in KEYS):
        lost = int(frame[KEYS].isna().any(axis=1).sum())
        message = f"every row of {source} needs country_id and year; {lost} of {len(frame)} lack one."
        raise InputError(message)
    if any(frame[key].dtype != "int64" for key in KEYS):
        frame = frame.astype(dict.fromkeys(KEYS, "int64"))
    country, year = (frame[key].to_numpy() for key in KEYS)
    same = country[1:] == country[:-1]
    in_order = bool(((country[1:] > country[:-1]) | (same & (year[1:] > year[:-1]))).all())
    if not in_order and (repeated := frame.duplicated(KEYS)).any():
        first = frame.loc[repeated, KEYS].iloc[0]
        message = (
            f"a source table has one row per state-year; {int(repeated.sum())} rows of {source} repeat a key, "
            f"first GW {first['country_id']} in {first['year']}. Aggregate them."
        )
        raise InputError(message)
    begun, ended = (int(frame["year"].min()), int(frame["year"].max())) if len(frame) else (0, 0)
    for name, (start, end) in coverage.items():
        if not len(frame) or (start <= begun and ended <= end):
            continue
        outside = frame[name].notna() & ~frame["year"].between(start, end)
        if outside.any():
            message = (
                f"{source} covers {name} in {start}-{end}; {int(outside.sum())} values lie outside, "
                f"first in {frame.loc[outside, 'year'].iloc[0]}. Correct the coverage or the rows."
            )
            raise InputError(message)
    return frame.reset_index(drop=True) if in_order else frame.sort_values(KEYS, ignore_index=True)


def _refuse_other_states(source: str, data: pd.DataFrame, states: Mapping[str, frozenset[int]]) -> None:
    for name, ids in states.items():
        outside = data[name].notna() & ~data["country_id"].isin(ids)
        if outside.any():
            message = (
                f"{source} covers {name} for {len(ids)} states; {int(outside.sum())} values are of others, first GW "
                f"{data.loc[outside, 'country_id'].iloc[0]}. Add them to `states`."
            )
            raise InputError(message)


def _require(source: str, data: pd.DataFrame, columns: Iterable[str]) -> None:
    missing = [name for name in columns if name not in data.columns]
    if missing:
        message = (
            f"{source} lacks {len(missing)} columns, first {missing[0]!r}; it has {list(data.columns)[:8]}. "
            "Name the columns as in `coverage`."
        )
        raise InputError(message)
