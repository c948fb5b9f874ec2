"""Values of features in plain words and natural units."""

from __future__ import annotations

import re

import numpy as np

from rtop_forecast.features import FeatureSpec

_LOGGED = re.compile(r"^log\(1 \+ (?P<inner>.+)\)$")


def natural(spec: FeatureSpec, value: float) -> tuple[float, str]:
    """Value without its logarithm, and its unit.

    Examples
    --------
    >>> from rtop_forecast.features import CATALOGUE
    >>> spec = next(one for one in CATALOGUE if one.name == "infant_mortality_log")
    >>> value, unit = natural(spec, 4.0)
    >>> round(value, 1), unit
    (54.6, 'deaths per 1,000 live births')
    """
    logged = _LOGGED.match(spec.unit)
    if logged:
        return float(np.expm1(value)), logged["inner"]
    if spec.unit.startswith("log ") and "ratio" not in spec.unit:
        return float(np.exp(value)), spec.unit.removeprefix("log ")
    return float(value), spec.unit


def plain_label(spec: FeatureSpec) -> str:
    """Label without the mention of a logarithm."""
    return spec.label.replace(", logged", "")


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
    shown, unit = natural(spec, value)
    typical, _ = natural(spec, reference)
    label = plain_label(spec)
    unit = "" if unit in ("0 or 1", "as given") or unit.startswith("index") else f" {unit}"
    if not np.isfinite(value):
        return (
            f"{label}: not known ({against} {number(typical)}{unit}): x{np.exp(contribution):.2f} on the odds"
        )
    return f"{label}: {number(shown)}{unit}, {against} {number(typical)}: x{np.exp(contribution):.2f} on the odds"
