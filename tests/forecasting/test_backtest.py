"""Rolling origins: embargo, calibration on closed windows only, honest errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import Identity, InterceptShift
from rtop_forecast.forecasting.calibrated import fit_calibrator
from rtop_forecast.forecasting.sample import sample
from rtop_forecast.models import BaseRate, HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS

MODEL = HistoryLogit(HISTORY_COLUMNS)


@pytest.fixture(scope="module")
def parts(core_names):
    panel = rtop.load_panel()
    return rtop.build_features(panel, names=core_names), rtop.onset_target(panel)


@pytest.mark.parametrize("horizon", [1, 2, 5])
@pytest.mark.parametrize("origin", [1975, 1993, 2020])
def test_training_windows_end_by_the_origin(origin, horizon):
    panel = rtop.load_panel()
    rows = sample(rtop.build_features(panel, names=["mk_ever"]), rtop.onset_target(panel, horizon=horizon))
    years = rows.keys.loc[rows.training(origin), "year"]
    assert years.max() + horizon == origin
    assert rows.keys.loc[rows.at(origin), "year"].eq(origin).all()


def test_base_rate_is_the_share_of_closed_windows(parts):
    """The base rate recomputed by hand from the labels that were known at the origin."""
    features, target = parts
    result = rtop.backtest(
        BaseRate(),
        features,
        target,
        origins=rtop.RollingOrigin(first=2000, last=2000),
        calibrator=Identity(),
        calibration_origins=0,
    )
    frame = target.to_frame()
    closed = frame[(frame["year"] <= 1998) & frame["outcome"].notna()]["outcome"]
    assert result.frame["prob"].nunique() == 1
    assert result.frame["prob"].iloc[0] == pytest.approx((closed.sum() + 0.5) / (len(closed) + 1), rel=1e-12)


def test_rows_are_all_states_at_risk_with_a_label(parts):
    features, target = parts
    result = rtop.backtest(
        BaseRate(),
        features,
        target,
        origins=rtop.RollingOrigin(first=1993, last=2022),
        calibrator=Identity(),
        calibration_origins=0,
    )
    frame = target.to_frame()
    wanted = frame[frame["year"].between(1993, 2022) & frame["outcome"].notna()]
    assert len(result.frame) == len(wanted)
    assert result.frame["outcome"].sum() == wanted["outcome"].sum()
    assert (result.frame["target_start"] == result.frame["origin_year"] + 1).all()
    assert (result.frame["target_end"] == result.frame["origin_year"] + 2).all()


def test_calibrator_sees_closed_windows_of_earlier_origins_only(parts):
    features, target = parts
    result = rtop.backtest(
        MODEL,
        features,
        target,
        origins=rtop.RollingOrigin(first=1995, last=1997),
        calibrator=InterceptShift(),
        calibration_origins=5,
    )
    raw = np.concatenate([result.feeding["origin_year"], result.frame["origin_year"]])
    assert sorted(set(raw.tolist())) == list(range(1989, 1998))
    history = result.feeding
    fitted = fit_calibrator(InterceptShift(), history, origin=1995, horizon=2, origins=5)
    closed = history[history["origin_year"].between(1989, 1993)]
    by_hand = InterceptShift().fit(closed["outcome"], closed["raw_prob"], weights=np.full(len(closed), 0.5))
    assert fitted.intercept_ == pytest.approx(by_hand.intercept_, rel=1e-12)
    first = result.frame[result.frame["origin_year"] == 1995]
    np.testing.assert_allclose(fitted.apply(first["raw_prob"]), first["prob"], rtol=1e-12)


def test_forecasts_of_an_origin_do_not_depend_on_the_length_of_the_backtest(parts):
    def at_2000(first, step=1):
        origins = rtop.RollingOrigin(first=first, last=2000, step=step)
        frame = rtop.backtest(MODEL, *parts, origins=origins, calibration_origins=8).to_frame()
        return frame.loc[frame["origin_year"] == 2000, ["prob"]].reset_index(drop=True)

    for other in (at_2000(1994), at_2000(1994, step=3)):
        np.testing.assert_array_equal(at_2000(2000), other)


def test_a_calibration_that_ends_too_early_is_refused(parts):
    short = rtop.backtest(
        MODEL, *parts, origins=rtop.RollingOrigin(first=2010, last=2015), calibration_origins=8
    )
    with pytest.raises(rtop.InputError, match="Backtest origins up to 2022"):
        rtop.forecast(MODEL, *parts, origin=2024, backtest=short, draws=20)


def test_the_calibrator_learns_from_the_latest_origins_whose_outcomes_are_coded():
    rng = np.random.default_rng(5)
    years = np.repeat(np.arange(1990, 2024), 40)
    history = pd.DataFrame({"origin_year": years, "raw_prob": rng.uniform(0.01, 0.3, len(years))})
    history["outcome"] = (rng.uniform(size=len(years)) < 2 * history["raw_prob"]).astype(float)
    history["group"] = ""
    history.loc[history["origin_year"] > 2022, "outcome"] = np.nan
    with pytest.raises(rtop.InputError, match="first 2023"):
        fit_calibrator(InterceptShift(), history, origin=2025, horizon=2, origins=5)
    ragged = fit_calibrator(InterceptShift(), history, origin=2025, horizon=2, origins=5, last_closed=2022)
    taught = history[history["origin_year"].between(2018, 2022)]
    by_hand = InterceptShift().fit(taught["outcome"], taught["raw_prob"], weights=np.full(len(taught), 0.5))
    assert ragged.intercept_ == pytest.approx(by_hand.intercept_, rel=1e-12)
    # an origin whose own windows close earlier is not moved
    early = fit_calibrator(InterceptShift(), history, origin=2010, horizon=2, origins=5, last_closed=2022)
    plain = fit_calibrator(InterceptShift(), history, origin=2010, horizon=2, origins=5)
    assert early.intercept_ == plain.intercept_


def test_horizons_must_agree(parts):
    with pytest.raises(rtop.InputError, match=r"Use RollingOrigin\(horizon=2\)"):
        rtop.backtest(MODEL, *parts, origins=rtop.RollingOrigin(first=2000, horizon=1))


def test_open_windows_cannot_be_scored(parts):
    with pytest.raises(rtop.CoverageError, match="Choose origins up to 2022"):
        rtop.backtest(MODEL, *parts, origins=rtop.RollingOrigin(first=2000, last=2024))


def test_last_origin_defaults_to_the_last_closed_window(parts):
    assert rtop.RollingOrigin(first=2015).origins(parts[1])[-1] == 2022
    assert rtop.RollingOrigin(first=2015, step=3).origins(parts[1]) == [2015, 2018, 2021]


@pytest.mark.parametrize(
    "arguments", [{"first": 2000, "horizon": 0}, {"first": 2000, "step": 0}, {"first": 2000, "last": 1999}]
)
def test_impossible_origins_are_refused(arguments):
    with pytest.raises(rtop.InputError):
        rtop.RollingOrigin(**arguments)


def test_features_and_target_must_come_from_one_panel(parts):
    features, _ = parts
    other = rtop.onset_target(rtop.load_panel(first=1960))
    with pytest.raises(rtop.InputError, match="Build both from one panel"):
        rtop.backtest(MODEL, features, other, origins=rtop.RollingOrigin(first=2000))


def test_an_origin_without_any_past_onset_is_refused(parts):
    with pytest.raises(rtop.CoverageError, match="choose a later origin"):
        rtop.backtest(MODEL, *parts, origins=rtop.RollingOrigin(first=1946, last=1946), calibration_origins=0)


def test_summary_and_scores_agree(parts):
    features, target = parts
    result = rtop.backtest(
        MODEL, features, target, origins=rtop.RollingOrigin(first=2010, last=2020), calibration_origins=10
    )
    table = result.score_frame(draws=200)
    assert (table["low"] <= table["value"] + 1e-12).all()
    assert f"{table.loc['auc', 'value']:8.4f}" in result.summary()
    assert result.provenance["onsets_coded_to"] == target.last_observed
