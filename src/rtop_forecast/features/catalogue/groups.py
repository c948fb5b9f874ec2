"""Features from ethnic power relations and fractionalisation (risk factors 4, 7 and 9)."""

from __future__ import annotations

from rtop_forecast.features.catalogue.make import changed, level, logged

FEATURES = (
    level(
        "epr_excluded",
        "population of ethnic groups excluded from executive power",
        unit="share of the population",
        risk_factors=(4, 9),
        indicators=("4.2", "9.4"),
        sign=1,
    ),
    level(
        "epr_discriminated",
        "population of ethnic groups discriminated against by the state",
        unit="share of the population",
        risk_factors=(9,),
        indicators=("9.1",),
        sign=1,
    ),
    level(
        "epr_largest_excluded",
        "largest ethnic group excluded from executive power",
        unit="share of the population",
        risk_factors=(4, 9),
        indicators=("4.2", "9.4"),
        sign=1,
    ),
    level(
        "epr_dominant",
        "population of an ethnic group that rules alone",
        unit="share of the population",
        risk_factors=(4,),
        indicators=("4.1", "4.2"),
        sign=1,
    ),
    level(
        "epr_downgraded_5y",
        "population of ethnic groups that lost power within five years",
        unit="share of the population",
        risk_factors=(7, 8),
        indicators=("8.4",),
        sign=1,
    ),
    logged(
        "epr_excluded_groups",
        "ethnic groups excluded from executive power",
        unit="groups",
        risk_factors=(9,),
        indicators=("9.4",),
        sign=1,
    ),
    logged(
        "epr_relevant_groups",
        "politically relevant ethnic groups",
        unit="groups",
        risk_factors=(9,),
        indicators=("9.4",),
        sign=1,
    ),
    level(
        "epr_fractionalization",
        "ethnic fractionalisation of the relevant groups",
        coding="index 0-1",
        risk_factors=(9,),
        indicators=("9.4",),
        sign=0,
    ),
    changed(
        "epr_excluded",
        "population excluded from executive power",
        years=5,
        unit="share of the population",
        risk_factors=(7,),
        indicators=("7.2",),
        sign=1,
    ),
    level(
        "hief_efindex",
        "historical index of ethnic fractionalisation",
        coding="index 0-1",
        risk_factors=(9,),
        indicators=("9.4",),
        sign=0,
    ),
)
