"""Block bootstrap, paired comparison, intervals and ranks of draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import (
    bootstrap_scores,
    paired_difference,
    prob_top,
    rank_ranges,
    score_intervals,
    score_table,
)


def panel(seed=0, *, states=60, years=20, rate=-3.5):
    rng = np.random.default_rng(seed)
    state, year = (axis.ravel() for axis in np.meshgrid(np.arange(states), np.arange(years), indexing="ij"))
    # a state's own level, the same in all years, is what makes its rows alike
    z = rate + rng.normal(0, 1, states)[state] + rng.normal(0, 0.5, state.size)
    prob = np.round(1 / (1 + np.exp(-z)), 3).clip(0.001)
    outcome = (rng.random(state.size) < prob).astype(int)
    return outcome, prob, state, year


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"blocks": [1, 1, 1, 1]}, "the number of blocks must be an integer of at least 2; got 1"),
        ({"blocks": [1, 2, 3]}, r"blocks must have one label per row; shape \(3,\) for 4 rows"),
        ({"blocks": [1, 2, math.nan, 3]}, "blocks must not be missing; 1 of 4 labels are, first row 2"),
        ({"draws": 1}, "draws must be an integer of at least 2"),
        ({"seed": -1}, "seed must be an integer of at least 0"),
        ({"seed": None}, "seed must be an integer"),
        ({"level": 90}, "level must lie strictly between 0 and 1; it is 90"),
    ],
)
def test_invalid_options_raise(given, message):
    options = {"blocks": [1, 1, 2, 2], "draws": 50} | given
    outcome, prob = [0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]
    with pytest.raises(InputError, match=message):
        score_intervals(outcome, prob, groups=None, **options)
    with pytest.raises(InputError, match=message):
        paired_difference(outcome, prob, prob, **options)


def test_bootstrap_scores_report():
    outcome, prob, state, year = panel()
    scores = bootstrap_scores(outcome, prob, blocks=state, groups=year, k=(5, 10), draws=300, seed=7)
    assert dict(scores.estimate) == score_table(outcome, prob, groups=year, k=(5, 10))
    assert list(scores.draws) == list(scores.estimate)
    intervals = score_intervals(outcome, prob, blocks=state, groups=year, k=(5, 10), draws=300, seed=7)
    assert intervals == scores.intervals()
    for name, (low, high) in intervals.items():
        assert low <= scores.estimate[name] <= high
    wide = scores.intervals(level=0.99)
    assert all(wide[name][0] <= low and high <= wide[name][1] for name, (low, high) in intervals.items())
    frame = scores.to_frame()
    assert list(frame.columns) == ["score", "estimate", "low", "high", "undefined"]
    assert "300 resamples of 60 blocks, seed 7" in scores.summary()
    with pytest.raises(ValueError, match="read-only"):
        scores.draws["auc"][0] = 0


def test_scores_undefined_in_resamples_are_counted_or_refused():
    # all events in one block of 4: absent from (3/4)^4 = 32% of resamples
    outcome, prob, state = [1, 1, 0, 0, 0, 0, 0, 0], np.linspace(0.9, 0.1, 8), np.repeat([1, 2, 3, 4], 2)
    scores = bootstrap_scores(outcome, prob, blocks=state, groups=None, draws=1000, seed=1)
    absent = int((scores.draws["positives"] == 0).sum())
    assert 250 < absent < 390
    for name in ("auc", "ap", "expected_observed", "recall_at_10"):
        assert scores.undefined[name] >= absent
    assert scores.undefined["log_loss"] == scores.undefined["brier"] == 0
    with pytest.raises(InputError, match=r"auc must be defined in at least 95% of the resamples"):
        score_intervals(outcome, prob, blocks=state, groups=None, draws=1000, seed=1)


def test_paired_difference_of_equals_and_betters():
    outcome, prob, state, _ = panel()
    same = paired_difference(outcome, prob, prob, blocks=state, draws=100)
    assert (same.brier.estimate, same.brier.low, same.brier.high, same.brier.prob_better) == (0, 0, 0, 0.5)
    flat = np.full(prob.size, outcome.mean())
    result = paired_difference(outcome, prob, flat, blocks=state, draws=400, seed=2)
    back = paired_difference(outcome, flat, prob, blocks=state, draws=400, seed=2)
    assert result.log_loss.estimate < 0
    assert result.log_loss.prob_better > 0.9
    for one, other in ((result.log_loss, back.log_loss), (result.brier, back.brier)):
        assert one.estimate == pytest.approx(-other.estimate, rel=1e-12)
        assert one.low == pytest.approx(-other.high, rel=1e-12)
        assert one.prob_better == pytest.approx(1 - other.prob_better, rel=1e-12)
    assert list(result.to_frame()["score"]) == ["log_loss", "brier"]
    assert "negative: A is better" in result.summary()
    with pytest.raises(InputError, match="same number of rows"):
        paired_difference(outcome, prob, prob[:-1], blocks=state)


def test_pairing_removes_what_is_hard_for_both():
    outcome, prob, state, _ = panel()
    nearly = np.clip(prob * 1.02, 0, 1)
    paired = paired_difference(outcome, nearly, prob, blocks=state, seed=1).log_loss
    alone = score_intervals(outcome, prob, blocks=state, groups=None, seed=1)["log_loss"]
    assert paired.high - paired.low < 0.05 * (alone[1] - alone[0])


def test_rank_ranges_of_certain_and_of_equal_units():
    draws = np.tile([0.3, 0.9, 0.1], (50, 1))
    low, high = rank_ranges(draws)
    assert_array_equal(low, [2, 1, 3])
    assert_array_equal(high, [2, 1, 3])
    low, high = rank_ranges(np.full((50, 4), 0.2))
    assert_array_equal(low, np.full(4, 2.5))
    assert_array_equal(high, np.full(4, 2.5))


def test_rank_ranges_hold_at_least_the_level():
    draws = np.random.default_rng(1).beta(np.arange(1, 21), 60, size=(333, 20))
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    for level in (0.5, 0.9):
        low, high = rank_ranges(draws, level=level)
        assert (((ranks >= low) & (ranks <= high)).mean(axis=0) >= level).all()
        assert np.isin(low, np.arange(1, 21)).all()


def test_prob_top_shares_ties():
    draws = [[0.9, 0.5, 0.5, 0.1], [0.1, 0.5, 0.5, 0.9]]
    assert_allclose(prob_top(draws, k=2), [0.5, 0.5, 0.5, 0.5])
    assert_allclose(prob_top(draws, k=1), [0.5, 0, 0, 0.5])
    assert_array_equal(prob_top(draws, k=9), np.ones(4))


@pytest.mark.parametrize("summarise", [rank_ranges, lambda draws: prob_top(draws, k=1)])
def test_probability_draws_are_checked(summarise):
    for shape in ((3,), (0, 3), (3, 0)):
        with pytest.raises(InputError, match=r"prob_draws must have shape \(draws, n\)"):
            summarise(np.zeros(shape))
    with pytest.raises(InputError, match=r"prob_draws must lie in \[0, 1\]"):
        summarise([[0.1, 1.2]])
    with pytest.raises(InputError, match="prob_draws must be finite"):
        summarise([[0.1, math.nan]])
