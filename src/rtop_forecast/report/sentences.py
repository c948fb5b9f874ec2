"""What the model saw of a state, one plain sentence for each feature that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.explanation.words import natural, number
from rtop_forecast.features import FeatureSpec
from rtop_forecast.report.feature_messages import CHANGE, CONFLICT, FLAG, HISTORY, PLACE, RATIO
from rtop_forecast.report.society_messages import RIGHTS, SOCIETY
from rtop_forecast.report.words import say, share

# a smaller factor on the odds is no reason to tell
_LEAST = 0.02

PHRASES: dict[str, tuple[str, ...]] = {**HISTORY, **CONFLICT, **SOCIETY, **RIGHTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One feature as a reason.

    Attributes
    ----------
    feature, sentence : str
    odds : float
        What the odds are multiplied by.
    risk_factor : int
        Primary factor.
    """

    feature: str
    sentence: str
    odds: float
    risk_factor: int


def feature_sentence(spec: FeatureSpec, value: float, typical: float, below: float) -> str:
    """Tell one feature of one state.

    Parameters
    ----------
    spec : FeatureSpec
    value, typical : float
        Of the state, and the median of the states ranked, as the column holds them.
    below : float
        Share of the states with a lower value.

    Returns
    -------
    str
        Without a full stop.
    """
    kind, *texts = PHRASES.get(spec.name, ("level", f"{spec.label}: {{v}}"))
    if not np.isfinite(value):
        return say("feature.unknown", label=spec.label)
    if kind == FLAG:
        return texts[0] if value > 0 else texts[1]
    if kind == RATIO:
        verb = "feature.rose" if value > 0 else "feature.fell"
        return say(verb, subject=texts[0], times=number(float(np.exp(value))), span=texts[1])
    if kind == CHANGE:
        verb = "feature.up" if value > 0 else "feature.down" if value < 0 else "feature.still"
        by = f"{number(abs(value))} {texts[1]}".strip()
        return say(verb, subject=texts[0], by=by, span=texts[2])
    if kind == PLACE:
        return say("feature.place", text=texts[0], below=share(below))
    shown, other = _level(spec, value), _level(spec, typical)
    direction = "feature.more" if value > typical else "feature.less"
    return say(direction, text=texts[0].format(v=shown), typical=other)


def _level(spec: FeatureSpec, value: float) -> str:
    if spec.scale == "difference of logs":
        return number(float(np.exp(value)))
    return number(natural(spec, value))


def reasons(table: AttributionTable, row: int, *, count: int = 4) -> tuple[list[Reason], list[Reason]]:
    """Features that raise and that lower a state's odds most, largest first.

    A value at the median of all states is no news, and two features of one variable tell one thing: neither is told
    (of two, the larger stays). What is not observed is told as a gap of the data, not as a reason.

    Parameters
    ----------
    table : AttributionTable
    row : int
        Position of the state in it.
    count : int
        At most so many on each side.
    """
    contributions, values = table.contributions[row], table.values[row]
    order = np.argsort(-np.abs(contributions), kind="stable")
    raising: list[Reason] = []
    lowering: list[Reason] = []
    used: set[str] = set()
    for place in order:
        spec, value = table.specs[place], float(values[place])
        typical = float(table.reference_medians[place])
        if not np.isfinite(value) or _same(spec, value, typical) or used & set(spec.variables):
            continue
        side = raising if contributions[place] > 0 else lowering
        if len(side) == count or abs(np.expm1(contributions[place])) < _LEAST:
            continue
        used |= set(spec.variables)
        side.append(
            Reason(
                feature=spec.name,
                sentence=feature_sentence(spec, value, typical, below(table.values[:, place], value)),
                odds=float(np.exp(contributions[place])),
                risk_factor=spec.risk_factors[0],
            )
        )
    return raising, lowering


def below(column: FloatArray, value: float) -> float:
    """Share of the observed values that are lower."""
    observed = column[np.isfinite(column)]
    return float((observed < value).mean())


def _same(spec: FeatureSpec, value: float, typical: float) -> bool:
    """Whether two values cannot be told apart as they are shown."""
    return value == typical or _level(spec, value) == _level(spec, typical)


def missing_labels(specs: Sequence[FeatureSpec], values: FloatArray, *, count: int = 3) -> list[str]:
    """Labels of the first features without a value."""
    return [spec.label for spec, value in zip(specs, values, strict=True) if not np.isfinite(value)][:count]
