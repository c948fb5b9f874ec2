"""How the forest draws its features, for each split or for each tree: the rule of PROTOCOL.md.

    python benchmarks/forest_choice.py --data DIR [--seeds 3] [--jobs 2] [--json]

Every candidate looks at 15% of the features in a split: drawn from all of them, as now, or from a share that was drawn
for the whole tree, which is faster. The default model with each candidate for its forest, the other members as they
are, is refitted at every origin whose windows had closed by 1991, for every outcome of ``calibration_choice.py``; no
later year is read. Printed are differences in log loss (uncalibrated) to the present forest in 1e-5 per row, the
spread of a single forest's log-odds over seeds, and milliseconds per tree.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).resolve().parent))

from calibration_choice import CLOSED, OUTCOMES

import rtop_forecast as rtop
from rtop_forecast.evaluation import log_score
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.logistic import probability
from rtop_forecast.models import default_model
from rtop_forecast.models.trees.forest import ProbabilityForest

PRESENT = "all features"
# share drawn for a tree, and of these for a split
CANDIDATES = {PRESENT: (1.0, 0.15), "half": (0.5, 0.3), "three in ten": (0.3, 0.5), "a fifth": (0.2, 0.75)}
FIRST = 1970
TOLERANCE = 10e-5


def choose(arguments: argparse.Namespace) -> dict[str, Any]:
    """Score every candidate on every outcome, and apply the rule."""
    features = rtop.build_features(rtop.load_panel(data_dir=arguments.data))
    outcomes, spreads, times = {}, [], []
    for event, horizon in OUTCOMES:
        rows = sample(features, rtop.onset_target(features.panel, event=event, horizon=horizon))
        closed = range(FIRST, CLOSED - horizon + 1)
        usable = [origin for origin in closed if rows.outcome[rows.training(origin)].any()]
        parts = Parallel(n_jobs=arguments.jobs)(
            delayed(_at_origin)(rows, origin, arguments.seeds) for origin in usable
        )
        losses = np.concatenate([part["losses"] for part in parts], axis=2)
        if not losses.size:
            continue
        spreads.append(np.mean([part["spread"] for part in parts], axis=0))
        times.append(np.mean([part["seconds"] for part in parts], axis=0))
        outcomes[f"{event}_{horizon}"] = {
            "rows": losses.shape[2],
            "log_loss": float(losses[0].mean()),
            "difference": dict(zip(CANDIDATES, (losses - losses[0]).mean(axis=(1, 2)).tolist(), strict=True)),
            "of_seeds": float(losses[0].mean(axis=1).std(ddof=1)),
        }
    mean = {
        name: float(np.mean([one["difference"][name] for one in outcomes.values()])) for name in CANDIDATES
    }
    seconds = dict(zip(CANDIDATES, np.mean(times, axis=0).tolist(), strict=True))
    allowed = [name for name in CANDIDATES if mean[name] <= TOLERANCE]
    return {
        "rule": f"the fastest candidate whose mean difference over the outcomes is at most {TOLERANCE}",
        "outcomes": outcomes,
        "mean_difference": mean,
        "spread_over_seeds": dict(zip(CANDIDATES, np.mean(spreads, axis=0).tolist(), strict=True)),
        "milliseconds_per_tree": {name: 1e3 * value for name, value in seconds.items()},
        "adopted": min(allowed, key=lambda name: seconds[name]),
    }


def _at_origin(rows: Sample, origin: int, seeds: int) -> dict[str, Any]:
    """Log losses (candidate, seed, state) at one origin, spread over seeds and seconds per tree by candidate."""
    fitted = rows.fit(default_model(), origin=origin)
    matrix, outcome = rows.matrix[rows.at(origin)], rows.outcome[rows.at(origin)]
    labelled = np.isfinite(outcome)
    others = [model.log_odds(matrix) for name, model in fitted.members_ if name != "random_forest"]
    losses, spread, seconds = [], [], []
    for by_tree, by_split in CANDIDATES.values():
        drawn = []
        start = time.perf_counter()
        for seed in range(seeds):
            forest = ProbabilityForest(tree_feature_fraction=by_tree, feature_fraction=by_split, seed=seed)
            drawn.append(rows.fit(forest, origin=origin).log_odds(matrix))
        seconds.append((time.perf_counter() - start) / (seeds * forest.n_estimators))
        averages = [np.mean([*others, one], axis=0) for one in drawn]
        losses.append([log_score(outcome[labelled], probability(one)[labelled]) for one in averages])
        spread.append(np.std(drawn, axis=0, ddof=1).mean())
    return {"losses": np.array(losses), "spread": np.array(spread), "seconds": np.array(seconds)}


def text(document: dict[str, Any]) -> str:
    """Differences in 1e-5, by outcome and candidate."""
    lines = [f"{'outcome':<28}{'rows':>6}{'of seeds':>10}" + "".join(f"{name:>14}" for name in CANDIDATES)]
    for key, one in document["outcomes"].items():
        cells = "".join(f"{1e5 * one['difference'][name]:14.1f}" for name in CANDIDATES)
        lines.append(f"{key:<28}{one['rows']:>6}{1e5 * one['of_seeds']:>10.1f}{cells}")
    for label, key, scale in (
        ("mean difference", "mean_difference", 1e5),
        ("spread over seeds", "spread_over_seeds", 1.0),
        ("ms per tree", "milliseconds_per_tree", 1.0),
    ):
        lines.append(f"{label:<44}" + "".join(f"{scale * document[key][name]:14.2f}" for name in CANDIDATES))
    return "\n".join([*lines, f"adopted: {document['adopted']} ({document['seconds']} s)"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of official releases")
    parser.add_argument("--seeds", type=int, default=3, help="forests of each candidate (default: 3)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    start = time.perf_counter()
    document = choose(arguments)
    document["seconds"] = round(time.perf_counter() - start, 1)
    print(json.dumps(document, indent=1) if arguments.json else text(document))


if __name__ == "__main__":
    main()
