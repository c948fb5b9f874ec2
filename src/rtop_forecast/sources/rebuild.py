"""Core tables rebuilt from a folder of official releases, table by table.

A table is rebuilt when the folder holds all it needs and reaches as far as the bundled one; else the bundled
table stays. What happened to every table and every file is told.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtop_forecast._resources import core_file, datasets_dir
from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.builders import BUILDERS, Built, Releases
from rtop_forecast.sources.core_checks import check_core_table
from rtop_forecast.sources.discover import discover, file_sha256
from rtop_forecast.states import FIRST_YEAR, LAST_YEAR, state_years

__all__ = ["Rebuilt", "csv_text", "rebuild"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a folder gave.

    Attributes
    ----------
    frames : dict of str to pandas.DataFrame
        Rebuilt tables by name, with ``coverage``; as :func:`rtop_forecast.sources.bundled.core_tables` takes.
    tables : pandas.DataFrame
        One row per core table: ``table, origin`` ("folder" or "bundled") and ``note``.
    files : pandas.DataFrame
        One row per data file: ``file, dataset`` (empty if not recognised), ``used`` and ``note``.
    unmatched : pandas.DataFrame
        Source rows that belong to no state-year: ``source, code, year, rows, reason``.
    """

    frames: dict[str, pd.DataFrame]
    tables: pd.DataFrame
    files: pd.DataFrame
    unmatched: pd.DataFrame


def rebuild(folder: str | Path) -> Rebuilt:
    """Rebuild every core table that a folder of official releases allows.

    Parameters
    ----------
    folder : path
        Looked through with its subfolders; files are told by content.

    Returns
    -------
    Rebuilt

    Raises
    ------
    InputError
        If the folder does not exist or holds no file that is recognised.
    """
    releases = Releases(discover(folder))
    if not releases.found.files:
        seen = [path.name for path in releases.found.others]
        message = (
            f"{folder} holds no release that is recognised; {len(seen)} data files were looked at"
            + (f", first {', '.join(seen[:5])}" if seen else "")
            + ". datasets/sources.toml names the releases and their pages."
        )
        raise InputError(message)
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
            if built.last_year < covered:
                message = f"the releases end in {built.last_year}, the bundled table in {covered}"
                raise CoverageError(message)
        except (InputError, DataIntegrityError, CoverageError) as error:
            releases.used = before
            rows.append({"table": name, "origin": "bundled", "note": str(error.args[0])})
            continue
        frames[name] = built.frame if name == "episodes" else _as_read(built.frame)
        coverage = _extended(coverage, name, built)
        unmatched.append(built.unmatched)
        keys = sorted(set(built.frame["source"]) | set(built.sources.values()))
        rows.append({"table": name, "origin": "folder", "note": ", ".join(keys)})
    if frames:
        frames["coverage"] = coverage
    return Rebuilt(
        frames=frames,
        tables=pd.DataFrame(rows, columns=["table", "origin", "note"]),
        files=_files(releases),
        unmatched=_unmatched(unmatched),
    )


def csv_text(table: pd.DataFrame) -> str:
    """Core table as text with LF line ends; whole numbers without ".0", empty for missing."""
    return table.to_csv(index=False, lineterminator="\n", float_format=lambda value: f"{value:.6g}")


def _as_read(table: pd.DataFrame) -> pd.DataFrame:
    """Round as the table's file does, so that folder and bundle give the same numbers."""
    return pd.read_csv(io.StringIO(csv_text(table)), keep_default_na=False, na_values=[""])


def _extended(coverage: pd.DataFrame, name: str, built: Built) -> pd.DataFrame:
    """Coverage with a table's rows carried to its new last year and releases."""
    coverage = coverage.copy()
    rows = coverage["table"] == name
    latest = coverage.loc[rows, "last_year"].max()
    current = rows & (coverage["last_year"] == latest)
    coverage.loc[current, "last_year"] = built.last_year
    renamed = [
        ";".join(built.sources.get(key.rsplit("-", 1)[0], key) for key in keys.split(";"))
        for keys in coverage.loc[rows, "source"]
    ]
    coverage.loc[rows, "source"] = renamed
    return coverage


def _files(releases: Releases) -> pd.DataFrame:
    found = releases.found
    registry = (datasets_dir() / "sources.toml").read_text(encoding="utf-8")
    rows = []
    for dataset, paths in found.files.items():
        for path in paths:
            used = path in releases.used
            note = releases.notes.get(path, _remark(path, registry) if used else "not needed")
            rows.append((path, dataset, used, note))
    rows += [(path, "", False, found.unreadable.get(path, "not recognised")) for path in found.others]
    frame = pd.DataFrame(rows, columns=["file", "dataset", "used", "note"])
    frame["file"] = [str(path.relative_to(found.folder)) for path in frame["file"]]
    return frame.sort_values("file", ignore_index=True)


def _remark(path: Path, registry: str) -> str:
    """Say whether a file is, byte for byte, one that the bundled tables were compiled from."""
    return "as registered" if file_sha256(path) in registry else "not a registered file (SHA-256)"


def _unmatched(parts: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["source", "code", "year", "rows", "reason"]
    kept = [part for part in parts if len(part)]
    return pd.concat(kept, ignore_index=True)[columns] if kept else pd.DataFrame(columns=columns)
