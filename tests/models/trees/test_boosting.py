from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.models import BoostedTrees

QUICK = {"n_estimators": 25, "seeds": 2, "min_data_in_leaf": 10, "min_sum_hessian": 0.1, "learning_rate": 0.1}


def draw(seed=0, n=500):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["e", "b", "a", "d", "c"])
    y = (np.where(X["b"] > 0.5, 1.5, -1.0) + X["a"] + rng.logistic(size=n) > 1.5).astype(int).to_numpy()
    X.loc[rng.random(n) < 0.3, "a"] = np.nan
    return X, y


@settings(max_examples=10)
@given(st.integers(0, 2**31))
def test_row_and_column_order_leave_every_bit(seed):
    X, y = draw(seed % 7)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(y)), rng.permutation(5)
    first = BoostedTrees(**QUICK).fit(X, y)
    other = X.iloc[rows, columns]
    second = BoostedTrees(**QUICK).fit(other, y[rows])
    assert first.booster_texts_ == second.booster_texts_
    assert_array_equal(first.log_odds(X)[rows], second.log_odds(other))
    assert_array_equal(first.contributions(X).values[rows][:, columns], second.contributions(other).values)


@pytest.mark.parametrize("seed", range(5))
def test_contributions_add_up(seed):
    X, y = draw(seed)
    model = BoostedTrees(**QUICK).fit(X, y)
    parts = model.contributions(X)
    assert np.abs(parts.log_odds - model.log_odds(X)).max() <= 1e-9
    assert parts.feature_names == tuple(X.columns)


def expected_value(node, row, known, names):
    """Mean output of a tree given the features in ``known``, weighting branches by training rows."""
    if "leaf_value" in node:
        return node["leaf_value"]
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        value = row[node["split_feature"]]
        goes_left = node["default_left"] if np.isnan(value) else value <= node["threshold"]
        return expected_value(left if goes_left else right, row, known, names)
    size = [child.get("internal_count", child.get("leaf_count")) for child in (left, right)]
    parts = [expected_value(child, row, known, names) for child in (left, right)]
    return (size[0] * parts[0] + size[1] * parts[1]) / sum(size)


def test_contributions_are_shapley_values():
    from itertools import combinations
    from math import factorial

    import lightgbm

    X, y = draw(1, n=300)
    model = BoostedTrees(**QUICK | {"n_estimators": 6, "seeds": 1, "feature_fraction": 1.0}).fit(X, y)
    trees = lightgbm.Booster(model_str=model.booster_texts_[0]).dump_model()["tree_info"]
    names = sorted(X.columns)
    for i in (0, 7, 42):
        row = X[names].iloc[i].to_numpy()

        def worth(known, row=row):
            return sum(expected_value(tree["tree_structure"], row, known, names) for tree in trees)

        shapley = []
        for j in range(5):
            others = [k for k in range(5) if k != j]
            total = 0.0
            for size in range(5):
                share = factorial(size) * factorial(4 - size) / factorial(5)
                for group in combinations(others, size):
                    total += share * (worth({*group, j}) - worth(set(group)))
            shapley.append(total)
        parts = model.contributions(X.iloc[[i]])
        assert_allclose(parts.to_frame()[names].to_numpy()[0], shapley, atol=1e-9)
        assert_allclose(parts.baseline, worth(set()), atol=1e-9)


def test_an_unused_feature_contributes_exactly_zero():
    X, y = draw()
    X = X.assign(same=1.0, empty=np.nan)
    model = BoostedTrees(**QUICK).fit(X, y)
    assert not model.contributions(X).values[:, -2:].any()
    assert_array_equal(model.log_odds(X), model.log_odds(X.assign(same=5.0, empty=-3.0)))


def test_a_missing_value_never_missing_in_training_counts_as_the_median():
    X, y = draw()
    X["b"] += 10  # so that LightGBM's 0 is far from the median
    model = BoostedTrees(**QUICK).fit(X, y)
    assert np.isnan(model.medians_[list(X.columns).index("a")])
    at_median = model.log_odds(X.assign(b=X["b"].median()))
    assert_array_equal(model.log_odds(X.assign(b=np.nan)), at_median)
    assert_array_equal(
        model.contributions(X.assign(b=np.nan)).values,
        model.contributions(X.assign(b=X["b"].median())).values,
    )


def test_missing_values_have_their_own_branch():
    rng = np.random.default_rng(0)
    y = (rng.random(400) < 0.3).astype(int)
    X = pd.DataFrame({"a": np.where(y == 1, np.nan, rng.normal(size=400))})
    model = BoostedTrees(**QUICK).fit(X, y)
    assert model.log_odds(pd.DataFrame({"a": [np.nan]}))[0] > model.log_odds(X.fillna(0.0)).max()


def test_without_a_split_the_model_is_the_prevalence():
    X, y = draw()
    model = BoostedTrees(min_data_in_leaf=400, seeds=1).fit(X, y)
    rate = y.mean()
    assert_allclose(model.log_odds(X), np.log(rate / (1 - rate)), rtol=1e-12)
    parts = model.contributions(X)
    assert not parts.values.any()
    assert_allclose(parts.baseline, np.log(rate / (1 - rate)), rtol=1e-12)


def test_mean_probability_stays_at_the_prevalence():
    X, y = draw(n=2000)
    prob = BoostedTrees(**QUICK).fit(X, y).predict_proba(X)[:, 1]
    assert prob.mean() == pytest.approx(y.mean(), rel=0.05)


def test_log_odds_are_the_mean_over_seeds():
    X, y = draw()
    both = BoostedTrees(**QUICK).fit(X, y).log_odds(X)
    single = [BoostedTrees(**QUICK | {"seeds": 1, "seed": seed}).fit(X, y).log_odds(X) for seed in (0, 1)]
    assert not np.array_equal(single[0], single[1])
    assert_allclose(both, np.mean(single, axis=0), rtol=1e-12)


def test_a_row_does_not_depend_on_its_neighbours():
    X, y = draw()
    model = BoostedTrees(**QUICK).fit(X, y)
    alone = [model.log_odds(X.iloc[[i]])[0] for i in range(20)]
    assert_array_equal(model.log_odds(X)[:20], alone)


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_estimators": 0},
        {"learning_rate": 0.0},
        {"num_leaves": 1},
        {"min_data_in_leaf": 0},
        {"min_sum_hessian": -1.0},
        {"lambda_l2": -1.0},
        {"feature_fraction": 0.0},
        {"max_bin": 1},
        {"seeds": 0},
        {"seed": -1},
    ],
    ids=lambda parameters: next(iter(parameters)),
)
def test_bad_parameters_are_refused(parameters):
    name, value = next(iter(parameters.items()))
    with pytest.raises(InputError, match=rf"{name} must .*; got {value}"):
        BoostedTrees(**parameters).fit(*draw())


def test_contributions_of_another_model_are_refused(monkeypatch):
    X, y = draw()
    model = BoostedTrees(**QUICK).fit(X, y)
    monkeypatch.setattr(
        "rtop_forecast.models.trees.ensemble.raw_scores", lambda _texts, rows: np.full(len(rows), 4.0)
    )
    with pytest.raises(DataIntegrityError, match="they miss it by"):
        model.contributions(X)


def test_monotone_features_never_turn():
    X, y = draw()
    free = BoostedTrees(**QUICK).fit(X, y)
    bound = BoostedTrees(**QUICK, monotone={"a": 1, "c": -1}).fit(X, y)
    grid = np.linspace(-3, 3, 61)
    for name, sign in (("a", 1), ("c", -1)):
        moved = pd.DataFrame({column: np.full(61, 0.1) for column in X}).assign(**{name: grid})
        assert (sign * np.diff(bound.log_odds(moved)) >= 0).all()
    assert free.booster_texts_ != bound.booster_texts_
    with pytest.raises(InputError, match="'zz': 1 does not"):
        BoostedTrees(monotone={"zz": 1}).fit(X, y)
