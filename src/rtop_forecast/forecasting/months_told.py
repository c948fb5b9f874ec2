"""What a forecast that knows months says beside its probability: the part under way, and which months it knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from rtop_forecast.calibration import WithMonths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.months import MonthFeatures, known_offsets
from rtop_forecast.forecasting.horizons import at_horizons
from rtop_forecast.forecasting.monthly import early_within
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.logistic import probability
from rtop_forecast.panel import Panel
from rtop_forecast.sources.reading.months import month_number

__all__ = ["add_monthly", "told_months"]


def add_monthly(frame: pd.DataFrame, fitted: WithMonths, backtest: BacktestResult, raw: FloatArray) -> None:
    """Forecast without the months, and its parts that lie in the year under way at the issue date and after it."""
    frame["prob_yearly"] = probability(fitted.base.apply_log_odds(raw, groups=frame["group"].to_numpy()))
    if backtest.horizon > 1 and backtest.provenance.get("kind") == "onset":
        past = backtest.past
        share = early_within(fitted, backtest.yearly, past, frame)
        table = at_horizons(past, frame, origin=int(frame["origin_year"].iloc[0]), horizons=(1,), share=share)
        frame["prob_first_year"] = table["prob_1y"]
        frame["prob_later"] = frame["prob"] - frame["prob_first_year"]


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
