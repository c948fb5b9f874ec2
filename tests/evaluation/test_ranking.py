"""Scores of the order: AUC, average precision and lists worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import (
    auc,
    average_precision,
    false_alarms_per_hit,
    precision_at,
    recall_at,
    score_table,
    top_share,
)


def test_auc_by_hand():
    assert auc([1, 0], [0.9, 0.1]) == 1
    assert auc([1, 0], [0.1, 0.9]) == 0
    assert auc([1, 0, 1, 0], [0.5] * 4) == 0.5
    # positives 0.4 and 0.8 against negatives 0.1 and 0.4 with weights 3 and 1: (3 + 1/2 + 4) / 8
    assert auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8], weights=[3, 1, 1, 1]) == 0.9375


def test_average_precision_takes_ties_together():
    # thresholds 0.9 (1 of 1) and 0.5 (2 of 3): ½·1 + ½·2/3
    assert average_precision([0, 1, 1], [0.5, 0.5, 0.9]) == pytest.approx(5 / 6, rel=1e-15)


def test_top_share_of_ties_across_the_cut():
    prob, groups = [0.5, 0.5, 0.5, 0.9, 0.1, 0.2, 0.2], [1, 1, 1, 1, 2, 2, 2]
    assert_allclose(top_share(prob, k=2, groups=groups), [1 / 3, 1 / 3, 1 / 3, 1, 0, 1, 1])
    assert_array_equal(top_share(prob, k=4, groups=groups), np.ones(7))
    assert_array_equal(top_share([], k=4, groups=None), [])


def test_recall_and_precision_rank_within_groups():
    outcome, prob = [1, 0, 0, 1, 0, 1], [0.9, 0.8, 0.1, 0.3, 0.2, 0.1]
    groups = ["1990"] * 3 + ["1991"] * 3
    assert recall_at(outcome, prob, k=1, groups=groups) == pytest.approx(2 / 3)
    assert precision_at(outcome, prob, k=1, groups=groups) == 1
    # pooled, the second year's positives fall behind the first year's negatives
    assert recall_at(outcome, prob, k=2, groups=None) == pytest.approx(1 / 3)
    # a group shorter than the list is listed whole, and precision counts what is listed
    assert recall_at(outcome, prob, k=10, groups=groups) == 1
    assert precision_at(outcome, prob, k=10, groups=groups) == 0.5


def test_weights_count_positives_but_leave_ranks():
    outcome, prob = [1, 0, 1], [0.2, 0.9, 0.1]
    # with its rival's weight 0 the first row still ranks second
    assert recall_at(outcome, prob, k=1, groups=None, weights=[5, 0, 1]) == 0
    assert recall_at(outcome, prob, k=2, groups=None, weights=[5, 0, 1]) == pytest.approx(5 / 6)


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3"])
def test_list_length_must_be_a_positive_integer(k):
    with pytest.raises(InputError, match="k must be an integer of at least 1"):
        recall_at([1, 0], [0.2, 0.1], k=k, groups=None)
    with pytest.raises(InputError, match="k must be an integer of at least 1"):
        score_table([1, 0], [0.2, 0.1], groups=None, k=(k,))


def test_groups_must_be_complete():
    with pytest.raises(InputError, match=r"groups must not be missing; 1 of 2 labels are, first row 1"):
        recall_at([1, 0], [0.2, 0.1], k=1, groups=[1990, math.nan])
    with pytest.raises(InputError, match=r"groups must have one label per row; shape \(1,\) for 2 rows"):
        recall_at([1, 0], [0.2, 0.1], k=1, groups=[1990])
    with pytest.raises(InputError, match="sort among each other"):
        recall_at([1, 0], [0.2, 0.1], k=1, groups=np.array([1, 1j], dtype=object))


def test_false_alarms_follow_from_precision():
    y, p = np.array([1, 0, 0, 1, 0]), np.array([0.6, 0.2, 0.1, 0.4, 0.3])
    rate = precision_at(y, p, k=3, groups=None)
    assert false_alarms_per_hit(y, p, k=3, groups=None) == pytest.approx(1 / rate - 1, rel=1e-12)
