"""What a fingerprint tells apart, and what it does not."""

from __future__ import annotations

import functools
import pickle
from enum import Enum

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE
from rtop_forecast.forecasting.fingerprint import fingerprint, model_parts
from rtop_forecast.forecasting.made_of import differences, model_of
from rtop_forecast.models import AnyClassifier

SCALE = 2.0


def scaled(values):
    """Function of the user's own that reads a number of its module."""
    return values * SCALE


class Own(LogisticRegression):
    """Model of the user's own."""


class Colour(Enum):
    RED = 1
    BLUE = 2


LONG = np.zeros(3000)
CHANGED = LONG.copy()
CHANGED[1500] = 1e-300

APART = [
    (LONG, CHANGED),
    (LONG, LONG.astype(np.float32)),
    (LONG, LONG.reshape(30, 100)),
    (1, 1.0),
    (1, True),
    ("1", 1),
    (b"1", "1"),
    ((1, 2), [1, 2]),
    ([1, [2]], [[1], 2]),
    ({"a": 1}, {"a": 2}),
    ({1, 2}, {1, 3}),
    (0.0, -0.0),
    (None, "None"),
    (Colour.RED, Colour.BLUE),
    (np.array(["a", None], dtype=object), np.array(["a", "None"], dtype=object)),
    (pd.DataFrame({"a": LONG}), pd.DataFrame({"a": CHANGED})),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
    (pd.DataFrame({"a": [1]}, index=[1]), pd.DataFrame({"a": [1]}, index=[2])),
    (pd.Series([1, None], dtype="Int64"), pd.Series([1, 2], dtype="Int64")),
    (pd.MultiIndex.from_tuples([(1, 2)]), pd.MultiIndex.from_tuples([(2, 1)])),
    (pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-02")),
    (scipy.sparse.csr_array(np.eye(3)), scipy.sparse.csr_array(2 * np.eye(3))),
    (np.random.default_rng(0), np.random.default_rng(1)),
    (np.random.RandomState(0), np.random.RandomState(1)),
    (functools.partial(round, ndigits=1), functools.partial(round, ndigits=2)),
    (np.log, np.exp),
    (lambda x: x + 1, lambda x: x + 2),
    (LogisticRegression(), LogisticRegression(C=2)),
    (LogisticRegression(), Own()),
    (make_pipeline(StandardScaler(), LogisticRegression()), make_pipeline(LogisticRegression())),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), APART, ids=range(len(APART)))
def test_other_values_have_other_fingerprints(first, second):
    assert fingerprint(first) != fingerprint(second)
    assert fingerprint(first) == fingerprint(first)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_a_copy_has_the_same_fingerprint(value):
    assert fingerprint(pickle.loads(pickle.dumps(value))) == fingerprint(value)


def test_a_value_that_holds_itself_has_one():
    loop: list[object] = []
    loop.append(loop)
    assert fingerprint(loop) == fingerprint(loop) != fingerprint([[]])


def test_what_a_function_reads_counts(monkeypatch):
    before = fingerprint(scaled)
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    assert fingerprint(scaled) != before


def test_what_a_closure_holds_counts():
    def times(factor):
        return lambda values: values * factor

    assert fingerprint(times(2)) == fingerprint(times(2)) != fingerprint(times(3))


def test_a_class_of_the_user_counts_with_its_source():
    def make(number):
        space: dict[str, object] = {"__name__": "__main__"}
        # two versions of a class, as an edited notebook has them
        exec(f"class Model:\n    def fit(self):\n        return {number}\n", space)
        return space["Model"]

    assert fingerprint(make(1)) == fingerprint(make(1)) != fingerprint(make(2))


def test_what_cannot_be_read_is_refused_by_name():
    with pytest.raises(rtop.InputError, match="model parameter handle holds"), open(__file__) as handle:  # noqa: PTH123
        fingerprint({"a": handle}, name="model parameter handle")


def test_every_feature_of_the_catalogue_has_its_own():
    assert len({fingerprint(spec) for spec in CATALOGUE}) == len(CATALOGUE)


def pipeline(threshold=0.0, *, C=1.0, n_jobs=None):
    columns = ColumnTransformer([("a", StandardScaler(), ["x"])], n_jobs=n_jobs)
    own = FunctionTransformer(scaled, kw_args={"threshold": threshold})
    return AnyClassifier(make_pipeline(columns, SimpleImputer(), own, LogisticRegression(C=C)))


def test_a_changed_parameter_is_apart_by_name():
    parts = model_of(pipeline())
    assert differences(parts, model_of(pipeline(n_jobs=2))) == []
    assert differences(parts, model_of(pipeline(C=0.1))) == [
        "model parameter estimator__logisticregression__C (1.0, now 0.1)"
    ]
    assert differences(parts, model_of(pipeline(np.zeros(5000)))) != []
    (apart,) = differences(model_of(pipeline(LONG)), model_of(pipeline(CHANGED)))
    assert apart.startswith("model parameter estimator__functiontransformer__kw_args")
    assert differences(parts, model_of(LogisticRegression())) == [
        "model (AnyClassifier, now LogisticRegression)"
    ]
    assert "model parameter estimator__functiontransformer__func" in model_parts(pipeline())
