"""What a feature is: a declared, backward-looking transform of panel variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.features.framework import INDICATOR_COUNTS, find_risk_factor
from rtop_forecast.features.grid import Grid

Scale = Literal["identity", "log", "log1p", "difference of logs"]
_INDICATOR = re.compile(r"(1[0-4]|[1-9])\.([1-9]\d?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSpec:
    """One entry of the feature catalogue.

    Attributes
    ----------
    name : str
        Column name, ``<source>_<variable>_<transform>``.
    label : str
        What it is, in a few plain words.
    unit : str
        What follows the natural value in a sentence, such as "deaths"; empty for a pure number.
    coding : str
        What a pure number means, such as "0 or 1".
    scale : {"identity", "log", "log1p", "difference of logs"}
        What the column holds: the natural value x itself, log(x), log(1 + x), or a difference of logarithms. The
        unit is that of x; a difference of logarithms is read as it is.
    risk_factors : tuple of int
        Factors of the UN Framework it speaks to; the first is the primary one, used when
        contributions are grouped.
    indicators : tuple of str
        Indicators of the Framework it touches, by number (``"1.1"``), each of a factor in ``risk_factors``; empty
        where it speaks to the factors as a whole. See :data:`~rtop_forecast.features.framework.INDICATOR_COUNTS`.
    transform : str
        What is done to the variables.
    variables : tuple of str
        Panel variables it reads.
    sign : int
        Expected direction: 1 if higher means more risk, -1 if less, 0 if open.
    compute : callable
        Grid to array of shape (n_years, n_states).
    max_age : int, optional
        Age in years from which a carried value counts as unknown; without it a value holds until the next,
        as the deposit of a treaty does.
    age : callable, optional
        Grid to the age of each value in years, where one variable may stand in for another; by default the age
        of the oldest variable.
    by_default : bool
        Whether :func:`build_features` takes it unasked.
    rounded : bool
        Whether the noise in its last binary digits is rounded away.

    Raises
    ------
    InputError
        If a factor, indicator, sign, scale or age is impossible or a string is empty.
    """

    name: str
    label: str
    risk_factors: tuple[int, ...]
    indicators: tuple[str, ...]
    transform: str
    variables: tuple[str, ...]
    sign: int
    compute: Callable[[Grid], FloatArray]
    unit: str = ""
    coding: str = ""
    scale: Scale = "identity"
    max_age: int | None = None
    age: Callable[[Grid], FloatArray] | None = None
    by_default: bool = True
    rounded: bool = True

    def __post_init__(self) -> None:
        """Refuse features without a risk factor or with an impossible sign."""
        if not self.risk_factors or self.sign not in (-1, 0, 1):
            message = f"feature {self.name!r} needs at least one risk factor and a sign of -1, 0 or 1."
            raise InputError(message)
        for number in self.risk_factors:
            find_risk_factor(number)
        self._check_indicators()
        if not (self.label and (self.unit or self.coding) and self.transform):
            message = f"feature {self.name!r} needs a label, a unit or a coding, and a transform in words."
            raise InputError(message)
        if self.scale not in get_args(Scale):
            message = (
                f"the scale of feature {self.name!r} must be one of {get_args(Scale)}, not {self.scale!r}."
            )
            raise InputError(message)
        if self.max_age is not None and self.max_age < 1:
            message = (
                f"max_age of feature {self.name!r} counts years and must be at least 1, not {self.max_age}."
            )
            raise InputError(message)

    def _check_indicators(self) -> None:
        """Refuse numbers that are no indicator of a named factor, and a confirmed primary factor left out."""
        factors = set()
        for code in self.indicators:
            match = _INDICATOR.fullmatch(code)
            if match is None:
                message = (
                    f"feature {self.name!r} needs indicators of the Framework such as '1.1', not {code!r}. Leave "
                    "`indicators` empty for a factor as a whole."
                )
                raise InputError(message)
            factor, number = int(match[1]), int(match[2])
            factors.add(factor)
            if factor not in self.risk_factors:
                message = (
                    f"feature {self.name!r} lists indicator {code} and does not name risk factor {factor}, only "
                    f"{self.risk_factors}. Name the factor or leave the indicator out."
                )
                raise InputError(message)
            if number > INDICATOR_COUNTS.get(factor, number):
                message = (
                    f"risk factor {factor} of the Framework has {INDICATOR_COUNTS[factor]} indicators; feature "
                    f"{self.name!r} lists {code}. Correct the number."
                )
                raise InputError(message)
        primary = self.risk_factors[0]
        if factors and primary in INDICATOR_COUNTS and primary not in factors:
            message = (
                f"feature {self.name!r} lists indicators, none of them of its primary risk factor {primary}. Add one, "
                "or name another factor first."
            )
            raise InputError(message)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle an entry of the catalogue as its name, so that it comes back as itself."""
        from rtop_forecast.features.catalogue import CATALOGUE

        if any(entry is self for entry in CATALOGUE):
            return _catalogue_entry, (self.name,)
        return object.__reduce_ex__(self, protocol)


def _catalogue_entry(name: str) -> FeatureSpec:
    """Entry of the catalogue by its name.

    Raises
    ------
    InputError
        If this release has none of that name.
    """
    from rtop_forecast.features.catalogue import CATALOGUE

    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    message = f"this release's catalogue has no feature {name!r}. Load it with the release that wrote it."
    raise InputError(message)
