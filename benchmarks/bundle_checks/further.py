"""The tables beside the core ones, each cell beside the raw release, read once more by code of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bundle_checks.further_sources import second_sources
from bundle_checks.tally import KEYS, Comparison, tally
from rtop_forecast.sources.core.further import bundled_files, bundled_releases, further_bundled

if TYPE_CHECKING:
    from further_tables import FurtherTables

__all__ = ["comparisons"]

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "oracles"))


def comparisons(data: Path, more: Path) -> list[Comparison]:
    """Compare every table with its release, and some with another release or source."""
    from further_tables import FurtherTables

    raw = FurtherTables(data)
    results = []
    for release in bundled_releases():
        columns = list(release.coverage)
        theirs = raw.read(release.path.stem, columns)
        ours = next(one for one in further_bundled(set(columns)) if one.source == release.source)
        cells = pd.concat([_cells(ours.data, name, theirs[name]) for name in columns], ignore_index=True)
        zero = cells["variable"].isin(release.zero_inside)
        pair = cells[["ours", "theirs"]].mask(zero, cells[["ours", "theirs"]].fillna(0.0))
        agree = np.isclose(pair["ours"], pair["theirs"], rtol=1e-12, atol=0.0)
        results.append(
            tally(
                cells,
                pd.Series(agree),
                table=f"further/{release.path.stem}",
                second_source="the release itself, read without the library (tests/oracles/further_tables.py)",
                what=f"value of a state-year, {len(columns)} variable{'s' * (len(columns) > 1)}",
            )
        )
    return [*results, _newer_ratings(raw, more), *second_sources(data, more)]


def _newer_ratings(raw: FurtherTables, more: Path) -> Comparison:
    """Compare the newer years of some ratings with the table that they are from."""
    path = next(one for one in bundled_files() if one.stem == "vdem-16")
    table = pd.read_parquet(path)
    columns = [name for name in table.columns if name not in KEYS]
    theirs = raw.newer_ratings(more / "vdem" / "vdem_core_v16_slim_juno.csv", columns)
    parts = []
    for name in columns:
        first = int(table.loc[table[name].notna(), "year"].min())
        newer = {key: value for key, value in theirs[name].items() if key[1] >= first}
        parts.append(_cells(table, name, newer))
    cells = pd.concat(parts, ignore_index=True)
    return tally(
        cells,
        pd.Series(np.isclose(cells["ours"], cells["theirs"], rtol=1e-12, atol=0.0)),
        table="further/vdem-16",
        second_source="the release itself, read without the library (tests/oracles/further_tables.py)",
        what=f"value of a state-year after the fuller release, {len(columns)} variables",
    )


def _cells(table: pd.DataFrame, name: str, theirs: dict[tuple[int, int], float]) -> pd.DataFrame:
    """State-years in which the bundle or the release has a value of a variable."""
    ours = table[[*KEYS, name]].dropna().set_index(KEYS)[name]
    index = pd.MultiIndex.from_tuples(list(theirs), names=KEYS)
    other = pd.Series(list(theirs.values()), index=index, dtype="float64")
    both = pd.concat({"ours": ours, "theirs": other}, axis=1).reset_index()
    return both.assign(variable=name)
