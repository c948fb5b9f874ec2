"""Files written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, StorageError

_PART = ".part"
_NEW = ".rtop-new"  # ending of a folder that is about to take the place of the one without it
_ABANDONED = 86_400.0  # seconds after which a folder of work is taken for one of a killed process
_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO})
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def csv_content(table: pd.DataFrame, *, index: bool = False) -> bytes:
    """Table as CSV in UTF-8, in which a spreadsheet runs no cell as a formula.

    Parameters
    ----------
    table : pandas.DataFrame
        Strings and names that begin as a formula does get an apostrophe in front, and their line ends become line
        feeds. Numbers stay as they are.
    index : bool
        Whether the index is the first column.
    """
    safe = table.reset_index() if index else table.copy()
    for place, dtype in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype):
            safe.isetitem(place, safe.iloc[:, place].map(_harmless, na_action="ignore").array)
    safe.columns = pd.Index([_harmless(name) for name in safe.columns])
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    # A bare carriage return is not quoted and would end the row; a line feed is.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if value.startswith(_FORMULA) else text


def make_folder(path: Path) -> Path:
    """Make a folder and those above it, unless it exists.

    Raises
    ------
    StorageError
        If it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder {path} cannot be made ({_cause(error)}). Name one that can be written."
        raise StorageError(message) from error
    return path


def is_leftover(path: Path) -> bool:
    """Whether a file is what an interrupted write of ours left beside its place."""
    return path.name.startswith(".") and path.name.endswith(_PART)


def remove_leftovers(folder: Path) -> None:
    """Remove files that interrupted writes left; whatever cannot be removed stays."""
    for path in folder.glob(f".*{_PART}"):
        with suppress(OSError):
            path.unlink()


def is_disk_fault(error: OSError) -> bool:
    """Whether a fault is the disk's, which no other file and no further try mends."""
    return error.errno in _DISK_FAULTS


def remove_abandoned(folder: Path, pattern: str) -> None:
    """Remove files and folders that processes left unfinished which were killed a day ago or earlier."""
    for path in folder.glob(pattern):
        with suppress(OSError):
            # another process may be at work on one that is young
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)


def work_folder(base: Path, name: str) -> Path:
    """Make a folder for a piece of work beside where its result goes; those that killed processes left are removed.

    Raises
    ------
    StorageError
        If it cannot be made.
    """
    make_folder(base)
    remove_abandoned(base, f".{name}-*{_PART}")
    try:
        return Path(tempfile.mkdtemp(dir=base, prefix=f".{name}-", suffix=_PART))
    except OSError as error:
        raise storage_error(base / name, error) from error


def read_file(path: Path) -> bytes:
    """Bytes of a file.

    Raises
    ------
    DataIntegrityError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read ({_cause(error)})."
        raise DataIntegrityError(message) from error


def write_file(path: Path, content: bytes) -> Path:
    """Write beside the place, flush to disk and rename.

    Parameters
    ----------
    path : pathlib.Path
        Replaced if it exists; its folder must exist.
    content : bytes

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    StorageError
        If it cannot be written; a file that stood there is unchanged.
    """
    try:
        temporary = _written_beside(path, content)
        try:
            os.replace(temporary, path)  # noqa: PTH105 (a test counts the calls of os)
        except BaseException:
            _discard([temporary])
            raise
    except OSError as error:
        raise storage_error(path, error) from error
    return path


def write_files(folder: Path, contents: Mapping[str, bytes]) -> dict[str, Path]:
    """Write several files of a folder, all or none.

    All are written beside their places before the first is put in place. What stood there is kept until the last is in
    place, and put back if one cannot be.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it does not exist.
    contents : dict of str to bytes
        By file name; the last named is put in place last.

    Returns
    -------
    dict of str to pathlib.Path

    Raises
    ------
    StorageError
        If one cannot be written; those that stood there are unchanged.
    """
    make_folder(folder)
    remove_leftovers(folder)
    beside: dict[str, str] = {}
    name = ""
    try:
        for name, content in contents.items():
            beside[name] = _written_beside(folder / name, content)
        _swap_in(folder, beside)
    except BaseException as error:
        _discard(beside.values())
        if isinstance(error, OSError) and not isinstance(error, StorageError):
            raise storage_error(folder / name, error) from error
        raise
    return {name: folder / name for name in contents}


def place_folder(ready: Path, final: Path) -> Path:
    """Put a folder of whole files in the place of another, so that at any moment one of them stands there whole.

    The new one comes to stand beside the old under a name of its own before the old one goes.

    Parameters
    ----------
    ready : pathlib.Path
        Holds files only, on the same disk. It does not exist afterwards.
    final : pathlib.Path

    Returns
    -------
    pathlib.Path
        The second path.

    Raises
    ------
    StorageError
        If it cannot be put in place; what stood there is unchanged.
    """
    beside, aside = final.with_name(f"{final.name}{_NEW}"), final.with_name(f".{final.name}.old{_PART}")
    try:
        for path in ready.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        settle_folders(final.parent)
        if not final.exists():
            os.replace(ready, final)  # noqa: PTH105
            return final
        os.replace(ready, beside)  # noqa: PTH105
        try:
            os.replace(final, aside)  # noqa: PTH105
            os.replace(beside, final)  # noqa: PTH105
        except BaseException:
            if not final.exists():
                os.replace(aside, final)  # noqa: PTH105
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except OSError as error:
        raise storage_error(final, error) from error
    shutil.rmtree(aside, ignore_errors=True)
    return final


def settle_folders(base: Path) -> None:
    """Finish what :func:`place_folder` began where its process was killed.

    Raises
    ------
    OSError
        As it comes, if a folder cannot be renamed.
    """
    for beside in base.glob(f"*{_NEW}"):
        final = beside.with_name(beside.name.removesuffix(_NEW))
        if final.exists():
            shutil.rmtree(beside, ignore_errors=True)
        else:
            beside.rename(final)
    for aside in base.glob(f".*.old{_PART}"):
        if aside.is_dir():
            shutil.rmtree(aside, ignore_errors=True)


def _swap_in(folder: Path, beside: Mapping[str, str]) -> None:
    """Put files that are written in their places in a folder, all or none; what stood there is kept until then."""
    kept: dict[str, str] = {}
    placed: list[str] = []
    name = ""
    try:
        for name in beside:
            if (folder / name).is_file():
                kept[name] = _copied_beside(folder / name)
        for name in beside:
            os.replace(beside[name], folder / name)  # noqa: PTH105
            placed.append(name)
    except BaseException as error:
        _put_back(folder, kept, placed)
        _discard(kept.values())
        if isinstance(error, OSError):
            raise storage_error(folder / name, error) from error
        raise
    _discard(kept.values())


def _written_beside(path: Path, content: bytes) -> str:
    """Name of a new file beside a place, its content on the disk."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
    except BaseException:
        _discard([temporary])
        raise
    return temporary


def _copied_beside(path: Path) -> str:
    """Second name of a file, or a copy where the file system has no links."""
    second = str(path.with_name(f".{path.name}.old{_PART}"))
    _discard([second])
    try:
        os.link(path, second)
    except OSError:
        shutil.copy2(path, second)
    return second


def _put_back(folder: Path, kept: Mapping[str, str], placed: Iterable[str]) -> None:
    for name in placed:
        with suppress(OSError):
            if name in kept:
                os.replace(kept[name], folder / name)  # noqa: PTH105
            else:
                (folder / name).unlink()


def _discard(paths: Iterable[str]) -> None:
    for path in paths:
        with suppress(OSError):
            Path(path).unlink(missing_ok=True)


def storage_error(path: Path, error: OSError) -> StorageError:
    """Fault of the disk in our own words: what cannot be written, and what still stands there."""
    state = "the file that stood there is unchanged" if path.exists() else "nothing was written there"
    message = f"{path} cannot be written ({_cause(error)}); {state}. Free space, or name another place."
    return StorageError(message)


def _cause(error: OSError) -> str:
    return error.strerror or str(error)
