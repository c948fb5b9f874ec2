"""Small drawings of the page as SVG in its colours, so that they follow light, dark and print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from rtop_forecast.report.words import Words

_DOTS = 25  # in a row
_DECADES = (1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Log scale of probabilities: at least from 0.1% to 30%, further where values lie beyond."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Iterable[float]) -> Scale:
        """Scale on which every value has its place; only zero lies at the lower end.

        Examples
        --------
        >>> Scale.over([0.002, 0.42]), Scale.over([0.000062, 0.1])
        (Scale(low=0.001, high=0.5), Scale(low=6e-05, high=0.3))
        """
        positive = np.array([value for value in values if value > 0], dtype=float)
        if not len(positive):
            return cls(low=0.001, high=0.3)
        least, most = float(positive.min()), float(positive.max())
        unit, top = (10.0 ** np.floor(np.log10(one)) for one in (least, most))
        low, high = float(np.floor(least / unit) * unit), float(np.ceil(most / top) * top)
        return cls(low=min(0.001, float(f"{low:.0e}")), high=max(0.3, float(f"{high:.0e}")))

    def at(self, prob: float) -> float:
        """Place from 0 to 1."""
        return float(np.log(max(prob, self.low) / self.low) / np.log(self.high / self.low))

    @property
    def ticks(self) -> list[float]:
        """Powers of ten on it."""
        return [one for one in _DECADES if self.low <= one <= self.high]


def interval(low: float, value: float, high: float, scale: Scale) -> Markup:
    """Interval of a table's row; the numbers stand beside it."""
    x = [round(4 + 112 * scale.at(one), 1) for one in (low, value, high)]
    return Markup(
        '<svg class="iv" viewBox="0 0 120 12" aria-hidden="true"><path d="M{} 6H{}"/><circle cx="{}" cy="6" r="3.6"/>'
        "</svg>"
    ).format(x[0], x[2], x[1])


def dots(number: int) -> Markup:
    """Hundred dots, so many of them filled; the page holds what they refer to, see :func:`dots_once`.

    Examples
    --------
    >>> print(dots(27))
    <svg class="dots" viewBox="0 0 25 4" aria-hidden="true"><use href="#dots"/><path d="M.5.5h24.1M.5 1.5h1.1"/></svg>
    """
    filled = [
        f"M.5{y}.5h{min(number - row * _DOTS, _DOTS) - 1}.1"
        for row, y in enumerate(("", " 1", " 2", " 3"))
        if number > row * _DOTS
    ]
    return Markup(
        '<svg class="dots" viewBox="0 0 {} 4" aria-hidden="true"><use href="#dots"/>{}</svg>'
    ).format(_DOTS, Markup('<path d="{}"/>').format("".join(filled)) if filled else "")


def dots_once() -> Markup:
    """Draw the dots that every hundred refers to: dashes without length, with round ends."""
    rows = "".join(f"M.5{y}.5h{_DOTS - 1}.1" for y in ("", " 1", " 2", " 3"))
    return Markup(
        '<svg class="once" width="0" height="0" aria-hidden="true"><defs><path id="dots" d="{}"/></defs></svg>'
    ).format(rows)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def reliability(bins: pd.DataFrame, words: Words, *, expected: float, observed: int) -> Markup:
    """Observed frequency of each bin of chances with its interval, on log scales."""
    size, left = 340, 44
    scale = Scale.over(bins[["mean_prob", "observed", "low", "high"]].to_numpy(dtype=float).ravel())

    def x(prob: float) -> float:
        return round(left + (size - left - 12) * scale.at(prob), 1)

    def y(prob: float) -> float:
        return round(10 + (size - 44) * (1 - scale.at(prob)), 1)

    ticks = Markup("").join(
        Markup(
            '<path d="M{0} {1}H{2}M{3} 10V{4}"/><text x="2" y="{5}">{6}</text><text x="{3}" y="{7}">{6}</text>'
        ).format(left, y(p), size - 12, x(p), size - 34, y(p) + 3, words.tick(p), size - 20)
        for p in scale.ticks
    )
    labels = _apart(
        [
            (x(row["mean_prob"]), y(row["high"]) - 4, f"{int(row['positives'])}/{int(row['count'])}")
            for row in bins.to_dict("records")
        ]
    )
    marks = Markup("").join(
        Markup(
            '<path class="e" d="M{0} {1}V{2}"/><circle class="s" cx="{0}" cy="{3}" r="4"/>'
            '<text x="{0}" y="{4}" text-anchor="middle">{5}</text>'
        ).format(x(row["mean_prob"]), y(row["low"]), y(row["high"]), y(row["observed"]), place, text)
        for row, (_, place, text) in zip(bins.to_dict("records"), labels, strict=True)
    )
    bin_texts = words.joined(
        words.say(
            "figure.bin",
            chance=words.percentage(row["mean_prob"]),
            positives=int(row["positives"]),
            count=int(row["count"]),
        )
        for row in bins.to_dict("records")
    )
    label = words.say(
        "figure.reliability.label", expected=f"{expected:.0f}", observed=observed, bins=bin_texts
    )
    return Markup(
        '<svg class="fig" role="img" aria-label="{}" viewBox="0 0 {} {}"><g class="a">{}</g>'
        '<path class="d" d="M{} {}L{} {}"/>{}</svg>'
    ).format(label, size, size, ticks, x(scale.low), y(scale.low), x(scale.high), y(scale.high), marks)


def _apart(labels: Sequence[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """Centred labels, each lifted until it covers none before it."""
    line, letter = 11.0, 6.4  # of text of 10 px
    placed: list[tuple[float, float, str]] = []
    for x, top, text in labels:
        y = top
        while any(
            abs(x - a) < letter * (len(text) + len(other)) / 2 and abs(y - b) < line for a, b, other in placed
        ):
            y -= line
        placed.append((x, round(y, 1), text))
    return placed


def expected_observed(counts: pd.DataFrame, words: Words) -> Markup:
    """Predictive interval, expected and observed number of cases by year of origin."""
    width, height, left = 520, 240, 26
    top = int(max(counts["high"].max(), counts["observed"].max())) + 1
    step = (width - left - 8) / len(counts)

    def y(value: float) -> float:
        return round(8 + (height - 34) * (1 - value / top), 1)

    def x(place: int) -> float:
        return round(left + step * (place + 0.5), 1)

    rows: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in counts.to_dict("records")]
    marks = Markup("").join(
        Markup('<path class="e" d="M{0} {1}V{2}"/><circle class="o" cx="{0}" cy="{3}" r="3.4"/>').format(
            x(place), y(row["low"]), y(row["high"]), y(row["observed"])
        )
        for place, row in enumerate(rows)
    )
    line = _path([(x(place), y(row["expected"])) for place, row in enumerate(rows)])
    ticks = Markup("").join(
        Markup('<path d="M{} {}H{}"/><text x="2" y="{}">{}</text>').format(left, y(n), width - 8, y(n) + 3, n)
        for n in range(0, top + 1, max(1, top // 5))
    )
    years = Markup("").join(
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            x(place), height - 8, row["origin_year"]
        )
        for place, row in enumerate(rows)
        if place % max(1, len(rows) // 6) == 0
    )
    label = words.say(
        "figure.expected.label",
        expected=words.two_digits(float(counts["expected"].sum())),
        observed=int(counts["observed"].sum()),
        inside=int(counts["inside"].sum()),
        all=len(counts),
    )
    return Markup(
        '<svg class="fig" role="img" aria-label="{}" viewBox="0 0 {} {}"><g class="a">{}</g>{}'
        '<polyline class="s" points="{}"/>{}</svg>'
    ).format(label, width, height, ticks, marks, line, years)
