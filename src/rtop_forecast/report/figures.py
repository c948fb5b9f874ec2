"""Figures of the report: those of ``plot`` in the report's own sizes and colours.

Each returns a matplotlib figure. Colours are of the Okabe-Ito palette, safe for the colour-blind; lines and markers
differ too, for greyscale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import fill
from typing import TYPE_CHECKING, Any

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.plot.columns import PALETTE
from rtop_forecast.plot.forecasts import ranking
from rtop_forecast.plot.maps import world_map
from rtop_forecast.plot.record import draw_expected, draw_reliability
from rtop_forecast.report.front import outcome
from rtop_forecast.report.words import Words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["expected_observed_figure", "map_figure", "ranking_figure", "reliability_figure"]

_WIDE, _LOW = 76, 42  # letters that fit below a wide figure and beside a low one
_COUNTED = ("incidence", "continuation")
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


def _set_percent(axis: Any, ticks: Any, words: Words) -> None:
    axis.set_ticks(ticks, labels=[words.tick(tick) for tick in ticks])


def _legend(axes: Any, names: dict[str, str], **settings: Any) -> None:
    """Legend of what is drawn, in the words of the report."""
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles, [names[label] for label in labels], **settings)


def ranking_figure(forecast: Forecast, words: Words, *, top: int = 30) -> Figure:
    """Probability and its interval for the highest ranks, with the range of each rank in words.

    Parameters
    ----------
    forecast : Forecast
    words : Words
    top : int
    """
    rows = min(top, len(forecast.frame))
    with _new(7.2, 0.22 * rows + 1.2, **{"ytick.labelsize": 8}) as (figure, axes):
        ranking(forecast, top=top, ax=axes)
        axes.margins(y=0.01)
        _set_percent(axes.xaxis, _RANKING_TICKS, words)
        axes.set_xlabel(fill(words.say("draw.ranges"), _WIDE))
    return figure


def map_figure(forecast: Forecast, words: Words) -> Figure:
    """World map of the probabilities.

    Parameters
    ----------
    forecast : Forecast
    words : Words
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.2), layout="constrained")
    world_map(forecast, ax=figure.subplots())
    axes, bar = figure.axes
    title = words.say("draw.map.title", outcome=outcome(forecast, words), period=forecast.period)
    axes.set_title(title, fontsize=13, loc="left")
    _set_percent(bar.xaxis, _MAP_TICKS, words)
    bar.set_xlabel(words.say("draw.map"))
    return figure


def reliability_figure(result: BacktestResult, words: Words, *, draws: int = 400) -> Figure:
    """Reliability diagram; see :func:`rtop_forecast.plot.reliability`.

    Parameters
    ----------
    result : BacktestResult
    words : Words
    draws : int
        Simulated outcomes behind the band.
    """
    with _new(5.6, 5.2, **{"legend.fontsize": 8}) as (figure, axes):
        draw_reliability(result, bins=8, level=0.9, draws=draws, seed=0, ax=axes)
        names = {
            "perfect": words.say("draw.perfect"),
            "if calibrated": words.say("draw.calibrated"),
            "isotonic": words.say("draw.isotonic"),
            "observed, 90% interval": words.say("draw.observed.interval", level=words.share(0.9)),
        }
        _legend(axes, names, loc="upper left")
        for text in axes.texts:
            text.set_fontsize(7)
        (floor, top) = axes.get_xlim()
        _set_percent(axes.xaxis, [tick for tick in _TICKS if floor <= tick <= top], words)
        _set_percent(axes.yaxis, [tick for tick in _TICKS if floor <= tick], words)
        axes.set_xlabel(words.say("draw.forecast"))
        axes.set_ylabel(words.say("draw.frequency"))
    return figure


def expected_observed_figure(
    result: BacktestResult, words: Words, *, predictive: bool = True, counts: pd.DataFrame | None = None
) -> Figure:
    """Draw expected and observed numbers by origin year.

    Parameters
    ----------
    result : BacktestResult
    words : Words
    predictive : bool
        Whether the predictive range of each year is drawn.
    counts : pandas.DataFrame, optional
        Of :meth:`BacktestResult.counts`, if they are at hand.
    """
    from matplotlib.ticker import AutoLocator

    with _new(6.4, 3.2) as (figure, axes):
        draw_expected(result, predictive=predictive, level=0.9, ax=axes, counts=counts)
        names = {
            "observed": words.say("draw.observed"),
            "90% predictive range": words.say("draw.predictive"),
            "expected": words.say("draw.expected"),
        }
        _legend(axes, names)
        kind = str(result.provenance.get("kind"))
        counted = words.say(f"draw.counted.{kind if kind in _COUNTED else 'onset'}")
        axes.set_ylabel(fill(counted, _LOW))
        axes.set_xlabel(words.say("draw.origin"))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(AutoLocator())
    return figure
