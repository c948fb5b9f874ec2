"""Shapley values of whole risk factors."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial

import numpy as np
import pandas as pd

from rtop_forecast.calibration import Calibrator
from rtop_forecast.features import FeatureSpec
from rtop_forecast.models import RiskModel


def shapley_by_factor(
    model: RiskModel,
    row: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    specs: Sequence[FeatureSpec],
    calibrator: Calibrator,
    group: str = "",
) -> pd.Series[float]:
    """Exact Shapley value of each risk factor as one player.

    A coalition takes the state's values for its factors' features and the reference's for all others; its worth is the
    calibrated log-odds. Features of one factor act together, so correlated ones share no credit that depends on the
    order they are written in.

    Parameters
    ----------
    model : RiskModel
        Fitted.
    row, reference : pandas.DataFrame of shape (1, n_features)
        The state, and the point it is compared with, for example the world's medians.
    specs : sequence of FeatureSpec
        A feature belongs to its primary factor.
    calibrator : Calibrator
        Fitted.
    group : str
        Group of the state, whose map holds for every coalition.

    Returns
    -------
    pandas.Series
        By factor number; adds up to the log-odds of the row less those of the reference to 1e-9.

    References
    ----------
    Owen, G. (1977). Values of games with a priori unions. In Mathematical Economics and Game Theory, 76-88.
    Sundararajan, M. & Najmi, A. (2020). The many Shapley values for model explanation. ICML 2020.
    """
    names = [spec.name for spec in specs]
    primary = np.array([spec.risk_factors[0] for spec in specs])
    here, there = row[names].to_numpy(dtype=float)[0], reference[names].to_numpy(dtype=float)[0]
    differs = (here != there) & ~(np.isnan(here) & np.isnan(there))
    players = sorted({int(number) for number in primary[differs]})
    count = len(players)
    coalitions = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    member = np.zeros((2**count, len(names)), dtype=bool)
    for place, player in enumerate(players):
        member[:, primary == player] |= coalitions[:, [place]] == 1
    rows = pd.DataFrame(np.where(member, here, there), columns=names)
    worth = calibrator.apply_log_odds(model.log_odds(rows), groups=[group] * len(rows))
    size = coalitions.sum(axis=1)
    weight = np.array(
        [factorial(s) * factorial(max(count - s - 1, 0)) / factorial(max(count, 1)) for s in range(count + 1)]
    )
    values = dict.fromkeys(sorted({int(number) for number in primary}), 0.0)
    for place, player in enumerate(players):
        without = np.flatnonzero(coalitions[:, place] == 0)
        gain = worth[without + (1 << place)] - worth[without]
        values[player] = float((weight[size[without]] * gain).sum())
    return pd.Series(values, name="shapley")
