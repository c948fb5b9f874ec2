"""Seconds to explain all states of one year, and forests beside the ``shap`` package.

    python benchmarks/attribution_speed.py [--json] [--repeats 5]

``default_seconds``: contributions of the default model for every state at risk in 2024, from the bundled core. The
forest comparison needs ``pip install shap``: the same LightGBM forest, explained by shap's TreeExplainer and by ours,
one after the other in one run; ``max_abs_error`` is the largest difference of the values, in probability.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np

import rtop_forecast as rtop
from rtop_forecast.forecasting.sample import sample
from rtop_forecast.models import ProbabilityForest
from rtop_forecast.models.trees.ensemble import filled, tree_shap

ORIGIN = 2024


def run(*, repeats: int) -> dict[str, Any]:
    """Time both, best of the repeats, alternating."""
    panel = rtop.load_panel()
    features = rtop.build_features(panel)
    rows = sample(features, rtop.onset_target(panel))
    here = rows.matrix[rows.at(ORIGIN)]
    model = rows.fit(rtop.default_model(), origin=ORIGIN)
    model.contributions(here)
    document: dict[str, Any] = {
        "states": len(here),
        "features": here.shape[1],
        "default_seconds": min(timed(lambda: model.contributions(here)) for _ in range(repeats)),
    }
    return document | forest(rows.fit(ProbabilityForest(), origin=ORIGIN), here, repeats=repeats)


def forest(model: Any, here: Any, *, repeats: int) -> dict[str, Any]:
    """Our TreeSHAP of a forest beside shap's of the same trees."""
    import shap

    matrix = filled(model, here.to_numpy(dtype=float)[:, np.argsort(here.columns.to_numpy(), kind="stable")])
    explainer = shap.TreeExplainer(lightgbm.Booster(model_str=model.booster_texts_[0]))
    trees = lightgbm.Booster(model_str=model.booster_texts_[0]).num_trees()
    ours_seconds, shap_seconds = [], []
    for _ in range(repeats):
        ours_seconds.append(timed(lambda: tree_shap(model.booster_texts_, matrix)))
        shap_seconds.append(timed(lambda: explainer.shap_values(matrix, check_additivity=False)))
    ours = tree_shap(model.booster_texts_, matrix)[0] / trees
    theirs = np.asarray(explainer.shap_values(matrix, check_additivity=False))
    # shap reads a forest as a sum of trees, as LightGBM's raw score does
    theirs = theirs / trees if np.abs(theirs).max() > 10 * np.abs(ours).max() else theirs
    return {
        "shap_version": shap.__version__,
        "forest_seconds": min(ours_seconds),
        "forest_seconds_shap": min(shap_seconds),
        "forest_ratio_to_shap": min(ours_seconds) / min(shap_seconds),
        "max_abs_error": float(np.abs(ours - theirs).max()),
    }


def timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    document = run(repeats=arguments.repeats)
    print(
        json.dumps(document, indent=2)
        if arguments.json
        else "\n".join(f"{k:<22} {v}" for k, v in document.items())
    )


if __name__ == "__main__":
    main()
