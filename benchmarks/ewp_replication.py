"""The Early Warning Project's 2025 assessment, forecast by forecast, and the R reference backtest.

    python benchmarks/ewp_replication.py --data DIR [--reference DIR] [--jobs N] [--json]
    python benchmarks/ewp_replication.py --panel FILE --last-train YEAR --origin YEAR --out FILE

The first form fits EWP's model (elastic-net logit, alpha 0.5, penalty by ten random folds, seed 90035) to its panel of
2025 with glmnet's algorithm and stopping rule, and compares with what EWP published and with the backtest by R's
glmnet. Stopped where glmnet stops, the fit depends on the order of the columns: the published one is that of the table
of coefficients, the reference backtest keeps the panel's. The second form runs another edition's panel the same way:
predictors are all columns but ewp_name, ccode and the outcomes mk_onset, mk_onset_1, ...
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from rtop_forecast import InputError
from rtop_forecast.models import GlmnetLogit

SEED = 90035
LABEL = "mk_onset_1or2"
FIRST, LAST = 1991, 2021
ROOT = Path(__file__).resolve().parents[1]


def predictors(panel: pd.DataFrame) -> list[str]:
    """All columns but names and outcomes, in the panel's own order; mk_onset_prev_year is a predictor."""
    return [name for name in panel.columns if name not in ("ewp_name", "ccode", *outcomes(panel))]


def outcomes(panel: pd.DataFrame) -> list[str]:
    return [name for name in panel.columns if name.startswith("mk_onset") and name != "mk_onset_prev_year"]


def fit(panel: pd.DataFrame, names: list[str], *, last_train: int, jobs: int = 1) -> tuple[GlmnetLogit, int]:
    """Fit on complete rows up to a year."""
    train = panel[panel["year"] <= last_train]
    train = train[train[[*names, *outcomes(panel)]].notna().all(axis=1)]
    if train.empty:
        message = f"the panel has no complete row up to {last_train}; give a later --last-train."
        raise InputError(message)
    return GlmnetLogit(seed=SEED, n_jobs=jobs).fit(train[names], train[LABEL].astype(int)), len(train)


def forecast(panel: pd.DataFrame, model: GlmnetLogit, names: list[str], *, origin: int) -> pd.DataFrame:
    """Risks of the complete rows of a year."""
    rows = panel[panel["year"] == origin]
    rows = rows[rows[names].notna().all(axis=1)]
    if rows.empty:
        message = f"the panel has no complete row in {origin}; give another --origin."
        raise InputError(message)
    return rows[["ccode", "ewp_name"]].assign(origin_year=origin, risk=model.predict_proba(rows[names])[:, 1])


def replicate(data: Path, reference: Path, *, jobs: int) -> dict[str, Any]:
    start = time.perf_counter()
    folder = data if (data / "published").is_dir() else data / "ewp2025"
    panel = pd.read_csv(folder / "prepared2024predictors-2025-09-03.csv")
    published = _published(panel, folder / "published", jobs=jobs)
    backtest = _backtest(panel, reference / "glmnet_backtest_1991_2021.csv", jobs=jobs)
    return published | backtest | {"seconds": round(time.perf_counter() - start, 1)}


def _published(panel: pd.DataFrame, folder: Path, *, jobs: int) -> dict[str, Any]:
    table = pd.read_csv(folder / "coefficients_3Sep2025.csv")
    names = table["variable"].tolist()[1:]
    model, rows = fit(panel, names, last_train=2022, jobs=jobs)
    ours = np.concatenate([[model.intercept_], model.coef_])
    theirs = table["coef.full"].to_numpy(dtype=float)
    risks = forecast(panel, model, names, origin=2024)
    final = pd.read_csv(folder / "forecasts3Sep2025.csv")
    both = risks.merge(final, on="ewp_name", validate="one_to_one")
    difference = (both["risk"].round(4) - both["risk_1or2.from2024"]).abs()
    return {
        "lambda_min": model.lambda_min_,
        "training_rows": rows,
        "coefficients": {
            "n": len(names),
            "intercept": round(model.intercept_, 6),
            "max_abs_diff": float(np.abs(ours - theirs).max()),
        },
        "published_forecasts": {
            "states": len(both),
            "states_published": len(final),
            "max_abs_diff": float(difference.max()),
            "equal_at_4_decimals": int((difference < 5e-5).sum()),
        },
    }


def _backtest(panel: pd.DataFrame, reference: Path, *, jobs: int) -> dict[str, Any]:
    theirs = pd.read_csv(reference)
    ours = backtest(panel, jobs=jobs)
    both = ours.merge(theirs, on=["ccode", "origin_year"], suffixes=("", "_r"), validate="one_to_one")
    return {
        "backtest_rows": len(both),
        "backtest_rows_reference": len(theirs),
        "max_abs_diff": float((both["risk"] - both["risk_r"]).abs().max()),
        "lambda_min_max_rel_diff": float((both["lambda_min"] / both["lambda_min_r"] - 1).abs().max()),
    }


def backtest(panel: pd.DataFrame, *, jobs: int) -> pd.DataFrame:
    """Forecasts of every origin from 1993 to 2023, trained to two years before."""
    names = predictors(panel)

    def one(last_train: int) -> pd.DataFrame:
        model, rows = fit(panel, names, last_train=last_train)
        risks = forecast(panel, model, names, origin=last_train + 2)
        return risks.assign(lambda_min=model.lambda_min_, n_train=rows)

    # The longest fits first, so that no process waits for them at the end.
    years = range(LAST, FIRST - 1, -1)
    parts = Parallel(n_jobs=jobs)(delayed(one)(year) for year in years)
    return pd.concat(parts[::-1], ignore_index=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with ewp2025/")
    parser.add_argument(
        "--reference", type=Path, metavar="DIR", help="folder of the R results (default: beside --data)"
    )
    parser.add_argument("--panel", type=Path, metavar="FILE", help="another edition's panel")
    parser.add_argument("--last-train", type=int, metavar="YEAR")
    parser.add_argument("--origin", type=int, metavar="YEAR")
    parser.add_argument("--out", type=Path, metavar="FILE", help="CSV of the forecasts")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    if arguments.panel is not None:
        absent = [name for name in ("last_train", "origin", "out") if getattr(arguments, name) is None]
        if absent:
            parser.error(f"--panel needs --{absent[0].replace('_', '-')} too")
        panel = pd.read_csv(arguments.panel)
        names = predictors(panel)
        model, rows = fit(panel, names, last_train=arguments.last_train, jobs=arguments.jobs)
        risks = forecast(panel, model, names, origin=arguments.origin)
        risks.assign(lambda_min=model.lambda_min_, n_train=rows).to_csv(arguments.out, index=False)
        result = {
            "predictors": len(names),
            "training_rows": rows,
            "states": len(risks),
            "lambda_min": model.lambda_min_,
        }
    elif arguments.data is not None:
        beside = arguments.data.resolve().parent / "reference"
        result = replicate(arguments.data, arguments.reference or beside, jobs=arguments.jobs)
    else:
        parser.error("give --data DIR or --panel FILE")
    print(
        json.dumps(result, indent=2)
        if arguments.json
        else "\n".join(f"{k:<26} {v}" for k, v in result.items())
    )


if __name__ == "__main__":
    main()
