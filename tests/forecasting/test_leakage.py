"""No future: what happens after the origin changes nothing in a forecast, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.calibration import RandomWalkShift
from rtop_forecast.features import CATALOGUE
from rtop_forecast.models import BoostedTrees, ElasticNetLogit, LogOddsAverage
from rtop_forecast.sources.core.bundled import core_tables

ORIGIN = 1994
MODEL = LogOddsAverage(
    [
        ("net", ElasticNetLogit(lam=0.3, scaled=True, tol=1e-7)),
        ("trees", BoostedTrees(n_estimators=8, seeds=1)),
    ]
)


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


def scrambled_after(panel, year, *, seed=0):
    """The panel with every value of later years replaced by another state's and year's, noise added."""
    generator = np.random.default_rng(seed)
    frame = panel.to_frame()
    later = frame["year"] > year
    for name in panel.variables:
        values = generator.permutation(frame[name].to_numpy())[later.to_numpy()]
        if not name.startswith("mk_"):
            values = values * generator.uniform(0.5, 2.0, len(values))
        frame.loc[later, name] = values
    return replace(panel, frame=frame)


def cut_after(panel, year):
    frame = panel.to_frame()
    variables = {name: replace(v, last_year=min(v.last_year, year)) for name, v in panel.variables.items()}
    return replace(panel, frame=frame[frame["year"] <= year], variables=variables)


CORE = {name for table in core_tables() for name in table.coverage}
NAMES = [spec.name for spec in CATALOGUE if spec.by_default and set(spec.variables) <= CORE]


def parts(panel):
    return rtop.build_features(panel, names=NAMES), rtop.onset_target(panel)


def test_forecast_ignores_everything_after_its_origin(panel):
    def table(one):
        forecast = rtop.forecast(MODEL, *parts(one), origin=ORIGIN, draws=20)
        return forecast.ranking(), forecast.explanation.contributions, forecast.expected

    ranking, contributions, expected = table(panel)
    other, other_contributions, other_expected = table(scrambled_after(panel, ORIGIN))
    pd.testing.assert_frame_equal(ranking, other, check_exact=True)
    np.testing.assert_array_equal(contributions, other_contributions)
    assert expected == other_expected


def test_backtest_ignores_everything_after_each_origin(panel):
    def probabilities(one):
        result = rtop.backtest(
            MODEL,
            *parts(one),
            origins=rtop.RollingOrigin(first=ORIGIN - 1, last=ORIGIN),
            calibrator=RandomWalkShift(sigma=0.1),
            calibration_origins=6,
        )
        frame = result.to_frame()
        return frame.loc[frame["origin_year"] == ORIGIN, ["country_id", "raw_prob", "prob"]].reset_index(
            drop=True
        )

    pd.testing.assert_frame_equal(
        probabilities(panel), probabilities(scrambled_after(panel, ORIGIN)), check_exact=True
    )


def test_scrambling_before_the_origin_does_change_the_forecast(panel):
    """The test above can fail: the same scrambling one year earlier is seen."""
    features, target = parts(scrambled_after(panel, ORIGIN - 1))
    here = rtop.forecast(MODEL, *parts(panel), origin=ORIGIN, draws=20).to_frame()
    there = rtop.forecast(MODEL, features, target, origin=ORIGIN, draws=20).to_frame()
    assert not np.array_equal(here["prob"].to_numpy(), there["prob"].to_numpy())


@pytest.mark.parametrize("year", [1960, 1988, 1993, 2010, 2023])
def test_deleting_later_years_leaves_earlier_features_unchanged(panel, year):
    whole = rtop.build_features(panel).frame
    whole = whole[whole["year"] <= year].reset_index(drop=True)
    pd.testing.assert_frame_equal(rtop.build_features(cut_after(panel, year)).frame, whole, check_exact=True)


@pytest.mark.parametrize("year", [1975, 1995, 2021])
def test_features_of_an_origin_need_only_what_was_published_by_its_issue_date(panel, year):
    known_then = rtop.build_features(panel.as_of(date(year + 1, 6, 30)))
    whole = rtop.build_features(panel)
    for attribute in ("frame", "ages"):
        then, now = getattr(known_then, attribute), getattr(whole, attribute)
        assert then["year"].max() == year
        pd.testing.assert_frame_equal(then, now[now["year"] <= year].reset_index(drop=True), check_exact=True)


def test_labels_known_by_an_origin_do_not_change_later(panel):
    whole = rtop.onset_target(panel).frame
    for year in (1980, 2000, 2020):
        early = rtop.onset_target(cut_after(panel, year)).frame
        both = early.merge(whole, on=["country_id", "year"], suffixes=("", "_later"))
        labelled = both["outcome"].notna()
        assert (both.loc[labelled, "outcome"] == both.loc[labelled, "outcome_later"]).all()
        assert (both.loc[both["year"] > year - 2, "outcome"].isna()).all()


@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_processes_or_the_order_of_rows(panel):
    features, target = parts(panel)
    shuffled = replace(panel, frame=panel.frame.sample(frac=1, random_state=1))
    one = rtop.forecast(MODEL, features, target, origin=ORIGIN, draws=20, n_jobs=1).ranking()
    two = rtop.forecast(MODEL, *parts(shuffled), origin=ORIGIN, draws=20, n_jobs=2).ranking()
    pd.testing.assert_frame_equal(one, two, check_exact=True)
