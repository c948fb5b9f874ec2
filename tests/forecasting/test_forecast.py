"""A forecast: the ranking's rules, intervals around each number, explanations that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.cli.text import age_lines
from rtop_forecast.explanation.attribute import secant
from rtop_forecast.models import BoostedTrees, ElasticNetLogit, LogOddsAverage
from rtop_forecast.panel.build import build_panel
from rtop_forecast.sources.core.bundled import core_tables

MODEL = LogOddsAverage(
    [
        ("net", ElasticNetLogit(lam=0.3, scaled=True, tol=1e-7)),
        ("trees", BoostedTrees(n_estimators=8, seeds=1)),
    ]
)


@pytest.fixture(scope="module")
def parts(core_names):
    panel = rtop.load_panel()
    return rtop.build_features(panel, names=core_names), rtop.onset_target(panel)


@pytest.fixture(scope="module")
def history(parts):
    return rtop.backtest(
        MODEL, *parts, origins=rtop.RollingOrigin(first=2022, last=2022), calibration_origins=10
    )


@pytest.fixture(scope="module")
def fc(parts, history):
    return rtop.forecast(MODEL, *parts, origin=2024, backtest=history, draws=30)


def test_ranking_is_ordered_and_complete(fc, parts):
    table = fc.ranking()
    at_risk = parts[1].to_frame().query("year == 2024 and at_risk")
    assert set(table["country_id"]) == set(at_risk["country_id"])
    assert (table["prob"].diff().dropna() <= 0).all()
    assert (table["rank"] == table["prob"].rank(ascending=False, method="min")).all()
    assert fc.window == (2025, 2026)
    assert fc.issued == date(2025, 6, 30)


def test_every_number_lies_in_its_interval(fc):
    table = fc.ranking()
    assert ((table["prob_low"] <= table["prob"]) & (table["prob"] <= table["prob_high"])).all()
    assert ((table["rank_low"] >= 1) & (table["rank_high"] <= len(table))).all()
    assert (table["rank_low"] <= table["rank_high"]).all()
    value, low, high = fc.expected
    assert low <= value <= high
    assert value == pytest.approx(table["prob"].sum(), rel=1e-12)


def test_contributions_add_up_to_the_calibrated_log_odds(fc):
    for row in fc.to_frame().to_dict("records"):
        explained = fc.attributions(row["country_id"])
        log_odds = np.log(row["prob"] / (1 - row["prob"]))
        assert explained.log_odds == pytest.approx(log_odds, abs=1e-9)
        factors = explained.by_risk_factor()["contribution"]
        assert explained.baseline + factors.sum() == pytest.approx(log_odds, abs=1e-9)


def test_contributions_are_relative_to_the_world_of_the_year(fc):
    # each group has a slope of its own; without it the contributions of the world's states cancel
    raw = fc.basis.fitted.log_odds(fc.basis.matrix)
    slope = secant(fc.basis.calibrator, float(raw.mean()), raw, fc.basis.groups)
    unscaled = fc.explanation.contributions / slope[:, None]
    np.testing.assert_allclose(unscaled.mean(axis=0), 0, atol=1e-9)


def test_a_factor_without_features_is_missing_not_zero(fc):
    table = fc.attributions("Sudan").by_risk_factor().set_index("risk_factor")
    assert np.isnan(table.loc[14, "contribution"])
    assert table.loc[14, "features"] == 0


def test_factors_are_named_as_the_draws_bear_them(fc):
    table = fc.ranking().set_index("country_id")
    named = fc.factors.named().set_index("country_id")
    for name in ("factor_1", "factor_2"):
        assert table[name].equals(named[name].reindex(table.index))
    # in the point fit, the contributions of the draws' factors are those of the explanation
    point = pd.DataFrame(fc.factors.point, index=fc.factors.countries, columns=fc.factors.factors)
    pd.testing.assert_frame_equal(
        point, fc.explanation.by_risk_factor(), rtol=1e-9, atol=1e-9, check_names=False
    )


def test_last_year_is_the_forecast_of_the_year_before(fc, parts, history):
    before = rtop.forecast(MODEL, *parts, origin=2023, backtest=history, draws=20).to_frame()
    merged = fc.ranking().merge(before, on="country_id", suffixes=("", "_then"))
    np.testing.assert_allclose(merged["prob_last_year"], merged["prob_then"], rtol=1e-12)
    assert (merged["rank_last_year"].astype(int) == merged["rank_then"]).all()


def test_calibration_shifts_the_raw_probability(fc):
    frame = fc.to_frame()
    for _, rows in frame.groupby("group"):
        raw, mapped = (np.log(rows[name] / (1 - rows[name])) for name in ("raw_prob", "prob"))
        # a straight line in each group
        slope, level = np.polyfit(raw, mapped, 1)
        np.testing.assert_allclose(mapped, level + slope * raw, atol=1e-9)
        assert slope > 0
    assert "GroupedRandomWalk" in fc.provenance["calibrator"]


def test_names_are_found_in_any_spelling_and_typos_get_suggestions(fc):
    assert fc.attributions("Burma/Myanmar").country_id == fc.attributions(775).country_id
    with pytest.raises(rtop.InputError, match="Sudan"):
        fc.attributions("Sudn")
    with pytest.raises(rtop.CoverageError, match="has no forecast"):
        fc.attributions("Tuvalu")


def test_an_early_issue_date_is_a_leak(parts):
    with pytest.raises(rtop.LeakageError, match="2025-06-30"):
        rtop.forecast(MODEL, *parts, origin=2024, issued=date(2025, 3, 1))


@pytest.mark.slow
def test_features_for_an_earlier_issue_date_use_older_values():
    panel = rtop.load_panel()
    march, june = (rtop.build_features(panel, issue_month=m) for m in (3, 6))
    ages = {m.issue_month: m.ages[m.ages["year"] == 2020] for m in (march, june)}
    assert (ages[6]["ucdp_intensity"] == 0).all()
    assert (ages[3]["ucdp_intensity"].dropna() == 1).all()
    forecast = rtop.forecast(
        MODEL, march, rtop.onset_target(panel), origin=2024, issued=date(2025, 3, 31), draws=20
    )
    assert forecast.issued == date(2025, 3, 31)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"origin": 2030}, rtop.CoverageError, "no state is at risk in 2030"),
        ({"origin": 2024, "draws": 5}, rtop.InputError, "draws must be an integer from 20"),
    ],
)
def test_impossible_forecasts_are_refused(parts, arguments, error, words):
    with pytest.raises(error, match=words):
        rtop.forecast(MODEL, *parts, **arguments)


def test_summary_reads_like_a_ranking(fc):
    text = fc.summary()
    assert "2025-2026" in text
    assert fc.ranking()["name"].iloc[0] in text


@pytest.fixture(scope="module")
def ragged():
    """Panel in which one-sided violence reaches 2025 and everything else 2024 or less."""
    bundled = core_tables()
    tables = [
        replace(table, coverage={name: (first, 2025) for name, (first, _) in table.coverage.items()})
        if any(name.startswith("ucdp_osv_") for name in table.coverage)
        else table
        for table in bundled
    ]
    panel = build_panel(tables)
    return rtop.build_features(panel), rtop.onset_target(panel)


@pytest.mark.slow
def test_a_forecast_from_beyond_the_list_of_events_says_where_its_sources_end(ragged, parts):
    target = ragged[1]
    assert (ragged[0].panel.years[1], target.last_observed) == (2025, 2024)
    origins = rtop.RollingOrigin(first=2022, last=2022)
    history = rtop.backtest(MODEL, *ragged, origins=origins, calibration_origins=10)
    late = rtop.forecast(MODEL, *ragged, origin=2025, backtest=history, draws=20)
    assert (late.origin_year, late.window) == (2025, (2026, 2027))
    assert late.frame["prob"].between(0, 1).all()
    inputs = late.inputs().set_index("feature")
    assert list(inputs.columns) == ["source", "last_year", "age", "oldest", "missing"]
    assert set(inputs.index) == set(ragged[0].names)
    carried = inputs[inputs["source"].str.startswith("vdem-15")]
    assert (carried["last_year"] == 2024).all()
    # a change needs its newest year, so it has neither value nor age here; levels are carried
    assert carried["age"].notna().any()
    assert (carried["age"].dropna() >= 1).all()
    states = len(late.frame)
    silent = inputs[inputs["last_year"].eq(2024) & inputs["source"].eq("ewp-2025")]
    assert (silent.loc[silent["age"].isna(), "missing"] == states).all()
    ends = late.provenance["sources_end"]
    assert ends["ewp-2025"] == 2024
    assert max(ends.values()) == 2025
    said = age_lines(late)
    assert said[0].startswith("onsets are coded to 2024")
    assert any(line.startswith("vdem-15 ends in 2024: values of") for line in said)
    assert not any("ends in 2025" in line for line in said)
    usual = rtop.forecast(MODEL, *parts, origin=2024, backtest=history, draws=20)
    assert not any(line.startswith("onsets are coded") for line in age_lines(usual))


def test_horizons_are_columns_that_never_fall(parts, history):
    forecast = rtop.forecast(MODEL, *parts, origin=2024, backtest=history, horizons=(3, 1, 2), draws=20)
    frame = forecast.to_frame()
    probs = frame[["prob_1y", "prob_2y", "prob_3y"]].to_numpy()
    assert (np.diff(probs, axis=1) >= 0).all()
    np.testing.assert_array_equal(frame["prob_2y"], frame["prob"])
    with pytest.raises(rtop.InputError, match="learned from past forecasts"):
        rtop.forecast(MODEL, *parts, origin=2024, horizons=(1,), draws=20)


def test_the_count_is_that_of_the_draws_and_apart_from_the_interval_of_the_mean(fc):
    count = fc.count
    assert count.probabilities.sum() == pytest.approx(1)
    assert count.probabilities.size == len(fc.frame) + 1
    low, high = count.interval(fc.level)
    # what may be observed varies more than its mean
    assert low <= fc.expected[1]
    assert fc.expected[2] <= high


def test_under_way_is_the_list_of_episodes(fc, parts):
    table = fc.ranking().set_index("country_id")["under_way"]
    panel = parts[0].panel
    frame = panel.frame[panel.frame["year"].between(2022, 2024)]
    present = frame.groupby("country_id")["mk_ongoing"].max() > 0
    assert table.astype(bool).equals(present.reindex(table.index).astype(bool).rename("under_way"))


def test_the_change_is_that_of_the_data_beyond_the_mean_of_the_states(fc):
    # recomputed row by row: this year's model on both years' data
    basis, table = fc.basis, fc.ranking().set_index("country_id")
    rows = basis.rows
    by_year = {}
    for year in (2023, 2024):
        here = rows.at(year)
        odds = basis.calibrator.apply_log_odds(
            basis.fitted.log_odds(rows.matrix[here]), groups=rows.labels[here]
        )
        by_year[year] = dict(zip(rows.keys.loc[here, "country_id"], odds, strict=True))
    change = {number: odds - by_year[2023].get(number, np.nan) for number, odds in by_year[2024].items()}
    mean = np.nanmean(list(change.values()))
    shown = np.log(table["change_odds"])
    for number, value in change.items():
        assert shown[number] == pytest.approx(value - mean, abs=1e-9, nan_ok=True)
    known = table.dropna(subset=["change_odds"])
    assert (known["change_odds_low"] <= known["change_odds"]).all()
    assert (known["change_odds"] <= known["change_odds_high"]).all()
    assert table["change_odds"].isna().equals(table["prob_last_year"].isna())
