"""What a file is and what a reader makes of it, kept by the file's hash and the reader's version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from rtop_forecast.sources.catalogue.ewp_episodes import EpisodeList
from rtop_forecast.sources.catalogue.ewp_list import EventEdition
from rtop_forecast.sources.reading.months import MonthTable
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.storage.digests import FileDigests
from rtop_forecast.storage.entries import results_folder
from rtop_forecast.storage.remembered import READERS, bundle_digest, remembered

__all__ = ["ParsedFiles"]

T = TypeVar("T")


class ParsedFiles:
    """Files of a folder, each parsed once as long as neither a byte of it nor its reader changes.

    Parameters
    ----------
    folder : pathlib.Path
    """

    def __init__(self, folder: Path) -> None:
        self._digests = FileDigests(folder)
        self._bundle: str | None = None

    def digest(self, path: Path) -> str:
        """SHA-256 of a file."""
        return self._digests.of(path)

    def of(self, path: Path, what: str, made: Callable[[], T], *, classes: Sequence[type] = ()) -> T:
        """Return what ``made`` makes of a file, kept under ``what``; an error that it raises is raised each time.

        A reader sees the bytes and the name of a file, and the bundled tables that it compares them with.
        """
        try:
            sha256 = self.digest(path)
        except OSError:  # a file that may not be read: the reader says so
            return made()
        if self._bundle is None:
            self._bundle = bundle_digest()
        return remembered(
            "table",
            {"what": what, "name": path.name, "sha256": sha256, "bundle": self._bundle},
            made,
            code=READERS,
            classes=(SourceTable, MonthTable, *classes),
            shrink=False,
        )

    def read(self, path: Path, dataset: str, read: Callable[[Path], T]) -> T:
        """Return what a reader of a dataset makes of a file."""
        what = f"{dataset}:{read.__module__}.{read.__name__}"
        return self.of(path, what, partial(read, path), classes=(EpisodeList, EventEdition))

    def save(self) -> None:
        """Note the hashes, and keep the cache within its limit."""
        self._digests.save()
        results_folder().shrink()
