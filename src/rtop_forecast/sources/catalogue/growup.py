"""GROWup: Ethnic Power Relations added up by country and year."""

from __future__ import annotations

from rtop_forecast.sources.reading.spec import Column, CountryYears

__all__ = ["SOURCE"]

_SHARES = (
    "egippop", "legippop", "exclpop", "lexclpop", "discrimpop", "ldiscrimpop", "maxexclpop", "lmaxexclpop",
    "regautpop", "regautexclpop", "regautegippop",
)  # fmt: skip
_COUNTS = (
    "egip_groups_count", "excl_groups_count", "regaut_groups_count", "rlvt_groups_count", "actv_groups_count",
)  # fmt: skip

SOURCE = CountryYears(
    dataset="growup",
    title="the GROWup country-year export",
    description="""
        File: the platform's country-year export as CSV.

        - Shares of the population, 0 to 1: `egippop` groups with access to power, `exclpop` excluded, `discrimpop`
          discriminated, `maxexclpop` the largest excluded group, `regautpop` regional autonomy (`regautexclpop` of
          the excluded, `regautegippop` of those with access to power).
        - The same with `l` in front, as `lexclpop`: shares of the ethnically relevant population.
        - Numbers of groups: `egip_groups_count`, `excl_groups_count`, `regaut_groups_count`, `rlvt_groups_count`,
          `actv_groups_count`.

        Years after the last are missing, not carried forward. The platform follows the releases of EPR.
    """,
    marks=frozenset({"countries_gwid", "exclpop", "egippop"}),
    columns={name: Column(name, (0, 1)) for name in _SHARES}
    | {name: Column(name, (0, 200)) for name in _COUNTS},
    codes=(("countries_gwid", "gw"),),
)
