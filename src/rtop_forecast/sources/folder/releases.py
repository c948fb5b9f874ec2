"""The releases of a folder: read once each, ordered by age, with a note on every file that was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import Discovery, reader
from rtop_forecast.sources.folder.rosters import check_roster, lists_of_zeros
from rtop_forecast.sources.keys import is_release, plain_release, release_order
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.reading.text import is_unended
from rtop_forecast.sources.registry import registered_hashes
from rtop_forecast.world.codes import LAST_YEAR

__all__ = ["Releases", "is_release", "reason", "release_order"]

T = TypeVar("T")
#: Remark on a text file whose last line lacks its line end.
UNENDED = "its last line has no line end: if the download was cut there, rows or the end of its last cell are missing"
_OWN = (InputError, DataIntegrityError, CoverageError)


def reason(error: Exception) -> str:
    """Say why a file or a table was refused; an error that is none of ours is named as a fault of the library.

    Examples
    --------
    >>> reason(KeyError("year"))
    "a fault of the library, please report it: KeyError: 'year'"
    """
    if isinstance(error, _OWN):
        return str(error.args[0])
    return f"a fault of the library, please report it: {type(error).__name__}: {error}"


def _to_last_state_year(table: SourceTable) -> SourceTable:
    coverage = {
        name: (first, min(last, LAST_YEAR))
        for name, (first, last) in table.coverage.items()
        if first <= LAST_YEAR
    }
    if not coverage:
        message = f"{table.source} begins after {LAST_YEAR}, where the table of states ends."
        raise CoverageError(message)
    data = table.data[table.data["year"] <= LAST_YEAR]
    return replace(table, data=data, coverage=coverage, zero_inside=table.zero_inside & set(coverage))


class Releases:
    """Readable releases of a folder; every file is read once.

    A refusal leaves a note. What should be said of a file that is used stands in ``remarks``.
    """

    def __init__(self, found: Discovery) -> None:
        self.all = found
        self.found = found
        self.notes: dict[Path, str] = {}
        self.remarks: dict[Path, str] = {}
        self.used: set[Path] = set()
        self.picks: dict[str, str] = {}
        self._read: dict[tuple[str, Path], object] = {}

    def every(self, dataset: str, read: Callable[[Path], T]) -> list[tuple[Path, T]]:
        """Files of a dataset with what ``read`` returns of each; refused files are left out and noted."""
        results = []
        for path in self.found.of(dataset):
            key = (f"{read.__module__}.{read.__name__}", path)
            if key not in self._read and path not in self.notes:
                try:
                    result = self.parsed(path, dataset, read)
                    self._check_roster(dataset, path, result)
                    self._read[key] = self._within_system(path, result)
                    if is_unended(path):
                        self.remark(path, UNENDED)
                except (
                    Exception
                ) as error:  # one bad file never costs the others: it is listed with its reason
                    self.notes[path] = reason(error)
            if key in self._read:
                results.append((path, self._read[key]))
        return results  # type: ignore[return-value]

    def parsed(self, path: Path, dataset: str, read: Callable[[Path], T]) -> T:
        """Return what ``read`` makes of a file, from the cache if it was read before."""
        return self.all.parsed.read(path, dataset, read)

    def digest(self, path: Path) -> str:
        """SHA-256 of a file."""
        return self.all.parsed.digest(path)

    def _check_roster(self, dataset: str, path: Path, result: object) -> None:
        """Refuse a list that was cut behind a whole line, and say what else a table lacks of a known release."""
        if self.digest(path) in registered_hashes():
            return
        if isinstance(result, SourceTable):
            table = result
        elif dataset in lists_of_zeros():
            table = self.parsed(path, dataset, reader(dataset).read)
        else:
            return
        said = check_roster(table, path)
        if said:
            self.remark(path, said)

    def _within_system(self, path: Path, result: T) -> T:
        """Leave out the years of a table after the last of the state system, and say so."""
        if not isinstance(result, SourceTable):
            return result
        last = max((last for _, last in result.coverage.values()), default=LAST_YEAR)
        if last <= LAST_YEAR:
            return result
        self.remark(path, f"years after {LAST_YEAR}, where the table of states ends, are left out")
        return _to_last_state_year(result)  # type: ignore[return-value]

    def remark(self, path: Path, text: str) -> None:
        """Add what should be said of a file that is used; the same is said once."""
        said = self.remarks.get(path, "")
        if text not in said:
            self.remarks[path] = f"{said}; {text}" if said else text

    def release_of(self, path: Path) -> str | None:
        """Release that a file says it is; None if it was not read as a table."""
        found = (table for (_, other), table in self._read.items() if other == path)
        return next((table.release for table in found if isinstance(table, SourceTable)), None)

    def tables(self, dataset: str) -> list[tuple[Path, SourceTable]]:
        """Readable releases of a dataset as source tables, the newest and furthest-reaching first."""

        def order(pair: tuple[Path, SourceTable]) -> tuple[tuple[int, ...], int]:
            table = pair[1]
            return release_order(table.release), max((last for _, last in table.coverage.values()), default=0)

        return sorted(self.every(dataset, reader(dataset).read), key=order, reverse=True)

    def pick(self, wanted: Mapping[str, str]) -> None:
        """Keep one release of each dataset named.

        Parameters
        ----------
        wanted : dict of str to str
            Release by dataset, as ``{"vdem": "14"}``.

        Raises
        ------
        InputError
            If there is no such dataset, or the folder does not hold the release.
        """
        for dataset, release in wanted.items():
            reader(dataset)
            self.picks[dataset] = release
            tables = self.tables(dataset)
            chosen = tuple(
                path for path, table in tables if plain_release(table.release) == plain_release(release)
            )
            if not chosen:
                held = (
                    ", ".join(dict.fromkeys(table.release for _, table in tables)) or "none that can be read"
                )
                message = (
                    f"release {release} of {dataset} is not in {self.found.folder}; it holds {held}. "
                    "Ask for one of them, or put that release into the folder."
                )
                raise InputError(message)
            for path in self.found.of(dataset):
                if path not in chosen:
                    self.notes.setdefault(path, f"release {plain_release(release)} was asked for")
            self.found = replace(self.found, files={**self.found.files, dataset: chosen})

    def picked(self, dataset: str, release: str) -> Releases:
        """Releases of the same folder with one release of a dataset picked; what was read is shared."""
        other = copy(self)
        other.notes, other.used, other.picks = dict(self.notes), set(), dict(self.picks)
        other.remarks = dict(self.remarks)
        other.pick({dataset: release})
        return other

    def newest(self, dataset: str, read: Callable[[Path], T], *, key: Callable[[T], str]) -> T:
        """Newest readable release of a dataset.

        Raises
        ------
        CoverageError
            If there is none.
        """
        results = self.every(dataset, read)
        if not results:
            raise CoverageError(self.lack(dataset))
        path, best = max(results, key=lambda pair: release_order(key(pair[1])))
        self.used.add(path)
        return best

    def first(
        self, dataset: str, read: Callable[[Path], T], *, holds: Callable[[T], bool] | None = None
    ) -> T:
        """First readable file of a dataset, in the order of paths, that holds what is asked.

        Raises
        ------
        CoverageError
            If there is none.
        """
        for path, result in self.every(dataset, read):
            if holds is None or holds(result):
                self.used.add(path)
                return result
        raise CoverageError(self.lack(dataset))

    def lack(self, dataset: str) -> str:
        """Say that a dataset is missing, and what was refused of it."""
        refused = [path.name for path in self.found.of(dataset) if path in self.notes]
        reason = f" ({refused[0]} was refused)" if refused else ""
        return f"the folder holds no usable release of {dataset}{reason}"
