"""Block bootstrap: multiplicities, intervals of a statistic, its coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import block_bootstrap, block_multiplicities, interval_from_draws


def test_multiplicities():
    counts = block_multiplicities(50, draws=4000, seed=3)
    assert counts.shape == (4000, 50)
    assert (counts.sum(axis=1) == 50).all()
    # mean 1; 4.5 standard errors over 4,000 draws of variance 0.98
    assert np.abs(counts.mean(axis=0) - 1).max() < 4.5 * math.sqrt(0.98 / 4000)
    assert_allclose(counts.var(), 1 - 1 / 50, rtol=0.03)
    assert_array_equal(counts, block_multiplicities(50, draws=4000, seed=3))
    assert (counts != block_multiplicities(50, draws=4000, seed=4)).any()


def test_mean_of_values_and_of_weights_agree():
    state = np.repeat(np.arange(60), 20)
    outcome = (np.random.default_rng(0).random(state.size) < 0.05).astype(int)
    by_value = block_bootstrap(outcome, blocks=state, draws=200, seed=5)
    by_weight = block_bootstrap(lambda w: np.average(outcome, weights=w), blocks=state, draws=200, seed=5)
    assert by_value.estimate == pytest.approx(by_weight.estimate, rel=1e-12)
    assert by_value.low == pytest.approx(by_weight.low, rel=1e-12)
    assert by_value.high == pytest.approx(by_weight.high, rel=1e-12)
    assert (by_value.blocks, by_value.draws, by_value.undefined) == (60, 200, 0)


def test_undefined_draws_are_counted_and_too_many_refused():
    values = np.arange(100.0)

    def at_most(share):
        # NaN in about that share of draws: those where the first block is absent, times a second condition
        def statistic(weights):
            absent = weights[0] == 0 and weights[1:].max() >= share
            return math.nan if absent else float(np.average(values, weights=weights))

        return statistic

    result = block_bootstrap(at_most(6), blocks=np.arange(100), draws=500, seed=1)
    assert 0 < result.undefined <= 25
    assert math.isfinite(result.low)
    message = r"defined in at least 95% of the resamples; it is undefined in \d+ of 500, first draw \d+"
    with pytest.raises(InputError, match=message):
        block_bootstrap(at_most(0), blocks=np.arange(100), draws=500, seed=1)
    with pytest.raises(InputError, match="the statistic of the data must be finite; it is nan"):
        block_bootstrap(lambda _weights: math.nan, blocks=[1, 2])


def test_blocks_widen_the_interval_of_rows_that_are_alike():
    state = np.repeat(np.arange(40), 25)
    values = np.random.default_rng(0).normal(size=40)[state]
    blocked = block_bootstrap(values, blocks=state, seed=2)
    single = block_bootstrap(values, blocks=np.arange(1000), seed=2)
    # the standard error of 40 independent values, 5 times that of 1,000; interval ± 1.645 of it
    width = 2 * 1.645 * values.std() / math.sqrt(40)
    assert blocked.high - blocked.low == pytest.approx(width, rel=0.15)
    assert single.high - single.low == pytest.approx(width / 5, rel=0.15)


def test_interval_covers_as_promised():
    # 400 panels of 60 blocks with a common block effect, true mean 0
    hits = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        state = np.repeat(np.arange(60), 5)
        values = rng.normal(size=60)[state] + rng.normal(size=300)
        result = block_bootstrap(values, blocks=state, draws=400, seed=seed)
        hits += result.low <= 0 <= result.high
    # 90% nominal; four binomial standard errors, and 2% for the percentile method at 60 blocks
    assert 0.90 - 0.02 - 4 * 0.015 <= hits / 400 <= 0.90 + 4 * 0.015


def test_interval_from_draws():
    draws = np.arange(101.0)[:, None] * [1, -2]
    low, high = interval_from_draws(draws, level=0.9)
    assert_allclose(low, [5, -190])
    assert_allclose(high, [95, -10])
    with pytest.raises(InputError, match="draws must not be missing; 1 of 3 are, first in draw 1"):
        interval_from_draws([1.0, math.nan, 2.0])
    for empty in ([], 1.0):
        with pytest.raises(InputError, match="needs draws along the first axis"):
            interval_from_draws(empty)
