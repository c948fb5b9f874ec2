"""Features from V-Dem's ratings in the core tables (risk factors 1, 2, 4, 6, 7, 9 and 12)."""

from __future__ import annotations

from functools import partial

from rtop_forecast.features.catalogue.make import STATE_AGE, changed, level
from rtop_forecast.features.spec import FeatureSpec

_shift = partial(changed, risk_factors=(7,), sign=-1)

FEATURES = (
    level(
        "vdem_v2clkill_ord_is_0",
        "political killings approved by top leaders or common",
        coding="0 or 1",
        risk_factors=(12, 2),
        indicators=("12.8", "2.1"),
        sign=1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2clsocgrp_ord_is_0",
        "civil liberties far weaker for some social groups",
        coding="0 or 1",
        risk_factors=(9,),
        indicators=("9.1",),
        sign=1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2clrelig_ord",
        "freedom of religion",
        unit="on a scale of 0-4 (4 is free)",
        risk_factors=(9,),
        indicators=("9.1",),
        sign=-1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2pepwrsoc_ord",
        "political power shared by social groups",
        unit="on a scale of 0-4 (4 is even)",
        risk_factors=(4, 9),
        indicators=("4.2", "9.4"),
        sign=-1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2csreprss_ord",
        "civil society free of repression",
        unit="on a scale of 0-4 (4 is free)",
        risk_factors=(6, 7),
        indicators=("6.2", "7.7"),
        sign=-1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2xcl_disc",
        "freedom of discussion",
        coding="index 0-1",
        risk_factors=(6, 7),
        indicators=("6.2", "7.6"),
        sign=-1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2mecenefm_ord",
        "media free of government censorship",
        unit="on an ordinal scale (high is free)",
        risk_factors=(6, 7),
        indicators=("6.2", "7.6"),
        sign=-1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2psparban_ord",
        "parties free of bans",
        unit="on a scale of 0-4 (4 is none banned)",
        risk_factors=(7,),
        indicators=("7.2",),
        sign=-1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2jureform_ord",
        "reform of the judiciary",
        unit="on a scale of 0-2 (0 is weakened, 1 unchanged, 2 strengthened)",
        risk_factors=(7,),
        indicators=("7.2",),
        sign=-1,
        max_age=STATE_AGE,
    ),
    level(
        "vdem_v2x_polyarchy",
        "electoral democracy",
        coding="index 0-1",
        risk_factors=(6,),
        indicators=("6.2",),
        sign=0,
        max_age=STATE_AGE,
    ),
    FeatureSpec(
        name="vdem_v2x_polyarchy_extreme",
        label="squared distance of electoral democracy from the middle of its scale (0 is semi-democracy)",
        unit="squared index points",
        risk_factors=(1,),
        indicators=("1.6",),
        transform="squared distance from .5",
        variables=("vdem_v2x_polyarchy",),
        sign=-1,
        compute=lambda g: (g.known("vdem_v2x_polyarchy") - 0.5) ** 2,
        max_age=STATE_AGE,
    ),
    _shift("vdem_v2x_polyarchy", "electoral democracy", years=1, coding="index points", indicators=("7.2",)),
    _shift("vdem_v2x_polyarchy", "electoral democracy", years=5, coding="index points", indicators=("7.2",)),
    _shift(
        "vdem_v2csreprss_ord", "freedom of civil society", years=3, unit="ordinal steps", indicators=("7.7",)
    ),
    _shift("vdem_v2xcl_disc", "freedom of discussion", years=3, coding="index points", indicators=("7.6",)),
)
