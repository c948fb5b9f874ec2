"""Which calibrator to adopt: the rule of PROTOCOL.md, every candidate, every outcome and horizon.

    python benchmarks/calibration_choice.py --data DIR [--cache DIR] [--panels 8] [--seed 0] [--jobs 2] [--json]

On the record: forecasts of the default model on the full catalogue, each candidate fitted prequentially on the latest
25 closed origins. Windows closed by 1991 decide; later ones are printed apart. By simulation: see
``calibration_choice_worlds.py``. Printed are differences in log loss to the present calibrator, in 1e-5 per row;
negative is better. The candidate with the lowest sum of the two means is adopted.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))

from calibration_choice_worlds import SETTINGS, simulated

import rtop_forecast as rtop
from rtop_forecast.calibration import (
    BetaCalibration,
    Calibrator,
    GroupedRandomWalk,
    Identity,
    RandomWalkShift,
)
from rtop_forecast.errors import CoverageError
from rtop_forecast.evaluation import auc, calibration_slope, log_score
from rtop_forecast.forecasting.calibrated import fit_calibrator
from rtop_forecast.forecasting.situation import situations
from rtop_forecast.models import default_model

PRESENT = "present"
CANDIDATES: dict[str, Calibrator] = {
    PRESENT: RandomWalkShift(sigma=0.05),
    "one_slope": RandomWalkShift(sigma=0.05, slope_sd=0.5),
    "beta_pool": BetaCalibration(),
    "by_group": GroupedRandomWalk(sigma=0.05),
}
OUTCOMES = (
    ("mass_killing", 1),
    ("mass_killing", 2),
    ("mass_killing", 3),
    ("state_led_mass_killing", 2),
    ("nonstate_mass_killing", 2),
    ("targeted_mass_killing", 2),
    ("genocide_politicide", 2),
)
# an outcome whose record begins in 1989 has no windows closed by 1991: printed, decides nothing
LATER_ONLY = (("one_sided_100", 2),)
ORIGINS, FIRST, CLOSED, LATER = 25, 1975, 1991, (1993, 2022)


def main() -> None:
    arguments = _arguments()
    start = time.perf_counter()
    document = choose(arguments)
    document["seconds"] = round(time.perf_counter() - start, 1)
    print(json.dumps(document, indent=1) if arguments.json else text(document))


def choose(arguments: argparse.Namespace) -> dict[str, Any]:
    """Score every candidate in every setting and apply the rule."""
    panel = rtop.load_panel(data_dir=arguments.data)
    features = rtop.build_features(panel)
    record = {}
    for event, horizon in (*OUTCOMES, *LATER_ONLY):
        raw = raw_forecasts(features, event, horizon, arguments)
        record[f"{event}_{horizon}"] = scored(raw, horizon)
    worlds = simulated(CANDIDATES, panels=arguments.panels, seed=arguments.seed)
    # an outcome without an onset in the windows closed by 1991 has no say
    named = [f"{event}_{horizon}" for event, horizon in OUTCOMES]
    decisive = [key for key in named if record[key]["closed_by_1991"]]
    criterion = {}
    for name in CANDIDATES:
        on_record = np.mean([record[key]["closed_by_1991"][name]["difference"] for key in decisive])
        by_simulation = np.mean([worlds[key][name]["difference"] for key in worlds])
        criterion[name] = {
            "record": float(on_record),
            "simulation": float(by_simulation),
            "sum": float(on_record + by_simulation),
        }
    adopted = min(CANDIDATES, key=lambda name: (criterion[name]["sum"], name != PRESENT))
    return {
        "rule": "lowest mean difference over the record's settings plus mean difference over simulated settings",
        "candidates": {name: repr(calibrator) for name, calibrator in CANDIDATES.items()},
        "criterion": criterion,
        "adopted": adopted,
        "decisive": decisive,
        "record": record,
        "simulation": worlds,
    }


def raw_forecasts(
    features: rtop.Features, event: str, horizon: int, arguments: argparse.Namespace
) -> pd.DataFrame:
    """Uncalibrated forecasts of every origin that has enough behind it, with the situation of each row."""
    target = rtop.onset_target(features.panel, event=event, horizon=horizon)
    labelled = target.frame[target.frame["outcome"].notna()]
    # the first origin needs ten years of closed windows with an onset among them
    first = int(max(labelled["year"].min(), labelled.loc[labelled["outcome"] == 1, "year"].min()))
    begin = max(first + horizon + 10, FIRST - ORIGINS - horizon + 1)
    folder = None if arguments.cache is None else arguments.cache / f"{event}_{horizon}"
    result = rtop.backtest(
        default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=begin, horizon=horizon),
        calibrator=Identity(),
        calibration_origins=0,
        n_jobs=arguments.jobs,
        checkpoint=folder,
    )
    situation = features.frame[["country_id", "year"]].assign(group=situations(features, target))
    return result.frame.merge(
        situation.rename(columns={"year": "origin_year"}),
        on=["country_id", "origin_year"],
        how="left",
        validate="one_to_one",
    )


def scored(raw: pd.DataFrame, horizon: int) -> dict[str, Any]:
    """Scores of every candidate on windows closed by 1991, and on later ones."""
    last = int(raw["origin_year"].max())
    calibrated = {
        name: _calibrated(calibrator, raw, horizon, last) for name, calibrator in CANDIDATES.items()
    }
    spans = {"closed_by_1991": (FIRST, CLOSED - horizon), "later": (LATER[0], min(LATER[1], last))}
    return {label: _scores(calibrated, span) for label, span in spans.items()}


def _calibrated(calibrator: Calibrator, raw: pd.DataFrame, horizon: int, last: int) -> pd.DataFrame:
    """Forecasts from ``FIRST`` on, each origin's calibrated by what had closed before it."""
    parts = []
    begin = int(raw["origin_year"].min())
    for origin in range(FIRST, last + 1):
        available = origin - horizon - begin + 1
        here = raw[raw["origin_year"] == origin]
        if available < 1 or here.empty:
            continue
        fitted = fit_calibrator(
            calibrator, raw, origin=origin, horizon=horizon, origins=min(ORIGINS, available)
        )
        parts.append(here.assign(prob=fitted.apply(here["raw_prob"], groups=here["group"])))
    if not parts:
        message = "no origin has a closed window behind it"
        raise CoverageError(message)
    return pd.concat(parts, ignore_index=True)


def _scores(calibrated: dict[str, pd.DataFrame], span: tuple[int, int]) -> dict[str, Any]:
    present = calibrated[PRESENT]
    chosen = present["origin_year"].between(*span).to_numpy()
    outcome = present.loc[chosen, "outcome"].to_numpy(dtype=float)
    if not outcome.any():
        return {}
    group = present.loc[chosen, "group"].to_numpy()
    base = log_score(outcome, present.loc[chosen, "prob"]).mean()
    table: dict[str, Any] = {}
    for name, frame in calibrated.items():
        prob = frame.loc[chosen, "prob"].to_numpy(dtype=float)
        loss = float(log_score(outcome, prob).mean())
        table[name] = {
            "log_loss": loss,
            "difference": loss - float(base),
            "auc": float(auc(outcome, prob)),
            "groups": {
                label: {
                    "rows": int((group == label).sum()),
                    "positives": int(outcome[group == label].sum()),
                    "expected_observed": float(
                        prob[group == label].sum() / max(outcome[group == label].sum(), 1)
                    ),
                    "slope": float(calibration_slope(outcome[group == label], prob[group == label])),
                }
                for label in np.unique(group).tolist()
            },
        }
    table["rows"], table["positives"] = int(chosen.sum()), int(outcome.sum())
    return table


def text(document: dict[str, Any]) -> str:
    """Differences in 1e-5, by setting and candidate."""
    names = list(CANDIDATES)
    lines = [f"{'setting':<42}" + "".join(f"{name:>12}" for name in names)]
    for label in ("closed_by_1991", "later"):
        lines.append(label)
        for setting, parts in document["record"].items():
            if parts[label]:
                cells = "".join(f"{1e5 * parts[label][name]['difference']:12.1f}" for name in names)
                lines.append(f"  {setting:<40}{cells}")
    lines.append("simulated")
    for setting in SETTINGS:
        cells = "".join(
            f"{1e5 * document['simulation'][setting][name]['difference']:12.1f}" for name in names
        )
        lines.append(f"  {setting:<40}{cells}")
    for part in ("record", "simulation", "sum"):
        cells = "".join(f"{1e5 * document['criterion'][name][part]:12.1f}" for name in names)
        lines.append(f"{'criterion: ' + part:<42}{cells}")
    return "\n".join([*lines, f"adopted: {document['adopted']} ({document['seconds']} s)"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of official releases")
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="keep raw forecasts, to go on where it stopped"
    )
    parser.add_argument("--panels", type=int, default=8, help="simulated panels a setting (default: 8)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
