"""Feature specifications of the usual kinds: levels, logs, changes, decayed sums of one variable.

Only levels are carried forward, each up to its longest age. What spans several years is computed from observed values
alone and is missing where the newest year is not observed: a change over carried values would be of another interval
than its name says, and past the end of a source's coverage a count would fade to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import change, decayed_sum, positive, trailing_max, trailing_mean

Transform = Callable[[FloatArray], FloatArray]

# Longest age of a level: the years after which it says too little about the row's own year.
FLOW_AGE = 3  # what happened in a year, and ratings of conduct in a year: counts, terror, elections, growth
STATE_AGE = 5  # ratings of institutions, and of the economy: rule of law, income, trade, military spending
STRUCTURE_AGE = 15  # what changes over decades: ethnic groups, their power and their number


def level(variable: str, label: str, **entry: Any) -> FeatureSpec:
    """Value of the variable as it is."""
    return _level(variable, label, transform="level", suffix="", of=_same, entry=entry)


def logged(variable: str, label: str, **entry: Any) -> FeatureSpec:
    """log(1 + x) of a count or stock."""
    entry["scale"] = "log1p"
    return _level(variable, label, transform="log(1 + x)", suffix="_log", of=np.log1p, entry=entry)


def changed(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """Difference to the value of some years earlier; missing unless both years are observed."""
    words = f"change in {_years(years)}"
    return _spanning(
        variable,
        f"{label}, {words}",
        transform=words,
        suffix=f"_change{years}",
        of=partial(change, years=years),
        entry=entry,
    )


def log_changed(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """Difference of log(1 + x) to the value of some years earlier; missing unless both years are observed."""
    entry["scale"] = "difference of logs"
    return _spanning(
        variable,
        f"{label}, change in {_years(years)}",
        transform=f"change of log(1 + x) in {_years(years)}",
        suffix=f"_change{years}",
        of=lambda values: change(np.log1p(values), years),
        entry=entry,
    )


def averaged(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """Mean of the observed values of the last years, this one included."""
    words = f"mean of {_years(years)}"
    return _spanning(
        variable,
        f"{label}, {words}",
        transform=words,
        suffix=f"_mean{years}",
        of=partial(trailing_mean, years=years),
        entry=entry,
    )


def log_peak(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """log(1 + x) of the largest of the last years."""
    entry["scale"] = "log1p"
    words = f"largest of {_years(years)}"
    return _spanning(
        variable,
        f"{label}, {words}",
        transform=f"log(1 + {words})",
        suffix=f"_peak{years}",
        of=lambda values: np.log1p(trailing_max(values, years)),
        entry=entry,
    )


def decayed(variable: str, label: str, *, half_life: int, **entry: Any) -> FeatureSpec:
    """Years in which the variable was positive, each halved every ``half_life`` years."""
    words = f"halved every {_years(half_life)}"
    return _spanning(
        variable,
        f"{label}, years with any, {words}",
        transform=f"0/1, sum {words}",
        suffix=f"_decay{half_life}",
        of=lambda values: decayed_sum(positive(values), float(half_life)),
        entry=entry,
    )


def log_decayed(variable: str, label: str, *, half_life: int, **entry: Any) -> FeatureSpec:
    """log(1 + x) of the sum of all years' counts, each halved every ``half_life`` years."""
    entry["scale"] = "log1p"
    words = f"halved every {_years(half_life)}"
    return _spanning(
        variable,
        f"{label}, {words}",
        transform=f"log(1 + sum {words})",
        suffix=f"_logdecay{half_life}",
        of=lambda values: np.log1p(decayed_sum(values, float(half_life))),
        entry=entry,
    )


def per_head(variable: str, label: str, **entry: Any) -> FeatureSpec:
    """log(1 + persons per 100,000 inhabitants)."""
    return per_head_of(variable, label, variables=(variable,), count=partial(_known, name=variable), **entry)


def per_head_of(
    name: str, label: str, *, variables: tuple[str, ...], count: Callable[[Grid], FloatArray], **entry: Any
) -> FeatureSpec:
    """log(1 + persons per 100,000 inhabitants) of a count made of several variables."""
    return FeatureSpec(
        name=f"{name}_per_head",
        label=f"{label} per 100,000 inhabitants",
        unit="persons per 100,000",
        scale="log1p",
        transform="log(1 + x per 100,000 inhabitants)",
        variables=(*variables, "population"),
        compute=lambda grid: np.log1p(1e5 * count(grid) / grid.known("population")),
        **entry,
    )


def _level(
    variable: str, label: str, *, transform: str, suffix: str, of: Transform, entry: dict[str, Any]
) -> FeatureSpec:
    return FeatureSpec(
        name=entry.pop("name", f"{variable}{suffix}"),
        label=label,
        transform=transform,
        variables=(variable,),
        compute=_OfVariable(variable, of),
        **entry,
    )


def _spanning(
    variable: str, label: str, *, transform: str, suffix: str, of: Transform, entry: dict[str, Any]
) -> FeatureSpec:
    return FeatureSpec(
        name=entry.pop("name", f"{variable}{suffix}"),
        label=label,
        transform=transform,
        variables=(variable,),
        compute=partial(_where_observed, variable=variable, of=of),
        **entry,
    )


@dataclass(frozen=True, slots=True)
class _OfVariable:
    """Transform of what was known of a variable; unlike a lambda it compares and pickles."""

    variable: str
    of: Transform

    def __call__(self, grid: Grid) -> FloatArray:
        return self.of(grid.known(self.variable))


def _where_observed(grid: Grid, *, variable: str, of: Transform) -> FloatArray:
    values = grid.observed(variable)
    return np.where(np.isfinite(values), of(values), np.nan)


def _known(grid: Grid, *, name: str) -> FloatArray:
    return grid.known(name)


def _same(values: FloatArray) -> FloatArray:
    return values


def _years(count: int) -> str:
    return f"{count} year{'s' if count > 1 else ''}"
