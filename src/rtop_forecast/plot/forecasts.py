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
from rtop_forecast.plot.axes import axes_of, cycle_colour, ink, line_style, scaled, shade
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

    table = one_forecast(forecast).ranking().head(integer(top, name="top", least=1))[::-1]
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
    axes.margins(y=0.01)
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
    if len(lines) == 1:
        _episodes(axes, result, lines[0][0])
    for place, (numbers, line) in enumerate(lines):
        colour = cycle_colour(place)
        axes.plot(line.index, line, color=colour, linestyle=line_style(place), marker="o",
                  markersize=scaled("lines.markersize", 2 / 3), label=_name(result, forecast, numbers))  # fmt: skip
        if forecast is not None:
            _interval(axes, forecast, numbers, colour)
        if above:
            _ranks(axes, table, numbers)
    if shown:
        means = world_means(table)
        axes.plot(means.index, means, color=shade(axes, 0.55), linewidth=scaled("lines.linewidth", 0.8),
                  dashes=(5, 1.5, 1, 1.5), label="mean of all states")  # fmt: skip
    axes.set_yscale("log")
    percent_axis(axes.yaxis)
    whole_years(axes.xaxis)
    axes.set_xlabel("year of origin")
    axes.set_ylabel("probability")
    axes.legend()
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


def _interval(axes: Axes, forecast: Forecast, numbers: set[int], colour: Any) -> None:
    own = forecast.frame[forecast.frame["country_id"].isin(numbers)]
    axes.vlines(own["origin_year"], own["prob_low"], own["prob_high"], color=colour, alpha=0.6)


def _ranks(axes: Axes, table: pd.DataFrame, numbers: set[int]) -> None:
    ranks = table.groupby("origin_year")["prob"].rank(ascending=False, method="min").astype(int)
    for row in table.assign(rank=ranks)[table["country_id"].isin(numbers)].to_dict("records"):
        axes.annotate(
            str(row["rank"]),
            (row["origin_year"], row["prob"]),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize="x-small",
        )


def _episodes(axes: Axes, result: BacktestResult, numbers: set[int]) -> None:
    """Shade the years with an episode of the state, and mark its onsets, within the years of the backtest."""
    if result.events.empty:
        return
    events = result.events[result.events["country_id"].isin(numbers)]
    events = events[
        events["year"].between(result.frame["origin_year"].min(), result.frame["origin_year"].max())
    ]
    label: str | None = "episode under way"
    for year in events.loc[events["ongoing"] == 1, "year"]:
        axes.axvspan(year - 0.5, year + 0.5, color=shade(axes, 0.1), linewidth=0, label=label)
        label = None
    label = "onset"
    for year in events.loc[events["onset"] == 1, "year"]:
        axes.axvline(
            year,
            color=cycle_colour(1),
            linestyle="--",
            linewidth=scaled("lines.linewidth", 2 / 3),
            label=label,
        )
        label = None
