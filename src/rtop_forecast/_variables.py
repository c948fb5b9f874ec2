"""A panel's variables, and the releases of a dataset that were current one after the other."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from rtop_forecast.sources.registry import Release, registry
from rtop_forecast.sources.releases import release_order


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
    """

    name: str
    source: str
    release: str
    first_year: int
    last_year: int
    publication_lag_months: int
    zero_inside: bool

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintage:
    """One release of a dataset, the panel's own or one beside it.

    Attributes
    ----------
    dataset, release : str
    published : datetime.date
        Last day of the month in which it came out.
    variables : dict of str to Variable
        The panel's variables that it brings.
    frame : pandas.DataFrame
        Their values, one row per state-year of the panel, in the panel's order; no columns for the panel's own release.
    """

    dataset: str
    release: str
    published: date
    variables: Mapping[str, Variable]
    frame: pd.DataFrame


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
    """
    known = registry()
    found, parts = [], source.split("+")
    while parts:
        # a key may hold a plus itself: the longest one that is registered, else one part
        length = next((n for n in range(len(parts), 0, -1) if "+".join(parts[:n]) in known), 1)
        key, parts = "+".join(parts[:length]), parts[length:]
        name, _, release = key.rpartition("-")
        entry = known.get(key)
        found.append((entry.dataset, entry.release) if entry else (name.replace("-", "_"), release))
    return found


def datasets_of(source: str) -> set[str]:
    """Datasets behind a variable's source."""
    return {dataset for dataset, _ in releases_of(source)}


def publication(dataset: str, release: str, *, last_year: int, lag_months: int) -> date:
    """Day by which a release was out.

    The registry's month where it gives one; else the last year that the release covers plus the lag, which is how the
    annual releases of V-Dem (March) and UCDP (June) come.
    """
    entry = _entry(dataset, release)
    if entry is not None and entry.published:
        year, month = entry.published.split("-")
        return month_end(int(year), int(month))
    return month_end(last_year, 12 + lag_months)


def current_vintages(vintages: Sequence[Vintage], issued: date) -> dict[str, Vintage]:
    """Release that was current on a date, by variable; before the first one that holds it, that first one."""
    chosen: dict[str, Vintage] = {}
    for vintage in sorted(vintages, key=lambda one: (one.published, release_order(one.release))):
        for name in vintage.variables:
            if vintage.published <= issued or name not in chosen:
                chosen[name] = vintage
    return chosen


def with_vintages(
    frame: pd.DataFrame, variables: Mapping[str, Variable], chosen: Mapping[str, Vintage]
) -> tuple[pd.DataFrame, dict[str, Variable]]:
    """Panel columns and variables, each from the release chosen for it."""
    changed = {
        name: vintage.frame[name].to_numpy(dtype=float)
        for name, vintage in chosen.items()
        if name in vintage.frame.columns
    }
    described = {name: chosen[name].variables[name] for name in changed}
    return frame.assign(**changed), {**variables, **described}


def _entry(dataset: str, release: str) -> Release | None:
    found = [
        one
        for one in registry().values()
        if one.dataset == dataset and release_order(one.release) == release_order(release)
    ]
    return found[0] if found else None
