"""A panel's variables, and the releases of a dataset that were current one after the other."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What one column of a panel is, where it comes from and when it is known.

    Attributes
    ----------
    name : str
        Column name, ``<source>_<variable>``.
    source, release : str
        Registry key and release of the table it was read from.
    first_year, last_year : int
        Coverage: outside it the value is missing.
    publication_lag_months : int
        Months after 31 December of a value's year until it is published.
    zero_inside : bool
        Whether the absence of a row inside the coverage means zero.
    seams : tuple of int
        Years from which on the values are of a newer vintage than those before; ``source`` and ``release`` name all.
        A difference between the two sides is one of vintages, too.
    provisional : tuple of int
        Years whose values are provisional, such as counts of candidate events.
    """

    name: str
    source: str
    release: str
    first_year: int
    last_year: int
    publication_lag_months: int
    zero_inside: bool
    seams: tuple[int, ...] = ()
    provisional: tuple[int, ...] = ()

    @property
    def last_final_year(self) -> int:
        """Last year before any provisional one: an outcome is coded from final values alone."""
        return min([self.last_year, *(year - 1 for year in self.provisional)])

    def last_known_year(self, issued: date) -> int:
        """Last year whose values were published by the date ``issued``.

        Examples
        --------
        >>> v = Variable(name="x", source="s", release="1", first_year=1950, last_year=2024,
        ...              publication_lag_months=6, zero_inside=False)
        >>> v.last_known_year(date(2025, 6, 30)), v.last_known_year(date(2025, 6, 29))
        (2024, 2023)
        """
        last_day = calendar.monthrange(issued.year, issued.month)[1]
        whole_months = 12 * issued.year + issued.month - (issued.day < last_day)
        return (whole_months - 12 - self.publication_lag_months) // 12


def month_end(year: int, month: int) -> date:
    """Last day of a month; months beyond 12 run into the following years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])
