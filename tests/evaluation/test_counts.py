"""The predictive distribution of a count, against enumeration, scipy and simulation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import count_distribution

probs = st.lists(st.floats(0, 1), min_size=0, max_size=8)


@settings(max_examples=60)
@given(probs)
def test_one_draw_is_the_sum_over_all_outcomes(chances):
    expected = np.zeros(len(chances) + 1)
    for outcome in product((0, 1), repeat=len(chances)):
        expected[sum(outcome)] += np.prod([p if y else 1 - p for p, y in zip(chances, outcome, strict=True)])
    np.testing.assert_allclose(count_distribution([chances]).probabilities, expected, atol=1e-12)


def test_equal_chances_are_binomial():
    count = count_distribution(np.full(170, 0.01))
    np.testing.assert_allclose(count.probabilities, binom.pmf(np.arange(171), 170, 0.01), atol=1e-13)
    assert count.mean == pytest.approx(1.7)
    assert count.interval(0.9) == (int(binom.ppf(0.05, 170, 0.01)), int(binom.ppf(0.95, 170, 0.01)))
    assert count.none == pytest.approx(0.99**170)
    assert count.most_likely == 1


def test_draws_that_share_a_level_widen_the_distribution():
    rng = np.random.default_rng(0)
    level = rng.normal(0, 0.8, 4000)
    drawn = 1 / (1 + np.exp(-(-4 + level[:, None] + np.zeros((1, 150)))))
    mixed = count_distribution(drawn)
    simulated = (rng.random(drawn.shape) < drawn).sum(axis=1)
    np.testing.assert_allclose(
        mixed.probabilities[:12], [(simulated == k).mean() for k in range(12)], atol=0.025
    )
    alone = count_distribution(drawn.mean(axis=0))
    assert mixed.mean == pytest.approx(alone.mean)
    assert np.diff(mixed.interval())[0] > np.diff(alone.interval())[0]


@settings(max_examples=40)
@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=30), st.floats(0.5, 0.99))
def test_intervals_hold_their_level_and_pits_average_a_half(chances, level):
    count = count_distribution(chances)
    low, high = count.interval(level)
    assert count.probabilities[low : high + 1].sum() >= level - 1e-9
    pits = [count.pit(number) for number in range(len(chances) + 1)]
    assert np.dot(pits, count.probabilities) == pytest.approx(0.5)
    assert all(np.diff(pits) >= 0)


@pytest.mark.parametrize("wrong", [[1.2], [np.nan], np.zeros((0, 3)), np.zeros((1, 1, 1))])
def test_what_is_no_table_of_probabilities_is_refused(wrong):
    with pytest.raises(InputError, match="probabilities from 0 to 1"):
        count_distribution(wrong)


def test_an_impossible_number_is_refused():
    with pytest.raises(InputError, match="between 0 and 2; got 3"):
        count_distribution([0.1, 0.2]).pit(3)
