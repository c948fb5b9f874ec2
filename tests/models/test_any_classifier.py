"""scikit-learn's classifiers and pipelines as risk models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import rtop_forecast as rtop
from rtop_forecast.errors import InputError
from rtop_forecast.models import AnyClassifier, ElasticNetLogit, as_risk_model, model_name
from rtop_forecast.models.defaults import HISTORY_COLUMNS

SOME = [*HISTORY_COLUMNS, "mk_ongoing_years", "infant_mortality_log"]
LOGIT = make_pipeline(
    SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), LogisticRegression(C=0.1)
)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(400, 4)), columns=["d", "a", "c", "b"])
    y = (X["a"] + 0.5 * X["d"] + rng.logistic(size=400) > 2).astype(int).to_numpy()
    X.loc[::7, "c"] = np.nan
    return X, y


def test_probabilities_are_those_of_the_estimator(data):
    X, y = data
    ours = AnyClassifier(LOGIT).fit(X, y)
    direct = LOGIT.fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), direct.predict_proba(X), atol=1e-6)


def test_contributions_of_a_linear_model_are_coefficient_times_distance(data):
    X, y = data
    X = X.drop(columns="c")
    model = AnyClassifier(make_pipeline(StandardScaler(), LogisticRegression(C=0.1))).fit(X, y)
    scaler, logit = model.estimator_[0], model.estimator_[1]
    slopes = pd.Series(logit.coef_[0] / scaler.scale_, index=sorted(X.columns))
    found = model.contributions(X)
    expected = (X - X.median()) * slopes
    np.testing.assert_allclose(found.to_frame()[list(X.columns)], expected[list(X.columns)], atol=1e-9)


@pytest.mark.parametrize(
    "estimator",
    [
        LOGIT,
        HistGradientBoostingClassifier(max_iter=20),
        RandomForestClassifier(n_estimators=20, random_state=0),
    ],
)
def test_contributions_add_up_and_probabilities_stay_inside(estimator, data):
    X, y = data
    model = AnyClassifier(estimator).fit(X.fillna(0), y)
    part = model.contributions(X.fillna(0))
    np.testing.assert_allclose(part.log_odds, model.log_odds(X.fillna(0)), atol=1e-9)
    prob = model.predict_proba(X.fillna(0))
    assert prob.min() >= 0.5 / 401 - 1e-12
    assert part.feature_names == tuple(X.columns)


def test_an_unused_feature_contributes_exactly_nothing(data):
    X, y = data
    model = AnyClassifier(HistGradientBoostingClassifier(max_iter=5)).fit(X.assign(z=1.0), y)
    assert (model.contributions(X.assign(z=1.0)).to_frame()["z"] == 0).all()


def test_whole_weights_are_repeated_rows(data):
    X, y = data
    weight = np.random.default_rng(0).integers(0, 3, len(y))
    weighted = AnyClassifier(LOGIT).fit(X, y, sample_weight=weight)
    repeated = AnyClassifier(LOGIT).fit(X.loc[np.repeat(X.index, weight)], np.repeat(y, weight))
    np.testing.assert_array_equal(weighted.log_odds(X), repeated.log_odds(X))


def test_other_weights_are_passed_on(data):
    X, y = data
    weight = np.random.default_rng(0).uniform(0.5, 1.5, len(y))
    ours = AnyClassifier(LogisticRegression()).fit(X.drop(columns="c"), y, sample_weight=weight)
    direct = LogisticRegression().fit(X.drop(columns="c"), y, sample_weight=weight)
    np.testing.assert_allclose(
        ours.log_odds(X.drop(columns="c")), direct.decision_function(X.drop(columns="c")), atol=1e-3
    )
    with pytest.raises(InputError, match="Pipeline refuses these rows"):
        AnyClassifier(LOGIT).fit(X, y, sample_weight=weight)


def test_row_and_column_order_do_not_matter(data):
    X, y = data
    order = np.random.default_rng(2).permutation(len(y))
    one = AnyClassifier(RandomForestClassifier(n_estimators=10, random_state=0)).fit(X.fillna(0), y)
    other = AnyClassifier(RandomForestClassifier(n_estimators=10, random_state=0)).fit(
        X.fillna(0).iloc[order][["b", "a", "d", "c"]], y[order]
    )
    np.testing.assert_array_equal(
        one.log_odds(X.fillna(0)), other.log_odds(X.fillna(0)[["b", "a", "d", "c"]])
    )


def test_an_estimator_left_to_chance_gives_the_same_numbers(data):
    X, y = data
    one, other = (AnyClassifier(RandomForestClassifier(n_estimators=5)).fit(X.fillna(0), y) for _ in range(2))
    np.testing.assert_array_equal(one.log_odds(X.fillna(0)), other.log_odds(X.fillna(0)))


def test_what_cannot_serve_is_refused_in_words(data):
    X, y = data
    for estimator, words in (
        (LinearRegression(), "is neither"),
        (RidgeClassifier(), "RidgeClassifier has no predict_proba"),
        (LogisticRegression, "an instance"),
        (3, "3 is neither"),
    ):
        with pytest.raises(InputError, match=words):
            as_risk_model(estimator)
    with pytest.raises(InputError, match="classifier with predict_proba"):
        AnyClassifier(LinearRegression()).fit(X, y)
    with pytest.raises(InputError, match="Begin the pipeline with an imputer"):
        AnyClassifier(LogisticRegression()).fit(X, y)
    net = ElasticNetLogit()
    assert as_risk_model(net) is net
    assert model_name(as_risk_model(LOGIT)) == "LogisticRegression"


def test_a_pipeline_goes_from_backtest_to_attribution(tmp_path):
    panel = rtop.load_panel()
    features = rtop.build_features(panel, names=SOME)
    target = rtop.onset_target(panel)
    result = rtop.backtest(
        LOGIT, features, target, origins=rtop.RollingOrigin(first=2021), calibration_origins=2
    )
    assert result.model_name == "LogisticRegression"
    assert result.scores()["auc"] > 0.7
    forecast = rtop.forecast(LOGIT, features, target, origin=2024, backtest=result, draws=20)
    state = forecast.attributions("Sudan")
    prob = forecast.frame.set_index("name").loc["Sudan", "prob"]
    assert 1 / (1 + np.exp(-state.log_odds)) == pytest.approx(prob, rel=1e-9)
    assert (forecast.frame["prob_low"] <= forecast.frame["prob"]).all()
    # the forecasts, draws and explanations are saved, the model is not
    loaded = rtop.load_forecast(rtop.save_forecast(forecast, tmp_path / "saved"))
    pd.testing.assert_frame_equal(loaded.frame, forecast.frame)


@pytest.mark.parametrize(
    "estimator",
    [
        HistGradientBoostingClassifier(max_iter=20),
        LOGIT,
        make_pipeline(SimpleImputer(), LogisticRegression()),
        RandomForestClassifier(n_estimators=20, random_state=0),
    ],
    ids=lambda one: model_name(AnyClassifier(one)) + str(len(getattr(one, "steps", ()))),
)
def test_a_feature_that_was_never_known_in_training_tells_nothing(estimator, data):
    X, y = data
    never = X.assign(e=np.nan)
    model = AnyClassifier(estimator).fit(never, y)
    later = X.assign(e=np.linspace(-5, 5, len(X)))
    np.testing.assert_array_equal(model.log_odds(never), model.log_odds(later))
    parts = model.contributions(later.head(20))
    assert not parts.to_frame()["e"].any()
    np.testing.assert_allclose(parts.log_odds, model.log_odds(later.head(20)), atol=1e-9)
