"""The public interface: every name resolves, is documented and keeps to the house rules on arguments."""

from __future__ import annotations

import inspect

import pytest

import rtop_forecast as rtop

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
