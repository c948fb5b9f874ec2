"""Hashes of files and folders, computed again only where a size or time stamp differs."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from rtop_forecast.errors import StorageError
from rtop_forecast.storage.cache import cache_dir, is_off
from rtop_forecast.storage.files import file_sha256, is_leftover, make_folder, write_file
from rtop_forecast.storage.folders import paths_under

__all__ = ["FileDigests", "code_digest", "folder_digest"]

_PACKAGE = Path(__file__).resolve().parents[1]
# A file that changed so short a time ago may change again within the same time stamp: its hash is not noted.
_SETTLED_NS = 2_000_000_000
_STAMP = re.compile(r"\d+( \d+){3}")


class FileDigests:
    """SHA-256 of files by their size and time stamps, noted in the cache for the next process.

    Parameters
    ----------
    folder : pathlib.Path
        What the note is of; the files may lie elsewhere.
    """

    def __init__(self, folder: Path) -> None:
        key = sha256(str(folder.resolve()).encode()).hexdigest()
        self._note = cache_dir() / "digests" / f"{key}.json"
        self._known = {} if is_off() else _noted(self._note)
        self._changed = False

    def of(self, path: Path) -> str:
        """SHA-256 of a file's bytes."""
        name, stamp = str(path), _stamp(path)
        noted = self._known.get(name)
        if noted is not None and noted[0] == stamp:
            return noted[1]
        digest = file_sha256(path)
        # a file that was written to meanwhile is read again the next time
        if _stamp(path) == stamp:
            self._known[name] = (stamp, digest)
            self._changed = True
        return digest

    def save(self) -> None:
        """Note what was found out; where it cannot be written, the files are read again the next time."""
        if is_off() or not self._changed:
            return
        now = time.time_ns()
        settled = {
            name: noted for name, noted in self._known.items() if now - _latest(noted[0]) > _SETTLED_NS
        }
        with suppress(OSError, StorageError):
            make_folder(self._note.parent)
            write_file(self._note, json.dumps(settled).encode())
            self._changed = False


def folder_digest(folder: Path, pattern: str = "*", *, digests: FileDigests | None = None) -> str:
    """Hash of the names and contents of a folder's files, those of its subfolders and linked folders among them.

    What an interrupted write or a download under way has left does not count.

    What is no file, as a link that leads nowhere, counts by its name. The files are read again only if one of them has
    another size or time stamp than when they were last read.

    Parameters
    ----------
    folder : pathlib.Path
    pattern : str
        Of the names that count.
    digests : FileDigests, optional
        Of the folder, where the caller has them.
    """
    of_files = FileDigests(folder) if digests is None else digests
    paths = [path for path in paths_under(folder) if path.match(pattern) and not _unfinished(path, folder)]
    contents = "\n".join(
        f"{path.relative_to(folder).as_posix()} {of_files.of(path) if path.is_file() else ''}"
        for path in paths
    )
    of_files.save()
    return sha256(contents.encode()).hexdigest()


@cache
def code_digest(packages: tuple[str, ...]) -> str:
    """Hash of the sources of some packages and modules of this library; a process runs what it has read once."""
    of_files = FileDigests(_PACKAGE)
    contents = "\n".join(
        f"{path.relative_to(_PACKAGE).as_posix()} {of_files.of(path)}"
        for name in packages
        for path in ([_PACKAGE / name] if name.endswith(".py") else sorted((_PACKAGE / name).rglob("*.py")))
    )
    of_files.save()
    return sha256(contents.encode()).hexdigest()


def _unfinished(path: Path, folder: Path) -> bool:
    return any(is_leftover(Path(part)) for part in path.relative_to(folder).parts)


def _noted(note: Path) -> dict[str, tuple[str, str]]:
    try:
        document = json.loads(note.read_bytes())
        return {
            str(name): (stamp, digest)
            for name, (stamp, digest) in document.items()
            if _STAMP.fullmatch(stamp)
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _stamp(path: Path) -> str:
    """Size and times of a file; the second time moves with every change, even where the first was set back."""
    state = path.stat()
    return f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"


def _latest(stamp: str) -> int:
    return max(map(int, stamp.split()[1:3]))
