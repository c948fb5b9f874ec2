"""What a result was made from, part by part, and whether two results belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.errors import InputError
from rtop_forecast.features import CATALOGUE, Features
from rtop_forecast.forecasting.fingerprint import fingerprint, model_parts
from rtop_forecast.targets import Target
from rtop_forecast.world.states import ROW_KEYS

__all__ = [
    "Parts",
    "check_belongs",
    "check_outcomes",
    "differences",
    "listed",
    "made_of",
    "model_of",
    "plain_parts",
    "question_of",
]

# By the name of a part: its fingerprint, and a short form to read.
Parts = dict[str, list[str]]

_QUESTION = ("event", "kind", "horizon", "ongoing_at_risk", "min_population")
_SHOWN = 3


def plain_parts(values: Mapping[str, Any]) -> Parts:
    """Parts of arguments that are plain values."""
    return {name: [fingerprint(value, name=name), quoted(value)] for name, value in values.items()}


def model_of(model: Any) -> Parts:
    """Class and parameters of a model as parts."""
    return {name: list(part) for name, part in model_parts(model).items()}


def _readable_model(model: Any) -> Parts:
    """Parts of a model; its class alone where a parameter's content cannot be read."""
    try:
        return model_of(model)
    except InputError:
        return {"model": [fingerprint(type(model)), type(model).__name__]}


def question_of(target: Target) -> dict[str, Any]:
    """Arguments that define a target, by name."""
    return {name: getattr(target, name) for name in _QUESTION}


def made_of(model: Any, features: Features, target: Target) -> Parts:
    """Parts of a model, its features and the question that the target asks.

    Parameters
    ----------
    model : RiskModel
        Unfitted.
    features : Features
        Features of the catalogue count by their names, others by their definition too.
    target : Target

    Returns
    -------
    dict of str to [str, str]
        As a record can hold it.
    """
    catalogue = {spec.name: spec for spec in CATALOGUE}
    specs = [spec.name if spec is catalogue.get(spec.name) else spec for spec in features.specs]
    return {
        **_readable_model(model),
        "features": [fingerprint(specs, name="features"), f"{len(specs)} features"],
        **plain_parts({"issue_month": features.issue_month}),
        **plain_parts(question_of(target)),
    }


def differences(made: Mapping[str, Sequence[str]], asked: Mapping[str, Sequence[str]]) -> list[str]:
    """Parts that two results do not share, in words; of nested parameters the innermost.

    Parameters
    ----------
    made, asked : dict of str to [str, str]
        As it was, and as it is now.
    """
    apart = [
        name
        for name in {**made, **asked}
        if made.get(name, [""])[0] != asked.get(name, [""])[0]
    ]  # fmt: skip
    if "model" in apart:  # another class has other parameters
        apart = [name for name in apart if name == "model" or not name.startswith("model ")]
    inner = [name for name in apart if not _is_outer(name, apart)]
    return [f"{name} ({_change(_short(made, name), _short(asked, name))})" for name in inner]


def _is_outer(name: str, apart: Iterable[str]) -> bool:
    """Whether the difference of a container of estimators is told by one of its parts."""
    prefix, _, last = name.rpartition("__")
    inside = f"{prefix}__" if prefix else "model parameter "
    containers = {"steps", "transformers", "transformer_list", "estimators", "members"}
    is_container = last.removeprefix("model parameter ") in containers
    return any(
        other != name and (other.startswith(f"{name}__") or (is_container and other.startswith(inside)))
        for other in apart
    )


def _change(before: str, now: str) -> str:
    return f"{before}, now {now}" if before != now else "other values"


def _short(parts: Mapping[str, Sequence[str]], name: str) -> str:
    return parts[name][1] if name in parts else "none"


def listed(apart: Sequence[str]) -> str:
    """First few differences, and how many more there are."""
    more = len(apart) - _SHOWN
    return "; ".join(apart[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def check_belongs(
    made: Mapping[str, Any], asked: Mapping[str, Any], *, what: str, remedy: str, parts: Sequence[str] = ()
) -> None:
    """Refuse two results that were made from different things.

    Parameters
    ----------
    made, asked : dict
        Provenance of each; one that says nothing, as of a record of an earlier release, is not judged by it.
    what, remedy : str
        What was made from other things, and how to fix it, as the message says it.
    parts : sequence of str
        Those that must agree; by default all.

    Raises
    ------
    InputError
        With the names of the parts that differ.
    """
    first, second = dict(made.get("made_of") or {}), dict(asked.get("made_of") or {})
    if not first or not second:
        return
    if parts:
        first, second = ({key: one[key] for key in parts if key in one} for one in (first, second))
    apart = differences(first, second)
    if "features" in {name.split(" (")[0] for name in apart}:
        apart += _features_apart(made.get("features") or (), asked.get("features") or ())
    if apart:
        message = f"{what} was made from other things: {listed(apart)}. {remedy}"
        raise InputError(message)


def _features_apart(made: Iterable[str], asked: Iterable[str]) -> list[str]:
    lost, new = sorted(set(made) - set(asked)), sorted(set(asked) - set(made))
    return [f"{len(names)} features {which} only, first {names[0]!r}"
            for which, names in (("then", lost), ("now", new)) if names]  # fmt: skip


def check_outcomes(frame: pd.DataFrame, target: Target, *, what: str, remedy: str) -> None:
    """Refuse forecasts whose outcomes are not the labels of a target, as after another list of events.

    Raises
    ------
    InputError
        With the number of rows and the first.
    """
    labels = target.frame[["country_id", "year", "outcome"]].rename(columns={"year": "origin_year"})
    both = frame[[*ROW_KEYS, "name", "outcome"]].merge(
        labels, on=ROW_KEYS, how="left", suffixes=("", "_target")
    )
    both = both[both["outcome"].notna() & both["outcome_target"].notna()]
    apart = both[both["outcome"] != both["outcome_target"]]
    if len(apart):
        one = apart.iloc[0]
        message = (
            f"{what} was scored on other events: {len(apart)} of {len(both)} outcomes differ from the target's, first "
            f"{one['name']} from {one['origin_year']}. {remedy}"
        )
        raise InputError(message)
