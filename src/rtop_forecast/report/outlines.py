"""The world map of the page: outlines small enough to stand in it, one shape for each ranked state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.plot.shapes import ring_area, shapes
from rtop_forecast.storage.remembered import bundle_digest, remembered

STEPS = (0.005, 0.01, 0.02, 0.03, 0.05)
_GRID = 4.0  # units of the drawing, about a pixel on a wide screen
_SCALE = 10.0
_SMALL, _DOT = 250.0, 700.0  # areas in square units: parts left out, and states that get a dot
#: Packages that the outlines are made by.
_CODE = ("errors.py", "checks", "storage", "world", "plot/shapes.py", "report/outlines.py")
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
    land = _land(year)
    rest = [path for number, path in land.paths if number not in prob]
    paths: dict[int, list[str]] = {}
    for number, path in land.paths:
        if number in prob:
            paths.setdefault(number, []).append(path)
    pieces = [Markup('<path class="no" d="{}"/>').format("".join(rest))]
    # the highest risks are drawn last, over their neighbours' edges
    for number in sorted(paths, key=lambda one: prob[one]):
        colour, name = step_of(prob[number]), slugs[number]
        if number in land.dots:
            pieces.append(
                Markup('<circle class="k{}" data-s="{}" cx="{}" cy="{}" r="13"/>').format(
                    colour, name, *land.dots[number]
                )
            )
        else:
            pieces.append(
                Markup('<path class="k{}" data-s="{}" d="{}"/>').format(colour, name, "".join(paths[number]))
            )
    return Markup("").join(pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Land:
    """Land of a year: paths by Gleditsch-Ward number (0 for land of no state), and the middle of small states."""

    paths: tuple[tuple[int, str], ...]
    dots: dict[int, tuple[int, int]]


def _land(year: int) -> _Land:
    """Land as the page draws it, kept for the bundled geometry and list of states."""
    parts = {"outlines of": year, "bundle": bundle_digest()}
    return remembered("table", parts, lambda: _drawn_land(year), code=_CODE, classes=(_Land,))


def _drawn_land(year: int) -> _Land:
    paths: list[tuple[int, str]] = []
    dots: dict[int, tuple[int, int]] = {}
    for (number, _), parts in shapes(year).items():
        rings = [_SCALE * ring * np.array([1.0, -1.0]) for polygon in parts for ring in polygon]
        largest = max(rings, key=ring_area)
        visible = [ring for ring in rings if ring is largest or ring_area(ring) > _SMALL]
        # without a path where the land is too small to be drawn as other than a dot
        paths.append((number, "".join(map(_outline, visible))))
        if number and sum(ring_area(ring) for ring in rings) < _DOT:
            middle = largest.mean(axis=0)
            dots[number] = round(float(middle[0])), round(float(middle[1]))
    return _Land(paths=tuple(paths), dots=dots)


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
