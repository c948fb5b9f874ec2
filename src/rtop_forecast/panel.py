"""The panel: one row per independent state and year, every value with its source and its date of publication."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast._resources import core_file
from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.bundled import core_tables
from rtop_forecast.sources.discover import file_sha256
from rtop_forecast.sources.rebuild import rebuild
from rtop_forecast.states import resolve, state_years

__all__ = ["FIRST_YEAR", "Panel", "SourceTable", "Variable", "build_panel", "load_panel", "with_table"]

FIRST_YEAR = 1946
KEYS = ["country_id", "year"]


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
class Panel:
    """State-years and their variables.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (n_state_years, 3 + n_variables)
        ``country_id`` (Gleditsch-Ward number), ``year``, ``name`` and the variables
        as float64, sorted by ``country_id`` and ``year``. Use :meth:`to_frame` for a copy.
    variables : dict of str to Variable
        In column order.
    issued : datetime.date or None
        The date whose knowledge the panel holds; None for everything in the releases.
    report : pandas.DataFrame
        One row per table: ``table, source, release, used, rows, unmatched, note``.
    unmatched : pandas.DataFrame
        Source rows that match no state-year: ``source, code, year, rows, reason``.
    hashes : dict of str to str
        SHA-256 of every file behind the panel, by name.
    origin : pandas.DataFrame
        With a data folder, one row per core table: ``table``, ``origin`` ("folder" or "bundled") and ``note``:
        the releases read, or why the bundled table stayed. Empty without one.
    files : pandas.DataFrame
        With a data folder, one row per file: ``file, dataset`` (empty if not recognised), ``used, note``.
    """

    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    issued: date | None
    report: pd.DataFrame
    unmatched: pd.DataFrame
    hashes: Mapping[str, str] = field(default_factory=dict)
    origin: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["table", "origin", "note"]))
    files: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["file", "dataset", "used", "note"])
    )

    def __post_init__(self) -> None:
        """Refuse duplicate keys and columns without a description."""
        frame = self.frame.sort_values(KEYS, ignore_index=True)
        duplicated = frame.duplicated(KEYS)
        if duplicated.any():
            first = frame.loc[duplicated, KEYS].iloc[0]
            message = (
                f"a panel has one row per state and year; {int(duplicated.sum())} rows are repeated, "
                f"first GW {first['country_id']} in {first['year']}. Remove the repeated rows."
            )
            raise InputError(message)
        columns = [*KEYS, "name", *self.variables]
        if set(columns) != set(frame.columns):
            odd = sorted(set(columns) ^ set(frame.columns))
            message = (
                "each panel column needs a Variable and each Variable a column; "
                f"{len(odd)} do not match: {odd[:5]}."
            )
            raise InputError(message)
        object.__setattr__(self, "frame", frame[columns])

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the panel."""
        return int(self.frame["year"].min()), int(self.frame["year"].max())

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """Size, years and the coverage of each variable, as text."""
        first, last = self.years
        lines = [
            f"Panel of {len(self.frame):,} state-years, {first}-{last}, {self.frame['country_id'].nunique()} states, "
            f"{len(self.variables)} variables"
            + ("" if self.issued is None else f", as known on {self.issued.isoformat()}"),
        ]
        for row in self.origin.to_dict("records"):
            lines.append(f"  table {row['table']:<18} {row['origin']:<8} {row['note']}")
        for name, variable in self.variables.items():
            observed = self.frame[name].notna().mean()
            lines.append(
                f"  {name:<36} {variable.source:<22} {variable.first_year}-{variable.last_year}  "
                f"{observed:4.0%} observed, published {variable.publication_lag_months} months after the year"
            )
        return "\n".join(lines)

    def as_of(self, issued: date) -> Panel:
        """Cut the panel to what was known on a date.

        A value of year y is kept if ``publication_lag_months`` after 31 December of y lie on or
        before ``issued``; later values become missing. State-years that had not ended are removed.
        Values are those of the bundled or given release, not of the vintage that was current then.

        Parameters
        ----------
        issued : datetime.date
            The date of knowledge, for example 30 June of the year after the origin.

        Returns
        -------
        Panel

        Raises
        ------
        CoverageError
            If no state-year had ended by then.
        """
        last_year = issued.year if (issued.month, issued.day) == (12, 31) else issued.year - 1
        frame = self.frame[self.frame["year"] <= last_year].copy()
        if frame.empty:
            message = f"the panel starts in {self.years[0]}; nothing of it had ended by {issued.isoformat()}."
            raise CoverageError(message)
        variables = {}
        for name, variable in self.variables.items():
            known = min(variable.last_known_year(issued), variable.last_year)
            frame.loc[frame["year"] > known, name] = np.nan
            variables[name] = replace(variable, last_year=known)
        return replace(self, frame=frame, variables=variables, issued=issued)


def build_panel(tables: Sequence[SourceTable], *, first: int = FIRST_YEAR, last: int | None = None) -> Panel:
    """Join source tables to the independent states of each year.

    Parameters
    ----------
    tables : sequence of SourceTable
        Their variable names must differ.
    first, last : int
        First and last year; by default up to the latest year any table covers.

    Returns
    -------
    Panel
        Outside a variable's coverage its values are missing; inside, the absence of a row
        is zero for event counts and missing for everything else. Rows that match no
        state-year are listed in ``unmatched``.

    Raises
    ------
    InputError
        If two tables bring the same variable, or the years are out of order.
    DataIntegrityError
        If a table holds values outside its own coverage.
    """
    covered = [years[1] for table in tables for years in table.coverage.values()]
    last = max(covered) if last is None else last
    if first > last:
        message = f"the panel's first year {first} must not come after its last year {last}."
        raise InputError(message)
    frame = state_years(first=first, last=last)[[*KEYS, "name"]].sort_values(KEYS, ignore_index=True)
    variables: dict[str, Variable] = {}
    blocks = [frame]
    unmatched = []
    rows = []
    for table in tables:
        repeated = sorted(set(table.coverage) & set(variables))
        if repeated:
            message = (
                f"two tables bring the variable {repeated[0]!r} ({len(repeated)} in all); keep one of them."
            )
            raise InputError(message)
        block, outside = _block(frame[KEYS], table, span=(first, last))
        blocks.append(block)
        unmatched.append(outside)
        variables.update(_variables(table))
        rows.append(
            {
                "table": table.source.split(":")[0],
                "source": table.source,
                "release": table.release,
                "rows": len(table.data),
                "unmatched": int(outside["rows"].sum()) if len(outside) else 0,
            }
        )
    return Panel(
        frame=pd.concat(blocks, axis=1),
        variables=variables,
        issued=None,
        report=pd.DataFrame(rows),
        unmatched=pd.concat(unmatched, ignore_index=True),
    )


def with_table(panel: Panel, table: SourceTable) -> Panel:
    """Panel with the variables of one more table.

    Raises
    ------
    InputError
        If the panel has one of the variables already.
    """
    taken = sorted(set(table.coverage) & {*panel.variables, *KEYS, "name"})
    if taken:
        message = f"the panel has a column {taken[0]!r} already ({len(taken)} in all). Choose another name."
        raise InputError(message)
    block, outside = _block(panel.frame[KEYS], table, span=panel.years)
    row = {
        "table": table.source.split(":")[0],
        "source": table.source,
        "release": table.release,
        "rows": len(table.data),
        "unmatched": int(outside["rows"].sum()) if len(outside) else 0,
    }
    return replace(
        panel,
        frame=pd.concat([panel.frame, block], axis=1),
        variables={**panel.variables, **_variables(table)},
        report=pd.concat([panel.report, pd.DataFrame([row])], ignore_index=True),
        unmatched=pd.concat([panel.unmatched, outside], ignore_index=True)
        if len(outside)
        else panel.unmatched,
    )


def load_panel(
    *,
    data_dir: str | Path | None = None,
    releases: Mapping[str, str] | None = None,
    first: int = FIRST_YEAR,
    last: int | None = None,
) -> Panel:
    """Panel from the bundled core tables, and from releases of your own.

    Parameters
    ----------
    data_dir : path, optional
        Folder of official releases, told by content. Each core table that they can rebuild in full, and
        that then reaches as far as the bundled one, is rebuilt from them; every further variable they hold
        is added as ``<dataset>_<name>``. ``panel.origin`` says so table by table, ``panel.files`` file by
        file, with the reason.
    releases : dict of str to str, optional
        Release to take of a dataset where a folder holds several, as ``{"vdem": "14"}``; by default the
        newest. A release asked for takes the place of bundled values even if they reach further.
    first, last : int
        First and last year.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If the folder does not exist, holds no release that is recognised or lacks one asked for.
    """
    bundled = {path.name: file_sha256(path) for path in sorted(core_file("states.csv").parent.glob("*.csv"))}
    if data_dir is None:
        if releases:
            message = "`releases` picks among the files of a folder; give the folder as `data_dir`."
            raise InputError(message)
        return replace(build_panel(core_tables(), first=first, last=last), hashes=bundled)
    rebuilt = rebuild(data_dir, picks=releases)
    panel = build_panel([*rebuilt.core, *rebuilt.further], first=first, last=last)
    parts = [part for part in (panel.unmatched, rebuilt.unmatched) if len(part)]
    unmatched = pd.concat(parts, ignore_index=True) if parts else panel.unmatched
    return replace(
        panel,
        hashes=bundled | rebuilt.hashes,
        origin=rebuilt.tables,
        files=rebuilt.files,
        unmatched=unmatched.drop_duplicates(ignore_index=True),
    )


def country(name_or_id: str | int, *, year: int) -> int:
    """Gleditsch-Ward number of a state given by name or number in a year."""
    if isinstance(name_or_id, str) and not name_or_id.strip().lstrip("-").isdigit():
        return resolve(name_or_id, system="name", year=year)
    return resolve(str(name_or_id).strip(), system="gw", year=year)


def _variables(table: SourceTable) -> dict[str, Variable]:
    return {
        name: Variable(
            name=name,
            source=table.source,
            release=table.release,
            first_year=years[0],
            last_year=years[1],
            publication_lag_months=table.publication_lag_months,
            zero_inside=name in table.zero_inside,
        )
        for name, years in table.coverage.items()
    }


def _block(
    keys: pd.DataFrame, table: SourceTable, *, span: tuple[int, int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Columns of a table for each state-year of the panel, and what of it belongs to none."""
    row = pd.MultiIndex.from_frame(table.data[KEYS]).get_indexer(pd.MultiIndex.from_frame(keys))
    absent = row < 0
    year = keys["year"].to_numpy()
    columns = {}
    for name, (first, last) in table.coverage.items():
        given = table.data[name].to_numpy(dtype=float, na_value=np.nan)
        values = np.append(given, np.nan)[row]  # row -1, which is absent, is the last
        inside = (year >= first) & (year <= last)
        stray = ~inside & np.isfinite(values)
        if stray.any():
            message = (
                f"{table.source} gives {name} for {first}-{last} only, yet {int(stray.sum())} values lie outside, "
                f"first in {year[stray][0]}. Correct the table's coverage."
            )
            raise DataIntegrityError(message)
        if name in table.zero_inside:
            values[inside & absent] = 0.0
        columns[name] = values
    outside = _outside(table.data[KEYS], keys, span=span)
    report = (
        pd.concat([table.unmatched, outside], ignore_index=True) if len(outside) else table.unmatched.copy()
    )
    report.insert(0, "source", table.source)
    return pd.DataFrame(columns, index=keys.index), report


def _outside(data: pd.DataFrame, keys: pd.DataFrame, *, span: tuple[int, int]) -> pd.DataFrame:
    """Rows of a table inside the panel's years that belong to no state-year."""
    within = data[data["year"].between(*span)]
    lost = within[~pd.MultiIndex.from_frame(within).isin(pd.MultiIndex.from_frame(keys))]
    return pd.DataFrame(
        {
            "code": lost["country_id"].astype(str),
            "year": lost["year"],
            "rows": 1,
            "reason": "not an independent state in that year",
        }
    )
