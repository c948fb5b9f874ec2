"""Faults of the disk, for every test of a writer: full, or the process killed, from a chosen change of the disk on."""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import rtop_forecast as rtop

POINTS = 20
# every call by which the writers change the disk
_CALLS = ("replace", "rename", "fsync", "link", "symlink", "unlink", "mkdir", "rmdir", "chmod", "utime")
_GROW = {"fsync", "mkdir", "symlink"}


class Killed(BaseException):
    """The process has ended: nothing after this changes the disk."""


class Disk:
    """Counts the calls that change the disk, and fails or ends them from one of them on."""

    def __init__(self, at: int | None = None, *, kind: str = "none") -> None:
        self.at, self.kind, self.calls = at, kind, 0

    def touch(self, *, grows: bool) -> None:
        """One more call; a full disk refuses only those that need space."""
        self.calls += 1
        if self.at is None or self.calls < self.at:
            return
        if self.kind == "killed":
            raise Killed
        if grows:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _File:
    """File whose content arrives in two halves, so that a fault leaves a torn one."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self.file, self.disk = file, disk

    def write(self, content: bytes) -> int:
        half = len(content) // 2
        self.file.write(content[:half])
        self.file.flush()
        self.disk.touch(grows=True)
        self.file.write(content[half:])
        return len(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


@contextmanager
def faulty(disk: Disk) -> Iterator[None]:
    """Run with every change of the disk counted and, from the chosen one on, failing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(os, name, _counted(getattr(os, name), disk, grows=name in _GROW))
        patch.setattr(tempfile, "mkstemp", _counted(tempfile.mkstemp, disk, grows=True))
        for module, name in ((os, "fdopen"), (io, "open"), (builtins, "open")):
            patch.setattr(module, name, _opening(getattr(module, name), disk))
        yield


def _opening(call: Callable[..., Any], disk: Disk) -> Callable[..., Any]:
    """Opening of files, in which those that are written as bytes are torn."""

    def opened(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        made = call(file, mode, *arguments, **options)
        return _File(made, disk) if "b" in mode and set(mode) & set("wxa") else made

    return opened


def _counted(call: Callable[..., Any], disk: Disk, *, grows: bool) -> Callable[..., Any]:
    def counted(*arguments: Any, **options: Any) -> Any:
        disk.touch(grows=grows)
        return call(*arguments, **options)

    return counted


def points(write: Callable[[], object], *, count: int = POINTS) -> list[int]:
    """Calls of a write at which to fail: all of them, or as many as asked for, evenly spread."""
    disk = Disk()
    with faulty(disk):
        write()
    assert disk.calls >= 5
    step = max(1.0, disk.calls / count)
    return sorted({min(disk.calls, 1 + int(place * step)) for place in range(count)} | {disk.calls})


def visible(folder: Path) -> dict[str, bytes]:
    """Files of a folder that are not marked as leftovers."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def emptied(folder: Path) -> None:
    """Remove all that a folder holds."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def holds(
    folder: Path,
    write: Callable[[str], object],
    read: Callable[[], object],
    *,
    kind: str,
    fresh: bool,
    states: Mapping[str, object],
    may_pass_over: bool = False,
) -> None:
    """Fail a write at every point, and look at what stands there then and after another write.

    What may be made again at any time, as a cache, may pass over a fault.
    """
    emptied(folder)
    if not fresh:
        write("old")
    for at in points(lambda: write("new")):
        emptied(folder)
        if not fresh:
            write("old")
        disk = Disk(at, kind=kind)
        fault: BaseException | None = None
        with faulty(disk):
            try:
                write("new")
            except (rtop.StorageError, Killed) as error:
                fault = error
        assert read() in states.values(), f"{kind} at {at}"
        if fault is None and not may_pass_over:
            assert read() == states["new"]
        if isinstance(fault, rtop.StorageError):
            assert "No space left on device" in str(fault)
            assert read() == states["old"]
        write("new")
        assert read() == states["new"]


@pytest.fixture
def faults():
    """What a test of a writer needs."""
    names = ("Disk", "Killed", "emptied", "faulty", "points", "visible", "holds")
    return SimpleNamespace(**{name: globals()[name] for name in names})
