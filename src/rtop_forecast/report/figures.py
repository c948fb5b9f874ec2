"""Figures of results. Each returns a matplotlib figure; none computes what it shows.

Colours are of the Okabe-Ito palette, safe for the colour-blind; lines and markers differ too, for greyscale.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.evaluation import murphy_curve, recalibrated, reliability_curve
from rtop_forecast.explanation.attribution import Attributions, AttributionTable
from rtop_forecast.explanation.cases import Case
from rtop_forecast.features.framework import find_risk_factor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "case_figure",
    "expected_observed_figure",
    "heatmap",
    "murphy_figure",
    "rank_ranges_figure",
    "reliability_figure",
    "waterfall",
]

BLACK, ORANGE, BLUE, GREEN, VERMILLION = "#000000", "#E69F00", "#0072B2", "#009E73", "#D55E00"
_MARKS = (("o", "-"), ("s", "--"), ("^", ":"), ("D", "-."))
_PALETTE = (BLUE, VERMILLION, GREEN, ORANGE)


def _new(width: float, height: float) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _percent(axis: Any, ticks: list[float]) -> None:
    axis.set_ticks(ticks, labels=[f"{100 * tick:g}%" for tick in ticks])
    axis.set_minor_locator(_null())


def _whole_years() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True)


def _null() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _observed(axes: Axes, curve: pd.DataFrame, *, floor: float, level: float) -> None:
    """Observed frequency of each bin with its interval, over its counts."""
    frequency = np.maximum(curve["observed"], floor)
    errors = np.vstack([frequency - np.maximum(curve["low"], floor), curve["high"] - frequency]).clip(min=0)
    axes.errorbar(
        curve["mean_prob"],
        frequency,
        yerr=errors,
        fmt="o",
        color=BLUE,
        capsize=3,
        label=f"observed, {level:.0%} interval",
    )
    for row in curve.to_dict("records"):
        axes.annotate(
            f"{int(row['positives'])}/{int(row['count'])}",
            (row["mean_prob"], max(row["high"], floor)),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7,
        )


def reliability_figure(
    outcome: ArrayLike, prob: ArrayLike, *, bins: int = 8, level: float = 0.9, draws: int = 400, seed: int = 0
) -> Figure:
    """Reliability diagram with logarithmic axes, for rare events.

    Bins of equal numbers of forecasts with their count of events and Jeffreys interval, the isotonic (CORP) curve, and
    a band in which the bins of calibrated forecasts would lie.

    Parameters
    ----------
    outcome, prob : array_like of shape (n,)
    bins : int
    level : float
        Of intervals and band.
    draws, seed
        Simulated outcomes behind the band.
    """
    y, p = np.asarray(outcome, dtype=float), np.asarray(prob, dtype=float)
    curve = reliability_curve(y, p, bins=bins, level=level).to_frame()
    figure, axes = _new(5.6, 5.2)
    floor = max(float(p.min()) * 0.5, 1e-4)
    top = min(1.0, 2.5 * float(curve["mean_prob"].max()))
    axes.plot([floor, top], [floor, top], color="#888888", linewidth=1, label="perfect")
    low, high = _band(p, bins=bins, level=level, draws=draws, seed=seed)
    axes.fill_between(
        curve["mean_prob"],
        np.maximum(low, floor),
        np.maximum(high, floor),
        color="#dddddd",
        label="if calibrated",
    )
    _observed(axes, curve, floor=floor, level=level)
    order = np.argsort(p)
    axes.plot(
        p[order],
        np.maximum(recalibrated(y, p)[order], floor),
        color=VERMILLION,
        linestyle="--",
        linewidth=1,
        label="isotonic",
    )
    _logarithmic(axes, floor=floor, top=top, highest=float(curve["high"].max()))
    axes.set_xlabel("forecast probability (log scale)")
    axes.set_ylabel("observed frequency (log scale)")
    axes.legend(fontsize=8, frameon=False, loc="upper left")
    return figure


def _logarithmic(axes: Any, *, floor: float, top: float, highest: float) -> None:
    """Logarithmic axes in percent, from the floor to the largest forecast and to the highest interval."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(floor, top)
    axes.set_ylim(floor, max(top, 1.5 * highest))
    ticks = [
        tick
        for tick in (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
        if tick >= floor
    ]
    _percent(axes.xaxis, [tick for tick in ticks if tick <= top])
    _percent(axes.yaxis, ticks)


def _band(p: np.ndarray, *, bins: int, level: float, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
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


def murphy_figure(outcome: ArrayLike, forecasts: Mapping[str, ArrayLike]) -> Figure:
    """Murphy diagram: mean loss at each decision threshold, lower is better.

    Parameters
    ----------
    outcome : array_like of shape (n,)
    forecasts : dict of str to array_like of shape (n,)
        At most four forecasters of the same rows.
    """
    figure, axes = _new(5.6, 4.0)
    for place, (name, prob) in enumerate(forecasts.items()):
        curve = murphy_curve(outcome, prob)
        axes.plot(
            curve["threshold"],
            curve["score"],
            color=_PALETTE[place % 4],
            linestyle=_MARKS[place % 4][1],
            label=name,
        )
    axes.set_xscale("symlog", linthresh=0.01)
    axes.set_xlim(0, 1)
    _percent(axes.xaxis, [0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0])
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlabel("threshold above which one acts")
    axes.set_ylabel("mean loss")
    axes.legend(frameon=False, fontsize=8)
    return figure


def rank_ranges_figure(ranking: pd.DataFrame, *, top: int = 30) -> Figure:
    """Probability and its interval for the highest ranks, with the range of each rank in words.

    Parameters
    ----------
    ranking : pandas.DataFrame
        As :meth:`Forecast.ranking` returns.
    top : int
    """
    table = ranking.head(top)[::-1]
    figure, axes = _new(7.2, 0.22 * len(table) + 1.2)
    place = np.arange(len(table))
    axes.hlines(place, table["prob_low"], table["prob_high"], color=BLUE, linewidth=2.5, alpha=0.6)
    axes.plot(table["prob"], place, "o", color=BLACK, markersize=4)
    labels = [
        f"{row['name']}  {row['rank']} ({row['rank_low']}-{row['rank_high']})"
        for row in table.to_dict("records")
    ]
    axes.set_yticks(place, labels=labels, fontsize=8)
    axes.set_xscale("log")
    _percent(axes.xaxis, [0.005, 0.01, 0.02, 0.05, 0.1, 0.2])
    axes.set_xlabel("probability with its interval (log scale); beside the name: rank (range)")
    axes.margins(y=0.01)
    return figure


def expected_observed_figure(
    frame: pd.DataFrame, *, noun: str = "onset", counts: pd.DataFrame | None = None
) -> Figure:
    """Draw expected and observed onset windows by origin year.

    Parameters
    ----------
    frame : pandas.DataFrame
        Backtest forecasts: ``origin_year, prob, outcome``.
    noun : str
        What is counted in a window.
    counts : pandas.DataFrame, optional
        ``origin_year, low, high``: the predictive range of each year, see :meth:`BacktestResult.counts`.
    """
    sums = frame.groupby("origin_year")[["prob", "outcome"]].sum()
    figure, axes = _new(6.4, 3.2)
    axes.bar(sums.index, sums["outcome"], color="#bbbbbb", width=0.8, label="observed")
    if counts is not None:
        axes.vlines(
            counts["origin_year"], counts["low"], counts["high"], color=BLUE, label="predictive range"
        )
    axes.plot(sums.index, sums["prob"], color=VERMILLION, marker="o", markersize=3, label="expected")
    axes.set_ylabel(f"states with an {noun} in the window")
    axes.set_xlabel("origin year")
    axes.legend(frameon=False)
    return figure


def waterfall(reasons: Attributions, *, count: int = 12) -> Figure:
    """Contributions of the risk factors or largest features, from the reference to the forecast, on the odds.

    Parameters
    ----------
    reasons : Attributions
    count : int
        Features shown one by one; the others are added up in one bar.
    """
    table = reasons.by_feature()
    shown = table.head(count)
    rest = float(table["contribution"].iloc[count:].sum())
    labels = [fill(str(label).replace(", logged", ""), 46) for label in shown["label"]]
    values = shown["contribution"].tolist()
    if len(table) > count:
        labels, values = [*labels, f"{len(table) - count} further features"], [*values, rest]
    figure, axes = _new(7.6, 0.3 * len(values) + 1.6)
    start = reasons.baseline
    for place, value in enumerate(values):
        colour, hatch = (VERMILLION, None) if value > 0 else (BLUE, "///")
        axes.barh(place, value, left=start, color=colour, hatch=hatch, edgecolor="white", height=0.7)
        start += value
    for value, name in ((reasons.baseline, "reference"), (reasons.log_odds, reasons.name)):
        axes.axvline(value, color=BLACK, linewidth=0.8, linestyle=":")
        axes.annotate(name, (value, len(labels) - 0.2), ha="center", va="top", fontsize=8)
    axes.set_yticks(range(len(labels)), labels=labels, fontsize=7)
    axes.set_ylim(len(labels) + 0.3, -0.6)
    _odds_axis(axes)
    axes.set_xlabel("probability (log-odds scale)")
    axes.set_title(f"{reasons.name}, compared with {reasons.reference}", loc="left", fontsize=10)
    return figure


def _odds_axis(axes: Any) -> None:
    low, high = axes.get_xlim()
    ticks = [
        p
        for p in (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
        if low <= np.log(p / (1 - p)) <= high
    ]
    axes.set_xticks([np.log(p / (1 - p)) for p in ticks], labels=[f"{100 * p:g}%" for p in ticks])


def heatmap(table: AttributionTable, *, states: list[int]) -> Figure:
    """Contribution of each risk factor (columns) to each state (rows), as a factor on the odds.

    Parameters
    ----------
    table : AttributionTable
    states : list of int
        Gleditsch-Ward numbers, top row first.
    """
    factors = table.by_risk_factor().loc[states]
    names = table.keys.set_index("country_id")["name"].loc[states]
    figure, axes = _new(8.2, 0.24 * len(states) + 2.4)
    axes.spines[:].set_visible(False)
    cells = factors.to_numpy(dtype=float)
    limit = max(float(np.abs(cells).max()), 0.1)
    image = axes.imshow(factors, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
    for row in range(factors.shape[0]):
        for column in range(factors.shape[1]):
            value = float(cells[row, column])
            if abs(value) >= 0.1:
                axes.text(column, row, f"{np.exp(value):.1f}", ha="center", va="center", fontsize=6)
    axes.set_xticks(
        range(factors.shape[1]),
        labels=[f"{n} {find_risk_factor(int(n)).short}" for n in factors.columns],
        rotation=60,
        ha="right",
        fontsize=7,
    )
    axes.set_yticks(range(len(names)), labels=names, fontsize=7)
    bar = figure.colorbar(image, ax=axes, shrink=0.6)
    bar.set_label("log-odds against the world; in the cells: factor on the odds")
    return figure


def case_figure(case: Case) -> Figure:
    """Out-of-sample probability year by year, years with an episode shaded, onsets marked."""
    frame = case.frame
    figure, axes = _new(6.4, 3.2)
    for row in frame[frame["ongoing"] == 1].to_dict("records"):
        axes.axvspan(row["origin_year"] - 0.5, row["origin_year"] + 0.5, color="#e5e5e5", linewidth=0)
    axes.plot(frame["origin_year"], frame["prob"], color=BLUE, marker="o", markersize=4)
    for row in frame[frame["onset"] == 1].to_dict("records"):
        axes.axvline(row["origin_year"], color=VERMILLION, linestyle="--", linewidth=1)
    for row in frame.to_dict("records"):
        axes.annotate(
            str(row["rank"]),
            (row["origin_year"], row["prob"]),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=7,
        )
    axes.set_yscale("log")
    _percent(axes.yaxis, [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4])
    low, high = float(frame["prob"].min()) * 0.7, float(frame["prob"].max()) * 1.6
    axes.set_ylim(low, high)
    axes.xaxis.set_major_locator(_whole_years())
    axes.set_ylabel("probability, rank above (log scale)")
    axes.set_xlabel("origin year; shaded: an episode under way, dashed: an onset")
    axes.set_title(case.name, loc="left", fontsize=11)
    return figure
