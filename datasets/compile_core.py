"""Write the core tables from official releases in a data directory.

Run ``python datasets/compile_core.py --data DIR [--more DIR] [--out datasets/core]``. A second folder gives the
datasets that the first one lacks. Files are told by content, so their names do not matter. The state system comes
first, by ``compile_states.py``, and the episodes last, by ``compile_episodes.py``. Same releases, same bytes. A
check that fails stops the run and leaves the old tables.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pandas as pd

from rtop_forecast.sources.core import checks as core_checks
from rtop_forecast.sources.core.builders import BUILDERS
from rtop_forecast.sources.core.coverage import csv_text
from rtop_forecast.sources.folder.discover import Discovery, discover
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.world.states import state_years

HERE = Path(__file__).resolve().parent
FIRST_YEAR, LAST_YEAR = 1946, 2025


def compile_tables(data: Path, more: Path | None = None) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Core tables by file name, and the list of source rows that belong to no state-year."""
    releases = Releases(found_releases(data, more))
    years = state_years(first=FIRST_YEAR, last=LAST_YEAR)
    built = {name: builder(releases) for name, builder in BUILDERS.items() if name != "episodes"}
    for path, note in releases.notes.items():
        print(f"refused {path}: {note}", file=sys.stderr)
    tables = {f"{name}.csv": table.frame for name, table in built.items()}
    tables["coverage.csv"] = pd.read_csv(HERE / "annotations" / "coverage.csv", keep_default_na=False)
    for name, table in tables.items():
        core_checks.check_core_table(name, table, years)
    unmatched = [table.unmatched for table in built.values() if len(table.unmatched)]
    return tables, pd.concat(unmatched, ignore_index=True)


def found_releases(data: Path, more: Path | None) -> Discovery:
    """Releases of a folder, and of a second one those of the datasets that the first lacks."""
    found = discover(data)
    if more is None:
        return found
    other = discover(more)
    return replace(found, files={**other.files, **found.files}, names={**other.names, **found.names})


def write_atomically(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Write every table to a temporary file beside its place, then rename all of them."""
    out.mkdir(parents=True, exist_ok=True)
    pending = []
    for name, table in sorted(tables.items()):
        with tempfile.NamedTemporaryFile(
            "w", dir=out, prefix=f".{name}.", encoding="utf-8", newline="\n", delete=False
        ) as handle:
            handle.write(csv_text(table))
        temporary = Path(handle.name)
        temporary.chmod(0o644)
        pending.append((temporary, out / name))
    for temporary, place in pending:
        temporary.replace(place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile all core tables."""
    parser = argparse.ArgumentParser(description="Write the core tables from official releases.")
    parser.add_argument("--data", type=Path, required=True, help="folder of official releases")
    parser.add_argument("--more", type=Path, help="folder of the releases of datasets that DATA lacks")
    parser.add_argument("--out", type=Path, default=HERE / "core", help="folder of the core tables")
    parser.add_argument("--unmatched", type=Path, help="also write the source rows without a state-year here")
    parser.add_argument("--only", choices=["sources"], help="leave out the states and the episodes")
    options = parser.parse_args(arguments)
    if options.only is None:
        compile_state_system(options.data, options.out)
    tables, unmatched = compile_tables(options.data, options.more)
    write_atomically(tables, options.out)
    if options.unmatched is not None:
        unmatched.to_csv(options.unmatched, index=False, lineterminator="\n")
    for name, table in tables.items():
        print(f"{name}: {len(table):,} rows")
    if options.only is None:
        episodes = _script("compile_episodes").compile_episodes(options.data, options.out)
        print(f"episodes.csv: {len(episodes):,} rows")
    return 0


def compile_state_system(data: Path, out: Path) -> None:
    """Write states, crosswalk and contiguity by their own script, before anything is resolved with them."""
    module = _script("compile_states")
    table = module.compile_states(data)
    tables = {
        "states.csv": table[module.STATE_COLUMNS],
        "crosswalk.csv": module.compile_crosswalk(table, data),
        "contiguity.csv": module.compile_contiguity(table, data),
    }
    write_atomically(tables, out)


def _script(name: str) -> ModuleType:
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    return importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())
