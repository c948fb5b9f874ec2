"""Every writer, killed or on a full disk at each of 20 points: the old is whole, or the new; the next write works."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.forecasting.checkpoint import prepare_checkpoint, read_origin, write_origin
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import BaseRate
from rtop_forecast.records import locked, saved
from rtop_forecast.report import tables, write
from rtop_forecast.storage.files import write_file, write_files
from rtop_forecast.storage.manifest import Kind, read_store, write_store

POINTS = 20
# every call by which the writers change the disk
_CALLS = ("replace", "rename", "fsync", "link", "unlink", "mkdir", "chmod")


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

    def write(self, content: bytes) -> None:
        half = len(content) // 2
        self.file.write(content[:half])
        self.file.flush()
        self.disk.touch(grows=True)
        self.file.write(content[half:])

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
            patch.setattr(os, name, _counted(getattr(os, name), disk, grows=name in {"fsync", "mkdir"}))
        patch.setattr(tempfile, "mkstemp", _counted(tempfile.mkstemp, disk, grows=True))
        opened = os.fdopen
        patch.setattr(os, "fdopen", lambda handle, mode: _File(opened(handle, mode), disk))
        yield


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


KIND = Kind(noun="thing", version=1, migrations={})


def contents(word: str, *, files: int = 5) -> dict[str, bytes]:
    """Files of a store; the first is the same in every version."""
    return {"same.txt": b"same" * 100} | {
        f"{place}.txt": f"{word} {place} ".encode() * 1000 for place in range(files)
    }


def holds(
    folder: Path,
    write: Callable[[str], object],
    read: Callable[[], object],
    *,
    kind: str,
    fresh: bool,
    states: Mapping[str, object],
) -> None:
    """Fail a write at every point, and look at what stands there then and after another write."""
    for path in folder.iterdir():
        path.unlink()
    if not fresh:
        write("old")
    for at in points(lambda: write("new")):
        for path in folder.iterdir():
            path.unlink()
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
        if fault is None:
            assert read() == states["new"]
        if isinstance(fault, rtop.StorageError):
            assert "No space left on device" in str(fault)
            assert read() == states["old"]
        write("new")
        assert read() == states["new"]


KINDS = pytest.mark.parametrize("kind", ["full", "killed"])
FRESH = pytest.mark.parametrize("fresh", [False, True], ids=["overwritten", "fresh"])


def read_or_none(folder: Path) -> dict[str, bytes] | None:
    # only a folder without a manifest holds nothing; a damaged store would be a fault
    return read_store(folder, KIND) if (folder / "manifest.json").exists() else None


@KINDS
@FRESH
def test_a_saved_folder_is_the_old_or_the_new(tmp_path, kind, fresh):
    holds(
        tmp_path,
        lambda word: write_store(tmp_path, KIND, contents(word)),
        lambda: read_or_none(tmp_path),
        kind=kind,
        fresh=fresh,
        states={"old": None if fresh else contents("old"), "new": contents("new")},
    )
    # nothing of the old store or of an interrupted write stays behind
    assert len(list(tmp_path.iterdir())) == len(contents("new")) + 1


@KINDS
def test_a_saved_folder_may_have_other_files_than_before(tmp_path, kind):
    def put(word: str) -> None:
        write_store(tmp_path, KIND, contents(word, files=2 if word == "old" else 4))

    states = {"old": contents("old", files=2), "new": contents("new", files=4)}
    holds(tmp_path, put, lambda: read_or_none(tmp_path), kind=kind, fresh=False, states=states)


@KINDS
@FRESH
def test_a_single_file_is_the_old_or_the_new(tmp_path, kind, fresh):
    """A locked forecast, and an origin of a checkpoint, are written so."""
    path = tmp_path / "lock.json"
    states = {word: word.encode() * 500 for word in ("old", "new")}
    holds(
        tmp_path,
        lambda word: write_file(path, states[word]),
        lambda: path.read_bytes() if path.exists() else None,
        kind=kind,
        fresh=fresh,
        states=states | ({"old": None} if fresh else {}),
    )


@FRESH
def test_the_files_of_a_report_are_all_old_or_all_new_on_a_full_disk(tmp_path, fresh):
    holds(
        tmp_path,
        lambda word: write_files(tmp_path, contents(word)),
        lambda: visible(tmp_path),
        kind="full",
        fresh=fresh,
        states={"old": {} if fresh else contents("old"), "new": contents("new")},
    )
    assert len(list(tmp_path.iterdir())) == len(contents("new"))


def test_each_file_of_a_killed_report_is_the_old_or_the_new(tmp_path):
    old, new = contents("old"), contents("new")
    write_files(tmp_path, old)
    for at in points(lambda: write_files(tmp_path, new)):
        write_files(tmp_path, old)
        with faulty(Disk(at, kind="killed")), suppress(Killed):
            write_files(tmp_path, new)
        there = visible(tmp_path)
        assert set(there) == set(old)
        assert all(content in (old[name], new[name]) for name, content in there.items())
        # the last named, the page, is new only once all others are
        if there["4.txt"] == new["4.txt"]:
            assert there == new


def test_a_failed_rename_puts_the_files_before_it_back(tmp_path, monkeypatch):
    write_files(tmp_path, contents("old"))
    replace, calls = os.replace, []

    def third_fails(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise PermissionError(errno.EACCES, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", third_fails)
    with pytest.raises(rtop.StorageError, match="unchanged"):
        write_files(tmp_path, contents("new"))
    assert visible(tmp_path) == contents("old")


def test_every_writer_of_the_library_goes_through_these_three():
    """What is proved above holds for each of them."""
    assert saved.write_store is write_store
    assert locked.write_file is write_file
    assert tables.write_files is write_files
    assert write.write_files is write_files
    source = Path(rtop.__file__).parent
    straight = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if any(
            call in path.read_text() for call in (".write_bytes(", ".write_text(", 'open("wb")', 'open("w")')
        )
    ]
    # archives are unpacked and downloads are made ready in a folder of their own, which is renamed
    assert straight == ["sources/folder/archives.py", "sources/folder/fetch.py"]


KILLED = """
import os, signal, sys
from pathlib import Path
from rtop_forecast.storage.manifest import Kind, write_store
replace, placed = os.replace, []
def killing(source, target):
    placed.append(target)
    if len(placed) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)
os.replace = killing
write_store(sys.argv[1], Kind(noun="thing", version=1, migrations={}),
            {f"{place}.txt": b"new" * 100 for place in range(3)})
"""


@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_killed_process_leaves_the_old_whole(tmp_path, at):
    old = {f"{place}.txt": b"old" * 100 for place in range(3)}
    write_store(tmp_path, KIND, old)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(at)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert read_store(tmp_path, KIND) == old
    write_store(tmp_path, KIND, contents("new"))
    assert read_store(tmp_path, KIND) == contents("new")


@KINDS
def test_a_checkpoint_goes_on_after_a_fault_at_every_point(tmp_path, kind):
    rows = Sample(
        keys=pd.DataFrame({"country_id": [2, 20], "year": [2000, 2000], "name": ["a", "b"]}),
        matrix=pd.DataFrame({"x": [0.0, 1.0]}),
        outcome=np.array([0.0, 1.0]),
        horizon=2,
    )
    frame = pd.DataFrame({"raw_prob": np.linspace(0, 1, 50)})

    def run(folder: Path) -> None:
        out = prepare_checkpoint(folder, BaseRate(), [rows], {})
        for origin in (2000, 2001):
            if read_origin(out, origin) is None:
                write_origin(out, origin, frame)

    for at in points(lambda: run(tmp_path / "count")):
        folder = tmp_path / f"{kind}{at}"
        with faulty(Disk(at, kind=kind)), suppress(rtop.StorageError, Killed):
            run(folder)
        run(folder)
        for origin in (2000, 2001):
            pd.testing.assert_frame_equal(read_origin(folder, origin), frame)


def test_a_folder_with_other_files_stays_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("a")
    with pytest.raises(rtop.InputError, match=r"first 'notes.txt'"):
        write_store(tmp_path, KIND, contents("new"))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    other = tmp_path / "other"
    write_store(other, Kind(noun="other", version=1, migrations={}), contents("old"))
    with pytest.raises(rtop.InputError, match="other files"):
        write_store(other, KIND, contents("new"))


def test_a_folder_that_cannot_be_made_is_ours(tmp_path):
    (tmp_path / "file").write_text("a")
    with pytest.raises(rtop.StorageError, match="cannot be made"):
        write_files(tmp_path / "file" / "below", contents("new"))
