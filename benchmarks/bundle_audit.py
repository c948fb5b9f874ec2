"""Each bundled table beside a second source: cells, agreement, explained by rules, unexplained.

    python benchmarks/bundle_audit.py --data DIR --more DIR [--json | --markdown] [--only KIND ...]

``--data`` holds the releases that the tables are made of, ``--more`` further ones. Each reason is a rule with
the number of cells it explains; cells that no rule explains are counted and the first of them shown.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

KINDS = (
    "violence",
    "battles",
    "episodes",
    "coups",
    "treaties",
    "series",
    "ratings",
    "states",
    "codes",
    "further",
)


def audit(data: Path, more: Path, kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    """Every comparison of the kinds asked for."""
    start = time.perf_counter()
    results = []
    for kind in kinds:
        module = import_module(f"bundle_checks.{kind}")
        results += [one.to_dict() for one in module.comparisons(data, more)]
    return {
        "tables": sorted({one["table"] for one in results}),
        "comparisons": len(results),
        "cells": sum(one["cells"] for one in results),
        "agree": sum(one["agree"] for one in results),
        "explained": sum(sum(one["explained"].values()) for one in results),
        "unexplained": sum(one["unexplained"] for one in results),
        "seconds": round(time.perf_counter() - start, 1),
        "results": results,
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the audit; the exit code is 1 if a difference is unexplained."""
    parser = argparse.ArgumentParser(description="Each bundled table beside a second source.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the releases behind the tables")
    parser.add_argument("--more", type=Path, required=True, help="folder of second sources")
    parser.add_argument("--only", choices=KINDS, nargs="+", default=KINDS, help="kinds of tables")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help="print the table of datasets/audit.md")
    options = parser.parse_args(arguments)
    result = audit(options.data, options.more, tuple(options.only))
    if options.json:
        print(json.dumps(result, indent=1, ensure_ascii=False, default=str))
    else:
        print(markdown(result) if options.markdown else _text(result))
    return int(result["unexplained"] > 0)


def markdown(result: dict[str, Any]) -> str:
    """Table of the comparisons, one line each, as it stands in ``datasets/audit.md``."""
    lines = ["| table | beside | cell | cells | agree | differ, by rule |", "|---|---|---|--:|--:|---|"]
    for one in result["results"]:
        rules = "; ".join(f"{count:,} {reason}" for reason, count in one["explained"].items())
        if one["unexplained"]:
            rules = f"{rules}; {one['unexplained']:,} unexplained".removeprefix("; ")
        agree = f"{one['agree']:,} ({one['agreement']:.2%})"
        cells = f"{one['cells']:,}"
        row = (one["table"], one["second_source"], one["what"], cells, agree, rules or "none")
        lines.append(f"| {' | '.join(row)} |")
    total = result["cells"], result["agree"], result["explained"], result["unexplained"]
    lines += ["", "{:,} cells: {:,} agree, {:,} differ by a rule, {:,} are unexplained.".format(*total)]
    return "\n".join(lines)


def _text(result: dict[str, Any]) -> str:
    lines = []
    for one in result["results"]:
        lines.append(f"{one['table']}: {one['what']} ({one['second_source']})")
        lines.append(f"  {one['cells']:,} cells, {one['agree']:,} agree ({one['agreement']:.2%})")
        lines += [f"  {count:,}: {reason}" for reason, count in one["explained"].items()]
        if one["unexplained"]:
            lines.append(f"  {one['unexplained']:,} unexplained, first {one['examples'][:3]}")
    lines.append(f"{result['cells']:,} cells, {result['unexplained']:,} unexplained, {result['seconds']} s")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
