"""A cheap backtest, its rival, two forecasts and their panel; figures are closed after each test."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import matplotlib as mpl
import pytest
from matplotlib import pyplot

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit


@pytest.fixture(scope="session")
def made(core_names):
    """Everything that the figures show, from a few features."""
    panel = rtop.load_panel(first=1960)
    features, target = rtop.build_features(panel, names=core_names[::6]), rtop.onset_target(panel)
    origins = rtop.RollingOrigin(first=2014, last=2022)
    model, rival = (ElasticNetLogit(lam=lam, scaled=True) for lam in (0.3, 1.0))
    result, other = (
        rtop.backtest(one, features, target, origins=origins, calibration_origins=3) for one in (model, rival)
    )
    earlier, later = (
        rtop.forecast(model, features, target, origin=origin, backtest=result, draws=20)
        for origin in (2023, 2024)
    )
    return SimpleNamespace(
        panel=panel,
        result=result,
        other=other,
        earlier=earlier,
        forecast=later,
        change=rtop.explain_change(earlier, later, "Sudan"),
        reasons=later.attributions("Sudan"),
        peer=other.frame[["country_id", "origin_year", "prob"]],
    )


@pytest.fixture(autouse=True)
def _settings_untouched() -> Iterator[None]:
    """No figure changes a setting for good; each is closed."""
    mpl.use("Agg")
    before = mpl.rcParams.copy()
    yield
    pyplot.close("all")
    assert {name: value for name, value in mpl.rcParams.items() if before[name] != value} == {}
