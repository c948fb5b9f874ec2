from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.errors import InputError
from rtop_forecast.models import BaseRate


@given(events=st.integers(0, 30), others=st.integers(0, 30))
def test_probability_follows_the_stated_rule(events, others):
    n = events + others
    if n == 0:
        return
    y = np.repeat([1, 0], [events, others])
    model = BaseRate().fit(np.zeros((n, 1)), y)
    assert model.prob_ == (events + 0.5) / (n + 1)
    prob = model.predict_proba(np.zeros((2, 1)))[:, 1]
    np.testing.assert_allclose(prob, model.prob_, rtol=1e-14)
    assert (prob > 0).all()
    assert (prob < 1).all()


def test_weights_count_as_rows():
    X = np.zeros((3, 1))
    weighted = BaseRate().fit(X, [0, 1, 0], sample_weight=[3, 2, 0])
    repeated = BaseRate().fit(np.zeros((5, 1)), [0, 0, 0, 1, 1])
    assert weighted.prob_ == repeated.prob_


def test_contributions_are_all_zero():
    X = np.array([[1.0, np.nan], [2.0, 3.0]])
    model = BaseRate().fit(X, [0, 1])
    parts = model.contributions(X)
    assert not parts.values.any()
    np.testing.assert_array_equal(parts.log_odds, model.log_odds(X))


def test_one_class_without_meaning_is_refused():
    with pytest.raises(InputError, match="1 class"):
        BaseRate().fit(np.zeros((2, 1)), ["peace", "peace"])


def test_predicts_no_event_for_a_rare_event():
    model = BaseRate().fit(np.zeros((4, 1)), [0, 0, 0, 1])
    np.testing.assert_array_equal(model.predict(np.zeros((2, 1))), [0, 0])
