"""Features from governance and human-rights ratings by V-Dem (risk factors 2, 4, 6, 7 and 9)."""

from __future__ import annotations

from functools import partial

from rtop_forecast.features._grid import Grid
from rtop_forecast.features._spec import FeatureSpec
from rtop_forecast.features._transforms import FloatArray, change


def _level(grid: Grid, *, name: str) -> FloatArray:
    return grid.known(name)


def _change(grid: Grid, *, name: str, years: int) -> FloatArray:
    return change(grid.known(name), years)


def _rating(name: str, label: str, *, unit: str, risk_factors: tuple[int, ...], sign: int) -> FeatureSpec:
    return FeatureSpec(
        name=name,
        label=label,
        unit=unit,
        risk_factors=risk_factors,
        variables=(name,),
        sign=sign,
        compute=partial(_level, name=name),
    )


def _shift(name: str, label: str, *, years: int, unit: str, sign: int) -> FeatureSpec:
    return FeatureSpec(
        name=f"{name}_change{years}",
        label=f"{label}, change in {years} year{'s' if years > 1 else ''}",
        unit=unit,
        risk_factors=(7,),
        variables=(name,),
        sign=sign,
        compute=partial(_change, name=name, years=years),
    )


FEATURES = (
    _rating(
        "vdem_v2clkill_ord_is_0",
        "political killings approved by top leaders or common",
        unit="0 or 1",
        risk_factors=(12, 2),
        sign=1,
    ),
    _rating(
        "vdem_v2clsocgrp_ord_is_0",
        "civil liberties far weaker for some social groups",
        unit="0 or 1",
        risk_factors=(9,),
        sign=1,
    ),
    _rating("vdem_v2clrelig_ord", "freedom of religion", unit="0-4, 4 is free", risk_factors=(9,), sign=-1),
    _rating(
        "vdem_v2pepwrsoc_ord",
        "political power shared by social groups",
        unit="0-4, 4 is even",
        risk_factors=(4, 9),
        sign=-1,
    ),
    _rating(
        "vdem_v2csreprss_ord",
        "civil society free of repression",
        unit="0-4, 4 is free",
        risk_factors=(6, 7),
        sign=-1,
    ),
    _rating("vdem_v2xcl_disc", "freedom of discussion", unit="index 0-1", risk_factors=(6, 7), sign=-1),
    _rating(
        "vdem_v2mecenefm_ord",
        "media free of government censorship",
        unit="ordinal, high is free",
        risk_factors=(6, 7),
        sign=-1,
    ),
    _rating(
        "vdem_v2psparban_ord",
        "parties free of bans",
        unit="0-4, 4 is none banned",
        risk_factors=(7,),
        sign=-1,
    ),
    _rating(
        "vdem_v2jureform_ord",
        "reform of the judiciary",
        unit="0 weakened, 1 none, 2 strengthened",
        risk_factors=(7,),
        sign=-1,
    ),
    _rating("vdem_v2x_polyarchy", "electoral democracy", unit="index 0-1", risk_factors=(6,), sign=0),
    FeatureSpec(
        name="vdem_v2x_polyarchy_extreme",
        label="squared distance of electoral democracy from the middle of its scale (0 is semi-democracy)",
        unit="squared index points",
        risk_factors=(1,),
        variables=("vdem_v2x_polyarchy",),
        sign=-1,
        compute=lambda g: (g.known("vdem_v2x_polyarchy") - 0.5) ** 2,
    ),
    _shift("vdem_v2x_polyarchy", "electoral democracy", years=1, unit="index points", sign=-1),
    _shift("vdem_v2x_polyarchy", "electoral democracy", years=5, unit="index points", sign=-1),
    _shift("vdem_v2csreprss_ord", "freedom of civil society", years=3, unit="ordinal steps", sign=-1),
    _shift("vdem_v2xcl_disc", "freedom of discussion", years=3, unit="index points", sign=-1),
)
