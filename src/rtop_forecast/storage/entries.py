"""A bounded folder of entries that can be made again: written beside and moved into place, the oldest go first."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtop_forecast.errors import InputError, StorageError
from rtop_forecast.storage.cache import cache_dir, is_off

__all__ = ["MEGABYTES", "NOUNS", "Entries", "results_folder"]

_LOG = logging.getLogger("rtop_forecast")
#: What is kept by its content, and the limit of the whole.
NOUNS = ("answer", "backtest", "forecast", "panel", "table")
MEGABYTES = 1000
_PART = ".part-"
# Seconds after which an entry that was never finished is taken for one of a killed process.
_ABANDONED = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Entries of a folder by name, each a folder of files that shows itself whether it is whole.

    Two processes can share it. A fault of the disk or of an entry costs time, never a result. ``RTOP_CACHE=off`` keeps
    and finds nothing.

    Attributes
    ----------
    folder : pathlib.Path
    megabytes : int
        Limit of the whole; entries that were used longest ago go where it is passed. The name of an entry begins with
        one of ``NOUNS`` and a hyphen.
    """

    folder: Path
    megabytes: int = MEGABYTES

    def find(self, name: str, load: Callable[[Path], Any]) -> Any:
        """Return what ``load`` makes of an entry; None if there is none or it is damaged, which removes it."""
        entry = self.folder / name
        if is_off() or not entry.is_dir():
            return None
        try:
            result = load(entry)
            with suppress(OSError):  # a cache that may only be read is still read
                os.utime(entry)
        except Exception as error:
            if entry.is_dir():  # else another process has removed it
                noun = name.partition("-")[0]
                _LOG.warning("a kept %s was damaged and is made anew (%s)", noun, error)
                shutil.rmtree(entry, ignore_errors=True)
            return None
        return result

    def keep(self, name: str, save: Callable[[Path], Any], *, shrink: bool = True) -> None:
        """Keep what ``save`` writes into a folder; where it cannot be written, nothing is kept."""
        if is_off():
            return
        entry, part = self.folder / name, None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=self.folder, prefix=_PART))
            save(part / "entry")
            (part / "entry").rename(entry)
        except (OSError, StorageError, InputError) as error:
            if not entry.is_dir():
                _LOG.info("the %s is not kept: %s", name.partition("-")[0], error)
        finally:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)
        if shrink:
            self.shrink()

    def size(self) -> tuple[int, float]:
        """How many entries are kept, and their megabytes in all."""
        entries = self._entries()
        return len(entries), sum(map(_size, entries)) / 1_000_000

    def clear(self) -> int:
        """Remove all entries; return how many."""
        entries = self._entries()
        for entry in entries:
            shutil.rmtree(entry, ignore_errors=True)
        return len(entries)

    def shrink(self) -> None:
        """Remove what killed processes left behind, and the oldest entries beyond the limit."""
        with suppress(OSError):
            for path in self.folder.glob(f"{_PART}*"):
                if time.time() - _last_used(path) > _ABANDONED:
                    shutil.rmtree(path, ignore_errors=True)
        entries = self._entries()
        sizes = [_size(entry) for entry in entries]
        total = sum(sizes)
        for entry, size in zip(entries[:-1], sizes[:-1], strict=True):  # the newest stays whatever its size
            if total <= self.megabytes * 1_000_000:
                break
            shutil.rmtree(entry, ignore_errors=True)
            total -= size

    def _entries(self) -> list[Path]:
        """Kept entries, the one that was used longest ago first."""
        with suppress(OSError):
            found = [path for path in self.folder.iterdir() if path.name.partition("-")[0] in NOUNS]
            return sorted(found, key=_last_used)
        return []


def results_folder() -> Entries:
    """Entries in the cache folder."""
    return Entries(folder=cache_dir() / "results")


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _size(entry: Path) -> int:
    with suppress(OSError):
        return sum(path.stat().st_size for path in entry.iterdir())
    return 0
