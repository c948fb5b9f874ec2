"""Calibration in sequence: at each origin from the forecasts whose windows had closed by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from rtop_forecast.calibration import Calibrator, Identity
from rtop_forecast.features.months import MonthFeatures
from rtop_forecast.forecasting.calibrated import fit_calibrator
from rtop_forecast.forecasting.monthly import staged
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.rows import CALIBRATION_COLUMNS, with_prob
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.world.states import KEYS


def calibrate(
    raw: pd.DataFrame,
    calibrator: Calibrator,
    *,
    years: Sequence[int],
    horizon: int,
    origins: int,
    delay: int = 0,
    labels_then: Mapping[int, Sample] | None = None,
) -> tuple[pd.DataFrame, dict[int, Calibrator]]:
    """Calibrated forecasts of some origins, and the calibrator of each.

    Parameters
    ----------
    raw : pandas.DataFrame
        As :func:`rtop_forecast.forecasting.rows.forecast_rows` makes them, with ``log_odds``.
    calibrator : Calibrator
        Unfitted.
    years : sequence of int
        Origins to calibrate; all others only teach.
    horizon, origins, delay : int
        As in :func:`fit_calibrator`.
    labels_then : dict of int to Sample, optional
        By origin, rows with the labels as they were known then; without any, those of ``raw``.
    """
    by_origin = dict(tuple(raw.groupby("origin_year")))
    frames, calibrators = [], {}
    for origin in years:
        history = raw.assign(outcome=labels_of(labels_then[origin], raw)) if labels_then else raw
        fitted = fit_calibrator(
            calibrator, history, origin=origin, horizon=horizon, origins=origins, delay=delay
        )
        calibrators[origin] = fitted
        rows = by_origin[origin]
        log_odds = fitted.apply_log_odds(rows["log_odds"].to_numpy(dtype=float), groups=rows["group"])
        frames.append(with_prob(rows, log_odds))
    return pd.concat(frames, ignore_index=True), calibrators


def labels_of(rows: Sample, raw: pd.DataFrame) -> pd.Series[float]:
    """Label of each forecast in a sample; missing where it has none."""
    labels = pd.Series(rows.outcome, index=pd.MultiIndex.from_frame(rows.keys[KEYS]))
    wanted = pd.MultiIndex.from_arrays([raw["country_id"], raw["origin_year"]])
    return pd.Series(labels.reindex(wanted).to_numpy(dtype=float), index=raw.index)


def calibrator_of(
    backtest: BacktestResult | None,
    *,
    origin: int,
    horizon: int,
    last_closed: int | None = None,
    months: MonthFeatures | None = None,
) -> Calibrator:
    """Calibrator of an origin, fitted on a backtest's forecasts whose windows had closed by it.

    ``last_closed`` is the last origin whose window the outcomes cover, if that is earlier. Without a backtest the
    model's own probabilities stand. ``months`` are those known at the issue date, for a backtest that knows months.
    """
    if backtest is None:
        return Identity().fit([], [])
    history = pd.concat(
        [backtest.feeding[CALIBRATION_COLUMNS], backtest.frame[CALIBRATION_COLUMNS]], ignore_index=True
    )
    fitted = fit_calibrator(
        backtest.calibrator,
        history,
        origin=origin,
        horizon=horizon,
        origins=backtest.calibration_origins,
        delay=backtest.delay,
        last_closed=last_closed,
    )
    if months is None or backtest.monthly is None:
        return fitted
    return staged(
        fitted,
        backtest.yearly,
        months,
        origin=origin,
        horizon=horizon,
        delay=backtest.delay,
        last_closed=last_closed,
    )
