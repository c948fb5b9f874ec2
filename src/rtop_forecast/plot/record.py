"""Figures of a track record: reliability, Murphy diagram, expected and observed, recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import flag, integer, interval_level
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import bootstrap_scores, murphy_curve, recalibrated, reliability_curve
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.plot.axes import axes_of, cycle_colour, legend_above, line_style, scaled, shade
from rtop_forecast.plot.inputs import named_results, one_result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_expected", "draw_reliability", "expected_observed", "murphy", "recall_curve", "reliability"]

_BANDS = 2  # curves above whose number bands would hide each other
_LINEAR = 0.01  # below it the axis of a Murphy diagram is linear
_COUNTED = {"incidence": "an episode", "continuation": "a continuation"}


def reliability(
    result: BacktestResult,
    *,
    bins: int = 8,
    level: float = 0.9,
    draws: int = 400,
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Reliability diagram with logarithmic axes, for rare events.

    Bins of equal numbers of forecasts with their count of events and Jeffreys interval, the isotonic (CORP) curve, and
    a band in which the bins of calibrated forecasts would lie.

    Parameters
    ----------
    result : BacktestResult
    bins : int
    level : float
        Of intervals and band.
    draws, seed : int
        Simulated outcomes behind the band.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        If ``result`` is no backtest, or another argument is not of its kind.
    """
    axes = draw_reliability(result, bins=bins, level=level, draws=draws, seed=seed, ax=ax)
    legend_above(axes)
    return axes


def draw_reliability(
    result: BacktestResult, *, bins: int, level: float, draws: int, seed: int, ax: Axes | None
) -> Axes:
    """Reliability diagram without its legend."""
    frame = one_result(result).frame
    y, p = frame["outcome"].to_numpy(dtype=float), frame["prob"].to_numpy(dtype=float)
    curve = reliability_curve(y, p, bins=bins, level=level).to_frame()
    drawn, seed = integer(draws, name="draws", least=20), integer(seed, name="seed", least=0)
    low, high = _band(p, bins=bins, level=level, draws=drawn, seed=seed)
    axes = axes_of(ax)
    floor = max(float(p.min()) * 0.5, 1e-4)
    top = min(1.0, 2.5 * float(curve["mean_prob"].max()))
    thin = scaled("lines.linewidth", 2 / 3)
    axes.plot([floor, top], [floor, top], color=shade(axes, 0.4667), linewidth=thin, label="perfect")
    axes.fill_between(
        curve["mean_prob"],
        np.maximum(low, floor),
        np.maximum(high, floor),
        color=shade(axes, 0.1333),
        label="if calibrated",
    )
    _observed(axes, curve, floor=floor, level=level)
    order = np.argsort(p)
    isotonic = np.maximum(recalibrated(y, p)[order], floor)
    axes.plot(p[order], isotonic, color=cycle_colour(1), linestyle="--", linewidth=thin, label="isotonic")
    _logarithmic(axes, floor=floor, top=top, highest=float(curve["high"].max()))
    axes.set_xlabel("forecast probability (log scale)")
    axes.set_ylabel("observed frequency (log scale)")
    return axes


def _observed(axes: Axes, curve: pd.DataFrame, *, floor: float, level: float) -> None:
    """Observed frequency of each bin with its interval, over its counts."""
    frequency = np.maximum(curve["observed"], floor)
    errors = np.vstack([frequency - np.maximum(curve["low"], floor), curve["high"] - frequency]).clip(min=0)
    axes.errorbar(
        curve["mean_prob"],
        frequency,
        yerr=errors,
        fmt="o",
        color=cycle_colour(0),
        capsize=scaled("lines.markersize", 0.5),
        label=f"observed, {level:.0%} interval",
    )
    for row in curve.to_dict("records"):
        axes.annotate(
            f"{int(row['positives'])}/{int(row['count'])}",
            (row["mean_prob"], max(row["high"], floor)),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize="x-small",
        )


def _logarithmic(axes: Axes, *, floor: float, top: float, highest: float) -> None:
    """Logarithmic axes in percent, from the floor to the largest forecast and to the highest interval."""
    from rtop_forecast.plot.ticks import percent_axis

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(floor, top)
    axes.set_ylim(floor, max(top, 1.5 * highest))
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis, most=axes.get_ylim()[1])


def _band(p: FloatArray, *, bins: int, level: float, draws: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Range of each bin's observed rate if every probability were right."""
    generator = np.random.default_rng(seed)
    rates = np.array(
        [
            reliability_curve((generator.random(p.size) < p).astype(float), p, bins=bins).observed
            for _ in range(draws)
        ]
    )
    low, high = np.quantile(rates, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def murphy(
    results: BacktestResult | Mapping[str, BacktestResult] | Sequence[BacktestResult],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Murphy diagram: mean loss at each decision threshold, lower is better.

    Parameters
    ----------
    results : BacktestResult, dict of str to BacktestResult, or sequence of BacktestResult
        Of the same rows, by the names of the legend; in a sequence each is named by its model.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        A line for each backtest, labelled by its name.

    Raises
    ------
    InputError
        If there is no backtest, two share a name, or they were not scored on the same rows.
    """
    from rtop_forecast.plot.ticks import percent_axis

    found = named_results(results)
    axes = axes_of(ax)
    for place, (name, one) in enumerate(found.items()):
        curve = murphy_curve(one.frame["outcome"], one.frame["prob"])
        axes.plot(
            curve["threshold"],
            curve["score"],
            color=cycle_colour(place),
            linestyle=line_style(place),
            label=name,
        )
    axes.set_xscale("symlog", linthresh=_LINEAR)
    axes.set_xlim(0, 1)
    percent_axis(axes.xaxis, least=_LINEAR)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("threshold above which one acts")
    axes.set_ylabel("mean loss")
    axes.legend()
    return axes


def expected_observed(
    result: BacktestResult, *, predictive: bool = True, level: float = 0.9, ax: Axes | None = None
) -> Axes:
    """Draw the expected and the observed number of events by year of origin, with the predictive range.

    Parameters
    ----------
    result : BacktestResult
    predictive : bool
        Whether the predictive range of each year is drawn; see :meth:`BacktestResult.counts`.
    level : float
        Of that range.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        Bars are the observed numbers, the line the expected ones.

    Raises
    ------
    InputError
        If ``result`` is no backtest, or another argument is not of its kind.
    """
    axes = draw_expected(result, predictive=predictive, level=level, ax=ax)
    axes.autoscale(axis="y")  # of axes that share theirs, anew: room for a legend is made once
    legend_above(axes)
    return axes


def draw_expected(
    result: BacktestResult,
    *,
    predictive: bool,
    level: float,
    ax: Axes | None,
    counts: pd.DataFrame | None = None,
) -> Axes:
    """Draw expected and observed numbers without a legend; ``counts`` are the backtest's, if they are at hand."""
    from rtop_forecast.plot.ticks import whole_years

    sums = one_result(result).frame.groupby("origin_year")[["prob", "outcome"]].sum()
    level = interval_level(level)
    if not flag(predictive, name="predictive"):
        counts = None
    elif counts is None:
        counts = result.counts(level=level)
    axes = axes_of(ax)
    axes.bar(sums.index, sums["outcome"], color=shade(axes, 0.2667), width=0.8, label="observed")
    if counts is not None:
        axes.vlines(
            counts["origin_year"],
            counts["low"],
            counts["high"],
            color=cycle_colour(0),
            label=f"{level:.0%} predictive range",
        )
    axes.plot(
        sums.index,
        sums["prob"],
        color=cycle_colour(1),
        marker="o",
        markersize=scaled("lines.markersize", 0.5),
        label="expected",
    )
    noun = _COUNTED.get(str(result.provenance.get("kind")), "an onset")
    whole_years(axes.xaxis)
    whole_years(axes.yaxis)
    axes.set_ylabel(f"states with {noun} in the window")
    axes.set_xlabel("origin year")
    return axes


def recall_curve(
    results: BacktestResult | Mapping[str, BacktestResult] | Sequence[BacktestResult],
    *,
    longest: int = 50,
    level: float = 0.9,
    draws: int = 200,
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Share of the events found among the highest ranks of each year, by the length of the list.

    Parameters
    ----------
    results : BacktestResult, dict of str to BacktestResult, or sequence of BacktestResult
        Of the same rows, by the names of the legend; in a sequence each is named by its model.
    longest : int
        Longest list.
    level : float
        Of the bands, from resampling countries; drawn for one or two backtests.
    draws, seed : int
        Resamples behind the bands.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        A line for each backtest, labelled by its name, and one for a list drawn by lot.

    Raises
    ------
    InputError
        If there is no backtest, two share a name, they were not scored on the same rows, none of which holds an event,
        or another argument is not of its kind.
    """
    found, level = named_results(results), interval_level(level)
    drawn, seed = integer(draws, name="draws", least=20), integer(seed, name="seed", least=0)
    lengths = np.arange(1, integer(longest, name="longest", least=2) + 1)
    frame = next(iter(found.values())).frame
    if not frame["outcome"].sum() > 0:
        message = "a recall curve needs at least one event; the backtest holds none. Backtest other origins."
        raise InputError(message)
    axes = axes_of(ax)
    for place, (name, one) in enumerate(found.items()):
        table = _recall(one, lengths, draws=drawn, seed=seed, level=level)
        if len(found) <= _BANDS:
            axes.fill_between(
                lengths, table["low"], table["high"], color=cycle_colour(place), alpha=0.15, linewidth=0
            )
        axes.plot(
            lengths, table["recall"], color=cycle_colour(place), linestyle=line_style(place), label=name
        )
    ranked = frame.groupby("origin_year")["prob"].transform("size").to_numpy(dtype=float)
    happened = ranked[frame["outcome"].to_numpy() == 1]
    by_lot = [float(np.minimum(length / happened, 1.0).mean()) for length in lengths]
    axes.plot(lengths, by_lot, color=shade(axes, 0.4667), linestyle=":", label="drawn by lot")
    axes.set_xlim(0, lengths[-1])
    axes.set_ylim(0, 1)
    axes.set_xlabel("states on the list of each year")
    axes.set_ylabel("share of events among them")
    axes.legend()
    return axes


def _recall(
    result: BacktestResult, lengths: np.ndarray, *, draws: int, seed: int, level: float
) -> pd.DataFrame:
    """``recall, low, high`` by length of the list."""
    frame = result.frame
    scores = bootstrap_scores(
        frame["outcome"].to_numpy(dtype=float),
        frame["prob"].to_numpy(dtype=float),
        blocks=frame["country_id"].to_numpy(),
        groups=frame["origin_year"].to_numpy(),
        k=lengths.tolist(),
        draws=draws,
        seed=seed,
    )
    intervals = scores.intervals(level=level)
    names = [f"recall_at_{length}" for length in lengths]
    return pd.DataFrame(
        [(scores.estimate[name], *intervals[name]) for name in names], columns=["recall", "low", "high"]
    )
