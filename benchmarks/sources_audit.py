"""What the readers make of a folder of official releases, file by file.

    python benchmarks/sources_audit.py --data DIR [--json]

For each data file: the dataset it was recognised as, its release, its rows, the state-years read from it, the
rows that belong to no state-year with their reasons, and the seconds it took. A reason is unexplained when it
is only that nobody knows the code or name.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.reading.files import excel_rows, excel_sheets, read_r
from rtop_forecast.sources.reading.matching import explained

_TEXT = {".csv", ".txt", ".tsv"}
# Reasons name the code and the year; the kinds of reasons are these words.
_KINDS = {
    "the state table covers": "outside the years of the state table",
    "is not an independent state": "a territory, an aggregate or not yet independent",
    "means no independent state": "a state of other years",
    "exact repetition": "exact repetition of another row",
}


def audit(folder: Path) -> dict[str, Any]:
    """Read every recognised file once."""
    found = discover(folder)
    files = [_file(found.names[path], name, path) for name, paths in found.files.items() for path in paths]
    read = [one for one in files if "refused" not in one]
    return {
        "sources_recognised": len(found.files),
        "sources_read": len({one["dataset"] for one in read}),
        "files_read": len(read),
        "files_refused": {one["file"]: one["refused"] for one in files if "refused" in one},
        "files_not_recognised": sorted(found.names[path] for path in found.others),
        "unmatched_unexplained": sum(one["unmatched_unexplained"] for one in read),
        "seconds": round(sum(one["seconds"] for one in read), 1),
        "files": sorted(read, key=lambda one: (one["dataset"], one["file"])),
    }


def _file(name: str, dataset: str, path: Path) -> dict[str, Any]:
    start = time.perf_counter()
    try:
        table = reader(dataset).read(path)
    except (InputError, DataIntegrityError, CoverageError) as error:
        return {"file": name, "dataset": dataset, "refused": str(error.args[0])}
    seconds = time.perf_counter() - start
    lost = table.unmatched
    reasons: Counter[str] = Counter()
    for reason, rows in zip(lost["reason"], lost["rows"], strict=True):
        reasons[_kind(reason)] += int(rows)
    years = [year for span in table.coverage.values() for year in span]
    return {
        "file": name,
        "dataset": dataset,
        "source": table.source,
        "release": table.release,
        "rows": _rows(path),
        "state_years": len(table.data),
        "variables": len(table.coverage),
        "first_year": min(years),
        "last_year": max(years),
        "unmatched_rows": int(lost["rows"].sum()),
        "unmatched_reasons": dict(reasons.most_common()),
        "unmatched_unexplained": int(lost.loc[~explained(lost), "rows"].sum()),
        "seconds": round(seconds, 2),
    }


def _kind(reason: str) -> str:
    return next((kind for words, kind in _KINDS.items() if words in reason), reason)


def _rows(path: Path) -> int:
    """Count the rows of a file: records, rows of all sheets, or rows of all data frames."""
    suffix = path.suffix.lower()
    if suffix in _TEXT:
        with path.open("rb") as handle:
            return sum(1 for _ in handle)
    if suffix == ".parquet":
        return len(pd.read_parquet(path))
    sheets = excel_sheets(path)
    if sheets:
        return sum(len(excel_rows(path, sheet=sheet)) for sheet in sheets)
    return sum(len(frame) for frame in read_r(path).values())


def _text(result: dict[str, Any]) -> str:
    lines = [
        f"{result['sources_read']} datasets read from {result['files_read']} files in {result['seconds']} s; "
        f"{result['unmatched_unexplained']} unmatched rows unexplained",
        "",
        f"{'dataset':<20} {'release':<12} {'rows':>8} {'state-years':>11} {'years':>10} {'unmatched':>9} "
        f"{'s':>6}  file",
    ]
    for one in result["files"]:
        lines.append(
            f"{one['dataset']:<20} {one['release']:<12} {one['rows']:>8,} {one['state_years']:>11,} "
            f"{one['first_year']}-{one['last_year']} {one['unmatched_rows']:>9,} {one['seconds']:>6.2f}  {one['file']}"
        )
        lines += [f"{'':<33} {rows:>8,} {reason}" for reason, rows in one["unmatched_reasons"].items()]
    lines += ["", "refused:", *(f"  {text}" for text in result["files_refused"].values())]
    lines += ["", "not recognised:", *(f"  {name}" for name in result["files_not_recognised"])]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of official releases")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    result = audit(arguments.data)
    print(json.dumps(result, indent=2, ensure_ascii=False) if arguments.json else _text(result))


if __name__ == "__main__":
    main()
