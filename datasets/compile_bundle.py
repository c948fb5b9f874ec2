"""Write the variables beside the core tables, as far as licences allow, from official releases in a data directory.

Run ``python datasets/compile_bundle.py --data DIR [--more DIR] [--out datasets/further]`` after ``compile_core.py``.
One Parquet table per release, read by the library's own readers and named as a folder of the same releases names
its variables. Same releases and same version of pyarrow, same bytes. A release is taken if the licence that
``sources.toml`` states for it is one of :data:`LICENCES` and its dataset is none of :data:`LEFT_OUT`. A release of some
variables only, and the candidate events of a year that no yearly release covers, become tables of newer years
(``compile_newer.py``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from compile_core import found_releases
from compile_newer import newer_tables

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.core.bundled import core_tables
from rtop_forecast.sources.core.further import NEWER_YEARS, table_bytes
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import registered_hashes, registry
from rtop_forecast.storage.files import file_sha256, write_file
from rtop_forecast.world.states import KEYS

HERE = Path(__file__).resolve().parent

#: Licences under which figures may be passed on, the table keeping the licence of its source.
LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-3.0-IGO", "CC0-1.0")

#: Datasets left out all the same: of two no text of the licence could be read, the third smooths over all years, so
#: that its past values hold what came later; the events by month are bundled as months (`compile_months.py`).
LEFT_OUT = ("hief", "mass_mobilization", "fariss", "ucdp_ged_months")

#: What is left out of a release that was filled upstream: ratings of elections and of legislatures, which V-Dem
#: gives in years of elections, or with a legislature, only.
FILLED_UPSTREAM = {"vdem-12": ("v2el", "v2xel_", "v2lg", "v2xlg_")}
#: Least correlation of an index in a filled release with the same index in the newest one.
LEAST_CORRELATION = 0.98


def compile_bundle(data: Path, more: Path | None = None) -> dict[str, bytes]:
    """Tables by file name."""
    releases = Releases(found_releases(data, more))
    taken = {name for table in core_tables() for name in table.coverage}
    parts: dict[str, list[SourceTable]] = {}
    for dataset in [name for name in releases.found.files if name not in LEFT_OUT]:
        read = releases.tables(dataset)
        for path, table in read:
            key = registered_hashes().get(file_sha256(path))
            if key is None or registry()[key].licence not in LICENCES:
                continue
            names = {name: f"{dataset}_{name}" for name in table.coverage}
            names = {old: new for old, new in names.items() if new not in taken}
            if key in FILLED_UPSTREAM:
                names = {old: new for old, new in names.items() if not old.startswith(FILLED_UPSTREAM[key])}
                table = where_the_newest_agrees(table, [other for _, other in read], key=key)
            if names:
                taken |= set(names.values())
                parts.setdefault(key, []).append(replace(table.select(names), source=key))
    for path, note in releases.notes.items():
        print(f"refused {path}: {note}", file=sys.stderr)
    tables = {
        f"{key}.parquet": table_bytes(joined(tables), licence=registry()[key].licence)
        for key, tables in sorted(parts.items())
    }
    whole = {
        name: years[1] for group in parts.values() for one in group for name, years in one.coverage.items()
    }
    whole |= {name: years[1] for one in core_tables() for name, years in one.coverage.items()}
    return tables | {
        f"{table.source}.parquet": table_bytes(
            table, licence=registry()[table.source].licence, kind=NEWER_YEARS
        )
        for table in newer_tables(releases, whole, more)
    }


def where_the_newest_agrees(table: SourceTable, others: Sequence[SourceTable], *, key: str) -> SourceTable:
    """Leave out state-years of a filled release that the newest one does not rate in the indices both have.

    Raises
    ------
    DataIntegrityError
        If no index is in both, or one of them correlates by less than :data:`LEAST_CORRELATION`.
    """
    newest = max(int(other.release) for other in others)
    rows, compared = table.data, 0
    for other in others:
        shared = (
            [name for name in table.coverage if name in other.coverage]
            if int(other.release) == newest
            else []
        )
        for name in shared:
            both = rows[[*KEYS, name]].merge(
                other.data[[*KEYS, name]].dropna(), on=KEYS, suffixes=("", "_newest")
            )
            correlation = both[name].corr(both[f"{name}_newest"])
            print(
                f"{key}: {name} in {len(both):,} of {len(rows):,} state-years, correlation {correlation:.3f}"
            )
            if not correlation >= LEAST_CORRELATION:
                message = (
                    f"{name} of {key} correlates by {correlation:.3f} with the newest release; at least "
                    f"{LEAST_CORRELATION} is asked. Leave the release out."
                )
                raise DataIntegrityError(message)
            rows = rows.merge(both[KEYS], on=KEYS)
            compared += 1
    if not compared:
        message = (
            f"no index of {key} is in the newest release too; nothing says how it was filled. Leave it out."
        )
        raise DataIntegrityError(message)
    return replace(table, data=rows)


def joined(tables: Sequence[SourceTable]) -> SourceTable:
    """One table of the files of a release side by side; a state-year that a file lacks is missing there.

    Raises
    ------
    DataIntegrityError
        If files in which absence means zero are more than one: a row of one would say nothing of the other.
    """
    first, *more = tables
    if not more:
        return first
    if any(table.zero_inside or table.states for table in tables):
        message = f"{first.source} has {len(tables)} files of events; each needs a table of its own."
        raise DataIntegrityError(message)
    whole = first.data[[*KEYS, *first.coverage]]
    for table in more:
        whole = whole.merge(table.data[[*KEYS, *table.coverage]], on=KEYS, how="outer")
    coverage = {name: years for table in tables for name, years in table.coverage.items()}
    return replace(first, data=whole, coverage=coverage)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all tables, and remove those of releases that are no longer bundled."""
    parser = argparse.ArgumentParser(description="Write the bundled variables beside the core tables.")
    parser.add_argument("--data", type=Path, required=True, help="folder of official releases")
    parser.add_argument("--more", type=Path, help="folder of the releases of datasets that DATA lacks")
    parser.add_argument("--out", type=Path, default=HERE / "further", help="folder of the tables")
    options = parser.parse_args(arguments)
    tables = compile_bundle(options.data, options.more)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        write_file(options.out / name, content)
        print(f"{name}: {len(content):,} bytes")
    for path in sorted(set(options.out.glob("*.parquet")) - {options.out / name for name in tables}):
        path.unlink()
        print(f"{path.name}: removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
