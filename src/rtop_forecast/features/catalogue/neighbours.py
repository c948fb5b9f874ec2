"""Features from neighbouring states and the region (risk factors 1 and 8)."""

from __future__ import annotations

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.catalogue.history import under_way
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import decayed_sum, positive


def _neighbour_onsets(grid: Grid) -> FloatArray:
    return grid.neighbour_mean(decayed_sum(grid.known("mk_onsets"), 3.0))


FEATURES = (
    FeatureSpec(
        name="neighbour_conflict_share",
        label="share of neighbours with armed conflict",
        unit="share",
        risk_factors=(1,),
        indicators=("1.2",),
        transform="mean over land neighbours",
        variables=("ucdp_intensity",),
        sign=1,
        compute=lambda g: g.neighbour_mean(positive(g.known("ucdp_intensity"))),
    ),
    FeatureSpec(
        name="neighbour_mk_share",
        label="share of neighbours with mass killing under way",
        unit="share",
        risk_factors=(1, 8),
        indicators=("1.2", "8.2"),
        transform="mean over land neighbours",
        variables=("mk_ongoing", "mk_ended"),
        sign=1,
        compute=lambda g: g.neighbour_mean(positive(under_way(g))),
    ),
    FeatureSpec(
        name="neighbour_mk_onsets_decay3",
        label="recent mass-killing onsets next door, halved every three years",
        unit="onsets per neighbour",
        risk_factors=(8,),
        indicators=("8.2",),
        transform="mean over land neighbours of the sum halved every 3 years",
        variables=("mk_onsets",),
        sign=1,
        compute=_neighbour_onsets,
    ),
    FeatureSpec(
        name="region_mk_share",
        label="share of the region's other states with mass killing under way",
        unit="share",
        risk_factors=(1,),
        indicators=("1.2",),
        transform="mean over the other states of the UN subregion",
        variables=("mk_ongoing", "mk_ended"),
        sign=1,
        compute=lambda g: g.region_mean(positive(under_way(g))),
    ),
    FeatureSpec(
        name="region_coups_decay5",
        label="coup attempts in the region's other states, halved every five years",
        unit="attempts per state",
        risk_factors=(1,),
        indicators=("1.2",),
        transform="mean over the other states of the UN subregion of the sum halved every 5 years",
        variables=("coup_attempts",),
        sign=1,
        compute=lambda g: g.region_mean(decayed_sum(g.known("coup_attempts"), 5.0)),
    ),
)
