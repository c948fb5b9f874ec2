"""Events and variables of your own in a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import choice, integer, quoted, string_mapping, strings
from rtop_forecast.errors import InputError
from rtop_forecast.panel.build import with_table
from rtop_forecast.panel.own_frames import as_frame, listed_codes, read_years, without_repeats
from rtop_forecast.panel.panel import Panel
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.reading.table import UNMATCHED_COLUMNS, no_unmatched
from rtop_forecast.world.codes import codes_of, normalise
from rtop_forecast.world.spellings import find_spelling
from rtop_forecast.world.states import KEYS, resolve_many, state

__all__ = ["add_events", "add_variables"]

_LARGEST_CODE = 10**9
_LAG_MONTHS, _MOST_MONTHS = 6, 600
_RULES = ("sum", "mean", "max", "min")
_MOST_COLUMNS = 10_000


def add_events(  # noqa: PLR0913 (public entry point)
    panel: Panel,
    events: Any,
    *,
    name: str,
    years: tuple[int, int],
    country: str = "country",
    start: str = "start_year",
    end: str = "end_year",
    system: str = "name",
    publication_lag_months: int = _LAG_MONTHS,
    unmatched: Literal["raise", "report"] = "raise",
) -> Panel:
    """Add events of your own, for :func:`rtop_forecast.onset_target` with ``event=name``.

    Parameters
    ----------
    panel : Panel
    events : table
        One row per episode: ``country`` (in the code system ``system``, by default its name in any spelling that the
        library knows), ``start_year`` and, optionally, ``end_year`` (missing while it lasts; by default the year
        of the start), as years or dates. A frame of pandas, polars or another library with the Arrow or the dataframe
        interchange protocol, a dict of columns or a list of dicts.
    name : str
        Prefix of the two variables ``<name>_onset`` and ``<name>_ongoing``.
    years : (int, int)
        First and last year that your list covers: inside, a state-year without an event is 0, outside it is
        missing.
    country, start, end : str
        Names of the columns in your table.
    system : str
        Code system of ``country``; see :data:`rtop_forecast.world.codes.SYSTEMS`.
    publication_lag_months : int
        Whole months after 31 December of a year until its events are known.
    unmatched : {"raise", "report"}
        Whether a country that is no state in its year is refused, with the whole list, or left out and listed in
        ``panel.unmatched``. An episode that another row repeats exactly counts once and is listed there too.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If a column is missing, a country is not known in its year, an episode lies outside ``years`` or ends before it
        starts, or the name is taken. Years outside the panel are listed in ``panel.unmatched``.
    """
    choice(unmatched, name="unmatched", options=("raise", "report"))
    lag_months = _lag(publication_lag_months)
    years = _span_of(years, name="years")
    columns = {"country": country, "start_year": start, "end_year": end}
    table = as_frame(events, columns=columns, needed=["country", "start_year"], what="events")
    table = table.assign(start_year=read_years(table["start_year"], start))
    table, repeats = without_repeats(table)
    begins = table["start_year"]
    ends = table.get("end_year", begins)
    stops = read_years(ends.astype(object).where(ends.notna(), years[1]), end)
    _refuse(table, (stops < begins).to_numpy(), "an episode must not end before it starts")
    _refuse(
        table,
        ((begins < years[0]) | (stops > years[1])).to_numpy(),
        f"episodes must lie within {years[0]}-{years[1]}",
    )
    spells = pd.DataFrame({"country": table["country"], "start": begins, "end": stops})
    rows = spells.loc[spells.index.repeat(spells["end"] - spells["start"] + 1)]
    rows = rows.assign(year=rows["start"] + rows.groupby(level=0).cumcount())
    rows = rows.reset_index(drop=True)
    data, outside = _resolved(rows, system=system, panel=panel, report=unmatched == "report")
    data[f"{name}_onset"] = (data["year"] == data["start"]).astype(float)
    data[f"{name}_ongoing"] = 1.0
    variables = [f"{name}_onset", f"{name}_ongoing"]
    counts = data.groupby(KEYS, as_index=False)[variables].sum()
    return _add(
        panel,
        counts,
        name,
        dict.fromkeys(variables, years),
        variables,
        lag_months,
        unmatched=pd.concat([outside, repeats], ignore_index=True),
    )


def add_variables(  # noqa: PLR0913 (public entry point)
    panel: Panel,
    table: Any,
    *,
    name: str,
    country: str = "country",
    year: str = "year",
    system: str = "name",
    publication_lag_months: int,
    years: Mapping[str, tuple[int, int]] | None = None,
    zero_inside: Sequence[str] = (),
    unmatched: Literal["raise", "report"] = "raise",
    aggregate: Literal["sum", "mean", "max", "min"] | None = None,
) -> Panel:
    """Add variables of your own; :func:`rtop_forecast.build_features` takes them by ``own=``.

    Parameters
    ----------
    panel : Panel
    table : table
        One row per country and year: ``country`` (in the code system ``system``), ``year`` (a year or a date) and
        numeric columns. A frame of pandas, polars or another library with the Arrow or the dataframe interchange
        protocol, a dict of columns or a list of dicts. Headings of several levels are joined by "_".
    name : str
        Prefix of the variables: ``<name>_<column>``.
    country, year : str
        Names of the two columns in your table.
    system : str
        Code system of ``country``, such as ``"iso3"``; see :data:`rtop_forecast.world.codes.SYSTEMS`.
    publication_lag_months : int
        Whole months after 31 December of a value's year until it is published; there is no default, since a guess
        would let the future in.
    years : dict of str to (int, int), optional
        Coverage by column; by default from its first to its last value.
    zero_inside : sequence of str
        Columns of counts for which the absence of a row inside the coverage means zero.
    unmatched : {"raise", "report"}
        Whether a country that is no state in its year is refused, with the whole list, or left out and listed in
        ``panel.unmatched``. A row that another repeats exactly counts once and is listed there too.
    aggregate : {"sum", "mean", "max", "min"}, optional
        How several rows of one country and year, such as months, become one; without it they are refused. Missing
        values are passed over; a year that has no other stays missing.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If a column is missing or not numeric, a country is not known in its year, a country-year is repeated, a key of
        ``years`` or ``zero_inside`` is no column, or a name is taken. Rows outside the panel's years are
        listed in ``panel.unmatched``.
    """
    if len(getattr(table, "columns", [])) > _MOST_COLUMNS:
        message = (
            f"a table may have {_MOST_COLUMNS:,} columns, not {len(table.columns):,}. "
            "Select the columns to add."
        )
        raise InputError(message)
    choice(unmatched, name="unmatched", options=("raise", "report"))
    if aggregate is not None:
        choice(aggregate, name="aggregate", options=_RULES)
    lag_months = _lag(publication_lag_months)
    given = as_frame(
        table, columns={"country": country, "year": year}, needed=["country", "year"], what="variables"
    )
    given = given.assign(year=read_years(given["year"], year))
    columns = [column for column in given.columns if column not in ("country", "year")]
    wrong = [column for column in columns if not _is_real(given[column])]
    if wrong or not columns:
        message = (
            f"variables must be numeric columns beside country and year; {len(wrong)} are not, first {wrong[:1]}. "
            "Convert or drop them."
        )
        raise InputError(message)
    numbers = {column: given[column].to_numpy(dtype=float, na_value=np.nan) for column in columns}
    _refuse(given, np.isinf(np.array(list(numbers.values()))).any(axis=0), "values must be finite or missing")
    spans_given = _spans(years, columns)
    stray = sorted(set(strings(zero_inside, name="zero_inside")) - set(columns))
    if stray:
        message = f"zero_inside must name columns of the table; {stray[0]!r} is none of them. Columns: {columns[:8]}."
        raise InputError(message)
    # months of a year may well repeat each other
    rows, repeats = (
        (given.assign(**numbers), no_unmatched()) if aggregate else without_repeats(given.assign(**numbers))
    )
    data, outside = _resolved(rows, system=system, panel=panel, report=unmatched == "report")
    data = _one_a_year(data, columns, rule=aggregate)
    outside = pd.concat([outside, repeats], ignore_index=True)
    spans = {column: spans_given.get(column) or _span(data, column) for column in columns}
    renamed = data[[*KEYS, *columns]].rename(columns={column: f"{name}_{column}" for column in columns})
    coverage = {f"{name}_{column}": span for column, span in spans.items()}
    zeros = [f"{name}_{column}" for column in zero_inside]
    return _add(panel, renamed, name, coverage, zeros, lag_months, unmatched=outside)


def _lag(months: Any) -> int:
    """Publication lag as a whole number of months."""
    return integer(months, name="publication_lag_months", least=0, most=_MOST_MONTHS)


def _span_of(value: Any, *, name: str) -> tuple[int, int]:
    """First and last year, in order."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        message = f"{name} must be two years, first and last; got {quoted(value)}."
        raise InputError(message)
    first, last = (integer(one, name=name) for one in value)
    if first > last:
        message = f"{name} must not end before it begins; got {quoted(value)}."
        raise InputError(message)
    return first, last


def _spans(years: Any, columns: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Coverage that was given, by column."""
    given = {} if years is None else string_mapping(years, name="years")
    stray = sorted(set(given) - set(columns))
    if stray:
        message = (
            f"years must name columns of the table; {stray[0]!r} is none of them ({len(stray)} in all). "
            f"Columns: {list(columns)[:8]}."
        )
        raise InputError(message)
    return {column: _span_of(span, name=f"years[{column!r}]") for column, span in given.items()}


def _one_a_year(data: pd.DataFrame, columns: Sequence[str], *, rule: str | None) -> pd.DataFrame:
    """One row for each state and year, by the rule if there is one."""
    repeated = data.duplicated(KEYS).to_numpy()
    if rule is None:
        hint = " If they are months of a year, say how they add up: aggregate='sum', 'mean', 'max' or 'min'."
        _refuse(data, repeated, "each country and year may appear once", hint=hint)
        return data
    grouped = data.groupby(KEYS, as_index=False)[list(columns)]
    # a year without any value is missing, not a sum of nothing
    return grouped.sum(min_count=1) if rule == "sum" else grouped.agg(rule)


def _is_code(value: object) -> bool:
    if isinstance(value, str):
        return True
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return number and bool(abs(value) <= _LARGEST_CODE)  # type: ignore[arg-type]


def _is_real(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def _resolved(
    rows: pd.DataFrame, *, system: str, panel: Panel, report: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the panel's years with ``country_id``, and a report of the others; a country unknown may be refused."""
    kinds = [_is_code(value) for value in rows["country"]]
    _refuse(rows, ~np.array(kinds, dtype=bool), "country must be a name or a code")
    if len({isinstance(value, str) for value in rows["country"]}) > 1:
        rows = rows.assign(country=rows["country"].astype(str))
    within = rows["year"].between(*panel.years)
    inside = rows[within].reset_index(drop=True)
    found = resolve_many(inside["country"], inside["year"], system=system)
    if system == "name" and len(found.unmatched):
        other = _spelled(inside["country"])
        found = resolve_many(
            inside["country"].map(lambda name: other.get(name, name)), inside["year"], system=system
        )
        # the report names what stands in the table
        given = {str(spelling): str(name) for name, spelling in other.items()}
        found = replace(found, unmatched=found.unmatched.replace({"code": given}))
    if len(found.unmatched) and not report:
        lost = int(found.unmatched["rows"].sum())
        codes = list(listed_codes(found.unmatched))
        message = (
            f"each country must be a state in its year; {lost} of {len(inside)} country-years are not: "
            f"{'; '.join(codes)}. Correct the names, name the code system (system=), or leave them out and have them "
            'listed with unmatched="report".'
        )
        raise InputError(message)
    if len(found.unmatched) and int(found.unmatched["rows"].sum()) == len(inside):
        message = (
            f"none of the {len(inside)} country-years is a state's: {next(iter(listed_codes(found.unmatched)))}. "
            "Name the code system (system=)."
        )
        raise InputError(message)
    outside = rows[~within].groupby(["country", "year"]).size().reset_index(name="rows")
    beyond = outside.rename(columns={"country": "code"}).assign(
        code=lambda table: table["code"].astype(str), reason="outside the panel's years"
    )
    ids = pd.Series(found.country_id, index=inside.index)
    matched = inside[ids.notna()].assign(country_id=ids[ids.notna()].astype("int64"))
    lost_rows = [part[UNMATCHED_COLUMNS] for part in (beyond, found.unmatched) if len(part)]
    return matched.reset_index(drop=True), (
        pd.concat(lost_rows, ignore_index=True) if lost_rows else no_unmatched()
    )


def _spelled(names: pd.Series) -> dict[object, object]:
    """Another spelling of each name that no bundled one matches as it stands."""
    other: dict[object, object] = {}
    for name in names.unique():
        spelling = find_spelling(str(name))
        if spelling is None or spelling[1] == normalise(name, system="name"):
            continue
        system, code = spelling
        if system == "name":
            other[name] = code
        else:
            rows = codes_of(system).spells(code)
            states = {int(codes_of(system).state[row]) for row in rows} - {-1}
            if len(states) == 1:
                other[name] = state(states.pop()).name
    return other


def _span(data: pd.DataFrame, column: str) -> tuple[int, int]:
    years = data.loc[data[column].notna(), "year"]
    if years.empty:
        message = f"column {column!r} has no value within the panel's years. Leave it out."
        raise InputError(message)
    return int(years.min()), int(years.max())


def _refuse(table: pd.DataFrame, wrong: np.ndarray, rule: str, *, hint: str = "") -> None:
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        message = (
            f"{rule}; {int(wrong.sum())} of {len(table)} rows break this rule, first row {first} "
            f"({table['country'].iloc[first]!r}). Correct them.{hint}"
        )
        raise InputError(message)


def _add(
    panel: Panel,
    data: pd.DataFrame,
    name: str,
    coverage: Mapping[str, tuple[int, int]],
    zero_inside: Sequence[str],
    lag_months: int,
    *,
    unmatched: pd.DataFrame,
) -> Panel:
    first, last = panel.years
    clipped = {variable: (max(a, first), min(b, last)) for variable, (a, b) in coverage.items()}
    outside = [variable for variable, (a, b) in clipped.items() if a > b]
    if outside:
        message = (
            f"{outside[0]!r} covers {coverage[outside[0]]}, none of the panel's years {first}-{last}. "
            "Load a panel of those years."
        )
        raise InputError(message)
    table = SourceTable(
        source=f"own-{name}",
        release="own data",
        data=data[[*KEYS, *coverage]],
        coverage=clipped,
        zero_inside=frozenset(zero_inside),
        publication_lag_months=lag_months,
        unmatched=unmatched,
    )
    return with_table(panel, table)
