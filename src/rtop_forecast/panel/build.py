"""Source tables joined to the state-years of a panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.panel.panel import Panel
from rtop_forecast.panel.variables import Variable
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.reading.table import no_unmatched
from rtop_forecast.world.states import KEYS, state_years

FIRST_YEAR = 1946


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
            seams=table.seams.get(name, ()),
            provisional=table.provisional,
        )
        for name, years in table.coverage.items()
    }


def block_of(
    keys: pd.DataFrame, table: SourceTable, *, span: tuple[int, int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Columns of a table for each state-year of the panel, and what of it belongs to none."""
    country = keys["country_id"].to_numpy()
    row = _places(keys, table.data)
    absent = row < 0
    year = keys["year"].to_numpy()
    columns = {}
    for name, (first, last) in table.coverage.items():
        column = table.data[name]
        given = column.to_numpy() if column.dtype == float else column.to_numpy(dtype=float, na_value=np.nan)
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
            covered = np.isin(country, list(table.states[name])) if name in table.states else True
            values[inside & absent & covered] = 0.0
        columns[name] = values
    outside = _outside(table.data[KEYS], keys, span=span)
    report = (
        pd.concat([table.unmatched, outside], ignore_index=True) if len(outside) else table.unmatched.copy()
    )
    report.insert(0, "source", table.source)
    return pd.DataFrame(columns, index=keys.index), report


def _numbers(keys: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """State and year as one number."""
    country, year = keys["country_id"].to_numpy(dtype="int64"), keys["year"].to_numpy(dtype="int64")
    numbers: np.ndarray[Any, np.dtype[np.int64]] = country * 10_000 + year
    return numbers


def _places(keys: pd.DataFrame, data: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Row of ``data``, which is sorted by its keys, that holds each state-year of ``keys``; -1 where none does."""
    held, wanted = _numbers(data), _numbers(keys)
    if not len(held):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    return np.where(held[place] == wanted, place, -1)


def _outside(data: pd.DataFrame, keys: pd.DataFrame, *, span: tuple[int, int]) -> pd.DataFrame:
    """Rows of a table inside the panel's years that belong to no state-year."""
    year = data["year"].to_numpy()
    is_lost = (_places(data, keys) < 0) & (year >= span[0]) & (year <= span[1])
    if not is_lost.any():
        return no_unmatched()
    lost = data[is_lost]
    return pd.DataFrame(
        {
            "code": lost["country_id"].astype(str),
            "year": lost["year"],
            "rows": 1,
            "reason": "not an independent state in that year",
        }
    )


def _report_row(table: SourceTable, unmatched: pd.DataFrame) -> dict[str, str | int]:
    """Size of a table, and how many of its rows match no state-year."""
    return {
        "table": table.source.split(":")[0],
        "source": table.source,
        "release": table.release,
        "rows": len(table.data),
        "unmatched": int(unmatched["rows"].sum()) if len(unmatched) else 0,
    }


def build_panel(tables: Sequence[SourceTable], *, first: int = FIRST_YEAR, last: int | None = None) -> Panel:
    """Join source tables to the independent states of each year.

    Parameters
    ----------
    tables : sequence of SourceTable
        Their variable names must differ.
    first, last : int
        First and last year; by default up to the latest year any table covers.

    Returns
    -------
    Panel
        Outside a variable's coverage, in years or in states, its values are missing; inside, the absence
        of a row is zero for event counts and missing for everything else. Rows that match no
        state-year are listed in ``unmatched``.

    Raises
    ------
    InputError
        If two tables hold the same variable, or the years are out of order.
    DataIntegrityError
        If a table holds values outside its own coverage.
    """
    covered = [years[1] for table in tables for years in table.coverage.values()]
    last = max(covered) if last is None else last
    if first > last:
        message = f"the panel's first year {first} must not come after its last year {last}. Swap them."
        raise InputError(message)
    frame = state_years(first=first, last=last)[[*KEYS, "name"]].sort_values(KEYS, ignore_index=True)
    variables: dict[str, Variable] = {}
    blocks = [frame]
    unmatched = []
    rows = []
    for table in tables:
        repeated = sorted(set(table.coverage) & set(variables))
        if repeated:
            message = (
                f"two tables hold the variable {repeated[0]!r} ({len(repeated)} in all). Keep one of them."
            )
            raise InputError(message)
        block, outside = block_of(frame[KEYS], table, span=(first, last))
        blocks.append(block)
        unmatched.append(outside)
        variables.update(variables_of(table))
        rows.append(_report_row(table, outside))
    return Panel(
        frame=pd.concat(blocks, axis=1),
        variables=variables,
        issued=None,
        report=pd.DataFrame(rows),
        unmatched=pd.concat(unmatched, ignore_index=True),
    )


def with_table(panel: Panel, table: SourceTable) -> Panel:
    """Panel with the variables of one more table.

    Raises
    ------
    InputError
        If the panel has one of the variables already.
    """
    taken = sorted(set(table.coverage) & set(panel.variables))
    if taken:
        message = f"the panel has a column {taken[0]!r} already ({len(taken)} in all). Choose another name."
        raise InputError(message)
    block, outside = block_of(panel.frame[KEYS], table, span=panel.years)
    row = _report_row(table, outside)
    return replace(
        panel,
        frame=pd.concat([panel.frame, block], axis=1),
        variables={**panel.variables, **variables_of(table)},
        report=pd.concat([panel.report, pd.DataFrame([row])], ignore_index=True),
        unmatched=pd.concat([panel.unmatched, outside], ignore_index=True)
        if len(outside)
        else panel.unmatched,
    )
