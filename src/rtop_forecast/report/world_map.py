"""A world map of the ranking: every ranked state by area or dot, the others hatched."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.report.topology import decode_arcs, polygons
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.states import resolve_state

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_map", "map_colours", "shapes"]

_SHA256 = "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394"
# Without a number in the file: Kosovo is a ranked state; the others are drawn unranked.
_NAMED = {"Kosovo": "Kosovo"}
_DOT_AREA = 6.0  # square units of the projected map below which a state gets a dot
_LOWEST, _HIGHEST = 0.001, 0.2
_COLOURS = "YlOrBr"
NOTE = (
    "Land and borders: Natural Earth, 1:50 million. Borders are drawn for orientation and imply no endorsement. "
    "Hatched: not ranked (no independent state in the Gleditsch-Ward system, or fewer than 500,000 inhabitants); "
    "Somaliland is ranked within Somalia; Palestine, Western Sahara and Northern Cyprus are not ranked."
)


@lru_cache(maxsize=4)
def shapes(year: int) -> dict[tuple[int, str], tuple[tuple[FloatArray, ...], ...]]:
    """Projected polygons by Gleditsch-Ward number (0 where the land is no state of that year) and name.

    Raises
    ------
    DataIntegrityError
        If the bundled geometry is not the one this release was made with.
    """
    path = datasets_dir() / "geometry" / "countries_50m.json"
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256:
        message = f"{path.name} is not the bundled geometry: its SHA-256 differs. Reinstall rtop-forecast."
        raise DataIntegrityError(message)
    topology = json.loads(content)
    arcs = decode_arcs(topology)
    result: dict[tuple[int, str], list[tuple[FloatArray, ...]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = str(geometry["properties"]["name"])
        if name == "Antarctica":
            continue
        key = (_state(geometry.get("id"), name, year), name)
        for polygon in polygons(geometry, arcs):
            cut = [part for ring in polygon for part in cut_at_antimeridian(ring)]
            # a polygon that is cut has no holes in this file, so that its parts stand alone
            groups = [[part] for part in cut] if len(cut) > len(polygon) else [cut]
            result.setdefault(key, []).extend(tuple(_project(ring) for ring in group) for group in groups)
    return {key: tuple(value) for key, value in result.items()}


def _state(code: str | None, name: str, year: int) -> int:
    system, value = ("m49", str(code)) if code else ("name", _NAMED.get(name, ""))
    if not value:
        return 0
    try:
        return resolve_state(value, system=system, year=year)
    except (InputError, LookupError):
        return 0


def map_colours(prob: pd.Series[float]) -> pd.Series[str]:
    """Colour of each probability, on a logarithmic scale from 0.1% to 20%, as a hexadecimal string."""
    from matplotlib import colormaps
    from matplotlib.colors import LogNorm, to_hex

    norm = LogNorm(_LOWEST, _HIGHEST, clip=True)
    scale = colormaps[_COLOURS]
    return prob.map(lambda value: to_hex(scale(norm(value))))


def draw_map(ranking: pd.DataFrame, *, year: int, title: str) -> Figure:
    """World map of the probabilities of a ranking.

    Parameters
    ----------
    ranking : pandas.DataFrame
        ``country_id, name, prob``.
    year : int
        Origin year, whose states are drawn.
    title : str
        What the probabilities are of.

    Returns
    -------
    matplotlib.figure.Figure
        Every ranked state has an area or a dot; the id of its artist is ``state-<number>``.

    Raises
    ------
    DataIntegrityError
        If a ranked state has no place on the map.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    prob = ranking.set_index("country_id")["prob"]
    colour = map_colours(prob)
    land = shapes(year)
    missing = sorted(set(prob.index) - {number for number, _ in land})
    if missing:
        message = f"{len(missing)} ranked states have no place on the map, first GW {missing[0]}."
        raise DataIntegrityError(message)
    figure = Figure(figsize=(12, 6.2), layout="constrained")
    axes = figure.subplots()
    for (number, _), parts in land.items():
        ranked = number in prob.index
        _paint(axes, parts, number, colour[number] if ranked else None)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(title, fontsize=13, loc="left")
    bar = figure.colorbar(
        ScalarMappable(LogNorm(_LOWEST, _HIGHEST), _COLOURS),
        ax=axes,
        orientation="horizontal",
        shrink=0.4,
        pad=0.01,
    )
    ticks = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
    bar.set_ticks(ticks, labels=[f"{100 * tick:g}%" for tick in ticks])
    bar.minorticks_off()
    bar.set_label("probability (log scale)")
    return figure


def _paint(axes: Any, parts: tuple[tuple[FloatArray, ...], ...], number: int, colour: str | None) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings = [ring for polygon in parts for ring in polygon]
    codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in rings]
    path = Path(np.concatenate(rings), np.concatenate(codes))
    patch = PathPatch(
        path,
        facecolor=colour or "#f4f4f4",
        edgecolor="#666666" if colour else "#b0b0b0",  # hatches are drawn in the colour of the edge
        linewidth=0.25,
        hatch=None if colour else "//////",
        gid=f"state-{number}" if colour else None,
    )
    axes.add_patch(patch)
    area = sum(_area(polygon[0]) for polygon in parts)
    if colour and area < _DOT_AREA:
        largest = max(parts, key=lambda polygon: _area(polygon[0]))[0]
        axes.plot(
            *largest.mean(axis=0),
            "o",
            markersize=5,
            markerfacecolor=colour,
            markeredgecolor="#444444",
            markeredgewidth=0.5,
        )
    axes.autoscale_view()


def cut_at_antimeridian(ring: FloatArray) -> list[FloatArray]:
    """Parts of a ring within -180 to 180 degrees; one that does not cross the antimeridian stays as it is.

    The ring is unrolled where it jumps by more than half the globe, clipped at the meridians that it crosses
    (Sutherland and Hodgman 1974) and each part moved back.
    """
    jumps = np.diff(ring[:, 0], prepend=ring[0, 0])
    unrolled = ring.copy()
    unrolled[:, 0] -= 360 * np.cumsum(np.round(jumps / 360))
    low, high = unrolled[:, 0].min(), unrolled[:, 0].max()
    if low >= -180 and high <= 180:
        return [unrolled]
    parts = []
    for turn in range(int(np.floor((low + 180) / 360)), int(np.ceil((high - 180) / 360)) + 1):
        west, east = -180 + 360 * turn, 180 + 360 * turn
        part = _clip(_clip(unrolled, west, keep_above=True), east, keep_above=False)
        if len(part) >= 3:
            part[:, 0] -= 360 * turn
            parts.append(np.vstack([part, part[:1]]))
    return parts


def _clip(ring: FloatArray, meridian: float, *, keep_above: bool) -> FloatArray:
    """Part of a closed ring on one side of a meridian."""
    corners = ring[:-1] if np.array_equal(ring[0], ring[-1]) else ring
    points: list[FloatArray] = []
    for here, there in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inside = [(one[0] >= meridian) == keep_above or one[0] == meridian for one in (here, there)]
        if inside[0]:
            points.append(here)
        if inside[0] != inside[1]:
            share = (meridian - here[0]) / (there[0] - here[0])
            points.append(np.array([meridian, here[1] + share * (there[1] - here[1])]))
    return np.array(points).reshape(-1, 2)


def _area(ring: FloatArray) -> float:
    x, y = ring.T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def _project(ring: FloatArray) -> FloatArray:
    """Equal Earth projection of a ring, in units of about a degree.

    References
    ----------
    Šavrič, B., Patterson, T. & Jenny, B. (2018). The Equal Earth map projection. International Journal of
    Geographical Information Science, 33(3), 454-465.
    """
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    root = np.sqrt(3) / 2
    theta = np.arcsin(root * np.sin(np.radians(ring[:, 1])))
    square = theta**2
    sixth = square**3
    slope = 9 * a4 * theta**8 + 7 * a3 * sixth + 3 * a2 * square + a1
    x = np.radians(ring[:, 0]) * np.cos(theta) / (root * slope)
    y = theta * (a1 + a2 * square + sixth * (a3 + a4 * square))
    projected: FloatArray = np.degrees(np.column_stack([x, y]))
    return projected
