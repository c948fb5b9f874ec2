"""Features from past and ongoing mass killing (risk factors 2, 10, 11 and 12).

That an episode is over shows only after three quiet years, by the rule of the event list (fewer than 100
civilians killed a year for three years). Its last year is coded with that hindsight. So an episode counts
as under way here until two years after its last year, as it would have been seen at the time. After the last year
that the list covers these features are missing: carried for a year they forecast worse than without them
(``benchmarks/newest_edge.py``).
"""

from __future__ import annotations

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.catalogue.make import level
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import decayed_sum, lag, spell_length, trailing_max
from rtop_forecast.world.episodes import QUIET_YEARS


def under_way(grid: Grid) -> FloatArray:
    """Episodes not yet known to be over: those coded as ongoing and those in their first quiet years."""
    quiet = [np.nan_to_num(lag(grid.known("mk_ended"), years)) for years in range(1, QUIET_YEARS)]
    count: FloatArray = grid.known("mk_ongoing") + np.sum(quiet, axis=0)
    return count


def _under_way_with(
    variable: str, label: str, *, risk_factors: tuple[int, ...], indicators: tuple[str, ...]
) -> FeatureSpec:
    """1 if an episode with the property is not yet known to be over."""
    return FeatureSpec(
        name=variable,
        label=label,
        coding="0 or 1",
        risk_factors=risk_factors,
        indicators=indicators,
        transform="largest of the last three years",
        variables=(variable,),
        sign=1,
        compute=lambda grid: trailing_max(np.minimum(grid.known(variable), 1.0), QUIET_YEARS),
    )


FEATURES = (
    FeatureSpec(
        name="mk_ongoing_count",
        label="mass-killing episodes under way",
        unit="episodes",
        risk_factors=(2, 11),
        indicators=("2.2", "11.1"),
        transform="count of episodes not yet seen to be over",
        variables=("mk_ongoing", "mk_ended"),
        sign=1,
        compute=under_way,
    ),
    _under_way_with(
        "mk_state_led_ongoing",
        "state-led mass killing under way",
        risk_factors=(12, 2),
        indicators=("12.10", "2.2"),
    ),
    _under_way_with(
        "mk_nonstate_ongoing",
        "mass killing by a non-state group under way",
        risk_factors=(2, 11),
        indicators=("2.2", "11.1"),
    ),
    _under_way_with(
        "mk_ethnic_ongoing",
        "mass killing of one ethnic group under way",
        risk_factors=(10, 2),
        indicators=("10.2", "2.2"),
    ),
    _under_way_with(
        "mk_multiethnic_ongoing",
        "mass killing of several ethnic groups under way",
        risk_factors=(10, 2),
        indicators=("10.2", "2.2"),
    ),
    FeatureSpec(
        name="mk_ongoing_years",
        label="years of unbroken mass killing",
        unit="years",
        scale="log1p",
        risk_factors=(2,),
        indicators=("2.4",),
        transform="length of the unbroken spell, log(1 + x)",
        variables=("mk_ongoing", "mk_ended"),
        sign=0,
        compute=lambda g: np.log1p(spell_length(under_way(g))),
    ),
    level(
        "mk_ever",
        "any mass killing so far, predecessors' included",
        coding="0 or 1",
        risk_factors=(2,),
        indicators=("2.2",),
        sign=1,
    ),
    FeatureSpec(
        name="mk_onsets_past",
        label="mass-killing episodes begun so far, predecessors' included",
        unit="episodes",
        scale="log1p",
        risk_factors=(2,),
        indicators=("2.2",),
        transform="running count, log(1 + x)",
        variables=("mk_begun",),
        sign=1,
        compute=lambda g: np.log1p(g.known("mk_begun")),
    ),
    FeatureSpec(
        name="mk_onsets_decay10",
        label="past mass-killing onsets, halved every ten years",
        unit="onsets",
        risk_factors=(2,),
        indicators=("2.2", "2.3"),
        transform="sum, halved every 10 years",
        variables=("mk_onsets",),
        sign=1,
        compute=lambda g: decayed_sum(g.known("mk_onsets"), 10.0),
    ),
    FeatureSpec(
        name="mk_onsets_decay3",
        label="past mass-killing onsets, halved every three years",
        unit="onsets",
        risk_factors=(2, 8),
        indicators=("2.2",),
        transform="sum, halved every 3 years",
        variables=("mk_onsets",),
        sign=1,
        compute=lambda g: decayed_sum(g.known("mk_onsets"), 3.0),
    ),
    FeatureSpec(
        name="mk_ended_decay5",
        label="mass-killing episodes that ended, halved every five years",
        unit="episodes",
        risk_factors=(2,),
        indicators=("2.7",),
        transform="sum, three years late, halved every 5 years",
        variables=("mk_ended",),
        sign=0,
        compute=lambda g: decayed_sum(lag(g.known("mk_ended"), QUIET_YEARS), 5.0),
    ),
)
