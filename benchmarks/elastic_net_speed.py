"""The 31-origin elastic-net backtest of the Early Warning Project's panel: R's glmnet beside ours, in turns.

    python benchmarks/elastic_net_speed.py --data DIR [--script FILE] [--repeats N] [--jobs N] [--json]
    python benchmarks/elastic_net_speed.py --data DIR --profile [--json]

Every contender fits 31 origins, each a path over the whole sample and ten random folds (seed 90035), and forecasts
the year after next. "parity" is our GlmnetLogit, which gives R's numbers; "exact" is ElasticNetLogitCV on the same
folds, whose every solution is converged and certified. R runs FILE (glmnet_backtest.R) in one process, as glmnet does;
ours use --jobs processes. R itself comes from Debian's packages r-base-core and r-cran-glmnet; without Rscript its
part is left out. --profile fits the last origin alone, in one process, and gives the share of each part of the work.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ewp_replication import FIRST, LABEL, LAST, SEED, backtest, outcomes, predictors
from joblib import Parallel, delayed

from rtop_forecast.models import ElasticNetLogitCV, GlmnetLogit

# Parts of a fit that do not contain each other, and the functions that do them.
PARTS = {
    "parity": {
        "Gram matrices": ("row_blocks.py", "gram"),
        "sweeps": ("sweeps.py", "sweep"),
        "gradients": ("row_blocks.py", "dot"),
        "linear predictors": ("row_blocks.py", "combine"),
        "probabilities": ("glmnet_path.py", "_approximate"),
    },
    "exact": {
        "gradients and probabilities": ("exact_path.py", "evaluate"),
        "steps": ("exact_path.py", "_step"),
        "Hessians": ("exact_path.py", "_renew"),
    },
}


def exact_backtest(panel: pd.DataFrame, *, jobs: int) -> pd.DataFrame:
    """Solve the same origins and folds to the optimum."""
    names = predictors(panel)

    def one(last_train: int) -> pd.DataFrame:
        train = panel[panel["year"] <= last_train]
        train = train[train[[*names, *outcomes(panel)]].notna().all(axis=1)]
        rows = panel[(panel["year"] == last_train + 2) & panel[names].notna().all(axis=1)]
        model = ElasticNetLogitCV(folds="random", seed=SEED).fit(train[names], train[LABEL].astype(int))
        return rows[["ccode"]].assign(
            origin_year=last_train + 2,
            risk=model.predict_proba(rows[names])[:, 1],
            kkt=max(model.path_kkt_residual_, model.kkt_residual_),
        )

    parts = Parallel(n_jobs=jobs)(delayed(one)(year) for year in range(LAST, FIRST - 1, -1))
    return pd.concat(parts[::-1], ignore_index=True)


def profile(data: Path, *, rounds: int = 5) -> dict[str, Any]:
    """Share of each part in a fit to the last origin, and the calls; the fastest of several rounds counts."""
    panel = pd.read_csv(panel_file(data))
    names = predictors(panel)
    train = panel[panel["year"] <= LAST]
    train = train[train[[*names, *outcomes(panel)]].notna().all(axis=1)]
    result: dict[str, Any] = {}
    models = {"parity": GlmnetLogit(seed=SEED), "exact": ElasticNetLogitCV(folds="random", seed=SEED)}
    for mode, model in models.items():
        best: pstats.Stats | None = None
        for _ in range(rounds):
            profiler = cProfile.Profile()
            profiler.runcall(model.fit, train[names], train[LABEL].astype(int))
            stats = pstats.Stats(profiler)
            if best is None or stats.total_tt < best.total_tt:  # type: ignore[attr-defined]
                best = stats
        assert best is not None
        total = best.total_tt  # type: ignore[attr-defined]
        result[mode] = {"profiled_seconds": round(total, 3)}
        for part, (file, function) in PARTS[mode].items():
            found = [
                (row[0], row[3])
                for (path, _, name), row in best.stats.items()  # type: ignore[attr-defined]
                if Path(path).name == file and name == function
            ]
            result[mode][part] = {
                "calls": sum(calls for calls, _ in found),
                "share": round(sum(seconds for _, seconds in found) / total, 3),
            }
    return result


def panel_file(data: Path) -> Path:
    folder = data if (data / "published").is_dir() else data / "ewp2025"
    return folder / "prepared2024predictors-2025-09-03.csv"


def measure(data: Path, script: Path, *, repeats: int, jobs: int) -> dict[str, Any]:
    """Run the contenders in turns and take medians."""
    file = panel_file(data)
    panel = pd.read_csv(file)
    rscript = shutil.which("Rscript")
    seconds: dict[str, list[float]] = {"r": [], "parity": [], "exact": []}
    frames: dict[str, pd.DataFrame] = {}
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "r.csv"
        # The first use of the processes is not what is measured.
        Parallel(n_jobs=jobs)(delayed(abs)(value) for value in range(2 * jobs))
        for _ in range(repeats):
            if rscript:
                start = time.perf_counter()
                subprocess.run([rscript, str(script), str(file), str(out)], check=True, capture_output=True)
                seconds["r"].append(time.perf_counter() - start)
            for name, run in (("parity", backtest), ("exact", exact_backtest)):
                start = time.perf_counter()
                frames[name] = run(panel, jobs=jobs)
                seconds[name].append(time.perf_counter() - start)
        theirs = pd.read_csv(out) if rscript else None
    medians = {name: statistics.median(runs) for name, runs in seconds.items() if runs}
    result: dict[str, Any] = {f"{name}_seconds": round(value, 2) for name, value in medians.items()}
    result |= {"repeats": repeats, "jobs": jobs, "exact_kkt_residual": float(frames["exact"]["kkt"].max())}
    risks = frames["parity"]["risk"] - frames["exact"]["risk"]
    result["parity_to_exact_max_abs_diff"] = float(np.abs(risks).max())
    if theirs is None:
        return result | {"r": "Rscript is not there; install r-base-core and r-cran-glmnet"}
    both = frames["parity"].merge(
        theirs, on=["ccode", "origin_year"], suffixes=("", "_r"), validate="one_to_one"
    )
    return result | {
        "rows": len(both),
        "parity_max_abs_diff": float((both["risk"] - both["risk_r"]).abs().max()),
        "ratio_parity": round(medians["parity"] / medians["r"], 3),
        "ratio_exact": round(medians["exact"] / medians["r"], 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with ewp2025/")
    parser.add_argument(
        "--script", type=Path, metavar="FILE", help="R script (default: reference/ beside --data)"
    )
    parser.add_argument("--repeats", type=int, default=3, help="rounds (default: 3)")
    parser.add_argument("--jobs", type=int, default=2, help="our processes (default: 2)")
    parser.add_argument("--profile", action="store_true", help="shares of one origin's fits instead")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    script = arguments.script or arguments.data.resolve().parent / "reference" / "glmnet_backtest.R"
    if arguments.profile:
        result = profile(arguments.data)
    else:
        result = measure(arguments.data, script, repeats=arguments.repeats, jobs=arguments.jobs)
    print(
        json.dumps(result, indent=2)
        if arguments.json
        else "\n".join(f"{k:<30} {v}" for k, v in result.items())
    )


if __name__ == "__main__":
    main()
