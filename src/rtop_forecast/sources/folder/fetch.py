"""Getting releases from their publishers into a folder, checked and whole."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.display import with_progress
from rtop_forecast.errors import DataIntegrityError, DownloadError, InputError, StorageError
from rtop_forecast.sources.folder.archives import unpacked
from rtop_forecast.sources.folder.download import download
from rtop_forecast.sources.folder.releases import release_order
from rtop_forecast.sources.reading.files import is_html
from rtop_forecast.sources.registry import Release, registry, releases_named
from rtop_forecast.storage.cache import cache_dir
from rtop_forecast.storage.files import file_sha256, make_folder, place_folder, storage_error, work_folder

__all__ = ["fetch", "fetchable", "releases_folder", "wanted"]


def releases_folder() -> Path:
    """Folder into which releases are fetched by default: ``releases`` in the cache folder."""
    return cache_dir() / "releases"


def fetchable() -> list[Release]:
    """Newest release with an address of its own, dataset by dataset."""
    newest: dict[str, Release] = {}
    for release in registry().values():
        if not release.download:
            continue
        other = newest.get(release.dataset)
        if other is None or release_order(release.release) > release_order(other.release):
            newest[release.dataset] = release
    return list(newest.values())


def wanted(names: str | Sequence[str] | None) -> list[Release]:
    """Releases by dataset ("ucdp_ged": its newest) or by key ("ucdp-ged-25.1"); None for all fetchable.

    Raises
    ------
    InputError
        If a name is unknown, or the release has to be got by hand.
    """
    if names is None:
        return fetchable()
    names = [names] if isinstance(names, str) else list(names)
    return [_named(name) for name in names]


def _named(name: str) -> Release:
    named = releases_named(name)
    with_address = [one for one in named if one.download]
    found = max(with_address or named, key=lambda one: release_order(one.release))
    if not found.download:
        where = found.login or found.page
        why = "asks for a form or login" if found.login else "has no address that this library knows"
        message = (
            f"{found.title} ({found.key}) {why}. Download it by hand from {where} into a folder of your own and "
            f"give that folder as data; official file name: {found.file_pattern}."
        )
        raise InputError(message)
    return found


def fetch(
    names: str | Sequence[str] | None = None,
    *,
    folder: str | Path | None = None,
    timeout: float = 60.0,
    retries: int = 3,
    progress: str | None = None,
) -> pd.DataFrame:
    """Download releases that may be had without a login.

    Parameters
    ----------
    names : str or list of str, optional
        Datasets ("ucdp_ged": the newest release registered) or keys ("ucdp-ged-25.1"); by default one release of
        every dataset that has an address.
    folder : path, optional
        Where they land, each in a subfolder of its key; by default ``releases`` in the cache folder, which the
        environment variable RTOP_CACHE sets. It can be given as ``data_dir`` to :func:`rtop_forecast.load_panel`.
    timeout : float
        Seconds without an answer, or without further bytes, after which a try has failed.
    retries : int
        Further tries after a server's error or a broken connection.
    progress : str, optional
        Caption of the progress on stderr: bars in a terminal or a notebook, a plain line per release elsewhere.

    Returns
    -------
    pandas.DataFrame
        One row per file: ``key, file`` (path), ``sha256, checked`` (whether the hash was compared with a registered
        one) and ``new`` (False if it was there already).

    Raises
    ------
    InputError
        If a name is unknown, or a release has to be got by hand; the message names the page.
    DownloadError
        If an address gives no file.
    StorageError
        If the folder cannot be written, or the disk is full.
    DataIntegrityError
        If the file has another hash than the registered one, is a web page, or its archive is unsafe or broken.
        Nothing is left behind then, and what was there before stays.

    Notes
    -----
    A hash of the registry is that of the data file, not of the archive around it. Where none is registered, the
    file is taken as it comes and its hash is reported.
    """
    base = releases_folder() if folder is None else path_argument(folder, name="folder")
    rows = []
    releases = wanted(names)
    for release in with_progress(releases, count=len(releases), caption=progress):
        there = _complete(base / release.key, release)
        files = there or _kept(base, release, timeout=timeout, retries=retries, shown=progress is not None)
        for file in files:
            digest = file_sha256(file)
            rows.append((release.key, str(file), digest, digest == release.download_sha256, not there))
    return pd.DataFrame(rows, columns=["key", "file", "sha256", "checked", "new"])


def _complete(folder: Path, release: Release) -> tuple[Path, ...]:
    """Files of a release that was fetched before, if they are what they should be."""
    files = release_files(folder)
    if not release.download_sha256:
        return files
    return files if any(file_sha256(one) == release.download_sha256 for one in files) else ()


def _kept(base: Path, release: Release, *, timeout: float, retries: int, shown: bool) -> tuple[Path, ...]:
    """Files of a release, downloaded; a disk that does not take them is named."""
    make_folder(base)
    try:
        return _into(base, release, timeout=timeout, retries=retries, shown=shown)
    except (DownloadError, StorageError):
        raise
    except OSError as error:
        raise storage_error(base / release.key, error) from error


def _into(base: Path, release: Release, *, timeout: float, retries: int, shown: bool) -> tuple[Path, ...]:
    """Download into a folder beside the final one, check, and put it in place."""
    work = work_folder(base, release.key)
    try:
        ready = downloaded(work, release, timeout=timeout, retries=retries, shown=shown)
        final = place_folder(ready, base / release.key)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return release_files(final)


def release_files(folder: Path) -> tuple[Path, ...]:
    """List the data files of a release that was fetched; what is noted of them beside is hidden."""
    return tuple(
        sorted(one for one in folder.rglob("*") if one.is_file() and not one.name.startswith("."))
        if folder.is_dir()
        else ()
    )


def downloaded(work: Path, release: Release, *, timeout: float, retries: int, shown: bool) -> Path:
    """Download a release and check it; its data files lie in a folder ``ready`` of the folder of work.

    Raises
    ------
    DownloadError
        If the address gives no file.
    DataIntegrityError
        If the file has another hash than the registered one, is a web page, or its archive is unsafe or broken.
    OSError
        As it comes, if the disk does not take the file.
    """
    name = Path(unquote(urlsplit(release.download).path)).name or release.key
    got = work / name
    download(release.download, got, timeout=timeout, retries=retries, shown=shown)
    if is_html(got):
        message = (
            f"{release.download} gives a web page, not the data file. Visit {release.page}: the release may "
            "have moved."
        )
        raise DataIntegrityError(message)
    ready = work / "ready"
    ready.mkdir()
    _place(got, ready)
    _check(ready, release)
    return ready


def _place(got: Path, ready: Path) -> None:
    """Put the data files of a download, taken out of their archive, into a folder."""
    if got.suffix.lower() == ".zip":
        members = unpacked(got)
        if not members:
            message = f"{got.name} holds no data file. Visit the page of the source."
            raise DataIntegrityError(message)
        for member in members:
            shutil.copyfile(member, ready / member.name)
    elif got.suffix.lower() == ".gz":
        try:
            with gzip.open(got) as source, (ready / got.stem).open("wb") as out:
                shutil.copyfileobj(source, out)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            message = f"{got.name} cannot be unpacked: {error}. Fetch it again."
            raise DataIntegrityError(message) from error
    else:
        got.replace(ready / got.name)


def _check(ready: Path, release: Release) -> None:
    if not release.download_sha256:
        return
    found = {one.name: file_sha256(one) for one in sorted(ready.iterdir())}
    if release.download_sha256 in found.values():
        return
    hashes = ", ".join(f"{name} {digest}" for name, digest in found.items())
    message = (
        f"{release.key}: the file should have the SHA-256 {release.download_sha256}; what came has {hashes}. Either "
        "the publisher replaced the release under the same address, or the download is damaged: see "
        f"{release.page}. To use a newer release, download it by hand and give its folder as data."
    )
    raise DataIntegrityError(message)
