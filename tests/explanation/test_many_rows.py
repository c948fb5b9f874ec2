"""Contributions to many rows equal those that LightGBM's own TreeSHAP gives row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.explanation import many_rows
from rtop_forecast.explanation.many_rows import contributions_of_many
from rtop_forecast.models import (
    BaseRate,
    BoostedTrees,
    ElasticNetLogit,
    LogOddsAverage,
    ProbabilityForest,
)


def rows(seed, count, features):
    """Rows of which some values are missing in training, others only later."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(count, features))
    values[:, 0] = np.round(values[:, 0])
    score = values[:, 0] + values[:, 1] * values[:, 2] - 1.5
    outcome = (generator.random(count) < 1 / (1 + np.exp(-score))).astype(float)
    values[generator.random(values.shape) < 0.1] = np.nan
    values[:, 3] = np.nan_to_num(values[:, 3], nan=0.25)
    return pd.DataFrame(values, columns=[f"feature_{place:02d}" for place in range(features)]), outcome


MODELS = {
    "forest": ProbabilityForest(n_estimators=20, seeds=2, min_data_in_leaf=5),
    "extra trees": ProbabilityForest(n_estimators=20, extra_trees=True, min_data_in_leaf=5),
    "boosted": BoostedTrees(n_estimators=30, seeds=2, min_data_in_leaf=10),
    # leaves with more features above them than are tabled whole
    "deep": BoostedTrees(n_estimators=3, seeds=1, num_leaves=60, min_data_in_leaf=3, lambda_l2=0.1),
    "average": LogOddsAverage(
        [
            ("net", ElasticNetLogit(lam=0.1)),
            ("forest", ProbabilityForest(n_estimators=10, min_data_in_leaf=5)),
            ("boosted", BoostedTrees(n_estimators=10, seeds=1)),
        ],
        weights=[1.0, 2.0, 3.0],
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_they_are_those_of_the_model(name):
    matrix, outcome = rows(0, 600, 14)
    model = MODELS[name].fit(matrix, outcome)
    other, _ = rows(1, 300, 14)
    other.iloc[:20, 3] = np.nan  # always known in training: the median stands in
    own = model.contributions(other)
    found = contributions_of_many(model, other)
    assert_allclose(found, own.values, rtol=0, atol=1e-9)
    assert_allclose(found.sum(axis=1) + own.baseline, model.log_odds(other), rtol=0, atol=1e-9)


def test_leaves_below_many_features_are_computed_by_the_patterns_that_occur(monkeypatch):
    matrix, outcome = rows(2, 800, 14)
    model = MODELS["deep"].fit(matrix, outcome)
    whole = contributions_of_many(model, matrix)
    monkeypatch.setattr(many_rows, "_WHOLE_TABLE", 2)
    assert_allclose(contributions_of_many(model, matrix), whole, rtol=0, atol=1e-12)


def test_what_tables_cannot_hold_is_left_to_the_model(monkeypatch):
    matrix, outcome = rows(3, 300, 14)
    model = MODELS["forest"].fit(matrix, outcome)
    monkeypatch.setattr(many_rows, "_MOST_FEATURES", 1)
    assert_array_equal(contributions_of_many(model, matrix), model.contributions(matrix).values)


@pytest.mark.parametrize(
    "model",
    [BaseRate(), BoostedTrees(n_estimators=3, seeds=1, min_data_in_leaf=200)],
    ids=["base rate", "no split"],
)
def test_a_model_without_splits_gives_no_contribution(model):
    matrix, outcome = rows(4, 300, 6)
    fitted = model.fit(matrix, outcome)
    assert not contributions_of_many(fitted, matrix).any()
