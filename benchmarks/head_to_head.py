"""EWP's published forecasts and ours on exactly the same rows.

    python benchmarks/head_to_head.py --data DIR [--reference FILE] [--jobs N] [--json]

Rows are those of the Early Warning Project's rolling-origin backtest (2025 edition) whose two-year window is closed:
origins 1993-2022, 4,864 state-years, 72 with an onset in the window. Compared are

- ``base_rate``: the training prevalence;
- ``ewp``: the reference backtest of EWP's model by R's glmnet;
- ``ewp_recalibrated``: the same, its intercept shifted at each origin by its own forecasts of the 15 years before;
- ``ours_core``: our default model on the bundle;
- ``ours_ewp39``: our default model on EWP's 39 predictors;
- ``ours_full``: our default model on all features that the folder's releases allow;
- ``ours_core_one_line, ours_full_one_line``: the forecasts of bundle and full catalogue with one shift for all states
  in place of the calibrator by group;
- ``ours_full_alive``: our default model on those of them that have a value at the last origin.

Settings and the looks at these rows are in PROTOCOL.md. Differences are paired and intervals resample whole countries;
with 72 positives a difference of AUC below about .035 is noise.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.calibration import InterceptShift, RandomWalkShift
from rtop_forecast.evaluation import (
    auc,
    bootstrap_scores,
    calibration_slope,
    log_score,
    paired_difference,
    within_auc,
)
from rtop_forecast.forecasting.backtest import backtest_rows
from rtop_forecast.forecasting.calibrated import fit_calibrator
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.forecasting.situation import situations
from rtop_forecast.models import BaseRate, default_model
from rtop_forecast.sources.catalogue.ewp_list import resolve_ewp

FIRST, LAST, HORIZON = 1993, 2022, 2
KEYS = ["country_id", "origin_year"]
SERBIA, SERBIA_AND_MONTENEGRO = 340, 345
PERIODS = ((1993, 2006), (2007, 2022))
OURS = ("ours_core", "ours_ewp39", "ours_full", "ours_full_alive")
ONE_LINE = {"ours_core": "ours_core_one_line", "ours_full": "ours_full_one_line"}
SCORES = (
    "auc",
    "ap",
    "log_loss",
    "brier",
    "expected_observed",
    "recall_at_10",
    "recall_at_20",
    "recall_at_30",
)


def run(data: Path, reference: Path, *, jobs: int, draws: int) -> dict[str, Any]:
    """Forecast with every model, then score and compare on EWP's rows."""
    start = time.perf_counter()
    table, panel = forecasts(data, reference, jobs=jobs)
    names = [name for name in table.columns if name not in (*KEYS, "name", "outcome", "ongoing", "earlier")]
    document: dict[str, Any] = {
        "rows": len(table),
        "positives": int(table["outcome"].sum()),
        "origins": [FIRST, LAST],
        "bootstrap_draws": draws,
        "auc_noise": "with 72 positives a difference of AUC below about .035 is noise",
        "features": panel,
        "models": {name: model_scores(table, name, draws=draws) for name in names},
        "by_group_minus_one_line": against(table, "ours_full", "ours_full_one_line", draws=draws),
        "minus_ewp": {name: against(table, name, "ewp", draws=draws) for name in names if name != "ewp"},
        "strata": strata(table, names),
    }
    document["seconds"] = round(time.perf_counter() - start, 1)
    return document


def forecasts(data: Path, reference: Path, *, jobs: int) -> tuple[pd.DataFrame, dict[str, int]]:
    """One row per state and origin of EWP's backtest, one column per model."""
    ewp = ewp_backtest(reference)
    core, full = rtop.load_panel(), rtop.load_panel(data_dir=data)
    rows = {
        "ours_core": _rows(rtop.build_features(core), rtop.onset_target(core, horizon=HORIZON), ewp),
        "ours_full": _rows(rtop.build_features(full), rtop.onset_target(full, horizon=HORIZON), ewp),
    }
    rows["ours_ewp39"] = _ewp_rows(data, rows["ours_core"])
    rows["ours_full_alive"] = _alive(rows["ours_full"])
    table = ewp.merge(_history(core), on=KEYS, how="left", validate="one_to_one")
    table = _join(table, "base_rate", _backtest(BaseRate(), rows["ours_core"], jobs=jobs, raw=True))
    for name in OURS:
        result = backtest_rows(default_model(), rows[name], years=range(FIRST, LAST + 1), n_jobs=jobs)
        table = _join(table, name, result.frame[[*KEYS, "prob"]])
        if name in ONE_LINE:
            table = _join(table, ONE_LINE[name], _one_line(result))
    table = table.merge(_outcomes(rows["ours_core"]), on=KEYS, how="left", validate="one_to_one")
    table["ewp_recalibrated"] = _recalibrated(table)
    order = ["base_rate", "ewp", "ewp_recalibrated", *OURS, *ONE_LINE.values()]
    counts = {name: rows[name].matrix.shape[1] for name in OURS}
    return table[[*KEYS, "name", "outcome", "ongoing", "earlier", *order]], counts


def ewp_backtest(reference: Path) -> pd.DataFrame:
    """EWP's forecasts with closed windows, keyed by our state numbers."""
    table = pd.read_csv(reference)
    table = table[table["origin_year"].between(FIRST, LAST)].reset_index(drop=True)
    table["country_id"] = resolve_ewp(table["ccode"], table["origin_year"]).to_numpy()
    # EWP keeps one Serbia throughout; the union with Montenegro ended in 2006
    table.loc[
        (table["country_id"] == SERBIA_AND_MONTENEGRO) & (table["origin_year"] >= 2006), "country_id"
    ] = SERBIA
    return table.rename(columns={"risk": "ewp"})[[*KEYS, "ewp"]]


def _rows(features: rtop.Features, target: rtop.Target, ewp: pd.DataFrame) -> Sample:
    """Our sample and the few state-years that EWP ranks and we, for their size, do not."""
    frame = target.frame
    wanted = pd.MultiIndex.from_frame(frame[["country_id", "year"]]).isin(pd.MultiIndex.from_frame(ewp[KEYS]))
    whole = rtop.onset_target(features.panel, horizon=HORIZON, min_population=0).frame
    at_risk = frame["at_risk"].to_numpy() | wanted
    return Sample(
        keys=frame.loc[at_risk, ["country_id", "year", "name"]].reset_index(drop=True),
        matrix=features.frame.loc[at_risk, features.names].reset_index(drop=True),
        outcome=whole.loc[at_risk, "outcome"].to_numpy(dtype=float),
        horizon=HORIZON,
        groups=situations(features, target)[at_risk],
    )


def _alive(rows: Sample) -> Sample:
    """Keep the features of the rows that have a value at the last origin of the data."""
    newest = rows.matrix[rows.at(int(rows.keys["year"].max()))]
    return replace(rows, matrix=rows.matrix[[name for name in newest if newest[name].notna().any()]])


def _ewp_rows(data: Path, core: Sample) -> Sample:
    """EWP's own panel: its rows from 1960 and its 39 predictors, with our labels."""
    folder = data if (data / "published").is_dir() else data / "ewp2025"
    panel = pd.read_csv(folder / "prepared2024predictors-2025-09-03.csv")
    names = [
        c
        for c in panel
        if c not in ("ewp_name", "ccode") and (c == "mk_onset_prev_year" or not c.startswith("mk_onset"))
    ]
    panel["country_id"] = resolve_ewp(panel["ccode"], panel["year"]).to_numpy()
    late = (panel["country_id"] == SERBIA_AND_MONTENEGRO) & (panel["year"] >= 2006)
    panel.loc[late, "country_id"] = SERBIA
    panel = panel.rename(columns={"year": "predictor_year"}).assign(year=panel["year"])
    panel = panel.drop_duplicates(["country_id", "year"])
    names = ["predictor_year" if name == "year" else name for name in names]
    merged = core.keys.merge(panel[["country_id", "year", *names]], on=["country_id", "year"], how="left")
    kept = merged[names].notna().any(axis=1).to_numpy()
    return Sample(
        keys=core.keys[kept].reset_index(drop=True),
        matrix=merged.loc[kept, names].astype(float).reset_index(drop=True),
        outcome=core.outcome[kept],
        horizon=HORIZON,
        groups=core.labels[kept],
    )


def _backtest(model: Any, rows: Sample, *, jobs: int, raw: bool = False) -> pd.DataFrame:
    result = backtest_rows(model, rows, years=range(FIRST, LAST + 1), n_jobs=jobs).frame
    return result[KEYS].assign(prob=result["raw_prob" if raw else "prob"])


def _one_line(result: rtop.BacktestResult) -> pd.DataFrame:
    """Calibrate the forecasts of a backtest with one shift for all states, which drifts with the years."""
    history = pd.concat([result.feeding, result.frame], ignore_index=True)
    parts = []
    for origin, part in result.frame.groupby("origin_year"):
        fitted = fit_calibrator(
            RandomWalkShift(sigma=0.05),
            history,
            origin=int(str(origin)),
            horizon=HORIZON,
            origins=result.calibration_origins,
        )
        parts.append(part[KEYS].assign(prob=fitted.apply(part["raw_prob"])))
    return pd.concat(parts, ignore_index=True)


def _join(table: pd.DataFrame, name: str, ours: pd.DataFrame) -> pd.DataFrame:
    merged = table.merge(ours.rename(columns={"prob": name}), on=KEYS, how="left", validate="one_to_one")
    if merged[name].isna().any():
        lost = merged[merged[name].isna()].iloc[0]
        message = f"{name} has no forecast for GW {lost['country_id']} from {lost['origin_year']}"
        raise RuntimeError(message)
    return merged


def _outcomes(core: Sample) -> pd.DataFrame:
    frame = core.keys.rename(columns={"year": "origin_year"}).assign(outcome=core.outcome)
    return frame[[*KEYS, "name", "outcome"]]


def _history(panel: rtop.Panel) -> pd.DataFrame:
    """Whether an episode was under way at the origin, and whether the state had one before."""
    frame = panel.frame
    return pd.DataFrame(
        {
            "country_id": frame["country_id"],
            "origin_year": frame["year"],
            "ongoing": frame["mk_ongoing"] > 0,
            "earlier": frame["mk_ever"] > 0,
        }
    )


def _recalibrated(table: pd.DataFrame) -> np.ndarray[Any, Any]:
    """EWP's forecasts with the intercept shifted by its own closed windows of the 15 years before."""
    year, outcome, prob = (table[name].to_numpy(dtype=float) for name in ("origin_year", "outcome", "ewp"))
    shifted = prob.copy()
    for origin in range(FIRST, LAST + 1):
        closed, here = year <= origin - HORIZON, year == origin
        if closed.any():
            calibrator = InterceptShift(window=15)
            calibrator.fit(
                outcome[closed],
                prob[closed],
                time=year[closed],
                at=origin,
                weights=np.full(closed.sum(), 1 / HORIZON),
            )
            shifted[here] = calibrator.apply(prob[here])
    return shifted


def model_scores(table: pd.DataFrame, name: str, *, draws: int) -> dict[str, Any]:
    """Scores with intervals, calibration slope, expected/observed by period and EWP's own two measures."""
    arguments = {"blocks": table["country_id"], "groups": table["origin_year"]}
    scores = bootstrap_scores(table["outcome"], table[name], draws=draws, **arguments)
    intervals = scores.intervals()
    document: dict[str, Any] = {score: scores.estimate[score] for score in SCORES}
    document |= {f"{score}_interval": list(intervals[score]) for score in document if score in intervals}
    document["calibration_slope"] = calibration_slope(table["outcome"], table[name])
    for first, last in PERIODS:
        part = table[table["origin_year"].between(first, last)]
        document[f"expected_observed_{first}_{last}"] = float(part[name].sum() / part["outcome"].sum())
    return document | ewp_measures(table, name)


def ewp_measures(table: pd.DataFrame, name: str) -> dict[str, float]:
    """EWP's measures: an onset year is scored by the higher, or better ranked, of its two forecasts.

    Onset years are 1994 to 2024; a year's forecasts are those from one and two years before.
    """
    ranks = table.groupby("origin_year")[name].rank(ascending=False, method="min")
    one = table.assign(rank=ranks)[[*KEYS, name, "rank"]]
    before = one.assign(year=one["origin_year"] + 1)
    two = one.assign(year=one["origin_year"] + 2)
    both = before.merge(two, on=["country_id", "year"], how="outer", suffixes=("_1", "_2"))
    both["risk"] = both[[f"{name}_1", f"{name}_2"]].max(axis=1)
    both["rank"] = both[["rank_1", "rank_2"]].min(axis=1)
    onset = rtop.load_panel().frame[["country_id", "year", "mk_onset"]]
    both = both.merge(onset, on=["country_id", "year"], how="inner").dropna(subset=["mk_onset"])

    happened = both[both["mk_onset"] == 1]
    return {
        "ewp_auc_max2": float(auc(both["mk_onset"], both["risk"])),
        "ewp_recall30_min2": float((happened["rank"] <= 30).mean()),
        "ewp_onsets": len(happened),
    }


def against(table: pd.DataFrame, ours: str, theirs: str, *, draws: int) -> dict[str, Any]:
    """Paired differences, ours minus theirs; negative log loss and Brier differences are better."""
    paired = paired_difference(
        table["outcome"], table[ours], table[theirs], blocks=table["country_id"], draws=draws
    )
    document: dict[str, Any] = {
        score: {
            "difference": getattr(paired, score).estimate,
            "interval": [getattr(paired, score).low, getattr(paired, score).high],
            "prob_better": getattr(paired, score).prob_better,
        }
        for score in ("log_loss", "brier")
    }
    arguments = {"blocks": table["country_id"], "groups": table["origin_year"], "draws": draws}
    left = bootstrap_scores(table["outcome"], table[ours], **arguments)
    right = bootstrap_scores(table["outcome"], table[theirs], **arguments)
    for score in ("auc", "ap", "recall_at_30"):
        gap = left.draws[score] - right.draws[score]
        low, high = np.nanquantile(gap, [0.05, 0.95])
        document[score] = {
            "difference": left.estimate[score] - right.estimate[score],
            "interval": [float(low), float(high)],
            "prob_better": float(np.nanmean((gap > 0) + 0.5 * (gap == 0))),
        }
    return document


def strata(table: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    """AUC, log loss and expected/observed where an episode is under way, where none is, and without any history."""
    parts = {
        "ongoing": table["ongoing"],
        "none_ongoing": ~table["ongoing"],
        "no_earlier_episode": ~table["earlier"],
    }
    document: dict[str, Any] = {}
    ranks = {name: table.groupby("origin_year")[name].rank(ascending=False, method="min") for name in names}
    for label, rows in parts.items():
        part = table[rows]
        document[label] = {
            "rows": len(part),
            "positives": int(part["outcome"].sum()),
            "models": {
                name: {
                    "auc": float(auc(part["outcome"], part[name])),
                    "log_loss": float(log_score(part["outcome"], part[name]).mean()),
                    "expected_observed": float(part[name].sum() / part["outcome"].sum()),
                    "calibration_slope": calibration_slope(part["outcome"], part[name]),
                    "within_year_auc": within_auc(part["outcome"], part[name], part["origin_year"]),
                    **{
                        f"expected_observed_{first}_{last}": _ratio(part, name, first, last)
                        for first, last in PERIODS
                    },
                    "in_top_30": int(((ranks[name][rows] <= 30) & (part["outcome"] == 1)).sum()),
                }
                for name in names
            },
        }
    return document


def _ratio(part: pd.DataFrame, name: str, first: int, last: int) -> float:
    """Divide the expected by the observed number of onset windows of some origins."""
    chosen = part[part["origin_year"].between(first, last)]
    return float(chosen[name].sum() / chosen["outcome"].sum())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of official releases")
    parser.add_argument(
        "--reference", type=Path, metavar="FILE", help="R's backtest (default: beside --data, in reference/)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--draws", type=int, default=1000, help="bootstrap draws (default: 1000)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    beside = arguments.data.resolve().parent / "reference" / "glmnet_backtest_1991_2021.csv"
    document = run(arguments.data, arguments.reference or beside, jobs=arguments.jobs, draws=arguments.draws)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    columns = [*SCORES, "calibration_slope", "ewp_auc_max2", "ewp_recall30_min2"]
    scores = pd.DataFrame(document["models"]).T[columns].astype(float)
    print(f"{document['rows']} rows, {document['positives']} positives; {document['auc_noise']}")
    print(scores.to_string(float_format=lambda value: f"{value:.4f}"))


if __name__ == "__main__":
    main()
