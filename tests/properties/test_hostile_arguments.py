"""Every public function, called with anything at all, works or raises one of our errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast import evaluation as scores
from rtop_forecast.calibration import (
    BetaCalibration,
    Identity,
    InterceptShift,
    IsotonicCalibration,
    LogisticRecalibration,
    RandomWalkShift,
    VennAbers,
)
from rtop_forecast.models import ElasticNetLogit

OURS = (rtop.InputError, rtop.LeakageError, rtop.DataIntegrityError, rtop.CoverageError)
ANYTHING = st.sampled_from(
    [0, 1, 2, 5, 30, 1990, 2010, 2024, 3000, -1, 10**30, 0.5, 2.5, -0.0, 1e300, np.inf, -np.inf, np.nan, None, True,
     False, "", "Sudan", "sudan ", "Sudann", "world", "own past", "mass_killing", "onset", "../x", "\x00", "=1+1",
     "苏丹", "S" * 5000, b"Sudan", 1j, (), [], {}, ("Sudan", "Chad"), [625, None], {"a": 1}, {"mk_ongoing_count": 1.0},
     pd.NA, pd.NaT, pd.Timestamp("2000-01-01"), np.array([1.0, 2.0]), np.int64(2000), np.float64(0.9), object(), int,
     pd.DataFrame(), pd.Series([1, 2])]
)  # fmt: skip
LOOSE = {"suppress_health_check": list(HealthCheck)}


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel(first=1985)
    features = rtop.build_features(panel, names=["mk_ongoing_count", "mk_onsets_past", "population_log"])
    target = rtop.onset_target(panel)
    model = ElasticNetLogit(lam=0.3, scaled=True)
    origins = rtop.RollingOrigin(first=2014)
    result = rtop.backtest(model, features, target, origins=origins, calibration_origins=2, explain=True)
    forecast = rtop.forecast(model, features, target, origin=2024, backtest=result, draws=20)
    return panel, features, target, model, result, forecast


def calls(parts, a, b, c):
    """Public calls with arguments of any kind, by name."""
    panel, features, target, model, result, forecast = parts
    return {
        "load_panel": lambda: rtop.load_panel(first=2020, last=a) if a is not None else None,
        "load_panel(first)": lambda: rtop.load_panel(first=a, last=2024),
        "load_panel(vintages)": lambda: rtop.load_panel(first=2020, vintages=a),
        "load_panel(data_dir)": lambda: rtop.load_panel(data_dir=a, first=2020) if a is not None else None,
        "as_of": lambda: panel.as_of(a),
        "states": lambda: rtop.list_states(),
        "resolve": lambda: rtop.resolve_state(a, system=b, year=c),
        "find_codes": lambda: rtop.find_codes(a, b, codes=c),
        "resolve(name)": lambda: rtop.resolve_state(a, system="name", year=2000),
        "build_features(names)": lambda: rtop.build_features(panel, names=a) if a is not None else None,
        "build_features(own)": lambda: rtop.build_features(panel, names=["mk_ongoing_count"], own=a),
        "build_features(month)": lambda: rtop.build_features(panel, names=["mk_ongoing_count"], issue_month=a),
        "risk_factor": lambda: rtop.find_risk_factor(a),
        "onset_target(event)": lambda: rtop.onset_target(panel, event=a),
        "onset_target(horizon)": lambda: rtop.onset_target(panel, horizon=a),
        "onset_target(kind)": lambda: rtop.onset_target(panel, kind=a),
        "onset_target(population)": lambda: rtop.onset_target(panel, min_population=a),
        "RollingOrigin": lambda: rtop.RollingOrigin(first=a, last=b, step=c).origins(target),
        "RollingOrigin(horizon)": lambda: rtop.RollingOrigin(first=2020, horizon=a).origins(target),
        "backtest": lambda: rtop.backtest(
            a, features, target, origins=rtop.RollingOrigin(first=2020), calibration_origins=0
        ),
        "backtest(origins)": lambda: rtop.backtest(model, features, target, origins=a),
        "backtest(features)": lambda: rtop.backtest(model, a, b, origins=rtop.RollingOrigin(first=2020)),
        "backtest(calibration)": lambda: rtop.backtest(
            model, features, target, origins=rtop.RollingOrigin(first=2022), calibrator=a, calibration_origins=b
        ),
        "backtest(vintages)": lambda: rtop.backtest(
            model, features, target, origins=rtop.RollingOrigin(first=2022), vintages=a
        ),
        "forecast(origin)": lambda: rtop.forecast(model, features, target, origin=a, draws=20),
        "forecast(draws)": lambda: rtop.forecast(
            model, features, target, origin=2023, draws=20 if isinstance(a, int | np.int64) and a > 30 else a
        ),
        "forecast(level)": lambda: rtop.forecast(model, features, target, origin=2023, draws=20, level=a),
        "forecast(seed)": lambda: rtop.forecast(model, features, target, origin=2023, draws=20, seed=a),
        "forecast(issued)": lambda: rtop.forecast(model, features, target, origin=2023, draws=20, issued=a),
        "forecast(calibration)": lambda: rtop.forecast(
            model, features, target, origin=2023, draws=20, backtest=a
        ),
        "attributions": lambda: forecast.attributions(a, compared_with=b),
        "attributions(past)": lambda: forecast.attributions(a, compared_with=rtop.Reference.own_past(years=c)),
        "attributions(group)": lambda: forecast.attributions("Sudan", compared_with=rtop.Reference.states(a, b)),
        "shapley": lambda: forecast.shapley_by_risk_factor(a),
        "case": lambda: result.case(a, b, c),
        "what_if": lambda: rtop.what_if(forecast, a, b, draws=20),
        "what_if(settings)": lambda: rtop.what_if(forecast, "Sudan", a, draws=20),
        "compare": lambda: rtop.compare(result, a),
        "cite": lambda: rtop.cite(a),
        "lock": lambda: rtop.lock_forecast(forecast, a, locked_on=b),
        "read_locked": lambda: rtop.read_locked(a),
        "load_backtest": lambda: rtop.load_backtest(a),
        "load_forecast": lambda: rtop.load_forecast(a),
        "load_model": lambda: rtop.load_model(a),
        "score_table": lambda: scores.score_table(a, b, groups=c),
        "auc": lambda: scores.auc(a, b),
        "score_intervals": lambda: result.score_intervals(draws=20, level=a),
        **{
            f"fit {kind.__name__}": lambda kind=kind: kind().fit(a, b, time=c)
            for kind in (
                BetaCalibration, Identity, InterceptShift, IsotonicCalibration, LogisticRecalibration, RandomWalkShift,
                VennAbers,
            )
        },
        "apply": lambda: Identity().fit([], []).apply(a),
        "fit model": lambda: ElasticNetLogit().fit(a, b, sample_weight=c),
        "fit model(lam)": lambda: ElasticNetLogit(lam=a).fit([[1.0], [2.0]], [0, 1]),
    }  # fmt: skip


def survives(parts, name, a, b, c):
    try:
        with np.errstate(all="ignore"):
            calls(parts, a, b, c)[name]()
    except OURS:
        pass


NAMES = sorted(calls((None,) * 6, None, None, None))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """What a call writes under a strange name lands here."""
    monkeypatch.chdir(tmp_path)


@settings(max_examples=150, **LOOSE)
@given(name=st.sampled_from(NAMES), a=ANYTHING, b=ANYTHING, c=ANYTHING)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_any_argument_is_taken_or_refused_by_us(parts, name, a, b, c):
    survives(parts, name, a, b, c)


@pytest.mark.slow
@settings(max_examples=1000, **LOOSE)
@given(name=st.sampled_from(NAMES), a=ANYTHING, b=ANYTHING, c=ANYTHING)
@pytest.mark.filterwarnings(
    "ignore::hypothesis.errors.HypothesisWarning"
)  # of long arguments in what it prints
def test_any_argument_is_taken_or_refused_by_us_at_length(parts, name, a, b, c):
    survives(parts, name, a, b, c)


def test_a_million_columns_are_refused_at_once():
    panel = rtop.load_panel(first=2020)
    table = pd.DataFrame(np.zeros((1, 1_000_000)), columns=[f"c{i}" for i in range(1_000_000)])
    with pytest.raises(rtop.InputError, match=r"10,000 columns, not 1,000,000"):
        rtop.add_variables(panel, table, name="mine", publication_lag_months=6)


def test_messages_quote_what_was_given_in_one_short_line(parts):
    panel = parts[0]
    with pytest.raises(
        rtop.InputError, match=r"horizon must be an integer from 1 to 50; got 'two'\."
    ) as caught:
        rtop.onset_target(panel, horizon="two")
    with pytest.raises(rtop.InputError) as caught:
        rtop.onset_target(panel, horizon=pd.DataFrame(np.zeros((50, 50))))
    assert len(str(caught.value)) < 160
    assert "\n" not in str(caught.value)
    with pytest.raises(rtop.InputError, match=r"model must be an instance: ElasticNetLogit\(\.\.\.\)"):
        rtop.backtest(ElasticNetLogit, parts[1], parts[2], origins=rtop.RollingOrigin(first=2020))
