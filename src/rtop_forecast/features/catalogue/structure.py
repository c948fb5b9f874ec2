"""Features from population, infant mortality, state age and treaties (risk factors 3, 5 and 6)."""

from __future__ import annotations

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.catalogue.make import STATE_AGE, level
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import change

TREATIES = ("genocide", "iccpr", "cat", "cerd", "rome")


def _log_population(grid: Grid) -> FloatArray:
    return np.log(grid.known("population"))


def _log_mortality(grid: Grid) -> FloatArray:
    return np.log(grid.known("infant_mortality"))


def _treaty_share(grid: Grid) -> FloatArray:
    """Share of the treaties that were open to states by then; missing before the first."""
    party = np.stack([grid.known(f"treaty_{name}") for name in TREATIES])
    count = np.isfinite(party).sum(axis=0)
    total = np.nansum(party, axis=0)
    share: FloatArray = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return share


FEATURES = (
    FeatureSpec(
        name="population_log",
        label="population",
        unit="persons",
        scale="log",
        risk_factors=(5,),
        indicators=("5.3",),
        transform="log",
        variables=("population",),
        sign=1,
        compute=_log_population,
        max_age=STATE_AGE,
    ),
    FeatureSpec(
        name="infant_mortality_log",
        label="infant mortality",
        unit="deaths per 1,000 live births",
        scale="log",
        risk_factors=(3,),
        indicators=("3.10",),
        transform="log",
        variables=("infant_mortality",),
        sign=1,
        compute=_log_mortality,
        max_age=STATE_AGE,
    ),
    FeatureSpec(
        name="infant_mortality_relative",
        label="infant mortality against the world's median of the year",
        unit="log ratio",
        scale="difference of logs",
        risk_factors=(3,),
        indicators=("3.10",),
        transform="log ratio to the world's median of the year",
        variables=("infant_mortality",),
        sign=1,
        compute=lambda g: _log_mortality(g) - g.world_median(_log_mortality(g)),
        max_age=STATE_AGE,
    ),
    FeatureSpec(
        name="infant_mortality_change5",
        label="change of infant mortality in five years",
        unit="log ratio",
        scale="difference of logs",
        risk_factors=(3,),
        indicators=("3.10",),
        transform="change of the log in 5 years",
        variables=("infant_mortality",),
        sign=1,
        compute=lambda g: change(np.log(g.observed("infant_mortality")), 5),
    ),
    FeatureSpec(
        name="state_age_log",
        label="years since independence",
        unit="years",
        scale="log1p",
        risk_factors=(3,),
        indicators=("3.9",),
        transform="log(1 + x)",
        variables=(),
        sign=-1,
        compute=lambda g: np.log1p(g.state_age),
    ),
    FeatureSpec(
        name="state_new",
        label="independent for less than ten years",
        coding="0 or 1",
        risk_factors=(1, 3),
        indicators=("1.4", "3.9"),
        transform="0/1 of a threshold",
        variables=(),
        sign=1,
        compute=lambda g: np.where(np.isfinite(g.state_age), (g.state_age < 10).astype(float), np.nan),
    ),
    FeatureSpec(
        name="treaty_share",
        label="share of five human-rights and criminal-law treaties, once adopted, that bind the state",
        unit="share",
        risk_factors=(6,),
        indicators=("6.5", "6.7"),
        transform="mean of the treaties adopted by then",
        variables=tuple(f"treaty_{name}" for name in TREATIES),
        sign=-1,
        compute=_treaty_share,
    ),
    level(
        "treaty_genocide",
        "party to the Genocide Convention",
        coding="0 or 1",
        risk_factors=(6,),
        indicators=("6.5",),
        sign=-1,
    ),
    level(
        "treaty_iccpr",
        "party to the International Covenant on Civil and Political Rights",
        coding="0 or 1",
        risk_factors=(6,),
        indicators=("6.5",),
        sign=-1,
    ),
)
