"""The dated state system and the codes and names that sources give to states.

A state is an entry of the list of independent states by Gleditsch and Ward, with its number there. The
bundled tables say who existed when (``states.csv``), which code or name meant which state in which years
(``crosswalk.csv``) and who lay next to whom (``contiguity.csv``). Matching is exact but for case, accents,
apostrophes, hyphens, full stops, spaces and the abbreviations that :func:`~rtop_forecast.world.codes.normalise`
writes out. Nothing is guessed: what does not match is an error or a row in a report.

References
----------
Gleditsch, K. S. & Ward, M. D. (1999). A revised list of independent states since the congress of Vienna.
International Interactions, 25, 393-413.

Stinnett, D. M., Tir, J., Schafer, P., Diehl, P. F. & Gochman, C. (2002). The Correlates of War project direct
contiguity data, version 3. Conflict Management and Peace Science, 19, 58-66.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.checks.arguments import choice, integer
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.codes import (
    FIRST_YEAR,
    LAST_YEAR,
    STRIDE,
    SYSTEMS,
    codes_of,
    meaning,
    normalise,
    reason,
    state_table,
)
from rtop_forecast.world.spellings import find_spelling
from rtop_forecast.world.spells import years_of_spells

#: Columns that name a state-year: Gleditsch-Ward number as of the year, and calendar year.
KEYS = ["country_id", "year"]
ROW_KEYS = ["country_id", "origin_year"]

__all__ = [
    "FIRST_YEAR",
    "KEYS",
    "LAST_YEAR",
    "ROW_KEYS",
    "SYSTEMS",
    "Resolution",
    "State",
    "contiguity",
    "list_states",
    "resolve_many",
    "resolve_state",
    "state",
    "state_years",
]

_KINDS = ("land", "water_12", "water_24", "water_150", "water_400")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One independent state.

    Attributes
    ----------
    country_id : int
        Gleditsch-Ward number.
    name : str
        Common English name.
    start, end : datetime.date
        First and last day as an independent state in the list; ``end`` is None while it exists. The
        start may lie before 1946.
    microstate : bool
        Whether it stands in the list's supplement of microstates.
    region, subregion : str
        UN M49 region, and the finest M49 level below it ("Eastern Africa", "Caribbean").
    """

    country_id: int
    name: str
    start: date
    end: date | None
    microstate: bool
    region: str
    subregion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Result of :func:`resolve_many`.

    Attributes
    ----------
    country_id : pandas arrays.IntegerArray of shape (n_rows,)
        Gleditsch-Ward numbers, missing where nothing matched.
    unmatched : pandas.DataFrame
        ``code, year, rows, reason``, one row per code and year that did not match.
    """

    country_id: pd.arrays.IntegerArray
    unmatched: pd.DataFrame

    def summary(self) -> str:
        """Rows matched and unmatched, and the first code that did not match."""
        n, lost = len(self.country_id), int(self.unmatched["rows"].sum())
        text = f"{n - lost} of {n} rows matched a state"
        return text if not lost else f"{text}; first unmatched: {self.unmatched['reason'].iloc[0]}"


@lru_cache(maxsize=len(_KINDS) + 1)
def _neighbours(kind: str) -> pd.DataFrame:
    table = pd.read_csv(core_file("contiguity.csv"), dtype={"kind": str})
    if kind != "any":
        table = table[table["kind"] == kind]
    first = table["first_year"].to_numpy(dtype=np.int64)
    last = table["last_year"].fillna(LAST_YEAR).to_numpy(dtype=np.int64)
    expanded = _expand(
        first, last, {c: table[c].to_numpy(dtype=np.int64) for c in ("country_id", "neighbour_id")}
    )
    return expanded.drop_duplicates(ignore_index=True)


def _expand(
    first: NDArray[np.int64], last: NDArray[np.int64], columns: dict[str, NDArray[Any]]
) -> pd.DataFrame:
    """One row per year of each spell, sorted by the columns in their order and the year."""
    rows, years = years_of_spells(first, last)
    table = pd.DataFrame({name: values[rows] for name, values in columns.items()} | {"year": years})
    return table.sort_values([*columns, "year"], ignore_index=True)


def list_states() -> pd.DataFrame:
    """All independent states since 1946.

    Returns
    -------
    pandas.DataFrame of shape (n_states, 7)
        ``country_id`` (int64), ``name``, ``start`` and ``end`` (datetime64; ``end`` missing while the
        state exists), ``microstate`` (bool), ``region`` and ``subregion`` (UN M49), sorted by number.
    """
    return state_table().copy()


def state(country_id: int, *, year: int | None = None) -> State:
    """One state by its Gleditsch-Ward number.

    Parameters
    ----------
    country_id : int
    year : int, optional
        Also require that the state existed in this year.

    Raises
    ------
    InputError
        If no state since 1946 has the number.
    CoverageError
        If the state did not exist in ``year``.

    Examples
    --------
    >>> state(626).name, state(626).start.year
    ('South Sudan', 2011)
    """
    found = state_table()[state_table()["country_id"] == country_id]
    if found.empty:
        message = (
            f"no state since {FIRST_YEAR} has the Gleditsch-Ward number {country_id}. See list_states()."
        )
        raise InputError(message)
    if year is not None:
        resolve_state(country_id, system="gw", year=year)
    row = found.iloc[0]
    return State(
        country_id=int(row["country_id"]),
        name=str(row["name"]),
        start=row["start"].date(),
        end=None if pd.isna(row["end"]) else row["end"].date(),
        microstate=bool(row["microstate"]),
        region=str(row["region"]),
        subregion=str(row["subregion"]),
    )


def state_years(*, first: int = FIRST_YEAR, last: int = LAST_YEAR, microstates: bool = True) -> pd.DataFrame:
    """One row per state and calendar year.

    A state has a row for every year in which it was independent on at least one day. In a year of change both
    the state that ends and its successor have a row when both existed on some day of that year: East Germany
    in 1990, South Yemen in 1990, Zanzibar in 1964, South Vietnam in 1975, Yugoslavia and Serbia in 2006.
    Czechoslovakia ended with 1992 and its heirs began with 1993, so they do not overlap.

    Parameters
    ----------
    first, last : int
        First and last year, both included, within 1946-2025.
    microstates : bool
        Whether to include the list's microstates.

    Returns
    -------
    pandas.DataFrame of shape (n_state_years, 3)
        ``country_id`` (int64), ``year`` (int64) and ``name``, sorted by number and year.

    Raises
    ------
    InputError
        If the years are out of order or outside 1946-2025.
    """
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        span = f"{FIRST_YEAR} <= first <= last <= {LAST_YEAR}"
        message = f"years must satisfy {span}; got first={first}, last={last}."
        raise InputError(message)
    table = state_table()
    begins = table["start"].dt.year.clip(lower=first).to_numpy(dtype=np.int64)
    ends = table["end"].dt.year.fillna(LAST_YEAR).clip(upper=last).to_numpy(dtype=np.int64)
    inside = (begins <= ends) & (microstates | ~table["microstate"].to_numpy())
    table, begins, ends = table[inside], begins[inside], ends[inside]
    expanded = _expand(begins, ends, {"country_id": table["country_id"].to_numpy(dtype=np.int64)})
    return expanded.assign(name=expanded["country_id"].map(table.set_index("country_id")["name"]))


def contiguity(*, kind: str = "land") -> pd.DataFrame:
    """Pairs of neighbouring states by year, in both directions.

    Compiled from the Correlates of War's direct contiguity data 3.2, which ends in 2016; borders open then
    are continued to 2025, as no state has come or gone since. Where COW membership begins later than
    independence in the Gleditsch-Ward list, the border is carried back to independence. Borders of states
    that COW does not list (Tibet, Abkhazia, South Ossetia) are our own.

    Parameters
    ----------
    kind : {"land", "water_12", "water_24", "water_150", "water_400", "any"}
        A common land or river border, or separation by at most 12, 24, 150 or 400 miles of water; a pair
        has the closest kind only. "any" joins all kinds.

    Returns
    -------
    pandas.DataFrame
        ``country_id, neighbour_id, year`` (int64): neighbours on at least one day of the year.

    Raises
    ------
    InputError
        If ``kind`` is unknown.
    """
    if kind not in (*_KINDS, "any"):
        message = f"kind must be one of {', '.join(_KINDS)} or any; got {kind!r}."
        raise InputError(message)
    return _neighbours(kind).copy()


def resolve_state(code_or_name: object, *, system: str, year: int) -> int:
    """State that a code or name means in a year.

    Where a code passes from one state to its successor within a year, the year belongs to the successor
    (V-Dem's 198 in 2006 is Serbia).

    Parameters
    ----------
    code_or_name : int or str
        Numbers may be given as strings or as floats without a fraction. A name that no bundled spelling matches may be
        abbreviated or turned ("N. Korea", "Congo, DRC"), an ISO code in capitals, or a French,
        Spanish or Arabic name. A short name of several states is taken for the one that :func:`list_states` calls by
        it ("Congo" is 484), and refused, with all of them, where it calls none so ("Korea").
    system : str
        One of :data:`SYSTEMS`.
    year : int
        A calendar year within 1946-2025.

    Returns
    -------
    int
        Gleditsch-Ward number.

    Raises
    ------
    InputError
        If the system is unknown, or the code or name is; the message names near misses.
    CoverageError
        If the code or name exists, but means no independent state in that year: a territory, an
        aggregate, or a state of other years.

    Examples
    --------
    >>> resolve_state("Burma/Myanmar", system="name", year=2021), resolve_state("NA", system="iso2", year=1995)
    (775, 565)
    """
    _checked_system(system)
    key = normalise(code_or_name, system=system)
    year = integer(year, name="year")
    covered = FIRST_YEAR <= year <= LAST_YEAR
    found = meaning(key, system, int(year)) if covered else None
    if found is not None:
        return found
    other = (
        find_spelling(str(code_or_name)) if system == "name" and key not in codes_of("name").number else None
    )
    if other is not None:
        return resolve_state(other[1], system=other[0], year=year)
    text = reason(key, str(code_or_name).strip(), system, int(year))
    if key in codes_of(system).number or (key and not covered):
        raise CoverageError(text)
    raise InputError(text)


def resolve_many(codes: ArrayLike, years: ArrayLike, *, system: str) -> Resolution:
    """States that codes or names mean in their years; the vectorised form of :func:`resolve_state`.

    Parameters
    ----------
    codes : array_like of shape (n_rows,)
    years : array_like of shape (n_rows,)
        Calendar years as integers.
    system : str
        One of :data:`SYSTEMS`.

    Returns
    -------
    Resolution
        Row by row the state, and a report of what did not match, with the reason. No row is dropped.

    Raises
    ------
    InputError
        If the system is unknown, the lengths differ or a year is missing or not an integer.
    """
    table = codes_of(_checked_system(system))
    given = pd.Series(codes).reset_index(drop=True)
    year = _integer_years(years, rows=len(given))
    position, unique = pd.factorize(given, use_na_sentinel=False)
    keys = [normalise(code, system=system) for code in unique]
    number = np.array([table.number.get(key, -1) for key in keys], dtype=np.int64)[position]
    row = np.searchsorted(table.start, number * STRIDE + year, side="right") - 1
    inside = (number >= 0) & (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (row >= 0)
    row = np.where(inside, row, 0)
    inside &= (table.start[row] // STRIDE == number) & (year <= table.last[row]) & (table.state[row] >= 0)
    found = pd.arrays.IntegerArray(np.where(inside, table.state[row], 0), mask=~inside)
    return Resolution(
        country_id=found, unmatched=_report(list(unique), keys, position[~inside], year[~inside], system)
    )


def _checked_system(system: object) -> str:
    return choice(system, name="system", options=tuple(SYSTEMS))


def _integer_years(years: ArrayLike, *, rows: int) -> NDArray[np.int64]:
    values = pd.to_numeric(pd.Series(years), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if len(values) != rows:
        message = f"codes and years must have the same length; got {rows} and {len(values)}."
        raise InputError(message)
    bad = ~(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < STRIDE))
    if bad.any():
        message = (
            f"years must be integers; {int(bad.sum())} of {rows} rows are not, first row "
            f"{int(np.argmax(bad))}. Remove or repair these rows first."
        )
        raise InputError(message)
    return values.astype(np.int64)


def _report(
    unique: Sequence[object],
    keys: list[str],
    position: NDArray[np.int64],
    year: NDArray[np.int64],
    system: str,
) -> pd.DataFrame:
    lost = pd.DataFrame({"position": position, "year": year}, dtype="int64")
    counts = lost.groupby(["position", "year"], as_index=False).size()
    code = ["" if keys[i] == "" else str(unique[i]).strip() for i in counts["position"]]
    pairs = zip(counts["position"], code, counts["year"], strict=True)
    return pd.DataFrame(
        {
            "code": pd.Series(code, dtype="str"),
            "year": counts["year"].astype("int64"),
            "rows": counts["size"].astype("int64"),
            "reason": pd.Series([reason(keys[i], text, system, int(y)) for i, text, y in pairs], dtype="str"),
        }
    ).sort_values(["code", "year"], ignore_index=True)


def country(name_or_id: str | int, *, year: int) -> int:
    """Gleditsch-Ward number of a state given by name or number in a year."""
    if isinstance(name_or_id, str) and not name_or_id.strip().lstrip("-").isdigit():
        return resolve_state(name_or_id, system="name", year=year)
    return resolve_state(str(name_or_id).strip(), system="gw", year=year)
