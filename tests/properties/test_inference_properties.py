"""Neither the order of rows nor the names of blocks beyond their order move a bootstrap; ranks add up."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from rtop_forecast.evaluation import (
    block_bootstrap,
    bootstrap_scores,
    paired_difference,
    prob_top,
    rank_ranges,
)

coarse = st.sampled_from([0.01, 0.02, 0.1, 0.3, 0.5, 0.9])
fine = st.floats(1e-9, 1 - 1e-9)


@st.composite
def panels(draw):
    n = draw(st.integers(4, 30))
    outcome = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    prob = draw(st.lists(st.one_of(coarse, fine), min_size=n, max_size=n))
    other = draw(st.lists(coarse, min_size=n, max_size=n))
    blocks = [0, 1, *draw(st.lists(st.integers(0, 6), min_size=n - 2, max_size=n - 2))]
    groups = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    order = draw(st.permutations(range(n)))
    return tuple(np.array(column) for column in (outcome, prob, other, blocks, groups, order))


@given(panels(), st.integers(0, 1000))
@settings(max_examples=60)
def test_row_order_and_block_names_never_matter(data, seed):
    y, p, q, b, g, order = data
    renamed = np.array([f"state {label:03d}" for label in b])
    base = bootstrap_scores(y, p, blocks=b, groups=g, k=(2,), draws=20, seed=seed)
    for other in (
        bootstrap_scores(y[order], p[order], blocks=b[order], groups=g[order], k=(2,), draws=20, seed=seed),
        bootstrap_scores(y, p, blocks=renamed, groups=g, k=(2,), draws=20, seed=seed),
    ):
        for name, drawn in base.draws.items():
            assert_array_equal(drawn, other.draws[name])
    moved = paired_difference(y[order], p[order], q[order], blocks=b[order], draws=20, seed=seed)
    assert paired_difference(y, p, q, blocks=b, draws=20, seed=seed) == moved
    moved = block_bootstrap(p[order], blocks=b[order], draws=20, seed=seed)
    assert block_bootstrap(p, blocks=b, draws=20, seed=seed) == moved


@given(panels(), st.integers(0, 1000))
@settings(max_examples=60)
def test_drawn_scores_stay_in_their_range(data, seed):
    y, p, _, b, g, _ = data
    drawn = bootstrap_scores(y, p, blocks=b, groups=g, k=(2,), draws=20, seed=seed).draws
    for name in ("auc", "ap", "brier", "recall_at_2"):
        defined = drawn[name][~np.isnan(drawn[name])]
        assert ((defined >= 0) & (defined <= 1 + 1e-12)).all()
    assert (np.isnan(drawn["auc"]) == ((drawn["positives"] == 0) | (drawn["positives"] == drawn["n"]))).all()
    assert (np.isnan(drawn["ap"]) == (drawn["positives"] == 0)).all()


@given(
    draws=st.integers(1, 12).flatmap(
        lambda n: st.lists(st.lists(st.one_of(coarse, fine), min_size=n, max_size=n), min_size=1, max_size=15)
    ),
    k=st.integers(1, 15),
)
def test_ranks_and_list_places_add_up(draws, k):
    n = len(draws[0])
    places = prob_top(draws, k=k)
    assert_allclose(places.sum(), min(k, n), rtol=1e-12)
    low, high = rank_ranges(draws)
    assert ((low >= 1) & (low <= high) & (high <= n)).all()
    # one draw: its ranks add up to 1 + ... + n, ties or not
    alone, _ = rank_ranges(draws[:1])
    assert alone.sum() == n * (n + 1) / 2
