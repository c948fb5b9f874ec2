"""Values of features in plain words and natural units."""

from __future__ import annotations

import numpy as np

from rtop_forecast.features import FeatureSpec


def natural(spec: FeatureSpec, value: float) -> float:
    """Value without its logarithm, in the feature's unit; a difference of logarithms as it is.

    Examples
    --------
    >>> from rtop_forecast.features import CATALOGUE
    >>> spec = next(one for one in CATALOGUE if one.name == "infant_mortality_log")
    >>> round(natural(spec, 4.0), 1), spec.unit
    (54.6, 'deaths per 1,000 live births')
    """
    if spec.scale == "log1p":
        return float(np.expm1(value))
    return float(np.exp(value)) if spec.scale == "log" else float(value)


def number(value: float) -> str:
    """Three significant digits at most, thousands separated.

    Examples
    --------
    >>> number(1234567.0), number(71.23), number(0.0312), number(0.0)
    ('1,230,000', '71.2', '0.0312', '0')
    """
    if not np.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    rounded = round(value, digits if abs(value) < 100 else -max(0, int(np.floor(np.log10(abs(value)))) - 2))
    return f"{rounded:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{rounded:,.0f}"


def sentence(spec: FeatureSpec, *, value: float, reference: float, contribution: float, against: str) -> str:
    """One feature of one state, compared, with what it does to the odds; a description, not a cause."""
    unit = f" {spec.unit}" if spec.unit else ""
    typical, effect = number(natural(spec, reference)), f"x{np.exp(contribution):.2f} on the odds"
    if not np.isfinite(value):
        return f"{spec.label}: not known ({against} {typical}{unit}): {effect}"
    return f"{spec.label}: {number(natural(spec, value))}{unit}, {against} {typical}: {effect}"
