"""The forest: a mean of shrunken leaf shares, exact Shapley values, no dependence on order."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import lightgbm
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, logit

from rtop_forecast.errors import InputError
from rtop_forecast.models import ProbabilityForest

QUICK = {"n_estimators": 20, "min_data_in_leaf": 10, "feature_fraction": 0.5}


def draw(seed=0, n=500):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["e", "b", "a", "d", "c"])
    y = (np.where(X["b"] > 0.5, 1.5, -1.0) + X["a"] + rng.logistic(size=n) > 1.5).astype(int).to_numpy()
    X.loc[rng.random(n) < 0.3, "a"] = np.nan
    return X, y


def mean_leaf(node, row, known):
    """Mean output of a tree given the features in ``known``, branches weighted by their training rows."""
    if "leaf_value" in node:
        return node["leaf_value"]
    children = [node["left_child"], node["right_child"]]
    feature = node["split_feature"]
    if feature in known:
        left = node["default_left"] if np.isnan(row[feature]) else row[feature] <= node["threshold"]
        return mean_leaf(children[0 if left else 1], row, known)
    size = [child.get("internal_count", child.get("leaf_count")) for child in children]
    return np.average([mean_leaf(child, row, known) for child in children], weights=size)


@pytest.mark.parametrize("extra_trees", [False, True])
def test_contributions_add_up_and_order_does_not_matter(extra_trees):
    X, y = draw(3)
    rows, columns = np.random.default_rng(1).permutation(len(y)), [4, 2, 0, 1, 3]
    first = ProbabilityForest(extra_trees=extra_trees, **QUICK).fit(X, y)
    second = ProbabilityForest(extra_trees=extra_trees, **QUICK).fit(X.iloc[rows, columns], y[rows])
    assert first.booster_texts_ == second.booster_texts_
    parts = first.contributions(X)
    assert np.abs(parts.log_odds - first.log_odds(X)).max() <= 1e-9
    assert_array_equal(parts.values[rows][:, columns], second.contributions(X.iloc[rows, columns]).values)


def test_a_leaf_is_the_share_of_events_shrunk_towards_the_prevalence():
    """One tree of one split by hand: (k + s * rate) / (n + s)."""
    X = pd.DataFrame({"a": np.repeat([0.0, 1.0], [60, 40])})
    y = np.r_[np.ones(6), np.zeros(54), np.ones(20), np.zeros(20)].astype(int)
    model = ProbabilityForest(
        n_estimators=1,
        bagging_fraction=0.999,
        min_data_in_leaf=5,
        feature_fraction=1.0,
        shrinkage=8.0,
        num_leaves=2,
    )
    model.fit(X, y)
    tree = lightgbm.Booster(model_str=model.booster_texts_[0]).dump_model()["tree_info"][0]["tree_structure"]
    leaves = [tree["left_child"], tree["right_child"]]
    drawn = [leaf["leaf_count"] for leaf in leaves]
    assert sum(drawn) in (99, 100)
    prob = expit(model.log_odds(pd.DataFrame({"a": [0.0, 1.0]})))
    rate = y.mean()
    # at most one row of the hundred was left out of the draw
    possible = [
        {(k + 8 * rate) / (n + 8) for n, k in ((60, 6), (59, 6), (59, 5))},
        {(k + 8 * rate) / (n + 8) for n, k in ((40, 20), (39, 20), (39, 19))},
    ]
    for value, allowed in zip(prob, possible, strict=True):
        assert min(abs(value - one) for one in allowed) < 1e-6


def test_contributions_are_shapley_values_of_the_probability_times_the_secant():
    X, y = draw(1, n=300)
    model = ProbabilityForest(**QUICK | {"n_estimators": 6}).fit(X, y)
    trees = lightgbm.Booster(model_str=model.booster_texts_[0]).dump_model()["tree_info"]
    names = sorted(X.columns)
    for i in (0, 7, 42):
        row = X[names].iloc[i].to_numpy()

        def worth(known, row=row):
            return np.mean([mean_leaf(tree["tree_structure"], row, known) for tree in trees])

        shapley = []
        for j in range(5):
            others = [k for k in range(5) if k != j]
            total = 0.0
            for size in range(5):
                share = factorial(size) * factorial(4 - size) / factorial(5)
                for group in combinations(others, size):
                    total += share * (worth({*group, j}) - worth(set(group)))
            shapley.append(total)
        start, end = worth(set()), worth(set(range(5)))
        parts = model.contributions(X.iloc[[i]])
        secant = (logit(end) - logit(start)) / (end - start)
        assert_allclose(parts.to_frame()[names].to_numpy()[0], np.array(shapley) * secant, atol=1e-9)
        assert_allclose(parts.baseline, logit(start), atol=1e-9)


def test_no_forecast_is_certain_and_an_unused_feature_gets_zero():
    X, y = draw()
    X = X.assign(same=1.0, empty=np.nan)
    model = ProbabilityForest(**QUICK).fit(X, y)
    assert np.isfinite(model.log_odds(X)).all()
    assert not model.contributions(X).values[:, -2:].any()


def test_a_forest_without_a_split_is_the_prevalence():
    X, y = draw()
    model = ProbabilityForest(n_estimators=5, min_data_in_leaf=400).fit(X, y)
    assert_allclose(model.log_odds(X), logit(y.mean()), atol=1e-6)
    assert not model.contributions(X).values.any()


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_estimators": 0},
        {"shrinkage": 0.0},
        {"bagging_fraction": 1.0},
        {"feature_fraction": 0.0},
        {"tree_feature_fraction": 1.5},
    ],
)
def test_wrong_parameters_are_refused(wrong):
    X, y = draw(n=50)
    with pytest.raises(InputError, match=next(iter(wrong))):
        ProbabilityForest(**wrong).fit(X, y)


def test_several_seeds_are_the_mean_of_their_forests():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(600, 4)), columns=list("abcd"))
    rows.loc[::7, "b"] = np.nan
    outcome = (rng.random(600) < 1 / (1 + np.exp(2 - rows["a"]))).astype(float)
    both = ProbabilityForest(n_estimators=12, seeds=2, seed=5).fit(rows, outcome)
    alone = [ProbabilityForest(n_estimators=12, seed=seed).fit(rows, outcome) for seed in (5, 6)]
    mean = np.mean([forest.predict_proba(rows)[:, 1] for forest in alone], axis=0)
    np.testing.assert_allclose(both.predict_proba(rows)[:, 1], mean, rtol=1e-10)
    np.testing.assert_allclose(both.contributions(rows).log_odds, both.log_odds(rows), atol=1e-9)


def test_a_tree_splits_on_no_more_features_than_were_drawn_for_it():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(800, 20))
    outcome = (rng.random(800) < 1 / (1 + np.exp(1 - rows[:, :10].sum(axis=1)))).astype(float)

    def most_features(share):
        forest = ProbabilityForest(
            n_estimators=30, min_data_in_leaf=5, feature_fraction=1.0, tree_feature_fraction=share
        ).fit(rows, outcome)
        table = lightgbm.Booster(model_str=forest.booster_texts_[0]).trees_to_dataframe()
        used = table[table["split_feature"].notna()].groupby("tree_index")["split_feature"].nunique()
        return used.max()

    assert most_features(0.2) == 4 < most_features(1.0)
