"""The situation of a state at an origin: an episode of the event under way, or none, as far as could be known."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features import Features
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.transforms import lag, trailing_max
from rtop_forecast.targets import Event, Target, find_event
from rtop_forecast.world.episodes import QUIET_YEARS
from rtop_forecast.world.provisional import under_way_with

# a value this old still tells the situation where the newest years are not covered yet
_CARRIED_YEARS = 2
# what provisional episodes count towards, by the variable of the list
_COUNTED = {
    "mk_ongoing": "ongoing",
    "mk_state_led_ongoing": "state_led_ongoing",
    "mk_nonstate_ongoing": "nonstate_ongoing",
}


class Situation(StrEnum):
    """Whether an episode of the event is under way in the origin year."""

    QUIET = "quiet"
    UNDER_WAY = "under_way"
    NOT_KNOWN = "not_known"


def situations(features: Features, target: Target) -> NDArray[np.str_]:
    """Situation of each row of the features, from what was published by the row's issue date.

    An episode of a list counts as under way until three quiet years are over, since by the list's rule (fewer than 100
    civilians killed a year for three years) it is not known to have ended before. So an episode under way in the
    last year that a list covers is under way in the two years after it too. An event with a threshold is under way in
    a year in which the quantity reaches it; where the origin year is not covered, the latest of the two years before
    counts. Where the panel holds provisional episodes, the states that they speak of follow those that were written
    down by the issue date.

    Parameters
    ----------
    features : Features
        Their panel and issue month say what was known.
    target : Target
        Names the event.

    Returns
    -------
    ndarray of str of shape (n_rows,)
        Values of :class:`Situation`; ``not_known`` where neither the origin year nor the two before it are covered.
    """
    grid = Grid(features.panel, issue_month=features.issue_month)
    present = _present(grid, find_event(features.panel, target.event))
    values = grid.flatten(present)
    return np.where(
        np.isnan(values), Situation.NOT_KNOWN, np.where(values > 0, Situation.UNDER_WAY, Situation.QUIET)
    )


def under_way(groups: pd.Series[str]) -> pd.Series[bool]:
    """Whether an episode is under way, by the names of situations; missing where that is not known."""
    values = {str(Situation.UNDER_WAY): True, str(Situation.QUIET): False}
    return groups.map(values).astype("boolean")


def _present(grid: Grid, event: Event) -> FloatArray:
    """1 where the event is under way as known at each row's issue date, 0 where it is not, NaN where unknown."""
    if event.threshold is None:
        episodes = np.sum([grid.known(name) for name in event.ongoing], axis=0)
        largest: FloatArray = trailing_max(np.minimum(episodes, 1.0), QUIET_YEARS)
        return _with_provisional(grid, event, largest)
    quantity = np.sum([grid.known(name) for name in event.onset], axis=0)
    for years in range(1, _CARRIED_YEARS + 1):
        quantity = np.where(np.isnan(quantity), lag(quantity, years), quantity)
    reached: FloatArray = np.where(np.isnan(quantity), np.nan, quantity >= event.threshold)
    return reached


def _with_provisional(grid: Grid, event: Event, present: FloatArray) -> FloatArray:
    """Presence of the event, of the states of provisional rows by what these told on each issue date."""
    beside = grid.panel.provisional
    counted = [_COUNTED[name] for name in event.ongoing if name in _COUNTED]
    if beside is None or not counted:
        return present
    present = present.copy()
    for row, year in enumerate(grid.years.tolist()):
        rows = beside.as_of(grid.issued(year)).frame
        if rows.empty:
            continue
        presence = under_way_with(rows, year=year)
        presence = presence[presence["country_id"].isin(grid.ids)]
        columns = np.searchsorted(grid.ids, presence["country_id"].to_numpy())
        present[row, columns] = np.minimum(presence[counted].sum(axis=1).to_numpy(dtype=float), 1.0)
    return np.where(grid.exists, present, np.nan)
