"""Write the tables of scores in README.md and docs/performance.md from what the benchmarks print.

    python benchmarks/readme_tables.py --core core_backtest.json --head-to-head head_to_head.json

Each FILE holds what the benchmark of that name printed with --json. Only the tables change: whoever runs the script
checks the sentences around them against the new figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
README, PERFORMANCE = ROOT / "README.md", ROOT / "docs" / "performance.md"
SCORES = (
    ("AUC", "auc", 3),
    ("average precision", "ap", 3),
    ("log loss", "log_loss", 4),
    ("Brier", "brier", 4),
    ("expected / observed", "expected_observed", 2),
    ("onsets among the top 30", "recall_at_30", 2),
)
CORE = {
    "base_rate": "base rate",
    "history_logit": "history logit",
    "elastic_net": "elastic net",
    "additive": "additive",
    "random_forest": "random forest",
    "boosted_extra_trees": "boosted extra trees",
    "default": "default",
}
HEAD_TO_HEAD = {
    "base_rate": "base rate",
    "ewp": "EWP",
    "ewp_recalibrated": "EWP, recalibrated",
    "ours_core": "ours, bundle",
    "ours_ewp39": "ours, EWP's 39 predictors",
    "ours_full": "ours, full catalogue",
}
FRONT_PAGE = {
    "base_rate": "base rate",
    "ewp": "EWP",
    "ours_core": "ours, bundle",
    "ours_full": "ours, full catalogue",
}
FRONT_PAGE_SCORES = ("auc", "log_loss", "expected_observed", "recall_at_30")


def table(
    models: dict[str, dict[str, Any]],
    names: dict[str, str],
    bounds: Callable[[dict[str, Any], str], Sequence[float]],
    *,
    brier_digits: int = 4,
    scores: Sequence[str] = tuple(score for _, score, _ in SCORES),
    further: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Rows of a Markdown table, one per score."""
    lines = ["| | " + " | ".join(names.values()) + " |", "|---" * (len(names) + 1) + "|"]
    for label, score, digits in SCORES:
        if score not in scores:
            continue
        places = brier_digits if score == "brier" else digits
        cells = []
        for key in names:
            low, high = bounds(models[key], score)
            cells.append(f"{models[key][score]:.{places}f} ({low:.{places}f}-{high:.{places}f})")
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    for label, score in further:
        lines.append(f"| {label} | " + " | ".join(f"{models[key][score]:.2f}" for key in names) + " |")
    return lines


def replace_table(page: Path, rows: list[str]) -> None:
    """Write the rows in place of the page's table that has the same head."""
    lines = page.read_text(encoding="utf-8").split("\n")
    start = lines.index(rows[0])
    end = start
    while lines[end].startswith("|"):
        end += 1
    page.write_text("\n".join([*lines[:start], *rows, *lines[end:]]), encoding="utf-8")


def _ends(one: dict[str, Any], name: str) -> Sequence[float]:
    return one[f"{name}_low"], one[f"{name}_high"]


def _interval(one: dict[str, Any], name: str) -> Sequence[float]:
    interval: Sequence[float] = one[f"{name}_interval"]
    return interval


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--core", type=Path, metavar="FILE")
    parser.add_argument("--head-to-head", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.core is not None:
        models = json.loads(arguments.core.read_text())["models"]
        replace_table(PERFORMANCE, table(models, CORE, _ends))
    if arguments.head_to_head is not None:
        models = json.loads(arguments.head_to_head.read_text())["models"]
        further = (
            ("calibration slope", "calibration_slope"),
            ("expected / observed 2007-2022", "expected_observed_2007_2022"),
        )
        rows = table(models, HEAD_TO_HEAD, _interval, brier_digits=5, further=further)
        replace_table(PERFORMANCE, rows)
        replace_table(README, table(models, FRONT_PAGE, _interval, scores=FRONT_PAGE_SCORES))


if __name__ == "__main__":
    main()
