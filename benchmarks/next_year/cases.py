"""One case: a simulated file, what the reader makes of it, and whether that is right."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from next_year.forms import CODES, DAMAGED, EQUAL, same
from next_year.oracle import compare, extended, unmatched_rows, values, with_divisions
from next_year.raw import Release, load
from next_year.releases import NOT_EXTENDED, next_release, year_of, year_place
from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import discover, reader, recognised_as
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.reading.table import SourceTable

OURS = (InputError, DataIntegrityError, CoverageError)

#: Outcomes that are right, wrong without a word, and foreign errors.
EQUAL_, EXTENDED, REPORTED, REFUSED, UNREAD = "equal", "extended", "reported", "refused", "not recognised"
WRONG, SKIPPED, FOREIGN, NOT_BUILT = "wrong", "skipped", "foreign error", "not built"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What came of one simulated file."""

    dataset: str
    file: str
    form: str
    outcome: str
    detail: str = ""
    changed: int = 0
    added: int = 0
    lost: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Fields for JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Right:
    """What must come of a file."""

    values: pd.DataFrame
    unmatched: int
    outcome: str = EQUAL_
    until: int | None = None
    plain: tuple[str, ...] = ()


def base(path: Path, dataset: str) -> SourceTable:
    """Table of the untouched file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reader(dataset).read(path)


def cases_of(path: Path, dataset: str, *, only_forms: frozenset[str] = frozenset()) -> Iterator[Case]:
    """Every form of one file, and of its next year."""
    whole = load(path, dataset)
    forms = {name for name in (*EQUAL, *DAMAGED, "next_year") if not only_forms or name in only_forms}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kinds, most in ((EQUAL, _CELLS), (DAMAGED, _DAMAGED_CELLS)):
            release, place = _slim(whole, path, folder, most)
            table = base(place, dataset)
            right = Right(values=values(table), unmatched=unmatched_rows(table))
            for form in [form for form in kinds if form in forms]:
                yield from _one(release, form, kinds[form], right, folder)
            if kinds is EQUAL and table.coverage and dataset not in NOT_EXTENDED and "next_year" in forms:
                last = max(end for _, end in table.coverage.values())
                yield from _next_year(release, right, last, folder, table)


def _slim(release: Release, path: Path, folder: Path, cells: dict[str, int]) -> tuple[Release, Path]:
    """Cut the biggest releases to what a measurement needs: some of V-Dem's columns, and fewer rows.

    The latest years stay and every fifth before them, in which the states of the past have their rows, unless each
    year is read with the one before it. If these are still too many, every second, third ... country stays.
    """
    whole = release
    if release.dataset == "vdem" and release.kind == "text" and len(release.header) > _MANY:
        kept = [i for i, name in enumerate(release.header) if i < 5 or name in _VDEM]
        names = [release.rows[0][i] for i in kept]
        release = release.with_body([[row[i] for i in kept] for row in release.body], names)
    most = cells[release.kind]
    place = year_place(release)
    if _cells(release) > most and place is not None and release.dataset not in _CONSECUTIVE:
        last = max(year_of(row[place]) for row in release.body)
        body = [row for row in release.body if (one := year_of(row[place])) > last - 4 or one % 5 == 0]
        release = release.with_body(body)
    if _cells(release) > most:
        release = _every(release, -(-_cells(release) // most))
    if release.kind == "r" and len(release.tables) > 1:
        beside = {name: rows if name == release.main else rows[:200] for name, rows in release.tables.items()}
        release = replace(release, tables=beside)
    if release is whole:
        return release, path
    base_folder = Path(tempfile.mkdtemp(dir=folder))
    return release, same(release, base_folder)


def _cells(release: Release) -> int:
    return len(release.body) * len(release.header)


def _every(release: Release, step: int) -> Release:
    """Every step-th country of a release; rows without one, as below a table, stay."""
    place = next((i for i, name in enumerate(release.header) if CODES.fullmatch(name)), None)
    if place is None:
        return release.with_body(release.body[::step])
    coded = [str(row[place]) if len(row) > place else "" for row in release.body]
    # the last stays: a table whose last country ends early looks cut
    kept = {"", "None", *list(dict.fromkeys(coded))[::step], coded[-1]}
    return release.with_body([row for row, code in zip(release.body, coded, strict=True) if code in kept])


#: Most cells of a simulated release: R files take longest to write and to read. Damaged files are held to registered
#: releases, so more of them stays.
_CELLS = {"text": 80_000, "excel": 50_000, "r": 15_000}
_DAMAGED_CELLS = {"text": 300_000, "excel": 300_000, "r": 40_000}
#: Datasets whose reader asks for every year between the first and the last.
_CONSECUTIVE = frozenset({"ert", "ucdp_ged_months"})
#: A V-Dem table with more columns is an official one.
_MANY = 100
#: Indices kept of V-Dem's hundreds of columns.
_VDEM = {
    "v2x_polyarchy",
    "v2x_libdem",
    "v2x_clphy",
    "v2xcl_rol",
    "v2x_corr",
    "v2x_regime",
    "v2clkill",
    "v2clkill_ord",
}


def _one(release: Release, form: str, make: Any, right: Right, folder: Path) -> Iterator[Case]:
    start = time.perf_counter()
    target = folder / form
    target.mkdir()
    try:
        path = make(release, target)
    except Exception as error:  # a form that this benchmark cannot write says so in the results
        detail = f"{type(error).__name__}: {error}"
        yield Case(
            dataset=release.dataset, file=release.path.name, form=form, outcome=NOT_BUILT, detail=detail
        )
        return
    if path is None:
        return
    case = judge(path, release.dataset, release.path.name, form, right, damaged=form in DAMAGED)
    yield replace(case, seconds=round(time.perf_counter() - start, 1))


def _next_year(release: Release, right: Right, last: int, folder: Path, table: SourceTable) -> Iterator[Case]:
    start = time.perf_counter()
    later, plain = extended(table)
    goal = replace(right, values=later, outcome=EXTENDED, until=last, plain=tuple(plain))
    target = folder / "next_year"
    target.mkdir()
    try:
        path = same(next_release(release, last), target)
    except Exception as error:  # as above
        detail = f"{type(error).__name__}: {error}"
        yield Case(
            dataset=release.dataset,
            file=release.path.name,
            form="next_year",
            outcome=NOT_BUILT,
            detail=detail,
        )
        return
    case = judge(path, release.dataset, release.path.name, "next_year", goal, stale=table.source)
    yield replace(case, seconds=round(time.perf_counter() - start, 1))


def judge(
    path: Path,
    dataset: str,
    file: str,
    form: str,
    right: Right,
    *,
    damaged: bool = False,
    stale: str | None = None,
) -> Case:
    """Recognise and read a file, and compare it with what is right."""

    def case(outcome: str, detail: str = "", **counts: int) -> Case:
        return Case(dataset=dataset, file=file, form=form, outcome=outcome, detail=detail[:400], **counts)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seen = recognised_as(path)
            table, said = (None, "") if seen is None else _read(path, seen, as_folder=damaged)
    except OURS as error:
        return case(REFUSED, str(error.args[0]))
    except Exception as error:  # what is measured: an error that is none of ours
        raise_own(error)
        return case(FOREIGN, f"{type(error).__name__}: {error} [{innermost(error)}]")
    if table is None:
        return _unread(case, path)
    if seen != dataset:
        return case(WRONG, f"read as {seen}")
    read = values(table)
    goal = right.values if right.until is None else with_divisions(right.values, read, right.until + 1)  # noqa: PD011 (no DataFrame)
    found = compare(read, goal, until=right.until, plain=list(right.plain))
    counts = {"changed": found.changed, "added": found.added, "lost": found.lost}
    reported = bool(said) if damaged else unmatched_rows(table) > right.unmatched
    if damaged and reported and (found.wrong or found.lost):
        return case(REPORTED, said, **counts)
    if found.wrong or (found.lost and not reported):
        return case(WRONG, found.first, **counts)
    if stale is not None and table.source == stale:
        return case(WRONG, f"the values are right, and their source is still called {stale}", **counts)
    return case(REPORTED if found.lost else right.outcome, said or found.first, **counts)


def _read(path: Path, dataset: str, *, as_folder: bool) -> tuple[SourceTable, str]:
    """Table of a file, and what a folder says of it: a cut file is held to the registered releases there."""
    if not as_folder:
        return reader(dataset).read(path), ""
    releases = Releases(discover(path.parent))
    read = [table for other, table in releases.tables(dataset) if other == path]
    if not read:
        raise DataIntegrityError(releases.notes[path])
    return read[0], releases.remarks.get(path, "")


def _unread(case: Callable[..., Case], path: Path) -> Case:
    """Outcome of a file that no reader knows: listed by the folder it lies in, or skipped without a word."""
    found = discover(path.parent)
    if path not in found.names:
        return case(SKIPPED, "the folder does not list the file")
    return case(UNREAD, found.unreadable.get(path, ""))


def innermost(error: Exception) -> str:
    """Innermost line of ours in a traceback."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "rtop_forecast" in file:
            place = f"{Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def raise_own(error: Exception) -> None:
    """Raise an error that arose in this benchmark and not in the library."""
    if not innermost(error):
        raise error
