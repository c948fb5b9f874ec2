"""What publishers offer beside what a folder holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.display import with_progress
from rtop_forecast.errors import DownloadError, InputError
from rtop_forecast.sources.folder.discover import Discovery, discover
from rtop_forecast.sources.folder.fetch import fetchable, release_files
from rtop_forecast.sources.folder.newest import Answer, Asked, ask, newest_offered
from rtop_forecast.sources.folder.releases import Releases, release_order
from rtop_forecast.sources.registry import Release, registry
from rtop_forecast.storage.files import file_sha256

__all__ = [
    "NOTE",
    "Offer",
    "describe_by_hand",
    "find_updates",
    "note_of",
    "offer_table",
    "offers",
    "releases_dir",
]

#: File beside a fetched release: where it came from, the server's validators and the hashes of its files.
NOTE = ".fetched.json"
_COLUMNS = ["key", "dataset", "title", "have", "newest", "state", "note", "address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Newest release of a dataset that is offered, beside what the folder holds of it."""

    release: Release
    have: str
    state: str
    note: str = ""
    answer: Answer | None = None

    def row(self) -> list[str]:
        """Cells of the table."""
        one = self.release
        return [one.key, one.dataset, one.title, self.have, one.release, self.state, self.note, one.download]


def find_updates(folder: str | Path, *, timeout: float = 60.0, progress: str | None = None) -> pd.DataFrame:
    """Ask publishers for newer releases than a folder holds, without downloading one.

    Parameters
    ----------
    folder : path
        Folder of releases, as :func:`rtop_forecast.load_panel` takes it.
    timeout : float
        Seconds after which a server that does not answer is given up.
    progress : str, optional
        Caption of the progress on stderr.

    Returns
    -------
    pandas.DataFrame
        One row per dataset that can be had without a login: ``key`` of the newest release offered, ``dataset, title``,
        ``have`` (release in the folder, empty for none), ``newest``, ``state``, ``note`` and ``address``. The state is
        "new" (the folder has an earlier release or none), "replaced" (the publisher offers another file than the one
        that was fetched), "unchanged" (the server says so), "there" (the folder has it, from elsewhere) or "failed".

    Raises
    ------
    InputError
        If the folder does not exist.
    DownloadError
        If no server can be reached.

    Notes
    -----
    Beside the releases of the registry, those with the next two numbers are asked for at the addresses that they would
    have. What is there is taken only if the dataset's reader reads it.
    """
    return offer_table(offers(releases_dir(folder), timeout=timeout, progress=progress))


def describe_by_hand(folder: str | Path) -> pd.DataFrame:
    """List the datasets that have to be got by hand, and which files a folder holds of them.

    Parameters
    ----------
    folder : path

    Returns
    -------
    pandas.DataFrame
        One row per dataset: ``dataset, title``, ``newest`` (registered), ``why`` ("login" or "no address"), ``page``,
        ``file_pattern`` (official file names) and ``files`` (in the folder, separated by "; ").
    """
    found = discover(releases_dir(folder))
    free = {one.dataset for one in fetchable()}
    newest: dict[str, Release] = {}
    for one in registry().values():
        if one.dataset and one.dataset not in free:
            other = newest.setdefault(one.dataset, one)
            if release_order(one.release) > release_order(other.release):
                newest[one.dataset] = one
    rows = [
        {
            "dataset": one.dataset,
            "title": one.title,
            "newest": one.release,
            "why": "login" if one.login else "no address",
            "page": one.login or one.page,
            "file_pattern": one.file_pattern,
            "files": "; ".join(found.names[path] for path in found.of(one.dataset)),
        }
        for one in newest.values()
    ]
    return pd.DataFrame(rows)


def releases_dir(folder: str | Path) -> Path:
    """Path of a folder of releases.

    Raises
    ------
    InputError
        If it does not exist.
    """
    path = path_argument(folder, name="folder")
    if not path.is_dir():
        message = f"the folder of releases {path} does not exist. Make it first, or name another."
        raise InputError(message)
    return path


def offer_table(found: Sequence[Offer]) -> pd.DataFrame:
    """Offers as rows."""
    return pd.DataFrame([one.row() for one in found], columns=_COLUMNS)


def offers(folder: Path, *, timeout: float, progress: str | None) -> list[Offer]:
    """Ask for every dataset that can be had without a login; a server that does not answer is asked once.

    Raises
    ------
    DownloadError
        If no server answers.
    """
    held = discover(folder)
    lost: dict[str, Answer] = {}  # servers that did not answer are not asked again

    def asked(address: str, etag: str, modified: str) -> Answer:
        server = urlsplit(address).netloc
        if server in lost:
            return lost[server]
        answer = ask(address, etag, modified, timeout=timeout)
        if not answer.reached:
            lost[server] = answer
        return answer

    releases = fetchable()
    found = [
        _offered(folder, held, one, asked)
        for one in with_progress(releases, count=len(releases), caption=progress and "publishers asked")
    ]
    servers = {urlsplit(one.download).netloc for one in releases}
    if servers and servers <= set(lost):
        first = min(servers)
        message = f"no publisher can be reached, first {first}: {lost[first].fault}. {folder} is as it was."
        raise DownloadError(message)
    return found


def _offered(folder: Path, held: Discovery, registered: Release, asked: Asked) -> Offer:
    """Say what is offered of a dataset, beside what is there of it."""
    have = _newest_held(held, registered.dataset)
    newest, answer = newest_offered(registered, asked)
    if have and release_order(have) > release_order(newest.release):
        return Offer(release=newest, have=have, state="there", note="the folder has a newer one")
    note = note_of(folder / newest.key)
    if have and release_order(have) == release_order(newest.release) and note is None:
        return Offer(release=newest, have=have, state="there")
    etag, modified = (str((note or {}).get(name, "")) for name in ("etag", "modified"))
    answer = asked(newest.download, etag, modified) if answer is None else answer
    if not answer.there:
        return Offer(release=newest, have=have, state="failed", note=answer.fault)
    if note is None:
        return Offer(release=newest, have=have, state="new", answer=answer)
    # a server that gives no validator cannot say whether the file is the same: it is fetched and compared
    same = answer.unchanged or (answer.etag == etag if etag else answer.modified == modified != "")
    return Offer(release=newest, have=have, state="unchanged" if same else "replaced", answer=answer)


def _newest_held(held: Discovery, dataset: str) -> str:
    """Newest release of a dataset in a folder, empty for none that can be read."""
    releases = Releases(held)
    tables = releases.tables(dataset)
    return tables[0][1].release.removeprefix("v") if tables else ""


def note_of(folder: Path) -> dict[str, Any] | None:
    """Note of a release that was fetched; None if it was not, or its files were changed since."""
    try:
        note = json.loads((folder / NOTE).read_bytes())
        hashes = {path.name: file_sha256(path) for path in release_files(folder)}
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) and note.get("sha256") == hashes else None
