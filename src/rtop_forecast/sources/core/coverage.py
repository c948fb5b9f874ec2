"""What a table built from a folder covers, and how it meets the bundled one: never shortened in silence."""

from __future__ import annotations

import io

import pandas as pd

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.core.builders import Built
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.codes import LAST_YEAR
from rtop_forecast.world.states import KEYS

__all__ = ["csv_text", "joined"]

#: Tables of events by state-year: rows of two releases can stand one after the other. A series cannot be joined so.
_JOINED = ("conflict", "organized_violence", "one_sided", "coups")


def joined(
    name: str, built: Built, coverage: pd.DataFrame, *, picked: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Core table with the bundled rows before its releases begin, and the coverage of all tables with its own.

    Parameters
    ----------
    name : str
        Core table.
    built : Built
    coverage : pandas.DataFrame
        In the layout of ``coverage.csv``.
    picked : bool
        Whether a release behind the table was asked for. It answers what was known then, so nothing is added to it.

    Raises
    ------
    CoverageError
        If the releases begin later than the bundled table and the two cannot stand one after the other.
    """
    frame = built.frame if name == "episodes" else _as_read(built.frame)
    covered = int(coverage.loc[coverage["table"] == name, "first_year"].min())
    if built.first_year <= covered:
        return frame, _extended(coverage, name, built)
    if picked and name in _JOINED:
        return frame[frame["year"] >= built.first_year], _begun(_extended(coverage, name, built), name, built)
    if name not in _JOINED:
        message = (
            f"the releases begin in {built.first_year}, the bundled table in {covered}; "
            "add a release that holds all years"
        )
        raise CoverageError(message)
    bundled = pd.read_csv(core_file(f"{name}.csv"), keep_default_na=False, na_values=[""])
    parts = [bundled[bundled["year"] < built.first_year], frame[frame["year"] >= built.first_year]]
    whole = pd.concat(parts, ignore_index=True).sort_values(KEYS, ignore_index=True)
    return _as_read(whole[frame.columns]), _with_bundled_sources(coverage, name, built)


def csv_text(table: pd.DataFrame) -> str:
    """Core table as text with LF line ends; integers without ".0", empty for missing."""
    return table.to_csv(index=False, lineterminator="\n", float_format=lambda value: f"{value:.6g}")


def _as_read(table: pd.DataFrame) -> pd.DataFrame:
    """Round as the table's file does, so that folder and bundle give the same numbers."""
    return pd.read_csv(io.StringIO(csv_text(table)), keep_default_na=False, na_values=[""])


def _extended(coverage: pd.DataFrame, name: str, built: Built) -> pd.DataFrame:
    """Coverage with a table's rows carried to the last year and the releases of each variable."""
    coverage = coverage.copy()
    rows = coverage["table"] == name
    latest = coverage.loc[rows, "last_year"].max()
    # a variable that ends before its table does so by its nature, unless the releases say where it ends
    stays = rows & (coverage["last_year"] < latest) & ~coverage["variable"].isin(list(built.last_years))
    last_years = coverage["variable"].map(built.last_years).fillna(built.last_year).clip(upper=LAST_YEAR)
    moved = rows & ~stays
    coverage.loc[moved, "last_year"] = last_years[moved].astype("int64")
    coverage.loc[rows, "source"] = [
        built.variable_sources.get(variable, _renamed(keys, built))
        for variable, keys in zip(coverage.loc[rows, "variable"], coverage.loc[rows, "source"], strict=True)
    ]
    return coverage


def _renamed(keys: str, built: Built) -> str:
    return ";".join(built.sources.get(key.rsplit("-", 1)[0], key) for key in keys.split(";"))


def _begun(coverage: pd.DataFrame, name: str, built: Built) -> pd.DataFrame:
    rows = coverage["table"] == name
    return coverage.assign(
        first_year=coverage["first_year"].mask(rows, coverage["first_year"].clip(lower=built.first_year))
    )


def _with_bundled_sources(coverage: pd.DataFrame, name: str, built: Built) -> pd.DataFrame:
    """Coverage that names the releases of the bundled rows behind those of the folder."""
    extended = _extended(coverage, name, built)
    rows = coverage["table"] == name
    extended.loc[rows, "source"] = [
        ";".join(dict.fromkeys(f"{new};{old}".split(";")))
        for new, old in zip(extended.loc[rows, "source"], coverage.loc[rows, "source"], strict=True)
    ]
    return extended
