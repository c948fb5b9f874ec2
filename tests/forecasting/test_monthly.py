"""Forecasts that know months: nothing after the issue date moves them, and their parts add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import WithMonths
from rtop_forecast.errors import InputError, LeakageError
from rtop_forecast.features.months import FIRST_ORIGIN
from rtop_forecast.forecasting.monthly import fit_stage, origins_that_teach
from rtop_forecast.models import HistoryLogit

DAY = date(2025, 8, 31)
MODEL = HistoryLogit(("mk_ongoing_years", "population_log"))


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


def asked(panel, **options):
    features = rtop.build_features(panel, names=list(MODEL.columns))
    target = rtop.onset_target(panel)
    options = {"issue_month": 6} | options
    result = rtop.backtest(MODEL, features, target, origins=rtop.RollingOrigin(first=2012), **options)
    return features, target, result


@pytest.fixture(scope="module")
def made(panel):
    features, target, result = asked(panel, explain=True)
    forecast = rtop.forecast(
        MODEL, features, target, origin=2024, backtest=result, issued=DAY, draws=20, horizons=(1, 2, 3)
    )
    return features, target, result, forecast


def test_origins_that_teach_are_closed_and_have_months():
    assert origins_that_teach(2000, horizon=2) == range(1989, 1999)
    assert origins_that_teach(2025, horizon=2, last_closed=2022) == range(1998, 2023)
    assert len(origins_that_teach(1990, horizon=2)) == 0


@pytest.mark.parametrize("how", ["scrambled", "cut"])
def test_months_after_the_issue_date_move_nothing(panel, made, how):
    """Scrambled or absent, candidate rows after the day are invisible: the forecast stays bit for bit."""
    last = 2025 * 12 + 6  # July 2025, which came out in August
    generator = np.random.default_rng(0)
    tables = []
    for table in panel.months:
        data, end = table.data.copy(), table.last
        later = (data["year"] * 12 + data["month"] - 1 > last).to_numpy()
        if how == "scrambled":
            for name in table.variables:
                data.loc[later, name] = generator.integers(0, 10_000, later.sum())
        else:
            if table.first[0] * 12 + table.first[1] - 1 > last:
                continue
            data = data[~later]
            end = min(table.last, (2025, 7))
        tables.append(replace(table, data=data, last=end))
    other = replace(panel, months=tuple(tables))
    features, target, result = asked(other)
    again = rtop.forecast(
        MODEL, features, target, origin=2024, backtest=result, issued=DAY, draws=20, horizons=(1, 2, 3)
    )
    forecast = made[3]
    pd.testing.assert_frame_equal(forecast.frame, again.frame, check_exact=True)
    early = made[2].frame["origin_year"] <= 2022  # all of these know months to May 2023 at most
    pd.testing.assert_frame_equal(made[2].frame[early], result.frame[early], check_exact=True)


def test_months_after_an_origin_of_the_past_move_none_of_its_forecasts(panel, made):
    """In a backtest: scrambling every month from June 2016 on leaves the origins up to 2015 as they are."""
    tables = []
    generator = np.random.default_rng(1)
    for table in panel.months:
        data = table.data.copy()
        later = (data["year"] * 12 + data["month"] > 2016 * 12 + 5).to_numpy()
        for name in table.variables:
            data.loc[later, name] = generator.integers(0, 10_000, later.sum())
        tables.append(replace(table, data=data))
    result = asked(replace(panel, months=tuple(tables)))[2]
    early, later = (made[2].frame["origin_year"] <= 2015, made[2].frame["origin_year"] > 2015)
    pd.testing.assert_frame_equal(made[2].frame[early], result.frame[early], check_exact=True)
    assert (
        made[2].frame.loc[later, "prob"] != result.frame.loc[later, "prob"]
    ).mean() > 0.5  # states without any event stay


def test_a_panel_cut_on_the_day_gives_the_same_months(panel, made):
    cut = panel.as_of(DAY)
    assert max(table.last for table in cut.months) == (2025, 7)
    assert made[3].provenance["months"]["last"] == "2025-07"
    assert made[3].provenance["months"]["provisional"] == [f"2025-{month:02d}" for month in range(1, 8)]


def test_the_yearly_forecast_stands_beside_and_is_that_without_months(panel, made):
    features, target, result, forecast = made
    yearly = rtop.backtest(MODEL, features, target, origins=rtop.RollingOrigin(first=2012))
    np.testing.assert_array_equal(result.frame["prob_yearly"], yearly.frame["prob"])
    without = rtop.forecast(MODEL, features, target, origin=2024, backtest=yearly, draws=20)
    both = forecast.frame.merge(without.frame, on="country_id", suffixes=("", "_without"))
    np.testing.assert_allclose(both["prob_yearly"], both["prob_without"], rtol=1e-12)
    assert "prob_first_year" not in without.frame
    assert without.outcome == "a new mass killing begins"
    assert forecast.outcome == "a new mass killing has begun or will begin"


def test_parts_of_the_window_add_up(made):
    frame = made[3].frame
    np.testing.assert_allclose(frame["prob_first_year"] + frame["prob_later"], frame["prob"], rtol=1e-12)
    np.testing.assert_array_equal(frame["prob_first_year"], frame["prob_1y"])
    assert ((frame["prob_1y"] < frame["prob"]) & (frame["prob"] < frame["prob_3y"])).all()
    assert ((frame["prob_low"] < frame["prob"]) & (frame["prob"] < frame["prob_high"])).all()
    table = made[2].at_horizons((1, 2))
    assert (table["prob_1y"] < table["prob_2y"]).all()
    np.testing.assert_array_equal(table["prob_2y"], made[2].frame["prob"])


@pytest.mark.parametrize("reference", ["world", "own past"])
def test_attributions_add_up_with_the_months_under_their_own_factors(made, reference):
    forecast = made[3]
    for name in ("Sudan", "Syria", "Norway"):
        parts = forecast.attributions(name, compared_with=reference)
        prob = forecast.frame.set_index("name").loc[name, "prob"]
        assert parts.log_odds == pytest.approx(np.log(prob / (1 - prob)), abs=1e-9)
        months = parts.frame[parts.frame["feature"].str.startswith("month_")]
        assert len(months) == 20
        assert set(months["risk_factor"]) == {1, 11}
        assert months["source"].str.contains("ucdp-ged-months").all()
        shapley = forecast.shapley_by_risk_factor(name)
        assert shapley["shapley"].notna().sum() >= 2
    explained = made[2].explanations[2020]
    frame = made[2].frame[made[2].frame["origin_year"] == 2020]
    log_odds = np.log(frame["prob"] / (1 - frame["prob"])).to_numpy()
    total = explained.baseline + explained.contributions.sum(axis=1)
    np.testing.assert_allclose(total, log_odds, atol=1e-9)


def test_the_change_between_two_forecasts_has_a_part_of_its_own(made):
    features, target, result, forecast = made
    earlier = rtop.forecast(MODEL, features, target, origin=2023, backtest=result, draws=20)
    change = rtop.explain_change(earlier, forecast, "Syria")
    before, after = (one.attributions("Syria").log_odds for one in (earlier, forecast))
    assert sum(change.parts.values()) == pytest.approx(after - before, abs=1e-9)
    assert change.parts["new months"] != 0


def test_what_is_saved_comes_back(made, tmp_path):
    _, _, result, forecast = made
    rtop.save_backtest(result, tmp_path / "backtest")
    rtop.save_forecast(forecast, tmp_path / "forecast")
    again, back = rtop.load_backtest(tmp_path / "backtest"), rtop.load_forecast(tmp_path / "forecast")
    pd.testing.assert_frame_equal(again.frame, result.frame)
    pd.testing.assert_frame_equal(again.yearly, result.yearly)
    pd.testing.assert_frame_equal(again.monthly.table.frame, result.monthly.table.frame)
    pd.testing.assert_frame_equal(back.frame, forecast.frame)
    assert isinstance(back.basis.calibrator, WithMonths)
    np.testing.assert_array_equal(back.basis.calibrated, forecast.basis.calibrated)
    own = back.attributions("Sudan", compared_with="own past")
    assert own.log_odds == forecast.attributions("Sudan", compared_with="own past").log_odds


def test_counts_hold_what_the_months_leave_open(made):
    counts = made[2].counts(draws=100)
    frame = made[2].frame
    expected = frame.groupby("origin_year")["prob"].sum()
    np.testing.assert_allclose(counts["expected"], expected, rtol=0.35)


def test_what_cannot_be_is_refused(panel, made):
    _, target, result, _ = made
    late = rtop.build_features(panel, names=list(MODEL.columns), issue_month=9)
    with pytest.raises(LeakageError, match="issue_month=6"):
        rtop.backtest(MODEL, late, target, origins=rtop.RollingOrigin(first=2012), issue_month=6)
    with pytest.raises(InputError, match="issue_month"):
        asked(panel, issue_month=13)
    with pytest.raises(InputError, match=r"as they stood at past origins.* 25\.1, 26\.0\.2 by month"):
        asked(rtop.load_panel(vintages=["ewp_events"]), vintages="real_time")
    with pytest.raises(InputError, match=f"from {FIRST_ORIGIN} on"):
        fit_stage(
            rtop.calibration.MonthlyStage(), result.yearly, result.monthly.table, origin=1990, horizon=2
        )


def test_without_a_month_of_the_window_the_yearly_forecast_stands(panel, made):
    features = rtop.build_features(panel, names=list(MODEL.columns), issue_month=1)
    target = made[1]
    result = rtop.backtest(MODEL, features, target, origins=rtop.RollingOrigin(first=2020), issue_month=2)
    forecast = rtop.forecast(MODEL, features, target, origin=2024, backtest=result, draws=20)
    told = forecast.provenance["months"]
    assert (told["used"], told["reason"], told["files"]) == (False, "not_out", [])
    assert "prob_yearly" not in forecast.frame
    assert forecast.outcome == "a new mass killing begins"


def test_a_forecast_without_months_says_which_are_not_at_hand_and_what_brings_them(panel, made):
    features, target = made[:2]
    result = rtop.backtest(MODEL, features, target, origins=rtop.RollingOrigin(first=2018))

    def told(held, day, origin=2024):
        changed = replace(features, panel=replace(panel, months=held))
        other = rtop.forecast(MODEL, changed, target, origin=origin, backtest=result, issued=day, draws=20)
        return other.provenance["months"], other.where_data_end()

    whole, _ = told(panel.months, DAY)
    assert (whole["reason"], whole["missing"], whole["last"]) == ("yearly", [], "2025-07")
    final = tuple(table for table in panel.months if not table.provisional)
    lacking, ends = told(final, DAY)
    assert lacking["missing"] == [f"2025-{month:02d}" for month in range(1, 8)]
    assert set(lacking["files"]) == {"GEDEvent_v26_1.csv"}  # the yearly release of 2025 is registered
    assert (lacking["reason"], lacking["last"]) == ("not_at_hand", "2024-12")
    assert ends["source"].iloc[-1] == "UCDP by month: not used, 7 months not at hand, first 2025-01"
    none, ends = told((), DAY)
    assert (none["reason"], none["last"]) == ("not_at_hand", None)
    assert ends[["final", "provisional", "carried", "missing"]].iloc[-1].sum() == 0
