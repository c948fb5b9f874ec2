"""Out-of-sample scores of every model from the bundle.

Origins 1993-2022, onset of any mass killing within two years, states with at least 500,000
inhabitants. Models and settings are fixed in PROTOCOL.md. Run with --json for JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.evaluation import paired_difference

FIRST, LAST, HORIZON = 1993, 2022, 2


def run(*, jobs: int, draws: int) -> dict[str, Any]:
    """Backtest every model; scores with intervals, and the default's edge over each baseline."""
    start = time.perf_counter()
    panel = rtop.load_panel()
    features = rtop.build_features(panel)
    target = rtop.onset_target(panel, horizon=HORIZON)
    origins = rtop.RollingOrigin(first=FIRST, last=LAST, horizon=HORIZON)
    results = {
        name: rtop.backtest(model, features, target, origins=origins, n_jobs=jobs)
        for name, model in rtop.benchmark_models().items()
    }
    return {
        "origins": [FIRST, LAST],
        "horizon": HORIZON,
        "bootstrap_draws": draws,
        "models": {name: _scores(result, draws=draws) for name, result in results.items()},
        "default_minus_baseline_log_loss": {
            name: _edge(results["default"], results[name], draws=draws)
            for name in ("base_rate", "history_logit")
        },
        "seconds": round(time.perf_counter() - start, 1),
    }


def _scores(result: rtop.BacktestResult, *, draws: int) -> dict[str, float]:
    frame = result.to_frame()
    document: dict[str, float] = {"n": len(frame), "positives": int(frame["outcome"].sum())}
    for score, row in result.score_frame(draws=draws).iterrows():
        document |= {f"{score}": row["value"], f"{score}_low": row["low"], f"{score}_high": row["high"]}
    for first, last in ((1993, 2006), (2007, 2022)):
        part = frame[frame["origin_year"].between(first, last)]
        document[f"expected_observed_{first}_{last}"] = part["prob"].sum() / part["outcome"].sum()
    return document


def _edge(ours: rtop.BacktestResult, other: rtop.BacktestResult, *, draws: int) -> dict[str, float]:
    left, right = ours.to_frame(), other.to_frame()
    keys = ["country_id", "origin_year", "outcome"]
    if not left[keys].equals(right[keys]):
        message = "the two backtests were not scored on the same rows"
        raise RuntimeError(message)
    result = paired_difference(
        left["outcome"], left["prob"], right["prob"], blocks=left["country_id"], draws=draws
    ).log_loss
    return {
        "difference": result.estimate,
        "difference_low": result.low,
        "difference_high": result.high,
        "prob_better": result.prob_better,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--jobs", type=int, default=-1, help="processes (default: one per core)")
    parser.add_argument("--draws", type=int, default=1000, help="bootstrap draws (default: 1000)")
    arguments = parser.parse_args()
    document = run(jobs=arguments.jobs, draws=arguments.draws)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, scores in document["models"].items():
        print(name)
        for score in ("auc", "ap", "log_loss", "brier", "expected_observed", "recall_at_30"):
            print(
                f"  {score:<18} {scores[score]:.4f}  ({scores[score + '_low']:.4f} to {scores[score + '_high']:.4f})"
            )


if __name__ == "__main__":
    main()
