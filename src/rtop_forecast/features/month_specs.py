"""What the features of months are: the counts they are made of, their windows, and how they are spoken of."""

from __future__ import annotations

from dataclasses import dataclass

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.features.grid import Grid
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.panel.months import NEW_DYADS

__all__ = [
    "BY_EVENT",
    "CANDIDATES",
    "COUNTS",
    "MONTH_PREFIX",
    "WINDOWS",
    "Count",
    "feature_name",
    "month_spec",
    "specs_of",
]

#: Before the name of every feature by month.
MONTH_PREFIX = "month_"
#: Lengths of the trailing windows in months.
WINDOWS = (3, 6, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A count by month and how it is spoken of."""

    variable: str
    label: str
    unit: str
    factors: tuple[int, ...]


#: Counts that the bundle tells of.
COUNTS = (
    Count(variable="ged_deaths", label="deaths in organised violence", unit="deaths", factors=(1,)),
    Count(
        variable="ged_statebased_events", label="deadly events of armed conflict", unit="events", factors=(1,)
    ),
    Count(
        variable="ged_nonstate_events", label="deadly events between groups", unit="events", factors=(1, 9)
    ),
    Count(variable="ged_onesided_events", label="deadly attacks on civilians", unit="attacks", factors=(11,)),
)
#: Told by single events only: known where the user has the event files of all years.
BY_EVENT = (
    Count(variable="ged_statebased_deaths", label="deaths in armed conflict", unit="deaths", factors=(1,)),
    Count(variable="ged_nonstate_deaths", label="deaths between groups", unit="deaths", factors=(1, 9)),
    Count(
        variable="ged_onesided_deaths",
        label="civilians killed in attacks on them",
        unit="deaths",
        factors=(11,),
    ),
)
#: Told by single events only, and in no model unless asked for: no run has decided whether it helps.
CANDIDATES = (
    Count(
        variable=NEW_DYADS,
        label="pairs of parties with their first deadly event in the state",
        unit="pairs",
        factors=(1,),
    ),
)
_MAIN = ("ged_deaths", "ged_onesided_events")


def month_spec(name: str) -> FeatureSpec:
    """Feature by month of a name.

    Raises
    ------
    DataIntegrityError
        If this release has none of that name.
    """
    specs = {
        spec.name: spec for count in (*COUNTS, *BY_EVENT, *CANDIDATES) for spec in specs_of(count, begun=True)
    }
    if name not in specs:
        message = f"this release has no feature by month {name!r}. Load it with the release that wrote it."
        raise DataIntegrityError(message)
    return specs[name]


def specs_of(count: Count, *, begun: bool) -> list[FeatureSpec]:
    """Features of a count; ``begun`` says whether a month of the year after the origin is known."""
    specs = [_spec(count, "known", "in the months known of the year after the origin")] if begun else []
    specs += [_spec(count, f"{n}m", f"in the last {n} months known") for n in WINDOWS]
    return [*specs, _growth(count), _since(count)] if count.variable in _MAIN else specs


def feature_name(count: Count, window: str) -> str:
    """Name of the feature of a count over a window."""
    return f"{MONTH_PREFIX}{count.variable}_{window}"


def _spec(count: Count, window: str, words: str) -> FeatureSpec:
    return FeatureSpec(
        name=feature_name(count, window),
        label=f"{count.label} {words}",
        unit=count.unit,
        scale="log1p",
        risk_factors=count.factors,
        indicators=(),
        transform=f"{count.variable}: log(1 + sum {words})",
        variables=(),
        sign=1,
        compute=_by_month,
        by_default=False,
    )


def _growth(count: Count) -> FeatureSpec:
    return FeatureSpec(
        name=feature_name(count, "growth6"),
        label=f"{count.label}, last six months known against the six before",
        coding="difference of logs",
        scale="difference of logs",
        risk_factors=count.factors,
        indicators=(),
        transform=f"{count.variable}: difference of log(1 + sum) of six months",
        variables=(),
        sign=1,
        compute=_by_month,
        by_default=False,
    )


def _since(count: Count) -> FeatureSpec:
    return FeatureSpec(
        name=feature_name(count, "since"),
        label=f"months known since the last of {count.label}, at most twelve",
        unit="months",
        scale="log1p",
        risk_factors=count.factors,
        indicators=(),
        transform=f"{count.variable}: log(1 + months since)",
        variables=(),
        sign=-1,
        compute=_by_month,
        by_default=False,
    )


def _by_month(grid: Grid) -> FloatArray:
    """Refuse to be computed from state-years alone."""
    message = f"features by month are computed by month_features, not from {len(grid.years)} years of a grid."
    raise CoverageError(message)
