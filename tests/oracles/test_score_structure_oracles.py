"""Decomposition, Murphy curve, skill, tests of difference against scikit-learn, scipy and brute-force loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import trapezoid
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from rtop_forecast.evaluation import (
    decompose,
    delong_test,
    murphy_curve,
    recalibrated,
)


@st.composite
def tied_forecasts(draw):
    n = draw(st.integers(2, 40))
    prob = np.array(draw(st.lists(st.sampled_from([0.02, 0.1, 0.1, 0.3, 0.5, 0.9]), min_size=n, max_size=n)))
    outcome = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    weights = np.array(draw(st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=n, max_size=n)))
    return outcome, prob, weights


@given(tied_forecasts())
def test_recalibration_equals_scikit_learn(data):
    y, p, w = data
    reference = IsotonicRegression().fit(p, y, sample_weight=w).predict(p)
    assert_allclose(recalibrated(y, p, weights=w), reference, atol=1e-12)


@given(tied_forecasts(), st.sampled_from(["log", "brier"]), st.randoms(use_true_random=False))
def test_parts_add_up_are_not_negative_and_ignore_row_order(data, score, random):
    y, p, w = data
    parts = decompose(y, p, score=score, weights=w)
    total = parts.miscalibration - parts.discrimination + parts.uncertainty
    assert total == pytest.approx(parts.mean_score, abs=1e-12)
    assert parts.miscalibration >= 0
    assert parts.discrimination >= 0
    order = np.array(random.sample(range(len(y)), len(y)))
    assert decompose(y[order], p[order], score=score, weights=w[order]) == parts
    whole = np.array([1, 2, 4])[np.searchsorted([0.5, 1.0, 2.0], w)]
    repeated = decompose(np.repeat(y, whole), np.repeat(p, whole), score=score)
    assert repeated.miscalibration == pytest.approx(parts.miscalibration, abs=1e-12)


@given(tied_forecasts())
def test_murphy_curve_equals_a_loop_and_integrates_to_the_brier_score(data):
    y, p, w = data
    grid = np.array([0.0, 0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95])
    curve = murphy_curve(y, p, thresholds=grid, weights=w)["score"].to_numpy()
    for theta, value in zip(grid, curve, strict=True):
        losses = [
            (1 - theta if one <= theta else 0.0) if event else (theta if one > theta else 0.0)
            for event, one in zip(y, p, strict=True)
        ]
        assert value == pytest.approx(np.average(losses, weights=w), abs=1e-12)
    fine = np.linspace(0, 1, 20_001)
    area = 2 * trapezoid(murphy_curve(y, p, thresholds=fine)["score"], fine)
    assert area == pytest.approx(np.mean((y - p) ** 2), abs=2e-4)


def test_delong_equals_the_plain_formula():
    rng = np.random.default_rng(0)
    y = (rng.random(60) < 0.3).astype(int)
    a, b = (np.round(rng.random(60) * 0.5 + 0.3 * y, 1) for _ in range(2))
    events, others = np.flatnonzero(y), np.flatnonzero(y == 0)

    def kernel(p):
        return np.array([[np.sign(p[i] - p[j]) / 2 + 0.5 for j in others] for i in events])

    k = kernel(a) - kernel(b)
    variance = np.var(k.mean(axis=1), ddof=1) / len(events) + np.var(k.mean(axis=0), ddof=1) / len(others)
    test = delong_test(y, a, b)
    assert test.difference == pytest.approx(roc_auc_score(y, a) - roc_auc_score(y, b), abs=1e-12)
    assert test.standard_error == pytest.approx(np.sqrt(variance), rel=1e-12)
