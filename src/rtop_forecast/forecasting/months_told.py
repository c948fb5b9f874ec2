"""What a forecast that knows months says beside its probability: the part under way, and which months it knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from rtop_forecast.calibration import WithMonths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import CoverageError
from rtop_forecast.features.months import FIRST_ORIGIN, MonthFeatures, known_offsets, newest_out
from rtop_forecast.forecasting.horizons import at_horizons
from rtop_forecast.forecasting.monthly import early_within
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.logistic import probability
from rtop_forecast.panel import Panel
from rtop_forecast.sources.reading.months import month_number
from rtop_forecast.sources.registry import registry

__all__ = ["REASONS", "add_monthly", "told_months", "with_months"]

#: Why a forecast uses no months; the command has reasons of its own beside these.
REASONS = {
    "not_begun": "they begin in 1989",
    "not_out": "none was out on the day",
    "not_at_hand": "{count} months not at hand, first {first}",
    "yearly": "the backtest knows none",
}


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
    """Which months a forecast knows, or why it knows none and what file would bring them.

    Parameters
    ----------
    panel : Panel
    months : MonthFeatures, optional
        Those that the forecast uses.
    origin : int
    issued : datetime.date

    Returns
    -------
    dict
        ``last`` (newest month at hand that was out, as 2026-02; None if none was), ``used`` (whether the forecast uses
        months after the origin), ``missing`` (months of the year after the origin, up to the newest used or out, that
        no release at hand covers), ``provisional`` (months used of candidate events) and ``source``. Where none are
        used also ``reason``, one of :data:`REASONS`, ``why`` (in words) and ``files`` (for each month that is missing
        UCDP's name of the file that has it).
    """
    offsets = months.offsets if months is not None else _offsets(panel, origin=origin, issued=issued)
    january = month_number(origin + 1, 1)
    after = {january + offset for offset in offsets if offset >= 0}
    last = january + max(offsets, default=-1)
    out = newest_out(issued)
    newest = max(last, min(out, january + 11)) if months is None else last
    missing = [number for number in range(january, newest + 1) if number not in after]
    final = {
        number
        for table in panel.months
        if not table.provisional
        for number in range(month_number(*table.first), month_number(*table.last) + 1)
    }
    used = [january + offset for offset in offsets] if months is not None else []
    told: dict[str, Any] = {
        "last": _word(last) if offsets else None,
        "used": months is not None,
        "missing": [_word(number) for number in missing],
        "provisional": [_word(number) for number in sorted(used) if number not in final],
        "source": "" if months is None else months.source,
    }
    if months is not None:
        return told
    if out < month_number(FIRST_ORIGIN, 1):
        return _with_reason({**told, "missing": [], "files": []}, "not_begun")
    reason = "not_out" if out < january else "not_at_hand" if missing else "yearly"
    return _with_reason({**told, "files": list(map(_file_of, missing))}, reason)


def with_months(ends: pd.DataFrame, provenance: Mapping[str, Any]) -> pd.DataFrame:
    """Table of where the data end, with a line for the months; they have no feature in it."""
    months = provenance.get("months")
    if months is None:
        return ends
    said = f"used to {months['last']}" if months["used"] else f"not used, {months['why']}"
    line = dict.fromkeys(ends.columns, 0) | {
        "source": f"UCDP by month: {said}",
        "last_year": int(months["last"][:4]) if months["last"] else int(ends["last_year"].min()),
        "oldest": None,
    }
    return pd.concat([ends, pd.DataFrame([line]).astype(ends.dtypes)], ignore_index=True)


def _with_reason(told: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Months of a forecast that uses none, with the reason for it."""
    missing = told["missing"]
    why = REASONS[reason].format(count=len(missing), first=missing[0] if missing else "")
    return {**told, "reason": reason, "why": why}


def _offsets(panel: Panel, *, origin: int, issued: date) -> tuple[int, ...]:
    """Months at hand that were out on a day; none where the panel holds none of them."""
    try:
        return known_offsets(panel, origin=origin, issued=issued)
    except CoverageError:
        return ()


def _file_of(number: int) -> str:
    """Name of UCDP's file with the events of a month: of the yearly release that is registered, else of candidates."""
    yearly = [
        one for one in registry().values() if one.dataset == "ucdp_ged" and one.last_year >= number // 12
    ]
    if yearly:
        return f"GEDEvent_v{yearly[0].release.replace('.', '_')}.csv"
    return f"GEDEvent_v{number // 12 % 100:02d}_0_{number % 12 + 1}.csv"


def _word(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"
