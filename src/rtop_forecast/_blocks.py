"""Source tables joined to the state-years of a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rtop_forecast._variables import Variable
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources import SourceTable

KEYS = ["country_id", "year"]


def variables_of(table: SourceTable) -> dict[str, Variable]:
    """Describe the variables of a source table."""
    return {
        name: Variable(
            name=name,
            source=table.source,
            release=table.release,
            first_year=years[0],
            last_year=years[1],
            publication_lag_months=table.publication_lag_months,
            zero_inside=name in table.zero_inside,
        )
        for name, years in table.coverage.items()
    }


def block_of(
    keys: pd.DataFrame, table: SourceTable, *, span: tuple[int, int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Columns of a table for each state-year of the panel, and what of it belongs to none."""
    row = pd.MultiIndex.from_frame(table.data[KEYS]).get_indexer(pd.MultiIndex.from_frame(keys))
    absent = row < 0
    year = keys["year"].to_numpy()
    columns = {}
    for name, (first, last) in table.coverage.items():
        given = table.data[name].to_numpy(dtype=float, na_value=np.nan)
        values = np.append(given, np.nan)[row]  # row -1, which is absent, is the last
        inside = (year >= first) & (year <= last)
        stray = ~inside & np.isfinite(values)
        if stray.any():
            message = (
                f"{table.source} gives {name} for {first}-{last} only, yet {int(stray.sum())} values lie outside, "
                f"first in {year[stray][0]}. Correct the table's coverage."
            )
            raise DataIntegrityError(message)
        if name in table.zero_inside:
            values[inside & absent] = 0.0
        columns[name] = values
    outside = _outside(table.data[KEYS], keys, span=span)
    report = (
        pd.concat([table.unmatched, outside], ignore_index=True) if len(outside) else table.unmatched.copy()
    )
    report.insert(0, "source", table.source)
    return pd.DataFrame(columns, index=keys.index), report


def _outside(data: pd.DataFrame, keys: pd.DataFrame, *, span: tuple[int, int]) -> pd.DataFrame:
    """Rows of a table inside the panel's years that belong to no state-year."""
    within = data[data["year"].between(*span)]
    lost = within[~pd.MultiIndex.from_frame(within).isin(pd.MultiIndex.from_frame(keys))]
    return pd.DataFrame(
        {
            "code": lost["country_id"].astype(str),
            "year": lost["year"],
            "rows": 1,
            "reason": "not an independent state in that year",
        }
    )
