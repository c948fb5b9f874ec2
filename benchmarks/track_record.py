"""The real-time record: EWP's published editions and our forecasts for the same origins, on what happened by 2024.

    python benchmarks/track_record.py [--data DIR] [--jobs N] [--json]

EWP's forecasts are those it published in eight editions (origins 2017-2024), unchanged. Ours are made now, by the
default model on the full catalogue, with the V-Dem release of the time (v11 to v16); every other input, and the event
list from which both are judged and ours is trained, is of today with its later revisions. So EWP's record is real,
ours is a reconstruction: see ``revised``.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.evaluation import auc, average_precision, expected_observed, log_score, recall_at
from rtop_forecast.models import default_model
from rtop_forecast.sources.catalogue.ewp_list import resolve_ewp

HORIZON, FIRST, CLOSED, LAST = 2, 2017, 2022, 2024
MIN_POPULATION = 250_000
REVISED = (
    "V-Dem: the release current at each origin, v11 for earlier ones; ratings that a file lacks are of v15",
    "event list: EWP's of 2025, which back-dates onsets (Burkina Faso 2022 was added in 2025)",
    "UCDP, WDI, WPP, UNHCR, PTS, CIRIGHTS, AWSD, EPR and all others: today's releases, cut at their publication lag",
)


def run(data: Path, *, jobs: int) -> dict[str, Any]:
    """Score both on the closed origins; list every onset window with both ranks."""
    start = time.perf_counter()
    table = editions(data).merge(
        reconstruction(data, jobs=jobs), on=["country_id", "origin_year"], how="left"
    )
    missing = table["ours"].isna()
    if missing.any():
        message = f"{int(missing.sum())} of EWP's forecasts have none of ours, first {table[missing].iloc[0].to_dict()}"
        raise RuntimeError(message)
    for name in ("ewp", "ours"):
        table[f"{name}_rank"] = (
            table.groupby("origin_year")[name].rank(ascending=False, method="min").astype(int)
        )
    closed = table[table["origin_year"] <= CLOSED]
    onsets = closed[closed["outcome"] == 1]
    burkina = table[table["name"] == "Burkina Faso"]
    columns = ["name", "origin_year", "ewp", "ewp_rank", "ours", "ours_rank"]
    return {
        "origins": [FIRST, CLOSED],
        "rows": len(closed),
        "onset_windows": int(closed["outcome"].sum()),
        "models": {name: _scores(closed, name) for name in ("ewp", "ours")},
        "expected_by_origin": {
            int(str(origin)): {
                "ewp": float(part["ewp"].sum()),
                "ours": float(part["ours"].sum()),
                "observed": float(part["outcome"].sum()) if int(str(origin)) <= CLOSED else None,
            }
            for origin, part in table.groupby("origin_year")
        },
        "onsets": onsets[columns].round(4).to_dict("records"),
        "burkina_faso": burkina[columns].round(4).to_dict("records"),
        "revised": list(REVISED),
        "caution": "with ten onset windows of few countries no difference here is beyond chance",
        "seconds": round(time.perf_counter() - start, 1),
    }


def editions(data: Path) -> pd.DataFrame:
    """EWP's published two-year forecasts, keyed by our state numbers."""
    table = pd.read_csv(data / "published_forecasts" / "ewp_editions_2018_2025.csv")
    table["country_id"] = resolve_ewp(table["cow_code"], table["origin_year"]).to_numpy()
    return table.rename(columns={"prob_2yr": "ewp"})[["country_id", "origin_year", "ewp"]]


def reconstruction(data: Path, *, jobs: int) -> pd.DataFrame:
    """Our forecasts from each origin, with the V-Dem release that was current at it."""
    panel = rtop.load_panel(data_dir=data, vintages=["vdem"])
    features = rtop.build_features(panel)
    closed = rtop.backtest(
        default_model(),
        features,
        rtop.onset_target(panel, horizon=HORIZON, min_population=MIN_POPULATION),
        origins=rtop.RollingOrigin(first=FIRST, last=CLOSED),
        vintages="real_time",
        n_jobs=jobs,
    ).frame
    parts = [closed]
    for origin in range(CLOSED + 1, LAST + 1):
        then = panel.released_by(date(origin + 1, features.issue_month, 30))
        known = rtop.build_features(then)
        target = rtop.onset_target(then, horizon=HORIZON, min_population=MIN_POPULATION)
        forecast = rtop.forecast(
            default_model(),
            known,
            target,
            origin=origin,
            backtest=_feeding(known, target, origin, jobs),
            draws=20,
            n_jobs=jobs,
        )
        parts.append(forecast.frame)
    columns = ["country_id", "origin_year", "name", "prob", "outcome"]
    return pd.concat([part[columns] for part in parts], ignore_index=True).rename(columns={"prob": "ours"})


def _feeding(features: rtop.Features, target: rtop.Target, origin: int, jobs: int) -> rtop.BacktestResult:
    """Forecasts of the latest closed origins, which calibrate those of an open one and of the year before."""
    last = min(origin - HORIZON, CLOSED)
    return rtop.backtest(
        default_model(), features, target, origins=rtop.RollingOrigin(first=last, last=last), n_jobs=jobs
    )


def _scores(table: pd.DataFrame, name: str) -> dict[str, float]:
    outcome, prob, origin = table["outcome"], table[name], table["origin_year"]
    return {
        "auc": float(auc(outcome, prob)),
        "ap": float(average_precision(outcome, prob)),
        "log_loss": float(log_score(outcome, prob).mean()),
        "expected_observed": float(expected_observed(outcome, prob)),
        "recall_at_30": float(recall_at(outcome, prob, k=30, groups=origin)),
        "median_rank_of_onsets": float(np.median(table.loc[outcome == 1, f"{name}_rank"])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), metavar="DIR")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    document = run(arguments.data, jobs=arguments.jobs)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    print(f"{document['rows']} forecasts of {document['onset_windows']} onset windows; {document['caution']}")
    print(pd.DataFrame(document["models"]).T.round(4).to_string())
    print(pd.DataFrame(document["onsets"]).to_string(index=False))


if __name__ == "__main__":
    main()
