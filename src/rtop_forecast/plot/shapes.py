"""Land of the world by state, projected: what every map is drawn from."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.plot.topology import decode_arcs, polygons
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.states import resolve_state

__all__ = ["cut_at_antimeridian", "ring_area", "shapes"]

_SHA256 = "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394"
# Without a number in the file: Kosovo is a ranked state; the others are drawn unranked.
_NAMED = {"Kosovo": "Kosovo"}


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


def ring_area(ring: FloatArray) -> float:
    """Area that a ring encloses."""
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
