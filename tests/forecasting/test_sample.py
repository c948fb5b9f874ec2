"""What takes part in the fit of an origin: features alive at it, and indicators that differ there."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import (
    AdditiveLogit,
    BaseRate,
    BoostedTrees,
    ElasticNetLogit,
    LogOddsAverage,
    ProbabilityForest,
    default_model,
)

ORIGIN = 2000
MODELS = {
    "elastic_net": ElasticNetLogit(lam=0.002, l1_ratio=0.5),
    "additive": AdditiveLogit(lam=0.01, l1_ratio=0.1),
    "forest": ProbabilityForest(n_estimators=20),
    "boosted": BoostedTrees(n_estimators=20, seeds=1),
    "default": default_model(),
}


def rows_with(*, dead=(), partly=(), late=(), seed=0):
    """Sixty states over 1970-2005 with four features, some missing at the origin, in part, or only early."""
    rng = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product([range(1970, 2006), range(60)], names=["year", "country_id"])
    table = keys.to_frame(index=False)[["country_id", "year"]].assign(name="x")
    matrix = pd.DataFrame(rng.normal(size=(len(table), 4)), columns=list("abcd"))
    outcome = (rng.random(len(table)) < 1 / (1 + np.exp(3 - matrix["a"] - matrix["d"]))).astype(float)
    year = table["year"]
    for name in dead:
        matrix.loc[year >= 1995, name] = np.nan
    for name in partly:
        matrix.loc[table["country_id"] < 20, name] = np.nan
    for name in late:
        matrix.loc[year < 1985, name] = np.nan
    outcome = np.where(year + 2 > 2005, np.nan, outcome)
    return Sample(keys=table, matrix=matrix, outcome=outcome, horizon=2)


@pytest.mark.parametrize("name", MODELS)
def test_a_feature_without_a_value_at_the_origin_takes_no_part(name):
    whole = rows_with(dead=["d"])
    without = replace(whole, matrix=whole.matrix.drop(columns="d"))
    here = whole.at(ORIGIN)
    assert whole.left_out(ORIGIN) == ["d"]
    assert whole.left_out(1990) == []
    fitted = whole.fit(MODELS[name], origin=ORIGIN)
    alone = without.fit(MODELS[name], origin=ORIGIN)
    np.testing.assert_allclose(
        fitted.log_odds(whole.matrix[here]), alone.log_odds(without.matrix[here]), rtol=1e-9, atol=1e-9
    )
    parts = fitted.contributions(whole.matrix[here])
    assert not parts.values[:, list(parts.feature_names).index("d")].any()
    np.testing.assert_allclose(parts.log_odds, fitted.log_odds(whole.matrix[here]), atol=1e-9)


def test_an_indicator_stays_only_where_states_of_the_origin_differ():
    rows = rows_with(partly=["b"], late=["c"])
    fitted = rows.fit(ElasticNetLogit(lam=0.0001, l1_ratio=0.0), origin=ORIGIN)
    flags = dict(zip(fitted.feature_names_in_, fitted.indicator_coef_, strict=True))
    assert flags["b"] != 0
    # missing before 1985 for all states: the flag would be a calendar
    assert flags["c"] == 0
    free = ElasticNetLogit(lam=0.0001, l1_ratio=0.0).fit(
        rows.matrix[rows.training(ORIGIN)], rows.outcome[rows.training(ORIGIN)]
    )
    assert dict(zip(free.feature_names_in_, free.indicator_coef_, strict=True))["c"] != 0


def test_an_additive_logit_flags_the_terms_of_the_same_features():
    rows = rows_with(partly=["b"], late=["c"])
    fitted = rows.fit(AdditiveLogit(lam=0.0001), origin=ORIGIN)
    names, flags = list(fitted.feature_names_in_), fitted.logit_.indicator_coef_
    # the terms stand in the order of names, the linear ones first
    assert flags[sorted(names).index("b")] != 0
    assert flags[sorted(names).index("c")] == 0


def test_the_rule_looks_at_the_origin_alone():
    rows = rows_with(dead=["d"], partly=["b"])
    later = (rows.keys["year"] > ORIGIN).to_numpy()
    matrix = rows.matrix.copy()
    matrix.loc[later] = np.random.default_rng(1).normal(size=(later.sum(), 4))
    changed = replace(rows, matrix=matrix)
    here = rows.matrix[rows.at(ORIGIN)]
    model = MODELS["default"]
    before, after = (one.fit(model, origin=ORIGIN).log_odds(here) for one in (rows, changed))
    np.testing.assert_array_equal(before, after)


def test_an_origin_without_any_value_is_refused():
    rows = rows_with(dead=["a", "b", "c", "d"])
    with pytest.raises(
        CoverageError, match="none of the 4 features has a value for any state at risk in 2000"
    ):
        rows.fit(MODELS["elastic_net"], origin=ORIGIN)


def test_more_trees_are_grown_in_every_member_that_has_any_and_the_model_given_stays_as_it_is():
    model = LogOddsAverage(
        [
            ("base", BaseRate()),
            ("forest", ProbabilityForest(n_estimators=10)),
            ("boosted", BoostedTrees(seeds=2)),
        ]
    )
    fitted = rows_with().fit(model, origin=ORIGIN, trees=3.0)
    members = dict(fitted.members_)
    assert (members["forest"].n_estimators, members["forest"].seeds) == (10, 3)
    assert members["boosted"].seeds == 6
    assert dict(model.members)["forest"].n_estimators == 10
    few = dict(rows_with().fit(model, origin=ORIGIN, trees=0.01).members_)
    assert (few["forest"].n_estimators, few["boosted"].seeds) == (1, 1)


@pytest.mark.parametrize("name", MODELS)
def test_resamples_fitted_together_are_those_fitted_one_by_one(name):
    rows = rows_with(dead=["d"], partly=["b"])
    rng = np.random.default_rng(2)
    times = [rng.integers(0, 3, len(rows.keys)).astype(float) for _ in range(3)]
    together = list(rows.fit_resamples(MODELS[name], origin=ORIGIN, weights=times, trees=0.5))
    here = rows.matrix[rows.at(ORIGIN)]
    for fitted, weight in zip(together, times, strict=True):
        (alone,) = rows.fit_resamples(MODELS[name], origin=ORIGIN, weights=[weight], trees=0.5)
        np.testing.assert_array_equal(fitted.log_odds(here), alone.log_odds(here))
    if name in ("elastic_net", "additive"):  # trees take the bins of the whole
        apart = rows.fit(MODELS[name], origin=ORIGIN, weights=times[0])
        np.testing.assert_array_equal(together[0].log_odds(here), apart.log_odds(here))


def test_a_resample_without_an_onset_is_refused():
    rows = rows_with()
    none = np.where(rows.outcome == 1, 0.0, 1.0)
    with pytest.raises(CoverageError, match="no onset lies in the"):
        list(rows.fit_resamples(MODELS["default"], origin=ORIGIN, weights=[none]))
