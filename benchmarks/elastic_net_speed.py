"""The 31-origin elastic-net backtest of the Early Warning Project's panel: R's glmnet beside ours, in turns.

    python benchmarks/elastic_net_speed.py --data DIR [--script FILE] [--repeats N] [--jobs N] [--json]

Every contender fits 31 origins, each a path over the whole sample and ten random folds (seed 90035), and forecasts
the year after next. "parity" is our GlmnetLogit, which gives R's numbers; "exact" is ElasticNetLogitCV on the same
folds, whose every solution is converged and certified. R runs FILE (glmnet_backtest.R) in one process, as glmnet does;
ours use --jobs processes. R itself comes from Debian's packages r-base-core and r-cran-glmnet; without Rscript its
part is left out.
"""

from __future__ import annotations

import argparse
import json
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

from rtop_forecast.models import ElasticNetLogitCV


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


def measure(data: Path, script: Path, *, repeats: int, jobs: int) -> dict[str, Any]:
    """Run the contenders in turns and take medians."""
    folder = data if (data / "published").is_dir() else data / "ewp2025"
    file = folder / "prepared2024predictors-2025-09-03.csv"
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
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    script = arguments.script or arguments.data.resolve().parent / "reference" / "glmnet_backtest.R"
    result = measure(arguments.data, script, repeats=arguments.repeats, jobs=arguments.jobs)
    print(
        json.dumps(result, indent=2)
        if arguments.json
        else "\n".join(f"{k:<30} {v}" for k, v in result.items())
    )


if __name__ == "__main__":
    main()
