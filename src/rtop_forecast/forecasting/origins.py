"""Origin years of a backtest."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rtop_forecast.checks.arguments import calendar_year, integer
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.features import Features
from rtop_forecast.forecasting.situation import Situation, situations
from rtop_forecast.targets import Target, find_event

#: Share of the features alive in the last coded year that must have a value in a year to forecast from it unasked.
LEAST_ALIVE = 2 / 3


def find_latest_origin(features: Features, target: Target) -> int:
    """Latest year from which the data at hand allow a forecast.

    Sources come out at different times, and the list of an event's onsets may end before others do. A later year counts
    if the situation of the states (:func:`situations`) is known in it and, of the features that have a value in the
    last year with onsets coded, at least two thirds have one. Features of the event's own list, which are missing after
    its end, are not counted.

    Parameters
    ----------
    features : Features
    target : Target
        From the same panel.

    Returns
    -------
    int
        The last coded year, or a later one.
    """
    frame = features.frame
    coded = target.last_observed
    held = features.panel.variables
    own = {held[name].source for name in find_event(features.panel, target.event).onset}
    counted = [
        spec.name for spec in features.specs if not own & {held[name].source for name in spec.variables}
    ]
    alive = frame[counted].notna().groupby(frame["year"].to_numpy()).any().sum(axis=1)
    situation_known = (
        pd.Series(situations(features, target) != Situation.NOT_KNOWN).groupby(frame["year"].to_numpy()).all()
    )
    later = [year for year in alive.index if year > coded]
    reached = [year for year in later if alive[year] >= LEAST_ALIVE * alive[coded] and situation_known[year]]
    return max([coded, *map(int, reached)])


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingOrigin:
    """Origin years of a backtest, with the embargo that the horizon imposes.

    Parameters
    ----------
    first : int
        First origin year.
    last : int, optional
        Last origin year; by default the last whose window has closed.
    horizon : int
        Years a label looks ahead. Row s may train at origin t only if s + horizon <= t.
    step : int
        Years between origins.
    """

    first: int
    last: int | None = None
    horizon: int = 2
    step: int = 1

    def __post_init__(self) -> None:
        """Refuse impossible years, horizons and steps."""
        for name in ("first", "last"):
            if name == "first" or self.last is not None:
                calendar_year(getattr(self, name), name=name)
        for name in ("horizon", "step"):
            integer(getattr(self, name), name=name, least=1)
        if self.last is not None and self.last < self.first:
            message = f"the last origin {self.last} comes before the first, {self.first}. Swap them."
            raise InputError(message)

    def origins(self, target: Target) -> list[int]:
        """Origin years for a target; each one's window has closed.

        Raises
        ------
        InputError
            If the horizons of origins and target differ.
        CoverageError
            If no window has closed, or the named last origin's has not.
        """
        if self.horizon != target.horizon:
            message = (
                f"the origins embargo {self.horizon} years but the target looks {target.horizon} years ahead. "
                f"Use RollingOrigin(horizon={target.horizon})."
            )
            raise InputError(message)
        closed = target.last_observed - target.horizon
        last = closed if self.last is None else self.last
        if last > closed or self.first > closed:
            message = (
                f"onsets are coded to {target.last_observed}, so {target.horizon}-year windows have closed up to "
                f"origin {closed}; origin {max(last, self.first)} cannot be scored yet. Choose origins up to {closed}."
            )
            raise CoverageError(message)
        return list(range(self.first, last + 1, self.step))
