"""State-months of several releases, joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.keys import release_order
from rtop_forecast.sources.reading.months import MonthTable, month_number, states_by_year

__all__ = ["NEW_DYADS", "MonthGrid", "joined_months", "month_grid"]

#: Dyads (UCDP's pairs of parties) with their first event in a state, by the month of it.
NEW_DYADS = "ged_new_dyads"

_MONTHS = 12
#: First month of UCDP's events, and so many months after it in which nothing tells a new dyad from an old one.
_BEGINS, _LOOK_BACK = month_number(1989, 1), 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthGrid:
    """Counts of one variable, each month from the release that stands for it.

    Attributes
    ----------
    ids : ndarray of int of shape (n_states,)
    first : int
        Number of the first month.
    counts : ndarray of shape (n_months, n_states)
        NaN where no release covers the month, or the state is not independent in its year.
    chosen : ndarray of int of shape (n_months,)
        Position in ``tables`` of the release that stands; -1 where none covers the month.
    tables : tuple of MonthTable
    """

    ids: IntArray
    first: int
    counts: FloatArray
    chosen: IntArray
    tables: tuple[MonthTable, ...]


def month_grid(tables: Sequence[MonthTable], variable: str) -> MonthGrid:
    """Lay the counts of several releases out by month and state.

    :data:`NEW_DYADS` is counted from the dyads of all months up to each: known where releases that name them cover
    every month from January 1989 on, from the sixth year on.

    Raises
    ------
    CoverageError
        If no release tells of the variable by month.
    """
    telling = [table for table in tables if _tells(table, variable)]
    if not telling or (
        variable == NEW_DYADS and min(month_number(*table.first) for table in telling) > _BEGINS
    ):
        raise CoverageError(_untold(tables, variable))
    # the last one written stands: candidates first, each kind from the oldest release to the newest
    telling.sort(key=lambda table: (not table.provisional, release_order(table.release)))
    first = min(month_number(*table.first) for table in telling)
    last = max(month_number(*table.last) for table in telling)
    states = states_by_year(first // _MONTHS, last // _MONTHS)
    ids = np.unique(states["country_id"].to_numpy(dtype=np.int64))
    values = np.full((last - first + 1, ids.size), np.nan)
    chosen = np.full(last - first + 1, -1)
    for place, table in enumerate(telling):
        start, end = (month_number(*month) - first for month in (table.first, table.last))
        if variable == NEW_DYADS:
            values[start : end + 1] = table.grid(table.variables[0], ids.tolist()) * 0.0
        else:
            values[start : end + 1] = table.grid(variable, ids.tolist())
        chosen[start : end + 1] = place
    grid = MonthGrid(ids=ids, first=first, counts=values, chosen=chosen, tables=tuple(telling))
    return _with_first_events(grid) if variable == NEW_DYADS else grid


def _tells(table: MonthTable, variable: str) -> bool:
    return table.dyads is not None if variable == NEW_DYADS else variable in table.variables


def _untold(tables: Sequence[MonthTable], variable: str) -> str:
    if variable == NEW_DYADS:
        return (
            "new dyads are not available: which dyads are new is known only from the dyads of all months since January "
            f"1989, and none of {len(tables)} releases by month names them. Load UCDP's event files, GEDEvent_v*.csv "
            "of all years and of candidates: load_panel(data_dir=...)."
        )
    names = sorted({name for table in tables for name in table.variables})
    return (
        f"no release tells of {variable!r} by month; {len(names)} variables are known by month"
        + (f": {', '.join(names)}" if names else "")
        + ". Load UCDP's GED or its candidate events: load_panel(data_dir=...)."
    )


def _with_first_events(grid: MonthGrid) -> MonthGrid:
    """Grid of zeros with the dyads in the month of their first event in a state, from the releases that stand.

    A month is known only where releases that name dyads cover all months from January 1989 to it: else a dyad may
    have been there before.
    """
    months = np.arange(len(grid.chosen)) + grid.first
    unbroken = np.logical_and.accumulate(grid.chosen >= 0)
    is_told = unbroken & (months >= _BEGINS + _LOOK_BACK)
    parts = []
    for place, table in enumerate(grid.tables):
        assert table.dyads is not None  # month_grid takes no other
        month = (table.dyads["year"] * _MONTHS + table.dyads["month"] - 1 - grid.first).to_numpy()
        stands = grid.chosen[month] == place
        parts.append(table.dyads[["country_id", "dyad_id"]].assign(month=month)[stands])
    begun = (
        pd.concat(parts, ignore_index=True).groupby(["country_id", "dyad_id"], as_index=False)["month"].min()
    )
    counts = grid.counts.copy()
    column = pd.Index(grid.ids).get_indexer(pd.Index(begun["country_id"]))
    np.add.at(counts, (begun["month"].to_numpy(), column), 1.0)
    counts[~is_told] = np.nan
    return replace(grid, counts=counts, chosen=np.where(is_told, grid.chosen, -1))


def joined_months(tables: Sequence[MonthTable], variable: str) -> pd.DataFrame:
    """Join the counts of one variable by state and month; see :meth:`rtop_forecast.Panel.state_months`."""
    grid = month_grid(tables, variable)
    month, state = np.nonzero(np.isfinite(grid.counts))
    number = month + grid.first
    return pd.DataFrame(
        {
            "country_id": grid.ids[state],
            "year": number // _MONTHS,
            "month": number % _MONTHS + 1,
            "value": grid.counts[month, state],
            "provisional": np.array([table.provisional for table in grid.tables])[grid.chosen[month]],
            "source": np.array([table.source for table in grid.tables], dtype=object)[grid.chosen[month]],
        }
    ).sort_values(["country_id", "year", "month"], ignore_index=True)
