"""Events that are dated by month, over years that begin at an issue date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import integer, positive_number
from rtop_forecast.errors import CoverageError
from rtop_forecast.panel.build import with_table
from rtop_forecast.panel.months import month_grid
from rtop_forecast.panel.panel import Panel
from rtop_forecast.sources.catalogue.ucdp_ged import CANDIDATE_LAG
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched
from rtop_forecast.world.states import KEYS

__all__ = ["add_month_events"]

_YEAR = 12


def add_month_events(
    panel: Panel,
    *,
    name: str,
    variable: str = "ged_onesided_events",
    threshold: float,
    issue_month: int,
) -> Panel:
    """Add an event that a count by month dates, over years that begin after an issue month.

    Year y of the event runs from the month after ``issue_month`` of y to ``issue_month`` of y + 1. The event is under
    way in a year whose count reaches the threshold, and begins in the first such year after one in which it did not. So
    the window of a forecast from origin t, issued at the end of ``issue_month`` of t + 1, begins on the day after:
    nothing that was seen by then counts, and nothing of it is nowcast.

    Parameters
    ----------
    panel : Panel
    name : str
        Prefix of the two variables ``<name>_onset`` and ``<name>_ongoing``, for
        :func:`rtop_forecast.onset_target` with ``event=name``.
    variable : str
        A count by month of the panel, as ``"ged_onesided_events"``; ``"ged_onesided_deaths"`` where the event files of
        all years are at hand.
    threshold : float
        Count in twelve months.
    issue_month : int
        1 to 12.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If the month or threshold is impossible, or the name is taken.
    CoverageError
        If no yearly release tells of the count by month for two such years: candidate events undercount and date no
        event.
    """
    month = integer(issue_month, name="issue_month", least=1, most=12)
    threshold = positive_number(threshold, name="threshold")
    final = [table for table in panel.months if not table.provisional]
    grid = month_grid(final, variable)
    covered = grid.chosen >= 0
    first = -(-(grid.first - month) // _YEAR)  # first year whose month after the issue month is covered
    last = (grid.first + len(covered) - month) // _YEAR - 1
    if last - first < 1 or not covered.all():
        message = (
            f"{variable} must be covered by yearly releases for two years of twelve months in a row; it is for "
            f"{len(covered)} months, {int((~covered).sum())} of them missing. Load the whole release."
        )
        raise CoverageError(message)
    start = first * _YEAR + month - grid.first
    counts = grid.counts[start : start + (last - first + 1) * _YEAR].reshape(-1, _YEAR, grid.ids.size)
    counted = np.isfinite(counts).any(axis=1)
    reached = np.where(counted, np.nansum(counts, axis=1) >= threshold, False)
    begun = reached[1:] & ~reached[:-1]
    year, state = np.nonzero(reached)
    data = pd.DataFrame({"country_id": grid.ids[state], "year": year + first, f"{name}_ongoing": 1.0})
    data[f"{name}_onset"] = np.where(year > 0, begun[np.maximum(year - 1, 0), state], False).astype(float)
    keys = pd.MultiIndex.from_frame(panel.frame[KEYS])
    exists = pd.MultiIndex.from_frame(data[KEYS]).isin(keys)
    span = (max(first, panel.years[0]), min(last, panel.years[1]))
    inside = data["year"].between(*span)
    data = data[exists & inside.to_numpy()].sort_values(KEYS, ignore_index=True)
    data.loc[data["year"] == first, f"{name}_onset"] = np.nan
    table = SourceTable(
        source="+".join(dict.fromkeys(table.source for table in grid.tables)),
        release=grid.tables[-1].release,
        data=data[[*KEYS, f"{name}_onset", f"{name}_ongoing"]],
        coverage={f"{name}_onset": (max(first + 1, span[0]), span[1]), f"{name}_ongoing": span},
        zero_inside=frozenset({f"{name}_onset", f"{name}_ongoing"}),
        # the year ends with the issue month of the next, whose own events come out a month later
        publication_lag_months=month + CANDIDATE_LAG,
        unmatched=no_unmatched(),
    )
    return with_table(panel, table)
