"""Results kept by the content of all that they come from: what was computed once is read the second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rtop_forecast.checks.arguments import choice, integer, path_argument
from rtop_forecast.display import Displayed
from rtop_forecast.forecasting.fingerprint import fingerprint
from rtop_forecast.records.answers import load_answer, save_answer
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.storage.digests import folder_digest
from rtop_forecast.storage.entries import MEGABYTES, Entries, results_folder

__all__ = ["ResultCache"]

_PACKAGE = Path(__file__).resolve().parents[1]
# Other releases of these can give other last digits.
_LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "lightgbm")
# Words and names of states in other languages, which an answer holds.
_WORDS = ("babel", "jinja2")
_NOUNS = ("answer", "backtest", "forecast")


def _default_folder() -> Path:
    return results_folder().folder


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
    megabytes: int = MEGABYTES

    def __post_init__(self) -> None:
        """Refuse a limit that is none."""
        object.__setattr__(self, "folder", path_argument(self.folder, name="folder").expanduser())
        integer(self.megabytes, name="megabytes", least=1)

    def find(self, noun: str, parts: Mapping[str, Any]) -> Any:
        """Return the result that was kept for these parts; None if there is none.

        Parameters
        ----------
        noun : {"answer", "backtest", "forecast"}
            An answer is a text that a command printed.
        parts : mapping of str to object
            All that the result depends on beside the package and its libraries. A folder counts by the names and
            contents of its files.

        Raises
        ------
        InputError
            If a part cannot be read.
        """
        return self._entries.find(
            self._entry(noun, parts).name, lambda entry: _functions("load", noun)(entry)
        )

    def keep(self, noun: str, parts: Mapping[str, Any], result: Any) -> None:
        """Keep a result; where it cannot be, as on a full disk or for a model of the user's own, nothing is kept.

        Parameters
        ----------
        noun, parts
            As for :meth:`find`.
        result : Answer, BacktestResult or Forecast
        """
        self._entries.keep(
            self._entry(noun, parts).name, lambda entry: _functions("save", noun)(result, entry)
        )

    def size(self) -> tuple[int, float]:
        """How many results and tables are kept, and their megabytes in all."""
        return self._entries.size()

    def clear(self) -> int:
        """Remove all that is kept.

        Returns
        -------
        int
            Results and tables that were removed.
        """
        return self._entries.clear()

    def _headline(self) -> str:
        count, megabytes = self.size()
        return (
            f"{count} results and tables, {megabytes:.0f} MB, in {self.folder} (at most {self.megabytes} MB)"
        )

    def _entry(self, noun: str, parts: Mapping[str, Any]) -> Path:
        choice(noun, name="noun", options=_NOUNS)
        key = {
            "package": folder_digest(_PACKAGE, "*.py"),
            "tables": folder_digest(datasets_dir()),
            "libraries": {name: version(name) for name in _LIBRARIES},
            "parts": {name: _by_content(value) for name, value in parts.items()},
        }
        if noun == "answer":
            key["words"] = {"translations": folder_digest(_PACKAGE, "*.po")} | {
                name: version(name) for name in _WORDS
            }
        return self.folder / f"{noun}-{fingerprint(key, name='the key')}"

    @property
    def _entries(self) -> Entries:
        return Entries(folder=self.folder, megabytes=self.megabytes)


def _functions(verb: str, noun: str) -> Callable[..., Any]:
    """Return what loads or saves; where nothing is kept yet, the models behind it need not be imported."""
    if noun == "answer":
        return load_answer if verb == "load" else save_answer
    from rtop_forecast.records import saved

    # a kept forecast is asked for its numbers far more often than for its models
    name = "read_forecast" if (verb, noun) == ("load", "forecast") else f"{verb}_{noun}"
    function: Callable[..., Any] = getattr(saved, name)
    return function


def _by_content(value: Any) -> Any:
    return folder_digest(value) if isinstance(value, Path) and value.is_dir() else value
