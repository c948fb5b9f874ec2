from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.models import ElasticNetLogit, HistoryLogit


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 4)), columns=["years_since", "gdp", "past", "age"])
    y = (X["past"] + rng.logistic(size=200) > 1.5).astype(int).to_numpy()
    X.loc[::9, "past"] = np.nan
    return X, y


def test_equals_a_ridge_logit_on_its_columns(data):
    X, y = data
    model = HistoryLogit(["past", "years_since"]).fit(X, y)
    inner = ElasticNetLogit(lam=1e-4, l1_ratio=0.0, indicators=False).fit(X[["past", "years_since"]], y)
    assert_array_equal(model.log_odds(X), inner.log_odds(X[["past", "years_since"]]))


def test_ignores_other_columns_and_their_order(data):
    X, y = data
    first = HistoryLogit(["past", "years_since"]).fit(X, y)
    other = X[["age", "past", "gdp", "years_since"]].assign(gdp=0.0)
    second = HistoryLogit(["years_since", "past"]).fit(other.iloc[::-1], y[::-1])
    assert_array_equal(first.log_odds(X), second.log_odds(other))


def test_contributions_cover_every_column_and_add_up(data):
    X, y = data
    model = HistoryLogit(["past", "years_since"]).fit(X, y)
    parts = model.contributions(X)
    assert parts.feature_names == tuple(X.columns)
    assert not parts.values[:, [1, 3]].any()
    assert parts.values[:, [0, 2]].any(axis=0).all()
    assert np.abs(parts.log_odds - model.log_odds(X)).max() <= 1e-9


def test_missing_history_columns_are_named(data):
    X, y = data
    with pytest.raises(InputError, match=r"2 of 3 are missing: 'coups', 'wars'"):
        HistoryLogit(["wars", "past", "coups"]).fit(X, y)
    model = HistoryLogit(["past"]).fit(X, y)
    with pytest.raises(InputError, match=r"now missing:\n- past"):
        model.log_odds(X.drop(columns="past"))


@pytest.mark.parametrize("columns", [[], ["past", "past"], "past"])
def test_columns_must_be_distinct_names(data, columns):
    with pytest.raises(InputError, match="one or more distinct names"):
        HistoryLogit(columns).fit(*data)


def test_an_array_is_refused(data):
    X, y = data
    with pytest.raises(InputError, match="must be a DataFrame; got ndarray"):
        HistoryLogit(["past"]).fit(X.to_numpy(), y)


def test_survives_separation(data):
    X, _ = data
    y = (X["years_since"] > 1).astype(int)
    prob = HistoryLogit(["years_since"]).fit(X, y).predict_proba(X)[:, 1]
    assert (prob[y == 1] > prob[y == 0].max()).all()
