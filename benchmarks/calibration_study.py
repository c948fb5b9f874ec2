"""Do probabilities, intervals and rank ranges hold what they promise? Simulated panels of known truth, and the record.

    python benchmarks/calibration_study.py [--panels 200] [--jobs 2] [--data DIR] [--json]

*Simulation.* Our states and years at risk, with eleven real features of the core tables. The hazard of a state-year is
logistic in them; its coefficients are drawn around those fitted to history, its level so that one to three states
a year have an onset. In half of the panels the world's level drifts (a random walk, 0.08 log-odds a year). Onsets are
drawn, labels are two-year windows, and the true probability of each window is known. The model is the elastic net
of the default average, refitted at every origin; it sees the features and nothing of the drift. Every calibrator is
fitted prequentially on the latest 25 closed origins. Intervals and rank ranges come from the library's own
``joint_draws`` (country resamples and the calibrator's posterior) at the last origin, scored on the 50 states ranked
highest, the predictive range of the number of onsets on the number drawn; further panels do the same with the whole
default model.

*Record.* The default model's backtest, from the core and, with --data, from the full catalogue: expected/observed and
calibration slope of each calibrator by period, with country-block intervals.
"""

from __future__ import annotations

import argparse
import json
import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import rtop_forecast as rtop
from rtop_forecast.calibration import (
    BetaCalibration,
    Calibrator,
    GroupedRandomWalk,
    Identity,
    InterceptShift,
    IsotonicCalibration,
    LogisticRecalibration,
    RandomWalkShift,
    VennAbers,
    default_calibrator,
)
from rtop_forecast.evaluation import (
    block_bootstrap,
    calibration_slope,
    count_distribution,
    expected_observed,
    log_score,
    rank_ranges,
)
from rtop_forecast.forecasting.backtest import backtest_rows
from rtop_forecast.forecasting.calibrated import fit_calibrator
from rtop_forecast.forecasting.draws import joint_draws
from rtop_forecast.forecasting.fit import Fit, Models
from rtop_forecast.forecasting.options import POINT_TREES, DrawOptions
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.logistic import log_odds as log_odds_of
from rtop_forecast.logistic import probability
from rtop_forecast.models import ElasticNetLogit, default_model

HORIZON, ORIGINS, LAST, TOP = 2, 25, 2022, 50
FIRST_SCORED = 1993
DRIFT = 0.08
DEFAULT_DRAWS = 50  # as many as a ranking takes
NAMES = (
    "population_log",
    "infant_mortality_log",
    "infant_mortality_relative",
    "ucdp_conflict_decay5",
    "ucdp_intensity",
    "coup_attempts_decay10",
    "neighbour_conflict_share",
    "vdem_v2csreprss_ord",
    "vdem_v2x_polyarchy_extreme",
    "treaty_share",
    "state_age_log",
)
CALIBRATORS: dict[str, Calibrator] = {
    "identity": Identity(),
    "shift": InterceptShift(),
    "shift_trailing_15": InterceptShift(window=15),
    "intercept_and_slope": LogisticRecalibration(),
    "random_walk": RandomWalkShift(sigma=0.05),
    "random_walk_fast": RandomWalkShift(sigma=0.1),
    "random_walk_and_slope": RandomWalkShift(sigma=0.05, slope_sd=0.25),
    "random_walk_by_group": GroupedRandomWalk(sigma=0.05),
    "beta": BetaCalibration(),
    "isotonic": IsotonicCalibration(),
    "venn_abers": VennAbers(),
}
MODEL = ElasticNetLogit(lam=0.3, l1_ratio=0.5, scaled=True, tol=1e-6)
LEVELS = (0.5, 0.8, 0.9)


def simulate(base: Sample, beta: np.ndarray, *, seed: int, drift: bool) -> tuple[Sample, np.ndarray]:
    """Labels of a panel with the structure of ``base``, and the true probability of every window."""
    rng = np.random.default_rng(seed)
    year = base.keys["year"].to_numpy()
    country = base.keys["country_id"].to_numpy()
    x = base.matrix.fillna(base.matrix.median()).to_numpy(dtype=float)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    score = z @ rng.normal(beta, 0.15)
    span = np.arange(year.min(), year.max() + 1)
    path = np.cumsum(rng.normal(0, DRIFT, span.size)) if drift else np.zeros(span.size)
    score = score + (path - path.mean())[year - span[0]]
    wanted = rng.uniform(1.0, 3.0) * span.size
    low, high = -15.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if probability(middle + score).sum() < wanted else (low, middle)
    hazard = probability(low + score)
    onset = rng.random(hazard.size) < hazard
    # row t's features set the hazard of year t + 1, so that a window's risk is that of rows t and t + 1
    index = pd.MultiIndex.from_arrays([country, year])
    following = index.get_indexer(pd.MultiIndex.from_arrays([country, year + 1]))
    present = following >= 0
    later_hazard, later_onset = np.where(present, hazard[following], 0.0), present & onset[following]
    truth = 1 - (1 - hazard) * (1 - later_hazard)
    outcome = (onset | later_onset).astype(float)
    outcome[year + HORIZON > span[-1] + 1] = np.nan
    drawn = replace(base, outcome=outcome)
    return drawn, truth


def one_panel(base: Sample, beta: np.ndarray, *, seed: int, draws: int) -> dict[str, Any]:
    """Calibration of every calibrator and coverage of the intervals on one simulated panel."""
    drift = seed % 2 == 1
    rows, truth = simulate(base, beta, seed=seed, drift=drift)
    years = list(range(FIRST_SCORED, LAST + 1))
    result = backtest_rows(
        MODEL, rows, years=years, calibrator=Identity(), calibration_origins=ORIGINS, n_jobs=1
    )
    history = pd.concat([result.feeding, result.frame], ignore_index=True)
    document: dict[str, Any] = {"drift": drift, "onsets": float(np.nansum(rows.outcome) / HORIZON)}
    for name, calibrator in CALIBRATORS.items():
        table = recalibrated(calibrator, result.frame, history)
        document[name] = {
            "expected": float(table["prob"].sum()),
            "observed": float(table["outcome"].sum()),
            "slope": calibration_slope(table["outcome"], table["prob"]),
            "log_loss": float(log_score(table["outcome"], table["prob"]).mean()),
        }
    return document | {"coverage": coverage(rows, truth, history, seed=seed, draws=draws)}


def recalibrated(calibrator: Calibrator, frame: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Calibrate the forecasts of each origin on earlier closed ones."""
    parts = []
    for origin, group in frame.groupby("origin_year"):
        fitted = fit_calibrator(
            calibrator, history, origin=int(str(origin)), horizon=HORIZON, origins=ORIGINS
        )
        parts.append(group.assign(prob=fitted.apply(group["raw_prob"], groups=group["group"])))
    return pd.concat(parts, ignore_index=True)


def default_panel(base: Sample, beta: np.ndarray, *, seed: int, draws: int) -> dict[str, Any]:
    """Coverage of the default model's intervals on one simulated panel."""
    rows, truth = simulate(base, beta, seed=seed, drift=seed % 2 == 1)
    model = default_model()
    result = backtest_rows(
        model, rows, years=[LAST], calibrator=Identity(), calibration_origins=ORIGINS, n_jobs=1
    )
    history = pd.concat([result.feeding, result.frame], ignore_index=True)
    return {"coverage": coverage(rows, truth, history, seed=seed, draws=draws, model=model)}


def coverage(
    rows: Sample, truth: np.ndarray, history: pd.DataFrame, *, seed: int, draws: int, model: Any = MODEL
) -> dict[str, dict[str, float]]:
    """Share of the highest-ranked states whose true probability and rank lie in their intervals."""
    fit = Fit(
        models=Models(fitted=rows.fit(model, origin=LAST, trees=POINT_TREES), unfitted=model),
        calibrator=fit_calibrator(
            default_calibrator(), history, origin=LAST, horizon=HORIZON, origins=ORIGINS
        ),
        rows=rows,
        origin_year=LAST,
        seed=seed,
    )
    log_odds = fit.calibrated
    drawn = joint_draws(fit, DrawOptions(draws=draws, n_jobs=1))
    top = np.argsort(-log_odds, kind="stable")[:TOP]
    true = log_odds_of(truth[fit.here])
    rank = pd.Series(-true).rank(method="average").to_numpy()
    document = {}
    count, observed = count_distribution(probability(drawn)), int(rows.outcome[fit.here].sum())
    for level in LEVELS:
        fewest, most = count.interval(level)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        first, last = rank_ranges(probability(drawn), level=level)
        document[str(round(100 * level))] = {
            "probability": float(((low <= true) & (true <= high))[top].mean()),
            "rank": float(((first <= rank) & (rank <= last))[top].mean()),
            "count": float(fewest <= observed <= most),
            "log_odds_width": float(np.median((high - low)[top])),
            "rank_width": float(np.median((last - first)[top])),
            "count_width": float(most - fewest),
        }
    return document


def simulation(*, panels: int, default_panels: int, draws: int, jobs: int) -> dict[str, Any]:
    """Summaries over all simulated panels."""
    panel = rtop.load_panel(last=LAST + HORIZON)
    features = rtop.build_features(panel, names=NAMES)
    target = rtop.onset_target(panel, horizon=HORIZON)
    base = sample(features, target)
    beta = historical_coefficients(base)
    results = Parallel(n_jobs=jobs)(
        delayed(one_panel)(base, beta, seed=seed, draws=draws) for seed in range(panels)
    )
    whole = Parallel(n_jobs=jobs)(
        delayed(default_panel)(base, beta, seed=1000 + seed, draws=DEFAULT_DRAWS)
        for seed in range(default_panels)
    )
    document: dict[str, Any] = {
        "default_model": {
            "panels": default_panels,
            "draws": DEFAULT_DRAWS,
            "interval_coverage": _mean_coverage(whole, "probability") if whole else {},
            "rank_coverage": _mean_coverage(whole, "rank") if whole else {},
            "count_coverage": _mean_coverage(whole, "count") if whole else {},
            "log_odds_width": _mean_coverage(whole, "log_odds_width") if whole else {},
            "rank_width": _mean_coverage(whole, "rank_width") if whole else {},
            "count_width": _mean_coverage(whole, "count_width") if whole else {},
        },
        "panels": panels,
        "draws": draws,
        "states_at_last_origin": int(base.at(LAST).sum()),
        "onsets_a_year": float(np.mean([one["onsets"] for one in results]) / base.keys["year"].nunique()),
        "calibrators": {},
    }
    for drift in (False, True):
        chosen = [one for one in results if one["drift"] is drift]
        label = "with_drift" if drift else "without_drift"
        document["calibrators"][label] = {
            name: {
                "expected_observed": sum(one[name]["expected"] for one in chosen)
                / sum(one[name]["observed"] for one in chosen),
                "slope_median": float(np.nanmedian([one[name]["slope"] for one in chosen])),
                "log_loss_minus_identity": float(
                    np.mean([one[name]["log_loss"] - one["identity"]["log_loss"] for one in chosen])
                ),
            }
            for name in CALIBRATORS
        }
        document[f"interval_coverage_{label}"] = _mean_coverage(chosen, "probability")
        document[f"rank_coverage_{label}"] = _mean_coverage(chosen, "rank")
    document |= {
        f"interval_coverage_{level}_top50": value
        for level, value in _mean_coverage(results, "probability").items()
    }
    document |= {
        f"count_coverage_{level}": value for level, value in _mean_coverage(results, "count").items()
    }
    document |= {
        f"rank_coverage_{level}_top50": value for level, value in _mean_coverage(results, "rank").items()
    }
    return document


def _mean_coverage(results: list[dict[str, Any]], what: str) -> dict[str, float]:
    levels = [str(round(100 * level)) for level in LEVELS]
    return {level: float(np.mean([one["coverage"][level][what] for one in results])) for level in levels}


def historical_coefficients(base: Sample) -> np.ndarray:
    """Coefficients of the standardised features in a ridge logit of all closed windows."""
    x = base.matrix.fillna(base.matrix.median())
    known = np.isfinite(base.outcome)
    model = ElasticNetLogit(lam=0.005, l1_ratio=0.0, tol=1e-8).fit(x[known], base.outcome[known])
    return model.coef_ * x.std(axis=0, ddof=0).to_numpy()


def record(*, data: Path | None, jobs: int) -> dict[str, Any]:
    """Calibrators on the real backtest of the default model, by period."""
    panel = rtop.load_panel(data_dir=data) if data else rtop.load_panel()
    features, target = rtop.build_features(panel), rtop.onset_target(panel, horizon=HORIZON)
    result = rtop.backtest(
        default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=FIRST_SCORED, last=LAST),
        n_jobs=jobs,
    )
    history = pd.concat([result.feeding, result.frame], ignore_index=True)
    tables = {name: recalibrated(deepcopy(one), result.frame, history) for name, one in CALIBRATORS.items()}
    tables["default"] = result.frame
    document = {}
    for name, table in tables.items():
        document[name] = {"log_loss": float(log_score(table["outcome"], table["prob"]).mean())}
        for first, last in ((1993, 2006), (2007, 2022), (1993, 2022)):
            part = table[table["origin_year"].between(first, last)]
            document[name] |= {
                f"expected_observed_{first}_{last}": expected_observed(part["outcome"], part["prob"]),
                f"calibration_slope_{first}_{last}": calibration_slope(part["outcome"], part["prob"]),
            }
    document["default"]["expected_observed_by_decade"] = by_decade(result.frame)
    return document


def by_decade(frame: pd.DataFrame) -> dict[str, list[float]]:
    """Expected/observed of each decade of origins with a 90% country-block interval."""
    document = {}
    for first in (1993, 2003, 2013):
        part = frame[frame["origin_year"].between(first, first + 9)]
        outcome, prob = part["outcome"].to_numpy(), part["prob"].to_numpy()

        def ratio(weight: np.ndarray, outcome: np.ndarray = outcome, prob: np.ndarray = prob) -> float:
            events = float((weight * outcome).sum())
            return float((weight * prob).sum() / events) if events else float("nan")

        interval = block_bootstrap(ratio, blocks=part["country_id"], draws=1000)
        document[f"{first}-{first + 9}"] = [interval.estimate, interval.low, interval.high]
    return document


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--panels", type=int, default=200, help="simulated panels (default: 200)")
    parser.add_argument(
        "--default-panels",
        type=int,
        default=40,
        help="of them for the default model's intervals (default: 40)",
    )
    parser.add_argument(
        "--draws", type=int, default=100, help="resamples behind the intervals (default: 100)"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="releases for the record of the full catalogue"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    start = time.perf_counter()
    document: dict[str, Any] = {
        "simulation": simulation(
            panels=arguments.panels,
            default_panels=arguments.default_panels,
            draws=arguments.draws,
            jobs=arguments.jobs,
        ),
        "backtest": record(data=arguments.data, jobs=arguments.jobs),
    }
    document["seconds"] = round(time.perf_counter() - start, 1)
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    found = document["simulation"]
    print({name: round(value, 3) for name, value in found.items() if name.endswith("top50")})
    for label, table in found["calibrators"].items():
        print(label)
        print(pd.DataFrame(table).T.round(5).to_string())
    columns = list(document["backtest"]["identity"])
    print(
        pd.DataFrame({k: {c: v[c] for c in columns} for k, v in document["backtest"].items()})
        .T.round(4)
        .to_string()
    )


if __name__ == "__main__":
    main()
