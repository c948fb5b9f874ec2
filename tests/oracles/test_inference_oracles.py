"""The block bootstrap against one resample at a time: rows repeated, scores taken afresh."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import rankdata

from rtop_forecast.evaluation import (
    block_multiplicities,
    bootstrap_scores,
    brier_score,
    log_score,
    paired_difference,
    rank_ranges,
    score_table,
    top_share,
)


def panel(seed, *, ties, states=25, years=12):
    rng = np.random.default_rng(seed)
    n = states * years
    state, year = np.repeat(np.arange(states) * 7 + 2, years), np.tile(np.arange(years), states)
    keep = rng.random(n) < 0.9
    prob = rng.beta(0.8, 8, n).clip(1e-4)
    if ties:
        prob = np.round(prob, 2).clip(0.01)
    outcome = (rng.random(n) < prob).astype(int)
    return outcome[keep], prob[keep], state[keep], year[keep]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_draws_equal_scores_of_repeated_rows(seed, ties):
    outcome, prob, state, year = panel(seed, ties=ties)
    drawn = bootstrap_scores(outcome, prob, blocks=state, groups=year, k=(2, 5), draws=40, seed=seed).draws
    states = np.unique(state)
    for draw, counts in enumerate(block_multiplicities(states.size, draws=40, seed=seed)):
        times = counts[np.searchsorted(states, state)]
        y, p = np.repeat(outcome, times), np.repeat(prob, times)
        expected = score_table(y, p, groups=None, k=(1,))
        for name in ("n", "positives", "auc", "ap", "log_loss", "brier", "expected_observed"):
            assert_allclose(drawn[name][draw], expected[name], rtol=1e-12)
        for k in (2, 5):
            share = np.repeat(top_share(prob, k=k, groups=year), times)
            assert_allclose(drawn[f"recall_at_{k}"][draw], share[y == 1].mean(), rtol=1e-12)


def test_draws_of_single_class_resamples():
    # events in two of five blocks; without either, NaN exactly where a loop finds NaN
    outcome, prob = np.array([1, 0, 0, 1, 0, 0, 0, 0]), np.array([0.5, 0.2, 0.5, 0.3, 0.3, 0.1, 0.9, 0.2])
    state = np.array([1, 1, 2, 3, 3, 4, 5, 5])
    drawn = bootstrap_scores(outcome, prob, blocks=state, groups=None, k=(2,), draws=300, seed=2).draws
    assert np.isnan(drawn["auc"]).any()
    for draw, counts in enumerate(block_multiplicities(5, draws=300, seed=2)):
        times = counts[state - 1]
        expected = score_table(np.repeat(outcome, times), np.repeat(prob, times), groups=None, k=(2,))
        for name in ("auc", "ap", "log_loss", "brier", "expected_observed"):
            assert_allclose(drawn[name][draw], expected[name], rtol=1e-12)


def test_paired_difference_by_loop():
    outcome, prob, state, _ = panel(3, ties=False)
    other = np.sqrt(prob) / 3
    result = paired_difference(outcome, prob, other, blocks=state, draws=200, seed=9, level=0.8)
    states = np.unique(state)
    for score, difference in ((log_score, result.log_loss), (brier_score, result.brier)):
        gap = score(outcome, prob) - score(outcome, other)
        drawn = [
            np.repeat(gap, counts[np.searchsorted(states, state)]).mean()
            for counts in block_multiplicities(states.size, draws=200, seed=9)
        ]
        assert_allclose(difference.estimate, gap.mean(), rtol=1e-12)
        assert_allclose([difference.low, difference.high], np.quantile(drawn, [0.1, 0.9]), rtol=1e-11)
        assert difference.prob_better == np.mean(np.array(drawn) < 0)


def test_rank_ranges_by_scipy():
    draws = np.round(np.random.default_rng(4).beta(1, 9, size=(99, 12)), 2)
    ranks = rankdata(-draws, axis=1)
    low, high = rank_ranges(draws, level=0.8)
    ordered = np.sort(ranks, axis=0)
    # the order statistics just outside positions 9.8 and 88.2 of 0 ... 98
    assert_allclose(low, ordered[9])
    assert_allclose(high, ordered[89])
