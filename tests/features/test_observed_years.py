"""What spans several years is made of observed years alone; levels are carried up to a longest age."""

from __future__ import annotations

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE
from rtop_forecast.features.catalogue.make import FLOW_AGE, STATE_AGE, STRUCTURE_AGE

SPANNING = ("change", "mean of", "halved", "largest of", "difference of", "sum of", "unbroken", "years since")
LAW = "treaty_"  # a deposit holds until it is withdrawn


def held_names(panel):
    """The whole catalogue but Episodes of Regime Transformation, which the folder does not hold."""
    names = [spec.name for spec in CATALOGUE if set(spec.variables) <= set(panel.variables)]
    assert {spec.name for spec in CATALOGUE if not spec.name.startswith("ert_")} == set(names)
    return names


@pytest.fixture(scope="module")
def built(full_panel):
    return rtop.build_features(full_panel, names=held_names(full_panel))


@pytest.fixture(scope="module")
def rows(built):
    return built.frame.set_index(["country_id", "year"])


def carries(spec, panel):
    return any(not panel.variables[name].zero_inside for name in spec.variables)


def test_every_level_that_is_carried_has_a_longest_age(built):
    ages = {1, FLOW_AGE, STATE_AGE, STRUCTURE_AGE}
    for spec in built.specs:
        if not carries(spec, built.panel) or any(name.startswith(LAW) for name in spec.variables):
            continue
        if not any(word in spec.transform for word in SPANNING):
            assert spec.max_age in ages, spec.name
            assert built.ages[spec.name].max() < spec.max_age, spec.name


def test_what_spans_years_is_missing_where_the_newest_is_not_observed(built):
    panel = built.panel.to_frame()
    for spec in built.specs:
        if not spec.transform.startswith(("change", "mean of")) or len(spec.variables) != 1:
            continue
        variable = built.panel.variables[spec.variables[0]]
        lag = int(built.ages[spec.name].min())
        observed = panel.groupby("country_id")[variable.name].shift(lag).notna()
        assert not (built.frame[spec.name].notna() & ~observed).any(), spec.name


def test_no_change_is_zero_for_every_state_because_a_source_has_ended(built):
    """V-Dem 12 ends in 2021: its changes of 2022 and 2023 were 0 for all states."""
    for name in (spec.name for spec in built.specs if "_change" in spec.name):
        by_year = built.frame.groupby("year")[name]
        still = (by_year.agg(lambda values: values.abs().max()) == 0) & (by_year.count() > 100)
        assert not still.any(), (name, still[still].index.tolist())


def test_changes_over_a_gap_are_missing(rows):
    """SIPRI has no figure of Iraq from 1991 to 2003: a change to 2004 was one against years of the 1980s."""
    assert rows.loc[[(645, year) for year in (2004, 2005, 2006)], "sipri_constant_usd_change3"].isna().all()
    # Freedom House has no edition of 1981
    assert rows.loc[(2, 1984), "freedom_house_cl_change3"] != rows.loc[(2, 1984), "freedom_house_cl_change3"]


def test_an_election_rating_stands_in_years_of_elections_alone(rows):
    """Denmark elected its parliament in 2011, 2015 and 2019; Saudi Arabia has held no national election."""
    rated = [year for year in range(2008, 2022) if np.isfinite(rows.loc[(390, year), "vdem_v2elintim"])]
    assert rated == [2011, 2015, 2019]
    assert rows.xs(670, level="country_id")["vdem_v2elintim"].isna().all()


def test_conflict_is_new_only_after_years_known_to_be_quiet(rows):
    """Bosnia's war began with the state in 1992; Syria had been quiet before 2011; 1946 is the first year of all."""
    assert np.isnan(rows.loc[(346, 1992), "ucdp_conflict_new"])
    assert rows.loc[(652, 2011), "ucdp_conflict_new"] == 1
    assert rows.loc[(652, 2012), "ucdp_conflict_new"] == 0
    assert not (rows.xs(1946, level="year")["ucdp_conflict_new"] == 1).any()


def test_a_trend_against_three_years_needs_three(rows):
    assert rows.loc[rows.index.get_level_values("year") < 1992, "ucdp_osv_trend3"].isna().all()
    assert np.isfinite(rows.loc[(517, 1994), "ucdp_osv_trend3"])


def test_the_displaced_are_the_larger_of_two_figures(built, rows):
    """UNHCR has 0 of India and Turkey, where IDMC counts hundreds of thousands."""
    panel = built.panel.to_frame().set_index(["country_id", "year"])
    for key in ((750, 2015), (640, 2015), (652, 2015)):
        count = panel.loc[key, ["unhcr_idps", "idmc_stock"]].max()
        share = np.log1p(1e5 * count / panel.loc[key, "population"])
        assert rows.loc[key, "displaced_per_head"] == pytest.approx(share, rel=2.0**-22)
    assert rows.loc[(750, 2015), "displaced_per_head"] > rows.loc[(750, 2015), "unhcr_idps_per_head"]


def test_deaths_between_states_have_a_feature(rows):
    """UCDP places Russia's war in Ukraine between states: deaths within the state are 0, between states over 50,000."""
    assert rows.loc[(369, 2024), "ucdp_battle_deaths_log"] == 0
    assert np.expm1(rows.loc[(369, 2024), "ucdp_interstate_deaths_log"]) > 50_000


def test_regions_are_equal_in_denmark_and_not_in_nigeria(rows):
    assert rows.loc[(390, 2020), "vdem_v2clrgunev_ord_is_2"] == 1
    assert rows.loc[(475, 2020), "vdem_v2clrgunev_ord_is_2"] == 0


def test_sources_are_those_of_the_variable_not_of_its_table(built):
    table = built.describe().set_index("name")["sources"]
    # the bundle's newer years go on where the folder's release ends
    assert table["ucdp_battle_deaths_log"] == "ucdp-brd-25.1, ucdp-candidate-2025"
    assert table["treaty_iccpr"] == "ohchr-2023"
    assert table["vdem_v2x_rule"] == "vdem-12, vdem-16"
    assert "powell-thyne+csp-ewp2025" in table["coup_attempts_last"]
    sources = built.sources()[built.names.index("ucdp_battle_deaths_log")]
    assert sources == "ucdp-brd-25.1+ucdp-candidate-2025"
    bundle = rtop.describe_features().set_index("name")
    assert bundle.loc["ucdp_battle_deaths_log", "sources"] == "ucdp-brd-25.1, ucdp-candidate-2025"
    assert bundle.loc["population_log", "publication_lag_months"] == 6
