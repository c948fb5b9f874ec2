"""What a forecast that knows months says beside its probability: the part under way, and which months it knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.calibration import WithMonths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.months import MonthFeatures, known_offsets
from rtop_forecast.forecasting.horizons import PastForecasts, outcome_within
from rtop_forecast.forecasting.monthly import early_share, share_features
from rtop_forecast.panel import Panel
from rtop_forecast.sources.reading.months import month_number

__all__ = ["early_within", "told_months"]


def early_within(
    fitted: WithMonths, yearly: pd.DataFrame, past: PastForecasts, rows: pd.DataFrame
) -> Callable[[int], FloatArray]:
    """Share of the probability of a window that falls before its last year, by the number of years before that.

    It is learned from past windows with an event (:func:`rtop_forecast.forecasting.monthly.early_share`), so that the
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


def told_months(panel: Panel, months: MonthFeatures | None, *, origin: int, issued: date) -> dict[str, Any]:
    """Which months a forecast knows.

    Returns
    -------
    dict
        ``last`` (newest month at hand that was out, as 2026-02), ``used`` (whether it lies after the origin, so that
        the forecast uses it), ``missing`` (months of the year after the origin up to it that no release at hand
        covers), ``provisional`` (months used of candidate events) and ``source``.
    """
    offsets = known_offsets(panel, origin=origin, issued=issued) if months is None else months.offsets
    january = month_number(origin + 1, 1)
    after = {january + offset for offset in offsets if offset >= 0}
    span = range(january, january + max(offsets[0], -1) + 1)
    final = {
        number
        for table in panel.months
        if not table.provisional
        for number in range(month_number(*table.first), month_number(*table.last) + 1)
    }
    used = [january + offset for offset in offsets] if months is not None else []
    return {
        "last": _word(january + offsets[0]),
        "used": months is not None,
        "missing": [_word(number) for number in span if number not in after],
        "provisional": [_word(number) for number in sorted(used) if number not in final],
        "source": "" if months is None else months.source,
    }


def _word(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"
