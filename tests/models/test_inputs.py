from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import clone

from rtop_forecast.errors import InputError
from rtop_forecast.models import (
    AdditiveLogit,
    BaseRate,
    BoostedTrees,
    ElasticNetLogit,
    LogOddsAverage,
    ProbabilityForest,
)
from rtop_forecast.models.inputs import adopt, column_order, read_training, weighted_median


@pytest.fixture
def frame():
    rng = np.random.default_rng(4)
    return pd.DataFrame(rng.normal(size=(20, 3)), columns=["gdp", "age", "coups"])


@pytest.fixture
def outcome():
    return np.tile([0, 0, 0, 1], 5)


@given(
    st.lists(
        st.tuples(st.sampled_from([-2.0, 0.0, 0.5, 1.0, 7.0]), st.integers(1, 4)), min_size=1, max_size=12
    )
)
def test_weighted_median_is_the_median_of_repeated_rows(pairs):
    values, weight = np.array([v for v, _ in pairs]), np.array([float(w) for _, w in pairs])
    repeated = np.repeat(values, weight.astype(int))
    assert weighted_median(values, weight) == np.median(repeated)


def test_rows_come_back_sorted_the_same_from_any_order(frame, outcome):
    weight = np.linspace(1, 2, 20)
    frame.iloc[3, 1] = np.nan
    frame.iloc[4] = frame.iloc[5]  # a tie in the features, told apart by the weight
    shuffle = np.random.default_rng(1).permutation(20)
    first = read_training(BaseRate(), frame, outcome, weight)
    shuffled = frame.iloc[shuffle, [2, 0, 1]]
    second = read_training(BaseRate(), shuffled, outcome[shuffle], weight[shuffle])
    assert_array_equal(first.features, second.features)
    assert_array_equal(first.outcome, second.outcome)
    assert_array_equal(first.weight, second.weight)


def test_negative_zero_and_zero_are_one_value(outcome):
    X = np.where(np.arange(20) % 2, 0.0, -0.0)[:, None]
    assert not np.signbit(read_training(BaseRate(), X, outcome, None).features).any()


def test_arrays_keep_their_column_order():
    X = np.zeros((4, 12))
    model = BaseRate().fit(X, [0, 1, 0, 1])
    assert_array_equal(column_order(model), np.arange(12))


def test_rows_of_weight_zero_count_as_absent(frame, outcome):
    weight = np.ones(20)
    weight[:4] = 0
    rows = read_training(BaseRate(), frame, outcome, weight)
    assert len(rows.features) == 16
    assert rows.outcome.sum() == 4


def test_infinity_is_named(frame, outcome):
    frame.iloc[7, 2] = -np.inf
    frame.iloc[9, 0] = np.inf
    with pytest.raises(InputError, match=r"2 of 60 values are inf, first in row 7, column 'coups'"):
        ElasticNetLogit().fit(frame, outcome)
    model = ElasticNetLogit().fit(frame.iloc[10:], outcome[10:])
    with pytest.raises(InputError, match="column 'coups'"):
        model.log_odds(frame)


def test_one_class_is_refused_with_the_count(frame):
    with pytest.raises(InputError, match=r"1 class: all 20 such rows are 0\b"):
        ElasticNetLogit().fit(frame, np.zeros(20))


def test_one_class_left_after_weights_is_refused(frame, outcome):
    with pytest.raises(InputError, match="all 15 such rows are 0"):
        ElasticNetLogit().fit(frame, outcome, sample_weight=1.0 - outcome)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.arange(20) % 3, "3 classes"),
        (np.linspace(0, 1, 20), "continuous"),
        (np.where(np.arange(20) == 3, np.nan, 0.0), "NaN"),
        (np.zeros(19), "inconsistent numbers of samples"),
    ],
)
def test_bad_outcomes_are_refused(frame, y, words):
    with pytest.raises(InputError, match=words):
        ElasticNetLogit().fit(frame, y)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (np.zeros(20), "all 20 are"),
        (np.where(np.arange(20) == 6, -1.0, 1.0), r"1 of 20 are not, first row 6 \(-1.0\)"),
        (np.where(np.arange(20) == 6, np.nan, 1.0), "first row 6"),
        (np.ones(19), r"shape \(20,\)"),
        (np.ones((20, 1)), r"shape \(20,\)"),
    ],
)
def test_bad_weights_are_refused(frame, outcome, weight, words):
    with pytest.raises(InputError, match=words):
        ElasticNetLogit().fit(frame, outcome, sample_weight=weight)


def test_missing_and_unknown_columns_are_named_at_prediction(frame, outcome):
    model = ElasticNetLogit().fit(frame, outcome)
    with pytest.raises(InputError, match=r"(?s)unseen at fit time:\n- rain.*now missing:\n- gdp"):
        model.predict_proba(frame.rename(columns={"gdp": "rain"}))
    with pytest.raises(InputError, match=r"now missing:\n- coups"):
        model.contributions(frame[["gdp", "age"]])
    with pytest.raises(InputError, match="same order"):
        model.log_odds(frame[["age", "gdp", "coups"]])


def test_repeated_column_names_are_refused(frame, outcome):
    frame.columns = ["gdp", "age", "gdp"]
    with pytest.raises(InputError, match=r"must be unique; 1 repeat, first 'gdp'"):
        BaseRate().fit(frame, outcome)


def test_shapes_are_checked(frame, outcome):
    with pytest.raises(InputError, match="2D"):
        BaseRate().fit(np.zeros(20), outcome)
    with pytest.raises(InputError, match="features"):
        BaseRate().fit(frame.to_numpy(), outcome).log_odds(np.zeros((2, 2)))


def drawn_table(seed, *, distinct=None):
    """Ninety rows with missing values and pairs that are equal but for how often they are drawn."""
    rng = np.random.default_rng(seed)
    values = (
        rng.normal(size=(90, 3)) if distinct is None else rng.integers(0, distinct, (90, 3)).astype(float)
    )
    frame = pd.DataFrame(values, columns=["gdp", "age", "coups"])
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    frame.iloc[10] = frame.iloc[11] = frame.iloc[12]
    outcome = (rng.random(90) < 0.4).astype(float)
    outcome[10:13] = 1.0
    return frame, outcome, rng.integers(0, 4, 90).astype(float)


@given(st.integers(0, 200))
def test_a_resample_holds_what_reading_it_would(seed):
    frame, outcome, times = drawn_table(seed)
    drawn = read_training(BaseRate(), frame, outcome, None).resampled(times)
    read = read_training(BaseRate(), frame, outcome, times)
    for name in ("features", "outcome", "weight", "medians"):
        assert_array_equal(getattr(drawn, name), getattr(read, name))
    for left, right in zip(drawn.ascending_values(), read.ascending_values(), strict=True):
        assert_array_equal(left, right)


@given(st.integers(0, 50))
def test_a_resample_does_not_depend_on_the_order_of_the_rows(seed):
    frame, outcome, times = drawn_table(seed)
    shuffle = np.random.default_rng(seed).permutation(len(frame))
    first = read_training(BaseRate(), frame, outcome, None).resampled(times)
    second = read_training(BaseRate(), frame.iloc[shuffle], outcome[shuffle], None).resampled(times[shuffle])
    for name in ("features", "outcome", "weight", "medians"):
        assert_array_equal(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize(
    "model",
    [
        ElasticNetLogit(lam=0.01),
        AdditiveLogit(lam=0.05),
        ProbabilityForest(n_estimators=5, min_data_in_leaf=3),
        BoostedTrees(n_estimators=5, seeds=1, min_data_in_leaf=3),
        LogOddsAverage([("net", ElasticNetLogit(lam=0.01)), ("rate", BaseRate())]),
    ],
    ids=lambda model: type(model).__name__,
)
def test_a_model_fitted_on_a_resample_is_the_one_fitted_on_its_rows(model, outcome):
    # where a feature has fewer values than bins, the bins of the whole are those of the resample
    frame, outcome, times = drawn_table(3, distinct=9)
    read = read_training(BaseRate(), frame, outcome, None)
    shared = clone(model)
    shared.fit_rows(read.resampled(times))
    alone = clone(model).fit(frame, outcome, sample_weight=times)
    assert_array_equal(shared.log_odds(frame), alone.log_odds(frame))
    assert_array_equal(shared.contributions(frame).values, alone.contributions(frame).values)


def test_rows_of_one_class_are_refused_by_a_model_that_needs_two(frame):
    rows = read_training(BaseRate(), frame, np.zeros(20), None, one_class=True)
    with pytest.raises(InputError, match="got 1 class: all 20 such rows are 0"):
        adopt(ElasticNetLogit(), rows)
