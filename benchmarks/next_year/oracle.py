"""What is right: the values of the untouched file, and those values with the last year repeated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.world.codes import LAST_YEAR
from rtop_forecast.world.states import KEYS, state_years

#: Variables of a year that depend on the years before: a repeated year does not repeat them.
HISTORY = (
    "new_", "repeat_", "tenure", "age", "changes", "downgraded", "upgraded", "episode_", "to_", "autocratization",
    "democratization", "decline", "rise",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """State-years and variables that differ from what is right."""

    cells: int
    changed: int
    added: int
    lost: int
    first: str

    @property
    def wrong(self) -> int:
        """Values that are there and should not be, or should be others."""
        return self.changed + self.added


def values(table: SourceTable) -> pd.DataFrame:
    """Values by state-year and variable, with the zeros that the coverage implies; by state-month if there are none."""
    if not table.coverage and table.months is not None:
        months = table.months.data
        keys = [months["country_id"], (months["year"] * 100 + months["month"]).rename("year")]
        return months.set_index(keys)[list(table.months.variables)].astype("float64")
    last = max(end for _, end in table.coverage.values())
    first = max(min(start for start, _ in table.coverage.values()), 1946)
    keys = pd.MultiIndex.from_frame(state_years(first=first, last=last)[KEYS])
    data = table.data.set_index(KEYS)[list(table.coverage)].astype("float64")
    data = data.reindex(keys.union(data.index))
    given = pd.MultiIndex.from_frame(table.data[KEYS])
    absent = ~data.index.isin(given)
    year = data.index.get_level_values("year")
    for name in table.zero_inside:
        start, end = table.coverage[name]
        data.loc[absent & (year >= start) & (year <= end), name] = 0.0
    return data


def extended(table: SourceTable) -> tuple[pd.DataFrame, list[str]]:
    """Values with the last year repeated as the next; and the variables for which that is what a reader must give.

    A variable that ended before the last year stays as it is. A state that begins in the next year has the zeros of
    the coverage and nothing else.
    """
    last = max(end for _, end in table.coverage.values())
    right = values(table)
    right = right[right.index.get_level_values("year") <= last]  # rows without a value may go further
    newest = right.xs(last, level="year")
    begun = state_years(first=last + 1, last=last + 1)["country_id"] if last < LAST_YEAR else []
    new = pd.Index(begun, name="country_id").difference(newest.index)
    newest = newest.reindex(newest.index.union(new))
    zeros = [name for name in table.zero_inside if table.coverage[name][1] == last]
    newest.loc[new, zeros] = 0.0  # a value that is missing in the last year stays so
    more = pd.concat({last + 1: newest}, names=["year"]).swaplevel()
    plain = [name for name in right.columns if not name.startswith(HISTORY)]
    return pd.concat([right, more.reindex(columns=right.columns)]).sort_index(), plain


def with_divisions(right: pd.DataFrame, read: pd.DataFrame, year: int) -> pd.DataFrame:
    """Right values of one-sided deaths in an appended year, where an actor's deaths are divided over its places.

    The division is by that year's deaths by place and so need not repeat the year before: the parts are taken as read
    if they are of the same state-years and add up to the same deaths.
    """
    if "shared_deaths" not in right.columns:
        return right
    names = ["government_deaths", "nonstate_deaths", "shared_deaths"]
    parts = right[(right["shared_deaths"] > 0) & (right.index.get_level_values("year") == year)].index
    if not parts.isin(read.index).all():
        return right
    goal, found = right.loc[parts, names], read.loc[parts, names]
    if np.array_equal(goal.sum().to_numpy(dtype=float), found.sum().to_numpy(dtype=float)):
        right = right.copy()
        right.loc[parts, names] = found
    return right


def compare(
    read: pd.DataFrame, right: pd.DataFrame, *, until: int | None = None, plain: list[str] | None = None
) -> Comparison:
    """Count what differs.

    Parameters
    ----------
    until : int, optional
        Last year in which the variables that are not in ``plain`` are compared.
    """
    names = right.columns.union(read.columns)
    index = right.index.union(read.index)
    theirs = read.reindex(index=index, columns=names).to_numpy(dtype=float)
    ours = right.reindex(index=index, columns=names).to_numpy(dtype=float)
    counted = np.ones(ours.shape, dtype=bool)
    if until is not None:
        late = np.asarray(index.get_level_values("year") > until)[:, None]
        history = ~np.isin(names.to_numpy(dtype=str), plain or [])
        counted &= ~(late & history[None, :])
    there, should = ~np.isnan(theirs), ~np.isnan(ours)
    changed = counted & there & should & ~np.isclose(theirs, ours, rtol=1e-9, atol=1e-12)
    added, lost = counted & there & ~should, counted & ~there & should
    first = ""
    for kind, where in (("changed", changed), ("added", added), ("lost", lost)):
        if where.any() and not first:
            row, column = np.argwhere(where)[0]
            state, year = index[row]
            first = f"{kind}: {names[column]} of GW {state} in {year}: {ours[row, column]:g} -> {theirs[row, column]:g}"
    return Comparison(
        cells=int((counted & should).sum()),
        changed=int(changed.sum()),
        added=int(added.sum()),
        lost=int(lost.sum()),
        first=first,
    )


def unmatched_rows(table: SourceTable) -> int:
    """Source rows that a table reports as belonging to no state-year."""
    return int(table.unmatched["rows"].sum())
