"""Several models and the members of one, as tidy tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.logistic import log_odds, probability
from rtop_forecast.models import BaseRate, ElasticNetLogit, LogOddsAverage

ORIGINS = rtop.RollingOrigin(first=2015, last=2018)


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel(first=1980)
    features = rtop.build_features(panel, names=["mk_ever", "infant_mortality_log", "population_log"])
    return features, rtop.onset_target(panel)


@pytest.fixture(scope="module")
def average():
    return LogOddsAverage([("net", ElasticNetLogit(lam=0.3, scaled=True)), ("base", BaseRate())])


@pytest.fixture(scope="module")
def result(parts, average):
    return rtop.backtest(average, *parts, origins=ORIGINS, calibration_origins=3)


def test_all_models_in_one_table(parts, average, result):
    models = {"average": average, "base": BaseRate()}
    table = rtop.backtest_all(models, *parts, origins=ORIGINS, calibration_origins=3)
    assert table.columns.tolist() == ["model", *result.frame.columns]
    mine = table[table["model"] == "average"].drop(columns="model").reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, result.frame)
    assert table.groupby("model").size().tolist() == [len(result.frame)] * 2
    with pytest.raises(rtop.InputError, match="no model"):
        rtop.backtest_all({}, *parts, origins=ORIGINS)


def test_each_model_has_a_checkpoint_of_its_own(parts, tmp_path):
    models = {"base": BaseRate(), "net": ElasticNetLogit(lam=0.3, scaled=True)}
    once = rtop.backtest_all(models, *parts, origins=ORIGINS, calibration_origins=2, checkpoint=tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["base", "net"]
    again = rtop.backtest_all(models, *parts, origins=ORIGINS, calibration_origins=2, checkpoint=tmp_path)
    pd.testing.assert_frame_equal(once, again)


def test_members_average_to_the_model(parts, result):
    members = result.members()
    assert sorted(members["member"].unique()) == ["base", "net"]
    wide = members.pivot(index=["country_id", "origin_year"], columns="member", values="raw_prob")
    mean = probability(np.mean([log_odds(wide[name].to_numpy()) for name in wide], axis=0))
    whole = result.frame.set_index(["country_id", "origin_year"])["raw_prob"].reindex(wide.index)
    np.testing.assert_allclose(mean, whole, rtol=1e-9)
    alone = rtop.backtest(BaseRate(), *parts, origins=ORIGINS, calibration_origins=0)
    base = members[members["member"] == "base"].reset_index(drop=True)
    np.testing.assert_allclose(base["raw_prob"], alone.frame["raw_prob"], rtol=1e-12)
    with pytest.raises(rtop.InputError, match="no average"):
        alone.members()


def test_members_are_saved_and_survive_a_checkpoint(parts, average, result, tmp_path):
    again = rtop.load_backtest(rtop.save_backtest(result, tmp_path / "saved"))
    pd.testing.assert_frame_equal(again.members(), result.members())
    for _ in range(2):
        kept = rtop.backtest(
            average, *parts, origins=ORIGINS, calibration_origins=3, checkpoint=tmp_path / "checkpoint"
        )
        pd.testing.assert_frame_equal(kept.members(), result.members())
        pd.testing.assert_frame_equal(kept.feeding, result.feeding)
