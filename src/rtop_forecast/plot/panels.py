"""What a panel covers: the share of states with a value, by source or variable and year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from rtop_forecast.checks.arguments import instance_of, strings
from rtop_forecast.errors import InputError
from rtop_forecast.panel.panel import Panel
from rtop_forecast.plot.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["coverage"]


def coverage(panel: Panel, *, variables: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Share of states with a value in each year.

    Parameters
    ----------
    panel : Panel
    variables : sequence of str, optional
        A row for each; by default a row for each source, the mean over its variables; "+1" stands for one more source
        joined with the one named.
    ax : matplotlib.axes.Axes, optional
        A new figure, high enough for its rows, by default.

    Returns
    -------
    matplotlib.axes.Axes
        Its one image holds the shares, years across.

    Raises
    ------
    InputError
        If ``panel`` is none, or a variable is not in it.
    """
    from rtop_forecast.plot.ticks import whole_years

    table = _shares(
        instance_of(panel, Panel, name="panel", remedy="Make it with load_panel(...)."), variables
    )
    axes = axes_of(ax, rows=len(table))
    years = [int(str(year)) for year in table.columns]
    box = (years[0] - 0.5, years[-1] + 0.5, len(table) - 0.5, -0.5)
    image = axes.imshow(
        table.to_numpy(dtype=float),
        aspect="auto",
        vmin=0,
        vmax=1,
        extent=box,
        cmap="Blues",
        interpolation="none",
    )
    axes.set_yticks(range(len(table)), labels=[_label(str(name)) for name in table.index])
    axes.tick_params(axis="y", length=0)
    whole_years(axes.xaxis)
    axes.set_xlabel("year")
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.6)
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    bar.set_label("states with a value")
    return axes


def _label(source: str) -> str:
    """First of the sources that were joined, and how many more there are."""
    first, *more = source.split("+")
    return f"{first} +{len(more)}" if more else first


def _shares(panel: Panel, variables: Sequence[str] | None) -> pd.DataFrame:
    """Share by variable or source (rows) and year (columns); sources by the year they begin in."""
    names = list(panel.variables) if variables is None else strings(variables, name="variables")
    unknown = [name for name in names if name not in panel.variables]
    if unknown or not names:
        fault = f"{len(unknown)} are not, first {unknown[0]!r}" if unknown else "there are none"
        message = f"variables must be in the panel; {fault}. panel.variables lists them."
        raise InputError(message)
    present = panel.frame[names].notna().groupby(panel.frame["year"]).mean().T
    if variables is not None:
        return present
    sources = [panel.variables[name].source for name in names]
    shares = present.groupby(sources).mean()
    first = (shares > 0).to_numpy().argmax(axis=1)
    return shares.assign(first=first).sort_values("first", kind="stable").drop(columns="first")
