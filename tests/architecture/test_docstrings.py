"""Docstrings and signatures agree: every parameter of a public function, method or class is described, and no other."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import pytest

import rtop_forecast as rtop

HOMES = (
    "models",
    "evaluation",
    "calibration",
    "panel",
    "features",
    "world.episodes",
    "world.states",
    "targets",
    "plot",
)


def public() -> dict[str, object]:
    """Functions, classes and their public methods, by dotted name."""
    found: dict[str, object] = {name: getattr(rtop, name) for name in rtop.__all__ if name != "__version__"}
    for home in HOMES:
        module = import_module(f"rtop_forecast.{home}")
        found |= {f"{home}.{name}": getattr(module, name) for name in getattr(module, "__all__", [])}
    for name, value in list(found.items()):
        if inspect.isclass(value):
            for key, member in vars(value).items():
                if inspect.isfunction(member) and not key.startswith("_"):
                    found[f"{name}.{key}"] = member
    return {name: value for name, value in found.items() if callable(value)}


PUBLIC = public()


def described(text: str) -> set[str] | None:
    """Names in the section Parameters; None without one."""
    match = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-{3,}$|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    if match is None:
        return None
    heads = [line for line in match[1].splitlines() if re.match(r"\*{0,2}\w", line)]
    return {name.strip().lstrip("*") for head in heads for name in head.split(" : ")[0].split(",")}


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_is_documented(name):
    assert inspect.getdoc(PUBLIC[name]), name


@pytest.mark.parametrize("name", PUBLIC)
def test_parameters_are_those_of_the_signature(name):
    value = PUBLIC[name]
    told = described(inspect.getdoc(value) or "")
    if told is None:
        return
    signature = inspect.signature(value.__init__ if inspect.isclass(value) else value)
    real = {key for key in signature.parameters if key != "self"}
    if inspect.isclass(value) and hasattr(value, "__dataclass_fields__"):
        real = {key for key, field in value.__dataclass_fields__.items() if field.init}
    assert told == real, (
        f"{name}: described and not taken {told - real}, taken and not described {real - told}"
    )


def test_functions_with_several_parameters_describe_them():
    missing = [
        name
        for name, value in PUBLIC.items()
        if inspect.isfunction(value)
        and len([key for key in inspect.signature(value).parameters if key != "self"]) >= 3
        and described(inspect.getdoc(value) or "") is None
    ]
    assert missing == []
