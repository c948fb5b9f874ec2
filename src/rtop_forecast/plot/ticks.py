"""Ticks in percent that fit their axis, on any scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator, NullLocator

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.logistic import log_odds, probability

Map = Callable[[FloatArray], FloatArray]

_SPARSE = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
_DENSE = ((1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0), tuple(np.arange(1.0, 10.0, 0.5)))
_DECADES = range(-6, 0)
_LEAST = 3  # ticks below which a denser series is tried
_LETTER, _GAP, _LINE = (
    0.6,
    0.7,
    1.3,
)  # width of a letter, gap between labels and height of a line, in sizes of the font


class PercentLocator(Locator):
    """Round percentages, as many as have room for their labels.

    Parameters
    ----------
    to_axis : callable, optional
        From probabilities to the coordinates of the axis; the probabilities themselves by default.
    from_axis : callable, optional
        Its inverse.
    least, most : float
        Lowest tick above 0, and highest.
    """

    axis: Any

    def __init__(
        self,
        to_axis: Map | None = None,
        from_axis: Map | None = None,
        *,
        least: float = 1e-6,
        most: float = 1.0,
    ) -> None:
        self.to_axis = to_axis or _same
        self.from_axis = from_axis or _same
        self.least, self.most = least, most

    def __call__(self) -> Any:
        """Ticks of the axis as it is."""
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> Any:
        """Ticks between two places on the axis."""
        vmin, vmax = sorted((vmin, vmax))
        found = [self._inside(steps, vmin, vmax) for steps in (*_SPARSE, *_DENSE)]
        sparse, dense = found[: len(_SPARSE)], found[len(_SPARSE) :]
        tried = sparse if len(sparse[0]) >= _LEAST else [*dense, *sparse]
        for places in tried:
            if len(places) > 1 and self._fits(places, vmin, vmax):
                return places
        several = [places for places in found if len(places) > 1]
        if several:
            return self._thinned(min(several, key=len), vmin, vmax)
        low, high = self.from_axis(np.array([vmin, vmax]))
        even = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(float(low), float(high))
        places = self.to_axis(np.array([value for value in even if low <= value <= high]))
        return places if self._fits(places, vmin, vmax) else self._thinned(places, vmin, vmax)

    def _thinned(self, places: FloatArray, vmin: float, vmax: float) -> FloatArray:
        """Every second, third ... of the places, or their ends."""
        for step in range(2, len(places)):
            if self._fits(places[::step], vmin, vmax):
                return places[::step]
        return places[:: max(len(places) - 1, 1)]

    def _inside(self, steps: tuple[float, ...], vmin: float, vmax: float) -> FloatArray:
        lower = np.array([step * 10.0**decade for decade in _DECADES for step in steps])
        lower = lower[lower > self.least * (1 - 1e-9)]
        half = lower[lower <= 0.5]
        candidates = np.concatenate([[0.0], lower, [1.0]])
        if self.to_axis is not _same:
            candidates = np.unique(np.concatenate([half, np.round(1.0 - half, 9)]))
        candidates = candidates[candidates <= self.most * (1 + 1e-9)]
        with np.errstate(divide="ignore"):
            places = self.to_axis(candidates)
        slack = 1e-9 * (vmax - vmin)
        return places[(places >= vmin - slack) & (places <= vmax + slack)]

    def _fits(self, places: FloatArray, vmin: float, vmax: float) -> bool:
        """Whether neighbouring labels keep a gap, by the length of the axis in sizes of its font."""
        ends = self.axis.get_transform().transform(np.array([vmin, vmax]))
        at = (self.axis.get_transform().transform(places) - ends[0]) / (ends[1] - ends[0])
        # matplotlib counts three sizes for a label of a horizontal axis and two for one of a vertical
        horizontal = getattr(self.axis, "axis_name", "x") == "x"
        gaps = np.diff(at) * self.axis.get_tick_space() * (3 if horizontal else 2)
        if not horizontal:
            return bool((gaps >= _LINE).all())
        widths = _LETTER * np.array([len(percent(one)) for one in self.from_axis(places)])
        return bool((gaps >= (widths[1:] + widths[:-1]) / 2 + _GAP).all())


def _same(values: FloatArray) -> FloatArray:
    return values


def percent(prob: float) -> str:
    """Probability in percent without trailing zeros.

    Examples
    --------
    >>> percent(0.005), percent(0.2)
    ('0.5%', '20%')
    """
    return f"{100 * prob:g}%"


def percent_axis(axis: Any, *, logit: bool = False, least: float = 1e-6, most: float = 1.0) -> None:
    """Label an axis of probabilities, or of log-odds, in percent; ticks but 0 lie between the least and the most."""
    maps: tuple[Map, Map] | tuple[()] = (log_odds, probability) if logit else ()
    locator = PercentLocator(*maps, least=least, most=most)
    axis.set_major_locator(locator)
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: percent(float(locator.from_axis(np.array(value)))))
    )
    axis.set_minor_locator(NullLocator())


def whole_years(axis: Any) -> None:
    """Label an axis with whole years only."""
    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
