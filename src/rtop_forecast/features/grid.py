"""A panel as arrays of years by states, each row holding what was known at its own issue date."""

from __future__ import annotations

import calendar
import math
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arrays import BoolArray, FloatArray
from rtop_forecast.errors import CoverageError
from rtop_forecast.features.transforms import carry_forward, lag
from rtop_forecast.panel import Panel
from rtop_forecast.world.states import contiguity, list_states

# row (year), column of the state, column of the other state
Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def availability_lag(lag_months: int, *, issue_month: int) -> int:
    """Years by which a variable trails the origin year when issued at the end of a month of the next year.

    Examples
    --------
    >>> [availability_lag(months, issue_month=6) for months in (0, 6, 7, 12, 18, 19)]
    [0, 0, 1, 1, 1, 2]
    """
    return max(0, math.ceil((lag_months - issue_month) / 12))


class Grid:
    """Arrays of shape (n_years, n_states) over a panel.

    Parameters
    ----------
    panel : Panel
    issue_month : int
        Forecasts of origin year t are issued on the last day of this month of t + 1, and row t of
        :meth:`known` holds what was published by then.
    """

    def __init__(self, panel: Panel, *, issue_month: int) -> None:
        first, last = panel.years
        self.panel = panel
        self.issue_month = issue_month
        self.years: NDArray[np.int64] = np.arange(first, last + 1)
        self.ids: NDArray[np.int64] = np.unique(panel.frame["country_id"].to_numpy(dtype=np.int64))
        self.rows = panel.frame["year"].to_numpy(dtype=np.int64) - first
        self.cols = np.searchsorted(self.ids, panel.frame["country_id"].to_numpy(dtype=np.int64))
        self.exists = np.zeros((len(self.years), len(self.ids)), dtype=bool)
        self.exists[self.rows, self.cols] = True
        self._latest: dict[str, tuple[FloatArray, FloatArray]] = {}
        self._published: dict[str, tuple[FloatArray, int]] = {}

    def issued(self, year: int) -> date:
        """Issue date of the forecasts with origin ``year``."""
        return date(year + 1, self.issue_month, calendar.monthrange(year + 1, self.issue_month)[1])

    def known(self, name: str) -> FloatArray:
        """Latest published value of a variable for each row; event counts are never carried past coverage."""
        return self._lookup(name)[0]

    def observed(self, name: str) -> FloatArray:
        """Value of the latest year published for each row; NaN where that year has none: nothing is carried.

        What spans several years, a change, mean, sum or largest value, is computed from these.
        """
        return np.where(self.exists, self._lag(name)[0], np.nan)

    def over_seam(self, name: str, *, years: int) -> BoolArray:
        """Rows whose newest published year and the one ``years`` before it are of two vintages of a variable."""
        seams = self.panel.variables[name].seams if name in self.panel.variables else ()
        if not seams:
            return np.zeros(self.exists.shape, dtype=bool)
        newest = self.years[:, None] - self._lag(name)[1]
        over = np.logical_or.reduce([(newest >= seam) & (newest - years < seam) for seam in seams])
        return np.broadcast_to(over, self.exists.shape)

    def of_one_vintage(self, values: FloatArray, *names: str, years: int) -> FloatArray:
        """Differences over some years, missing where they span two vintages of a variable."""
        over = np.logical_or.reduce([self.over_seam(name, years=years) for name in names])
        return np.where(over, np.nan, values)

    def age(self, name: str) -> FloatArray:
        """Years between each row and the year its known value belongs to; of event counts, the last one covered."""
        return self._lookup(name)[1]

    def flatten(self, values: FloatArray) -> FloatArray:
        """Values of the panel's rows, in the panel's order."""
        rows: FloatArray = values[self.rows, self.cols]
        return rows

    def neighbour_mean(self, values: FloatArray) -> FloatArray:
        """Mean over the states with a common land border; NaN for states without one."""
        return self._pair_mean(values, self._borders)

    def region_mean(self, values: FloatArray) -> FloatArray:
        """Mean over the other states of the same UN subregion."""
        return self._pair_mean(values, self._regions)

    def world_median(self, values: FloatArray) -> FloatArray:
        """Median over the states of each year, repeated for every state."""
        result = np.full_like(values, np.nan)
        for row, present in enumerate(values):
            observed = present[np.isfinite(present)]
            if observed.size:
                result[row] = np.median(observed)
        return np.where(self.exists, result, np.nan)

    @cached_property
    def state_age(self) -> FloatArray:
        """Years since independence, 0 in the first year."""
        table = list_states().set_index("country_id")["start"]
        start = np.array([pd.Timestamp(table.loc[i]).year for i in self.ids], dtype=float)
        return np.where(self.exists, self.years[:, None] - start[None, :], np.nan)

    @cached_property
    def _regions(self) -> Pairs:
        """Every year's pairs of different states of one subregion."""
        table = list_states().set_index("country_id")["subregion"]
        subregion = np.array([str(table.loc[i]) for i in self.ids])
        same = subregion[:, None] == subregion[None, :]
        np.fill_diagonal(same, val=False)
        state, other = np.nonzero(same)
        rows = np.repeat(np.arange(len(self.years)), len(state))
        return rows, np.tile(state, len(self.years)), np.tile(other, len(self.years))

    @cached_property
    def _borders(self) -> Pairs:
        """Every year's pairs of states with a common land border."""
        pairs = contiguity(kind="land").sort_values(["year", "country_id", "neighbour_id"])
        pairs = pairs[pairs["year"].between(self.years[0], self.years[-1])]
        pairs = pairs[pairs["country_id"].isin(self.ids) & pairs["neighbour_id"].isin(self.ids)]
        return (
            pairs["year"].to_numpy(dtype=np.int64) - self.years[0],
            np.searchsorted(self.ids, pairs["country_id"].to_numpy(dtype=np.int64)),
            np.searchsorted(self.ids, pairs["neighbour_id"].to_numpy(dtype=np.int64)),
        )

    def _pair_mean(self, values: FloatArray, pairs: Pairs) -> FloatArray:
        """Mean of the others' observed values, added up in the order of state numbers.

        A matrix product would round differently when a later year brings another state.
        """
        rows, state, other = pairs
        used = self.exists[rows, other] & np.isfinite(values[rows, other])
        place = rows[used] * len(self.ids) + state[used]
        total = np.bincount(place, weights=values[rows[used], other[used]], minlength=values.size)
        count = np.bincount(place, minlength=values.size)
        mean = np.divide(total, count, out=np.full(values.size, np.nan), where=count > 0)
        return np.where(self.exists, mean.reshape(values.shape), np.nan)

    def _lag(self, name: str) -> tuple[FloatArray, int]:
        """Values moved to the row by whose issue date they were published, and by how many years."""
        if name not in self._published:
            variable = self.panel.variables.get(name)
            if variable is None:
                message = f"the panel has no variable {name!r}. Load the source that brings it."
                raise CoverageError(message)
            values = np.full(self.exists.shape, np.nan)
            values[self.rows, self.cols] = self.panel.frame[name].to_numpy(dtype=float)
            years = availability_lag(variable.publication_lag_months, issue_month=self.issue_month)
            self._published[name] = lag(values, years), years
        return self._published[name]

    def _lookup(self, name: str) -> tuple[FloatArray, FloatArray]:
        if name not in self._latest:
            values, years = self._lag(name)
            carried, age = carry_forward(values)
            if not self.panel.variables[name].zero_inside:
                values = carried
            values = np.where(self.exists, values, np.nan)
            self._latest[name] = values, np.where(self.exists & np.isfinite(carried), age + years, np.nan)
        return self._latest[name]
