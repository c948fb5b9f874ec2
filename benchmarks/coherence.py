"""Whether windows of one to five years agree, and what one score costs or gains against a model per horizon.

    python benchmarks/coherence.py [--data DIR] [--jobs N] [--json]

The default model is trained for two years and backtested on origins 1993-2022; its probabilities of one to five
years are learned from past windows. ``separate`` is the same model trained and calibrated for the one horizon.
``difference`` is the log loss of the one score less that of the separate model, with a 90% interval from resampling
countries; negative is better. ``fitted_apart_decreasing`` is the share of state-years in which the separate models
say less for the longer of two windows.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.evaluation import log_score, paired_difference

FIRST, HORIZONS, SEPARATE = 1993, (1, 2, 3, 4, 5), (1, 3)
KEYS = ["country_id", "origin_year"]


def run(data: Path | None, *, jobs: int) -> dict[str, Any]:
    """Backtest the one score and the separate models, and compare them."""
    panel = rtop.load_panel(data_dir=data)
    features = rtop.build_features(panel)
    results = {years: _backtest(features, years, jobs=jobs) for years in (2, *SEPARATE)}
    table = results[2].at_horizons(HORIZONS)
    probs = table[[f"prob_{years}y" for years in HORIZONS]].to_numpy(dtype=float)
    scores: dict[str, Any] = {}
    apart = table[KEYS].copy()
    for years in HORIZONS:
        closed = table[f"outcome_{years}y"].notna()
        outcome = table.loc[closed, f"outcome_{years}y"].to_numpy(dtype=float)
        prob = table.loc[closed, f"prob_{years}y"].to_numpy(dtype=float)
        scores[f"{years}y"] = {
            "forecasts": int(closed.sum()),
            "positives": int(outcome.sum()),
            "log_loss": float(log_score(outcome, prob).mean()),
            "expected_observed": float(prob.sum() / outcome.sum()),
        }
        if years in SEPARATE:
            scores[f"{years}y"] |= _against(table[closed], results[years].frame, years)
        if years in results:
            own = results[years].frame[[*KEYS, "prob"]].rename(columns={"prob": f"apart_{years}y"})
            apart = apart.merge(own, on=KEYS, how="inner", validate="one_to_one")
    separate = apart[[f"apart_{years}y" for years in sorted(results)]].to_numpy(dtype=float)
    return {
        "features": len(features.names),
        "rows": len(table),
        "decreasing": float((np.diff(probs, axis=1) < 0).any(axis=1).mean()),
        "fitted_apart_decreasing": float((np.diff(separate, axis=1) < 0).any(axis=1).mean()),
        "horizons": scores,
    }


def _backtest(features: rtop.Features, years: int, *, jobs: int) -> rtop.BacktestResult:
    target = rtop.onset_target(features.panel, horizon=years)
    return rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=FIRST, last=2022 if years <= 2 else None, horizon=years),
        n_jobs=jobs,
    )


def _against(table: pd.DataFrame, separate: pd.DataFrame, years: int) -> dict[str, Any]:
    """Paired difference in log loss of the one score less the separate model's, on the rows of both."""
    both = table.merge(separate[[*KEYS, "prob"]], on=KEYS, how="inner", validate="one_to_one")
    outcome = both[f"outcome_{years}y"]
    paired = paired_difference(outcome, both[f"prob_{years}y"], both["prob"], blocks=both["country_id"])
    loss = paired.log_loss
    return {
        "common": len(both),
        "separate_log_loss": float(log_score(outcome, both["prob"]).mean()),
        "one_score_log_loss": float(log_score(outcome, both[f"prob_{years}y"]).mean()),
        "difference": loss.estimate,
        "interval": [loss.low, loss.high],
    }


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
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    print(
        f"decreasing: {document['decreasing']:.3%}; fitted apart: {document['fitted_apart_decreasing']:.3%}"
    )
    for name, scores in document["horizons"].items():
        print(
            name,
            {key: value if isinstance(value, list) else round(value, 5) for key, value in scores.items()},
        )


if __name__ == "__main__":
    main()
