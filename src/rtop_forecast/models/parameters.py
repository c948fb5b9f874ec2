"""Rules for the parameters of the models, checked at ``fit`` as scikit-learn asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.errors import InputError


@dataclass(frozen=True, slots=True)
class Rule:
    """What a parameter must be, in words and as a test."""

    words: str
    holds: Callable[[Any], Any]

    def accepts(self, value: Any) -> bool:
        """Whether a value of any type obeys the rule."""
        if not np.isscalar(value) or isinstance(value, complex):
            return False
        try:
            return bool(self.holds(value))
        except (TypeError, ValueError):
            return False


def at_least(least: int) -> Rule:
    """Integer of at least ``least``."""
    return Rule(f"be at least {least}", lambda value: int(value) == value and value >= least)


def one_of(*options: str) -> Rule:
    """One of some strings."""
    listed = ", ".join(map(repr, options[:-1])) + f" or {options[-1]!r}"
    return Rule(f"be {listed}", lambda value: isinstance(value, str) and value in options)


FLAG = Rule("be True or False", lambda value: isinstance(value, bool | np.bool_))
NOT_NEGATIVE = Rule("be finite and at least 0", lambda value: 0 <= value < np.inf)
POSITIVE = Rule("be positive", lambda value: 0 < value < np.inf)
SHARE = Rule("lie in [0, 1]", lambda value: 0 <= value <= 1)
POSITIVE_SHARE = Rule("lie in (0, 1]", lambda value: 0 < value <= 1)
PROPER_SHARE = Rule("lie in (0, 1)", lambda value: 0 < value < 1)


def check_parameters(model: Any, **rules: Rule) -> None:
    """Raise for the first parameter that breaks its rule.

    Raises
    ------
    InputError
        With the parameter, the rule and the value.
    """
    for name, rule in rules.items():
        value = getattr(model, name)
        if not rule.accepts(value):
            message = f"{name} must {rule.words}; got {quoted(value)}."
            raise InputError(message)
