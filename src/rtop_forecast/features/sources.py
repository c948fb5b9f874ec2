"""Which releases stand behind a variable: those of the panel, or the newest that the registry knows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from rtop_forecast.panel.variables import Variable
from rtop_forecast.sources.core.bundled import CORE_TABLES, core_tables
from rtop_forecast.sources.core.further import bundled_releases, newer_bundled
from rtop_forecast.sources.keys import source_keys
from rtop_forecast.sources.registry import Release, registry
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.storage.remembered import READERS, bundle_digest, remembered

__all__ = ["publication_lag", "releases_behind"]

_CODE = (*READERS, "features/sources.py")


def releases_behind(variable: str, held: Mapping[str, Variable] | None = None) -> list[Release]:
    """Find the registered releases that a variable comes from.

    Parameters
    ----------
    variable : str
    held : dict of str to Variable, optional
        Variables of a panel, whose own releases are named; by default those of the bundle, or the newest registered
        release of the variable's dataset.

    Returns
    -------
    list of Release
        In the order in which they cover the years; empty for a variable of the user's own.
    """
    bundled = _bundled_keys().get(variable, ())
    if held is not None and variable in held:
        keys = source_keys(held[variable].source)
        # a table joins sources of several variables: the variable's own, or newer releases of their datasets
        datasets = {registry()[key].dataset for key in bundled}
        own = [key for key in keys if key in bundled] or [key for key in keys if _dataset(key) in datasets]
        keys = own if bundled else keys
        return [entry for key in keys if (entry := _entry(key)) is not None]
    if bundled:
        return [registry()[key] for key in bundled]
    newest = _newest(variable)
    return [] if newest is None else [newest]


def publication_lag(variable: str, held: Mapping[str, Variable] | None = None) -> int:
    """Months after a year until a variable's latest values are published; 0 for one that nothing brings.

    A source that only fills early decades (Maddison before the World Bank) says nothing of today's figures.
    """
    if held is not None and variable in held:
        return held[variable].publication_lag_months
    if variable in _bundled_lags():
        return _bundled_lags()[variable]
    return max((one.publication_lag_months for one in releases_behind(variable)), default=0)


def _newest(variable: str) -> Release | None:
    matches = [one for one in registry().values() if one.dataset and variable.startswith(f"{one.dataset}_")]
    longest = max((len(one.dataset) for one in matches), default=0)
    return max((one for one in matches if len(one.dataset) == longest), key=lambda one: one.key, default=None)


def _entry(key: str) -> Release | None:
    """Entry of a key; of a release that is not registered, the newest of its dataset."""
    entries = registry()
    if key in entries:
        return entries[key]
    same = [one for one in entries.values() if one.dataset and one.dataset == _dataset(key)]
    return max(same, key=lambda one: one.key, default=None)


def _dataset(key: str) -> str:
    entry = registry().get(key)
    return entry.dataset if entry else key.rpartition("-")[0].replace("-", "_")


@lru_cache(maxsize=1)
def _bundled_lags() -> dict[str, int]:
    """Publication lag of each bundled variable, in months."""
    return remembered("table", _of_bundle("publication lags"), _read_lags, code=_CODE)


@lru_cache(maxsize=1)
def _bundled_keys() -> dict[str, tuple[str, ...]]:
    """Registry keys behind each bundled variable."""
    return remembered("table", _of_bundle("registry keys"), _read_keys, code=_CODE)


def _of_bundle(what: str) -> dict[str, str]:
    return {"what": what, "bundle": bundle_digest()}


def _read_lags() -> dict[str, int]:
    core = {name: table.publication_lag_months for table in core_tables() for name in table.coverage}
    further = {name: one.publication_lag_months for one in bundled_releases() for name in one.coverage}
    return core | further


def _read_keys() -> dict[str, tuple[str, ...]]:
    """Registry keys behind each bundled variable; of the core tables, from the table of their coverage."""
    coverage = pd.read_csv(core_file("coverage.csv"))
    keys: dict[str, tuple[str, ...]] = {
        name: (one.source,) for one in bundled_releases() for name in one.coverage
    }
    for name, table in zip(CORE_TABLES, core_tables(), strict=True):
        rows = coverage[coverage["table"] == name].set_index("variable")["source"]
        for variable in table.coverage:
            own = [column for column in rows.index if f"_{variable}".endswith(f"_{column}")]
            source = rows[max(own, key=len)] if own else ";".join(rows)
            keys[variable] = tuple(dict.fromkeys(source.split(";")))
    for newer in newer_bundled():
        for name in newer.coverage:
            keys[name] = (*keys.get(name, ()), newer.source)
    return keys
