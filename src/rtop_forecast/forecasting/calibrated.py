"""A calibrator of one origin, fitted on the forecasts whose windows had closed by it."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pandas as pd

from rtop_forecast.calibration import Calibrator
from rtop_forecast.errors import InputError


def fit_calibrator(
    calibrator: Calibrator,
    history: pd.DataFrame,
    *,
    origin: int,
    horizon: int,
    origins: int,
    delay: int = 0,
    last_closed: int | None = None,
) -> Calibrator:
    """Calibrator fitted on the latest ``origins`` earlier forecasts whose windows had closed by the origin.

    Outcomes may be coded less far than the origin: then the latest origins whose windows are coded teach it.

    Parameters
    ----------
    calibrator : Calibrator
        Unfitted; a copy is fitted.
    history : pandas.DataFrame
        ``origin_year, group, raw_prob, outcome``; rows without an outcome teach nothing.
    origin : int
        Where the calibrator will be applied.
    horizon : int
        Years that a window lasts.
    origins : int
        How many of the latest origins whose windows had closed teach it.
    delay : int
        Years after the end of a window until its label is known.
    last_closed : int, optional
        Last origin whose window the outcomes cover; by default that of the origin itself.

    Raises
    ------
    InputError
        If the history lacks one of these origins.
    """
    closed_by = origin - horizon - delay
    latest = closed_by if last_closed is None else min(closed_by, last_closed)
    wanted = range(latest - origins + 1, latest + 1)
    closed = history[history["origin_year"].isin(wanted) & np.isfinite(history["outcome"])]
    missing = sorted(set(wanted) - set(closed["origin_year"].tolist()))
    if missing:
        message = (
            f"the calibrator of origin {origin} learns from the forecasts of origins {wanted[0]} to {wanted[-1]}; "
            f"{len(missing)} of {len(wanted)} are missing, first {missing[0]}. Backtest origins up to {latest}."
        )
        raise InputError(message)
    fitted = deepcopy(calibrator)
    fitted.fit(
        closed["outcome"].to_numpy(dtype=float),
        closed["raw_prob"].to_numpy(dtype=float),
        time=closed["origin_year"].to_numpy(dtype=float),
        at=origin,
        # windows of h years overlap: each onset lies in h of them and counts once
        weights=np.full(len(closed), 1.0 / horizon),
        groups=closed["group"],
    )
    return fitted
