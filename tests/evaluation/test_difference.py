"""Tests of difference: clusters by hand, size under the null, the confidence set."""

from __future__ import annotations

import numpy as np
import pytest

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import diebold_mariano_panel, model_confidence_set, two_way_bootstrap


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
