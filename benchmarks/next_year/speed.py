"""How long a ranking takes from next year's folder, of the newest origin and of the one before."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from next_year.folder import next_folder

#: All sources but the list of episodes reach the last of these.
ORIGINS = (2024, 2025)
#: Most times as long as the origin before.
_MOST = 1.2


def rank_seconds(data: Path, *, repeats: int = 2) -> dict[str, Any]:
    """Seconds of ``rank --data DIR --origin YEAR`` in fresh processes, one job each, nothing kept: the least of some.

    The origins take turns, so that what else the machine does falls on both. The ratio is that of processor time.
    """
    used: dict[int, list[tuple[float, float]]] = {origin: [] for origin in ORIGINS}
    try:
        _measure(data, used, repeats)
    except subprocess.CalledProcessError as error:  # the cases before it are printed all the same
        return {"failed": str(error.stderr)[-400:], "holds": False}
    least = {
        origin: [round(min(values), 1) for values in zip(*runs, strict=True)] for origin, runs in used.items()
    }
    ratio = min(cpu for _, cpu in used[ORIGINS[1]]) / min(cpu for _, cpu in used[ORIGINS[0]])
    return {
        "seconds": {str(origin): wall for origin, (wall, _) in least.items()},
        "processor_seconds": {str(origin): cpu for origin, (_, cpu) in least.items()},
        "ratio": round(ratio, 3),
        "at_most": _MOST,
        "holds": ratio <= _MOST,
    }


def _measure(data: Path, used: dict[int, list[tuple[float, float]]], repeats: int) -> None:
    """Build the folder, and time the origins in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        next_folder(data, folder)
        for _ in range(repeats):
            for origin in ORIGINS:
                used[origin].append(_seconds(folder, origin))


def _seconds(folder: Path, origin: int) -> tuple[float, float]:
    words = [
        "rank",
        "--data",
        str(folder),
        "--origin",
        str(origin),
        "--jobs",
        "1",
        "--no-cache",
        "--json",
        "-q",
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "rtop_forecast.cli", *words]
    subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter() - start
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
