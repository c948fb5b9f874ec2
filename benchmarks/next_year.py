"""Next year's files: every release simulated a year ahead and re-exported, read right or refused.

    python benchmarks/next_year.py --data ../shared/data --more ../shared/more [--only hief,pts] [--jobs 2] [--json]

The groups of cases: `forms` re-exports, cuts and extends each file, `published` reads real files of other forms,
`reported` repeats the faults once reported, `folder` reads whole folders of next year's files, `speed` times a ranking
from one. `wrong_silent` counts files that were read with values that are not those of the file, and files that a folder
does not list; `foreign_errors` counts errors that are none of the library's own.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).resolve().parent))

from next_year.cases import FOREIGN, NOT_BUILT, SKIPPED, WRONG, Case, cases_of
from next_year.folder import folder_cases
from next_year.published import published_cases
from next_year.reported import reported_case, reported_names
from next_year.speed import rank_seconds

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.registry import datasets


def main() -> None:
    arguments = _arguments()
    start = time.perf_counter()
    tasks = _tasks(arguments)
    run = Parallel(n_jobs=arguments.jobs, return_as="generator_unordered")
    parts: dict[int, list[Case]] = {}
    for place, cases, seconds in run(delayed(_done)(place, task) for place, task in enumerate(tasks)):
        parts[place] = cases
        _report(tasks[place], cases, seconds, done=len(parts), tasks=len(tasks), start=start)
    cases = [case for place in sorted(parts) for case in parts[place]]
    document = _document(cases, time.perf_counter() - start)
    if "speed" in arguments.groups.split(","):
        document["rank"] = rank_seconds(arguments.data)
    print(json.dumps(document, indent=1) if arguments.json else _summary(document))


@dataclass(frozen=True, kw_only=True)
class Task:
    """Cases that are built and judged together, and their share of the work: the largest come first."""

    name: str
    make: Callable[[], list[Case]]
    size: float


def _tasks(arguments: argparse.Namespace) -> list[Task]:
    """List what is to be done, the largest first, so that no worker waits for another at the end."""
    data, more = arguments.data, arguments.more
    only = set(arguments.only.split(",")) if arguments.only else set(datasets())
    forms = frozenset(arguments.forms.split(",")) if arguments.forms else frozenset()
    groups = set(arguments.groups.split(","))
    tasks = []
    if "folder" in groups:
        tasks.append(Task(name="folders", make=partial(folder_cases, data, forms), size=math.inf))
    if "forms" in groups:
        tasks += [
            Task(
                name=f"{name} {path.name}", make=partial(_forms, path, name, forms), size=path.stat().st_size
            )
            for folder in (data, more)
            for path, name in _recognised(folder, only)
        ]
    if "published" in groups:
        tasks.append(Task(name="published", make=partial(published_cases, more, only), size=1e6))
    if "reported" in groups:
        tasks += [
            Task(name=f"reported {name}", make=partial(reported_case, name, data, more), size=1e6)
            for name in reported_names(only)
        ]
    return sorted(tasks, key=lambda task: (-task.size, task.name))


def _done(place: int, task: Task) -> tuple[int, list[Case], float]:
    start = time.perf_counter()
    try:
        cases = task.make()
    except (
        Exception
    ) as error:  # one task never costs the others: it is counted as cases that could not be built
        detail = f"{type(error).__name__}: {error}"[:400]
        cases = [Case(dataset="", file=task.name, form="all", outcome=NOT_BUILT, detail=detail)]
    return place, cases, time.perf_counter() - start


def _report(task: Task, cases: list[Case], seconds: float, *, done: int, tasks: int, start: float) -> None:
    """Say on the error stream what is done, and at once what is wrong."""
    passed = time.perf_counter() - start
    print(
        f"{passed:6.0f} s  {done}/{tasks}  {task.name}: {len(cases)} cases in {seconds:.0f} s",
        file=sys.stderr,
    )
    for case in cases:
        if case.outcome in (WRONG, SKIPPED, FOREIGN, NOT_BUILT):
            detail = f"{case.dataset} {case.file} {case.form}: {case.outcome}: {case.detail}"
            print(f"          {detail}", file=sys.stderr)
    sys.stderr.flush()


def _recognised(folder: Path, only: set[str]) -> list[tuple[Path, str]]:
    """Files of some datasets in a folder: the path and the dataset."""
    found = discover(folder)
    return [(path, name) for name in sorted(only & set(found.files)) for path in found.of(name)]


def _forms(path: Path, dataset: str, forms: frozenset[str]) -> list[Case]:
    """Cases of one file; none if it is not read as it is."""
    try:
        return list(cases_of(path, dataset, only_forms=forms))
    except (InputError, DataIntegrityError, CoverageError):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                reader(dataset).read(path)
            except (InputError, DataIntegrityError, CoverageError):
                return []
        raise


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of real releases")
    parser.add_argument("--more", type=Path, required=True, help="folder of further real releases")
    parser.add_argument("--only", help="datasets, separated by commas")
    parser.add_argument("--forms", help="forms, separated by commas, as same,pandas,next_year,some_newer")
    parser.add_argument(
        "--groups",
        default="forms,published,reported,folder,speed",
        help="groups of cases, separated by commas",
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
        "not_built": outcomes[NOT_BUILT],
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
    if "rank" in document:
        lines += [f"rank from next year's folder: {document['rank']}"]
    counts = ("wrong_silent", "foreign_errors", "not_built")
    lines += [", ".join(f"{name} {document[name]}" for name in counts)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
