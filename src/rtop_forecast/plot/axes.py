"""What all figures share: the axes to draw into, and colours and sizes by the reader's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rtop_forecast.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "axes_of",
    "cycle_colour",
    "inches",
    "ink",
    "legend_above",
    "line_style",
    "scaled",
    "setting",
    "shade",
]

_LETTER, _HANDLE = (
    0.55,
    4.0,
)  # widths of a letter and of a handle with its gaps in a legend, in sizes of its font
_LINE_STYLES = ("-", "--", ":", "-.")


def axes_of(ax: Any, *, rows: float | None = None, aspect: float | None = None) -> Axes:
    """Axes to draw into: those given, or those of a new figure.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
    rows : float, optional
        Lines of text beside the axes, for which a new figure is high enough.
    aspect : float, optional
        Height of a new figure over its width, without the text below.

    Raises
    ------
    InputError
        If ``ax`` is something else.
    """
    from matplotlib.axes import Axes

    if isinstance(ax, Axes):
        return ax
    if ax is not None:
        hint = " Choose one of them, as axes[0]." if isinstance(ax, np.ndarray | list | tuple) else ""
        message = f"ax must be one Axes of matplotlib or None; got {type(ax).__name__}.{hint}"
        raise InputError(message)
    from matplotlib import pyplot

    width, height = setting("figure.figsize")
    if rows is not None:
        height = (1.6 * rows + 6) * setting("font.size") / 72
    elif aspect is not None:
        height = aspect * width + 5 * setting("font.size") / 72
    made: Axes = pyplot.subplots(figsize=(width, height), layout="constrained")[1]
    return made


def setting(name: str) -> Any:
    """Value that the reader has set, in ``matplotlib.rcParams``."""
    from matplotlib import rcParams

    settings: Any = rcParams
    return settings[name]


def cycle_colour(place: int) -> Any:
    """Colour of the cycle in the settings."""
    colours = setting("axes.prop_cycle").by_key().get("color") or [ink()]
    return colours[place % len(colours)]


def line_style(place: int) -> Any:
    """Line style of the cycle in the settings; where it has none, one that differs in greyscale too."""
    styles = setting("axes.prop_cycle").by_key().get("linestyle") or _LINE_STYLES
    return styles[place % len(styles)]


def ink() -> Any:
    """Colour of text."""
    return setting("text.color")


def shade(axes: Axes, strength: float) -> str:
    """Mix the colours of text and background: 0 is the background, 1 the text."""
    from matplotlib.colors import to_hex, to_rgba

    grounds = (axes.get_facecolor(), setting("figure.facecolor"), "white")
    paper = next(colour for one in grounds if (colour := np.array(to_rgba(one)))[3] > 0)[:3]
    mixed = strength * np.array(to_rgba(ink()))[:3] + (1 - strength) * paper
    return to_hex((float(mixed[0]), float(mixed[1]), float(mixed[2])))


def scaled(name: str, factor: float) -> float:
    """Read a number in the settings, as ``lines.linewidth``, times a factor."""
    return factor * float(setting(name))


def legend_above(axes: Axes) -> float:
    """Legend within the axes, above all that is drawn: the upper limit is raised to make room for it.

    Returns
    -------
    float
        Share of the height that lies below the legend.
    """
    from matplotlib.font_manager import FontProperties

    handles, labels = axes.get_legend_handles_labels()
    size = FontProperties(size=setting("legend.fontsize")).get_size_in_points()
    width, height = (72 * length / size for length in inches(axes))
    columns = 2 if 2 * (_LETTER * max(map(len, labels)) + _HANDLE) < width else 1
    axes.legend(handles, labels, loc="upper left", ncols=columns)
    lines = -(-len(labels) // columns) + 0.8
    below = 1 - min(1.5 * lines / height, 0.6)
    scale = axes.yaxis.get_transform()
    low, high = scale.transform(np.array(axes.get_ylim()))
    top = low + (high - low) / below
    axes.set_ylim(top=float(scale.inverted().transform(np.array([top]))[0]))
    return below


def inches(axes: Axes) -> tuple[float, float]:
    """Width and height of the axes, as far as they are known before a layout."""
    box = axes.get_window_extent()
    dpi = axes.figure.dpi
    return box.width / dpi, box.height / dpi
