"""State-months of several releases, joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.keys import release_order
from rtop_forecast.sources.reading.months import MonthTable, month_number, states_by_year

__all__ = ["MonthGrid", "joined_months", "month_grid"]

_MONTHS = 12


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

    Raises
    ------
    CoverageError
        If no release tells of the variable by month.
    """
    telling = [table for table in tables if variable in table.variables]
    if not telling:
        names = sorted({name for table in tables for name in table.variables})
        message = (
            f"no release tells of {variable!r} by month; {len(names)} variables are known by month"
            + (f": {', '.join(names)}" if names else "")
            + ". Load UCDP's GED or its candidate events: load_panel(data_dir=...)."
        )
        raise CoverageError(message)
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
        values[start : end + 1] = table.grid(variable, ids.tolist())
        chosen[start : end + 1] = place
    return MonthGrid(ids=ids, first=first, counts=values, chosen=chosen, tables=tuple(telling))


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
