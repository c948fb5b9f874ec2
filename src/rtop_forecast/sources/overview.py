"""What there is to be had, and what a folder holds of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from rtop_forecast.sources.core.further import bundled_releases
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.folder.releases import reason
from rtop_forecast.sources.registry import registered_hashes, registry
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.storage.files import file_sha256

__all__ = ["describe_folder", "describe_sources"]


_COUNTS = ("rows", "first_year", "last_year", "unmatched")


def describe_sources() -> pd.DataFrame:
    """List the releases in the registry.

    Returns
    -------
    pandas.DataFrame
        One row per release: ``key, dataset, title, release, first_year, last_year, unit, licence,
        publication_lag_months, variables`` (their number), ``bundled`` (how many variables of the bundle come from
        it, alone or with others), ``get`` ("fetch", "login", "by hand" or, for facts carried over by hand,
        "bundled"), ``page`` and ``file_pattern``.
    """
    bundled = _bundled_variables()
    rows = [
        {
            "key": one.key,
            "dataset": one.dataset,
            "title": one.title,
            "release": one.release,
            "first_year": one.first_year,
            "last_year": one.last_year,
            "unit": one.unit,
            "licence": one.licence,
            "publication_lag_months": one.publication_lag_months,
            "variables": len(one.variables),
            "bundled": bundled[one.key],
            "get": "fetch"
            if one.download
            else "login"
            if one.login
            else "by hand"
            if one.dataset
            else "bundled",
            "page": one.login or one.page,
            "file_pattern": one.file_pattern,
        }
        for one in registry().values()
    ]
    return pd.DataFrame(rows)


def _bundled_variables() -> Counter[str]:
    """Count the bundled variables of each registry key."""
    coverage = pd.read_csv(core_file("coverage.csv"))
    counts = Counter(key for keys in coverage["source"] for key in keys.split(";"))
    for one in bundled_releases():
        counts[one.source] += len(one.coverage)
    return counts


def describe_folder(folder: str | Path) -> pd.DataFrame:
    """Describe what a folder holds, file by file.

    Parameters
    ----------
    folder : path
        Looked through with its subfolders and zip archives; every file is read.

    Returns
    -------
    pandas.DataFrame
        One row per data file: ``file, dataset`` and ``release`` (empty if not recognised), ``rows`` (state-years, or
        state-months of a file without whole years), ``first_year, last_year``, ``unmatched`` (source rows that belong
        to no state-year) and ``state``: "registered" (byte for byte a release of the registry), "not registered"
        (another release, or an edited one), "refused: ..." or "not recognised", with a hint where the columns give one.

    Raises
    ------
    InputError
        If the folder does not exist.
    """
    found = discover(folder)
    rows = [_file(found.names[path], name, path) for name, paths in found.files.items() for path in paths]
    rows += [
        _row(
            found.names[path],
            "",
            state=_refused(found.unreadable[path]) if path in found.unreadable else found.hints[path],
        )
        for path in found.others
    ]
    columns = ["file", "dataset", "release", *_COUNTS, "state"]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(_COUNTS, "Int64"))
    return frame.sort_values("file", ignore_index=True)


def _refused(message: str) -> str:
    return f"refused: {' '.join(message.split())}"


def _row(file: str, dataset: str, *, state: str, **facts: object) -> dict[str, object]:
    return {
        "file": file,
        "dataset": dataset,
        "release": "",
        **dict.fromkeys(_COUNTS),
        **facts,
        "state": state,
    }


def _file(name: str, dataset: str, path: Path) -> dict[str, object]:
    try:
        table = reader(dataset).read(path)
    except Exception as error:  # one bad file never costs the others: it is listed with its reason
        return _row(name, dataset, state=_refused(reason(error)))
    years = [year for span in table.coverage.values() for year in span]
    rows = len(table.data)
    if table.months is not None and not years:
        years, rows = [table.months.first[0], table.months.last[0]], len(table.months.data)
    return _row(
        name,
        dataset,
        release=table.release,
        rows=rows,
        first_year=min(years),
        last_year=max(years),
        unmatched=int(table.unmatched["rows"].sum()),
        state="registered" if file_sha256(path) in registered_hashes() else "not registered",
    )
