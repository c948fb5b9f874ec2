"""How time and memory grow: backtests of panels of other units (grid cells, months) through the same code.

    python benchmarks/scale.py [--rows N ...] [--jobs N] [--json]

Panels are simulated: units in 40 years, 60 standard normal features of which six raise the log-odds, some 2% with an
event in the two years ahead. The default model is refitted at ten origins, without recalibration, through
backtest_rows; attribution explains all units of the last year. Memory is the largest sum of the resident sets of all
processes, sampled every 0.1 s; pages that processes share count once for each. The growth exponent in rows is the slope
of log seconds on log rows. "seconds_by_origins" has the smallest panel with more origins. The second panel runs once
more on a Dask LocalCluster; "dask_identical" says whether every bit is the same. Needs the extra "dask".
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import pandas as pd
import psutil
from dask.distributed import Client, LocalCluster

import rtop_forecast as rtop
from rtop_forecast.backtest import BacktestResult, Sample, backtest_rows
from rtop_forecast.calibration import Identity

FIRST, LAST, FEATURES, HORIZON = 1981, 2020, 60, 2
SIZES = (10_000, 100_000, 1_000_000)
ORIGINS = (10, 20, 30)


def panel(n_rows: int, *, seed: int = 0) -> Sample:
    """Simulate units in years."""
    years = np.arange(FIRST, LAST + 1)
    units = n_rows // len(years)
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(units * len(years), FEATURES))
    prob = 1 / (1 + np.exp(4.5 - 0.5 * values[:, :6].sum(axis=1)))
    number = np.repeat(np.arange(units), len(years))
    return Sample(
        keys=pd.DataFrame({"country_id": number, "year": np.tile(years, units), "name": number.astype(str)}),
        matrix=pd.DataFrame(values, columns=[f"x{i:02d}" for i in range(FEATURES)]),
        outcome=(rng.random(len(values)) < prob).astype(float),
        horizon=HORIZON,
    )


@dataclass
class Used:
    """Seconds and peak memory of a block."""

    seconds: float = 0.0
    peak_gib: float = 0.0


@contextmanager
def measured() -> Iterator[Used]:
    """Time a block and sample the memory of this process and its children."""
    used, done = Used(), threading.Event()

    def watch() -> None:
        me = psutil.Process()
        while not done.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            used.peak_gib = max(used.peak_gib, total / 2**30)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start = time.perf_counter()
    try:
        yield used
    finally:
        used.seconds = time.perf_counter() - start
        done.set()
        watcher.join()


def run(rows: Sample, *, origins: int, jobs: int | None) -> BacktestResult:
    """Backtest the default model at the last origins."""
    return backtest_rows(
        rtop.default_model(),
        rows,
        years=range(LAST - origins + 1, LAST + 1),
        calibrator=Identity(),
        calibration_origins=0,
        n_jobs=jobs,
    )


def one_size(n_rows: int, *, jobs: int) -> tuple[dict[str, Any], BacktestResult]:
    """Backtest and attribution of one panel."""
    rows = panel(n_rows)
    with measured() as backtested:
        result = run(rows, origins=10, jobs=jobs)
    fitted = rows.fit(rtop.default_model(), origin=LAST)
    here = rows.matrix[rows.at(LAST)]
    with measured() as explained:
        parts = fitted.contributions(here)
    return {
        "rows": n_rows,
        "events": int(rows.outcome.sum()),
        "seconds": round(backtested.seconds, 1),
        "peak_gib": round(backtested.peak_gib, 2),
        "attribution_rows": len(parts.values),
        "attribution_seconds": round(explained.seconds, 2),
        "attribution_peak_gib": round(explained.peak_gib, 2),
    }, result


def measure(sizes: list[int], *, jobs: int) -> dict[str, Any]:
    """Every size, every number of origins, and Dask."""
    joblib.Parallel(n_jobs=jobs)(joblib.delayed(abs)(value) for value in range(2 * jobs))
    told, results = [], {}
    for n_rows in sizes:
        entry, results[n_rows] = one_size(n_rows, jobs=jobs)
        told.append(entry)
    origins = {}
    small = panel(min(sizes))
    for count in ORIGINS:
        with measured() as used:
            run(small, origins=count, jobs=jobs)
        origins[str(count)] = round(used.seconds, 2)
    middle = sizes[min(1, len(sizes) - 1)]
    with (
        LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        start = time.perf_counter()
        spread = run(panel(middle), origins=10, jobs=None)
        dask_seconds = time.perf_counter() - start
    seconds = np.log([entry["seconds"] for entry in told])
    slope = np.polyfit(np.log(sizes), seconds, 1)[0] if len(sizes) > 1 else np.nan
    steps = np.diff(seconds) / np.diff(np.log(sizes))
    return {
        "jobs": jobs,
        "features": FEATURES,
        "origins_per_backtest": 10,
        "sizes": told,
        "row_exponent": round(float(slope), 3),
        "row_exponent_of_each_step": [round(float(step), 3) for step in steps],
        "seconds_by_origins": {"rows": min(sizes)} | origins,
        "million_rows": next(
            ({k: e[k] for k in ("seconds", "peak_gib")} for e in told if e["rows"] == 10**6), None
        ),
        "dask_rows": middle,
        "dask_seconds": round(dask_seconds, 1),
        "dask_identical": bool(spread.frame.equals(results[middle].frame)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rows", type=int, nargs="+", default=list(SIZES), help="sizes (default: 1e4 1e5 1e6)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    result = measure(sorted(arguments.rows), jobs=arguments.jobs)
    print(
        json.dumps(result, indent=2)
        if arguments.json
        else "\n".join(f"{k:<28} {v}" for k, v in result.items())
    )


if __name__ == "__main__":
    main()
