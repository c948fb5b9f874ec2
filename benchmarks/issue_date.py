"""What the months between origin and issue date add: forecasts issued in April, June, September and December.

    python benchmarks/issue_date.py [--data DIR] [--jobs N] [--json] [--quick] [--dyads]

Rule and choices in ``benchmarks/PROTOCOL.md``, written before the run. The yearly score is the default model's, with
features as of 30 June; its second stage learns from closed windows with months (``with``) and without any
(``without``). ``default`` is the yearly forecast as it stands; one-sided violence, coded from 1989 only, has none that
is calibrated. Origins 2000-2022; windows ``both`` (two years), ``t+1`` and ``t+2`` alone, each stage fitted on that
outcome. ``told`` scores the two parts that a forecast names beside its probability: the event comes in the first year;
the first comes after it. Differences are of mean log loss per row, negative where months help, with 90% intervals from
resampling countries. The months are those of the yearly releases, as if candidate events had come a month after each
month in all years: figures of the time undercount (docs/method.md). ``--quick`` runs one outcome and one month from
2015 on, to see in a minute that all of it runs; its figures are of no use and the rule is not applied. ``--dyads``
adds the months with new dyads less those without, and applies the rule on them; it needs ``--data`` with UCDP's event
files of all years (``GEDEvent_v*.csv``), since the bundle names no dyads before 2026.
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
from rtop_forecast.calibration import Identity
from rtop_forecast.evaluation import auc, block_bootstrap, paired_difference
from rtop_forecast.evaluation.scores import log_score
from rtop_forecast.features.months import MonthFeatures, month_features, offsets_of_month
from rtop_forecast.forecasting.monthly import (
    YEARLY_COLUMNS,
    composed,
    early_share,
    share_features,
    with_months,
)
from rtop_forecast.models import default_model
from rtop_forecast.panel.months import NEW_DYADS

FIRST = 2000
HORIZON = 2
MONTHS = {"april": 4, "june": 6, "september": 9, "december": 12}
DECIDE = ("june", "september", "december")
FEWEST = 30
#: Event, first origin with a yearly forecast, origins that feed the yearly calibrator.
OUTCOMES = (
    ("mass_killing", 1989, 25),
    ("state_led_mass_killing", 1989, 25),
    ("one_sided_100", 1993, 0),
    ("one_sided_25", 1993, 0),
)
#: What ``--quick`` runs: few origins that teach, one issue month.
QUICK, QUICK_FIRST, QUICK_MONTHS = (("mass_killing", 2006, 5),), 2015, {"june": 6}


def run(data: Path | None, *, jobs: int, quick: bool = False, dyads: bool = False) -> dict[str, Any]:
    """Score all outcomes at all issue months."""
    panel = rtop.load_panel(data_dir=data)
    features = rtop.build_features(panel)
    months = QUICK_MONTHS if quick else MONTHS
    tables = {name: month_features(panel, offsets=offsets_of_month(month)) for name, month in months.items()}
    further = {name: _with_dyads(panel, month) for name, month in months.items()} if dyads else {}
    document: dict[str, Any] = {
        "features": len(features.names),
        "monthly_features": len(tables["june"].specs),
        "outcomes": {},
    }
    for event, first, fed in QUICK if quick else OUTCOMES:
        target = rtop.onset_target(panel, event=event, horizon=HORIZON)
        result = rtop.backtest(
            default_model(),
            features,
            target,
            origins=rtop.RollingOrigin(first=first, horizon=HORIZON),
            calibration_origins=fed,
            n_jobs=jobs,
            cache=rtop.ResultCache(),
        )
        document["outcomes"][event] = _outcome(
            _windows(result.frame, target),
            tables,
            further,
            first=QUICK_FIRST if quick else FIRST,
            calibrated=fed > 0,
        )
    return document if quick else document | {"rule": _rule(document["outcomes"])}


def _with_dyads(panel: rtop.Panel, month: int) -> MonthFeatures:
    """Features by month, new dyads among them; refuse a panel that does not know them."""
    table = month_features(panel, offsets=offsets_of_month(month), candidates=True)
    if NEW_DYADS in table.not_available:
        message = (
            f"{table.summary()}. Give --data DIR with GEDEvent_v*.csv of all years and of candidate events."
        )
        raise rtop.CoverageError(message)
    return table


def _windows(frame: pd.DataFrame, target: rtop.Target) -> pd.DataFrame:
    """Yearly forecasts with the outcome of both years and of each alone; NaN where the state had ended."""
    onset = target.frame.set_index(["country_id", "year"])["onset"]
    rows = frame[YEARLY_COLUMNS].reset_index(drop=True)
    for step in (1, 2):
        keys = pd.MultiIndex.from_arrays([rows["country_id"], rows["origin_year"] + step])
        rows[f"t+{step}"] = onset.reindex(keys).to_numpy(dtype=float)
    return rows.rename(columns={"outcome": "both"})


def _outcome(
    rows: pd.DataFrame,
    tables: dict[str, MonthFeatures],
    further: dict[str, MonthFeatures],
    *,
    first: int,
    calibrated: bool,
) -> dict[str, Any]:
    years = range(first, int(rows["origin_year"].max()) + 1)
    none = next(iter(tables.values()))
    document: dict[str, Any] = {}
    for window, horizon in (("both", 2), ("t+1", 1), ("t+2", 2)):
        yearly = rows[np.isfinite(rows[window])].rename(columns={window: "outcome"})
        without = _probs(yearly, _empty(none), years, horizon=horizon)
        scored = yearly.loc[without.index]
        part: dict[str, Any] = {
            "origins": [years[0], years[-1]],
            "forecasts": len(scored),
            "positives": int(scored["outcome"].sum()),
            "without": _scores(scored, without),
            "with": {},
        }
        if calibrated and window == "both":
            part["default"] = _scores(scored, scored["prob"])
        for name, months in tables.items():
            prob = _probs(yearly, months, years, horizon=horizon)
            part["with"][name] = _scores(scored, prob) | {"less_without": _less(scored, prob, without)}
            if "default" in part:
                part["with"][name]["less_default"] = _less(scored, prob, scored["prob"])
            if name in further:
                with_dyads = _probs(yearly, further[name], years, horizon=horizon)
                part["with"][name]["dyads_less_without"] = _less(scored, with_dyads, prob)
            if window == "both" and calibrated:
                part["with"][name]["told"] = _told(yearly, months, scored.assign(prob_with=prob))
            if window == "both":
                part["with"][name]["by_group"] = {
                    str(group): {
                        "positives": int(own["outcome"].sum()),
                        "auc_without": auc(own["outcome"], without[own.index]),
                        "auc_with": auc(own["outcome"], prob[own.index]),
                    }
                    for group, own in scored.groupby("group")
                }
        document[window] = part
    return document


def _told(yearly: pd.DataFrame, months: MonthFeatures, scored: pd.DataFrame) -> dict[str, Any]:
    """Score the two parts of the window that a forecast tells apart."""
    parts = []
    for origin, rows in scored.groupby("origin_year"):
        stage = with_months(yearly, months, years=[origin], horizon=HORIZON)[1][origin]
        fitted = composed(Identity().fit([], []), stage, months)
        share = early_share(fitted, yearly, yearly["t+1"], origin=origin, horizon=HORIZON)
        early = share.apply(np.full(len(rows), 0.5), share_features(fitted, rows))
        parts.append(pd.Series(early, index=rows.index))
    early = pd.concat(parts)
    first = scored["t+1"].fillna(0.0)
    later = (scored["outcome"] - first).clip(lower=0.0)
    return {
        name: _scores(scored.assign(outcome=outcome), prob)
        for name, outcome, prob in (
            ("first_year", first, scored["prob_with"] * early),
            ("later", later, scored["prob_with"] * (1 - early)),
        )
    }


def _empty(months: MonthFeatures) -> MonthFeatures:
    """Leave out every feature."""
    return MonthFeatures(
        frame=months.frame[["country_id", "year"]], specs=(), offsets=months.offsets, source=months.source
    )


def _probs(yearly: pd.DataFrame, months: MonthFeatures, years: range, *, horizon: int) -> pd.Series[float]:
    return with_months(yearly, months, years=years, horizon=horizon)[0]


def _scores(scored: pd.DataFrame, prob: pd.Series[float]) -> dict[str, float]:
    return {
        "log_loss": float(log_score(scored["outcome"], prob).mean()),
        "auc": auc(scored["outcome"], prob),
        "expected_observed": float(prob.sum() / scored["outcome"].sum()),
    }


def _less(scored: pd.DataFrame, prob: pd.Series[float], other: pd.Series[float]) -> dict[str, Any]:
    """Differences with their interval; of log loss also the share of resamples in which it is lower."""
    outcome, blocks = scored["outcome"].to_numpy(dtype=float), scored["country_id"]
    loss = paired_difference(outcome, prob, other, blocks=blocks).log_loss

    def gain(weights: np.ndarray) -> float:
        return auc(outcome, prob, weights=weights) - auc(outcome, other, weights=weights)

    area = block_bootstrap(gain, blocks=blocks, draws=500)
    return {
        "log_loss": [loss.estimate, loss.low, loss.high, loss.prob_better],
        "auc": [area.estimate, area.low, area.high],
    }


def _rule(outcomes: dict[str, Any]) -> dict[str, Any]:
    """Apply the rules of the protocol."""
    relative = _relative(outcomes, "less_without")
    against = _mean_of_killing(outcomes, "less_default")
    mean = float(np.mean(list(relative.values())))
    found = {
        "relative_difference": relative,
        "mean": mean,
        "mass_killing_less_default": against,
        "adopted": mean < 0 and against < 0,
    }
    if "dyads_less_without" not in outcomes["mass_killing"]["both"]["with"][DECIDE[0]]:
        return found
    relative = _relative(outcomes, "dyads_less_without")
    relative.pop("mass_killing", None)  # it may stop them, and does not choose them
    mean, killing = float(np.mean(list(relative.values()))), _mean_of_killing(outcomes, "dyads_less_without")
    return found | {
        "dyads": {"relative_difference": relative, "mean": mean, "mass_killing": killing}
        | {"adopted": mean < 0 and killing <= 0}
    }


def _relative(outcomes: dict[str, Any], difference: str) -> dict[str, float]:
    """Mean difference over the issue months, over the log loss without months, of outcomes that have a say."""
    return {
        event: float(
            np.mean(
                [
                    part["both"]["with"][name][difference]["log_loss"][0]
                    / part["both"]["without"]["log_loss"]
                    for name in DECIDE
                ]
            )
        )
        for event, part in outcomes.items()
        if part["both"]["positives"] >= FEWEST
    }


def _mean_of_killing(outcomes: dict[str, Any], difference: str) -> float:
    kill = outcomes["mass_killing"]["both"]["with"]
    return float(np.mean([kill[name][difference]["log_loss"][0] for name in DECIDE]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of official releases")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="one outcome and month, to see that it runs")
    parser.add_argument("--dyads", action="store_true", help="also what new dyads add; needs --data")
    arguments = parser.parse_args()
    start = time.perf_counter()
    document = run(arguments.data, jobs=arguments.jobs, quick=arguments.quick, dyads=arguments.dyads)
    document["seconds"] = round(time.perf_counter() - start, 1)
    print(json.dumps(document, indent=2 if arguments.json else None))


if __name__ == "__main__":
    main()
