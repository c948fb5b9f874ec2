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
from rtop_forecast.plot.axes import axes_of, cycle_colour, legend_above, scaled, setting, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["against_peer"]

_LEAST = 1e-5  # probabilities of 0 and 1 have no place on a logarithmic scale, and no odds


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
        The first line holds the points; of a backtest, those without an event, and the second those with one.
        Probabilities below 0.001% are drawn there.

    Raises
    ------
    InputError
        If ``result`` is neither a forecast nor a backtest, the peer lacks a column, holds a forecast twice or shares
        none, or another argument is not of its kind.
    """
    from rtop_forecast.plot.ticks import percent_axis

    frame = _frame(result)
    count = integer(labels, name="labels", least=0)
    both = beside_peer(frame, peer, name=name)
    both = both.assign(**{column: both[column].clip(_LEAST, 1 - _LEAST) for column in ("prob", "prob_peer")})
    axes = axes_of(ax, aspect=0.8)
    values = both[["prob", "prob_peer"]].to_numpy(dtype=float)
    ends = float(values.min()) / 1.5, min(float(values.max()) * 1.5, 1.0)
    few, some = scaled("lines.markersize", 0.5), scaled("lines.markersize", 2 / 3)
    text = "states" if isinstance(result, Forecast) else "no event followed"
    events, others = both[both["outcome"] == 1], both[both["outcome"] != 1]
    axes.plot(others["prob_peer"], others["prob"], "o", color=cycle_colour(0), markersize=few, alpha=0.35,
              markeredgewidth=0, label=text)  # fmt: skip
    if len(events):
        axes.plot(events["prob_peer"], events["prob"], "D", color=cycle_colour(1), markersize=some,
                  label="an event followed")  # fmt: skip
    thin = scaled("lines.linewidth", 2 / 3)
    axes.axline(
        (ends[0], ends[0]), (ends[1], ends[1]), color=shade(axes, 0.4667), linewidth=thin, label="equal"
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis, most=ends[1])
    axes.set_xlabel(f"probability of {name}")
    axes.set_ylabel("probability here")
    legend_above(axes)
    _name_states(axes, events if isinstance(result, BacktestResult) else both, count)
    return axes


def _frame(result: Any) -> pd.DataFrame:
    if isinstance(result, Forecast | BacktestResult):
        return result.frame
    message = (
        f"result must be a Forecast or a BacktestResult, not {type(result).__name__}. "
        "Make it with forecast(...) or backtest(...)."
    )
    raise InputError(message)


def _name_states(axes: Axes, rows: pd.DataFrame, count: int) -> None:
    """Name the states whose odds differ most, away from the diagonal and clear of each other."""
    apart = log_odds(rows["prob"].to_numpy(dtype=float)) - log_odds(rows["prob_peer"].to_numpy(dtype=float))
    largest = np.argsort(-np.abs(apart), kind="stable")[:count]
    one_year = len(set(rows["origin_year"])) == 1
    for above in (True, False):
        part = rows.iloc[[place for place in largest if (apart[place] > 0) == above]].sort_values("prob")
        sign = 1 if above else -1
        least = -np.inf
        for row in part.iloc[::sign].to_dict("records"):
            height = axes.transData.transform((row["prob_peer"], row["prob"]))[1] * 72 / axes.figure.dpi
            shift = max(3.0, least - sign * height)
            least = sign * height + shift + setting("font.size")
            axes.annotate(
                str(row["name"]) if one_year else f"{row['name']} {row['origin_year']}",
                (row["prob_peer"], row["prob"]),
                xytext=(-9 * sign, sign * shift),
                textcoords="offset points",
                ha="right" if above else "left",
                va="center",
                fontsize="x-small",
                arrowprops={
                    "arrowstyle": "-",
                    "linewidth": 0.4,
                    "color": shade(axes, 0.5),
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
