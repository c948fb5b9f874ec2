"""V-Dem's country-year CSV, read for the default columns: pandas, ours at first, ours from the cache.

    python benchmarks/vdem_read.py [--json] [--file CSV] [--repeats N]

Makes a file of V-Dem's shape (27,500 rows, 4,600 columns, two cells in three filled as in version 15) unless one is
given, and reads it in fresh processes, in turns. Seconds are those of the call; memory is the process's highest.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rtop_forecast.sources.catalogue.vdem import DEFAULT_VARIABLES

ROWS, COLUMNS = 27_500, 4_600
FIRST, LAST = 1789, 2024
_CODE = """
import json, resource, sys, time
path, columns = sys.argv[1], json.loads(sys.argv[2])
{prepare}
start = time.perf_counter()
{call}
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
_PANDAS = _CODE.format(prepare="import pandas as pd", call="pd.read_csv(path, usecols=columns)")
_OURS = _CODE.format(
    prepare="from rtop_forecast.sources import _vdem_forms as forms", call="forms.load(path, columns[2:])"
)


def make(path: Path, *, seed: int = 0) -> None:
    """Write a CSV of V-Dem's shape, a country at a time."""
    rng = np.random.default_rng(seed)
    names = [f"v3filler{i}" for i in range(COLUMNS - 4 - len(DEFAULT_VARIABLES))]
    # As in the release, the wanted columns stand anywhere among the others.
    places = np.linspace(0, COLUMNS - 5, len(DEFAULT_VARIABLES)).astype(int)
    for place, name in zip(places, DEFAULT_VARIABLES, strict=True):
        names.insert(place, name)
    # Most ratings begin in 1900, some later: a column is filled from its own first year on.
    begins = rng.choice([1789, 1900, 1946, 2000], size=len(names), p=[0.35, 0.35, 0.2, 0.1])
    ordinal = rng.random(len(names)) < 0.3
    # Texts of all cells: scores of three decimals, then levels, then the empty cell.
    texts = [f"{score / 1000:g}" for score in range(-4000, 4001)] + ["0", "1", "2", "3", "4", ""]
    words, level, empty = np.array(texts, dtype=object), len(texts) - 6, len(texts) - 1
    countries = -(-ROWS // (LAST - FIRST + 1))
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["country_name", "country_text_id", "country_id", "year", *names]) + "\n")
        written = 0
        for country in range(1, countries + 1):
            years = np.arange(FIRST, LAST + 1)[: ROWS - written]
            scores = rng.normal(scale=1000, size=(len(years), len(names)))
            cells = scores.clip(-4000, 4000).astype(int) + 4000
            cells[:, ordinal] = level + rng.integers(0, 5, size=(len(years), int(ordinal.sum())))
            cells[years[:, None] < begins[None, :]] = empty
            cells[rng.random(cells.shape) < 0.05] = empty
            for year, row in zip(years, words[cells], strict=True):
                file.write(f'"Country {country}","C{country:02d}",{country},{year},' + ",".join(row) + "\n")
            written += len(years)


def measure(path: Path, *, repeats: int) -> dict[str, Any]:
    """Read the file in turns and take medians."""
    columns = ["country_id", "year", *DEFAULT_VARIABLES]
    runs: dict[str, list[tuple[float, float]]] = {"pandas": [], "first": [], "cached": []}
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as cache:
            runs["pandas"].append(_run(_PANDAS, path, columns, cache))
            runs["first"].append(_run(_OURS, path, columns, cache))
            runs["cached"].append(_run(_OURS, path, columns, cache))
    medians = {
        name: [statistics.median(part) for part in zip(*values, strict=True)] for name, values in runs.items()
    }
    result: dict[str, Any] = {
        "file_mib": round(path.stat().st_size / 2**20),
        "columns_read": len(columns),
        "repeats": repeats,
    }
    for name, (seconds, peak) in medians.items():
        result |= {f"{name}_seconds": round(seconds, 3), f"{name}_peak_mib": round(peak)}
    return result | {"ratio_first": round(medians["first"][0] / medians["pandas"][0], 3)}


def _run(code: str, path: Path, columns: list[str], cache: str) -> tuple[float, float]:
    command = [sys.executable, "-c", code, str(path), json.dumps(columns)]
    environment = {"RTOP_CACHE": cache, "PATH": "/usr/bin:/bin"}
    printed = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
    seconds, peak = json.loads(printed)
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, help="read this CSV instead of one made for the purpose")
    parser.add_argument("--repeats", type=int, default=3, help="rounds (default: 3)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.file or Path(folder) / "V-Dem-CY-Full+Others-v15.csv"
        if arguments.file is None:
            make(path)
        result = measure(path, repeats=arguments.repeats)
    print(
        json.dumps(result, indent=2)
        if arguments.json
        else "\n".join(f"{k:<16} {v}" for k, v in result.items())
    )


if __name__ == "__main__":
    main()
