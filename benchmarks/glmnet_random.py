"""GlmnetLogit beside R's glmnet on random problems: whole paths and whole cross-validation curves.

    python benchmarks/glmnet_random.py [--problems 60] [--json]

Each problem has its own rows (30-3,000), columns (2-45), correlation and strength of signal, from none to near
separation. Compared are the number of penalties, the penalties, intercepts and coefficients of glmnet(), and the
mean deviance, its standard error and both chosen penalties of cv.glmnet() with seed 90035. R comes from Debian's
packages r-base-core and r-cran-glmnet.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rtop_forecast.models import GlmnetLogit

SEED = 90035
SCRIPT = """
suppressMessages(library(glmnet))
folder <- commandArgs(trailingOnly = TRUE)[1]
for (file in list.files(folder, pattern = "^problem", full.names = TRUE)) {
  data <- as.matrix(read.csv(file))
  set.seed(SEED)
  fit <- suppressWarnings(cv.glmnet(data[, -1], data[, 1], alpha = 0.5, family = "binomial"))
  path <- fit$glmnet.fit
  curve <- rbind(fit$lambda.min, fit$lambda.1se, fit$cvm, fit$cvsd)
  table <- t(rbind(path$lambda, path$a0, as.matrix(path$beta), curve))
  write.table(format(table, digits = 17), sub("problem", "result", file), sep = ",", quote = FALSE,
              row.names = FALSE, col.names = FALSE)
}
""".replace("SEED", str(SEED))


def problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows of one random problem."""
    columns = int(rng.integers(2, 45))
    rows = int(rng.integers(30, 3000)) + 2 * columns
    mixing = rng.normal(size=(columns, columns)) * rng.choice([0.0, 0.1, 1.0])
    features = rng.normal(size=(rows, columns)) @ (np.eye(columns) + mixing)
    features /= features.std(axis=0)
    signal = features[:, 0] * rng.choice([0.0, 0.05, 0.3, 1.0, 3.0, 10.0]) + features[:, 1] * rng.choice(
        [0.0, 0.5]
    )
    outcome = rng.random(rows) < 1 / (1 + np.exp(-(signal - rng.choice([0.0, 1.0, 2.0]))))
    outcome[:30] = np.arange(30) % 2 == 0  # every fold has both classes
    return features, outcome.astype(float)


def compare(features: np.ndarray, outcome: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    """Largest differences of one problem; ``length`` is 1 where the numbers of penalties differ."""
    model = GlmnetLogit(seed=SEED).fit(features, outcome)
    found = model.path_
    if len(theirs) != len(found.lambdas):
        return {"length": 1.0}
    p = features.shape[1]
    chosen = np.array([model.lambda_min_, model.lambda_1se_])
    return {
        "length": 0.0,
        "penalties": float(np.abs(found.lambdas / theirs[:, 0] - 1).max()),
        "intercepts": float(np.abs(found.intercepts - theirs[:, 1]).max()),
        "coefficients": float(np.abs(found.coefs - theirs[:, 2 : 2 + p]).max()),
        "chosen": float(np.abs(chosen / theirs[0, 2 + p : 4 + p] - 1).max()),
        "cv_deviance": float(np.abs(model.cv_deviance_ - theirs[:, 4 + p]).max()),
        "cv_error": float(np.abs(model.cv_error_ - theirs[:, 5 + p]).max()),
    }


def measure(problems: int) -> dict[str, Any]:
    """Solve every problem in R and here."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {"r": "Rscript is not there; install r-base-core and r-cran-glmnet"}
    rng = np.random.default_rng(1)
    data = [problem(rng) for _ in range(problems)]
    with tempfile.TemporaryDirectory() as folder:
        for number, (features, outcome) in enumerate(data):
            table = np.column_stack([outcome, features])
            names = ",".join(["y", *(f"x{j}" for j in range(features.shape[1]))])
            file = Path(folder) / f"problem{number:04d}.csv"
            np.savetxt(file, table, delimiter=",", fmt="%.17g", header=names, comments="")
        script = Path(folder) / "solve.R"
        script.write_text(SCRIPT)
        subprocess.run([rscript, str(script), folder], check=True, capture_output=True)
        theirs = [
            np.atleast_2d(np.genfromtxt(Path(folder) / f"result{number:04d}.csv", delimiter=","))
            for number in range(problems)
        ]
    results = [compare(*one, result) for one, result in zip(data, theirs, strict=True)]
    kinds = ("penalties", "intercepts", "coefficients", "chosen", "cv_deviance", "cv_error")
    largest = {f"{kind}_max_abs_diff": max(one.get(kind, 0.0) for one in results) for kind in kinds}
    return {
        "problems": problems,
        "paths_of_another_length": int(sum(one["length"] for one in results)),
        "penalties_in_all": int(sum(len(one) for one in theirs)),
        **largest,
    }


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    result = measure(arguments.problems)
    print(
        json.dumps(result, indent=2)
        if arguments.json
        else "\n".join(f"{k:<30} {v}" for k, v in result.items())
    )


if __name__ == "__main__":
    main()
