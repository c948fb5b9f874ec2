"""Time of the commands, cold and from what was kept, of loading the panel and of the import.

    python benchmarks/command_speed.py [--data DIR] [--repeats 7] [--json]

Each command runs in a fresh process, in this order, with an empty cache before the first: `rank` cold and again;
`explain` after it and again; `rank` into a folder; `report` cold (the forecast is kept, its long backtest is not) and
again; `brief` after it; `rank` with --no-cache; `report` with nothing kept. The panel is loaded cold and again in a
cache of its own, a folder also by two processes. What is printed or written twice is compared byte by byte. With
--data the same from a folder of releases. Beside the seconds of the wall clock stand those of the processors, of all
processes of a command, which other work on the machine moves less. The import is timed beside pandas' own, alternating.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_STATE = "South Sudan"
_IMPORT = "import rtop_forecast as rtop"
_LOAD = "rtop.load_panel({})"


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
        environment = dict(os.environ)

        def timed(label: str, *words: str, into: str = "", cache: str = "cache") -> dict[str, float]:
            out = ["--out", str(place / into)] if into else []
            printed, used = _call(
                [sys.executable, "-m", "rtop_forecast.cli", *words, *source, *out],
                environment | {"RTOP_CACHE": str(place / cache)},
            )
            outputs[label] = _digest(printed if not into else b"", place / into if into else None)
            return used

        outputs: dict[str, str] = {}
        argument = f"data_dir={source[1]!r}" if source else ""
        apart = environment | {"RTOP_CACHE": str(place / "cache of the panel alone")}
        used_by = {
            "load_panel cold": _load_seconds(argument, apart),
            "load_panel": _load_seconds(argument, apart),
        }
        if source:
            alone = environment | {"RTOP_CACHE": str(place / "cache of the panel, read by two processes")}
            used_by["load_panel cold, two processes"] = _load_seconds(f"{argument}, n_jobs=2", alone)
        for label, words, into in (
            ("rank cold", ["rank"], ""),
            ("rank", ["rank"], ""),
            ("explain", ["explain", _STATE], ""),
            ("explain again", ["explain", _STATE], ""),
            ("rank into a folder", ["rank"], "rank-1"),
            ("report cold", ["report"], "report-1"),
            ("report", ["report"], "report-2"),
            ("brief", ["brief", _STATE], "brief.html"),
            ("rank, nothing kept", ["rank", "--no-cache"], "rank-2"),
        ):
            used_by[label] = timed(label, *words, into=into)
        used_by["report from nothing"] = timed(
            "report from nothing", "report", into="report-3", cache="cache of the report alone"
        )
    alike = (
        ("rank cold", "rank"),
        ("explain", "explain again"),
        ("rank into a folder", "rank, nothing kept"),
        ("report cold", "report", "report from nothing"),
    )
    same = all(len({outputs[label] for label in labels}) == 1 for labels in alike)
    return {"used": used_by, "same_bytes": same}


def _call(command: Sequence[str], environment: dict[str, str]) -> tuple[bytes, dict[str, float]]:
    """Return what a command prints, and the seconds that it takes: of the wall clock, and of the processors."""
    before, start = _processor_seconds(), time.perf_counter()
    printed = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
    seconds = time.perf_counter() - start
    return printed, {"seconds": round(seconds, 2), "cpu_seconds": round(_processor_seconds() - before, 2)}


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _digest(printed: bytes, out: Path | None) -> str:
    files = (
        [] if out is None else [out] if out.is_file() else sorted(p for p in out.rglob("*") if p.is_file())
    )
    return hashlib.sha256(printed + b"".join(path.read_bytes() for path in files)).hexdigest()


def _load_seconds(argument: str, environment: dict[str, str]) -> dict[str, float]:
    """Seconds of loading the panel, the import of pandas among them and that of this library not."""
    clocks = "time.perf_counter(), sum(os.times()[:4])"
    code = f"import os, time; {_IMPORT}; a = {clocks}; {_LOAD.format(argument)}; b = {clocks}"
    code += "; print(b[0] - a[0], b[1] - a[1])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    seconds, cpu_seconds = map(float, done.stdout.split())
    return {"seconds": round(seconds, 2), "cpu_seconds": round(cpu_seconds, 2)}


def _import_seconds(name: str) -> float:
    code = f"import os, time; t = time.perf_counter(); import {name}; print(time.perf_counter() - t)"
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
        if not isinstance(value, dict):
            print(f"{name:<30} {value}")
            continue
        for inner, used in value["used"].items():
            print(f"{name:<10} {inner:<22} {used['seconds']:>8} s {used['cpu_seconds']:>8} CPU s")


if __name__ == "__main__":
    main()
