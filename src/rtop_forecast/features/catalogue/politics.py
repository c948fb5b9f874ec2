"""Features from elections, leaders and protest (risk factors 1, 5 and 8)."""

from __future__ import annotations

from rtop_forecast.features.catalogue.make import FLOW_AGE, level, logged

FEATURES = (
    logged(
        "reign_elections_elections",
        "national elections in the year, referendums not counted",
        unit="elections",
        risk_factors=(8,),
        indicators=("8.8",),
        sign=0,
    ),
    logged(
        "reign_elections_irregular",
        "national elections outside the regular calendar",
        unit="elections",
        risk_factors=(8,),
        indicators=("8.8", "8.4"),
        sign=1,
    ),
    logged(
        "reign_elections_postponed",
        "elections postponed",
        unit="elections",
        risk_factors=(8,),
        indicators=("8.8",),
        sign=1,
    ),
    logged(
        "reign_leaders_changes",
        "changes of leader in the year",
        unit="changes",
        risk_factors=(8,),
        indicators=("8.4",),
        sign=1,
        max_age=FLOW_AGE,
    ),
    logged(
        "reign_leaders_tenure",
        "years in office of the leader",
        unit="years",
        risk_factors=(8,),
        indicators=(),
        sign=0,
        max_age=FLOW_AGE,
    ),
    level(
        "reign_leaders_military",
        "leader with a military career",
        coding="0 or 1",
        risk_factors=(5,),
        indicators=("5.1",),
        sign=1,
        max_age=FLOW_AGE,
    ),
    logged(
        "mass_mobilization_protests",
        "protests against the government",
        unit="protests",
        risk_factors=(1, 8),
        indicators=("1.10",),
        sign=1,
        max_age=FLOW_AGE,
    ),
    logged(
        "mass_mobilization_violent_protests",
        "violent protests against the government",
        unit="protests",
        risk_factors=(1,),
        indicators=("1.10",),
        sign=1,
        max_age=FLOW_AGE,
    ),
    logged(
        "mass_mobilization_killings",
        "protests that the state answered with killings",
        unit="protests",
        risk_factors=(8, 11),
        indicators=("8.5", "11.1"),
        sign=1,
        max_age=FLOW_AGE,
    ),
)
