"""The page's words: messages by id, and numbers as they are read aloud."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

import numpy as np

from rtop_forecast.display import significant
from rtop_forecast.report.messages import MESSAGES


def say(message: str, **values: object) -> str:
    """Message of the catalogue, filled; ``count`` of 1 takes the id ending in ``.one`` where there is one.

    Examples
    --------
    >>> say("tile.underway.value", count=1), say("tile.underway.value", count=14)
    ('1 state', '14 states')
    """
    one = f"{message}.one"
    if values.get("count") == 1 and one in MESSAGES:
        return MESSAGES[one].format(**values)
    return MESSAGES[message].format(**values)


def percent(value: float) -> str:
    """Probability in percent with one decimal, two below 0.1%.

    Examples
    --------
    >>> percent(0.0432), percent(0.0004)
    ('4.3%', '0.04%')
    """
    return f"{100 * value:.2f}%" if value < 0.001 else f"{100 * value:.1f}%"


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two probabilities in percent, with the decimals that tell them apart, at most three.

    Examples
    --------
    >>> told_apart(0.0113, 0.0106), told_apart(0.02, 0.01), told_apart(0.01, 0.01)
    (('1.13%', '1.06%'), ('2.0%', '1.0%'), ('1.0%', '1.0%'))
    """
    for digits in (2, 3):
        if percent(one) != percent(other) or one == other:
            break
        longer = f"{100 * one:.{digits}f}%", f"{100 * other:.{digits}f}%"
        if longer[0] != longer[1]:
            return longer
    return percent(one), percent(other)


def share(value: float) -> str:
    """Share in whole percent.

    Examples
    --------
    >>> share(0.847)
    '85%'
    """
    return f"{100 * value:.0f}%"


def natural_frequency(value: float) -> str:
    """Probability as a count of equal cases.

    Examples
    --------
    >>> natural_frequency(0.0432), natural_frequency(0.0034), natural_frequency(0.0004)
    ('about 4 in 100', 'about 3 in 1,000', 'fewer than 1 in 1,000')
    """
    if value >= 0.01:
        return say("number.hundred", number=round(100 * value))
    if value >= 0.001:
        return say("number.thousand", number=round(1000 * value))
    return say("number.fewer")


def two_digits(value: float) -> str:
    """Two significant digits.

    Examples
    --------
    >>> two_digits(0.8160), two_digits(0.01424), two_digits(1.3346), two_digits(12.6)
    ('0.82', '0.014', '1.3', '13')
    """
    return significant(value) if np.isfinite(value) else say("number.none")


def times(value: float) -> str:
    """Factor on the odds.

    Examples
    --------
    >>> times(1.304)[1:]
    '1.30'
    """
    return f"\u00d7{value:.2f}"


def listed(parts: Sequence[str]) -> str:
    """Enumerate in a sentence.

    Examples
    --------
    >>> listed(["Chad", "Mali", "Sudan"]), listed(["Chad"])
    ('Chad, Mali and Sudan', 'Chad')
    """
    if len(parts) < 2:
        return "".join(parts)
    return say("list.last", front=", ".join(parts[:-1]), last=parts[-1])


def slug(name: str) -> str:
    """Name as it stands in an address.

    Examples
    --------
    >>> slug("South Sudan"), slug("Côte d'Ivoire"), slug("Bosnia-Herzegovina")
    ('south-sudan', 'cote-divoire', 'bosnia-herzegovina')
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['\u2019`]", "", bare)).strip("-")


def passed(issued: date, window: tuple[int, int]) -> float:
    """Share of a window of whole years that had passed at the end of a day.

    Examples
    --------
    >>> round(passed(date(2025, 6, 30), (2025, 2026)), 3)
    0.248
    """
    start, end = date(window[0], 1, 1), date(window[1], 12, 31)
    whole = (end - start).days + 1
    return float(min(max(((issued - start).days + 1) / whole, 0.0), 1.0))
