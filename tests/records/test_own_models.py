"""Forecasts of a user's own model survive the session; panels, features and results pickle and go through joblib."""

from __future__ import annotations

import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, clone
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import rtop_forecast as rtop
from rtop_forecast.evaluation import reliability_curve
from rtop_forecast.features import CATALOGUE
from rtop_forecast.models import BaseRate, LogOddsAverage, UnsavedModel
from rtop_forecast.models.defaults import HISTORY_COLUMNS


def locked(model, features, target, path) -> dict[str, Any]:
    forecast = rtop.forecast(model, features, target, origin=2020, draws=20)
    rtop.lock_forecast(forecast, path, locked_on="2021-07-01")
    record = rtop.read_locked(path)
    return {"locked": record, "score": rtop.score_locked(record, target)}


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> dict[str, Any]:
    """A day's work in small: a variable and a model of the user's own."""
    panel = rtop.load_panel(first=1985)
    rows = panel.frame.loc[panel.frame["year"].between(1990, 2024), ["country_id", "year"]]
    table = rows.rename(columns={"country_id": "country"}).assign(rain=np.sin(rows["country_id"]))
    panel = rtop.add_variables(panel, table, name="own", system="gw", publication_lag_months=1)
    features = rtop.build_features(panel, names=HISTORY_COLUMNS, own={"own_rain": 8})
    target = rtop.onset_target(panel)
    model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.01))
    origins = rtop.RollingOrigin(first=2018, last=2019)
    result = rtop.backtest(model, features, target, origins=origins, calibration_origins=2, explain=True)
    forecast = rtop.forecast(model, features, target, origin=2022, draws=20)
    return {
        "panel": panel,
        "features": features,
        "target": target,
        "result": result,
        "forecast": forecast,
        "explanation": forecast.explanation,
        "attributions": forecast.attributions("Sudan"),
        "case": result.case("Sudan", 2018, 2019),
        "comparison": rtop.compare(result, result, draws=50),
        "change": rtop.explain_change(forecast, forecast, "Sudan"),
        "reference": rtop.Reference.own_past(years=5),
        "origins": origins,
        "audit": rtop.audit_leakage(features, target, model),
        "what_if": rtop.what_if(forecast, "Sudan", {features.names[0]: 0.0}),
        "curve": reliability_curve(result.frame["outcome"], result.frame["prob"]),
        "count": forecast.count,
        "factors": forecast.factors,
        "past": result.past,
        "sample": forecast.basis.rows,
        **locked(model, features, target, tmp_path_factory.mktemp("locked") / "a.json"),
    }


NAMES = [
    "panel", "features", "target", "result", "forecast", "explanation", "attributions", "case", "comparison", "change",
    "reference", "origins", "audit", "what_if", "curve", "count", "factors", "past", "sample", "locked", "score",
]  # fmt: skip


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal all the way down."""
    if isinstance(one, pd.DataFrame | pd.Series | pd.Index):
        return one.equals(other) and type(one) is type(other)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    if isinstance(one, BaseEstimator) or hasattr(one, "__dict__"):
        return same(vars(one), vars(other))
    return bool(one == other or (one != one and other != other))


@pytest.mark.parametrize("name", NAMES)
def test_a_pickle_round_trip_is_equal(parts, name):
    value = parts[name]
    again = pickle.loads(pickle.dumps(value))
    assert same(again, value)
    if hasattr(value, "summary"):
        assert again.summary() == value.summary()


def test_the_comparison_above_can_fail(parts):
    one = parts["features"]
    frame = one.frame.copy()
    frame.iloc[5, 4] += 1
    assert not same(
        type(one)(frame=frame, ages=one.ages, specs=one.specs, issue_month=6, panel=one.panel), one
    )


def test_entries_of_the_catalogue_come_back_as_themselves(parts):
    again = pickle.loads(pickle.dumps(CATALOGUE))
    assert all(one is other for one, other in zip(again, CATALOGUE, strict=True))
    own = parts["features"].specs[-1]
    assert pickle.loads(pickle.dumps(own)) == own


def test_panels_and_features_go_through_joblib(parts):
    panel, features = parts["panel"], parts["features"]
    names, own = features.names[:-1], {"own_rain": 8}
    tasks = (delayed(rtop.build_features)(panel, names=names, own=own) for _ in range(2))
    for there in Parallel(n_jobs=2)(tasks):
        assert same(there, features)


def test_a_forecast_of_a_users_own_model_is_saved_without_it(parts, tmp_path):
    before = parts["forecast"]
    after = rtop.load_forecast(rtop.save_forecast(before, tmp_path / "f"))
    pd.testing.assert_frame_equal(after.frame, before.frame, check_exact=True)
    assert (after.expected, after.draws, after.summary()) == (before.expected, before.draws, before.summary())
    assert after.provenance == before.provenance
    assert same(after.explanation, before.explanation)
    assert after.attributions("Sudan").summary() == before.attributions("Sudan").summary()
    pd.testing.assert_frame_equal(after.ranking(), before.ranking(), check_exact=True)
    for call in (
        lambda: after.attributions("Sudan", compared_with="region"),
        lambda: rtop.what_if(after, "Sudan", {"mk_ongoing_count": 1.0}),
        lambda: rtop.explain_change(after, after, "Sudan"),
        lambda: after.shapley_by_risk_factor("Sudan"),
    ):
        with pytest.raises(
            rtop.InputError, match=r"saved without its model.*AnyClassifier\(estimator=Pipeline"
        ):
            call()
    # and saved again it is the same
    again = rtop.load_forecast(rtop.save_forecast(after, tmp_path / "g"))
    assert repr(again.basis.unfitted) == repr(after.basis.unfitted)


def test_a_mixture_with_a_model_of_the_users_is_not_half_saved(parts, tmp_path):
    members = [("own", parts["forecast"].basis.unfitted), ("base", BaseRate())]
    forecast = rtop.forecast(
        LogOddsAverage(members), parts["features"], parts["target"], origin=2022, draws=20
    )
    after = rtop.load_forecast(rtop.save_forecast(forecast, tmp_path))
    assert isinstance(after.basis.fitted, UnsavedModel)
    assert "LogOddsAverage" in clone(after.basis.unfitted).description
