"""One table of forecast rows for backtests and forecasts, and one request and fit behind both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.draws import joint_draws
from rtop_forecast.forecasting.options import BacktestOptions, DrawOptions
from rtop_forecast.forecasting.request import Request
from rtop_forecast.forecasting.rows import CALIBRATION_COLUMNS, COLUMNS, forecast_rows, with_prob
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS
from rtop_forecast.world.states import ROW_KEYS

MODEL = HistoryLogit(HISTORY_COLUMNS)


@pytest.fixture(scope="module")
def request_of_all():
    panel = rtop.load_panel()
    return Request.of(MODEL, rtop.build_features(panel, names=HISTORY_COLUMNS), rtop.onset_target(panel))


@pytest.fixture(scope="module")
def result(request_of_all):
    origins = rtop.RollingOrigin(first=2019, last=2020)
    features, target = request_of_all.features, request_of_all.target
    return rtop.backtest(MODEL, features, target, origins=origins, calibration_origins=4)


def test_rows_are_filled_state_by_state(request_of_all):
    rows = request_of_all.rows
    here = np.flatnonzero(rows.keys["year"] == 2015)
    log_odds = np.linspace(-6, 2, len(here))
    expected = pd.DataFrame(
        [
            {
                "country_id": rows.keys["country_id"].iloc[place],
                "name": rows.keys["name"].iloc[place],
                "origin_year": 2015,
                "target_start": 2016,
                "target_end": 2017,
                "group": rows.labels[place],
                "raw_prob": 1 / (1 + np.exp(-value)),
                "outcome": rows.outcome[place],
            }
            for place, value in zip(here, log_odds, strict=True)
        ]
    )
    table = forecast_rows(rows, 2015, log_odds)
    pd.testing.assert_frame_equal(table, expected, rtol=1e-12)
    calibrated = with_prob(table, log_odds - 1)
    assert list(calibrated) == COLUMNS
    np.testing.assert_allclose(calibrated["prob"], 1 / (1 + np.exp(1 - log_odds)), rtol=1e-12)


def test_backtest_and_forecast_share_their_columns(request_of_all, result):
    forecast = rtop.forecast(
        MODEL, request_of_all.features, request_of_all.target, origin=2022, backtest=result, draws=20
    )
    assert list(result.frame) == COLUMNS
    assert list(forecast.frame)[: len(COLUMNS)] == COLUMNS
    assert list(result.feeding) == [name for name in COLUMNS if name != "prob"]
    assert set(ROW_KEYS) | set(CALIBRATION_COLUMNS) <= set(COLUMNS)
    assert not result.frame.duplicated(ROW_KEYS).any()


def test_the_year_before_is_the_basis_of_that_year(request_of_all, result):
    now = Basis.of(request_of_all, result, origin=2022, seed=3)
    before, direct = now.year_before(result), Basis.of(request_of_all, result, origin=2021, seed=3)
    assert (before.origin_year, before.seed) == (2021, 3)
    np.testing.assert_array_equal(before.calibrated, direct.calibrated)


def test_draws_are_those_of_the_fit_and_follow_its_seed(request_of_all, result):
    basis = Basis.of(request_of_all, result, origin=2022, seed=0)
    options = DrawOptions(draws=20, n_jobs=1)
    drawn = joint_draws(basis, options)
    assert drawn.shape == (20, len(basis.keys))
    np.testing.assert_array_equal(drawn, joint_draws(basis, options))
    assert not np.array_equal(drawn, joint_draws(replace(basis, seed=1), options))


def test_a_state_that_is_not_ranked_has_no_place(request_of_all, result):
    basis = Basis.of(request_of_all, result, origin=2022, seed=0)
    place = basis.place(625)
    assert basis.keys["country_id"].iloc[place] == 625
    pd.testing.assert_frame_equal(basis.row(625), basis.matrix.iloc[[place]])
    with pytest.raises(rtop.CoverageError, match="GW 1 has no forecast"):
        basis.place(1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: BacktestOptions(calibrator="affine"),
        lambda: BacktestOptions(calibration_origins=-1),
        lambda: BacktestOptions(calibration_origins=2.0),
        lambda: DrawOptions(draws=19),
        lambda: DrawOptions(draws=True),
    ],
)
def test_impossible_options_are_refused(make):
    with pytest.raises(rtop.InputError):
        make()


def test_a_request_checks_its_parts(request_of_all):
    model, features, target = request_of_all.model, request_of_all.features, request_of_all.target
    for wrong in ((None, features, target), (model, None, target), (model, features, features)):
        with pytest.raises(rtop.InputError):
            Request.of(*wrong)
    other = replace(target, frame=target.frame.iloc[1:].reset_index(drop=True))
    with pytest.raises(rtop.InputError, match="Build both from one panel"):
        Request.of(model, features, other)
