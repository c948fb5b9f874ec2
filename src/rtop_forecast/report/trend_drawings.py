"""Trends of the states as SVG: what many have in common stands once in the page, and each refers to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pandas as pd
from markupsafe import Markup

from rtop_forecast.report.drawings import Scale
from rtop_forecast.report.words import Words

__all__ = ["Trends"]

# of the drawing, in whole tenths of the pixels in which it is shown
_WIDTH, _HEIGHT, _LEFT = 4000, 1180, 320


class Trends:
    """Draws the trends of a page; their scales and the world's line, which differ little, are drawn once.

    Parameters
    ----------
    world : pandas.Series
        Mean probability of all ranked states by origin year.
    words : Words

    Examples
    --------
    >>> trends = Trends(pd.Series({2000: 0.02, 2001: 0.01}), Words())
    >>> both = [trends.draw({2000: 0.1, 2001: prob}, (0.05, 0.2), ()) for prob in (0.1, 0.09)]
    >>> [one.count('<use href="#t0"/>') for one in both], trends.frames().count('id="t')
    ([1, 1], 1)
    """

    def __init__(self, world: pd.Series[float], words: Words) -> None:
        self._world, self._words = world, words
        self._first = int(world.index.min())
        self._last = max(int(world.index.max()), self._first + 1)
        self._of_world = {int(str(year)): float(prob) for year, prob in world.items()}
        self._scales: list[Scale] = []

    def draw(
        self, points: Mapping[int, float], bounds: tuple[float, float], episodes: Sequence[int]
    ) -> Markup:
        """Draw the forecasts of a state by year of origin, with this year's interval and its episodes.

        Parameters
        ----------
        points : dict of int to float
            Probability by year.
        bounds : (float, float)
            Interval of the last of them.
        episodes : sequence of int
            Years with an episode.
        """
        scale = Scale.over([*points.values(), *self._world, *bounds])
        if scale not in self._scales:
            self._scales.append(scale)
        bands = Markup("").join(self._band(start, end) for start, end in _runs(self._within(episodes)))
        end = Markup('<path class="e" d="M{0} {1}V{2}"/><circle class="s" cx="{0}" cy="{3}" r="30"/>').format(
            self._x(self._last), *(_y(prob, scale) for prob in (*bounds, points[max(points)]))
        )
        return Markup(
            '<svg class="tr" role="img" aria-label="{}" viewBox="0 0 {} {}">{}<use href="#t{}"/>{}{}</svg>'
        ).format(
            self._label(points, episodes),
            _WIDTH,
            _HEIGHT,
            Markup('<g class="b">{}</g>').format(bands) if bands else "",
            self._scales.index(scale),
            self._line("s", points, scale),
            end,
        )

    def frames(self) -> Markup:
        """Draw what the trends refer to: each scale with its ticks, the years and the world's line."""
        frames = Markup("").join(
            Markup('<g id="t{}" class="t"><g class="a">{}</g>{}{}</g>').format(
                number, self._ticks(scale), self._line("w", self._of_world, scale), self._years()
            )
            for number, scale in enumerate(self._scales)
        )
        return Markup(
            '<svg class="once" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>'
        ).format(frames)

    def _x(self, year: float) -> int:
        return round(_LEFT + (_WIDTH - _LEFT - 100) * (year - self._first) / (self._last - self._first))

    def _within(self, years: Sequence[int]) -> list[int]:
        return [year for year in years if self._first <= year <= self._last]

    def _band(self, start: int, end: int) -> Markup:
        left, right = self._x(start - 0.5), self._x(end + 0.5)
        return Markup('<path d="M{} 60H{}V{}H{}z"/><text x="{}" y="150">{}</text>').format(
            left, right, _HEIGHT - 180, left, self._x(start - 0.4), self._words.say("brief.episode")
        )

    def _line(self, name: str, points: Mapping[int, float], scale: Scale) -> Markup:
        """Line through points: where it begins, and the steps from each to the next."""
        places = [(self._x(year), _y(prob, scale)) for year, prob in sorted(points.items())]
        steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(places)]
        x, y = places[0]
        return Markup('<path class="{}" d="M{} {}l{}"/>').format(
            name, x, y, " ".join(steps or ["0 0"]).replace(" -", "-")
        )

    def _ticks(self, scale: Scale) -> Markup:
        return Markup("").join(
            Markup('<path d="M{} {}H{}"/><text x="10" y="{}">{}</text>').format(
                _LEFT, _y(p, scale), _WIDTH - 100, _y(p, scale) + 30, self._words.tick(p)
            )
            for p in scale.ticks
        )

    def _years(self) -> Markup:
        return Markup('<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>').format(
            _LEFT, _HEIGHT - 50, self._first, _WIDTH - 10, _HEIGHT - 50, self._last
        )

    def _label(self, points: Mapping[int, float], episodes: Sequence[int]) -> str:
        first, last = min(points), max(points)
        words = self._words
        text = words.say(
            "brief.trend.label",
            first=first,
            last=last,
            start=words.percentage(points[first]),
            end=words.percentage(points[last]),
            world_start=words.percentage(float(self._world.iloc[0])),
            world_end=words.percentage(float(self._world.iloc[-1])),
        )
        spans = [
            str(start) if start == end else words.say("year.span", first=start, last=end)
            for start, end in _runs(episodes)
        ]
        return f"{text} {words.say('brief.trend.episodes', years=words.listed(spans))}" if spans else text


def _y(prob: float, scale: Scale) -> int:
    return round(60 + (_HEIGHT - 240) * (1 - scale.at(prob)))


def _runs(years: Sequence[int]) -> list[tuple[int, int]]:
    """First and last year of each unbroken run."""
    runs: list[tuple[int, int]] = []
    for year in sorted(set(years)):
        if runs and year == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs
