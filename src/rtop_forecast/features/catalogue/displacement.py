"""Features from displacement and from attacks on aid workers (risk factors 1, 7, 13 and 14)."""

from __future__ import annotations

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.catalogue.make import (
    FLOW_AGE,
    decayed,
    log_changed,
    logged,
    per_head,
    per_head_of,
)
from rtop_forecast.features.grid import Grid

_DISPLACED = ("unhcr_idps", "idmc_stock")


def _sources(grid: Grid) -> tuple[FloatArray, FloatArray]:
    """Displaced by each source that has a recent figure, and the age of the figure; NaN where it has none."""
    ages = np.stack([grid.age(name) for name in _DISPLACED])
    recent = ages < FLOW_AGE
    values = np.stack([grid.known(name) for name in _DISPLACED])
    return np.where(recent, values, np.nan), np.where(recent, ages, np.nan)


def _displaced(grid: Grid) -> FloatArray:
    """Larger of the two figures: UNHCR counts those of concern to it, IDMC all displaced by conflict."""
    larger: FloatArray = np.fmax.reduce(_sources(grid)[0])
    return larger


def _age_of_displaced(grid: Grid) -> FloatArray:
    """Age of the figure that is used, the younger where both are equal."""
    values, ages = _sources(grid)
    age: FloatArray = np.fmin.reduce(np.where(values == np.fmax.reduce(values), ages, np.nan))
    return age


FEATURES = (
    per_head(
        "unhcr_refugees",
        "refugees from the state",
        risk_factors=(13, 7),
        indicators=("7.10",),
        sign=1,
        max_age=FLOW_AGE,
    ),
    log_changed(
        "unhcr_refugees",
        "refugees from the state",
        years=1,
        unit="log ratio of 1 + persons",
        risk_factors=(7, 13),
        indicators=("7.10",),
        sign=1,
    ),
    log_changed(
        "unhcr_refugees",
        "refugees from the state",
        years=5,
        unit="log ratio of 1 + persons",
        risk_factors=(7, 13),
        indicators=("7.10",),
        sign=1,
    ),
    per_head(
        "unhcr_asylum_seekers",
        "asylum seekers from the state",
        risk_factors=(13,),
        indicators=(),
        sign=1,
        max_age=FLOW_AGE,
    ),
    per_head_of(
        "displaced",
        "internally displaced by conflict, the larger of UNHCR's and IDMC's figures",
        variables=_DISPLACED,
        count=_displaced,
        age=_age_of_displaced,
        risk_factors=(13, 7),
        indicators=("7.10",),
        sign=1,
        max_age=FLOW_AGE,
    ),
    per_head(
        "unhcr_idps",
        "internally displaced persons of concern to UNHCR",
        risk_factors=(13, 7),
        indicators=("7.10",),
        sign=1,
        max_age=FLOW_AGE,
        # UNHCR has 0 where IDMC counts the displaced of states it does not work in: the feature of both stands in
        by_default=False,
    ),
    log_changed(
        "unhcr_idps",
        "internally displaced persons of concern to UNHCR",
        years=1,
        unit="log ratio of 1 + persons",
        risk_factors=(7, 13),
        indicators=("7.10",),
        sign=1,
    ),
    per_head(
        "unhcr_hosted_refugees",
        "refugees in the state",
        risk_factors=(1, 8),
        indicators=("1.3", "8.2"),
        sign=1,
        max_age=FLOW_AGE,
    ),
    logged(
        "awsd_incidents",
        "attacks on aid workers",
        unit="incidents",
        risk_factors=(14,),
        indicators=(),
        sign=1,
    ),
    logged(
        "awsd_killed",
        "aid workers killed",
        unit="persons",
        risk_factors=(14,),
        indicators=(),
        sign=1,
    ),
    logged(
        "awsd_kidnapped",
        "aid workers kidnapped",
        unit="persons",
        risk_factors=(14,),
        indicators=(),
        sign=1,
    ),
    decayed(
        "awsd_incidents",
        "attacks on aid workers",
        half_life=3,
        unit="years",
        risk_factors=(14,),
        indicators=(),
        sign=1,
    ),
    log_changed(
        "awsd_incidents",
        "attacks on aid workers",
        years=3,
        unit="log ratio of 1 + incidents",
        risk_factors=(14,),
        indicators=(),
        sign=1,
    ),
)
