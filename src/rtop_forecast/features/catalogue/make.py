"""Feature specifications of the usual kinds: levels, logs, changes, decayed sums of one variable.

A transform over several years is missing where the variable is not covered in the row's own year: past the end
of a source's coverage a count would otherwise fade to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import change, decayed_sum, positive, trailing_max, trailing_mean

Transform = Callable[[FloatArray], FloatArray]
FLOW_AGE = 3  # a year's count says little about a year more than this many years later


def level(variable: str, label: str, **entry: Any) -> FeatureSpec:
    """Value of the variable as it is."""
    return _spec(variable, label, transform="level", suffix="", of=_same, entry=entry)


def logged(variable: str, label: str, **entry: Any) -> FeatureSpec:
    """log(1 + x) of a count or stock."""
    entry["scale"] = "log1p"
    return _spec(variable, label, transform="log(1 + x)", suffix="_log", of=_log1p, entry=entry)


def changed(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """Difference to the value of some years earlier; unknown once the newer value is too old to tell."""
    entry.setdefault("max_age", FLOW_AGE)
    words = f"{label}, change in {_years(years)}"
    return _spec(
        variable,
        words,
        transform=f"change in {_years(years)}",
        suffix=f"_change{years}",
        of=partial(change, years=years),
        entry=entry,
    )


def log_changed(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """Difference of log(1 + x) to the value of some years earlier."""
    entry = {"max_age": FLOW_AGE, "scale": "difference of logs", **entry}
    words = f"{label}, change in {_years(years)}"
    return _spec(
        variable,
        words,
        transform=f"change of log(1 + x) in {_years(years)}",
        suffix=f"_change{years}",
        of=lambda values: change(np.log1p(values), years),
        entry=entry,
    )


def averaged(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """Mean of the last years, this one included, over what is observed."""
    return _spec(
        variable,
        f"{label}, mean of {_years(years)}",
        transform=f"mean of {_years(years)}",
        suffix=f"_mean{years}",
        of=partial(trailing_mean, years=years),
        entry=entry,
    )


def log_peak(variable: str, label: str, *, years: int, **entry: Any) -> FeatureSpec:
    """log(1 + x) of the largest of the last years."""
    entry["scale"] = "log1p"
    return _spec(
        variable,
        f"{label}, largest of {_years(years)}",
        transform=f"log(1 + largest of {_years(years)})",
        suffix=f"_peak{years}",
        of=lambda values: np.log1p(trailing_max(values, years)),
        entry=entry,
    )


def decayed(variable: str, label: str, *, half_life: int, **entry: Any) -> FeatureSpec:
    """Years in which the variable was positive, each halved every ``half_life`` years."""
    return _spec(
        variable,
        f"{label}, years with any, halved every {_years(half_life)}",
        transform=f"0/1, sum halved every {_years(half_life)}",
        suffix=f"_decay{half_life}",
        of=lambda values: decayed_sum(positive(values), float(half_life)),
        entry=entry,
    )


def log_decayed(variable: str, label: str, *, half_life: int, **entry: Any) -> FeatureSpec:
    """log(1 + x) of the sum of all years' counts, each halved every ``half_life`` years."""
    entry["scale"] = "log1p"
    return _spec(
        variable,
        f"{label}, halved every {_years(half_life)}",
        transform=f"log(1 + sum halved every {_years(half_life)})",
        suffix=f"_logdecay{half_life}",
        of=lambda values: np.log1p(decayed_sum(values, float(half_life))),
        entry=entry,
    )


def per_head(variable: str, label: str, **entry: Any) -> FeatureSpec:
    """log(1 + persons per 100,000 inhabitants)."""
    name = entry.pop("name", f"{variable}_per_head")
    return FeatureSpec(
        name=name,
        label=f"{label} per 100,000 inhabitants",
        unit="persons per 100,000",
        scale="log1p",
        transform="log(1 + x per 100,000 inhabitants)",
        variables=(variable, "population"),
        compute=partial(_per_head, variable=variable),
        **entry,
    )


def _spec(
    variable: str, label: str, *, transform: str, suffix: str, of: Transform, entry: dict[str, Any]
) -> FeatureSpec:
    name = entry.pop("name", f"{variable}{suffix}")
    return FeatureSpec(
        name=name,
        label=label,
        transform=transform,
        variables=(variable,),
        compute=partial(_where_known, variable=variable, of=of),
        **entry,
    )


def _where_known(grid: Grid, *, variable: str, of: Transform) -> FloatArray:
    values = grid.known(variable)
    return np.where(np.isfinite(values), of(values), np.nan)


def _per_head(grid: Grid, *, variable: str) -> FloatArray:
    return np.log1p(1e5 * grid.known(variable) / grid.known("population"))


def _same(values: FloatArray) -> FloatArray:
    return values


def _log1p(values: FloatArray) -> FloatArray:
    return np.log1p(values)


def _years(count: int) -> str:
    return f"{count} year{'s' if count > 1 else ''}"
