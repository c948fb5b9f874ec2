"""Next year's files: every release simulated a year ahead and re-exported, read right or refused.

    python benchmarks/next_year.py --data ../shared/data --more ../shared/more [--only hief,pts] [--jobs 2] [--json]

`wrong_silent` counts files that were read with values that are not those of the file, and files that a folder does
not list; `foreign_errors` counts errors that are none of the library's own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).resolve().parent))

from next_year.cases import FOREIGN, SKIPPED, WRONG, Case, cases_of
from next_year.folder import folder_cases
from next_year.published import published_cases
from next_year.reported import reported_cases

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.registry import datasets


def main() -> None:
    arguments = _arguments()
    start = time.perf_counter()
    only = set(arguments.only.split(",")) if arguments.only else set(datasets())
    groups = set(arguments.groups.split(","))
    cases: list[Case] = []
    forms = frozenset(arguments.forms.split(",")) if arguments.forms else frozenset()
    if "forms" in groups:
        work = readable(arguments.data, only)
        work += readable(arguments.more, only - set(discover(arguments.data).files))
        run = Parallel(n_jobs=arguments.jobs)
        parts = run(delayed(_forms)(path, name, forms) for path, name in work)
        cases += [case for part in parts for case in part]
    if "published" in groups:
        cases += published_cases(arguments.more, only)
    if "reported" in groups:
        cases += reported_cases(arguments.data, arguments.more, only)
    if "folder" in groups:
        cases += folder_cases(arguments.data, forms)
    document = _document(cases, time.perf_counter() - start)
    print(json.dumps(document, indent=1) if arguments.json else _summary(document))


def readable(folder: Path, only: set[str]) -> list[tuple[Path, str]]:
    """Releases of some datasets in a folder that are read as they are: the path and the dataset."""
    found = discover(folder)
    work = []
    for name in sorted(only & set(found.files)):
        for path in found.of(name):
            try:
                reader(name).read(path)
            except (InputError, DataIntegrityError, CoverageError):
                continue
            work.append((path, name))
    return work


def _forms(path: Path, dataset: str, forms: frozenset[str]) -> list[Case]:
    return list(cases_of(path, dataset, only_forms=forms))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of real releases")
    parser.add_argument("--more", type=Path, required=True, help="folder of further real releases")
    parser.add_argument("--only", help="datasets, separated by commas")
    parser.add_argument("--forms", help="forms, separated by commas, as same,pandas,next_year,some_newer")
    parser.add_argument(
        "--groups", default="forms,published,reported,folder", help="groups of cases, separated by commas"
    )
    parser.add_argument("--jobs", type=int, default=1, help="files at a time")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def _document(cases: list[Case], seconds: float) -> dict[str, Any]:
    outcomes = Counter(case.outcome for case in cases)
    return {
        "cases": len(cases),
        "wrong_silent": outcomes[WRONG] + outcomes[SKIPPED],
        "foreign_errors": outcomes[FOREIGN],
        "outcomes": dict(sorted(outcomes.items())),
        "seconds": round(seconds, 1),
        "results": [case.to_dict() for case in cases],
    }


def _summary(document: dict[str, Any]) -> str:
    lines = [
        f"{one['dataset']:<18} {one['file'][:34]:<34} {one['form']:<24} {one['outcome']:<14} {one['detail'][:110]}"
        for one in document["results"]
    ]
    totals = ", ".join(f"{name} {count}" for name, count in document["outcomes"].items())
    lines += ["", f"{document['cases']} cases in {document['seconds']} s: {totals}"]
    lines += [f"wrong_silent {document['wrong_silent']}, foreign_errors {document['foreign_errors']}"]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
