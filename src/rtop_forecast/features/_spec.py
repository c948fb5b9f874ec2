"""What a feature is: a declared, backward-looking transform of panel variables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtop_forecast.errors import InputError
from rtop_forecast.features._grid import Grid
from rtop_forecast.features._transforms import FloatArray
from rtop_forecast.framework import risk_factor


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
    risk_factors : tuple of int
        Factors of the UN Framework it speaks to; the first is the primary one, used when
        contributions are grouped.
    variables : tuple of str
        Panel variables it reads.
    sign : int
        Expected direction: 1 if higher means more risk, -1 if less, 0 if open.
    compute : callable
        Grid to array of shape (n_years, n_states).
    """

    name: str
    label: str
    unit: str
    risk_factors: tuple[int, ...]
    variables: tuple[str, ...]
    sign: int
    compute: Callable[[Grid], FloatArray]

    def __post_init__(self) -> None:
        """Refuse features without a risk factor or with an impossible sign."""
        if not self.risk_factors or self.sign not in (-1, 0, 1):
            message = f"feature {self.name!r} needs at least one risk factor and a sign of -1, 0 or 1."
            raise InputError(message)
        for number in self.risk_factors:
            risk_factor(number)
