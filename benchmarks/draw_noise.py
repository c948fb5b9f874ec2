"""How far intervals and rank ranges hang on which resamples were drawn, by how many were.

    python benchmarks/draw_noise.py [--sets 10] [--draws N ...] [--jobs 2] [--json]

The default model at the last origin, from the bundle, with its calibrator: joint draws of all states with other seeds,
as many sets of each size. Printed is the standard deviation over the sets of the ends of 90% intervals (log-odds), of
90% rank ranges (ranks) and of the chance to be among the first 30: medians over the thirty highest states and both
ends, beside the ranges' median widths. No outcome is read.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from typing import Any

import numpy as np

import rtop_forecast as rtop
from rtop_forecast.evaluation import prob_top, rank_ranges
from rtop_forecast.forecasting.draws import joint_draws
from rtop_forecast.forecasting.fit import Fit
from rtop_forecast.forecasting.options import DrawOptions
from rtop_forecast.logistic import probability

LEVEL, TOP, HORIZON = 0.9, 30, 2
Array = np.ndarray[Any, Any]


def run(sizes: list[int], *, sets: int, jobs: int) -> dict[str, Any]:
    """Draw every set of every size and measure the spread between them."""
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel), rtop.onset_target(panel, horizon=HORIZON)
    origin = target.last_observed
    history = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=origin - HORIZON, last=origin - HORIZON),
        n_jobs=jobs,
    )
    basis = rtop.forecast(
        rtop.default_model(), features, target, origin=origin, backtest=history, n_jobs=jobs
    ).basis
    top = np.argsort(-basis.calibrated)[:TOP]
    return {
        "origin": origin,
        "sets": sets,
        "sizes": {
            str(size): _spread(basis, top, range(1, sets + 1), DrawOptions(draws=size, n_jobs=jobs))
            for size in sizes
        },
    }


def _spread(basis: Fit, top: Array, seeds: range, options: DrawOptions) -> dict[str, float]:
    start = time.perf_counter()
    found = [_ends(joint_draws(replace(basis, seed=seed), options), top) for seed in seeds]
    ends = {name: np.stack([one[name] for one in found]) for name in found[0]}
    document = {
        f"{name}_sd": float(np.median(values.std(axis=0, ddof=1))) for name, values in ends.items()
    } | {
        f"{name}_width": float(np.median(values[:, 1] - values[:, 0]))
        for name, values in ends.items()
        if values.ndim == 3
    }
    return {name: round(value, 3) for name, value in document.items()} | {
        "seconds_per_set": round((time.perf_counter() - start) / len(found), 1)
    }


def _ends(drawn: Array, top: Array) -> dict[str, Array]:
    """Measure ends of intervals and rank ranges of the highest states, shape (2, TOP), and chances to be first."""
    probs = probability(drawn)
    low, high = rank_ranges(probs, level=LEVEL)
    return {
        "log_odds": np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)[:, top],
        "rank": np.stack([low, high])[:, top],
        "prob_top30": prob_top(probs, k=TOP)[top],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=10, help="sets of draws of each size (default: 10)")
    parser.add_argument(
        "--draws", type=int, nargs="+", default=[20, 30, 40, 50], help="sizes (default: 20 30 40 50)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    document = run(arguments.draws, sets=arguments.sets, jobs=arguments.jobs)
    print(json.dumps(document, indent=2) if arguments.json else document)


if __name__ == "__main__":
    main()
