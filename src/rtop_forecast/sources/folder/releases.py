"""The releases of a folder: read once each, ordered by age, with a note on every file that was refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import Discovery, reader
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["Releases", "release_order"]

T = TypeVar("T")


def release_order(release: str) -> tuple[int, ...]:
    """Sort key of a release: its numbers from left to right.

    Examples
    --------
    >>> release_order("25.1") > release_order("9.2"), release_order("v15") > release_order("14")
    (True, True)
    """
    return tuple(int(part) for part in re.findall(r"\d+", release))


def _plain(release: str) -> str:
    return str(release).strip().lower().removeprefix("v")


class Releases:
    """Readable releases of a folder; every file is read once, and a refusal leaves a note."""

    def __init__(self, found: Discovery) -> None:
        self.all = found
        self.found = found
        self.notes: dict[Path, str] = {}
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
                    self._read[key] = read(path)
                except (InputError, DataIntegrityError, CoverageError) as error:
                    self.notes[path] = str(error.args[0])
            if key in self._read:
                results.append((path, self._read[key]))
        return results  # type: ignore[return-value]

    def tables(self, dataset: str) -> list[tuple[Path, SourceTable]]:
        """Readable releases of a dataset as source tables, the newest and furthest-reaching first."""

        def order(pair: tuple[Path, SourceTable]) -> tuple[tuple[int, ...], int]:
            table = pair[1]
            return release_order(table.release), max(last for _, last in table.coverage.values())

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
            chosen = tuple(path for path, table in tables if _plain(table.release) == _plain(release))
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
                    self.notes.setdefault(path, f"release {_plain(release)} was asked for")
            self.found = replace(self.found, files={**self.found.files, dataset: chosen})

    def picked(self, dataset: str, release: str) -> Releases:
        """Releases of the same folder with one release of a dataset picked; what was read is shared."""
        other = copy(self)
        other.notes, other.used, other.picks = dict(self.notes), set(), dict(self.picks)
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
