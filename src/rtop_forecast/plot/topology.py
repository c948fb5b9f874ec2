"""TopoJSON to rings of longitude and latitude."""

from __future__ import annotations

from typing import Any

import numpy as np

from rtop_forecast.checks.arrays import FloatArray


def decode_arcs(topology: dict[str, Any]) -> list[FloatArray]:
    """Arcs in degrees: each is stored as steps on a grid of integers.

    References
    ----------
    Bostock, M. & Metcalf, C. (2013). The TopoJSON Format Specification, section 2.1.
    """
    scale = np.array(topology["transform"]["scale"])
    origin = np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc, dtype=float), axis=0) * scale + origin for arc in topology["arcs"]]


def polygons(geometry: dict[str, Any], arcs: list[FloatArray]) -> list[list[FloatArray]]:
    """Polygons of a geometry, each a list of rings, the outer one first."""
    if geometry["type"] == "Polygon":
        parts = [geometry["arcs"]]
    elif geometry["type"] == "MultiPolygon":
        parts = geometry["arcs"]
    else:
        parts = []
    return [[_ring(indices, arcs) for indices in polygon] for polygon in parts]


def _ring(indices: list[int], arcs: list[FloatArray]) -> FloatArray:
    # a negative index is the arc ~index walked backwards; neighbouring arcs share their end points
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
