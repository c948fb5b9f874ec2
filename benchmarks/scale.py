"""How time and memory grow: panels of other units (grid cells, months) through the same code.

    python benchmarks/scale.py [--rows N ...] [--jobs N] [--json]

Panels are simulated: units in 40 years, 60 standard normal features of which six raise the log-odds, some 2% with an
event in the two years ahead. "features" builds 60 features from ten variables (levels, logs, changes over 1 and 3
years, halved sums, means of 3 years), each row with what was published by its issue date. "backtest" refits the default
model at ten origins, without recalibration, through backtest_rows. "attribution" explains all units of the last year.
Memory is the largest sum over all processes of their proportional set size (PSS: a page shared by n processes counts
1/n in each), sampled every 0.1 s. The growth exponent in rows is the slope of log seconds on log rows of the backtest.
"seconds_by_origins" has a panel of the smallest size, of 100 years, with more origins; "seconds_by_refits" a forecast
of it with more resamples behind its intervals. The second size runs once more on a Dask LocalCluster; "dask_identical"
says whether every bit is the same. Needs the extra "dask".
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
from rtop_forecast.calibration import Identity
from rtop_forecast.features import FeatureSpec, features_of
from rtop_forecast.features.catalogue.make import averaged, changed, decayed, level, logged
from rtop_forecast.forecasting.backtest import backtest_rows
from rtop_forecast.forecasting.draws import joint_draws
from rtop_forecast.forecasting.fit import Fit, Models
from rtop_forecast.forecasting.options import DrawOptions
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.panel import Panel, Variable

LAST, YEARS, FEATURES, HORIZON = 2020, 40, 60, 2
SIZES = (10_000, 100_000, 1_000_000)
ORIGINS = (10, 20, 40, 60)
REFITS = (50, 100, 200, 500)


def panel(n_rows: int, *, n_years: int = YEARS, seed: int = 0) -> Sample:
    """Simulate units in years."""
    years = np.arange(LAST - n_years + 1, LAST + 1)
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


def raw_panel(n_rows: int, *, seed: int = 0) -> tuple[Panel, list[FeatureSpec]]:
    """Ten variables of units in years, published six months after the year, and 60 features of them."""
    rng = np.random.default_rng(seed)
    years = np.arange(LAST - YEARS + 1, LAST + 1)
    units = n_rows // YEARS
    number = np.repeat(np.arange(units), YEARS)
    names = [f"v{i}" for i in range(10)]
    frame = pd.DataFrame(rng.gamma(2.0, size=(units * YEARS, 10)), columns=names)
    frame.insert(0, "country_id", number)
    frame.insert(1, "year", np.tile(years, units))
    frame.insert(2, "name", number.astype(str))
    variables = {
        name: Variable(
            name=name, source="simulated", release="1", first_year=int(years[0]), last_year=LAST,
            publication_lag_months=6, zero_inside=False,
        )
        for name in names
    }  # fmt: skip
    entry: dict[str, Any] = {"unit": "none", "risk_factors": (1,), "indicators": (), "sign": 0}
    specs = []
    for name in names:
        specs += [
            level(name, name, **entry),
            logged(name, name, **entry),
            changed(name, name, years=1, **entry),
            changed(name, name, years=3, **entry),
            decayed(name, name, half_life=3, **entry),
            averaged(name, name, years=3, **entry),
        ]
    made = Panel(
        frame=frame, variables=variables, issued=None, report=pd.DataFrame(), unmatched=pd.DataFrame()
    )
    return made, specs


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
                    total += process.memory_full_info().pss
                except (psutil.NoSuchProcess, psutil.AccessDenied):
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
    """Features, backtest and attribution of one size."""
    raw, specs = raw_panel(n_rows)
    with measured() as built:
        width = len(features_of(raw, specs, issue_month=6).names)
    del raw
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
        "features_built": width,
        "features_seconds": round(built.seconds, 2),
        "features_peak_gib": round(built.peak_gib, 2),
        "seconds": round(backtested.seconds, 1),
        "peak_gib": round(backtested.peak_gib, 2),
        "attribution_rows": len(parts.values),
        "attribution_seconds": round(explained.seconds, 2),
        "attribution_peak_gib": round(explained.peak_gib, 2),
    }, result


def _refitted(rows: Sample, draws: int, *, jobs: int) -> float:
    """Seconds of the resamples behind the intervals of one forecast."""
    model = rtop.default_model()
    fit = Fit(
        models=Models(fitted=rows.fit(model, origin=LAST), unfitted=model),
        calibrator=Identity().fit([], []),
        rows=rows,
        origin_year=LAST,
        seed=0,
    )
    with measured() as used:
        joint_draws(fit, DrawOptions(draws=draws, n_jobs=jobs))
    return round(used.seconds, 1)


def measure(sizes: list[int], *, jobs: int) -> dict[str, Any]:
    """Every size, every number of origins, and Dask."""
    joblib.Parallel(n_jobs=jobs)(joblib.delayed(abs)(value) for value in range(2 * jobs))
    told, results = [], {}
    for n_rows in sizes:
        entry, results[n_rows] = one_size(n_rows, jobs=jobs)
        told.append(entry)
    small = panel(min(sizes), n_years=100)
    origins = {}
    for count in ORIGINS:
        with measured() as used:
            run(small, origins=count, jobs=jobs)
        origins[str(count)] = round(used.seconds, 2)
    refits = {str(draws): _refitted(small, draws, jobs=jobs) for draws in REFITS}
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
        "seconds_by_refits": {"rows": min(sizes)} | refits,
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
