"""A forecast beside somebody else's of the same states and years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import integer
from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.peers import beside_peer
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.logistic import log_odds
from rtop_forecast.plot.axes import axes_of, cycle_colour, ink, scaled, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["against_peer"]

_LEAST = 1e-5  # a probability of 0 has no place on a logarithmic scale


def against_peer(
    result: Forecast | BacktestResult,
    peer: pd.DataFrame,
    *,
    name: str = "the peer",
    labels: int = 5,
    ax: Axes | None = None,
) -> Axes:
    """Probabilities against those of another forecaster, on the states and years that both forecast.

    Parameters
    ----------
    result : Forecast or BacktestResult
    peer : pandas.DataFrame
        ``country_id, origin_year, prob``; see :func:`rtop_forecast.read_peer_forecasts`.
    name : str
        What the peer is called.
    labels : int
        States to name: those whose odds differ most; of a backtest, among the events.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        The first line are the points; of a backtest, the second are those where an event followed.

    Raises
    ------
    InputError
        If ``result`` is neither a forecast nor a backtest, the peer lacks a column, holds a forecast twice or shares
        none, or another argument is not of its kind.
    """
    from rtop_forecast.plot.ticks import percent_axis

    if not isinstance(result, Forecast | BacktestResult):
        message = (
            f"result must be a Forecast or a BacktestResult, not {type(result).__name__}. "
            "Make it with forecast(...) or backtest(...)."
        )
        raise InputError(message)
    count = integer(labels, name="labels", least=0)
    both = beside_peer(result.frame, peer, name=name)
    both = both.assign(**{column: both[column].clip(lower=_LEAST) for column in ("prob", "prob_peer")})
    axes = axes_of(ax)
    ends = [
        both[["prob", "prob_peer"]].to_numpy().min() / 1.5,
        both[["prob", "prob_peer"]].to_numpy().max() * 1.5,
    ]
    axes.plot(both["prob_peer"], both["prob"], "o", color=cycle_colour(0), markersize=scaled("lines.markersize", 0.5),
              alpha=0.35, markeredgewidth=0, label="states" if isinstance(result, Forecast) else "no event followed")  # fmt: skip
    events = both[both["outcome"] == 1]
    if len(events):
        axes.plot(events["prob_peer"], events["prob"], "D", color=cycle_colour(1),
                  markersize=scaled("lines.markersize", 2 / 3), label="an event followed")  # fmt: skip
    axes.axline((ends[0], ends[0]), (ends[1], ends[1]), color=shade(axes, 0.4667), linewidth=scaled("lines.linewidth", 2 / 3),
                label="equal")  # fmt: skip
    _name_states(axes, events if isinstance(result, BacktestResult) else both, count)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_aspect("equal")
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)
    axes.set_xlabel(f"probability of {name}")
    axes.set_ylabel("probability here")
    axes.legend()
    return axes


def _name_states(axes: Any, rows: pd.DataFrame, count: int) -> None:
    """Name the states whose odds differ most, each away from the diagonal."""
    apart = log_odds(rows["prob"].to_numpy(dtype=float)) - log_odds(rows["prob_peer"].to_numpy(dtype=float))
    for place in np.argsort(-np.abs(apart), kind="stable")[:count]:
        row = rows.iloc[place]
        year = "" if rows["origin_year"].nunique() == 1 else f" {row['origin_year']}"
        above = apart[place] > 0
        axes.annotate(
            f"{row['name']}{year}",
            (row["prob_peer"], row["prob"]),
            xytext=(-3, 3) if above else (3, -3),
            textcoords="offset points",
            ha="right" if above else "left",
            va="bottom" if above else "top",
            fontsize="x-small",
            color=ink(),
        )
