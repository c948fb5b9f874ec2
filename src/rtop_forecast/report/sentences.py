"""What the model saw of a state, one plain sentence for each feature that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.explanation.words import natural
from rtop_forecast.features import FeatureSpec
from rtop_forecast.report.feature_messages import CHANGE, CONFLICT, FLAG, HISTORY, PLACE, RATIO
from rtop_forecast.report.society_messages import RIGHTS, SOCIETY
from rtop_forecast.report.words import Words

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


def feature_sentence(spec: FeatureSpec, value: float, typical: float, below: float, words: Words) -> str:
    """Tell one feature of one state.

    Parameters
    ----------
    spec : FeatureSpec
    value, typical : float
        Of the state, and the median of the states ranked, as the column holds them.
    below : float
        Share of the states with a lower value.
    words : Words

    Returns
    -------
    str
        Without a full stop.
    """
    if not np.isfinite(value):
        return words.say("feature.unknown", label=words.label(spec.label))
    if spec.name not in PHRASES:
        return _told(f"{words.label(spec.label)}: {{v}}", spec, value, typical, words)
    kind, *texts = PHRASES[spec.name]
    if kind == FLAG:
        return words.text(texts[0] if value > 0 else texts[1])
    if kind == RATIO:
        verb = "feature.rose" if value > 0 else "feature.fell"
        return words.say(
            verb,
            subject=words.text(texts[0]),
            times=words.figure(float(np.exp(value))),
            span=words.text(texts[1]),
        )
    if kind == CHANGE:
        verb = "feature.up" if value > 0 else "feature.down" if value < 0 else "feature.still"
        by = words.text(with_unit(texts[1]), by=words.figure(abs(value)))
        return words.say(verb, subject=words.text(texts[0]), by=by, span=words.text(texts[2]))
    if kind == PLACE and below == 0:
        return words.say("feature.lowest", text=words.text(texts[0]))
    if kind == PLACE:
        return words.say("feature.place", text=words.text(texts[0]), below=words.share(below))
    return _told(words.text(texts[0]), spec, value, typical, words)


def with_unit(unit: str) -> str:
    """Message of a difference with its unit, if it has one."""
    return f"{{by}} {unit}".strip()


def _told(text: str, spec: FeatureSpec, value: float, typical: float, words: Words) -> str:
    """Observed value beside the typical one."""
    shown, other = _level(spec, value, words), _level(spec, typical, words)
    direction = "feature.more" if value > typical else "feature.less"
    return words.say(direction, text=text.replace("{v}", shown), typical=other)


def _level(spec: FeatureSpec, value: float, words: Words) -> str:
    if spec.scale == "difference of logs":
        return words.figure(float(np.exp(value)))
    return words.figure(natural(spec, value))


def reasons(
    table: AttributionTable, row: int, words: Words, *, count: int = 4
) -> tuple[list[Reason], list[Reason]]:
    """Features that raise and that lower a state's odds most, largest first.

    A value at the median of all states is no news, and two features of one variable tell one thing: neither is told
    (of two, the larger stays). What is not observed is told as a gap of the data, not as a reason.

    Parameters
    ----------
    table : AttributionTable
    row : int
        Position of the state in it.
    words : Words
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
        side = raising if contributions[place] > 0 else lowering
        if len(side) == count or abs(np.expm1(contributions[place])) < _LEAST:
            continue
        if not np.isfinite(value) or used & set(spec.variables) or _same(spec, value, typical, words):
            continue
        used |= set(spec.variables)
        side.append(
            Reason(
                feature=spec.name,
                sentence=feature_sentence(spec, value, typical, below(table.values[:, place], value), words),
                odds=float(np.exp(contributions[place])),
                risk_factor=spec.risk_factors[0],
            )
        )
    return raising, lowering


def below(column: FloatArray, value: float) -> float:
    """Share of the observed values that are lower."""
    observed = column[np.isfinite(column)]
    return float((observed < value).mean())


def _same(spec: FeatureSpec, value: float, typical: float, words: Words) -> bool:
    """Whether two values cannot be told apart as they are shown."""
    return value == typical or _level(spec, value, words) == _level(spec, typical, words)


def missing_labels(
    specs: Sequence[FeatureSpec], values: FloatArray, words: Words, *, count: int = 3
) -> list[str]:
    """Labels of the first features without a value."""
    return [
        words.label(spec.label) for spec, value in zip(specs, values, strict=True) if not np.isfinite(value)
    ][:count]
