"""More features from the core's conflict and one-sided violence tables: trend, memory, the world's rate."""

from __future__ import annotations

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.catalogue.history import under_way
from rtop_forecast.features.catalogue.make import changed, log_changed, log_decayed, log_peak, logged
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import change, lag, since, trailing_mean

GOVERNMENT_DEATHS, NONSTATE_DEATHS = "ucdp_osv_government_deaths", "ucdp_osv_nonstate_deaths"


def _all_deaths(grid: Grid) -> FloatArray:
    return grid.known(GOVERNMENT_DEATHS) + grid.known(NONSTATE_DEATHS)


def _years_since(grid: Grid, name: str) -> FloatArray:
    return np.log1p(since(grid.known(name)))


def _world_rate(grid: Grid) -> FloatArray:
    """Share of states with an onset, mean of ten years; the same for every state of a year."""
    onset = grid.known("mk_onset")
    count = np.isfinite(onset).sum(axis=1)
    share = np.divide(np.nansum(onset, axis=1), count, out=np.full(len(count), np.nan), where=count > 0)
    rate = trailing_mean(share[:, None], 10)
    return np.where(grid.exists, rate, np.nan)


FEATURES = (
    FeatureSpec(
        name="mk_onset_since",
        label="years since the last mass-killing onset, or since the record of the state begins",
        unit="years",
        scale="log1p",
        risk_factors=(2,),
        indicators=("2.2", "2.3"),
        transform="years since, log(1 + x)",
        variables=("mk_onset",),
        sign=-1,
        compute=lambda g: _years_since(g, "mk_onset"),
    ),
    FeatureSpec(
        name="coup_attempts_since",
        label="years since the last coup attempt, or since the record of the state begins",
        unit="years",
        scale="log1p",
        risk_factors=(1,),
        indicators=("1.4",),
        transform="years since, log(1 + x)",
        variables=("coup_attempts",),
        sign=-1,
        compute=lambda g: _years_since(g, "coup_attempts"),
    ),
    FeatureSpec(
        name="ucdp_conflict_since",
        label="years since the last armed conflict, or since the record of the state begins",
        unit="years",
        scale="log1p",
        risk_factors=(1,),
        indicators=("1.1",),
        transform="years since, log(1 + x)",
        variables=("ucdp_intensity",),
        sign=-1,
        compute=lambda g: _years_since(g, "ucdp_intensity"),
    ),
    FeatureSpec(
        name="world_mk_onset_rate10",
        label="share of the world's states with a mass-killing onset in a year, mean of ten years",
        unit="share per year",
        risk_factors=(1,),
        indicators=("1.2",),
        transform="mean of 10 years over all states",
        variables=("mk_onset",),
        sign=1,
        compute=_world_rate,
        # one value a year: too few to learn from, and the calibrator follows the world's rate already
        by_default=False,
    ),
    FeatureSpec(
        name="neighbour_osv_log",
        label="civilians killed in one-sided violence next door, mean of the logs",
        unit="deaths",
        scale="log1p",
        risk_factors=(8,),
        indicators=("8.2",),
        transform="mean over land neighbours of log(1 + x)",
        variables=(GOVERNMENT_DEATHS, NONSTATE_DEATHS),
        sign=1,
        compute=lambda g: g.neighbour_mean(np.log1p(_all_deaths(g))),
    ),
    changed(
        "ucdp_dyads",
        "armed groups fighting the government",
        years=1,
        unit="dyads",
        risk_factors=(13, 8),
        indicators=("13.1", "8.1"),
        sign=1,
    ),
    changed(
        "ucdp_conflicts",
        "armed conflicts within the state",
        years=3,
        unit="conflicts",
        risk_factors=(1,),
        indicators=("1.1",),
        sign=1,
    ),
    log_changed(
        "ucdp_battle_deaths",
        "battle-related deaths in conflict within the state",
        years=1,
        unit="log ratio of 1 + deaths",
        risk_factors=(8, 13),
        indicators=("8.1",),
        sign=1,
    ),
    log_decayed(
        "ucdp_battle_deaths",
        "battle-related deaths in conflict within the state",
        half_life=3,
        unit="deaths",
        risk_factors=(1, 13),
        indicators=("1.1",),
        sign=1,
    ),
    log_decayed(
        GOVERNMENT_DEATHS,
        "civilians killed in one-sided violence by governments",
        half_life=5,
        unit="deaths",
        risk_factors=(12,),
        indicators=("12.9", "12.10"),
        sign=1,
    ),
    log_decayed(
        NONSTATE_DEATHS,
        "civilians killed in one-sided violence by armed groups",
        half_life=5,
        unit="deaths",
        risk_factors=(11,),
        indicators=("11.1",),
        sign=1,
    ),
    log_peak(
        NONSTATE_DEATHS,
        "civilians killed in one-sided violence by armed groups",
        years=3,
        unit="deaths",
        risk_factors=(11,),
        indicators=("11.1",),
        sign=1,
    ),
    logged(
        "ucdp_osv_government_actors",
        "governments that attack civilians on the territory",
        unit="actors",
        risk_factors=(12,),
        indicators=("12.10",),
        sign=1,
    ),
    changed(
        "ucdp_osv_nonstate_actors",
        "armed groups that attack civilians",
        years=3,
        unit="actors",
        risk_factors=(11,),
        indicators=("11.2", "11.3"),
        sign=1,
    ),
    log_changed(
        GOVERNMENT_DEATHS,
        "civilians killed in one-sided violence by governments",
        years=3,
        unit="log ratio of 1 + deaths",
        risk_factors=(12, 7),
        indicators=("12.9", "7.8"),
        sign=1,
    ),
    log_changed(
        NONSTATE_DEATHS,
        "civilians killed in one-sided violence by armed groups",
        years=3,
        unit="log ratio of 1 + deaths",
        risk_factors=(11,),
        indicators=("11.2",),
        sign=1,
    ),
    FeatureSpec(
        name="ucdp_osv_trend3",
        label="one-sided violence against the mean of the three years before",
        unit="log ratio of 1 + deaths",
        scale="difference of logs",
        risk_factors=(11, 7),
        indicators=("11.2", "7.8"),
        transform="difference of log(1 + x) to the mean of the three years before",
        variables=(GOVERNMENT_DEATHS, NONSTATE_DEATHS),
        sign=1,
        compute=lambda g: _against_mean(g, 3),
    ),
    FeatureSpec(
        name="mk_ongoing_change3",
        label="mass-killing episodes under way, change in three years",
        unit="episodes",
        risk_factors=(11,),
        indicators=("11.2",),
        transform="change in 3 years",
        variables=("mk_ongoing", "mk_ended"),
        sign=1,
        compute=lambda g: change(under_way(g), 3),
    ),
)


def _against_mean(grid: Grid, years: int) -> FloatArray:
    values = np.log1p(_all_deaths(grid))
    before: FloatArray = np.mean([lag(values, step) for step in range(1, years + 1)], axis=0)
    return grid.of_one_vintage(values - before, GOVERNMENT_DEATHS, NONSTATE_DEATHS, years=years)
