"""A world map of a forecast: every ranked state by area or dot, the others hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import flag, quoted
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.plot.axes import axes_of, inches, scaled, shade
from rtop_forecast.plot.inputs import one_forecast
from rtop_forecast.plot.shapes import ring_area, shapes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["COLOURS", "map_colours", "world_map"]

_DOT_AREA = 6.0  # square units of the projected map below which a state gets a dot
_LOWEST, _HIGHEST = 0.001, 0.2
_WIDE = 9.0  # inches below which dots shrink
COLOURS = "YlOrBr"


def map_colours(prob: pd.Series[float], cmap: str = COLOURS) -> pd.Series[str]:
    """Colour of each probability, on a logarithmic scale from 0.1% to 20%, as a hexadecimal string."""
    from matplotlib import colormaps
    from matplotlib.colors import LogNorm, to_hex

    norm = LogNorm(_LOWEST, _HIGHEST, clip=True)
    scale = colormaps[cmap]
    return prob.map(lambda value: to_hex(scale(norm(value))))


def world_map(
    forecast: Forecast, *, cmap: str = COLOURS, colorbar: bool = True, ax: Axes | None = None
) -> Axes:
    """World map of a forecast's probabilities, in the Equal Earth projection.

    Land and borders are Natural Earth's at 1:50 million; borders are drawn for orientation and imply no endorsement.
    Hatched land is not ranked: no independent state in the Gleditsch-Ward system, or too few inhabitants. Small states
    are dots. Say so in the caption.

    Parameters
    ----------
    forecast : Forecast
    cmap : str
        Name of a colour map of matplotlib, low to high.
    colorbar : bool
        Whether a scale from 0.1% to 20% stands below the map; it takes its room from the axes.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        The id (``get_gid``) of each ranked state's patch is ``state-<number>``.

    Raises
    ------
    InputError
        If ``forecast`` is none, or there is no such colour map.
    DataIntegrityError
        If a ranked state has no place on the map.
    """
    from matplotlib import colormaps

    if cmap not in list(colormaps):
        message = f"cmap must be the name of a colour map of matplotlib; got {quoted(cmap)}. Use for example 'Reds'."
        raise InputError(message)
    prob = one_forecast(forecast).frame.set_index("country_id")["prob"]
    with_bar = flag(colorbar, name="colorbar")
    land = shapes(forecast.origin_year)
    missing = sorted(set(prob.index) - {number for number, _ in land})
    if missing:
        message = f"{len(missing)} ranked states have no place on the map, first GW {missing[0]}."
        raise DataIntegrityError(message)
    colour = map_colours(prob, cmap)
    axes = axes_of(ax, aspect=0.46)
    for (number, _), parts in land.items():
        _paint(axes, parts, number, colour[number] if number in prob.index else None)
    axes.autoscale_view()
    axes.set_aspect("equal")
    axes.set_axis_off()
    if with_bar:
        _colorbar(axes, prob, cmap)
    return axes


def _colorbar(axes: Axes, prob: pd.Series[float], cmap: str) -> None:
    """Scale below the map; its ends say where probabilities lie beyond them."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm

    from rtop_forecast.plot.ticks import percent, percent_axis

    scale = ScalarMappable(LogNorm(_LOWEST, _HIGHEST), cmap)
    bar = axes.figure.colorbar(scale, ax=axes, orientation="horizontal", shrink=0.4, pad=0.01)
    percent_axis(bar.ax.xaxis)
    bar.set_label("probability (log scale)")
    beyond = [
        f"{sign} {percent(end)}: {count}"
        for sign, end, count in (
            ("below", _LOWEST, int((prob < _LOWEST).sum())),
            ("above", _HIGHEST, int((prob > _HIGHEST).sum())),
        )
        if count
    ]
    if beyond:
        bar.set_label(f"probability (log scale; states {', '.join(beyond)})")


def _paint(axes: Any, parts: tuple[tuple[FloatArray, ...], ...], number: int, colour: str | None) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings = [ring for polygon in parts for ring in polygon]
    codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in rings]
    path = Path(np.concatenate(rings), np.concatenate(codes))
    patch = PathPatch(
        path,
        facecolor=colour or shade(axes, 0.043),
        edgecolor=shade(axes, 0.6 if colour else 0.31),  # hatches are drawn in the colour of the edge
        linewidth=0.25,
        hatch=None if colour else "//////",
        gid=f"state-{number}" if colour else None,
    )
    axes.add_artist(patch)  # its limits are those of its corners; a patch's would be sought along every line
    axes.update_datalim(path.vertices)
    area = sum(ring_area(polygon[0]) for polygon in parts)
    if colour and area < _DOT_AREA:
        largest = max(parts, key=lambda polygon: ring_area(polygon[0]))[0]
        axes.plot(
            *largest.mean(axis=0),
            "o",
            markersize=scaled("lines.markersize", 5 / 6) * min(1.0, inches(axes)[0] / _WIDE) ** 0.5,
            markerfacecolor=colour,
            markeredgecolor=shade(axes, 0.7333),
            markeredgewidth=0.5,
        )
