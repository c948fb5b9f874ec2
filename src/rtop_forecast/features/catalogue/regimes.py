"""Movements of the regime, as each year's data showed them: risk factor 7 of the UN Framework.

No feature here is taken by default: no rule has judged them yet on windows closed by 1991.
"""

from __future__ import annotations

from rtop_forecast.features.catalogue.make import STATE_AGE, decayed, level

FEATURES = (
    level(
        "ert_autocratization",
        "autocratization under way",
        coding="0 or 1",
        risk_factors=(7,),
        indicators=("7.2",),
        sign=1,
        max_age=STATE_AGE,
        by_default=False,
    ),
    level(
        "ert_decline",
        "fall of electoral democracy under way",
        coding="index points",
        risk_factors=(7,),
        indicators=("7.2",),
        sign=1,
        max_age=STATE_AGE,
        by_default=False,
    ),
    level(
        "ert_democratization",
        "democratization under way",
        coding="0 or 1",
        risk_factors=(7,),
        indicators=("7.2",),
        sign=0,
        max_age=STATE_AGE,
        by_default=False,
    ),
    decayed(
        "ert_to_autocracy",
        "change from democracy to autocracy",
        half_life=5,
        by_default=False,
        unit="years",
        risk_factors=(7,),
        indicators=("7.2",),
        sign=1,
    ),
)
