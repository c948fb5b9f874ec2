"""Hashes by size and time stamp: the same as those of the bytes."""

from __future__ import annotations

import os

import pytest

from rtop_forecast.storage import digests as module
from rtop_forecast.storage.digests import FileDigests, folder_digest
from rtop_forecast.storage.files import file_sha256


@pytest.fixture(autouse=True)
def _own(monkeypatch, tmp_path):
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))


def aged(path, *, seconds=100):
    """Set the time of a file back; its second time stamp cannot be."""
    state = path.stat()
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns - seconds * 10**9))


def test_a_folders_digest_is_that_of_its_contents(tmp_path):
    folder = tmp_path / "data"
    (folder / "inner").mkdir(parents=True)
    file = folder / "inner" / "a.csv"
    file.write_text("1")
    first = folder_digest(folder)
    assert folder_digest(folder) == first
    stamp = file.stat()
    file.write_text("2")
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # set back: the other time stamp tells
    second = folder_digest(folder)
    assert second != first
    file.write_text("1")
    assert folder_digest(folder) == first
    file.rename(folder / "b.csv")
    assert folder_digest(folder) != first


def test_a_file_is_read_again_only_where_its_stamp_differs(tmp_path, monkeypatch):
    file = tmp_path / "a.csv"
    file.write_text("1")
    monkeypatch.setattr(module, "_SETTLED_NS", -(10**12))  # as if it had lain there for long
    known = FileDigests(tmp_path)
    assert known.of(file) == file_sha256(file)
    known.save()
    read = []
    monkeypatch.setattr(module, "file_sha256", lambda path: read.append(path) or file_sha256(path))
    assert FileDigests(tmp_path).of(file) == file_sha256(file)
    assert read == []
    file.write_text("2")
    assert FileDigests(tmp_path).of(file) == file_sha256(file)
    assert read == [file]
    aged(file)
    assert FileDigests(tmp_path).of(file) == file_sha256(file)
    assert len(read) == 2


def test_a_file_that_has_just_changed_is_not_noted(tmp_path, monkeypatch):
    file = tmp_path / "a.csv"
    file.write_text("1")
    known = FileDigests(tmp_path)
    known.of(file)
    known.save()
    read = []
    monkeypatch.setattr(module, "file_sha256", lambda path: read.append(path) or file_sha256(path))
    FileDigests(tmp_path).of(file)
    assert read == [file]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}', b"\xff"])
def test_a_broken_note_is_made_anew(tmp_path, content):
    file = tmp_path / "a.csv"
    file.write_text("1")
    known = FileDigests(tmp_path)
    known._note.parent.mkdir(parents=True)
    known._note.write_bytes(content)
    assert FileDigests(tmp_path).of(file) == file_sha256(file)


def test_nothing_is_noted_where_the_cache_is_off(tmp_path, monkeypatch):
    monkeypatch.setenv("RTOP_CACHE", "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    (tmp_path / "data").mkdir()
    folder_digest(tmp_path / "data")
    assert not (tmp_path / "home").exists()
