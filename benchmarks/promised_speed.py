"""Three calls that must stay fast, and the time each is allowed.

    python benchmarks/promised_speed.py [--json] [--repeats 3]

``match_rows``: country names of 100,000 rows matched to states (0.5 s). ``score_intervals``: every score of a backtest
of 30 origins and 167 states from 1,000 block resamples (6 s). ``elastic_net_fit``: 10,000 rows of 60 columns (0.3 s).
Seconds of processor time, best of the repeats, so that other work on the machine counts as little as it can. Exit
status 1 if one is too slow.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from rtop_forecast.evaluation import score_intervals
from rtop_forecast.models import ElasticNetLogit
from rtop_forecast.world.states import resolve_many, state_years

ALLOWED = {"match_rows": 0.5, "score_intervals": 6.0, "elastic_net_fit": 0.3}


def match_rows() -> Callable[[], Any]:
    """One row in ten is no state."""
    rows = state_years().sample(100_000, replace=True, random_state=1)
    names = rows["name"].where(np.arange(len(rows)) % 10 != 0, "World")
    return lambda: resolve_many(names, rows["year"], system="name")


def intervals_of_scores() -> Callable[[], Any]:
    """Rare outcomes that happen as often as the forecasts say."""
    rng = np.random.default_rng(5)
    state, year = np.tile(np.arange(167), 30), np.repeat(np.arange(30), 167)
    prob = 1 / (1 + np.exp(4.5 - rng.normal(0, 1.3, state.size)))
    outcome = (rng.random(state.size) < prob).astype(int)
    return lambda: score_intervals(outcome, prob, blocks=state, groups=year, draws=1000)


def elastic_net_fit() -> Callable[[], Any]:
    """Two columns matter."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(10_000, 60))
    y = (rng.random(10_000) < 1 / (1 + np.exp(4.5 - 0.5 * X[:, 0] - 0.4 * X[:, 1]))).astype(int)
    return lambda: ElasticNetLogit(lam=1e-3).fit(X, y)


def measure(*, repeats: int) -> dict[str, Any]:
    """Time each call and compare it with what it is allowed."""
    calls = {
        "match_rows": match_rows(),
        "score_intervals": intervals_of_scores(),
        "elastic_net_fit": elastic_net_fit(),
    }
    seconds = {name: min(timed(call) for _ in range(repeats)) for name, call in calls.items()}
    result: dict[str, Any] = {f"{name}_seconds": round(value, 3) for name, value in seconds.items()}
    return result | {"too_slow": [name for name, value in seconds.items() if value > ALLOWED[name]]}


def timed(call: Callable[[], Any]) -> float:
    """Processor time of one call in seconds."""
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=3, help="runs of each call (default: 3)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    result = measure(repeats=arguments.repeats)
    print(
        json.dumps(result, indent=2)
        if arguments.json
        else "\n".join(f"{key:<24} {value}" for key, value in result.items())
    )
    sys.exit(1 if result["too_slow"] else 0)


if __name__ == "__main__":
    main()
