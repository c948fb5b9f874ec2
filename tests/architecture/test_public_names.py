"""The public interface: every name resolves, is documented and keeps to the house rules on arguments."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, get_args, get_origin, get_type_hints

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast import models

NAMES = [name for name in rtop.__all__ if name != "__version__"]
# The script of ARCHITECTURE.md, name by name.
PROMISED = {
    "load_panel",
    "build_features",
    "onset_target",
    "default_model",
    "backtest",
    "RollingOrigin",
    "forecast",
    "InputError",
    "LeakageError",
    "DataIntegrityError",
    "CoverageError",
}
FUNCTIONS = {name: getattr(rtop, name) for name in NAMES if inspect.isfunction(getattr(rtop, name))}
CLASSES = {name: getattr(rtop, name) for name in NAMES if inspect.isclass(getattr(rtop, name))}
VERBS = {
    "add", "audit", "backtest", "build", "cite", "compare", "describe", "explain", "fetch", "find", "forecast",
    "list", "load", "lock", "prepare", "read", "resolve", "save", "score", "write",
}  # fmt: skip
NOT_VERBS = {
    "onset_target": "reads as the thing it returns, beside features and model",
    "default_model": "reads as the thing it returns",
    "benchmark_models": "reads as the things it returns",
    "what_if": "the field's name for the question",
}


def test_promised_names_are_there():
    assert set(NAMES) >= PROMISED


@pytest.mark.parametrize("name", NAMES)
def test_public_names_resolve_and_are_documented(name):
    value = getattr(rtop, name)
    if callable(value):
        assert inspect.getdoc(value)
    assert name in dir(rtop)


@pytest.mark.parametrize("name", [n for n in NAMES if inspect.isfunction(getattr(rtop, n))])
def test_arguments_beyond_the_first_are_keyword_only(name):
    parameters = inspect.signature(getattr(rtop, name)).parameters.values()
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert len([p for p in positional if p.default is not p.empty]) <= 1
    assert len(positional) <= 3


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="attribute rnak"):
        rtop.rnak  # noqa: B018


def test_functions_start_with_a_verb():
    nouns = {name for name in FUNCTIONS if name.split("_")[0] not in VERBS}
    assert nouns == set(NOT_VERBS)


# some modules import pandas for their types alone, and its series take no type at run time
FRAMES = SimpleNamespace(**{**vars(pd), "Series": Sequence})


def own_classes(hint: Any) -> Iterator[type]:
    """Classes of the library within a type hint."""
    if inspect.isclass(hint) and get_origin(hint) is None and hint.__module__.startswith("rtop_forecast"):
        yield hint
    for part in get_args(hint):
        yield from own_classes(part)


def returned() -> Iterator[tuple[str, type]]:
    """Classes that public functions, methods and properties return."""
    callables = dict(FUNCTIONS)
    for owner, kind in CLASSES.items():
        for name, member in vars(kind).items():
            function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(function) and not name.startswith("_"):
                callables[f"{owner}.{name}"] = function
    for name, function in callables.items():
        hints = get_type_hints(function, localns={"pd": FRAMES})
        for kind in own_classes(hints.get("return")):
            yield name, kind


def test_every_result_class_is_exported():
    public = {id(kind) for kind in CLASSES.values()}
    public |= {id(getattr(models, name)) for name in models.__all__}
    found = list(returned())
    assert len(found) > 20
    assert [(name, kind) for name, kind in found if id(kind) not in public] == []
