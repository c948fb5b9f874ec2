"""A small forecast and its backtest, shared by the tests of the report."""

from __future__ import annotations

import pytest

import rtop_forecast as rtop
from rtop_forecast.models import BoostedTrees, ElasticNetLogit, LogOddsAverage

MODEL = LogOddsAverage(
    [("net", ElasticNetLogit(lam=0.3, scaled=True)), ("trees", BoostedTrees(n_estimators=5, seeds=1))]
)


@pytest.fixture(scope="session")
def parts(core_names):
    """Forecast from 2024 and the backtest it belongs to."""
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel, names=core_names), rtop.onset_target(panel)
    result = rtop.backtest(
        MODEL, features, target, origins=rtop.RollingOrigin(first=2013, last=2022), calibration_origins=5
    )
    return rtop.forecast(MODEL, features, target, origin=2024, backtest=result, draws=20), result
