"""Results kept by the content of all that they come from: what was computed once is read the second time."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rtop_forecast.checks.arguments import choice, integer, path_argument
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError, StorageError
from rtop_forecast.forecasting.fingerprint import fingerprint
from rtop_forecast.records.saved import load_backtest, load_forecast, save_backtest, save_forecast
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.storage.cache import cache_dir, folder_digest, is_off

__all__ = ["ResultCache"]

_LOG = logging.getLogger("rtop_forecast")
_PACKAGE = Path(__file__).resolve().parents[1]
# Other releases of these can give other last digits.
_LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "lightgbm")
_LOAD: dict[str, Callable[[Path], Any]] = {"backtest": load_backtest, "forecast": load_forecast}
_SAVE: dict[str, Callable[[Any, Path], Path]] = {"backtest": save_backtest, "forecast": save_forecast}
_PART = ".part-"
_ABANDONED = (
    3600.0  # seconds after which an entry that was never finished is taken for one of a killed process
)


def _default_folder() -> Path:
    return cache_dir() / "results"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ResultCache(Displayed):
    """Folder of forecasts and backtests, each found by all that it was made from.

    The key holds the package's own source and bundled tables, the versions of the numerical libraries, and the parts
    that the caller names: data by their content, model, options, seed. One byte of these that differs is another key.
    An entry is read only if its manifest of hashes holds, else it is removed and the result made anew. Entries are
    written beside and moved into place, so that two processes can share the folder. Those that were used longest ago go
    where the whole would pass the limit.

    Parameters
    ----------
    folder : pathlib.Path, optional
        By default ``results`` in the cache folder: ``RTOP_CACHE`` if set, else the platform's. ``RTOP_CACHE=off`` keeps
        and finds nothing.
    megabytes : int
        Limit of the whole.

    Examples
    --------
    Pass one to a computation, and the second call reads what the first has made::

        cache = rtop.ResultCache()
        result = rtop.backtest(model, features, target, origins=origins, cache=cache)
        forecast = rtop.forecast(model, features, target, origin=2024, backtest=result, cache=cache)
    """

    folder: Path = field(default_factory=_default_folder)
    megabytes: int = 1000

    def __post_init__(self) -> None:
        """Refuse a limit that is none."""
        object.__setattr__(self, "folder", path_argument(self.folder, name="folder").expanduser())
        integer(self.megabytes, name="megabytes", least=1)

    def find(self, noun: str, parts: Mapping[str, Any]) -> Any:
        """Return the result that was kept for these parts; None if there is none.

        Parameters
        ----------
        noun : {"backtest", "forecast"}
        parts : mapping of str to object
            All that the result depends on beside the package and its libraries. A folder counts by the names and
            contents of its files.

        Raises
        ------
        InputError
            If a part cannot be read.
        """
        entry = self._entry(noun, parts)
        if is_off() or not entry.is_dir():
            return None
        try:
            result = _LOAD[noun](entry)
            os.utime(entry)
        except Exception as error:
            if entry.is_dir():  # else another process has removed it
                _LOG.warning("a kept %s was damaged and is made anew (%s)", noun, error)
                shutil.rmtree(entry, ignore_errors=True)
            return None
        return result

    def keep(self, noun: str, parts: Mapping[str, Any], result: Any) -> None:
        """Keep a result; where it cannot be, as on a full disk or for a model of the user's own, nothing is kept.

        Parameters
        ----------
        noun, parts
            As for :meth:`find`.
        result : BacktestResult or Forecast
        """
        if is_off():
            return
        entry = self._entry(noun, parts)
        part = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=self.folder, prefix=_PART))
            _SAVE[noun](result, part / "entry")
            (part / "entry").rename(entry)
        except (OSError, StorageError, InputError) as error:
            if not entry.is_dir():
                _LOG.info("the %s is not kept: %s", noun, error)
        finally:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)
        self._shrink()

    def size(self) -> tuple[int, float]:
        """How many results are kept, and their megabytes in all."""
        entries = self._entries()
        return len(entries), sum(map(_size, entries)) / 1_000_000

    def clear(self) -> int:
        """Remove all that is kept.

        Returns
        -------
        int
            Results that were removed.
        """
        entries = self._entries()
        for entry in entries:
            shutil.rmtree(entry, ignore_errors=True)
        return len(entries)

    def _headline(self) -> str:
        count, megabytes = self.size()
        return f"{count} results, {megabytes:.0f} MB, in {self.folder} (at most {self.megabytes} MB)"

    def _entry(self, noun: str, parts: Mapping[str, Any]) -> Path:
        choice(noun, name="noun", options=tuple(_LOAD))
        key = {
            "package": folder_digest(_PACKAGE, "*.py"),
            "tables": folder_digest(datasets_dir()),
            "libraries": {name: version(name) for name in _LIBRARIES},
            "parts": {name: _by_content(value) for name, value in parts.items()},
        }
        return self.folder / f"{noun}-{fingerprint(key, name='the key')}"

    def _entries(self) -> list[Path]:
        """Kept results, the one that was used longest ago first."""
        with suppress(OSError):
            found = [path for path in self.folder.iterdir() if path.name.partition("-")[0] in _LOAD]
            return sorted(found, key=_last_used)
        return []

    def _shrink(self) -> None:
        """Remove what killed processes left behind, and the oldest results beyond the limit."""
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


def _by_content(value: Any) -> Any:
    return folder_digest(value) if isinstance(value, Path) and value.is_dir() else value


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _size(entry: Path) -> int:
    with suppress(OSError):
        return sum(path.stat().st_size for path in entry.iterdir())
    return 0
