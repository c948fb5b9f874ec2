"""Time of the commands, cold and from what was kept, of loading the panel and of the import.

    python benchmarks/command_speed.py [--data DIR] [--repeats 7] [--json]

Each command runs in a fresh process, in this order, with an empty cache before the first: `rank` cold and again;
`explain` after it; `report` cold (the forecast is kept, its long backtest is not) and again; `brief` after it. The
outputs of the two runs, and of one with --no-cache, are compared byte by byte. With --data the same from a folder of
releases, read cold and again. The import is timed beside pandas' own, alternating.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_STATE = "South Sudan"
_LOAD = "import rtop_forecast as rtop; rtop.load_panel({})"


def run(*, data: Path | None, repeats: int) -> dict[str, Any]:
    """Measure the commands from the bundle, from a folder if one is given, and the import."""
    document: dict[str, Any] = {"bundle": _commands([])}
    if data is not None:
        document["data"] = _commands(["--data", str(data)])
    imports: dict[str, list[float]] = {"pandas": [], "rtop_forecast": []}
    for _ in range(repeats):
        for name, seconds in imports.items():
            seconds.append(_import_seconds(name))
    return document | {
        "import_pandas_seconds": round(statistics.median(imports["pandas"]), 3),
        "import_rtop_forecast_seconds": round(statistics.median(imports["rtop_forecast"]), 3),
        "repeats": repeats,
    }


def _commands(source: Sequence[str]) -> dict[str, Any]:
    """Seconds of every command in a cache of its own, and whether outputs are the same."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        environment = os.environ | {"RTOP_CACHE": str(place / "cache")}

        def timed(name: str, *words: str, into: str = "") -> float:
            out = ["--out", str(place / into)] if into else []
            start = time.perf_counter()
            printed = _call([name, *words, *source, *out], environment)
            seconds = time.perf_counter() - start
            outputs[f"{name} {into}"] = _digest(printed if not into else b"", place / into if into else None)
            return round(seconds, 1)

        outputs: dict[str, str] = {}
        argument = f"data_dir={source[1]!r}" if source else ""
        seconds = {
            "load_panel": _load_seconds(argument, environment),
            "load_panel again": _load_seconds(argument, environment),
            "rank cold": timed("rank", into="rank-1"),
            "rank": timed("rank", into="rank-2"),
            "explain": timed("explain", _STATE),
            "report cold": timed("report", into="report-1"),
            "report": timed("report", into="report-2"),
            "brief": timed("brief", _STATE, into="brief.html"),
            "rank, nothing kept": timed("rank", "--no-cache", into="rank-3"),
        }
    ranks = {outputs[f"rank rank-{number}"] for number in (1, 2, 3)}
    reports = {outputs[f"report report-{number}"] for number in (1, 2)}
    return {"seconds": seconds, "same_bytes": len(ranks) == len(reports) == 1}


def _call(words: Sequence[str], environment: dict[str, str]) -> bytes:
    command = [sys.executable, "-m", "rtop_forecast.cli", *words]
    return subprocess.run(command, capture_output=True, check=True, env=environment).stdout


def _digest(printed: bytes, out: Path | None) -> str:
    files = (
        [] if out is None else [out] if out.is_file() else sorted(p for p in out.rglob("*") if p.is_file())
    )
    return hashlib.sha256(printed + b"".join(path.read_bytes() for path in files)).hexdigest()


def _load_seconds(argument: str, environment: dict[str, str]) -> float:
    code = f"import time; t = time.perf_counter(); {_LOAD.format(argument)}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    return round(float(done.stdout), 2)


def _import_seconds(name: str) -> float:
    code = f"import time; t = time.perf_counter(); import {name}; print(time.perf_counter() - t)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of official releases")
    parser.add_argument("--repeats", type=int, default=7, help="imports to time (default: 7)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    document = run(data=arguments.data, repeats=arguments.repeats)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, value in document.items():
        for inner, seconds in value["seconds"].items() if isinstance(value, dict) else [("", value)]:
            print(f"{name:<30} {inner:<22} {seconds}")


if __name__ == "__main__":
    main()
