"""The page's words: messages by id, and numbers as they are read aloud, in the language of the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.display import significant
from rtop_forecast.explanation.words import number
from rtop_forecast.features.framework import find_risk_factor
from rtop_forecast.language import Language
from rtop_forecast.report.messages import MESSAGES
from rtop_forecast.targets.events import outcome_clause

__all__ = ["Words", "passed", "slug"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Language):
    """Messages of the page by id, and its numbers, in one language."""

    def say(self, message: str, **values: object) -> str:
        """Message of an id, filled; ``count`` takes the form of its number where the message has several.

        Examples
        --------
        >>> Words().say("tile.underway.value", count=1), Words().say("tile.underway.value", count=14)
        ('1 state', '14 states')
        """
        one, count = MESSAGES.get(f"{message}.one"), values.pop("count", None)
        if one is not None and isinstance(count, int):
            return self.counted(one, MESSAGES[message], count=count, **values)
        return self.text(MESSAGES[message], **values, **({} if count is None else {"count": count}))

    def percentage(self, value: float) -> str:
        """Probability in percent with one decimal, two below 0.1%.

        Examples
        --------
        >>> Words().percentage(0.0432), Words().percentage(0.0004)
        ('4.3%', '0.04%')
        """
        return self.percent(f"{100 * value:.2f}" if value < 0.001 else f"{100 * value:.1f}")

    def tick(self, value: float) -> str:
        """Probability in percent without trailing zeros.

        Examples
        --------
        >>> Words().tick(0.005), Words().tick(0.2)
        ('0.5%', '20%')
        """
        return self.percent(f"{100 * value:g}")

    def told_apart(self, one: float, other: float) -> tuple[str, str]:
        """Two probabilities in percent, with the decimals that tell them apart, at most three.

        Examples
        --------
        >>> Words().told_apart(0.0113, 0.0106), Words().told_apart(0.02, 0.01), Words().told_apart(0.01, 0.01)
        (('1.13%', '1.06%'), ('2.0%', '1.0%'), ('1.0%', '1.0%'))
        """
        for digits in (2, 3):
            if self.percentage(one) != self.percentage(other) or one == other:
                break
            longer = f"{100 * one:.{digits}f}", f"{100 * other:.{digits}f}"
            if longer[0] != longer[1]:
                return self.percent(longer[0]), self.percent(longer[1])
        return self.percentage(one), self.percentage(other)

    def share(self, value: float) -> str:
        """Share in whole percent.

        Examples
        --------
        >>> Words().share(0.847)
        '85%'
        """
        return self.percent(f"{100 * value:.0f}")

    def natural_frequency(self, value: float, *, about: bool = True) -> str:
        """Probability as a count of equal cases.

        Examples
        --------
        >>> words = Words()
        >>> words.natural_frequency(0.0432), words.natural_frequency(0.0034), words.natural_frequency(0.0004)
        ('about 4 in 100', 'about 3 in 1,000', 'fewer than 1 in 1,000')
        """
        if value < 0.001:
            return self.say("number.fewer")
        base, size = (100, "hundred") if value >= 0.01 else (1000, "thousand")
        return self.say(f"number.{size}" if about else f"number.{size}.bare", number=round(base * value))

    def two_digits(self, value: float) -> str:
        """Two significant digits.

        Examples
        --------
        >>> [Words().two_digits(value) for value in (0.8160, 0.01424, 1.3346, 12.6)]
        ['0.82', '0.014', '1.3', '13']
        """
        return self.decimal(significant(value)) if np.isfinite(value) else self.say("number.none")

    def figure(self, value: float) -> str:
        """Three significant digits at most.

        Examples
        --------
        >>> Words().figure(1234567.0), Words.of("es").figure(1234567.0)
        ('1,230,000', '1.230.000')
        """
        return self.decimal(number(value))

    def whole(self, value: float) -> str:
        """Whole number with its thousands apart.

        Examples
        --------
        >>> Words().whole(4102), Words.of("es").whole(4102)
        ('4,102', '4.102')
        """
        return self.decimal(f"{int(value):,}")

    def times(self, value: float) -> str:
        """Factor on the odds.

        Examples
        --------
        >>> Words().times(1.304)[1:], Words.of("fr").times(1.304)[1:]
        ('1.30', '1,30')
        """
        return f"\u00d7{self.decimal(f'{value:.2f}')}"

    def joined(self, parts: Iterable[str]) -> str:
        """Parts one after another, more apart than by a comma.

        Examples
        --------
        >>> Words().joined(["plan 1", "launch"])
        'plan 1; launch'
        """
        return self.say("separator").join(parts)

    def factor_name(self, factor: Any) -> str:
        """Short name of a risk factor; what stands where refits do not agree on one."""
        return self.say("why.unsure") if pd.isna(factor) else self.text(find_risk_factor(int(factor)).short)

    def outcome(self, event: str, kind: str, *, begun: bool = False) -> str:
        """Outcome as a clause that the templates take; an event of the user's own keeps its name.

        Examples
        --------
        >>> Words().outcome("genocide_politicide", "onset"), Words.of("es").outcome("mass_killing", "onset")
        ('a new episode of genocide or politicide begins', 'comience una nueva matanza masiva')
        """
        clause, label = outcome_clause(event, kind, begun=begun)
        return self.text(clause, label=self.of_table(label))


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
