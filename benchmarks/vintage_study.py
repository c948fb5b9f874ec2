"""How much revised data flatter a backtest: by source, and with onsets known a year later.

    python benchmarks/vintage_study.py --data DIR [--jobs 2] [--json]

Origins 2000-2022, the default model on the full catalogue. ``revised`` uses today's releases throughout, as a backtest
does by default. The others are backtests in real time (``vintages="real_time"``) with the releases of one source, or
of all: at each origin those current on its issue date and, before the first one at hand, that one. V-Dem: 12 to 15
(March 2022 to 2025). UCDP: battle-related deaths and one-sided violence, 23.1 and 25.1. EWP: the list of episodes of
2024 and 2025. So at origins before 2020 they show what later releases changed in the past, as far as the releases at
hand go back. ``events_a_year_later`` lets every feature of past mass killing know the events a year later than
assumed, as if the list came out 18 months after the year: coders date onsets back, and an analyst of the time may not
have known. Forecasts are scored by EWP's list of 2025 in every case. Differences are paired, by country resamples.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import rtop_forecast as rtop

FIRST, LAST, HORIZON = 2000, 2022, 2
LATER_MONTHS = 18
SOURCES = {
    "real_time_vdem": ("vdem",),
    "real_time_ucdp": ("ucdp_brd", "ucdp_onesided"),
    "real_time_ewp": ("ewp_events",),
    "real_time_all": ("vdem", "ucdp_brd", "ucdp_onesided", "ewp_events"),
}


def run(data: Path, *, jobs: int) -> dict[str, Any]:
    """Backtest with each source's releases; scores, and differences to the revised one."""
    start = time.perf_counter()
    panel = rtop.load_panel(data_dir=data, vintages=SOURCES["real_time_all"])
    features, target = rtop.build_features(panel), rtop.onset_target(panel, horizon=HORIZON)
    results = {"revised": _backtest(features, target, jobs=jobs)}
    for name, datasets in SOURCES.items():
        kept = replace(panel, vintages=tuple(one for one in panel.vintages if one.dataset in datasets))
        results[name] = _backtest(replace(features, panel=kept), target, jobs=jobs, vintages="real_time")
    later = rtop.build_features(known_later(panel), names=features.names)
    results["events_a_year_later"] = _backtest(later, target, jobs=jobs)
    document: dict[str, Any] = {
        "origins": [FIRST, LAST],
        "features": len(features.names),
        "releases": sorted({f"{one.dataset} {one.release}, {one.published}" for one in panel.vintages}),
        "onset_windows": int(results["revised"].frame["outcome"].sum()),
        "scores": {name: _scores(result) for name, result in results.items()},
    }
    document["minus_revised"] = {
        name: _difference(result, results["revised"]) for name, result in results.items() if name != "revised"
    }
    document["seconds"] = round(time.perf_counter() - start, 1)
    return document


def _backtest(
    features: rtop.Features, target: rtop.Target, *, jobs: int, vintages: str = "revised"
) -> rtop.BacktestResult:
    origins = rtop.RollingOrigin(first=FIRST, last=LAST, horizon=HORIZON)
    model = rtop.default_model()
    return rtop.backtest(model, features, target, origins=origins, n_jobs=jobs, vintages=vintages)


def known_later(panel: rtop.Panel) -> rtop.Panel:
    """Panel whose event list comes out LATER_MONTHS after the year."""
    variables = {
        name: replace(variable, publication_lag_months=LATER_MONTHS) if name.startswith("mk_") else variable
        for name, variable in panel.variables.items()
    }
    return replace(panel, variables=variables)


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
