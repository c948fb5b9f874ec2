"""Every feature beside its recomputation from the raw files by other code: cells, equal, different with reasons.

    python benchmarks/feature_audit.py --data DIR --more DIR [--json | --write]

The oracle stands in ``tests/oracles`` and imports nothing of the library. It reads the publishers' files in the data
folder, Episodes of Regime Transformation in the further one, and the repository's own tables;
``benchmarks/bundle_audit.py`` holds those beside second sources.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE

ROOT = Path(__file__).parents[1]
# Features are rounded to 24 binary digits, and to nothing finer than 2**-40.
RELATIVE, ABSOLUTE = 2.0**-23, 2.0**-38


def compare(data: Path, more: Path) -> dict[str, Any]:
    """Cells of each feature: all, equal, different, the first difference."""
    sys.path.insert(0, str(ROOT / "tests" / "oracles"))
    from feature_formulas import features
    from feature_regimes import add_regimes, regime_features
    from feature_rows import Rows
    from feature_sources import Reader
    from feature_world import LAST

    regimes = more / "vdem" / "ert_v15.csv"
    reader = Reader(data)
    add_regimes(reader, regimes)
    rows = Rows(reader)
    recomputed = features(rows) | regime_features(rows)
    names = [spec.name for spec in CATALOGUE]
    apart = {name for name in names if name.startswith("ert_")}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(regimes, folder)
        parts = [
            rtop.build_features(
                rtop.load_panel(data_dir=place), names=[n for n in names if (n in apart) is own]
            )
            for place, own in ((data, False), (Path(folder), True))
        ]
    frame = parts[0].frame.merge(parts[1].frame, on=["country_id", "year"], how="left", validate="one_to_one")
    frame = frame[frame["year"] <= LAST]  # final years alone; those after them are provisional
    keys = frame[["country_id", "year"]].to_numpy(dtype=int)
    table = {}
    for name in names:
        ours = frame[name].to_numpy(dtype=float)
        other = np.array([recomputed[name](int(s), int(y)) for s, y in keys]) if name in recomputed else None
        table[name] = _row(ours, other, keys)
    return {
        "features": len(names),
        "cells": len(names) * len(keys),
        "different": sum(row["different"] for row in table.values()),
        "unexplained": sum(row["different"] for row in table.values()),
        "not_recomputed": [name for name in names if name not in recomputed],
        "by_feature": table,
    }


def _row(ours: np.ndarray, other: np.ndarray | None, keys: np.ndarray) -> dict[str, Any]:
    if other is None:
        return {
            "values": int(np.isfinite(ours).sum()),
            "equal": 0,
            "different": len(ours),
            "first": "not recomputed",
        }
    same = np.isclose(ours, other, rtol=RELATIVE, atol=ABSOLUTE) | (np.isnan(ours) & np.isnan(other))
    wrong = np.flatnonzero(~same)
    first = ""
    if len(wrong):
        state, year = keys[wrong[0]]
        first = f"GW {state} in {year}: {ours[wrong[0]]:g}, recomputed {other[wrong[0]]:g}"
    return {
        "values": int(np.isfinite(ours).sum()),
        "equal": int(same.sum()),
        "different": len(wrong),
        "first": first,
    }


def page(found: dict[str, Any]) -> str:
    """Table of the audit as a page of the documentation."""
    lines = [
        "# Feature audit",
        "",
        f"{found['features']} features of the catalogue, recomputed from the raw files by code that",
        "shares nothing with the library's (`tests/oracles/feature_sources.py` reads, `feature_formulas.py` beside it",
        "computes one state and year at a time), over all state-years 1946-2024. A cell is equal if both have no",
        "value, or values that differ by no more than the rounding of features to 24 binary digits. Tables of the",
        "repository (states, codes, borders, episodes, conflict, organized violence, coups, treaties, population,",
        "infant mortality, core ratings) are read as they are; `benchmarks/bundle_audit.py` holds them beside second",
        "sources.",
        "",
        f"Cells: {found['cells']:,}. Different: {found['different']:,}. Unexplained: {found['unexplained']:,}.",
        "This page is written by `python benchmarks/feature_audit.py --data DIR --more DIR --write`.",
        "",
        "The four features of Episodes of Regime Transformation (`ert_...`) are recomputed from the publisher's index",
        "and regimes in `feature_regimes.py`; `tests/sources/catalogue/test_ert.py` holds their reader beside the",
        "publisher's own episodes, which are dated with hindsight.",
        "",
        "| feature | values | equal cells | different |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {row['values']:,} | {row['equal']:,} | {row['different']:,} |"
        for name, row in found["by_feature"].items()
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the audit, as JSON with ``--json``; write the page with ``--write``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of official releases")
    parser.add_argument("--more", type=Path, required=True, help="folder of further official releases")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", action="store_true", help="write docs/feature_audit.md")
    arguments = parser.parse_args()
    found = compare(arguments.data, arguments.more)
    if arguments.write:
        (ROOT / "docs" / "feature_audit.md").write_text(page(found), encoding="utf-8")
    if arguments.json:
        print(json.dumps(found, indent=1))
    else:
        print(page(found))


if __name__ == "__main__":
    main()
