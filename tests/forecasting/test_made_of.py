"""Every result knows what it was made from: what does not belong together is refused by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import rtop_forecast as rtop
from rtop_forecast.forecasting.draw_intervals import interval_around
from rtop_forecast.models import BaseRate, HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS

MODEL = HistoryLogit(HISTORY_COLUMNS)
ORIGINS = {"origins": rtop.RollingOrigin(first=2019, last=2020), "calibration_origins": 2, "n_jobs": 1}
AT = {"origin": 2022, "draws": 20, "n_jobs": 1}


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel(first=1985)
    features, target = rtop.build_features(panel, names=HISTORY_COLUMNS), rtop.onset_target(panel)
    return panel, features, target, rtop.backtest(MODEL, features, target, **ORIGINS)


@pytest.fixture(scope="module")
def forecast(parts):
    _, features, target, result = parts
    return rtop.forecast(MODEL, features, target, backtest=result, **AT)


def test_a_backtest_of_something_else_is_refused_by_name(parts):
    """Such backtests gave expected onsets of 1.09, 1.22 and 2.73 instead of 1.41, without a word."""
    panel, features, target, result = parts
    refused = "the backtest was made from other things: "
    with pytest.raises(rtop.InputError, match=rf"{refused}model \(HistoryLogit, now BaseRate\)"):
        rtop.forecast(BaseRate(), features, target, backtest=result, **AT)
    own = make_pipeline(SimpleImputer(), LogisticRegression(C=0.1, max_iter=500))
    of_own = rtop.backtest(own, features, target, **ORIGINS)
    other = make_pipeline(SimpleImputer(), LogisticRegression(C=1.0, max_iter=500))
    with pytest.raises(
        rtop.InputError, match=r"model parameter estimator__logisticregression__C \(0.1, now 1.0\)"
    ):
        rtop.forecast(other, features, target, backtest=of_own, **AT)
    rtop.forecast(make_pipeline(SimpleImputer(), LogisticRegression(C=0.1, max_iter=500)), features, target,
                  backtest=of_own, **AT)  # fmt: skip
    more = rtop.build_features(panel, names=[*HISTORY_COLUMNS, "mk_ever"])
    with pytest.raises(rtop.InputError, match=rf"{refused}features \(4 features, now 5 features\)"):
        rtop.forecast(MODEL, more, target, backtest=result, **AT)
    led = rtop.onset_target(panel, event="state_led_mass_killing")
    with pytest.raises(rtop.InputError, match=rf"{refused}event \('mass_killing', now 'state_led"):
        rtop.forecast(MODEL, features, led, backtest=result, **AT)
    everyone = rtop.onset_target(panel, min_population=0)
    with pytest.raises(rtop.InputError, match=rf"{refused}min_population"):
        rtop.forecast(MODEL, features, everyone, backtest=result, **AT)
    later = rtop.build_features(panel, names=HISTORY_COLUMNS, issue_month=7)
    with pytest.raises(rtop.InputError, match=rf"{refused}issue_month \(6, now 7\)"):
        rtop.forecast(MODEL, later, target, backtest=result, **AT)


def test_other_events_under_the_same_name_are_refused(parts):
    _, features, target, result = parts
    frame = result.frame.copy()
    frame.loc[3, "outcome"] = 1 - frame.loc[3, "outcome"]
    with pytest.raises(rtop.InputError, match=r"scored on other events: 1 of \d+ outcomes differ"):
        rtop.forecast(MODEL, features, target, backtest=replace(result, frame=frame), **AT)


def test_comparisons_reports_and_audits_refuse_what_does_not_belong(parts, forecast, tmp_path):
    panel, features, target, result = parts
    led = rtop.onset_target(panel, event="state_led_mass_killing")
    of_led = rtop.backtest(MODEL, features, led, **ORIGINS)
    with pytest.raises(rtop.InputError, match=r"one of the two backtests .*event \('mass_killing', now"):
        rtop.compare(result, of_led)
    with pytest.raises(rtop.InputError, match=r"earlier forecast .*event \('mass_killing', now"):
        rtop.explain_change(forecast, rtop.forecast(MODEL, features, led, **AT), "Sudan")
    other = rtop.backtest(BaseRate(), features, target, **ORIGINS)
    with pytest.raises(rtop.InputError, match=r"the backtest .*model \(BaseRate, now HistoryLogit\)"):
        rtop.write_report(forecast, other, tmp_path / "report")
    assert not (tmp_path / "report").exists()
    with pytest.raises(rtop.InputError, match=r"the backtest .*model \(BaseRate, now HistoryLogit\)"):
        rtop.audit_leakage(features, target, MODEL, result=other)
    rtop.compare(result, other, draws=50)
    rtop.lock_forecast(forecast, tmp_path / "lock.json", locked_on="2023-06-30")
    everyone = rtop.onset_target(panel, min_population=0)
    with pytest.raises(rtop.InputError, match=r"the locked forecast .*min_population \(500000, now 0\)"):
        rtop.score_locked(rtop.read_locked(tmp_path / "lock.json"), everyone)


def test_a_saved_backtest_still_belongs(parts, tmp_path):
    _, features, target, result = parts
    again = rtop.load_backtest(rtop.save_backtest(result, tmp_path))
    forecast = rtop.forecast(MODEL, features, target, backtest=again, **AT)
    with pytest.raises(rtop.InputError, match="was made from other things"):
        rtop.forecast(BaseRate(), features, target, backtest=again, **AT)
    # a record of an earlier release says nothing of it and is taken by its outcomes
    plain = replace(again, provenance={})
    pd.testing.assert_frame_equal(
        rtop.forecast(MODEL, features, target, backtest=plain, **AT).frame, forecast.frame
    )


@given(
    st.integers(1, 40),
    st.floats(0.01, 0.99),
    st.integers(0, 2**32 - 1),
)
def test_intervals_contain_their_estimate_at_any_number_of_draws(draws, level, seed):
    generator = np.random.default_rng(seed)
    estimate, drawn = generator.normal(size=5), generator.normal(1.0, 0.2, size=(draws, 5))
    low, high = interval_around(estimate, drawn, level=level)
    assert (low <= estimate).all()
    assert (estimate <= high).all()
    given_low, given_high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    assert (low <= given_low).all()
    assert (high >= given_high).all()


def test_forecasts_and_questions_lie_in_their_intervals(parts):
    _, features, target, _ = parts
    for seed in range(3):
        made = rtop.forecast(MODEL, features, target, seed=seed, level=0.5, **AT)
        value, low, high = made.expected
        assert low <= value <= high
        assert made.frame["prob"].between(made.frame["prob_low"], made.frame["prob_high"]).all()
        assert made.frame["rank"].between(made.frame["rank_low"], made.frame["rank_high"]).all()
        asked = rtop.what_if(made, "Chad", {"mk_ongoing_count": 3.0}, draws=20)
        assert asked.prob_low <= asked.prob <= asked.prob_high
