"""rtop.compare: same rows or a message that names the difference; numbers equal to their parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.evaluation import log_score
from rtop_forecast.models import BaseRate, ElasticNetLogit


@pytest.fixture(scope="module")
def results(core_names):
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel, names=core_names), rtop.onset_target(panel)
    origins = rtop.RollingOrigin(first=2015, last=2020)
    return [
        rtop.backtest(model, features, target, origins=origins)
        for model in (ElasticNetLogit(lam=0.3, scaled=True), BaseRate())
    ]


def test_comparison_holds_its_parts(results):
    a, b = results
    comparison = rtop.compare(a, b, draws=200)
    table = comparison.to_frame()
    gap = log_score(a.frame["outcome"], a.frame["prob"]) - log_score(b.frame["outcome"], b.frame["prob"])
    assert table.loc["log_loss", "difference"] == pytest.approx(gap.mean(), rel=1e-9)
    assert table.loc["log_loss", "prob_better"] > 0.9
    assert table.loc["auc", "a"] == pytest.approx(a.scores()["auc"], rel=1e-12)
    assert np.isnan(table.loc["expected_observed", "prob_better"])
    text = comparison.summary()
    assert "A = ElasticNetLogit, B = BaseRate" in text
    assert "is noise" in text
    mirrored = rtop.compare(b, a, draws=200)
    assert mirrored.to_frame().loc["auc", "difference"] == pytest.approx(-table.loc["auc", "difference"])


def test_other_rows_outcomes_and_horizons_are_refused(results):
    a, b = results
    shorter = replace(a, frame=a.frame.iloc[1:])
    with pytest.raises(
        rtop.InputError, match=rf"1 of {len(a.frame)} are in one only, first .* \(in the second\)"
    ):
        rtop.compare(shorter, b)
    other = b.frame.copy()
    other.loc[5, "outcome"] = 1 - other.loc[5, "outcome"]
    with pytest.raises(rtop.InputError, match="different outcomes; 1 of"):
        rtop.compare(a, replace(b, frame=other))
    with pytest.raises(rtop.InputError, match="years ahead"):
        rtop.compare(a, replace(b, frame=b.frame.assign(target_end=b.frame["target_end"] + 1)))
