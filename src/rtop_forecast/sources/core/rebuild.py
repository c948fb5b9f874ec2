"""Source tables from a folder of official releases: the core tables rebuilt, and all further variables.

A core table is rebuilt when the folder holds all it needs and reaches as far as the bundled one; else the bundled
table stays. What happened to every table and every file is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.core.builders import BUILDERS
from rtop_forecast.sources.core.bundled import CORE_TABLES, core_tables
from rtop_forecast.sources.core.checks import check_core_table
from rtop_forecast.sources.core.coverage import joined
from rtop_forecast.sources.core.folder_candidates import with_candidate_years
from rtop_forecast.sources.core.further import bundled_beside, reaching_bundled
from rtop_forecast.sources.core.seams import with_bundled_newer_years, with_newer_years
from rtop_forecast.sources.folder.ahead import read_ahead
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.folder.releases import Releases, reason
from rtop_forecast.sources.reading.months import MonthTable
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import registered_hashes, registry
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.codes import FIRST_YEAR, LAST_YEAR
from rtop_forecast.world.states import state_years

__all__ = ["AS_REGISTERED", "Rebuilt", "further_tables", "rebuild", "release_tables", "tables_fed_by"]

#: Note on a file that is, byte for byte, one of the registry's.
AS_REGISTERED = "as registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a folder gave.

    Attributes
    ----------
    core : list of SourceTable
        The core tables, rebuilt from the folder or bundled.
    further : list of SourceTable
        Variables of the folder's releases as their publishers give them, ``<dataset>_<name>``, and the bundled ones
        that it lacks or does not reach as far as.
    months : tuple of MonthTable
        State-months of the folder's releases, each variable ``ged_<name>``.
    tables : pandas.DataFrame
        One row per core table: ``table, origin`` ("folder" or "bundled") and ``note``.
    files : pandas.DataFrame
        One row per data file: ``file, dataset`` (empty if not recognised), ``used`` and ``note``.
    unmatched : pandas.DataFrame
        Source rows behind the core tables that belong to no state-year: ``source, code, year, rows, reason``.
    hashes : dict of str to str
        SHA-256 of every file used, by name.
    """

    core: list[SourceTable]
    further: list[SourceTable]
    months: tuple[MonthTable, ...]
    tables: pd.DataFrame
    files: pd.DataFrame
    unmatched: pd.DataFrame
    hashes: dict[str, str]


def rebuild(
    folder: str | Path, *, picks: Mapping[str, str] | None = None, n_jobs: int | None = None
) -> Rebuilt:
    """Source tables of a folder of official releases, and the core tables it allows to rebuild.

    Parameters
    ----------
    folder : path
        Looked through with its subfolders; files are told by content.
    picks : dict of str to str, optional
        Release to take of a dataset where several lie side by side, as ``{"vdem": "14"}``; by default the
        newest. A core table is rebuilt from a picked release even if the bundled one reaches further.
    n_jobs : int, optional
        Processes that read the files, where what they find is kept in the cache; None leaves the choice to
        ``joblib.parallel_config``.

    Returns
    -------
    Rebuilt

    Raises
    ------
    InputError
        If the folder does not exist, holds no file that is recognised, or lacks a release picked.
    """
    read_ahead(folder, n_jobs=n_jobs)
    releases = Releases(discover(folder))
    _refuse_nothing(releases)
    picks = {} if picks is None else picks
    releases.pick(picks)
    coverage = pd.read_csv(core_file("coverage.csv"), keep_default_na=False)
    frames: dict[str, pd.DataFrame] = {}
    rows, unmatched = [], []
    years = state_years(first=FIRST_YEAR, last=LAST_YEAR)
    for name, builder in BUILDERS.items():
        covered = int(coverage.loc[coverage["table"] == name, "last_year"].max())
        before = set(releases.used)
        try:
            built = builder(releases)
            if name != "episodes":
                check_core_table(f"{name}.csv", built.frame, years)
            picked = bool(set(built.datasets) & set(picks))
            if built.last_year < covered and not picked:
                message = f"the releases end in {built.last_year}, the bundled table in {covered}"
                raise CoverageError(message)
            frame, coverage = joined(name, built, coverage, picked=picked)
        except Exception as error:  # a table that cannot be built never costs the others
            releases.used = before
            rows.append({"table": name, "origin": "bundled", "note": reason(error)})
            continue
        frames[name] = frame
        unmatched.append(built.unmatched)
        keys = sorted(set(frame["source"]) | set(built.sources.values()))
        rows.append({"table": name, "origin": "folder", "note": ", ".join(keys)})
    if frames:
        frames["coverage"] = coverage
    core = core_tables(frames)
    further = further_tables(releases, core, picks)
    beside = bundled_beside(further, picks)
    further += beside
    core = [left for table in core if (left := _without(table, further)) is not None]
    bundled = {name for table in beside for name in table.coverage}
    core, further = with_newer_years(core, further, releases, bundled=bundled)
    core, further = with_candidate_years(core, further, releases, picks=picks)
    core, further = with_bundled_newer_years(core, further, picks=picks)
    return Rebuilt(
        core=core,
        further=further,
        months=month_tables(releases),
        tables=pd.DataFrame(rows, columns=["table", "origin", "note"]),
        files=_files(releases),
        unmatched=_unmatched(unmatched),
        hashes={releases.all.names[path]: releases.digest(path) for path in sorted(releases.used)},
    )


def release_tables(folder: str | Path, dataset: str) -> dict[str, list[SourceTable]]:
    """Every release of a dataset that a folder holds, as source tables in the panel's names.

    Parameters
    ----------
    folder : path
    dataset : str

    Returns
    -------
    dict of str to list of SourceTable
        By release: the core tables that it helps to build, then its own variables as ``<dataset>_<name>``.

    Raises
    ------
    InputError
        If the folder or the dataset does not exist, or the folder holds no release of it that can be read.
    """
    reader(dataset)
    found = Releases(discover(folder))
    held = found.tables(dataset)
    if not held:
        message = f"{found.lack(dataset)}; its vintages cannot be kept."
        raise InputError(message)
    tables: dict[str, list[SourceTable]] = {}
    for release in dict.fromkeys(table.release for _, table in held):
        tables[release] = _core_tables_of(found, dataset, release)
    for _, table in held:
        names = {name: f"{dataset}_{name}" for name in table.coverage}
        tables[table.release].append(table.select(names))
    return tables


def tables_fed_by(dataset: str) -> set[str]:
    """Names of the bundled core tables that hold values of a dataset."""
    coverage = pd.read_csv(core_file("coverage.csv"), keep_default_na=False)
    return {
        str(row["table"])
        for row in coverage.to_dict("records")
        for key in str(row["source"]).split(";")
        if registry()[key].dataset == dataset
    }


def _core_tables_of(found: Releases, dataset: str, release: str) -> list[SourceTable]:
    """Core tables that a release helps to build, with the newest of all other datasets."""
    coverage = pd.read_csv(core_file("coverage.csv"), keep_default_na=False)
    feeding = tables_fed_by(dataset)
    # the list of episodes has its own earlier editions, the ratings are variables of the release itself
    wanted = [name for name in BUILDERS if name in feeding - {"episodes", "ratings"}]
    picked = found.picked(dataset, release)
    frames: dict[str, pd.DataFrame] = {}
    for name in wanted:
        try:
            built = BUILDERS[name](picked)
        except (InputError, DataIntegrityError, CoverageError):
            continue  # the release cannot build it: the panel's own stands
        if dataset in built.datasets:
            frames[name], coverage = joined(name, built, coverage, picked=True)
    if not frames:
        return []
    tables = dict(zip(CORE_TABLES, core_tables({**frames, "coverage": coverage}), strict=True))
    return [tables[name] for name in frames]


def further_tables(
    releases: Releases, core: Sequence[SourceTable], picks: Mapping[str, str]
) -> list[SourceTable]:
    """Variables of every readable release of a folder, named ``<dataset>_<name>``.

    A variable is taken from the newest release that has it. One that a core table has already is left to it,
    unless its dataset's release was picked; so is one that the bundle holds for more years.
    """
    core_names = {name for table in core for name in table.coverage}
    tables = []
    for dataset in releases.found.files:
        taken = set() if dataset in picks else set(core_names)
        for path, table in releases.tables(dataset):
            if table.partial:
                continue  # it adds to the others: with_newer_years
            names = {name: f"{dataset}_{name}" for name in table.coverage}
            chosen = {old: new for old, new in names.items() if new not in taken}
            reaching = reaching_bundled(table.select(chosen), picks) if chosen else set()
            note = "not needed: another release or a core table has its variables"
            if chosen and not reaching:
                note = "not needed: the bundle has its variables for more years"
            chosen = {old: new for old, new in chosen.items() if new in reaching}
            if not chosen and table.months is None:
                releases.notes.setdefault(path, note)
                continue
            taken |= set(chosen.values())
            if chosen:
                tables.append(table.select(chosen))
            releases.used.add(path)
    return tables


def month_tables(releases: Releases) -> tuple[MonthTable, ...]:
    """State-months of every readable release of a folder, each variable named ``ged_<name>``."""
    return tuple(
        table.months.select({name: f"ged_{name}" for name in table.months.variables})
        for dataset in releases.found.files
        for _, table in releases.tables(dataset)
        if table.months is not None
    )


def _without(table: SourceTable, further: Sequence[SourceTable]) -> SourceTable | None:
    """Core table less the variables that a picked release brings; None if nothing is left."""
    brought = {name for other in further for name in other.coverage}
    chosen = {name: name for name in table.coverage if name not in brought}
    if len(chosen) == len(table.coverage):
        return table
    return table.select(chosen) if chosen else None


def _refuse_nothing(releases: Releases) -> None:
    """Raise when a folder holds no release at all."""
    found = releases.found
    if found.files:
        return
    others = [found.names[path] for path in found.others]
    message = (
        f"{found.folder} holds no release that is recognised; {len(others)} data files were looked at"
        + (f", first {', '.join(others[:5])}" if others else "")
        + ". `rtop-forecast sources` lists the releases and their pages."
    )
    raise InputError(message)


def _files(releases: Releases) -> pd.DataFrame:
    found = releases.all
    rows = []
    for dataset, paths in found.files.items():
        for path in paths:
            used = path in releases.used
            note = _remark(releases, path, dataset) if used else releases.notes.get(path, "not needed")
            if used and path in releases.remarks:
                note = f"{note}; {releases.remarks[path]}"
            rows.append((path, dataset, used, note))
    rows += [(path, "", False, found.unreadable.get(path) or found.hints[path]) for path in found.others]
    frame = pd.DataFrame(rows, columns=["file", "dataset", "used", "note"])
    frame["file"] = [found.names[path] for path in frame["file"]]
    return frame.sort_values("file", ignore_index=True)


def _remark(releases: Releases, path: Path, dataset: str) -> str:
    """Say whether a file is, byte for byte, one that the library was tested with."""
    if releases.digest(path) in registered_hashes():
        return AS_REGISTERED
    release = releases.release_of(path)
    tested = dict.fromkeys(
        entry.release for entry in registry().values() if entry.dataset == dataset and entry.sha256
    )
    if release in tested:
        return (
            f"says it is release {release}, which is registered with another SHA-256: it was edited, cut, saved again "
            "or issued again"
        )
    if not tested:
        return "not a registered file: no release of this dataset is registered by its SHA-256"
    return (
        f"not a registered file (by SHA-256; registered: {', '.join(tested)}): another release, or one "
        "that was edited, cut or issued again"
    )


def _unmatched(parts: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["source", "code", "year", "rows", "reason"]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True)[columns] if filled else pd.DataFrame(columns=columns)
