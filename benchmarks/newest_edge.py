"""What a forecast from the newest edge costs, where sources end in different years, and how the list of episodes ends.

    python benchmarks/newest_edge.py [--jobs N] [--json]

Every origin is forecast with the bundle three times: ``whole``, with all that the bundle holds for the origin year;
``edge``, each variable ending as many years before the origin as it does before the panel's last year, the features of
the list of episodes missing; ``carried``, the same with these features as they stood in the list's last year. Raw
probabilities of the default model, mass killing within two years. ``difference`` is a log loss less that of ``whole``,
with a 90% interval from resampling countries; negative is better. PROTOCOL.md holds the rule between the two.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import rtop_forecast as rtop
from rtop_forecast.evaluation import log_score, paired_difference

EARLY, LATE = (1975, 1991), (1993, 2022)
KEYS = ["country_id", "year"]


def run(*, jobs: int) -> dict[str, Any]:
    """Forecast all origins in the three ways and compare them."""
    panel = rtop.load_panel()
    features = rtop.build_features(panel)
    target = rtop.onset_target(panel, horizon=2)
    years = [year for first, last in (EARLY, LATE) for year in range(first, last + 1)]
    tables = Parallel(n_jobs=jobs)(delayed(_origin)(features, target, year) for year in years)
    table = pd.concat(tables, ignore_index=True)
    spans = {f"{first}-{last}": table["origin_year"].between(first, last) for first, last in (EARLY, LATE)}
    return {
        "edge": panel.years[1],
        "alive": _alive(features, panel.years[1]),
        "features": len(features),
        "origins": {name: _scores(table[inside]) for name, inside in spans.items()},
    }


def _scores(table: pd.DataFrame) -> dict[str, Any]:
    outcome = table["outcome"].to_numpy(dtype=float)
    scores: dict[str, Any] = {"forecasts": len(table), "positives": int(outcome.sum())}
    for name in ("whole", "edge", "carried"):
        prob = table[name].to_numpy()
        scores[name] = {"log_loss": float(log_score(outcome, prob).mean())}
        if name != "whole":
            paired = paired_difference(outcome, prob, table["whole"].to_numpy(), blocks=table["country_id"])
            found = paired.log_loss
            scores[name]["difference"] = [found.estimate, found.low, found.high]
    return scores


def _origin(features: rtop.Features, target: rtop.Target, year: int) -> pd.DataFrame:
    """Raw probabilities of one origin in the three ways."""
    at_edge = rtop.build_features(_ending(features.panel, year), issue_month=features.issue_month)
    edge = _with_row(features, at_edge, year)
    variants = {"whole": features, "edge": edge, "carried": _with_list(edge, year)}
    probs = {name: _raw(variant, target, year) for name, variant in variants.items()}
    table = probs["whole"].rename(columns={"raw_prob": "whole"})
    for name in ("edge", "carried"):
        table[name] = probs[name]["raw_prob"].to_numpy()
    return table


def _raw(features: rtop.Features, target: rtop.Target, year: int) -> pd.DataFrame:
    result = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=year, last=year, horizon=2),
        calibration_origins=1,
        n_jobs=1,
    )
    return result.frame[["country_id", "origin_year", "outcome", "raw_prob"]]


def _ending(panel: rtop.Panel, year: int) -> rtop.Panel:
    """Panel up to a year, in which every variable ends as many years before it as before the panel's last year."""
    shift = panel.years[1] - year
    frame = panel.frame[panel.frame["year"] <= year].copy()
    variables: Mapping[str, Any] = {
        name: replace(one, last_year=one.last_year - shift, seams=tuple(seam - shift for seam in one.seams))
        for name, one in panel.variables.items()
        if one.last_year - shift >= one.first_year
    }
    for name, one in variables.items():
        frame.loc[frame["year"] > one.last_year, name] = np.nan
    columns = [*KEYS, "name", *variables]
    return replace(panel, frame=frame[columns], variables=variables)


def _with_list(features: rtop.Features, year: int) -> rtop.Features:
    """Features in which those of the list of episodes are carried from the year before."""
    names = [spec.name for spec in features.specs if any(name.startswith("mk_") for name in spec.variables)]
    frame = features.frame.copy()
    here = frame["year"] == year
    before = frame.loc[frame["year"] == year - 1, ["country_id", *names]]
    rows = frame.loc[here, ["country_id"]].merge(before, on="country_id", how="left", validate="one_to_one")
    frame.loc[here, names] = rows[names].to_numpy(dtype=float)
    return replace(features, frame=frame)


def _with_row(features: rtop.Features, at_edge: rtop.Features, year: int) -> rtop.Features:
    """Features in which the rows of a year are those of the edge; a feature that the edge lacks is missing."""
    frame = features.frame.copy()
    here = frame["year"] == year
    rows = frame.loc[here, KEYS].merge(at_edge.frame, on=KEYS, how="left", validate="one_to_one")
    rows = rows.reindex(columns=features.names)
    frame.loc[here, features.names] = rows.to_numpy(dtype=float)
    return replace(features, frame=frame)


def _alive(features: rtop.Features, year: int) -> int:
    rows = features.frame[features.frame["year"] == year]
    return int(rows[features.names].notna().any().sum())


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = run(jobs=options.jobs)
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['alive']} of {found['features']} features are alive in {found['edge']}")
    for span, scores in found["origins"].items():
        print(f"{span}: {scores['forecasts']:,} forecasts, {scores['positives']} onsets")
        for name in ("whole", "edge", "carried"):
            difference = scores[name].get("difference")
            told = "" if difference is None else " less whole {:+.5f} ({:+.5f}, {:+.5f})".format(*difference)
            print(f"  {name:<14}{scores[name]['log_loss']:.5f}{told}")


if __name__ == "__main__":
    main()
