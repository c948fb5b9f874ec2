"""Features from armed conflict, coups and one-sided violence (risk factors 1, 8, 11, 12 and 13)."""

from __future__ import annotations

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.catalogue.make import level, logged
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import change, decayed_sum, lag, positive, spell_length, trailing_sum

GOVERNMENT_DEATHS = "ucdp_osv_government_deaths"
NONSTATE_DEATHS = "ucdp_osv_nonstate_deaths"


def _active(grid: Grid) -> FloatArray:
    return positive(grid.known("ucdp_intensity"))


def _new_conflict(grid: Grid) -> FloatArray:
    """1 in a year of conflict after three quiet years; missing where those years are not known to have been quiet."""
    active = _active(grid)
    before = [lag(active, years) for years in range(1, 4)]
    fought = np.fmax.reduce(before) == 1
    unknown = np.isnan(before).any(axis=0) & ~fought
    return np.where(np.isnan(active) | ((active == 1) & unknown), np.nan, active * ~fought)


def _log_deaths(grid: Grid, name: str) -> FloatArray:
    return np.log1p(grid.known(name))


def _any_government_attack(grid: Grid) -> FloatArray:
    return positive(grid.known(GOVERNMENT_DEATHS))


def _change_of_one_sided(grid: Grid) -> FloatArray:
    deaths = np.log1p(grid.known(GOVERNMENT_DEATHS) + grid.known(NONSTATE_DEATHS))
    return grid.of_one_vintage(change(deaths, 1), GOVERNMENT_DEATHS, NONSTATE_DEATHS, years=1)


FEATURES = (
    level(
        "ucdp_intensity",
        "armed conflict within the state (0 none, 1 minor, 2 war)",
        unit="UCDP intensity level",
        risk_factors=(1,),
        indicators=("1.1",),
        sign=1,
    ),
    level(
        "ucdp_conflicts",
        "armed conflicts within the state",
        unit="conflicts",
        risk_factors=(1,),
        indicators=("1.1",),
        sign=1,
    ),
    level(
        "ucdp_government",
        "armed conflict over the government",
        name="ucdp_government_conflict",
        coding="0 or 1",
        risk_factors=(1,),
        indicators=("1.1", "1.5"),
        sign=1,
    ),
    level(
        "ucdp_territory",
        "armed conflict over territory",
        name="ucdp_territory_conflict",
        coding="0 or 1",
        risk_factors=(1, 9),
        indicators=("1.1", "9.4"),
        sign=1,
    ),
    level(
        "ucdp_interstate",
        "armed conflict with another state, minor or war",
        coding="0 or 1",
        risk_factors=(1,),
        indicators=("1.1",),
        sign=0,
    ),
    FeatureSpec(
        name="ucdp_conflict_decay5",
        label="years of armed conflict, halved every five years",
        unit="years",
        risk_factors=(1,),
        indicators=("1.1",),
        transform="0/1, sum halved every 5 years",
        variables=("ucdp_intensity",),
        sign=1,
        compute=lambda g: decayed_sum(_active(g), 5.0),
    ),
    FeatureSpec(
        name="ucdp_war_decay10",
        label="years of war, halved every ten years",
        unit="years",
        risk_factors=(1,),
        indicators=("1.1",),
        transform="0/1, sum halved every 10 years",
        variables=("ucdp_wars",),
        sign=1,
        compute=lambda g: decayed_sum(positive(g.known("ucdp_wars")), 10.0),
    ),
    FeatureSpec(
        name="ucdp_conflict_years",
        label="years of unbroken armed conflict",
        unit="years",
        scale="log1p",
        risk_factors=(1,),
        indicators=("1.1",),
        transform="length of the unbroken spell, log(1 + x)",
        variables=("ucdp_intensity",),
        sign=0,
        compute=lambda g: np.log1p(spell_length(_active(g))),
    ),
    FeatureSpec(
        name="ucdp_conflict_new",
        label="armed conflict after three quiet years",
        coding="0 or 1",
        risk_factors=(1, 8),
        indicators=("1.1", "8.1"),
        transform="active now, not in the three years before",
        variables=("ucdp_intensity",),
        sign=1,
        compute=_new_conflict,
    ),
    FeatureSpec(
        name="ucdp_intensity_change1",
        label="change of conflict intensity in a year",
        unit="UCDP intensity levels",
        risk_factors=(1, 8),
        indicators=("1.1", "8.1"),
        transform="change in 1 year",
        variables=("ucdp_intensity",),
        sign=1,
        compute=lambda g: g.of_one_vintage(change(g.known("ucdp_intensity"), 1), "ucdp_intensity", years=1),
    ),
    logged(
        "ucdp_battle_deaths",
        "battle-related deaths in conflict within the state",
        name="ucdp_battle_deaths_log",
        unit="deaths",
        risk_factors=(1, 13),
        indicators=("1.1",),
        sign=1,
    ),
    logged(
        "ucdp_interstate_deaths",
        "battle-related deaths in conflict between states over the state or its territory",
        unit="deaths",
        risk_factors=(1, 13),
        indicators=("1.1",),
        sign=1,
    ),
    level(
        "ucdp_dyads",
        "armed groups fighting the government",
        unit="dyads",
        risk_factors=(13, 5),
        indicators=("13.1", "5.5"),
        sign=1,
    ),
    logged(
        GOVERNMENT_DEATHS,
        "civilians killed in one-sided violence by governments",
        name="ucdp_osv_government_log",
        unit="deaths",
        risk_factors=(12, 11),
        indicators=("12.9", "11.1"),
        sign=1,
    ),
    FeatureSpec(
        name="ucdp_osv_government_decay3",
        label="years with one-sided violence by governments, halved every three years",
        unit="years",
        risk_factors=(12,),
        indicators=("12.9", "12.10"),
        transform="0/1, sum halved every 3 years",
        variables=(GOVERNMENT_DEATHS,),
        sign=1,
        compute=lambda g: decayed_sum(_any_government_attack(g), 3.0),
    ),
    logged(
        NONSTATE_DEATHS,
        "civilians killed in one-sided violence by armed groups",
        name="ucdp_osv_nonstate_log",
        unit="deaths",
        risk_factors=(11,),
        indicators=("11.1",),
        sign=1,
    ),
    FeatureSpec(
        name="ucdp_osv_change1",
        label="change of one-sided violence in a year",
        unit="log ratio of 1 + deaths",
        scale="difference of logs",
        risk_factors=(11, 8),
        indicators=("11.2",),
        transform="change of log(1 + x) in 1 year",
        variables=(GOVERNMENT_DEATHS, NONSTATE_DEATHS),
        sign=1,
        compute=_change_of_one_sided,
    ),
    level(
        "ucdp_osv_nonstate_actors",
        "armed groups that attack civilians",
        name="ucdp_osv_actors",
        unit="actors",
        risk_factors=(11, 5),
        indicators=("11.1", "5.5"),
        sign=1,
    ),
    level(
        "coup_attempts",
        "coup attempts in the year",
        name="coup_attempts_last",
        unit="attempts",
        risk_factors=(8, 1),
        indicators=("8.4", "1.4"),
        sign=1,
    ),
    FeatureSpec(
        name="coup_attempts_sum5",
        label="coup attempts in five years",
        unit="attempts",
        risk_factors=(1, 8),
        indicators=("1.4",),
        transform="sum of 5 years",
        variables=("coup_attempts",),
        sign=1,
        compute=lambda g: trailing_sum(g.known("coup_attempts"), 5),
    ),
    FeatureSpec(
        name="coup_attempts_decay10",
        label="coup attempts, halved every ten years",
        unit="attempts",
        risk_factors=(1,),
        indicators=("1.4",),
        transform="sum, halved every 10 years",
        variables=("coup_attempts",),
        sign=1,
        compute=lambda g: decayed_sum(g.known("coup_attempts"), 10.0),
    ),
)
