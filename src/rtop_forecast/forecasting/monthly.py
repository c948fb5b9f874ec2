"""The second stage of a forecast: the yearly score, and the months known at the issue date, in sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from rtop_forecast.calibration import Calibrator, MonthlyStage, WithMonths
from rtop_forecast.checks.arguments import integer
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.features.months import (
    FIRST_ORIGIN,
    MonthFeatures,
    known_offsets,
    month_features,
    month_spec,
    offsets_of_month,
)
from rtop_forecast.forecasting.horizons import PastForecasts, outcome_within
from rtop_forecast.logistic import log_odds
from rtop_forecast.panel import Panel
from rtop_forecast.world.states import KEYS, ROW_KEYS

__all__ = [
    "MONTH_ORIGINS",
    "YEARLY_COLUMNS",
    "MonthlyOptions",
    "composed",
    "early_share",
    "early_within",
    "fit_stage",
    "month_rows",
    "months_behind",
    "months_known",
    "origins_that_teach",
    "share_features",
    "staged",
    "with_months",
]

#: Latest origins whose windows had closed that teach the second stage.
MONTH_ORIGINS = 25
_SHARE_SD = 0.5
YEARLY_COLUMNS = [*ROW_KEYS, "group", "prob", "outcome"]


def origins_that_teach(origin: int, *, horizon: int, delay: int = 0, last_closed: int | None = None) -> range:
    """Origins whose forecasts teach the second stage of one: those closed by it, from 1989 on, the latest 25.

    Examples
    --------
    >>> origins_that_teach(2000, horizon=2), origins_that_teach(2024, horizon=2)
    (range(1989, 1999), range(1998, 2023))
    """
    closed = origin - horizon - delay
    latest = closed if last_closed is None else min(closed, last_closed)
    return range(max(FIRST_ORIGIN, latest - MONTH_ORIGINS + 1), latest + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyOptions:
    """Months that a backtest's forecasts know.

    Attributes
    ----------
    issue_month : int
        Forecasts are issued at the end of this month of the year after the origin.
    table : MonthFeatures
        What every row knows then.
    """

    issue_month: int
    table: MonthFeatures

    @classmethod
    def of(cls, panel: Panel, issue_month: int) -> MonthlyOptions:
        """Features by month at the end of an issue month."""
        month = integer(issue_month, name="issue_month", least=1, most=12)
        return cls(issue_month=month, table=month_features(panel, offsets=offsets_of_month(month)))


def months_known(panel: Panel, *, origin: int, issued: date) -> MonthFeatures | None:
    """Features of the months that the panel holds and that were out on a day; None if none lies after the origin."""
    offsets = known_offsets(panel, origin=origin, issued=issued)
    if offsets[0] < 0:
        return None
    return month_features(panel, offsets=offsets, last_origin=origin)


def staged(
    base: Calibrator,
    yearly: pd.DataFrame,
    months: MonthFeatures,
    *,
    origin: int,
    horizon: int,
    delay: int = 0,
    last_closed: int | None = None,
) -> WithMonths:
    """Calibrator of an origin with the months' stage upon it; arguments as in :func:`fit_stage`."""
    stage = fit_stage(
        MonthlyStage(),
        yearly,
        months,
        origin=origin,
        horizon=horizon,
        delay=delay,
        last_closed=last_closed,
    )
    return composed(base, stage, months)


def composed(base: Calibrator, stage: MonthlyStage, months: MonthFeatures) -> WithMonths:
    """Calibrator of two fitted stages over all state-years whose months are known."""
    return WithMonths(
        base=base,
        stage=stage,
        keys=months.frame[KEYS].to_numpy(dtype=np.int64),
        months=months.frame[months.names].to_numpy(dtype=float),
        names=months.names,
        offsets=months.offsets,
        source=months.source,
    )


def months_behind(fitted: WithMonths) -> MonthFeatures:
    """Features by month that a calibrator knows."""
    keys = pd.DataFrame(fitted.keys, columns=KEYS)
    return MonthFeatures(
        frame=pd.concat([keys, pd.DataFrame(fitted.table, columns=list(fitted.names))], axis=1),
        specs=tuple(map(month_spec, fitted.names)),
        offsets=fitted.offsets,
        source=fitted.source,
    )


def early_share(
    fitted: WithMonths, yearly: pd.DataFrame, early: pd.Series[float], *, origin: int, horizon: int
) -> MonthlyStage:
    """Chance that an event of the window comes early in it, learned from past windows with an event.

    A penalised logit on the yearly log-odds and on what the months add, without any base.

    Parameters
    ----------
    fitted : WithMonths
        Of the origin.
    yearly : pandas.DataFrame
        As in :func:`fit_stage`.
    early : Series of float
        Whether the event came early, on the index of ``yearly``; NaN where that is not known.
    origin, horizon : int

    Returns
    -------
    MonthlyStage
        Its features are the yearly log-odds and the monthly part.
    """
    taught = yearly["origin_year"].isin(origins_that_teach(origin, horizon=horizon))
    rows = yearly[taught & (yearly["outcome"] == 1) & early.notna()]
    return MonthlyStage(level_sd=_SHARE_SD, weight_sds=(_SHARE_SD,)).fit(
        early[rows.index].to_numpy(dtype=float),
        np.full(len(rows), 0.5),
        share_features(fitted, rows),
        weights=np.full(len(rows), 1.0 / horizon),
    )


def early_within(
    fitted: WithMonths, yearly: pd.DataFrame, past: PastForecasts, rows: pd.DataFrame
) -> Callable[[int], FloatArray]:
    """Share of the probability of a window that falls before its last year, by the number of years before that.

    It is learned from past windows with an event (:func:`early_share`), so that the
    parts of a window add up to the whole.

    Parameters
    ----------
    fitted : WithMonths
        Of the origin.
    yearly : pandas.DataFrame
        Calibrated yearly forecasts that teach.
    past : PastForecasts
        Their events by year.
    rows : pandas.DataFrame
        ``country_id, origin_year, group, prob_yearly`` of the states of the origin.
    """

    def share(years: int) -> FloatArray:
        whole = yearly.assign(outcome=outcome_within(past, yearly, years + 1))
        early = pd.Series(outcome_within(past, yearly, years), index=yearly.index)
        origin = int(rows["origin_year"].iloc[0])
        stage = early_share(fitted, whole, early, origin=origin, horizon=years + 1)
        features = share_features(fitted, rows.assign(prob=rows["prob_yearly"]))
        return stage.apply(np.full(len(rows), 0.5), features)

    return share


def share_features(fitted: WithMonths, rows: pd.DataFrame) -> FloatArray:
    """Yearly log-odds and monthly part of forecasts, of shape (n, 2)."""
    labels = fitted.labels(rows["group"], rows["country_id"].tolist(), rows["origin_year"].tolist())
    yearly = log_odds(rows["prob"].to_numpy(dtype=float))
    return np.column_stack([yearly, fitted.parts(labels).sum(axis=1)])


def month_rows(months: MonthFeatures, rows: pd.DataFrame) -> FloatArray:
    """Features by month of forecasts, in their order."""
    return months.at(rows["country_id"].tolist(), rows["origin_year"].tolist())


def fit_stage(
    stage: MonthlyStage,
    yearly: pd.DataFrame,
    months: MonthFeatures,
    *,
    origin: int,
    horizon: int,
    delay: int = 0,
    last_closed: int | None = None,
) -> MonthlyStage:
    """Second stage of an origin, fitted on the yearly forecasts whose windows had closed by it.

    Parameters
    ----------
    stage : MonthlyStage
        Unfitted; a copy is fitted.
    yearly : pandas.DataFrame
        ``country_id, origin_year, group, prob, outcome``: calibrated out of sample; rows without an outcome teach
        nothing. Their first origin is the first that teaches, if that is after 1989.
    months : MonthFeatures
        With the months of the offsets that the forecast of the origin knows.
    origin, horizon, delay : int
        As :func:`rtop_forecast.forecasting.calibrated.fit_calibrator`.
    last_closed : int, optional
        Last origin whose window the outcomes cover, if that is earlier.

    Raises
    ------
    InputError
        If the forecasts of an origin that teaches are missing, or there is none.
    """
    first = int(yearly["origin_year"].min())
    wanted = [
        year
        for year in origins_that_teach(origin, horizon=horizon, delay=delay, last_closed=last_closed)
        if year >= first
    ]
    closed = yearly[yearly["origin_year"].isin(wanted) & np.isfinite(yearly["outcome"])]
    missing = sorted(set(wanted) - set(closed["origin_year"].tolist()))
    if missing or not wanted:
        message = (
            f"the months' stage of origin {origin} learns from the forecasts of origins from {FIRST_ORIGIN} on whose "
            f"windows had closed, the latest {MONTH_ORIGINS}; {len(missing)} of {len(wanted)} are missing"
            + (f", first {missing[0]}" if missing else "")
            + ". Backtest with issue_month=..., or choose a later origin."
        )
        raise InputError(message)
    return deepcopy(stage).fit(
        closed["outcome"].to_numpy(dtype=float),
        closed["prob"].to_numpy(dtype=float),
        month_rows(months, closed),
        groups=closed["group"],
        # windows of h years overlap: each onset lies in h of them and counts once
        weights=np.full(len(closed), 1.0 / horizon),
    )


def with_months(
    yearly: pd.DataFrame,
    months: MonthFeatures,
    *,
    years: Sequence[int],
    horizon: int,
    delay: int = 0,
    stage: MonthlyStage | None = None,
) -> tuple[pd.Series[float], dict[int, MonthlyStage]]:
    """Probabilities with months of some origins, each from what had closed by it, and the stage of each.

    Parameters
    ----------
    yearly : pandas.DataFrame
        As in :func:`fit_stage`.
    months : MonthFeatures
    years : sequence of int
        Origins; all others only teach.
    horizon, delay : int
        As in :func:`fit_stage`.
    stage : MonthlyStage, optional
        Unfitted.

    Returns
    -------
    Series of float
        On the index of the rows of these origins; and the fitted stages.
    """
    parts, stages = [], {}
    for origin in years:
        fitted = fit_stage(
            MonthlyStage() if stage is None else stage,
            yearly,
            months,
            origin=origin,
            horizon=horizon,
            delay=delay,
        )
        rows = yearly[yearly["origin_year"] == origin]
        prob = fitted.apply(
            rows["prob"].to_numpy(dtype=float), month_rows(months, rows), groups=rows["group"]
        )
        parts.append(pd.Series(prob, index=rows.index))
        stages[origin] = fitted
    return pd.concat(parts), stages
