"""How far published probabilities hang on the seed of the trees.

    python benchmarks/seed_noise.py [--data DIR] [--seeds 8] [--jobs 2] [--json]

The point fit of the default model at the last origin with different seeds, calibrated by one calibrator. Printed is the
standard deviation over the seeds of each state's log-odds, in which .03 is 3% of the odds: median over all states, and
median and largest among the thirty highest; for the fits of a forecast, of a backtest and of the draws.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone

import rtop_forecast as rtop
from rtop_forecast.forecasting.options import DRAW_TREES, POINT_TREES
from rtop_forecast.forecasting.prequential import calibrator_of
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.models import LogOddsAverage, default_model

HORIZON = 2


def run(data: Path | None, *, seeds: int, jobs: int) -> dict[str, Any]:
    """Refit with every seed and measure the spread."""
    panel = rtop.load_panel(data_dir=data)
    features, target = rtop.build_features(panel), rtop.onset_target(panel, horizon=HORIZON)
    origin = target.last_observed
    rows = sample(features, target)
    history = rtop.backtest(
        default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=origin - HORIZON, last=origin - HORIZON),
        n_jobs=jobs,
    )
    calibrator = calibrator_of(history, origin=origin, horizon=HORIZON)
    here = rows.at(origin)
    document: dict[str, Any] = {"origin": origin, "features": len(features.names), "seeds": seeds}
    for name, trees in (("forecast", POINT_TREES), ("backtest", 1.0), ("draw", DRAW_TREES)):
        start = time.perf_counter()
        raw = np.array(
            Parallel(n_jobs=jobs)(delayed(_log_odds)(rows, origin, seed, trees) for seed in range(seeds))
        )
        mapped = np.array([calibrator.apply_log_odds(one, groups=rows.labels[here]) for one in raw])
        spread = mapped.std(axis=0, ddof=1)
        top = np.argsort(-mapped.mean(axis=0))[:30]
        document[name] = {
            "trees": trees,
            "median": float(np.median(spread)),
            "top30_median": float(np.median(spread[top])),
            "top30_largest": float(spread[top].max()),
            "seconds": round(time.perf_counter() - start, 1),
        }
    return document


def _log_odds(rows: Sample, origin: int, seed: int, trees: float) -> np.ndarray[Any, Any]:
    fitted = rows.fit(_seeded(default_model(), 1000 * (seed + 1)), origin=origin, trees=trees)
    return fitted.log_odds(rows.matrix[rows.at(origin)])


def _seeded(model: LogOddsAverage, seed: int) -> LogOddsAverage:
    """Copy of the average with another seed in every member that has one."""
    members = [(name, clone(member)) for name, member in model.members]
    for _, member in members:
        if "seed" in member.get_params():
            member.set_params(seed=seed)
    return LogOddsAverage(members)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of official releases")
    parser.add_argument("--seeds", type=int, default=8, help="seeds (default: 8)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    document = run(arguments.data, seeds=arguments.seeds, jobs=arguments.jobs)
    print(json.dumps(document, indent=2) if arguments.json else document)


if __name__ == "__main__":
    main()
