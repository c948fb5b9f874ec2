"""EWP's state-years with our state of each, and the vectors over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.reading.files import read_csv
from rtop_forecast.world.states import list_states, resolve_many, state_years

__all__ = ["BASE", "FIRST_SHOWN", "NO_STATE", "PREPARED", "Flags", "Frame", "Values", "load_frame"]

BASE = "basedata2025_4august2025.csv"
PREPARED = "prepared2024predictors-2025-09-03.csv"
#: EWP's frame reaches back to 1934 so that values can be carried; its panel begins here.
FIRST_SHOWN = 1960
NO_STATE = -1
YEMEN = (678, 679, 680)

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """EWP's frame, sorted by its code and the year; every vector of values has its length.

    Attributes
    ----------
    table : pandas.DataFrame
        ``ccode, year, independence_year``; ``country_id`` (our state, or -1 where we have none) and
        ``begins``, that state's first year.
    prepared : pandas.DataFrame
        EWP's panel, row by row as the frame; missing before 1960.
    shown : array of bool
        The rows of EWP's panel.
    """

    table: pd.DataFrame
    prepared: pd.DataFrame
    shown: Flags

    def column(self, name: str) -> Values:
        """Numeric column of the frame."""
        return self.table[name].to_numpy(dtype=np.float64)

    def by_state(self, source: SourceTable, name: str) -> Values:
        """Our value: by state and year, zero where absence inside the coverage means zero."""
        known = self.look_up(source.data, name, key="country_id")
        if name not in source.zero_inside:
            return known
        first, last = source.coverage[name]
        inside = self.table["year"].between(first, last) & self.table["country_id"].ne(NO_STATE)
        return np.where(inside & np.isnan(known), 0.0, known)

    def look_up(self, data: pd.DataFrame, name: str, *, key: str, back: int = 0) -> Values:
        """Value of a table by ``key`` (``ccode`` or ``country_id``) and year, or ``back`` years before it."""
        series = data.set_index([key, "year"])[name].astype("float64")
        rows = pd.MultiIndex.from_arrays([self.table[key], self.table["year"] - back])
        return np.array(series.reindex(rows), dtype=np.float64)

    def forward(self, values: Values) -> Values:
        """Each gap filled with the last value before it under the same code."""
        return self._within_code(values, lambda groups: groups.ffill())

    def backward(self, values: Values) -> Values:
        """Each gap filled with the next value after it under the same code."""
        return self._within_code(values, lambda groups: groups.bfill())

    def growth(self, levels: Values, *, key: str) -> Values:
        """Change on the year before in percent, under the same code and ``key``."""
        series = pd.Series(levels)
        before = series.groupby([self.table["ccode"], self.table[key]]).shift(1)
        return np.array((series - before) / before * 100, dtype=np.float64)

    def _within_code(self, values: Values, fill: Callable[..., pd.Series]) -> Values:
        return fill(pd.Series(values).groupby(self.table["ccode"])).to_numpy(dtype=np.float64)

    def choose(self, ours: Values, theirs: Values, *, keys: Sequence[str], on: frozenset[str]) -> Values:
        """Take theirs in the rows of each convention about keys that is on, ours elsewhere.

        ``keys`` are those that bear on the variable; the last of them has all rows that no other has.
        """
        code, year = self.table["ccode"], self.table["year"]
        rows = {
            "frame": self.table["country_id"].eq(NO_STATE).to_numpy(),
            "E11": code.isin(YEMEN).to_numpy(),
            "E13": (code.eq(365) & year.eq(1991)).to_numpy(),
            "zanzibar": code.eq(510).to_numpy(),
        }
        special = [rows[name] for name in keys[:-1]]
        rows[keys[-1]] = ~np.any(special, axis=0)
        chosen = np.any([rows[name] for name in keys if name in on] or [np.zeros(len(code), bool)], axis=0)
        return np.where(chosen, theirs, ours)


def load_frame(folder: Path) -> Frame:
    """Read EWP's frame and panel, and find our state of each row by its code and year."""
    columns = ["ccode", "year", "independence_year"]
    table = read_csv(folder / BASE)[columns].sort_values(["ccode", "year"], ignore_index=True)
    found = resolve_many(table["ccode"], table["year"], system="ewp").country_id
    known = state_years()[["country_id", "year"]].assign(known=True)
    table["country_id"] = pd.Series(found).fillna(NO_STATE).astype("int64")
    exists = table.merge(known, on=["country_id", "year"], how="left")["known"].notna()
    table["country_id"] = table["country_id"].where(exists, NO_STATE)
    table["begins"] = table["country_id"].map(list_states().set_index("country_id")["start"].dt.year)
    prepared = read_csv(folder / PREPARED)
    prepared = table[["ccode", "year"]].merge(
        prepared, on=["ccode", "year"], how="left", validate="one_to_one", indicator="in_panel"
    )
    shown = prepared["in_panel"].eq("both").to_numpy()
    return Frame(table=table, prepared=prepared.drop(columns="in_panel"), shown=shown)
