"""The registry of sources, ``datasets/sources.toml``, checked and typed."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from rtop_forecast.checks.arguments import quoted
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.storage.bundled import datasets_dir

__all__ = [
    "Release",
    "datasets",
    "publication_lag",
    "registered_contents",
    "registered_hashes",
    "registry",
    "release_reaching",
    "releases_named",
]

_ADDRESSES = ("page", "download", "login")
#: Fields that an entry may leave out, and what that means.
_DEFAULTS: Mapping[str, Any] = {
    "download": "",
    "login": "",
    "download_sha256": "",
    "sha256": "",
    "content_sha256": [],
    "published": "",
    "variables": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release of a source.

    Attributes
    ----------
    key : str
        ``<dataset>-<release>``, as it stands in the column ``source`` of a core table.
    dataset : str
        Reader of it, a module of ``sources.catalogue``; empty where facts were carried over by hand.
    title, release, unit : str
        What it is, which edition, and what one row is.
    page, download, login : str
        Where it is described; its own address, empty where none is known; the page of a form or login.
    download_sha256 : str
        Of the data file behind ``download``; empty where the project had no such file to hash.
    sha256 : tuple of str
        Of the data files that this library was tested with; empty where there was none.
    content_sha256 : tuple of str
        Of the facts in these files, as their reader orders and writes them: the same however the file was saved.
    file_pattern : str
        Official file names.
    licence, citation : str
    first_year, last_year : int
    publication_lag_months : int
        Months after 31 December of a value's year until it is published.
    published : str
        Month in which the release came out, as ``"2025-03"``; empty where the lag says it well enough.
    variables : dict of str to (int, int)
        First and last year that each variable of the reader covers.
    """

    key: str
    dataset: str
    title: str
    release: str
    page: str
    download: str
    login: str
    download_sha256: str
    sha256: tuple[str, ...]
    content_sha256: tuple[str, ...]
    file_pattern: str
    licence: str
    unit: str
    first_year: int
    last_year: int
    publication_lag_months: int
    citation: str
    published: str
    variables: Mapping[str, tuple[int, int]]


@lru_cache(maxsize=1)
def registry() -> dict[str, Release]:
    """Releases of ``datasets/sources.toml`` by key, in the order of the file.

    An entry that states no publication lag has that of its dataset's first entry.

    Raises
    ------
    DataIntegrityError
        If a field is missing or unknown, years are out of order, or a hash, month or address is malformed.
    """
    with (datasets_dir() / "sources.toml").open("rb") as file:
        document = tomllib.load(file)
    lags: dict[str, int] = {}
    releases = {}
    for key, entry in document.items():
        dataset = entry.get("dataset", "")
        inherited = {"publication_lag_months": lags[dataset]} if dataset in lags else {}
        releases[key] = _release(key, inherited | entry)
        if dataset:
            lags.setdefault(dataset, releases[key].publication_lag_months)
    return releases


@lru_cache(maxsize=1)
def datasets() -> tuple[str, ...]:
    """Datasets with a reader, in the order in which their first entries stand in the registry.

    A file of unknown origin is tried with each of them in this order.
    """
    return tuple(dict.fromkeys(release.dataset for release in registry().values() if release.dataset))


@lru_cache(maxsize=64)
def publication_lag(dataset: str) -> int:
    """Months after 31 December of a year until a dataset's values of that year are published.

    Parameters
    ----------
    dataset : str

    Returns
    -------
    int
        Lag of the dataset's first entry in the registry, which stands for releases that are not registered, too.

    Raises
    ------
    DataIntegrityError
        If the registry has no entry of the dataset.
    """
    for release in registry().values():
        if release.dataset == dataset:
            return release.publication_lag_months
    message = f"the dataset {dataset!r} has no entry in datasets/sources.toml. Add one."
    raise DataIntegrityError(message)


def release_reaching(dataset: str, version: str, last: int) -> str:
    """Version in a file's name, or that version and the file's last year if the file reaches further than it.

    A file that was brought up to date under its old name is another release than the registered one.

    Parameters
    ----------
    dataset, version : str
    last : int
        Last year that the file covers.

    Examples
    --------
    >>> release_reaching("fariss", "4.02", 2021), release_reaching("fariss", "4.02", 2022)
    ('4.02', '4.02to2022')
    """
    entry = registry().get(f"{dataset.replace('_', '-')}-{version}")
    return version if entry is None or last <= entry.last_year else f"{version}to{last}"


def releases_named(name: object) -> list[Release]:
    """Releases of a dataset ("ucdp_ged"), in the order of the registry, or the one with a key ("ucdp-ged-25.1").

    Raises
    ------
    InputError
        If no source has the name; the message gives similar ones.
    """
    if not isinstance(name, str):
        message = f"the name of a source is a string, not {quoted(name)}."
        raise InputError(message)
    entries = registry()
    plain = name.strip().lower()
    if plain in entries:
        return [entries[plain]]
    named = [one for one in entries.values() if one.dataset and one.dataset == plain.replace("-", "_")]
    if not named:
        names = sorted({one.dataset for one in entries.values() if one.dataset} | set(entries))
        close = difflib.get_close_matches(plain, names, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(close)}?" if close else ". `rtop-forecast sources` lists them."
        message = f"no source is called {name!r}{hint}"
        raise InputError(message)
    return named


@lru_cache(maxsize=1)
def registered_hashes() -> dict[str, str]:
    """Key of the release that each registered file belongs to, by the file's SHA-256."""
    return {digest: key for key, release in registry().items() for digest in release.sha256}


@lru_cache(maxsize=1)
def registered_contents() -> dict[str, str]:
    """Key of the release that a registered content belongs to, by :attr:`Release.content_sha256`."""
    return {digest: key for key, release in registry().items() for digest in release.content_sha256}


def _release(key: str, entry: Mapping[str, Any]) -> Release:
    entry = {**_DEFAULTS, **entry}
    wanted = {field.name for field in fields(Release)} - {"key"}
    odd = sorted(wanted ^ set(entry))
    if odd:
        _refuse(key, f"has {len(odd)} fields that are missing or unknown, first {odd[0]!r}")
    hashes = entry["sha256"] if isinstance(entry["sha256"], list) else [entry["sha256"]]
    hashes = [digest for digest in hashes if digest]
    contents = tuple(entry["content_sha256"])
    stated = [*hashes, *contents, *([entry["download_sha256"]] if entry["download_sha256"] else [])]
    if any(not re.fullmatch(r"[0-9a-f]{64}", digest) for digest in stated):
        _refuse(key, "has a SHA-256 that is not 64 hexadecimal digits")
    if any(entry[name] and not entry[name].startswith("https://") for name in _ADDRESSES):
        _refuse(key, "has an address that does not begin with https://")
    variables = {str(name): (int(first), int(last)) for name, (first, last) in entry["variables"].items()}
    spans = [(entry["first_year"], entry["last_year"]), *variables.values()]
    if any(first > last for first, last in spans):
        _refuse(key, "has years out of order")
    published = entry["published"]
    if published and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", published):
        _refuse(key, f"has the month {published!r}; write it as 2025-03")
    read = {"key": key, "sha256": tuple(hashes), "content_sha256": contents, "variables": variables}
    return Release(**{**entry, **read})


def _refuse(key: str, fault: str) -> None:
    message = f"the entry {key!r} of datasets/sources.toml {fault}. Correct it."
    raise DataIntegrityError(message)
