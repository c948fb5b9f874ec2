"""A panel's variables, and the releases of a dataset that were current one after the other."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from rtop_forecast.sources.registry import registry


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
    """

    name: str
    source: str
    release: str
    first_year: int
    last_year: int
    publication_lag_months: int
    zero_inside: bool
    seams: tuple[int, ...] = ()

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


def releases_of(source: str) -> list[tuple[str, str]]:
    """Dataset and release of each registry key in a variable's source, where they are joined by ``+``.

    Examples
    --------
    >>> releases_of("powell-thyne-2010+powell-thyne+csp-ewp2025+vdem-16")
    [('coups', '2010'), ('coups', '2025'), ('vdem', '16')]
    >>> releases_of("ewp-2031")
    [('ewp_events', '2031')]
    """
    found = []
    for key in source_keys(source):
        name, _, release = key.rpartition("-")
        entry = registry().get(key)
        found.append((entry.dataset, entry.release) if entry else (_dataset_of(name), release))
    return found


def _dataset_of(name: str) -> str:
    """Dataset of an unregistered release: that of the registered ones of the same name."""
    named = (entry.dataset for key, entry in registry().items() if key.rpartition("-")[0] == name)
    return next(named, name.replace("-", "_"))


def source_keys(source: str) -> list[str]:
    """Registry keys in a variable's source, where they are joined by ``+``.

    Examples
    --------
    >>> source_keys("powell-thyne-2010+powell-thyne+csp-ewp2025")
    ['powell-thyne-2010', 'powell-thyne+csp-ewp2025']
    """
    entries = registry()
    keys, parts = [], source.split("+")
    while parts:
        # a key may hold a plus itself: the longest one that is registered, else one part
        length = next((n for n in range(len(parts), 0, -1) if "+".join(parts[:n]) in entries), 1)
        keys.append("+".join(parts[:length]))
        parts = parts[length:]
    return keys


def datasets_of(source: str) -> set[str]:
    """Datasets behind a variable's source."""
    return {dataset for dataset, _ in releases_of(source)}
