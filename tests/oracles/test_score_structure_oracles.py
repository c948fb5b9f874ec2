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

from rtop_forecast import InputError
from rtop_forecast.evaluation import (
    decompose,
    delong_test,
    diebold_mariano_panel,
    false_alarms_per_hit,
    model_confidence_set,
    murphy_curve,
    precision_at,
    recalibrated,
    skill_score,
    two_way_bootstrap,
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


def test_four_equal_forecasts_discriminate_nothing():
    """scoringrules gave 0.25 or 0 by row order."""
    for outcome in ([0, 0, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0]):
        parts = decompose(outcome, [0.5] * 4, score="brier")
        assert (parts.miscalibration, parts.discrimination, parts.uncertainty) == (0.0, 0.0, 0.25)


def test_one_class_and_wrong_input():
    parts = decompose([0, 0], [0.1, 0.2])
    assert parts.uncertainty == parts.discrimination == 0
    with pytest.raises(InputError, match="infinite"):
        decompose([1, 0], [0.0, 0.5])
    with pytest.raises(InputError, match="log or brier"):
        decompose([1, 0], [0.2, 0.5], score="crps")
    with pytest.raises(InputError, match="finite"):
        decompose([1, 0], [np.nan, 0.5])


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


def test_skill_and_false_alarms():
    y, p, q = np.array([1, 0, 0, 1, 0]), np.array([0.6, 0.2, 0.1, 0.4, 0.3]), np.full(5, 0.4)
    log = -np.where(y == 1, np.log(p), np.log(1 - p)).mean()
    reference = -np.where(y == 1, np.log(q), np.log(1 - q)).mean()
    assert skill_score(y, p, q) == pytest.approx(1 - log / reference, rel=1e-12)
    assert np.isnan(skill_score([0], [0.5], [0.0], score="brier"))
    rate = precision_at(y, p, k=3, groups=None)
    assert false_alarms_per_hit(y, p, k=3, groups=None) == pytest.approx(1 / rate - 1, rel=1e-12)


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


def test_two_way_clusters_by_hand_and_its_size_under_the_null():
    rng = np.random.default_rng(1)
    countries, years = (part.ravel() for part in np.meshgrid(np.arange(30), np.arange(20)))
    d = rng.normal(size=600)
    mean = d.mean()
    by_hand = sum(((d - mean)[countries == c].sum()) ** 2 for c in range(30)) * 30 / 29
    by_hand += sum(((d - mean)[years == t].sum()) ** 2 for t in range(20)) * 20 / 19
    by_hand -= ((d - mean) ** 2).sum()
    test = diebold_mariano_panel(d, countries=countries, years=years)
    assert test.standard_error == pytest.approx(np.sqrt(by_hand) / 600, rel=1e-10)
    refused = 0
    for _ in range(400):
        shock = rng.normal(size=30)[countries] + rng.normal(size=20)[years] + rng.normal(size=600)
        refused += diebold_mariano_panel(shock, countries=countries, years=years).p_value < 0.1
    assert 0.05 < refused / 400 < 0.17  # 10% nominal; a naive test would refuse more than half


def test_two_way_bootstrap_covers_what_strikes_countries_and_years():
    rng = np.random.default_rng(2)
    countries, years = (part.ravel() for part in np.meshgrid(np.arange(30), np.arange(20)))
    values = rng.normal(size=30)[countries] + rng.normal(size=20)[years] + rng.normal(size=600)
    result = two_way_bootstrap(
        lambda w: float(np.average(values, weights=w)), countries=countries, years=years, draws=500
    )
    width = (result.high - result.low) / 3.29
    assert 0.8 * np.sqrt(1 / 30 + 1 / 20) < width < 1.4 * np.sqrt(1 / 30 + 1 / 20)


def test_confidence_set_keeps_the_best_and_drops_the_clearly_worse():
    rng = np.random.default_rng(3)
    base = rng.gamma(1.0, size=2000)
    losses = {
        "good": base,
        "same": base + rng.normal(0, 0.05, 2000),
        "bad": base + 0.2 + rng.normal(0, 0.1, 2000),
    }
    table = model_confidence_set(losses, blocks=np.arange(2000) // 40, draws=500).set_index("model")
    assert table.loc["good", "in_set"]
    assert table.loc["same", "in_set"]
    assert not table.loc["bad", "in_set"]
    assert (model_confidence_set({"a": base, "b": base}, blocks=np.arange(2000) // 40)["p_value"] == 1).all()
    with pytest.raises(InputError, match="at least two"):
        model_confidence_set({"a": base}, blocks=np.arange(2000))
