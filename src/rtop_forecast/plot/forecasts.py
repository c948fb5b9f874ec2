"""Figures of a forecast and of what came before it: the ranking, and the risk of states over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import flag, integer
from rtop_forecast.errors import CoverageError
from rtop_forecast.explanation.cases import state_ids
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.made_of import check_belongs
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.trends import trend_table, world_means
from rtop_forecast.plot.axes import axes_of, cycle_colour, ink, legend_above, line_style, scaled, shade
from rtop_forecast.plot.inputs import one_forecast, one_result, several_states

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ranking", "risk_over_time"]


def ranking(forecast: Forecast, *, top: int = 30, ranks: bool = True, ax: Axes | None = None) -> Axes:
    """Probability and interval of the highest ranks, on a logarithmic scale.

    Parameters
    ----------
    forecast : Forecast
    top : int
        Number of states.
    ranks : bool
        Whether rank and range of ranks stand beside the name.
    ax : matplotlib.axes.Axes, optional
        A new figure, high enough for its rows, by default.

    Returns
    -------
    matplotlib.axes.Axes
        The points are its one line; the highest rank is at the top.

    Raises
    ------
    InputError
        If ``forecast`` is none, or another argument is not of its kind.
    """
    from rtop_forecast.plot.ticks import percent_axis

    table = one_forecast(forecast).frame.head(integer(top, name="top", least=1))[::-1]
    beside = flag(ranks, name="ranks")
    axes = axes_of(ax, rows=len(table))
    place = np.arange(len(table))
    width = scaled("lines.linewidth", 5 / 3)
    axes.hlines(
        place, table["prob_low"], table["prob_high"], color=cycle_colour(0), linewidth=width, alpha=0.6
    )
    axes.plot(table["prob"], place, "o", color=ink(), markersize=scaled("lines.markersize", 2 / 3))
    labels = [
        f"{row['name']}  {row['rank']} ({row['rank_low']}-{row['rank_high']})" if beside else str(row["name"])
        for row in table.to_dict("records")
    ]
    axes.set_yticks(place, labels=labels)
    axes.set_xscale("log")
    percent_axis(axes.xaxis)
    text = f"probability, {forecast.level:.0%} interval"
    axes.set_xlabel(f"{text}\n(beside the name: rank, range)" if beside else text)
    axes.margins(y=0.6 / len(table))
    return axes


def risk_over_time(
    result: BacktestResult,
    states: str | int | Sequence[str | int],
    *,
    forecast: Forecast | None = None,
    world: bool = True,
    ranks: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Out-of-sample probability of one state or several by year of origin, on a logarithmic scale.

    A line is broken where the state was not ranked. Of a single state, years with an episode under way are shaded and
    onsets are marked.

    Parameters
    ----------
    result : BacktestResult
    states : str, int or sequence of them
        Names in any spelling that the state system knows, or Gleditsch-Ward numbers.
    forecast : Forecast, optional
        Of the same model: adds its year and its interval.
    world : bool
        Whether the mean over all ranked states is drawn.
    ranks : bool
        Whether the rank stands above each point.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        A line for each state, labelled by its name.

    Raises
    ------
    InputError, CoverageError
        If an argument is not of its kind, the forecast is of another model, there is no such state, with near misses,
        or it was never ranked.
    """
    from rtop_forecast.plot.ticks import percent_axis, whole_years

    names = several_states(states)
    table = trend_table(one_result(result), _belonging(forecast, result))
    lines = [_line(table, one) for one in names]
    shown, above = flag(world, name="world"), flag(ranks, name="ranks")
    axes = axes_of(ax)
    years = int(table["origin_year"].min()), int(table["origin_year"].max())
    marks = _episodes(axes, result, lines[0][0], years) if len(lines) == 1 else []
    for place, (numbers, line) in enumerate(lines):
        axes.plot(line.index, line, color=cycle_colour(place), linestyle=line_style(place), marker="o",
                  markersize=scaled("lines.markersize", 2 / 3), label=_name(result, forecast, numbers))  # fmt: skip
        if above:
            _ranks(axes, table, numbers)
    if forecast is not None:
        _intervals(axes, forecast, [numbers for numbers, _ in lines], step=0.015 * (years[1] - years[0]))
    if shown:
        means = world_means(table).reindex(range(years[0], years[1] + 1))
        axes.plot(means.index, means, color=shade(axes, 0.55), linewidth=scaled("lines.linewidth", 0.8),
                  dashes=(5, 1.5, 1, 1.5), label="mean of all states")  # fmt: skip
    axes.set_yscale("log")
    axes.autoscale(axis="y")  # of axes that share theirs, anew: room for a legend is made once
    percent_axis(axes.yaxis, most=axes.get_ylim()[1])
    whole_years(axes.xaxis)
    axes.set_xlabel("year of origin")
    axes.set_ylabel("probability")
    below = legend_above(axes)
    for mark in marks:
        mark.set_height(below)
    return axes


def _belonging(forecast: Any, result: BacktestResult) -> Forecast | None:
    """Forecast that the backtest belongs to, or None."""
    if forecast is None:
        return None
    check_belongs(
        result.provenance,
        one_forecast(forecast).provenance,
        what="the backtest",
        remedy="Draw a forecast with the backtest of its own model.",
    )
    return one_forecast(forecast)


def _line(table: pd.DataFrame, state: str | int) -> tuple[set[int], pd.Series[float]]:
    """Numbers of a state and its probability by year, missing where it was not ranked."""
    first, last = int(table["origin_year"].min()), int(table["origin_year"].max())
    numbers = state_ids(state, first, last)
    own = table[table["country_id"].isin(numbers)]
    if own.empty:
        message = (
            f"{state!r} was not ranked from {first} to {last}. Name another state, or backtest other origins."
        )
        raise CoverageError(message)
    line: pd.Series[float] = own.groupby("origin_year")["prob"].max()
    return numbers, line.reindex(range(int(line.index.min()), int(line.index.max()) + 1))


def _name(result: BacktestResult, forecast: Forecast | None, numbers: set[int]) -> str:
    frames = [result.frame] if forecast is None else [result.frame, forecast.frame]
    names = pd.concat([one.loc[one["country_id"].isin(numbers), "name"] for one in frames])
    return str(names.iloc[-1])


def _intervals(axes: Axes, forecast: Forecast, states: list[set[int]], *, step: float) -> None:
    """Interval of the forecast for each state, side by side."""
    for place, numbers in enumerate(states):
        own = forecast.frame[forecast.frame["country_id"].isin(numbers)]
        axes.vlines(
            own["origin_year"] + step * (place - (len(states) - 1) / 2),
            own["prob_low"],
            own["prob_high"],
            color=cycle_colour(place),
            alpha=0.6,
            label=f"{forecast.level:.0%} interval" if len(states) == 1 else "",
        )


def _ranks(axes: Axes, table: pd.DataFrame, numbers: set[int]) -> None:
    """Rank at each point, below it where the line comes down to it from both sides."""
    ranks = table.groupby("origin_year")["prob"].rank(ascending=False, method="min").astype(int)
    own = table.assign(rank=ranks)[table["country_id"].isin(numbers)].sort_values("origin_year")
    lowest = (own["prob"].shift(1) > own["prob"]) & (own["prob"].shift(-1) > own["prob"])
    for row in own.assign(lowest=lowest).to_dict("records"):
        axes.annotate(
            str(row["rank"]),
            (row["origin_year"], row["prob"]),
            xytext=(0, -4 if row["lowest"] else 4),
            textcoords="offset points",
            ha="center",
            va="top" if row["lowest"] else "bottom",
            fontsize="x-small",
        )


def _episodes(axes: Axes, result: BacktestResult, numbers: set[int], years: tuple[int, int]) -> list[Any]:
    """Shade the years with an episode of the state, and mark those in which one began."""
    if result.events.empty:
        return []
    events = result.events[result.events["country_id"].isin(numbers) & result.events["year"].between(*years)]
    width = 0.005 * (years[1] - years[0] + 1)
    marks = []
    for column, half, colour, text in (
        ("ongoing", 0.5, shade(axes, 0.1), "episode under way"),
        ("onset", width / 2, cycle_colour(1), "onset"),
    ):
        label: str | None = text
        for year in events.loc[events[column] == 1, "year"]:
            marks.append(axes.axvspan(year - half, year + half, color=colour, linewidth=0, label=label))
            label = None
    return marks
