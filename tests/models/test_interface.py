"""Contributions add up, keep their labels and refuse what is no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.models import Contributions


def test_contributions_add_up_and_are_read_only():
    source = np.array([[0.5, -0.25], [0.0, 1.0]])
    parts = Contributions(feature_names=("a", "b"), values=source, baseline=-2.0)
    source[:] = 9.0
    assert_array_equal(parts.log_odds, [-1.75, -1.0])
    with pytest.raises(ValueError, match="read-only"):
        parts.values[0, 0] = 1.0


def test_contributions_to_frame_keeps_labels_and_copies():
    parts = Contributions(feature_names=("a", "b"), values=np.array([[1.0, 2.0]]), baseline=0.0)
    index = pd.MultiIndex.from_tuples([(520, 1991)], names=["country_id", "year"])
    frame = parts.to_frame(index=index)
    assert frame.loc[(520, 1991), "b"] == 2.0
    frame.iloc[0, 0] = 7.0
    assert parts.values[0, 0] == 1.0


def test_contributions_summary_names_the_strongest_feature():
    parts = Contributions(feature_names=("a", "b", "c"), values=np.array([[1.0, -2.0, 0.0]]), baseline=0.5)
    assert parts.summary() == (
        "1 rows, 2 of 3 features contribute, baseline log-odds 0.500; strongest b (mean |contribution| 2.000)"
    )


@pytest.mark.parametrize(
    ("values", "baseline", "words"),
    [
        (np.zeros((2, 3)), 0.0, "one column per feature name"),
        (np.zeros(2), 0.0, "one column per feature name"),
        (np.array([[0.0, np.nan]]), 0.0, "1 of 2 contributions"),
        (np.zeros((1, 2)), np.inf, "baseline inf"),
    ],
)
def test_contributions_refuse_bad_numbers(values, baseline, words):
    with pytest.raises(InputError, match=words):
        Contributions(feature_names=("a", "b"), values=values, baseline=baseline)
