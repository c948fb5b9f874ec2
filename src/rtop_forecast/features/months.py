"""Features of the months up to an issue date: what had been counted by then, over windows that end with it.

A forecast of origin t that is issued in the course of t + 1 knows some months of t + 1. They are named by their offset
from January of t + 1, which is 0: December of t is -1. Every row of a table of these features sees the months of the
same offsets, so that a row of the past knows as little as the row that is forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import calendar_date
from rtop_forecast.checks.arrays import BoolArray, FloatArray, IntArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError
from rtop_forecast.features.month_specs import (
    BY_EVENT,
    CANDIDATES,
    COUNTS,
    MONTH_PREFIX,
    WINDOWS,
    Count,
    feature_name,
    month_spec,
    specs_of,
)
from rtop_forecast.features.spec import FeatureSpec
from rtop_forecast.features.transforms import settled
from rtop_forecast.panel import Panel
from rtop_forecast.panel.months import NEW_DYADS, month_grid
from rtop_forecast.sources.catalogue.ucdp_ged import CANDIDATE_LAG
from rtop_forecast.sources.reading.months import month_number
from rtop_forecast.world.states import KEYS

__all__ = [
    "FIRST_ORIGIN",
    "MONTH_PREFIX",
    "MonthFeatures",
    "known_offsets",
    "month_features",
    "month_spec",
    "month_specs",
    "newest_out",
    "offsets_of_month",
]

#: First origin whose months are all covered: UCDP counts from January 1989.
FIRST_ORIGIN = 1989
#: First year in which a dyad is told to be new: five years of events lie before it.
FIRST_DYADS = 1994

_YEAR = 12
_DIGITS = 24


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MonthFeatures(Displayed):
    """Features of the months known at an issue date, for every state-year as an origin.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``country_id, year`` (the origin) and the features as float64; NaN where a month is not covered.
    specs : tuple of FeatureSpec
        In column order.
    offsets : tuple of int
        Months that every row sees, newest first: 0 is January of the year after the origin.
    source : str
        Registry keys of the releases, joined by ``+``.
    not_available : dict of str to str
        Why a count by month that was asked for has no feature here, by its variable: such a feature is left out, never
        zero.
    """

    frame: pd.DataFrame
    specs: tuple[FeatureSpec, ...]
    offsets: tuple[int, ...]
    source: str
    not_available: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Feature names in column order."""
        return [spec.name for spec in self.specs]

    def at(self, country_ids: Sequence[int], origins: Sequence[int]) -> FloatArray:
        """Values of some rows, of shape (n_rows, n_features); NaN where there is no such row."""
        keys = pd.MultiIndex.from_arrays([np.asarray(country_ids), np.asarray(origins)])
        values: FloatArray = self.frame.set_index(KEYS)[self.names].reindex(keys).to_numpy(dtype=float)
        return values

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """Count the features and name the newest month; a line for each count that is not available."""
        newest = self.offsets[0]
        head = (
            f"{len(self.specs)} features of {len(self.frame):,} state-years over months up to "
            f"{_month_word(newest)} of the year {'after the' if newest >= 0 else 'of'} origin ({self.source})"
        )
        lacking = [f"  {name} is not available: {reason}" for name, reason in self.not_available.items()]
        return "\n".join([head, *lacking])

    def _headline(self) -> str:
        return self.summary().split("\n", 1)[0]

    def _shown(self) -> pd.DataFrame:
        return self.frame


def offsets_of_month(issue_month: int) -> tuple[int, ...]:
    """Months known at the end of a month of the year after the origin, newest first, two years of them.

    Candidate events of a month come out in the month after it.

    Examples
    --------
    >>> offsets_of_month(6)[:6], offsets_of_month(1)[:2]
    ((4, 3, 2, 1, 0, -1), (-1, -2))
    """
    newest = issue_month - CANDIDATE_LAG - 1
    return tuple(range(newest, newest - 2 * _YEAR, -1))


def newest_out(issued: date) -> int:
    """Give the number of the newest month of candidate events that had come out by a day."""
    ended = (pd.Timestamp(issued) + pd.Timedelta(days=1)).day == 1
    return month_number(issued.year, issued.month) - (0 if ended else 1) - CANDIDATE_LAG


def known_offsets(panel: Panel, *, origin: int, issued: date) -> tuple[int, ...]:
    """Months that the panel holds of those published by a day, newest first, two years of them.

    Parameters
    ----------
    panel : Panel
    origin : int
        Year whose following January has offset 0.
    issued : datetime.date

    Returns
    -------
    tuple of int
        A month that no release at hand covers is left out; months after the day's last published one are not seen.

    Raises
    ------
    CoverageError
        If the panel holds none of them.
    """
    day = calendar_date(issued, name="issued")
    january = month_number(origin + 1, 1)
    held = _covered(panel)
    newest = newest_out(day)
    offsets = [number - january for number in range(newest, newest - 2 * _YEAR, -1) if number in held]
    if not offsets:
        message = (
            f"the panel holds no month of the two years before {day.isoformat()}. Load UCDP's GED or its candidate "
            "events: load_panel(data_dir=...)."
        )
        raise CoverageError(message)
    return tuple(offsets)


def month_specs(panel: Panel, offsets: Sequence[int], *, candidates: bool = False) -> tuple[FeatureSpec, ...]:
    """Features by month that a panel can give: those of counts known from 1989 to its newest month.

    Deaths by type are in where the user has the event files of all years; sums over the year after the origin where a
    month of it is known.

    Parameters
    ----------
    panel : Panel
    offsets : sequence of int
    candidates : bool
        Whether new dyads are among them, which no model uses by default; they are known from 1994 on.
    """
    begun = any(offset >= 0 for offset in offsets)
    asked = (*COUNTS, *BY_EVENT, *(CANDIDATES if candidates else ()))
    return tuple(
        spec for count in asked if not _why_not(panel, count) for spec in specs_of(count, begun=begun)
    )


def _why_not(panel: Panel, count: Count) -> str:
    """Why a panel does not know a count by month from 1989 to its newest month; empty if it does."""
    held, whole = _covered(panel, count.variable), _covered(panel)
    if not held or not whole:
        return "no release at hand tells of it"
    begins = FIRST_DYADS if count.variable == NEW_DYADS else FIRST_ORIGIN
    if min(held) > month_number(begins, 1):
        return f"it is known from {_word(min(held))} only"
    lost = sorted(whole - held - set(range(min(whole), month_number(begins, 1))))
    if not lost:
        return ""
    first = max(held) + 1 if count.variable == NEW_DYADS else lost[0]
    return f"no release at hand tells of it from {_word(first)} on"


def month_features(
    panel: Panel, *, offsets: Sequence[int], last_origin: int | None = None, candidates: bool = False
) -> MonthFeatures:
    """Compute the features by month of every state-year from 1989 on.

    Parameters
    ----------
    panel : Panel
    offsets : sequence of int
        Months that every row sees, newest first; see :func:`known_offsets`.
    last_origin : int, optional
        By default the panel's last year.
    candidates : bool
        As in :func:`month_specs`.

    Returns
    -------
    MonthFeatures
        A row is missing where a month of its windows is not covered. A state that was independent in some of the
        months only is counted in those; in none of them, its row is missing.

    Raises
    ------
    CoverageError
        If the panel holds no counts by month.
    """
    offsets = tuple(int(offset) for offset in offsets)
    specs = month_specs(panel, offsets, candidates=candidates)
    if not specs:
        message = (
            "the panel holds no counts by month from 1989 on. Use load_panel(), or load UCDP's GED by month with "
            "load_panel(data_dir=...)."
        )
        raise CoverageError(message)
    last = panel.years[1] if last_origin is None else min(last_origin, panel.years[1])
    origins = np.arange(FIRST_ORIGIN, last + 1)
    keys = panel.frame.loc[panel.frame["year"].between(FIRST_ORIGIN, last), KEYS].reset_index(drop=True)
    ids = np.unique(keys["country_id"].to_numpy(dtype=np.int64))
    columns: dict[str, FloatArray] = {}
    asked = (*COUNTS, *BY_EVENT, *(CANDIDATES if candidates else ()))
    for count in asked:
        wanted = [spec.name for spec in specs if spec.transform.startswith(count.variable + ":")]
        if not wanted:
            continue
        counts = _seen(panel, count.variable, ids=ids, origins=origins, offsets=offsets)
        columns |= {name: array for name, array in _windows(count, counts).items() if name in wanted}
    place = (keys["year"].to_numpy() - FIRST_ORIGIN, np.searchsorted(ids, keys["country_id"].to_numpy()))
    table = {spec.name: settled(columns[spec.name][place], digits=_DIGITS) for spec in specs}
    return MonthFeatures(
        frame=pd.concat([keys, pd.DataFrame(table, index=keys.index)], axis=1),
        specs=specs,
        offsets=offsets,
        source="+".join(dict.fromkeys(f"{one.source}" for one in panel.months)),
        not_available={count.variable: reason for count in asked if (reason := _why_not(panel, count))},
    )


def _covered(panel: Panel, variable: str | None = None) -> set[int]:
    """Month numbers that some release covers; of one variable, or of deaths and of events of all types."""
    if variable == NEW_DYADS:
        try:
            grid = month_grid(panel.months, NEW_DYADS)
        except CoverageError:
            return set()
        return {grid.first + place for place in np.flatnonzero(grid.chosen >= 0).tolist()}
    named = [variable] if variable is not None else [count.variable for count in COUNTS]
    held: list[set[int]] = []
    for name in named:
        spans = [
            range(month_number(*table.first), month_number(*table.last) + 1)
            for table in panel.months
            if name in table.variables
        ]
        held.append({number for span in spans for number in span})
    return set.intersection(*held) if held else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Counts in the months that every row sees.

    Attributes
    ----------
    counts : ndarray of shape (n_offsets, n_origins, n_states)
        NaN where the state is not independent or the month is not covered.
    covered : ndarray of bool of shape (n_offsets, n_origins)
    after : ndarray of bool of shape (n_offsets,)
        Months of the year after the origin.
    """

    counts: FloatArray
    covered: BoolArray
    after: BoolArray

    def total(self, chosen: slice | BoolArray) -> FloatArray:
        """Sum over the months in which a state was independent; NaN if it was in none, or one is not covered."""
        counts = self.counts[chosen]
        covered: BoolArray = np.asarray(self.covered[chosen].all(axis=0))
        has_total = np.isfinite(counts).any(axis=0) & covered[:, None]
        total: FloatArray = np.where(has_total, np.nansum(counts, axis=0), np.nan)
        return total


def _seen(panel: Panel, variable: str, *, ids: IntArray, origins: IntArray, offsets: Sequence[int]) -> _Seen:
    grid = month_grid(panel.months, variable)
    column = pd.Index(grid.ids).get_indexer(pd.Index(ids))
    counts = np.where(column >= 0, grid.counts[:, column], np.nan)
    months = (origins[None, :] + 1) * _YEAR + np.asarray(offsets)[:, None] - grid.first
    inside = (months >= 0) & (months < len(counts))
    place = np.clip(months, 0, len(counts) - 1)
    return _Seen(
        counts=np.where(inside[:, :, None], counts[place], np.nan),
        covered=inside & (grid.chosen >= 0)[place],
        after=np.asarray(offsets) >= 0,
    )


def _windows(count: Count, seen: _Seen) -> dict[str, FloatArray]:
    """Every feature of one count, of shape (n_origins, n_states)."""
    sums = {n: seen.total(slice(0, n)) for n in WINDOWS}
    found = {feature_name(count, f"{n}m"): np.log1p(sums[n]) for n in WINDOWS}
    found[feature_name(count, "known")] = np.log1p(seen.total(seen.after))
    found[feature_name(count, "growth6")] = np.log1p(sums[6]) - np.log1p(seen.total(slice(6, _YEAR)))
    some = np.nan_to_num(seen.counts[:_YEAR]) > 0
    since = np.where(some.any(axis=0), some.argmax(axis=0), _YEAR)
    found[feature_name(count, "since")] = np.where(np.isfinite(sums[_YEAR]), np.log1p(since), np.nan)
    return found


def _word(number: int) -> str:
    return f"{number // _YEAR}-{number % _YEAR + 1:02d}"


def _month_word(offset: int) -> str:
    return date(2000, offset % _YEAR + 1, 1).strftime("%B")
