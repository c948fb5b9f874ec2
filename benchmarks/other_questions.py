"""Will the killing under way go on, and where does a first one begin: what the default model knows of either.

    python benchmarks/other_questions.py [--data DIR] [--jobs N] [--json]

``continuation`` asks, of the states with an episode not known to be over, whether one is under way in the next year
(mass killing by the list; one-sided violence of 100 or more). ``first_onset`` asks, of the states without any
episode so far, whether one begins within two years. Baselines: the base rate, and a logit on how long the killing has
gone on, or on population alone. Origins from 1993; 90% intervals from resampling countries; ``prob_better`` is the
share of resamples in which the default model's log loss is lower than the baseline's.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.evaluation import paired_difference, within_auc
from rtop_forecast.models import BaseRate, HistoryLogit, default_model

FIRST = 1993
KEYS = ["country_id", "origin_year"]
QUESTIONS = (
    ("continuation", "mass_killing", 1, ("mk_ongoing_years",)),
    ("continuation", "one_sided_100", 1, ("ucdp_osv_government_log", "ucdp_osv_nonstate_log")),
    ("first_onset", "mass_killing", 2, ("population_log",)),
    ("first_onset", "one_sided_100", 2, ("population_log",)),
)


def run(data: Path | None, *, jobs: int) -> dict[str, Any]:
    """Backtest the default model and the baselines on every question."""
    panel = rtop.load_panel(data_dir=data)
    features = rtop.build_features(panel)
    document: dict[str, Any] = {"features": len(features.names)}
    for kind, event, horizon, simple in QUESTIONS:
        target = rtop.onset_target(panel, event=event, kind=kind, horizon=horizon)
        columns = tuple(name for name in simple if name in features.names)
        models = {"default": default_model(), "base_rate": BaseRate()}
        if columns:
            models["simple"] = HistoryLogit(columns)
        document[f"{kind}_{event}"] = _question(models, features, target, jobs=jobs) | {
            "simple": list(columns)
        }
    return document


def _question(
    models: dict[str, Any], features: rtop.Features, target: rtop.Target, *, jobs: int
) -> dict[str, Any]:
    labelled = target.frame[target.frame["outcome"].notna()]
    # an outcome whose record begins in 1989 needs some closed windows before its first origin
    first = max(FIRST, int(labelled["year"].min()) + 12)
    spare = first - target.horizon - target.delay - (int(labelled["year"].min()) + 8)
    results = {
        name: rtop.backtest(
            model,
            features,
            target,
            origins=rtop.RollingOrigin(first=first, horizon=target.horizon),
            calibration_origins=min(25, spare),
            n_jobs=jobs,
        )
        for name, model in models.items()
    }
    frame = results["default"].frame
    document: dict[str, Any] = {
        "origins": [int(frame["origin_year"].min()), int(frame["origin_year"].max())],
        "forecasts": len(frame),
        "positives": int(frame["outcome"].sum()),
        "models": {},
    }
    for name, result in results.items():
        scores, intervals = result.scores(), result.score_intervals()
        document["models"][name] = {
            score: [scores[score], *intervals[score]] for score in ("log_loss", "auc", "expected_observed")
        } | {
            "within_year_auc": within_auc(
                result.frame["outcome"], result.frame["prob"], result.frame["origin_year"]
            )
        }
        if name != "default":
            both = frame.merge(result.frame[[*KEYS, "prob"]], on=KEYS, suffixes=("", "_simple"))
            paired = paired_difference(
                both["outcome"], both["prob"], both["prob_simple"], blocks=both["country_id"]
            ).log_loss
            document["models"][name]["default_minus_this"] = [paired.estimate, paired.low, paired.high]
            document["models"][name]["prob_better"] = paired.prob_better
    return document


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of official releases")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    start = time.perf_counter()
    document = run(arguments.data, jobs=arguments.jobs)
    document["seconds"] = round(time.perf_counter() - start, 1)
    print(json.dumps(document, indent=None if not arguments.json else 2))


if __name__ == "__main__":
    main()
