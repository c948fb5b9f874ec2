"""A whole folder of next year's releases: what the panel makes of it."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import rtop_forecast as rtop
from next_year.cases import (
    EXTENDED,
    FOREIGN,
    NOT_BUILT,
    OURS,
    REFUSED,
    WRONG,
    Case,
    base,
    innermost,
    raise_own,
)
from next_year.forms import same
from next_year.oracle import compare
from next_year.raw import load
from next_year.releases import NOT_EXTENDED, next_release
from rtop_forecast.sources.folder.discover import discover
from rtop_forecast.sources.keys import datasets_of, source_keys
from rtop_forecast.world.states import KEYS

#: Sources that are newer where only some are.
SOME = frozenset({"ucdp_brd", "ucdp_onesided", "vdem"})


#: All sources a year newer, some of them, and both years side by side.
FORMS = ("all_newer", "some_newer", "side_by_side")


def next_folder(data: Path, folder: Path, form: str = "all_newer") -> None:
    """Build a folder of next year's releases."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as name:
        warnings.simplefilter("ignore")
        files = _files(data)
        made, _ = _next(files, Path(name))
        _build(files, made, folder, form)


def folder_cases(data: Path, only_forms: frozenset[str] = frozenset()) -> list[Case]:
    """Read a folder in each of the forms; next year's releases are made once for all of them."""
    forms = [form for form in FORMS if not only_forms or form in only_forms]
    if not forms:
        return []
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as name:
        warnings.simplefilter("ignore")
        files = _files(data)
        made, cases = _next(files, Path(name) / "made")
        right = rtop.load_panel(data_dir=data)
        for form in forms:
            folder = Path(name) / form
            _build(files, made, folder, form)
            newer = [one for one in made.values() if form != "some_newer" or one.dataset in SOME]
            cases += _judged(folder, right, form, newer)
            shutil.rmtree(folder)
    return cases


def _files(data: Path) -> list[tuple[str, Path, Path]]:
    """Recognised files of a folder: dataset, path, and subfolder."""
    found = discover(data)
    return [
        (dataset, path, path.parent.relative_to(data))
        for dataset, paths in found.files.items()
        for path in paths
    ]


@dataclass(frozen=True, kw_only=True)
class Made:
    """Next year's release of a file: its own file, the dataset, and the year that it adds."""

    path: Path
    dataset: str
    year: int


def _next(files: list[tuple[str, Path, Path]], folder: Path) -> tuple[dict[Path, Made], list[Case]]:
    """Next year's release of each file that has one, and what could not be made."""
    made: dict[Path, Made] = {}
    missing: list[Case] = []
    for number, (dataset, path, _) in enumerate(files):
        if dataset in NOT_EXTENDED:
            continue
        target = folder / str(number)
        target.mkdir(parents=True)
        last, wrong = _made(path, dataset, target)
        missing += wrong
        written = next(target.iterdir(), None)
        if written is not None and last is not None:
            made[path] = Made(path=written, dataset=dataset, year=last + 1)
    return made, missing


def _build(files: list[tuple[str, Path, Path]], made: dict[Path, Made], folder: Path, form: str) -> None:
    """Put the files of a form into a folder, a release beside the file that has its name already."""
    for dataset, path, place in files:
        target = folder / place
        target.mkdir(parents=True, exist_ok=True)
        newer = path in made and (form != "some_newer" or dataset in SOME)
        if newer:
            _put(made[path].path, target)
        if not newer or form == "side_by_side":
            _put(path, target)


def _put(path: Path, target: Path) -> None:
    while (target / path.name).exists():
        target = target / "other"
        target.mkdir(exist_ok=True)
    shutil.copy(path, target)


def _made(path: Path, dataset: str, target: Path) -> tuple[int | None, list[Case]]:
    """Write next year's release of a file; its last year before, and what could not be made."""
    try:
        last = max(end for _, end in base(path, dataset).coverage.values())
    except OURS:
        return None, []
    try:
        same(next_release(load(path, dataset), last), target)
    except Exception as error:  # a release that this benchmark cannot make says so in the results
        detail = f"{type(error).__name__}: {error}"
        wrong = Case(dataset=dataset, file=path.name, form="folder", outcome=NOT_BUILT, detail=detail[:300])
        return last, [wrong]
    return last, []


def _judged(folder: Path, right: rtop.Panel, form: str, newer: list[Made]) -> list[Case]:
    """One case per variable's dataset that is wrong, and one of the folder."""

    def case(dataset: str, outcome: str, detail: str, **counts: int) -> Case:
        return Case(
            dataset=dataset, file="", form=f"folder_{form}", outcome=outcome, detail=detail[:400], **counts
        )

    try:
        panel = rtop.load_panel(data_dir=folder)
    except OURS as error:
        return [case("folder", REFUSED, str(error.args[0]))]
    except Exception as error:  # what is measured: an error that is none of ours
        raise_own(error)
        return [case("folder", FOREIGN, f"{type(error).__name__}: {error} [{innermost(error)}]")]
    cases = []
    for name in right.variables:
        if name not in panel.variables:
            cases.append(case(name, WRONG, "the variable is gone"))
            continue
        # later years are compared file by file; those of newer releases and provisional ones give way to the folder's
        variable = right.variables[name]
        until = min([variable.last_final_year, *(seam - 1 for seam in variable.seams)])
        added = _added_within(variable.source, newer)
        goal = right.frame[~right.frame["year"].isin(added)].set_index(KEYS)[[name]]
        read = panel.frame[~panel.frame["year"].isin(added)].set_index(KEYS)[[name]]
        found = compare(read, goal, until=until, plain=[])
        if found.wrong or found.lost:
            counts = {"changed": found.changed, "added": found.added, "lost": found.lost}
            source = f"{right.variables[name].source} -> {panel.variables[name].source}"
            cases.append(case(name, WRONG, f"{found.first} ({source})", **counts))
    note = panel.files.groupby("used").size().to_dict()
    bundled = panel.origin.loc[panel.origin["origin"] == "bundled", ["table", "note"]]
    kept = "; ".join(f"{row.table}: {row.note}" for row in bundled.itertuples())
    return [*cases, case("folder", EXTENDED, f"files used {note}; core tables from the bundle: {kept}")]


def _added_within(source: str, newer: list[Made]) -> set[int]:
    """Years that a newer release adds to one part of a variable joined of several, where another part had its value."""
    parts = datasets_of(source)
    return {one.year for one in newer if one.dataset in parts} if len(source_keys(source)) > 1 else set()
