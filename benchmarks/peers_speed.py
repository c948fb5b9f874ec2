"""A ten-origin backtest as a careful user would write it by hand, and as this library does, in turns.

    python benchmarks/peers_speed.py [--rows 100000] [--origins 10] [--rounds 3] [--jobs 2] [--only NAME ...] [--json]

The rows are those of benchmarks/scale.py: simulated units in 40 years, 60 features of which six raise the log-odds.
Every contender averages four models in log-odds, refitted at each origin on the rows whose window had closed by then:

- "ours": rtop.backtest_rows of the default model as it is published: with its calibrator, and the 25 earlier origins
  that feed it, whose time counts;
- "ours_raw": the default model alone, without its calibrator;
- "sklearn": scikit-learn's elastic net (saga), its logit on cubic splines, its random forest, and LightGBM;
- "lightgbm_forest": the same with LightGBM's forest in the place of scikit-learn's;
- "r": glmnet's elastic net and ranger's probability forest, both with their defaults, where R is there.

One task is one origin, run in --jobs processes of one thread each; contenders take turns in each round.
"cpu_seconds_per_origin" is the processor time of all processes by forecasts' origins, "cpu_seconds_per_fit" by all
origins that were fitted, those that feed a calibrator too; medians of the rounds; each model written by
hand has its own. Scores stand beside the times: log loss and Brier score of all forecasts, of each model too, and the
slope of a logit of the outcomes on the log-odds: 1 where they are as far apart as they should be, above 1 where they
are too close together.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from joblib import Parallel, delayed
from lightgbm import LGBMClassifier
from scale import LAST, panel
from scipy.special import expit, logit
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler

import rtop_forecast as rtop
from rtop_forecast.evaluation import brier_score, log_score
from rtop_forecast.forecasting.backtest import backtest_rows
from rtop_forecast.forecasting.sample import Sample

_R = """
arguments <- commandArgs(trailingOnly = TRUE)
suppressMessages({library(glmnet); library(ranger)})
train <- read.csv(file.path(arguments[1], "train.csv"))
here <- read.csv(file.path(arguments[1], "here.csv"))
names <- setdiff(names(train), "outcome")
spent <- function() sum(proc.time()[c("user.self", "sys.self")])
first <- spent()
net <- cv.glmnet(as.matrix(train[names]), train$outcome, family = "binomial", alpha = 0.5)
one <- predict(net, as.matrix(here[names]), s = "lambda.min", type = "response")
second <- spent()
forest <- ranger(x = train[names], y = factor(train$outcome, levels = c(0, 1)), probability = TRUE,
                 min.node.size = 20, num.threads = 1, seed = 1)
two <- predict(forest, here[names], num.threads = 1)$predictions[, "1"]
third <- spent()
write.csv(data.frame(glmnet = one[, 1], ranger = two), file.path(arguments[1], "out.csv"), row.names = FALSE)
cat(second - first, third - second)
"""
Probabilities = dict[str, np.ndarray[Any, Any]]
_EDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Processor seconds and probabilities of the models at one origin."""

    seconds: dict[str, float]
    probs: Probabilities


Run = Callable[[Sample, int], Found]


def by_hand(forest: Any) -> dict[str, Any]:
    """Models of a careful user: scaled, regularised, leaves of a size that probabilities need."""
    return {
        "elastic_net": make_pipeline(
            StandardScaler(),
            LogisticRegression(solver="saga", l1_ratio=0.5, C=0.1, max_iter=1000, tol=1e-4),
        ),
        "splines": make_pipeline(
            SplineTransformer(n_knots=5, degree=3),
            StandardScaler(),
            LogisticRegression(C=0.01, max_iter=2000),
        ),
        "forest": forest,
        "boosted": LGBMClassifier(
            n_estimators=300,
            learning_rate=0.03,
            num_leaves=15,
            min_child_samples=50,
            colsample_bytree=0.5,
            subsample=0.5,
            subsample_freq=1,
            n_jobs=1,
            random_state=1,
            verbosity=-1,
        ),
    }


def sklearn_models() -> dict[str, Any]:
    """Models with scikit-learn's forest."""
    forest = RandomForestClassifier(n_estimators=300, min_samples_leaf=20, n_jobs=1, random_state=1)
    return by_hand(forest)


def lightgbm_models() -> dict[str, Any]:
    """Models with LightGBM's forest."""
    forest = LGBMClassifier(
        boosting_type="rf",
        n_estimators=300,
        num_leaves=255,
        min_child_samples=20,
        feature_fraction_bynode=0.13,
        subsample=0.63,
        subsample_freq=1,
        n_jobs=1,
        random_state=1,
        verbosity=-1,
    )
    return by_hand(forest)


def hand_written(models: Callable[[], dict[str, Any]], rows: Sample, origin: int) -> Found:
    """Fit each model at one origin."""
    train, here = rows.training(origin), rows.at(origin)
    features, outcome = rows.matrix[train], rows.outcome[train].astype(int)
    seconds, probs = {}, {}
    for name, model in models().items():
        start = time.process_time()
        probs[name] = model.fit(features, outcome).predict_proba(rows.matrix[here])[:, 1]
        seconds[name] = time.process_time() - start
    return Found(seconds=seconds, probs=probs)


def ours(rows: Sample, origin: int) -> Found:
    """Fit the default model at one origin; its members share work and are timed as one."""
    start = time.process_time()
    fitted = rows.fit(rtop.default_model(), origin=origin)
    here = rows.matrix[rows.at(origin)]
    probs = {name: model.predict_proba(here)[:, 1] for name, model in fitted.members_}
    return Found(seconds={"all": time.process_time() - start}, probs=probs)


def in_r(rscript: str, rows: Sample, origin: int) -> Found:
    """Fit R's models at one origin; reading the table is not timed."""
    train = rows.training(origin)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rows.matrix[train].assign(outcome=rows.outcome[train].astype(int)).to_csv(
            place / "train.csv", index=False
        )
        rows.matrix[rows.at(origin)].to_csv(place / "here.csv", index=False)
        (place / "fit.R").write_text(_R)
        done = subprocess.run(
            [rscript, str(place / "fit.R"), folder], check=True, capture_output=True, text=True
        )
        found = pd.read_csv(place / "out.csv")
    seconds = dict(zip(found.columns, map(float, done.stdout.split()[-2:]), strict=True))
    return Found(seconds=seconds, probs={name: found[name].to_numpy() for name in found.columns})


def averaged(found: Probabilities) -> np.ndarray[Any, Any]:
    """Mean of the models in log-odds."""
    probs = np.clip(np.stack(list(found.values())), _EDGE, 1 - _EDGE)
    return np.asarray(expit(logit(probs).mean(axis=0)))


def scores(outcome: np.ndarray[Any, Any], prob: np.ndarray[Any, Any]) -> dict[str, float]:
    """Log loss, Brier score, and the slope of a logit of the outcomes on the log-odds."""
    log_odds = logit(np.clip(prob, _EDGE, 1 - _EDGE))
    slope = LogisticRegression(C=np.inf, tol=1e-8).fit(log_odds[:, None], outcome).coef_[0, 0]
    return {
        "log_loss": round(float(log_score(outcome, prob).mean()), 5),
        "brier": round(float(brier_score(outcome, prob).mean()), 5),
        "slope": round(float(slope), 2),
    }


def measure(*, n_rows: int, n_origins: int, rounds: int, jobs: int, only: list[str] | None) -> dict[str, Any]:
    """Run the contenders in turns."""
    rows = panel(n_rows)
    # labels of the last origins are simulated, too, so that every forecast is scored
    origins = range(LAST - n_origins + 1, LAST + 1)
    outcome = np.concatenate([rows.outcome[rows.at(origin)] for origin in origins])
    rscript = shutil.which("Rscript")
    contenders = _contenders(rscript, only)
    turns: dict[str, list[_Turn]] = {"ours": [], **{name: [] for name in contenders}}
    Parallel(n_jobs=jobs)(delayed(abs)(value) for value in range(2 * jobs))  # the workers start untimed
    for _ in range(rounds):
        turns["ours"].append(_published(rows, origins, jobs))
        for name, run in contenders.items():
            turns[name].append(_turn(run, rows, origins, jobs))
    told = {name: _entry(those, outcome, n_origins) for name, those in turns.items()}
    document: dict[str, Any] = {
        "rows": n_rows,
        "events": int(rows.outcome.sum()),
        "features": rows.matrix.shape[1],
        "origins": n_origins,
        "rounds": rounds,
        "jobs": jobs,
        "contenders": told,
        "times_faster": {
            "per_origin": _times(told, "cpu_seconds_per_origin"),
            "per_fit": _times(told, "cpu_seconds_per_fit"),
        },
    }
    if not rscript:
        document["r"] = "Rscript is not there; install r-base-core, r-cran-glmnet and r-cran-ranger"
    return document


def _contenders(rscript: str | None, only: list[str] | None) -> dict[str, Run]:
    """All whose tasks are single origins, or those that were named."""
    known: dict[str, Run] = {
        "ours_raw": ours,
        "sklearn": partial(hand_written, sklearn_models),
        "lightgbm_forest": partial(hand_written, lightgbm_models),
    }
    if rscript:
        known["r"] = partial(in_r, rscript)
    return {name: run for name, run in known.items() if only is None or name in only}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One round of one contender."""

    wall: float
    seconds: dict[str, float]
    fits: int
    probs: np.ndarray[Any, Any]
    members: Probabilities


def _turn(run: Run, rows: Sample, origins: range, jobs: int) -> _Turn:
    start = time.perf_counter()
    parts = Parallel(n_jobs=jobs)(delayed(run)(rows, origin) for origin in origins)
    return _Turn(
        wall=time.perf_counter() - start,
        seconds={name: sum(part.seconds[name] for part in parts) for name in parts[0].seconds},
        fits=len(origins),
        probs=np.concatenate([averaged(part.probs) for part in parts]),
        members={name: np.concatenate([part.probs[name] for part in parts]) for name in parts[0].probs},
    )


def _published(rows: Sample, origins: range, jobs: int) -> _Turn:
    """Our backtest with its calibrator; its processor time is that of this process and its workers."""
    start, spent = time.perf_counter(), _processor_seconds()
    result = backtest_rows(rtop.default_model(), rows, years=origins, n_jobs=jobs)
    wall, spent = time.perf_counter() - start, _processor_seconds() - spent
    frame = result.frame
    wanted = pd.concat([rows.keys[rows.at(origin)].assign(origin_year=origin) for origin in origins])
    keys = ["country_id", "origin_year"]
    probs = wanted[keys].merge(frame[[*keys, "prob"]], on=keys, how="left", validate="1:1")["prob"]
    return _Turn(
        wall=wall,
        seconds={"all": spent},
        fits=len(origins) + result.feeding["origin_year"].nunique(),
        probs=probs.to_numpy(),
        members={},
    )


def _processor_seconds() -> float:
    """Processor time so far of this process and of those it started."""
    here = psutil.Process()
    total = 0.0
    for one in (here, *here.children(recursive=True)):
        used = one.cpu_times()
        total += used.user + used.system
    return total


def _times(told: dict[str, Any], key: str) -> dict[str, float]:
    """How many times ours the others take."""
    return {
        name: round(entry[key] / told["ours"][key], 1)
        for name, entry in told.items()
        if not name.startswith("ours")
    }


def _entry(turns: list[_Turn], outcome: np.ndarray[Any, Any], n_origins: int) -> dict[str, Any]:
    last = turns[-1]
    cpu = statistics.median(sum(one.seconds.values()) for one in turns)
    each = {
        name: statistics.median(one.seconds[name] for one in turns) / n_origins
        for name in last.seconds
        if name != "all"
    }
    return {
        "wall_seconds": round(statistics.median(one.wall for one in turns), 1),
        "cpu_seconds_per_origin": round(cpu / n_origins, 2),
        "fits": last.fits,
        "cpu_seconds_per_fit": round(cpu / last.fits, 2),
        **scores(outcome, last.probs),
        "models": {
            name: ({"cpu_seconds_per_origin": round(each[name], 2)} if name in each else {})
            | scores(outcome, probs)
            for name, probs in last.members.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000, help="rows (default: 100000)")
    parser.add_argument("--origins", type=int, default=10, help="origins (default: 10)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default: 3)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="of ours_raw, sklearn, lightgbm_forest, r only these"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    document = measure(
        n_rows=arguments.rows,
        n_origins=arguments.origins,
        rounds=arguments.rounds,
        jobs=arguments.jobs,
        only=arguments.only,
    )
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    for name, entry in document["contenders"].items():
        print(
            f"{name:<18} {entry['cpu_seconds_per_origin']:>8} CPU s per origin  {entry['wall_seconds']:>8} s  "
            f"log loss {entry['log_loss']}  Brier {entry['brier']}  slope {entry['slope']}"
        )
    print(document["times_faster"])


if __name__ == "__main__":
    main()
