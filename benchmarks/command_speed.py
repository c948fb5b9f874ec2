"""Time of the ranking command and of the import, each in fresh processes.

``rtop-forecast rank`` is run twice and its outputs compared byte by byte; the import is timed beside
pandas' own, alternating. Run with --json for JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def run(*, repeats: int) -> dict[str, Any]:
    """Measure the command and the import."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [_rank(Path(folder) / name) for name in ("one", "two")]
    imports = {"pandas": [], "rtop_forecast": []}
    for _ in range(repeats):
        for name, seconds in imports.items():
            seconds.append(_import_seconds(name))
    pandas, ours = (statistics.median(imports[name]) for name in ("pandas", "rtop_forecast"))
    return {
        "rank_seconds": [round(one["seconds"], 1) for one in runs],
        "states": runs[0]["states"],
        "expected_onsets": runs[0]["expected"],
        "same_bytes": runs[0]["sha256"] == runs[1]["sha256"],
        "import_pandas_seconds": round(pandas, 3),
        "import_rtop_forecast_seconds": round(ours, 3),
        "repeats": repeats,
    }


def _rank(out: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "rtop_forecast.cli", "rank", "--json", "--out", str(out)]
    start = time.perf_counter()
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    seconds = time.perf_counter() - start
    document = json.loads(printed)
    content = printed + b"".join(path.read_bytes() for path in sorted(out.iterdir()))
    return {
        "seconds": seconds,
        "states": document["states"],
        "expected": document["expected_onsets"]["value"],
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _import_seconds(name: str) -> float:
    code = f"import time; t = time.perf_counter(); import {name}; print(time.perf_counter() - t)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeats", type=int, default=7, help="imports to time (default: 7)")
    arguments = parser.parse_args()
    document = run(repeats=arguments.repeats)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, value in document.items():
        print(f"{name:<30} {value}")


if __name__ == "__main__":
    main()
