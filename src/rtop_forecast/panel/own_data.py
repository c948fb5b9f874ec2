"""Events and variables of your own in a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.panel.build import with_table
from rtop_forecast.panel.panel import Panel
from rtop_forecast.sources import SourceTable
from rtop_forecast.world.states import KEYS, resolve_many

__all__ = ["add_events", "add_variables"]

_LAST_YEAR, _LARGEST_CODE = 9999, 10**9
_LAG_MONTHS = 6
_MOST_COLUMNS = 10_000


def add_events(
    panel: Panel,
    events: pd.DataFrame,
    *,
    name: str,
    years: tuple[int, int],
    system: str = "name",
    publication_lag_months: int = _LAG_MONTHS,
) -> Panel:
    """Add events of your own, for :func:`rtop_forecast.onset_target` with ``event=name``.

    Parameters
    ----------
    panel : Panel
    events : pandas.DataFrame
        One row per episode: ``country`` (in the code system ``system``, by default its name in any spelling that the
        library knows), ``start_year`` and, optionally, ``end_year`` (missing while it lasts; by default the year
        of the start).
    name : str
        Prefix of the two variables ``<name>_onset`` and ``<name>_ongoing``.
    years : (int, int)
        First and last year that your list covers: inside, a state-year without an event is 0, outside it is
        missing.
    system : str
        Code system of ``country``; see :data:`rtop_forecast.world.codes.SYSTEMS`.
    publication_lag_months : int
        Months after 31 December of a year until its events are known.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If a column is missing, a country is not known in its year, an episode lies outside ``years`` or ends before it
        starts, or the name is taken. Years outside the panel are listed in ``panel.unmatched``.
    """
    table = _columns(events, ["country", "start_year"], what="events")
    start = _years(table["start_year"], "start_year")
    ends = table["end_year"] if "end_year" in table else table["start_year"]
    end = _years(ends.astype(object).where(ends.notna(), years[1]), "end_year")
    _refuse(table, (end < start).to_numpy(), "an episode must not end before it starts")
    _refuse(
        table,
        ((start < years[0]) | (end > years[1])).to_numpy(),
        f"episodes must lie within {years[0]}-{years[1]}",
    )
    spells = pd.DataFrame({"country": table["country"], "start": start, "end": end})
    rows = spells.loc[spells.index.repeat(spells["end"] - spells["start"] + 1)]
    rows = rows.assign(year=rows["start"] + rows.groupby(level=0).cumcount())
    data, outside = _resolved(rows.reset_index(drop=True), system=system, panel=panel)
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
        publication_lag_months,
        unmatched=outside,
    )


def add_variables(
    panel: Panel,
    table: pd.DataFrame,
    *,
    name: str,
    system: str = "name",
    publication_lag_months: int,
    years: Mapping[str, tuple[int, int]] | None = None,
    zero_inside: Sequence[str] = (),
) -> Panel:
    """Add variables of your own; :func:`rtop_forecast.build_features` takes them by ``own=``.

    Parameters
    ----------
    panel : Panel
    table : pandas.DataFrame
        One row per country and year: ``country`` (in the code system ``system``), ``year`` and numeric columns.
    name : str
        Prefix of the variables: ``<name>_<column>``.
    system : str
        Code system of ``country``, such as ``"iso3"``; see :data:`rtop_forecast.world.codes.SYSTEMS`.
    publication_lag_months : int
        Months after 31 December of a value's year until it is published; there is no default, since a guess
        would let the future in.
    years : dict of str to (int, int), optional
        Coverage by column; by default from its first to its last value.
    zero_inside : sequence of str
        Columns of counts for which the absence of a row inside the coverage means zero.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If a column is missing or not numeric, a country is not known in its year, a country-year is repeated, or
        a name is taken. Rows outside the panel's years are listed in ``panel.unmatched``.
    """
    if len(getattr(table, "columns", [])) > _MOST_COLUMNS:
        message = (
            f"a table may have {_MOST_COLUMNS:,} columns, not {len(table.columns):,}. "
            "Select the columns to add."
        )
        raise InputError(message)
    given = _columns(table, ["country", "year"], what="variables")
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
    rows = given.assign(year=_years(given["year"], "year"), **numbers)
    data, outside = _resolved(rows, system=system, panel=panel)
    _refuse(data, data.duplicated(KEYS).to_numpy(), "each country and year may appear once")
    spans = {column: (dict(years or {})).get(column) or _span(data, column) for column in columns}
    renamed = data[[*KEYS, *columns]].rename(columns={column: f"{name}_{column}" for column in columns})
    coverage = {f"{name}_{column}": span for column, span in spans.items()}
    zeros = [f"{name}_{column}" for column in zero_inside]
    return _add(panel, renamed, name, coverage, zeros, publication_lag_months, unmatched=outside)


def _columns(table: pd.DataFrame, needed: Sequence[str], *, what: str) -> pd.DataFrame:
    missing = [column for column in needed if column not in table.columns]
    if missing:
        message = (
            f"a table of {what} needs the columns {', '.join(needed)}; {missing[0]!r} is missing. "
            f"It has {list(map(str, table.columns))[:8]}."
        )
        raise InputError(message)
    if not table.columns.is_unique:
        message = (
            f"column names must be unique; {table.columns[table.columns.duplicated()][0]!r} is repeated. "
            "Rename one."
        )
        raise InputError(message)
    return table.reset_index(drop=True)


def _years(values: pd.Series, column: str) -> pd.Series:
    numbers = np.array([_year(value) for value in values], dtype=float)
    wrong = np.isnan(numbers)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        message = (
            f"{column} must hold calendar years; {int(wrong.sum())} of {len(wrong)} rows do not, first row "
            f"{first} ({values.iloc[first]!r}). Correct them."
        )
        raise InputError(message)
    return pd.Series(numbers, index=values.index).astype("int64")


def _is_code(value: object) -> bool:
    if isinstance(value, str):
        return True
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return number and bool(abs(value) <= _LARGEST_CODE)  # type: ignore[arg-type]


def _is_real(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def _year(value: object) -> float:
    """Calendar year of a cell; NaN for dates, booleans, fractions and years beyond the calendar."""
    if not isinstance(value, int | float | str | np.number) or isinstance(value, bool | complex):
        return np.nan
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return np.nan
    return number if number.is_integer() and abs(number) <= _LAST_YEAR else np.nan


def _resolved(rows: pd.DataFrame, *, system: str, panel: Panel) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the panel's years with ``country_id``, and a report of the others; a country unknown is refused."""
    kinds = [_is_code(value) for value in rows["country"]]
    _refuse(rows, ~np.array(kinds, dtype=bool), "country must be a name or a code")
    if len({isinstance(value, str) for value in rows["country"]}) > 1:
        rows = rows.assign(country=rows["country"].astype(str))
    within = rows["year"].between(*panel.years)
    inside = rows[within].reset_index(drop=True)
    found = resolve_many(inside["country"], inside["year"], system=system)
    if len(found.unmatched):
        first = found.unmatched.iloc[0].to_dict()
        lost = int(found.unmatched["rows"].sum())
        message = (
            f"each country must be a state in its year; {lost} of {len(inside)} country-years are not, first "
            f"{first['code']!r} in {first['year']}: {first['reason']} Correct the name, name the code system "
            "(system=), or leave the row out."
        )
        raise InputError(message)
    outside = rows[~within].groupby(["country", "year"]).size().reset_index(name="rows")
    report = outside.rename(columns={"country": "code"}).assign(
        code=lambda table: table["code"].astype(str), reason="outside the panel's years"
    )
    return inside.assign(country_id=found.country_id.astype("int64")), report[
        ["code", "year", "rows", "reason"]
    ]


def _span(data: pd.DataFrame, column: str) -> tuple[int, int]:
    years = data.loc[data[column].notna(), "year"]
    if years.empty:
        message = f"column {column!r} has no value within the panel's years. Leave it out."
        raise InputError(message)
    return int(years.min()), int(years.max())


def _refuse(table: pd.DataFrame, wrong: np.ndarray, rule: str) -> None:
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        message = (
            f"{rule}; {int(wrong.sum())} of {len(table)} rows break this rule, first row {first} "
            f"({table['country'].iloc[first]!r}). Correct them."
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
