"""Write the bundled state-months from releases of UCDP GED by month and of its candidate events.

Run ``python datasets/compile_months.py --data DIR [--more DIR] [--out datasets/months]``. One Parquet table per
release, read by the library's own readers. Same releases and same version of pyarrow, same bytes. A file is taken if it
is registered, by its hash, as a release of :data:`DATASET` with one of :data:`compile_bundle.LICENCES`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from compile_bundle import LICENCES

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.core.bundled_months import month_bytes
from rtop_forecast.sources.folder.discover import reader, recognised_as
from rtop_forecast.sources.reading.months import MonthTable
from rtop_forecast.sources.registry import registered_hashes, registry
from rtop_forecast.storage.files import file_sha256, write_file

HERE = Path(__file__).resolve().parent
DATASET = "ucdp_ged_months"


def compile_months(data: Path, more: Path | None = None) -> dict[str, bytes]:
    """Tables by file name.

    Raises
    ------
    CoverageError
        If the folders hold no registered release of state-months.
    """
    taken: dict[str, MonthTable] = {}
    for path in sorted(path for folder in (data, more) if folder is not None for path in folder.rglob("*")):
        key = registered_hashes().get(file_sha256(path)) if path.is_file() else None
        if key is None or registry()[key].dataset != DATASET or registry()[key].licence not in LICENCES:
            continue
        dataset = recognised_as(path)
        table = None if dataset is None else reader(dataset).read(path).months
        if table is not None:
            taken[key] = table
    if not taken:
        message = (
            f"no registered release of state-months is in {data} or {more}; sources.toml lists their hashes."
        )
        raise CoverageError(message)
    return {
        f"{key}.parquet": month_bytes(
            table.select({name: f"ged_{name}" for name in table.variables}), licence=registry()[key].licence
        )
        for key, table in sorted(taken.items())
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all tables, and remove those of releases that are no longer bundled."""
    parser = argparse.ArgumentParser(description="Write the bundled state-months.")
    parser.add_argument("--data", type=Path, required=True, help="folder of official releases")
    parser.add_argument("--more", type=Path, help="second folder of releases")
    parser.add_argument("--out", type=Path, default=HERE / "months", help="folder of the tables")
    options = parser.parse_args(arguments)
    tables = compile_months(options.data, options.more)
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
