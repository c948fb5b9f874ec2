"""Fetching what is newer beside a folder, reading it, and putting it in place in the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from rtop_forecast.display import Displayed, with_progress
from rtop_forecast.errors import DataIntegrityError, DownloadError, StorageError
from rtop_forecast.sources.folder.discover import discover
from rtop_forecast.sources.folder.fetch import downloaded, fetchable, release_files
from rtop_forecast.sources.folder.newest import Answer, ask
from rtop_forecast.sources.folder.releases import Releases, reason, release_order
from rtop_forecast.sources.folder.updates.offers import (
    NOTE,
    Offer,
    note_of,
    offer_table,
    offers,
    releases_dir,
)
from rtop_forecast.sources.registry import Release, registry
from rtop_forecast.storage.files import (
    file_sha256,
    place_folder,
    settle_folders,
    storage_error,
    work_folder,
    write_file,
)
from rtop_forecast.storage.folders import paths_under
from rtop_forecast.storage.manifest import as_json

__all__ = ["Update", "prepare_update"]

_WORK = "update"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Update(Displayed):
    """What an update would change; made by :func:`prepare_update`.

    Attributes
    ----------
    frame : pandas.DataFrame
        As :func:`find_updates` returns it; ``state`` is "fetched" for what was downloaded and read.
    folder : pathlib.Path
        Folder that holds what the updated one will hold; to be read only.
    """

    frame: pd.DataFrame
    folder: Path
    _target: Path = field(repr=False)
    _ready: dict[str, Path] = field(repr=False)

    @property
    def fetched(self) -> pd.DataFrame:
        """Releases that are new or whose file was replaced."""
        return self.frame[self.frame["state"] == "fetched"].reset_index(drop=True)

    @property
    def failed(self) -> pd.DataFrame:
        """Releases that could not be fetched, or whose file was refused; the folder's part of them stays."""
        return self.frame[self.frame["state"].isin(["failed", "refused"])].reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """Count the releases by state."""
        counts = self.frame["state"].value_counts()
        return ", ".join(f"{count} {state}" for state, count in counts.items())

    def _headline(self) -> str:
        return f"Update of {self._target}: {self.summary()}"

    def _shown(self) -> pd.DataFrame:
        return self.frame[["key", "have", "state", "note"]]

    def keep(self) -> None:
        """Put what was fetched into the folder, all or nothing.

        Raises
        ------
        StorageError
            If a release cannot be put in place; the folder is as it was.
        """
        placed: list[str] = []
        parked = self.folder.parent / "kept"
        try:
            for key, ready in self._ready.items():
                final = self._target / key
                if final.exists():
                    shutil.copytree(final, parked / key, copy_function=_linked)
                placed.append(key)
                place_folder(ready, final)
        except BaseException as error:
            for key in placed:
                _put_back(self._target / key, parked / key, self._ready[key])
            if isinstance(error, OSError) and not isinstance(error, StorageError):
                raise storage_error(self._target, error) from error
            raise


def _put_back(final: Path, kept: Path, ready: Path) -> None:
    """Undo the placing of a release."""
    if kept.exists():
        place_folder(kept, final)
    elif not ready.exists() and final.exists():
        final.rename(ready)


@contextmanager
def prepare_update(
    folder: str | Path, *, timeout: float = 60.0, retries: int = 3, progress: str | None = None
) -> Iterator[Update]:
    """Download and read what is newer than a folder holds; the folder changes only by :meth:`Update.keep`.

    Parameters
    ----------
    folder : path
        Folder of releases.
    timeout, retries
        As :func:`rtop_forecast.fetch` takes them.
    progress : str, optional
        Caption of the progress on stderr.

    Yields
    ------
    Update
        What was fetched. A release that does not come, or that its reader refuses, is listed with the reason and
        leaves its part of the folder as it is. At the end of the ``with`` block what was not kept is removed.

    Raises
    ------
    InputError
        If the folder does not exist.
    DownloadError
        If no server can be reached.
    StorageError
        If the disk is full. In all three cases the folder is as it was.

    Examples
    --------
    ::

        with rtop.prepare_update("releases/") as update:
            panel = rtop.load_panel(data_dir=update.folder)   # what it would be
            update.keep()
    """
    target = releases_dir(folder)
    try:
        settle_folders(target)
    except OSError as error:
        raise storage_error(target, error) from error
    found = offers(target, timeout=timeout, progress=progress)
    work = work_folder(target, _WORK)
    try:
        ready: dict[str, Path] = {}
        wanted = [one for one in found if one.state in {"new", "replaced"}]
        rows = [one for one in found if one not in wanted]
        for first in with_progress(wanted, count=len(wanted), caption=progress and "releases fetched"):
            for one in (first, *_registered_instead(first, timeout=timeout)):
                got, place = _got(work, target, one, timeout=timeout, retries=retries, shown=bool(progress))
                rows.append(got)
                if place is not None:
                    ready[one.release.key] = place
                if got.state not in {"failed", "refused"}:
                    break
        order = {one.release.dataset: place for place, one in enumerate(found)}
        yield Update(
            frame=offer_table(sorted(rows, key=lambda one: order[one.release.dataset])),
            folder=_view(work, target, ready),
            _target=target,
            _ready=ready,
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _registered_instead(one: Offer, *, timeout: float) -> list[Offer]:
    """Newest registered release, which is taken where a later one that was found by its number is refused."""
    named = next(other for other in fetchable() if other.dataset == one.release.dataset)
    if one.release.key == named.key or (one.have and release_order(one.have) >= release_order(named.release)):
        return []
    answer = ask(named.download, timeout=timeout)
    return [replace(one, release=named, state="new", answer=answer)]


def _got(
    work: Path, target: Path, one: Offer, *, timeout: float, retries: int, shown: bool
) -> tuple[Offer, Path | None]:
    """Download, read and note a release; where it is ready, unless it failed or is the same as before."""
    release, answer = one.release, one.answer or Answer(there=True)
    own = work / release.key
    try:
        own.mkdir()
        ready = downloaded(own, release, timeout=timeout, retries=retries, shown=shown)
        _read(ready, release, have=one.have)
        hashes = {path.name: file_sha256(path) for path in release_files(ready)}
        note = {
            "address": release.download,
            "etag": answer.etag,
            "modified": answer.modified,
            "sha256": hashes,
        }
        before = note_of(target / release.key)
        if before is not None and before["sha256"] == hashes:
            return replace(one, state="unchanged", note="the same file as before"), None
        write_file(ready / NOTE, as_json(note))
    except DownloadError as error:
        return replace(one, state="failed", note=str(error)), None
    except DataIntegrityError as error:
        return replace(one, state="refused", note=str(error)), None
    except StorageError:
        raise
    except OSError as error:
        raise storage_error(target / release.key, error) from error
    said = "" if release.key in registry() else "not registered: it was found by its number"
    return replace(one, state="fetched", note=said), ready


def _read(ready: Path, release: Release, *, have: str) -> None:
    """Refuse a release that the dataset's reader cannot read, or that is an older one than is at hand."""
    found = discover(ready)
    releases = Releases(found)
    try:
        tables = releases.tables(release.dataset)
    except Exception as error:  # as for any file of a folder: named with its reason
        raise DataIntegrityError(reason(error)) from error
    if not tables:
        faults = [*releases.notes.values(), *found.unreadable.values(), *found.hints.values()]
        message = f"what {release.download} gives is no {release.dataset}: {(faults or ['it is empty'])[0]}"
        raise DataIntegrityError(message)
    version = tables[0][1].release.removeprefix("v")
    if have and release_order(version) < release_order(have):
        message = f"what {release.download} gives is release {version}, and the folder has {have}."
        raise DataIntegrityError(message)


def _view(work: Path, target: Path, ready: dict[str, Path]) -> Path:
    """Folder of links to the files that the updated folder will hold."""
    view = work / "view"
    view.mkdir()
    files = {path.relative_to(target): path for path in paths_under(target) if path.is_file()}
    parts = {place: path for place, path in files.items() if not place.parts[0].startswith(f".{_WORK}-")}
    unchanged = {place: path for place, path in parts.items() if place.parts[0] not in ready}
    new = {Path(key) / path.name: path for key, folder in ready.items() for path in folder.iterdir()}
    for place, path in {**unchanged, **new}.items():
        (view / place).parent.mkdir(parents=True, exist_ok=True)
        _named(str(path.resolve()), str(view / place))
    return view


def _named(source: str, target: str) -> None:
    """Name of a file elsewhere; where the system has no symbolic links, another kind, or a copy."""
    try:
        os.symlink(source, target)  # noqa: PTH211
    except OSError:
        _linked(source, target)


def _linked(source: str, target: str) -> str:
    """Second name of a file, or a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
