"""Zip archives in a data folder, unpacked safely into the cache."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from rtop_forecast.errors import DataIntegrityError, StorageError
from rtop_forecast.storage.cache import cache_dir
from rtop_forecast.storage.files import file_sha256, is_disk_fault, storage_error, work_folder

__all__ = ["DATA_SUFFIXES", "unpacked"]

#: What readers may know; other members (codebooks, readmes) stay in the archive.
DATA_SUFFIXES = frozenset(
    {
        ".csv", ".txt", ".tsv", ".tab", ".dat", ".gz", ".xz", ".bz2", ".xls", ".xlsx", ".rda", ".rdata", ".rds",
        ".dta", ".sav", ".zsav", ".parquet",
    }
)  # fmt: skip

_MOST_BYTES = 4 << 30
_MOST_RATIO = 400
_MOST_MEMBERS = 2_000
_BLOCK = 1 << 20


def unpacked(path: str | Path) -> tuple[Path, ...]:
    """Return the data files of a zip archive, unpacked into the cache folder under the archive's SHA-256.

    Parameters
    ----------
    path : path
        A zip archive. It is unpacked once; the archive itself is not touched.

    Returns
    -------
    tuple of pathlib.Path
        Sorted; empty if the archive holds no data file.

    Raises
    ------
    DataIntegrityError
        If the archive is broken or encrypted, a member points outside (an absolute path, "..", a drive, a link),
        two members share a name, or it would grow beyond 4 GiB or four hundred times its size. Nothing is left
        behind then.
    StorageError
        If the cache folder cannot be written, or the disk is full.
    """
    path = Path(path)
    target = _home() / file_sha256(path)
    if not target.is_dir():
        _unpack(path, target)
    return tuple(sorted(one for one in target.rglob("*") if one.is_file()))


def _home() -> Path:
    return cache_dir() / "unpacked"


def _unpack(path: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _checked(archive, path)
            folder = work_folder(target.parent, "unpacked")
            try:
                _extract(archive, members, folder, path)
                _put(folder, target)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except (DataIntegrityError, StorageError):
        raise
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error, OSError) as error:
        message = f"{path.name} cannot be read as a zip archive: {error}. Download it again."
        raise DataIntegrityError(message) from error


def _put(folder: Path, target: Path) -> None:
    """Put what was unpacked in its place, unless another process has: its files are the same."""
    try:
        if not target.is_dir():
            folder.replace(target)
    except OSError as error:
        if not target.is_dir():
            raise storage_error(target, error) from error


def _checked(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """Members to be unpacked, or a refusal of the whole archive."""
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > _MOST_MEMBERS:
        _refuse(path, f"holds {len(members):,} files, more than {_MOST_MEMBERS:,}")
    for one in members:
        if _points_outside(one):
            _refuse(path, f"has a member that points outside the archive: {one.filename!r}")
        if one.flag_bits & 0x1:
            _refuse(path, f"is encrypted ({one.filename!r})")
    wanted = [one for one in members if Path(one.filename).suffix.lower() in DATA_SUFFIXES]
    wanted = [one for one in wanted if not PurePosixPath(one.filename).parts[0].startswith("__MACOSX")]
    names = [one.filename.casefold() for one in wanted]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        _refuse(path, f"has {len(twice)} members with the name of another, first {twice[0]!r}")
    _refuse_growth(path, sum(one.file_size for one in wanted))
    return wanted


def _points_outside(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    windows = PureWindowsPath(name)
    link = stat.S_ISLNK(member.external_attr >> 16)
    return link or ".." in parts or name.startswith(("/", "\\")) or bool(windows.drive) or "\0" in name


def _refuse_growth(path: Path, size: int) -> None:
    limit = min(_MOST_BYTES, max(_MOST_RATIO * path.stat().st_size, 64 << 20))
    if size > limit:
        _refuse(path, f"would grow to {size / 2**30:.1f} GiB, which no release of the field does")


def _extract(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path, path: Path) -> None:
    written = 0
    for one in members:
        target = folder / PurePosixPath(one.filename.replace("\\", "/"))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(one) as source, target.open("wb") as out:
                while block := source.read(_BLOCK):
                    written += len(block)
                    # What a member says of its size may be untrue.
                    _refuse_growth(path, written)
                    out.write(block)
            os.utime(target, (0, 0))
        except OSError as error:
            if is_disk_fault(error):
                raise storage_error(target, error) from error
            raise


def _refuse(path: Path, fault: str) -> None:
    message = f"{path.name} {fault}. It is not unpacked; download it again from its publisher."
    raise DataIntegrityError(message)
