"""Values of features in plain words and natural units."""

from __future__ import annotations

import re

import numpy as np

from rtop_forecast.features import FeatureSpec
from rtop_forecast.language import Language

_REGION = re.compile(r"the other states of (?P<name>.+) in (?P<year>\d+)")


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


def sentence(
    spec: FeatureSpec,
    language: Language,
    *,
    value: float,
    reference: float,
    contribution: float,
    world: bool,
) -> str:
    """One feature of one state, compared, with what it does to the odds; a description, not a cause.

    Parameters
    ----------
    spec : FeatureSpec
    language : Language
    value, reference : float
        Of the state, and the median of those it is compared with.
    contribution : float
        Log-odds.
    world : bool
        Whether it is compared with the states of the world.
    """
    fields = {
        "label": language.label(spec.label),
        "unit": f" {language.of_table(spec.unit)}" if spec.unit else "",
        "typical": _own(natural(spec, reference), language),
        "odds": language.decimal(f"{np.exp(contribution):.2f}"),
    }
    if not np.isfinite(value):
        if world:
            return language.text(
                "{label}: not known (world median {typical}{unit}): x{odds} on the odds", **fields
            )
        return language.text(
            "{label}: not known (reference median {typical}{unit}): x{odds} on the odds", **fields
        )
    fields["value"] = _own(natural(spec, value), language)
    if world:
        return language.text("{label}: {value}{unit}, world median {typical}: x{odds} on the odds", **fields)
    return language.text("{label}: {value}{unit}, reference median {typical}: x{odds} on the odds", **fields)


def _own(value: float, language: Language) -> str:
    """Write a number in a language's own form."""
    return language.decimal(number(value)) if np.isfinite(value) else language.text("unknown")


def reference_name(text: str, language: Language) -> str:
    """Whom a state is compared with, in a language; names of states stay.

    Examples
    --------
    >>> reference_name("the other states of Eastern Africa in 2024", Language.of("es"))
    'los demás Estados de la región (África oriental) en 2024'
    """
    region = _REGION.fullmatch(text)
    if region is not None:
        name = language.text(region["name"])
        return language.text("the other states of {region} in {year}", region=name, year=region["year"])
    return language.of_table(text)
