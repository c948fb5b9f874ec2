from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from rtop_forecast.errors import InputError
from rtop_forecast.models import BaseRate, BoostedTrees, ElasticNetLogit, HistoryLogit, LogOddsAverage


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 4)), columns=["d", "a", "c", "b"])
    y = (X["a"] + rng.logistic(size=300) > 1.5).astype(int).to_numpy()
    X.loc[::9, "c"] = np.nan
    return X, y


def members():
    return [
        ("history", HistoryLogit(["a", "c"])),
        ("net", ElasticNetLogit(lam=0.01)),
        ("trees", BoostedTrees(n_estimators=20, seeds=1, min_data_in_leaf=10)),
    ]


def test_is_the_mean_of_the_members(data):
    X, y = data
    model = LogOddsAverage(members()).fit(X, y)
    alone = [member.fit(X, y).log_odds(X) for _, member in members()]
    assert_allclose(model.log_odds(X), np.mean(alone, axis=0), rtol=1e-12)
    by_name = model.member_log_odds(X)
    assert list(by_name) == ["history", "net", "trees"]
    assert_array_equal(by_name["net"], alone[1])


def test_weights_are_scaled_to_one(data):
    X, y = data
    model = LogOddsAverage(members(), weights=[2, 0, 6]).fit(X, y)
    alone = model.member_log_odds(X)
    assert_allclose(model.log_odds(X), 0.25 * alone["history"] + 0.75 * alone["trees"], rtol=1e-12)


def test_contributions_add_up_and_are_averaged(data):
    X, y = data
    model = LogOddsAverage(members()).fit(X, y)
    parts = model.contributions(X)
    assert np.abs(parts.log_odds - model.log_odds(X)).max() <= 1e-9
    each = [member.contributions(X) for _, member in model.members_]
    assert_allclose(parts.values, np.mean([part.values for part in each], axis=0), atol=1e-12)
    assert_allclose(parts.baseline, np.mean([part.baseline for part in each]), rtol=1e-12)


def test_order_of_rows_and_columns_leaves_every_bit(data):
    X, y = data
    rows = np.random.default_rng(8).permutation(300)
    other = X.iloc[rows][["a", "b", "c", "d"]]
    first, second = LogOddsAverage(members()).fit(X, y), LogOddsAverage(members()).fit(other, y[rows])
    assert_array_equal(first.log_odds(X)[rows], second.log_odds(other))


def test_members_given_stay_unfitted_and_clones_are_independent(data):
    X, y = data
    given = members()
    model = LogOddsAverage(given)
    copy = clone(model)
    model.fit(X, y)
    assert not hasattr(given[1][1], "coef_")
    assert copy.members[1][1] is not given[1][1]
    assert copy.members[1][1].lam == 0.01


def test_one_class_is_left_to_the_members(data):
    X, _ = data
    model = LogOddsAverage([("base", BaseRate())]).fit(X, np.zeros(300, dtype=int))
    assert_allclose(model.predict_proba(X)[:, 1], 0.5 / 301, rtol=1e-12)
    with pytest.raises(InputError, match="1 class"):
        LogOddsAverage(members()).fit(X, np.zeros(300, dtype=int))


def test_sample_weight_reaches_the_members(data):
    X, y = data
    weight = np.arange(300.0)
    model = LogOddsAverage([("net", ElasticNetLogit())]).fit(X, y, sample_weight=weight)
    assert_array_equal(model.log_odds(X), ElasticNetLogit().fit(X, y, sample_weight=weight).log_odds(X))


@pytest.mark.parametrize(
    ("given", "weights", "words"),
    [
        ([], None, "one or more models"),
        ([("a", BaseRate()), ("a", BaseRate())], None, "distinct names"),
        ([("a", "not a model")], None, "member 'a' must offer the methods of RiskModel; got str"),
        ([("a", BaseRate())], [1.0, 2.0], "1 non-negative numbers"),
        ([("a", BaseRate())], [0.0], "not all zero"),
        ([("a", BaseRate())], [-1.0], "non-negative"),
        ([("a", BaseRate())], [np.nan], "non-negative"),
    ],
)
def test_bad_members_and_weights_are_refused(data, given, weights, words):
    with pytest.raises(InputError, match=words):
        LogOddsAverage(given, weights=weights).fit(*data)
