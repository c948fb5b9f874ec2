"""The catalogue: every feature has a factor, a unit and an age; values match a plain recomputation."""

from __future__ import annotations

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE
from rtop_forecast.features import build as _build
from rtop_forecast.features.grid import availability_lag
from rtop_forecast.features.transforms import settled
from rtop_forecast.world.states import contiguity


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


@pytest.fixture(scope="module")
def features(panel):
    return rtop.build_features(panel)


def test_catalogue_is_complete_and_unambiguous(features):
    table = rtop.describe_features()
    assert table["name"].is_unique
    assert len(table) >= 35
    assert (table[["label", "unit"]] != "").all(axis=None)
    held = set(features.panel.variables)
    assert features.names == [s.name for s in CATALOGUE if s.by_default and set(s.variables) <= held]
    assert len(features.names) >= 35
    # factor 14 needs the Aid Worker Security Database, which is not a core table
    assert set(table["risk_factor"]) == set(range(1, 15))
    assert (table["reference"] != "").sum() >= len(table) - 2


def test_no_feature_is_constant_or_infinite(features):
    values = features.frame[features.names]
    assert not np.isinf(values.to_numpy()).any()
    assert (values.nunique() > 1).all()


def test_no_identifier_or_calendar_year_is_a_feature(features):
    """A country's number as a feature made stripes on the maps of others; a year extrapolates."""
    values = features.frame[features.names].to_numpy()
    for key in ("country_id", "year"):
        same = np.isclose(values, features.frame[key].to_numpy(dtype=float)[:, None]).all(axis=0)
        assert not same.any()


def test_age_stands_beside_every_value(features):
    for name in features.names:
        known = features.frame[name].notna()
        assert features.ages.loc[known, name].notna().all(), name
        assert features.ages.loc[~known, name].isna().all(), name
    mortality = features.ages["infant_mortality_log"].dropna()
    assert mortality.min() == 1  # published a year late
    iccpr = features.ages[features.ages["year"] == 2024]["treaty_iccpr"]
    assert (iccpr == 2).all()  # the table ends in 2022


def test_missing_coverage_is_not_zero(features):
    early = features.frame[features.frame["year"] < 1989]
    for name in ("ucdp_battle_deaths_log", "ucdp_osv_government_log", "ucdp_osv_actors"):
        assert early[name].isna().all()


@pytest.mark.parametrize(
    ("months", "month", "years"), [(0, 6, 0), (6, 6, 0), (7, 6, 1), (12, 6, 1), (19, 6, 2), (6, 3, 1)]
)
def test_availability_lag(months, month, years):
    assert availability_lag(months, issue_month=month) == years


def test_neighbour_share_agrees_with_a_loop(panel, features):
    frame = panel.to_frame().set_index(["country_id", "year"])
    ours = features.frame.set_index(["country_id", "year"])["neighbour_conflict_share"]
    borders = contiguity(kind="land")
    for country_id, year in ((517, 1993), (625, 2012), (92, 1980), (771, 2020), (365, 1991)):
        pairs = borders[(borders["country_id"] == country_id) & (borders["year"] == year)]
        active = [frame.loc[(other, year), "ucdp_intensity"] > 0 for other in pairs["neighbour_id"]]
        assert ours[(country_id, year)] == pytest.approx(np.mean(active), rel=2.0**-24)
    islands = features.frame[features.frame["country_id"] == 740]["neighbour_conflict_share"]  # Japan
    assert islands.isna().all()


def test_trailing_coups_agree_with_a_loop(panel, features):
    frame = panel.to_frame().set_index(["country_id", "year"])["coup_attempts"]
    ours = features.frame.set_index(["country_id", "year"])["coup_attempts_sum5"]
    for country_id, year in ((432, 2022), (145, 1980), (625, 2021)):
        assert ours[(country_id, year)] == sum(frame[(country_id, y)] for y in range(year - 4, year + 1))


def test_an_episode_is_under_way_until_three_quiet_years_have_passed(panel, features):
    """Its last year is coded with hindsight: in Libya the one episode is that of 2011 alone."""
    coded = panel.to_frame().set_index(["country_id", "year"])["mk_ongoing"]
    assert [coded[(620, year)] for year in range(2010, 2015)] == [0, 1, 0, 0, 0]
    rows = features.frame.set_index(["country_id", "year"])
    for name in ("mk_ongoing_count", "mk_state_led_ongoing"):
        assert [rows.loc[(620, year), name] for year in range(2010, 2015)] == [0, 1, 1, 1, 0]
    ended = rows["mk_ended_decay5"]
    assert ended[(620, 2013)] == 0
    assert ended[(620, 2014)] == 1


def test_wrong_names_and_months_are_refused(panel):
    with pytest.raises(
        rtop.InputError, match="1 of 2 names are not in the feature catalogue, first 'mk_evr'"
    ):
        rtop.build_features(panel, names=["mk_ever", "mk_evr"])
    with pytest.raises(rtop.InputError, match="1 to 12"):
        rtop.build_features(panel, issue_month=13)


def test_summary_counts_by_factor(features):
    assert "Conflict and instability" in features.summary()
    assert features.describe()["observed"].between(0, 1).all()


def test_noise_in_the_last_bit_reaches_no_feature(panel, features, monkeypatch):
    """Processors differ in the last bit of logarithms and powers; trees would split by it."""
    rng = np.random.default_rng(0)

    def noisy(values, *, digits):
        if digits == _build._FIGURE:  # read, not computed, as the test below holds: no processor moves it
            return settled(values, digits=digits)
        values = values * (1 + 2.0**-52 * rng.integers(-1, 2, size=values.shape))
        return settled(values + 2.0**-55 * rng.integers(-1, 2, size=values.shape), digits=digits)

    monkeypatch.setattr(_build, "settled", noisy)
    found = rtop.build_features(panel)
    moved = (found.frame != features.frame) & features.frame.notna()
    # a value in the very middle between two steps may move, one in some hundred million
    assert moved.sum().sum() <= 1


def test_a_level_is_a_figure_of_its_source_with_nothing_computed(panel, features):
    """So the last bit of it is the same on every processor, and 40 digits of it may stand."""
    held = panel.frame
    levels = [spec for spec in features.specs if spec.rounded and spec.transform == "level"]
    assert len(levels) > 20
    for spec in levels:
        figures = settled(np.unique(held[list(spec.variables)].to_numpy(dtype=float)), digits=_build._FIGURE)
        values = features.frame[spec.name].dropna().to_numpy()
        assert np.isin(values, figures).all(), spec.name
