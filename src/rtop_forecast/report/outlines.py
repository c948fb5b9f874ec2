"""The world map of the page: outlines small enough to stand in it, one shape for each ranked state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from markupsafe import Markup

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.plot.shapes import ring_area, shapes

STEPS = (0.005, 0.01, 0.02, 0.03, 0.05)
_GRID = 4.0  # units of the drawing, about a pixel on a wide screen
_SCALE = 10.0
_SMALL, _DOT = 250.0, 700.0  # areas in square units: parts left out, and states that get a dot
_BOX = (-1560, -850, 3120, 1470)


def step_of(prob: float) -> int:
    """Colour step of a probability, 0 to 5."""
    return int(np.searchsorted(STEPS, prob, side="right"))


def world_svg(prob: Mapping[int, float], slugs: Mapping[int, str], year: int) -> Markup:
    """Shapes of all land, those of ranked states in the colour of their step and named by their slug.

    Parameters
    ----------
    prob : dict of int to float
        By Gleditsch-Ward number.
    slugs : dict of int to str
    year : int
        Whose states are drawn.

    Returns
    -------
    Markup
        The content of an ``svg`` element with the view box :func:`view_box`.
    """
    rest: list[str] = []
    paths: dict[int, list[str]] = {}
    dots: dict[int, tuple[float, float]] = {}
    for (number, _), parts in shapes(year).items():
        rings = [_SCALE * ring * np.array([1.0, -1.0]) for polygon in parts for ring in polygon]
        largest = max(rings, key=ring_area)
        visible = [ring for ring in rings if ring is largest or ring_area(ring) > _SMALL]
        drawn = [path for ring in visible if (path := _outline(ring))]
        if number in prob:
            paths.setdefault(number, []).extend(drawn)
            if sum(ring_area(ring) for ring in rings) < _DOT:
                middle = largest.mean(axis=0)
                dots[number] = float(round(middle[0])), float(round(middle[1]))
        else:
            rest += drawn
    pieces = [Markup('<path class="no" d="{}"/>').format("".join(rest))]
    # the highest risks are drawn last, over their neighbours' edges
    for number in sorted(paths, key=lambda one: prob[one]):
        colour, name = step_of(prob[number]), slugs[number]
        if number in dots:
            pieces.append(
                Markup('<circle class="k{}" data-s="{}" cx="{:g}" cy="{:g}" r="13"/>').format(
                    colour, name, *dots[number]
                )
            )
        else:
            pieces.append(
                Markup('<path class="k{}" data-s="{}" d="{}"/>').format(colour, name, "".join(paths[number]))
            )
    return Markup("").join(pieces)


def view_box() -> str:
    """View box of the map."""
    return " ".join(str(one) for one in _BOX)


def _outline(ring: FloatArray) -> str:
    """Draw a closed path on a grid, without points on straight lines; empty for less than a triangle."""
    points = np.round(ring / _GRID).astype(int)
    points = points[np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]]
    if len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]
    if len(points) > 2:
        back, ahead = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
        bends = back[:, 0] * ahead[:, 1] != back[:, 1] * ahead[:, 0]
        points = points[bends]
    if len(points) < 3:
        return ""
    grid = int(_GRID)
    steps = np.diff(points, axis=0) * grid
    start = points[0] * grid
    return f"M{start[0]} {start[1]}l" + " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-") + "z"
