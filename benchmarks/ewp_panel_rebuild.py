"""The Early Warning Project's panel of 2025 rebuilt from its inputs and compared cell by cell.

    python benchmarks/ewp_panel_rebuild.py --data DIR [--json]

DIR is EWP's folder ``ewp2025`` or the one above it. Every input goes through this library's readers and its dated
states; each of the 39 predictors is then compared with the published panel twice. By our rules, a differing
cell is explained only if EWP's convention named, switched on by itself (or the smallest set of them), turns our
value into EWP's. By EWP's rules, all its conventions are on. See docs/ewp_panel.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from ewp_rebuild.compare import RELATIVE, Comparison, compare
from ewp_rebuild.conventions import CONVENTIONS
from ewp_rebuild.frame import PREPARED, load_frame
from ewp_rebuild.killings import calendar_predictors, killing_predictors
from ewp_rebuild.measured import measured_predictors
from ewp_rebuild.ratings import rated_predictors
from ewp_rebuild.their_keys import TheirInputs

COEFFICIENTS = Path("published") / "coefficients_3Sep2025.csv"


def rebuild(data: Path) -> dict[str, Any]:
    """Rebuild and compare all predictors of the model that EWP published."""
    start = time.perf_counter()
    folder = data / "ewp2025" if (data / "ewp2025").is_dir() else data
    frame, theirs = load_frame(folder), TheirInputs(folder)
    built = [
        *killing_predictors(frame, folder),
        *rated_predictors(frame, theirs),
        *measured_predictors(frame, theirs),
        *calendar_predictors(frame),
    ]
    published = pd.read_csv(folder / COEFFICIENTS)["variable"].tolist()[1:]
    names = [predictor.name for predictor in built]
    if sorted(names) != sorted(published):
        message = f"the published model has {len(published)} predictors, rebuilt are {len(names)}: {names}"
        raise RuntimeError(message)
    order = {name: place for place, name in enumerate(published)}
    done = [compare(predictor, frame) for predictor in sorted(built, key=lambda one: order[one.name])]
    return _report(done, rows=int(frame.shown.sum()), seconds=time.perf_counter() - start)


def _report(done: list[Comparison], *, rows: int, seconds: float) -> dict[str, Any]:
    cells = sum(one.cells for one in done)
    equal = sum(one.equal for one in done)
    unexplained = sum(one.unexplained for one in done)
    ewp_equal = sum(one.ewp_equal for one in done)
    return {
        "panel": PREPARED,
        "rows": rows,
        "predictors": len(done),
        "tolerance": RELATIVE,
        "cells": cells,
        "equal": equal,
        "share_equal": round(equal / cells, 6),
        "explained": cells - equal - unexplained,
        "unexplained": unexplained,
        "reasons": _reasons(done),
        "by_predictor": {
            one.name: {
                "cells": one.cells,
                "equal": one.equal,
                "explained": {" + ".join(chosen): n for chosen, (n, _) in one.reasons.items()},
                "unexplained": one.unexplained,
                "equal_by_ewp_rules": one.ewp_equal,
            }
            for one in done
        },
        "ewp_conventions": {
            "cells": cells,
            "equal": ewp_equal,
            "share_equal": round(ewp_equal / cells, 6),
            "explained": 0,
            "unexplained": cells - ewp_equal,
        },
        "open": [cell for one in done for cell in _open(one)],
        "seconds": round(seconds, 1),
    }


def _reasons(done: list[Comparison]) -> list[dict[str, Any]]:
    """Cells by the set of conventions that explains them, most first."""
    cells: Counter[tuple[str, ...]] = Counter()
    missing: Counter[tuple[str, ...]] = Counter()
    for one in done:
        for chosen, (n, lacking) in one.reasons.items():
            cells[chosen] += n
            missing[chosen] += lacking
    return [
        {
            "reason": " + ".join(chosen),
            "cells": n,
            "missing_in_ours": missing[chosen],
            "means": [CONVENTIONS[name] for name in chosen],
        }
        for chosen, n in cells.most_common()
    ]


def _open(one: Comparison) -> list[dict[str, Any]]:
    rows = one.open.head(20).to_dict("records")
    return [
        {"predictor": one.name, **{str(key): _plain(value) for key, value in row.items()}} for row in rows
    ]


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value


def _text(result: dict[str, Any]) -> str:
    theirs = result["ewp_conventions"]
    lines = [
        f"{result['panel']}: {result['rows']:,} state-years x {result['predictors']} predictors = "
        f"{result['cells']:,} cells, in {result['seconds']} s",
        f"by our rules:   {result['equal']:>9,} equal, {result['explained']:,} explained, "
        f"{result['unexplained']:,} unexplained",
        f"by EWP's rules: {theirs['equal']:>9,} equal ({theirs['share_equal']:.4%}), "
        f"{theirs['unexplained']:,} unexplained",
        "",
        f"{'cells':>8} {'missing':>8}  reason",
    ]
    lines += [
        f"{one['cells']:>8,} {one['missing_in_ours']:>8,}  {one['reason']}" for one in result["reasons"]
    ]
    used = {name for one in result["reasons"] for name in one["reason"].split(" + ")}
    lines += ["", *(f"{name}: {text}" for name, text in CONVENTIONS.items() if name in used)]
    lines += ["", f"{'predictor':<28} {'equal':>7} {'EWP':>7}  explained"]
    for name, one in result["by_predictor"].items():
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in one["explained"].items())
        lines.append(f"{name:<28} {one['equal']:>7,} {one['equal_by_ewp_rules']:>7,}  {reasons}")
    lines += [f"open: {cell}" for cell in result["open"]]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of EWP's files")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    result = rebuild(arguments.data)
    print(json.dumps(result, indent=2, ensure_ascii=False) if arguments.json else _text(result))


if __name__ == "__main__":
    main()
