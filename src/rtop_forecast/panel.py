"""The panel: one row per independent state and year, every value with its source and its date of publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast._arguments import calendar_year, day, mapping, texts
from rtop_forecast._blocks import KEYS, block_of, variables_of
from rtop_forecast._resources import core_file
from rtop_forecast._variables import (
    Variable,
    Vintage,
    current_vintages,
    publication,
    releases_of,
    with_vintages,
)
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.bundled import core_tables, earlier_episode_lists
from rtop_forecast.sources.discover import file_sha256
from rtop_forecast.sources.rebuild import rebuild, release_tables
from rtop_forecast.sources.releases import release_order
from rtop_forecast.states import resolve, state_years

__all__ = [
    "FIRST_YEAR",
    "KEYS",
    "Panel",
    "SourceTable",
    "Variable",
    "Vintage",
    "build_panel",
    "load_panel",
    "with_table",
]

FIRST_YEAR = 1946


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
    vintages : tuple of Vintage
        Releases beside the panel's own that :func:`load_panel` was asked to keep, for :meth:`as_of` and for backtests
        in real time.
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
    vintages: tuple[Vintage, ...] = ()

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
        Of the datasets whose ``vintages`` the panel keeps, values are those of the release that was current then
        (before the first one kept, of that first one); of all others, those of the release the panel holds.

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
        issued = day(issued, name="issued")
        last_year = issued.year if (issued.month, issued.day) == (12, 31) else issued.year - 1
        panel = self.released_by(issued)
        frame = panel.frame[panel.frame["year"] <= last_year].copy()
        if frame.empty:
            message = f"the panel starts in {self.years[0]}; nothing of it had ended by {issued.isoformat()}."
            raise CoverageError(message)
        variables = {}
        for name, variable in panel.variables.items():
            known = min(variable.last_known_year(issued), variable.last_year)
            frame.loc[frame["year"] > known, name] = np.nan
            variables[name] = replace(variable, last_year=known)
        return replace(panel, frame=frame, variables=variables, issued=issued)

    def current_releases(self, issued: date) -> dict[str, str]:
        """``<dataset> <release>`` that was current on a date, by variable; of the datasets with vintages."""
        chosen = current_vintages(self.vintages, issued)
        return {name: f"{one.dataset} {one.release}" for name, one in chosen.items()}

    def released_by(self, issued: date) -> Panel:
        """Panel with the releases that were current on a date, not cut by publication lags.

        Parameters
        ----------
        issued : datetime.date

        Returns
        -------
        Panel
            Without vintages; itself if it has none.
        """
        issued = day(issued, name="issued")
        if not self.vintages:
            return self
        frame, variables = with_vintages(self.frame, self.variables, current_vintages(self.vintages, issued))
        return replace(self, frame=frame, variables=variables, vintages=())


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
        block, outside = block_of(frame[KEYS], table, span=(first, last))
        blocks.append(block)
        unmatched.append(outside)
        variables.update(variables_of(table))
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
    taken = sorted(set(table.coverage) & set(panel.variables))
    if taken:
        message = f"the panel has a column {taken[0]!r} already ({len(taken)} in all). Choose another name."
        raise InputError(message)
    block, outside = block_of(panel.frame[KEYS], table, span=panel.years)
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
        variables={**panel.variables, **variables_of(table)},
        report=pd.concat([panel.report, pd.DataFrame([row])], ignore_index=True),
        unmatched=pd.concat([panel.unmatched, outside], ignore_index=True)
        if len(outside)
        else panel.unmatched,
    )


def load_panel(
    *,
    data_dir: str | Path | None = None,
    releases: Mapping[str, str] | None = None,
    vintages: Sequence[str] = (),
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
    vintages : sequence of str, optional
        Datasets of which every release in the folder is kept beside the newest, as ``["vdem"]``, for
        :meth:`Panel.as_of` and ``backtest(..., vintages="real_time")``. ``"ewp_events"`` needs no folder: the bundled
        list of episodes says what its editions added later.
    first, last : int
        First and last year.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If the folder does not exist, holds no release that is recognised or lacks one asked for; if a dataset with
        vintages is unknown or needs a folder, or its release is picked too.
    """
    first = calendar_year(first, name="first")
    last = None if last is None else calendar_year(last, name="last")
    vintages = texts(vintages, name="vintages")
    releases = None if releases is None else mapping(releases, name="releases")
    panel = _load(data_dir=data_dir, releases=releases, first=first, last=last)
    return _keep_vintages(panel, vintages, data_dir=data_dir, releases=releases or {}) if vintages else panel


def _load(
    *, data_dir: str | Path | None, releases: Mapping[str, str] | None, first: int, last: int | None
) -> Panel:
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


def _keep_vintages(
    panel: Panel, datasets: Sequence[str], *, data_dir: str | Path | None, releases: Mapping[str, str]
) -> Panel:
    kept: list[Vintage] = []
    for dataset in dict.fromkeys(datasets):
        if dataset in releases:
            message = f"the release of {dataset} is picked; its vintages would not be used. Leave out one of the two."
            raise InputError(message)
        if dataset == "ewp_events":
            tables = {table.release: [table, _by_dataset(table)] for table in earlier_episode_lists()}
        elif data_dir is None:
            message = f"the vintages of {dataset} are files of a folder; give the folder as `data_dir`."
            raise InputError(message)
        else:
            tables = release_tables(data_dir, dataset)
        kept += _vintages(panel, dataset, tables)
    return replace(panel, vintages=tuple(kept))


def _by_dataset(episodes: SourceTable) -> SourceTable:
    """List of episodes under the names that a folder's own list gives its variables."""
    names = {name: f"ewp_events_{name.removeprefix('mk_')}" for name in episodes.coverage}
    return episodes.select(names)


def _vintages(panel: Panel, dataset: str, tables: Mapping[str, Sequence[SourceTable]]) -> list[Vintage]:
    """Releases of a dataset: those the panel holds, by name only, and the others with their values."""
    own: dict[str, dict[str, Variable]] = {}
    for name, variable in panel.variables.items():
        releases = [release for one, release in releases_of(variable.source) if one == dataset]
        if releases:
            own.setdefault(max(releases, key=release_order), {})[name] = variable
    mine = {name for group in own.values() for name in group}
    found = [
        _vintage(dataset, release, variables, pd.DataFrame(index=panel.frame.index))
        for release, variables in own.items()
    ]
    for release, group in tables.items():
        values: dict[str, pd.Series[float]] = {}
        variables: dict[str, Variable] = {}
        for table in group:
            block, _ = block_of(panel.frame[KEYS], table, span=panel.years)
            names = mine & set(table.coverage) - set(own.get(release, {})) - set(values)
            values |= {name: block[name] for name in sorted(names)}
            variables |= {name: one for name, one in variables_of(table).items() if name in names}
        if variables:
            frame = pd.DataFrame(values, index=panel.frame.index)
            found.append(_vintage(dataset, release, variables, frame))
    return found


def _vintage(dataset: str, release: str, variables: Mapping[str, Variable], frame: pd.DataFrame) -> Vintage:
    lag = min(one.publication_lag_months for one in variables.values())
    last_year = max(one.last_year for one in variables.values())
    day = publication(dataset, release, last_year=last_year, lag_months=lag)
    return Vintage(dataset=dataset, release=release, published=day, variables=variables, frame=frame)


def country(name_or_id: str | int, *, year: int) -> int:
    """Gleditsch-Ward number of a state given by name or number in a year."""
    if isinstance(name_or_id, str) and not name_or_id.strip().lstrip("-").isdigit():
        return resolve(name_or_id, system="name", year=year)
    return resolve(str(name_or_id).strip(), system="gw", year=year)
