"""Columns of a forecast beside its probability: intervals, rank ranges, the year before, what changed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.evaluation import prob_top, rank_ranges
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.draw_intervals import interval_around
from rtop_forecast.logistic import probability

__all__ = ["add_change", "add_last_year", "add_ranges"]


def add_ranges(frame: pd.DataFrame, log_odds: FloatArray, drawn: FloatArray, *, level: float) -> None:
    """Add intervals of the probability, the rank and its range, and the chance to be among the highest.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``prob``; columns are added.
    log_odds : ndarray of shape (n_states,)
    drawn : ndarray of shape (draws, n_states)
    level : float
    """
    low, high = interval_around(log_odds, drawn, level=level)
    frame["prob_low"], frame["prob_high"] = probability(low), probability(high)
    frame["rank"] = _ranks(frame["prob"])
    probs = probability(drawn)
    rank_low, rank_high = rank_ranges(probs, level=level)
    frame["rank_low"] = np.minimum(np.floor(rank_low).astype(int), frame["rank"])
    frame["rank_high"] = np.maximum(np.ceil(rank_high).astype(int), frame["rank"])
    frame["prob_top10"], frame["prob_top30"] = prob_top(probs, k=10), prob_top(probs, k=30)


def add_last_year(frame: pd.DataFrame, before: Basis) -> None:
    """Add probability and rank from the origin before."""
    prob = pd.Series(probability(before.calibrated), index=before.keys["country_id"].to_numpy())
    ranks = _ranks(prob).astype("Int64")
    frame["prob_last_year"] = prob.reindex(frame["country_id"]).to_numpy()
    frame["rank_last_year"] = ranks.reindex(frame["country_id"]).array


def add_change(frame: pd.DataFrame, drawn: FloatArray, *, level: float) -> None:
    """Add what a year of data changed, with its interval, from its draws."""
    present = np.isfinite(drawn).all(axis=0)
    bounds = np.full((2, len(frame)), np.nan)
    bounds[:, present] = np.quantile(drawn[:, present], [(1 - level) / 2, (1 + level) / 2], axis=0)
    frame["change_odds"] = np.exp(np.median(drawn, axis=0))
    frame["change_odds_low"], frame["change_odds_high"] = np.exp(bounds)


def _ranks(prob: pd.Series[float]) -> pd.Series[int]:
    """1 for the highest probability; equal probabilities share the better rank."""
    return prob.rank(ascending=False, method="min").astype(int)
