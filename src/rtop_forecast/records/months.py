"""The months that a backtest or a forecast knows, as a document and tables, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rtop_forecast.calibration import Calibrator, WithMonths
from rtop_forecast.features.months import MonthFeatures, month_spec
from rtop_forecast.forecasting.monthly import MonthlyOptions, composed, months_behind
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.records.documents import stage_document, stage_from
from rtop_forecast.storage.manifest import as_json, as_parquet, table_of
from rtop_forecast.world.states import KEYS

__all__ = [
    "backtest_months",
    "calibrator_months",
    "months_of_backtest",
    "with_saved_months",
    "yearly_calibrator",
]

_DOCUMENT, _TABLE, _YEARLY = "months.json", "months.parquet", "yearly.parquet"


def backtest_months(result: BacktestResult) -> dict[str, bytes]:
    """Files of what a backtest knows of months; none for a yearly one."""
    if result.monthly is None:
        return {}
    table = result.monthly.table
    document = {
        "issue_month": result.monthly.issue_month,
        "offsets": list(table.offsets),
        "source": table.source,
    }
    return {
        _DOCUMENT: as_json(document),
        _TABLE: as_parquet(table.frame),
        _YEARLY: as_parquet(result.yearly),
    }


def months_of_backtest(contents: Mapping[str, bytes]) -> dict[str, Any]:
    """Fields of a saved backtest that knows months; none of a yearly one."""
    if _DOCUMENT not in contents:
        return {}
    document = json.loads(contents[_DOCUMENT])
    table = _features(contents, document)
    return {
        "monthly": MonthlyOptions(issue_month=document["issue_month"], table=table),
        "yearly": table_of(contents[_YEARLY]),
    }


def yearly_calibrator(calibrator: Calibrator) -> Calibrator:
    """Calibrator of the yearly score, below the stage of the months."""
    return calibrator.base if isinstance(calibrator, WithMonths) else calibrator


def calibrator_months(calibrator: Calibrator) -> dict[str, bytes]:
    """Files of the stage of the months of a forecast; none of a yearly one."""
    if not isinstance(calibrator, WithMonths):
        return {}
    document = {
        "stage": stage_document(calibrator.stage),
        "offsets": list(calibrator.offsets),
        "source": calibrator.source,
    }
    return {_DOCUMENT: as_json(document), _TABLE: as_parquet(months_behind(calibrator).frame)}


def with_saved_months(base: Calibrator, contents: Mapping[str, bytes]) -> Calibrator:
    """Calibrator of a saved forecast: the yearly one, with the stage of the months if the forecast knew them."""
    if _DOCUMENT not in contents:
        return base
    document = json.loads(contents[_DOCUMENT])
    return composed(base, stage_from(document["stage"]), _features(contents, document))


def _features(contents: Mapping[str, bytes], document: Mapping[str, Any]) -> MonthFeatures:
    frame = table_of(contents[_TABLE])
    return MonthFeatures(
        frame=frame,
        specs=tuple(month_spec(name) for name in frame.columns if name not in KEYS),
        offsets=tuple(document["offsets"]),
        source=document["source"],
    )
