"""State-months of several releases, joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.keys import release_order
from rtop_forecast.sources.reading.months import MonthTable, month_number, states_by_year

__all__ = ["joined_months"]

_MONTHS = 12


def joined_months(tables: Sequence[MonthTable], variable: str) -> pd.DataFrame:
    """Join the counts of one variable by state and month; see :meth:`rtop_forecast.Panel.state_months`."""
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
    month, state = np.nonzero(np.isfinite(values))
    number = month + first
    return pd.DataFrame(
        {
            "country_id": ids[state],
            "year": number // _MONTHS,
            "month": number % _MONTHS + 1,
            "value": values[month, state],
            "provisional": np.array([table.provisional for table in telling])[chosen[month]],
            "source": np.array([table.source for table in telling], dtype=object)[chosen[month]],
        }
    ).sort_values(["country_id", "year", "month"], ignore_index=True)
