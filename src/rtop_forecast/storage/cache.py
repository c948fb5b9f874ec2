"""The folder for downloads and for columns read from big files; a lost or broken cache costs time, never a result."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import StorageError
from rtop_forecast.storage.files import file_sha256, is_leftover, make_folder, remove_abandoned, write_file
from rtop_forecast.storage.folders import paths_under

__all__ = ["cache_dir", "cached_columns", "folder_digest", "is_off"]

_EDGE = 65_536


def cache_dir() -> Path:
    """Folder for what may be made again: ``RTOP_CACHE`` if set, else the platform's cache folder.

    It is not created by asking for it.
    """
    chosen = os.environ.get("RTOP_CACHE", "")
    if chosen and chosen != "off":
        return Path(chosen).expanduser()
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rtop-forecast"


def is_off() -> bool:
    """Whether ``RTOP_CACHE=off`` asks that nothing be kept."""
    return os.environ.get("RTOP_CACHE") == "off"


def cached_columns(
    path: Path, columns: Sequence[str], read: Callable[[], pd.DataFrame], *, reader_version: str
) -> pd.DataFrame:
    """Columns of a file, from a Parquet copy if the file has not changed since it was read.

    Parameters
    ----------
    path : pathlib.Path
    columns : sequence of str
        What ``read`` returns, part of the key.
    read : callable
        Reads the columns from the file.
    reader_version : str
        Changes when the reader gives other values from the same bytes.

    Returns
    -------
    pandas.DataFrame
        As ``read`` returns it. ``RTOP_CACHE=off`` turns the copies off; a folder that cannot be written, or a
        broken copy, is passed over.
    """
    if is_off():
        return read()
    copy = cache_dir() / "columns" / f"{_key(path, columns, reader_version)}.parquet"
    if copy.is_file():
        # Any fault of a copy means that it is made again.
        with suppress(Exception):
            return pd.read_parquet(copy)
    frame = read()
    with suppress(OSError):
        _write(frame, copy)
    return frame


def folder_digest(folder: Path, pattern: str = "*") -> str:
    """Hash of the names and contents of a folder's files, those of its subfolders and linked folders among them.

    What an interrupted write or a download under way has left does not count.

    The files are read again only if one of them has another size or time stamp than when they were last read.

    Parameters
    ----------
    folder : pathlib.Path
    pattern : str
        Of the names that count.
    """
    files = [
        path
        for path in paths_under(folder)
        if path.match(pattern) and path.is_file() and not _unfinished(path, folder)
    ]
    lines = [f"{path.relative_to(folder).as_posix()} {_stamp(path)}" for path in files]
    stamp = sha256("\n".join(lines).encode()).hexdigest()
    note = cache_dir() / "digests" / sha256(f"{folder.resolve()}\n{pattern}".encode()).hexdigest()
    with suppress(OSError, ValueError):
        known, digest = note.read_text().split()
        if known == stamp:
            return digest
    contents = "\n".join(f"{path.relative_to(folder).as_posix()} {file_sha256(path)}" for path in files)
    digest = sha256(contents.encode()).hexdigest()
    if not is_off():
        with suppress(OSError, StorageError):
            make_folder(note.parent)
            write_file(note, f"{stamp} {digest}\n".encode())
    return digest


def _unfinished(path: Path, folder: Path) -> bool:
    return any(is_leftover(Path(part)) for part in path.relative_to(folder).parts)


def _stamp(path: Path) -> str:
    """Size and times of a file; the second time moves with every change, even where the first was set back."""
    state = path.stat()
    return f"{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"


def _key(path: Path, columns: Sequence[str], reader_version: str) -> str:
    """Hash of the file's name, size, time and edges, and of what is read from it."""
    state = path.stat()
    with path.open("rb") as handle:
        head = handle.read(_EDGE)
        handle.seek(max(state.st_size - _EDGE, 0))
        tail = handle.read(_EDGE)
    description = "\n".join(
        [str(path.resolve()), str(state.st_size), str(state.st_mtime_ns), reader_version, *columns]
    )
    return sha256(description.encode() + head + tail).hexdigest()


def _write(frame: pd.DataFrame, copy: Path) -> None:
    make_folder(copy.parent)
    remove_abandoned(copy.parent, "*.part")
    buffer = io.BytesIO()
    frame.to_parquet(buffer, compression="lz4")
    write_file(copy, buffer.getvalue())
