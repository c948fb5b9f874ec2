"""What was published for each row of the features, state by state and year by year."""

from __future__ import annotations

import math

from feature_sources import Reader
from feature_world import FIRST, LAST

NAN = math.nan
YEARS = range(FIRST, LAST + 1)
ISSUE_MONTH = 6


def known(x: float) -> bool:
    """Whether a value is there."""
    return x == x


class Rows:
    """What was published for each row."""

    def __init__(self, reader: Reader) -> None:
        self.world, self.series = reader.world, reader.series
        self.states = sorted({state for state, _ in self.world.exists})
        self._carried: dict[tuple[str, int], dict[int, tuple[float, int]]] = {}

    def exists(self, state: int, year: int) -> bool:
        """Whether the state existed in the year."""
        return (state, year) in self.world.exists and year in YEARS

    def delay(self, name: str) -> int:
        """Years by which a variable trails the origin when forecasts are issued at the end of June."""
        return max(0, math.ceil((self.series[name].lag - ISSUE_MONTH) / 12))

    def raw(self, name: str, state: int, year: int) -> float:
        """Value of a calendar year, with zeros where the source covers that nothing happened."""
        one = self.series[name]
        if not self.exists(state, year) or not one.first <= year <= one.last:
            return NAN
        if (state, year) in one.values:
            return one.values[state, year]
        covered = one.zero and (one.states is None or state in one.states)
        return 0.0 if covered else NAN

    def observed(self, name: str, state: int, year: int) -> float:
        """Value of the newest year out at the row's issue date; nothing is carried."""
        return self.raw(name, state, year - self.delay(name)) if self.exists(state, year) else NAN

    def carried(self, name: str, state: int, year: int) -> tuple[float, float]:
        """Latest published value and its age in years; event counts are never carried."""
        if not self.exists(state, year):
            return NAN, NAN
        delay = self.delay(name)
        if self.series[name].zero:
            value = self.observed(name, state, year)
            return value, (float(delay) if known(value) else NAN)
        if (name, state) not in self._carried:
            latest: dict[int, tuple[float, int]] = {}
            last = (NAN, 0)
            for y in YEARS:
                value = self.raw(name, state, y - delay)
                last = (value, y) if known(value) else last
                latest[y] = last
            self._carried[name, state] = latest
        value, seen = self._carried[name, state][year]
        return value, (float(year - seen + delay) if known(value) else NAN)
