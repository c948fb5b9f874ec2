"""Every writer, killed or on a full disk at each of 20 points: the old is whole, or the new; the next write works."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

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

KIND = Kind(noun="thing", version=1, migrations={})


def contents(word: str, *, files: int = 5) -> dict[str, bytes]:
    """Files of a store; the first is the same in every version."""
    return {"same.txt": b"same" * 100} | {
        f"{place}.txt": f"{word} {place} ".encode() * 1000 for place in range(files)
    }


KINDS = pytest.mark.parametrize("kind", ["full", "killed"])
FRESH = pytest.mark.parametrize("fresh", [False, True], ids=["overwritten", "fresh"])


def read_or_none(folder: Path) -> dict[str, bytes] | None:
    # only a folder without a manifest holds nothing; a damaged store would be a fault
    return read_store(folder, KIND) if (folder / "manifest.json").exists() else None


@KINDS
@FRESH
def test_a_saved_folder_is_the_old_or_the_new(faults, tmp_path, kind, fresh):
    faults.holds(
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
def test_a_saved_folder_may_have_other_files_than_before(faults, tmp_path, kind):
    def put(word: str) -> None:
        write_store(tmp_path, KIND, contents(word, files=2 if word == "old" else 4))

    states = {"old": contents("old", files=2), "new": contents("new", files=4)}
    faults.holds(tmp_path, put, lambda: read_or_none(tmp_path), kind=kind, fresh=False, states=states)


@KINDS
@FRESH
def test_a_single_file_is_the_old_or_the_new(faults, tmp_path, kind, fresh):
    """A locked forecast, and an origin of a checkpoint, are written so."""
    path = tmp_path / "lock.json"
    states = {word: word.encode() * 500 for word in ("old", "new")}
    faults.holds(
        tmp_path,
        lambda word: write_file(path, states[word]),
        lambda: path.read_bytes() if path.exists() else None,
        kind=kind,
        fresh=fresh,
        states=states | ({"old": None} if fresh else {}),
    )


@FRESH
def test_the_files_of_a_report_are_all_old_or_all_new_on_a_full_disk(faults, tmp_path, fresh):
    faults.holds(
        tmp_path,
        lambda word: write_files(tmp_path, contents(word)),
        lambda: faults.visible(tmp_path),
        kind="full",
        fresh=fresh,
        states={"old": {} if fresh else contents("old"), "new": contents("new")},
    )
    assert len(list(tmp_path.iterdir())) == len(contents("new"))


def test_each_file_of_a_killed_report_is_the_old_or_the_new(faults, tmp_path):
    old, new = contents("old"), contents("new")
    write_files(tmp_path, old)
    for at in faults.points(lambda: write_files(tmp_path, new)):
        write_files(tmp_path, old)
        with faults.faulty(faults.Disk(at, kind="killed")), suppress(faults.Killed):
            write_files(tmp_path, new)
        there = faults.visible(tmp_path)
        assert set(there) == set(old)
        assert all(content in (old[name], new[name]) for name, content in there.items())
        # the last named, the page, is new only once all others are
        if there["4.txt"] == new["4.txt"]:
            assert there == new


def test_a_failed_rename_puts_the_files_before_it_back(faults, tmp_path, monkeypatch):
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
    assert faults.visible(tmp_path) == contents("old")


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
def test_a_checkpoint_goes_on_after_a_fault_at_every_point(faults, tmp_path, kind):
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

    for at in faults.points(lambda: run(tmp_path / "count")):
        folder = tmp_path / f"{kind}{at}"
        with faults.faulty(faults.Disk(at, kind=kind)), suppress(rtop.StorageError, faults.Killed):
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
