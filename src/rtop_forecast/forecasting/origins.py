"""Origin years of a backtest."""

from __future__ import annotations

from dataclasses import dataclass

from rtop_forecast.checks.arguments import calendar_year, integer
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.targets import Target


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
