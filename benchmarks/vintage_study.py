"""How much revised data flatter a backtest: V-Dem's releases, and knowing an onset a year later.

    python benchmarks/vintage_study.py --data DIR [--jobs 2] [--json]

Origins 2000-2020, the default model on the full catalogue. ``revised`` uses today's releases throughout, as every
backtest here does. ``vdem_12`` takes V-Dem's release 12 (March 2022) for every variable it holds, ``vdem_13`` its
release 13: what later releases changed in the past is then not known. ``events_a_year_later`` lets every feature of
past mass killing know the events a year later than assumed, as if the list came out 18 months later: coders date
onsets back, and an analyst of the time may not have known. Labels are those of EWP's list of 2025 in every case.
Differences are paired, by country resamples.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE

FIRST, LAST, HORIZON = 2000, 2020, 2
LATER_MONTHS = 18


def run(data: Path, *, jobs: int) -> dict[str, Any]:
    """Backtest on each panel; scores, and differences to the revised one."""
    start = time.perf_counter()
    revised = rtop.load_panel(data_dir=data)
    names = rtop.build_features(revised).names
    panels = {
        "revised": revised,
        "vdem_12": rtop.load_panel(data_dir=data, releases={"vdem": "12"}),
        "vdem_13": rtop.load_panel(data_dir=data, releases={"vdem": "13"}),
        "events_a_year_later": known_later(revised),
    }
    shared = [name for name in names if all(_holds(panel, name) for panel in panels.values())]
    target = rtop.onset_target(revised, horizon=HORIZON)
    results = {}
    for name, panel in panels.items():
        features = rtop.build_features(panel, names=shared)
        results[name] = rtop.backtest(
            rtop.default_model(),
            features,
            target,
            origins=rtop.RollingOrigin(first=FIRST, last=LAST, horizon=HORIZON),
            n_jobs=jobs,
        )
    document: dict[str, Any] = {
        "origins": [FIRST, LAST],
        "features_shared": len(shared),
        "features_of_the_full_catalogue": len(names),
        "onset_windows": int(results["revised"].frame["outcome"].sum()),
        "scores": {name: _scores(result) for name, result in results.items()},
    }
    document["minus_revised"] = {
        name: _difference(result, results["revised"]) for name, result in results.items() if name != "revised"
    }
    document["seconds"] = round(time.perf_counter() - start, 1)
    return document


def known_later(panel: rtop.Panel) -> rtop.Panel:
    """Panel whose event list comes out LATER_MONTHS after the year."""
    variables = {
        name: replace(variable, publication_lag_months=LATER_MONTHS) if name.startswith("mk_") else variable
        for name, variable in panel.variables.items()
    }
    return replace(panel, variables=variables)


def _holds(panel: rtop.Panel, name: str) -> bool:
    spec = next(spec for spec in CATALOGUE if spec.name == name)
    return set(spec.variables) <= set(panel.variables)


def _scores(result: rtop.BacktestResult) -> dict[str, float]:
    scores = result.scores()
    return {name: scores[name] for name in ("auc", "ap", "log_loss", "expected_observed", "recall_at_30")}


def _difference(result: rtop.BacktestResult, revised: rtop.BacktestResult) -> dict[str, Any]:
    table = rtop.compare(result, revised).to_frame()
    return {
        str(score): {"difference": row["difference"], "interval": [row["low"], row["high"]]}
        for score, row in table.iterrows()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    document = run(arguments.data, jobs=arguments.jobs)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, scores in document["scores"].items():
        print(f"{name:<22}", "  ".join(f"{key} {value:.4f}" for key, value in scores.items()))


if __name__ == "__main__":
    main()
