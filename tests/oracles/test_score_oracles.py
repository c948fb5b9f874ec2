"""Scores against scikit-learn where it has them, and against loops from the definitions elsewhere."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

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

RTOL = 1e-12


def sample(seed, *, ties, n=300):
    rng = np.random.default_rng(seed)
    prob = rng.beta(0.7, 6, n).clip(1e-6, 1 - 1e-6)
    if ties:
        prob = np.round(prob, 1).clip(0.05, 0.95)
    outcome = (rng.random(n) < prob).astype(int)
    weights = rng.integers(0, 5, n).astype(float) if ties else rng.gamma(1.0, size=n)
    return outcome, prob, weights, rng.integers(1990, 2000, n)


@pytest.fixture(params=[(seed, ties) for seed in range(6) for ties in (False, True)])
def data(request):
    seed, ties = request.param
    return sample(seed, ties=ties)


def test_against_scikit_learn(data):
    y, p, w, _ = data
    assert_allclose(auc(y, p), roc_auc_score(y, p), rtol=RTOL)
    assert_allclose(auc(y, p, weights=w), roc_auc_score(y, p, sample_weight=w), rtol=RTOL)
    assert_allclose(average_precision(y, p), average_precision_score(y, p), rtol=RTOL)
    assert_allclose(
        average_precision(y, p, weights=w), average_precision_score(y, p, sample_weight=w), rtol=RTOL
    )
    assert_allclose(brier_score(y, p).mean(), brier_score_loss(y, p), rtol=RTOL)
    assert_allclose(log_score(y, p).mean(), log_loss(y, p), rtol=RTOL)
    assert_allclose(np.average(log_score(y, p), weights=w), log_loss(y, p, sample_weight=w), rtol=RTOL)


def test_auc_counts_pairs(data):
    y, p, w, _ = data
    won = lost = 0.0
    for i in np.flatnonzero(y == 1):
        for j in np.flatnonzero(y == 0):
            chance = 1.0 if p[i] > p[j] else 0.5 if p[i] == p[j] else 0.0
            won += w[i] * w[j] * chance
            lost += w[i] * w[j] * (1 - chance)
    assert_allclose(auc(y, p, weights=w), won / (won + lost), rtol=RTOL)


def shares_by_loop(p, k, g):
    share = []
    for i in range(len(p)):
        peers = [p[j] for j in range(len(p)) if g[j] == g[i]]
        above = sum(q > p[i] for q in peers)
        tied = sum(q == p[i] for q in peers)
        share.append(min(max((k - above) / tied, 0.0), 1.0))
    return np.array(share)


@pytest.mark.parametrize("k", [1, 3, 10, 1000])
def test_lists_by_loop(data, k):
    y, p, w, g = data
    share = shares_by_loop(p, k, g)
    assert_allclose(top_share(p, k=k, groups=g), share, rtol=RTOL)
    assert_allclose(
        recall_at(y, p, k=k, groups=g, weights=w), (w * y * share).sum() / (w * y).sum(), rtol=RTOL
    )
    listed = (w * share).sum()
    assert_allclose(precision_at(y, p, k=k, groups=g, weights=w), (w * y * share).sum() / listed, rtol=RTOL)


def test_top_share_is_the_mean_over_all_orders_of_the_ties():
    prob = np.array([0.3, 0.5, 0.5, 0.5, 0.1])
    inside = np.zeros(5)
    orders = list(permutations(range(5)))
    for order in orders:
        # a stable sort breaks ties by place in this order
        ranked = sorted(order, key=lambda i: -prob[i])
        inside[ranked[:2]] += 1 / len(orders)
    assert_allclose(top_share(prob, k=2, groups=None), inside, rtol=1e-12)


def test_table_of_weights_equals_table_of_repeated_rows():
    y, p, w, g = sample(3, ties=True)
    repeat = w.astype(int)
    weighted = score_table(y, p, groups=g, weights=w)
    plain = score_table(np.repeat(y, repeat), np.repeat(p, repeat), groups=np.repeat(g, repeat))
    # recall keeps the ranks of the original rows, so it is not that of the longer lists
    for name in ("n", "positives", "auc", "ap", "log_loss", "brier", "expected_observed"):
        assert_allclose(weighted[name], plain[name], rtol=RTOL)


def test_calibration_line_against_statsmodels(data):
    y, p, w, _ = data
    z = np.log(p / (1 - p))
    for weights in (None, w):
        given = np.ones(y.size) if weights is None else weights
        binomial = sm.families.Binomial()
        both = sm.GLM(y, sm.add_constant(z), family=binomial, freq_weights=given).fit(tol=1e-12)
        shift = sm.GLM(y, np.ones(y.size), family=binomial, freq_weights=given, offset=z).fit(tol=1e-12)
        line = calibration_line(y, p, weights=weights)
        assert_allclose([line.intercept, line.slope], both.params, rtol=1e-6, atol=1e-7)
        assert_allclose(line.slope_error, both.bse[1], rtol=1e-6)
        assert_allclose(line.shift, shift.params[0], rtol=1e-6, atol=1e-7)
