"""Figures of explanations: the reasons of one state, what changed them, and the factors of many states."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import choice, flag, instance_of, integer
from rtop_forecast.explanation.attribution import Attributions
from rtop_forecast.features.framework import find_risk_factor
from rtop_forecast.forecasting.change import ChangeAttribution
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.plot.axes import axes_of, cycle_colour, ink, scaled
from rtop_forecast.plot.inputs import one_forecast, several_states
from rtop_forecast.world.states import country

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["change_waterfall", "factor_heatmap", "waterfall"]

_LETTERS = 34  # of a line beside the bars
_WRITTEN = 0.1  # log-odds below which a cell stays empty
_DARK = 0.45  # luminance of a cell below which its number is white


def waterfall(reasons: Attributions, *, by: str = "feature", count: int = 10, ax: Axes | None = None) -> Axes:
    """Contributions of the largest features, or of all risk factors, from the reference to the forecast.

    Parameters
    ----------
    reasons : Attributions
        As :meth:`Forecast.attributions` returns.
    by : {"feature", "risk_factor"}
    count : int
        Features shown one by one; the others are added up in one bar. Of no effect for risk factors.
    ax : matplotlib.axes.Axes, optional
        A new figure, high enough for its rows, by default.

    Returns
    -------
    matplotlib.axes.Axes
        The widths of its bars (``patches``) are the contributions in log-odds.

    Raises
    ------
    InputError
        If ``reasons`` are none, or another argument is not of its kind.
    """
    remedy = "Take them from forecast.attributions(state)."
    instance_of(reasons, Attributions, name="reasons", remedy=remedy)
    count = integer(count, name="count", least=1)
    if choice(by, name="by", options=("feature", "risk_factor")) == "feature":
        table = reasons.by_feature()
        labels, values = _largest(table["label"], table["contribution"], count)
    else:
        table = reasons.by_risk_factor().dropna(subset=["contribution"])
        table = table.sort_values("contribution", key=np.abs, ascending=False, kind="stable")
        labels = [f"{row['risk_factor']} {row['title']}" for row in table.to_dict("records")]
        values = table["contribution"].tolist()
    ends = (reasons.reference, reasons.name)
    return _waterfall(labels, values, start=reasons.baseline, ends=ends, ax=ax)


def change_waterfall(change: ChangeAttribution, *, count: int = 6, ax: Axes | None = None) -> Axes:
    """Parts of the change in one state's forecast between two origins.

    Information, new and revised, is shown by feature; then what came with the state's group, the model and the
    calibrator, as far as they changed anything.

    Parameters
    ----------
    change : ChangeAttribution
        As :func:`rtop_forecast.explain_change` returns.
    count : int
        Features shown one by one; the others are added up in one bar.
    ax : matplotlib.axes.Axes, optional
        A new figure, high enough for its rows, by default.

    Returns
    -------
    matplotlib.axes.Axes
        The widths of its bars (``patches``) are the parts in log-odds; they add up to the change.

    Raises
    ------
    InputError
        If ``change`` is none, or another argument is not of its kind.
    """
    instance_of(change, ChangeAttribution, name="change", remedy="Make it with explain_change(...).")
    moved = change.frame["revised_information"] + change.frame["new_information"]
    moved = moved[moved != 0].sort_values(key=np.abs, ascending=False, kind="stable")
    count = integer(count, name="count", least=1)
    labels, values = _largest(change.frame.loc[moved.index, "label"], moved, count)
    for name in ("new months", "changed group", "refitted model", "recalibration"):
        if change.parts.get(name, 0.0) != 0:
            labels, values = [*labels, name], [*values, change.parts[name]]
    first, last = (f"from {origin}" for origin in change.origins)
    return _waterfall(labels, values, start=change.log_odds[0], ends=(first, last), ax=ax)


def _largest(labels: pd.Series[str], values: pd.Series[float], count: int) -> tuple[list[str], list[float]]:
    """Labels and values of the first few, and the sum of the others."""
    named = [str(label).replace(", logged", "") for label in labels.iloc[:count]]
    shown = values.iloc[:count].tolist()
    left = len(values) - count
    if left > 0:
        word = "further feature" if left == 1 else "further features"
        return [*named, f"{left} {word}"], [*shown, float(values.iloc[count:].sum())]
    return named, shown


def _waterfall(
    labels: list[str], values: list[float], *, start: float, ends: tuple[str, str], ax: Axes | None
) -> Axes:
    """Bars from a start to an end on the scale of log-odds, top to bottom."""
    from rtop_forecast.plot.ticks import percent_axis

    lines = [fill(label, _LETTERS) for label in labels]
    heights = np.array([max(1.0, 0.8 * (1 + line.count("\n"))) for line in lines])
    places = np.cumsum(heights) - heights / 2
    axes = axes_of(ax, rows=float(heights.sum()) + 2)
    marks = start + np.cumsum([0.0, *values])
    for place, value, at in zip(places, values, marks[:-1], strict=True):
        axes.barh(
            place,
            value,
            left=at,
            color=cycle_colour(1 if value > 0 else 0),
            hatch=None if value > 0 else "///",
            edgecolor=axes.get_facecolor(),
            height=0.7,
        )
    room = 0.08 * max(float(np.ptp(marks)), 0.05)
    axes.set_xlim(marks.min() - room, marks.max() + room)
    axes.set_ylim(heights.sum() + 1.2, -1.2)
    middle = (marks.min() + marks.max()) / 2
    for value, name, side in ((start, ends[0], -0.6), (marks[-1], ends[1], heights.sum() + 0.6)):
        left = value < middle
        axes.axvline(value, color=ink(), linewidth=scaled("lines.linewidth", 0.53), linestyle=":")
        axes.annotate(name, (value, side), xytext=(3 if left else -3, 0), textcoords="offset points",
                      ha="left" if left else "right", va="center", fontsize="small",
                      bbox={"facecolor": axes.get_facecolor(), "edgecolor": "none", "pad": 0.5})  # fmt: skip
    axes.set_yticks(places, labels=lines)
    percent_axis(axes.xaxis, logit=True)
    axes.set_xlabel("probability (log-odds scale)")
    return axes


def factor_heatmap(
    forecast: Forecast,
    *,
    states: Sequence[str | int] | None = None,
    top: int = 15,
    numbers: bool = True,
    cmap: str = "PuOr_r",
    ax: Axes | None = None,
) -> Axes:
    """Contribution of each risk factor (columns) to each state (rows), as a factor on the odds.

    Parameters
    ----------
    forecast : Forecast
    states : sequence of str or int, optional
        Top row first; by default those of the highest ranks.
    top : int
        How many of them.
    numbers : bool
        Whether the factor on the odds stands in each cell that differs from 1 by a tenth or more.
    cmap : str
        Name of a diverging colour map of matplotlib.
    ax : matplotlib.axes.Axes, optional
        A new figure, high enough for its rows, by default.

    Returns
    -------
    matplotlib.axes.Axes
        Its one image holds the contributions in log-odds, against the world of the year.

    Raises
    ------
    InputError, CoverageError
        If an argument is not of its kind, there is no such state, with near misses, or it is not ranked.
    """
    from matplotlib import colormaps

    chosen = _ranked(one_forecast(forecast), states, integer(top, name="top", least=1))
    factors = forecast.explanation.by_risk_factor().loc[chosen]
    names = forecast.explanation.keys.set_index("country_id")["name"].loc[chosen]
    written = flag(numbers, name="numbers")
    colours = colormaps[choice(cmap, name="cmap", options=tuple(colormaps))]
    axes = axes_of(ax, rows=len(chosen) + 8)
    axes.spines[:].set_visible(False)
    cells = factors.to_numpy(dtype=float)
    limit = max(float(np.abs(cells).max()), _WRITTEN)
    image = axes.imshow(cells, cmap=colours, vmin=-limit, vmax=limit, aspect="auto")
    if written:
        _numbers(axes, cells, image)
    labels = [f"{n} {find_risk_factor(int(str(n))).short}" for n in factors.columns]
    axes.set_xticks(range(len(labels)), labels=labels, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), labels=names.tolist())
    axes.tick_params(length=0)
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.6)
    bar.set_label("log-odds against the world")
    return axes


def _ranked(forecast: Forecast, states: Any, top: int) -> list[int]:
    """Numbers of the states to show."""
    if states is None:
        return [int(number) for number in forecast.frame["country_id"].head(top)]
    numbers = [country(one, year=forecast.origin_year) for one in several_states(states)]
    for number in numbers:
        forecast.basis.place(number)  # refuses a state that is not ranked
    return numbers


def _numbers(axes: Axes, cells: np.ndarray, image: Any) -> None:
    """Factor on the odds in each cell that matters."""
    for (row, column), value in np.ndenumerate(cells):
        if abs(value) >= _WRITTEN:
            luminance = float(np.dot(image.to_rgba(value)[:3], [0.2126, 0.7152, 0.0722]))
            axes.text(
                column,
                row,
                f"{np.exp(value):.1f}",
                ha="center",
                va="center",
                fontsize="xx-small",
                color="white" if luminance < _DARK else "black",
            )
