"""Figures of the report: those of ``plot`` in the report's own sizes and colours.

Each returns a matplotlib figure. Colours are of the Okabe-Ito palette, safe for the colour-blind; lines and markers
differ too, for greyscale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.plot.columns import PALETTE
from rtop_forecast.plot.forecasts import ranking
from rtop_forecast.plot.maps import world_map
from rtop_forecast.plot.record import draw_expected, draw_reliability

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["expected_observed_figure", "map_figure", "ranking_figure", "reliability_figure"]

_TICKS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_RANKING_TICKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_MAP_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


@contextmanager
def _new(width: float, height: float, **settings: Any) -> Iterator[tuple[Figure, Any]]:
    """Open a figure with one axes, in the report's style as long as the context lasts."""
    from cycler import cycler
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style: Any = {"axes.prop_cycle": cycler(color=PALETTE), "legend.frameon": False, **settings}
    with rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        yield figure, axes


def _set_percent(axis: Any, ticks: Any) -> None:
    from rtop_forecast.plot.ticks import percent

    axis.set_ticks(ticks, labels=[percent(tick) for tick in ticks])


def ranking_figure(forecast: Forecast, *, top: int = 30) -> Figure:
    """Probability and its interval for the highest ranks, with the range of each rank in words.

    Parameters
    ----------
    forecast : Forecast
    top : int
    """
    rows = min(top, len(forecast.frame))
    with _new(7.2, 0.22 * rows + 1.2, **{"ytick.labelsize": 8}) as (figure, axes):
        ranking(forecast, top=top, ax=axes)
        axes.margins(y=0.01)
        _set_percent(axes.xaxis, _RANKING_TICKS)
        axes.set_xlabel("probability with its interval (log scale); beside the name: rank (range)")
    return figure


def map_figure(forecast: Forecast, *, title: str) -> Figure:
    """World map of the probabilities.

    Parameters
    ----------
    forecast : Forecast
    title : str
        What the probabilities are of.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.2), layout="constrained")
    world_map(forecast, ax=figure.subplots())
    axes, bar = figure.axes
    axes.set_title(title, fontsize=13, loc="left")
    _set_percent(bar.xaxis, _MAP_TICKS)
    bar.set_xlabel("probability (log scale)")
    return figure


def reliability_figure(result: BacktestResult, *, draws: int = 400) -> Figure:
    """Reliability diagram; see :func:`rtop_forecast.plot.reliability`.

    Parameters
    ----------
    result : BacktestResult
    draws : int
        Simulated outcomes behind the band.
    """
    with _new(5.6, 5.2, **{"legend.fontsize": 8}) as (figure, axes):
        draw_reliability(result, bins=8, level=0.9, draws=draws, seed=0, ax=axes)
        axes.legend(loc="upper left")
        for text in axes.texts:
            text.set_fontsize(7)
        (floor, top) = axes.get_xlim()
        _set_percent(axes.xaxis, [tick for tick in _TICKS if floor <= tick <= top])
        _set_percent(axes.yaxis, [tick for tick in _TICKS if floor <= tick])
    return figure


def expected_observed_figure(result: BacktestResult, *, predictive: bool = True) -> Figure:
    """Draw expected and observed numbers by origin year.

    Parameters
    ----------
    result : BacktestResult
    predictive : bool
        Whether the predictive range of each year is drawn.
    """
    from matplotlib.ticker import AutoLocator

    with _new(6.4, 3.2) as (figure, axes):
        draw_expected(result, predictive=predictive, level=0.9, ax=axes)
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles, [label.removeprefix("90% ") for label in labels])
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(AutoLocator())
    return figure
