"""Features from UCDP's Country-Year Dataset on Organized Violence: civilians, dyads, low and high estimates.

UCDP counts deaths where they happened. Its estimates stand as published: in release 25.1 the low estimate of
state-based deaths exceeds the high one for Armenia in 2022 and Russia in 2024.

No feature here is taken by default (``by_default=False``): the features and
settings of the default model stay as they are. Name them in :func:`~rtop_forecast.features.build.build_features`.
"""

from __future__ import annotations

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.catalogue.make import logged
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec

PREFIX = "ucdp_organizedviolence_"
DEATHS, CIVILIANS = f"{PREFIX}deaths", f"{PREFIX}civilian_deaths"


def _civilian_share(grid: Grid) -> FloatArray:
    """Share of civilians in all deaths; missing where the best estimate is zero."""
    deaths = grid.known(DEATHS)
    share: FloatArray = np.full(deaths.shape, np.nan)
    np.divide(grid.known(CIVILIANS), deaths, out=share, where=deaths > 0)
    return share


def _bounds(
    variable: str, label: str, *, risk_factors: tuple[int, ...], indicators: tuple[str, ...]
) -> tuple[FeatureSpec, ...]:
    """log(1 + x) of UCDP's low and of its high estimate of deaths."""
    return tuple(
        logged(
            f"{PREFIX}{variable}_{bound}",
            f"{label} on the territory, {bound} estimate",
            unit="deaths",
            risk_factors=risk_factors,
            indicators=indicators,
            sign=1,
            by_default=False,
        )
        for bound in ("low", "high")
    )


FEATURES = (
    FeatureSpec(
        name=f"{PREFIX}civilian_share",
        label="civilians among those killed in organized violence on the territory",
        unit="share of the deaths",
        risk_factors=(11, 13),
        indicators=("11.1",),
        transform="civilian deaths / deaths, missing where there are none",
        variables=(CIVILIANS, DEATHS),
        sign=1,
        compute=_civilian_share,
        by_default=False,
    ),
    logged(
        f"{PREFIX}statebased_dyads",
        "pairs of parties, one or both a state, that fought with deaths on the territory",
        unit="dyads",
        risk_factors=(13, 5),
        indicators=("13.1", "5.5"),
        sign=1,
        by_default=False,
    ),
    logged(
        f"{PREFIX}nonstate_dyads",
        "pairs of armed groups that fought each other with deaths on the territory",
        unit="dyads",
        risk_factors=(13,),
        indicators=("13.1",),
        sign=1,
        by_default=False,
    ),
    logged(
        f"{PREFIX}onesided_dyads",
        "governments and armed groups that killed civilians on the territory",
        unit="actors",
        risk_factors=(11, 5),
        indicators=("11.1", "5.5"),
        sign=1,
        by_default=False,
    ),
    *_bounds("deaths", "deaths in organized violence", risk_factors=(1, 13), indicators=("1.1",)),
    *_bounds(
        "statebased_deaths", "deaths in state-based conflict", risk_factors=(1, 13), indicators=("1.1",)
    ),
    *_bounds(
        "nonstate_deaths",
        "deaths in conflicts between armed groups",
        risk_factors=(13, 1),
        indicators=("13.1", "1.1"),
    ),
    *_bounds(
        "onesided_deaths", "civilians killed in one-sided violence", risk_factors=(11,), indicators=("11.1",)
    ),
    *_bounds(
        "onesided_by_governments",
        "civilians killed in one-sided violence by governments",
        risk_factors=(12, 11),
        indicators=("12.9", "11.1"),
    ),
    *_bounds(
        "onesided_by_groups",
        "civilians killed in one-sided violence by armed groups",
        risk_factors=(11,),
        indicators=("11.1",),
    ),
)
