"""What must hold for every input: order of rows, order of forecasts, honesty of the truth."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from rtop_forecast.evaluation import (
    auc,
    average_precision,
    brier_score,
    calibration_line,
    log_score,
    precision_at,
    recall_at,
    score_table,
    top_share,
)

# few distinct values, so that ties are the rule
coarse = st.sampled_from([0.01, 0.02, 0.1, 0.3, 0.5, 0.9])
fine = st.floats(1e-9, 1 - 1e-9)


@st.composite
def forecasts(draw):
    n = draw(st.integers(1, 30))
    outcome = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    prob = draw(st.lists(st.one_of(coarse, fine), min_size=n, max_size=n))
    weights = draw(st.lists(st.floats(1e-4, 1e3), min_size=n, max_size=n))
    groups = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    order = draw(st.permutations(range(n)))
    return tuple(np.array(column) for column in (outcome, prob, weights, groups, order))


@given(forecasts())
def test_row_order_never_matters(data):
    y, p, w, g, order = data
    for weights in (None, w):
        moved = None if weights is None else weights[order]
        before = score_table(y, p, groups=g, k=(1, 3), weights=weights)
        after = score_table(y[order], p[order], groups=g[order], k=(1, 3), weights=moved)
        # bit for bit, NaN included
        assert_array_equal(list(before.values()), list(after.values()))
    assert_array_equal(top_share(p, k=2, groups=g)[order], top_share(p[order], k=2, groups=g[order]))
    single, moved = (
        [
            auc(y_, p_, weights=w_),
            average_precision(y_, p_, weights=w_),
            recall_at(y_, p_, k=2, groups=g_, weights=w_),
            precision_at(y_, p_, k=2, groups=g_, weights=w_),
            *(
                getattr(calibration_line(y_, p_, weights=w_), part)
                for part in ("intercept", "slope", "shift")
            ),
        ]
        for y_, p_, w_, g_ in ((y, p, w, g), (y[order], p[order], w[order], g[order]))
    )
    assert_array_equal(single, moved)


@given(forecasts(), st.integers(1, 40))
def test_places_of_a_list_add_up(data, k):
    _, p, _, g, _ = data
    share = top_share(p, k=k, groups=g)
    assert ((share >= 0) & (share <= 1)).all()
    for label in np.unique(g):
        mine = g == label
        assert abs(share[mine].sum() - min(k, mine.sum())) < 1e-12
        # a higher forecast never has a smaller chance
        assert (np.diff(share[mine][np.argsort(p[mine], kind="stable")]) >= 0).all()


@given(forecasts())
def test_rank_scores_depend_on_the_order_only(data):
    y, p, _, g, _ = data
    # the ranks, squeezed into (0, 1): no two distinct forecasts can collide
    ranks = (np.unique(p, return_inverse=True)[1] + 1) / (p.size + 2)
    assert_array_equal(auc(y, p), auc(y, ranks))
    assert_array_equal(average_precision(y, p), average_precision(y, ranks))
    assert_array_equal(recall_at(y, p, k=2, groups=g), recall_at(y, ranks, k=2, groups=g))


@given(forecasts())
def test_auc_of_the_reversed_forecast_is_its_complement(data):
    y, p, w, _, _ = data
    assume(0 < y.sum() < y.size)
    ranks = (np.unique(p, return_inverse=True)[1] + 1) / (p.size + 2)
    assert abs(auc(y, ranks, weights=w) + auc(y, 1 - ranks, weights=w) - 1) < 1e-12


@given(truth=fine, other=fine)
@settings(max_examples=300)
def test_truth_minimises_the_expected_score(truth, other):
    def expected(score, prob):
        return truth * score([1], [prob])[0] + (1 - truth) * score([0], [prob])[0]

    assert expected(brier_score, truth) <= expected(brier_score, other) + 1e-15
    assert expected(log_score, truth) <= expected(log_score, other) * (1 + 1e-14) + 1e-15
    if abs(truth - other) > 1e-3:
        assert expected(brier_score, truth) < expected(brier_score, other)
        assert expected(log_score, truth) < expected(log_score, other)
