"""Zip archives of every unkind sort."""

from __future__ import annotations

import stat
import struct
import zipfile

import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.folder.archives import unpacked
from rtop_forecast.sources.folder.discover import discover

CSV = b"a,b\n1,2\n"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def archive(folder, members, *, name="x.zip"):
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for member, content in members:
            out.writestr(member, content)
    return path


def leftovers(cache):
    return [one for one in cache.rglob("*") if one.is_file()] if cache.is_dir() else []


def test_data_files_are_unpacked_once(tmp_path, cache):
    path = archive(tmp_path, [("d/Data.CSV", CSV), ("codebook.pdf", b"x"), ("__MACOSX/._Data.csv", b"x")])
    files = unpacked(path)
    assert [one.name for one in files] == ["Data.CSV"]
    assert files[0].read_bytes() == CSV
    assert files[0].is_relative_to(cache)
    before = files[0].stat().st_ino
    assert unpacked(path)[0].stat().st_ino == before


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "a/../../evil.csv",
        "/etc/evil.csv",
        "C:\\evil.csv",
        "..\\evil.csv",
        "\\\\host\\evil.csv",
    ],
)
def test_members_that_point_outside_are_refused(tmp_path, cache, name):
    path = archive(tmp_path, [("good.csv", CSV), (name, CSV)])
    with pytest.raises(DataIntegrityError, match="points outside"):
        unpacked(path)
    assert leftovers(cache) == []
    assert not list(tmp_path.rglob("evil.csv"))


def test_a_link_is_refused(tmp_path):
    info = zipfile.ZipInfo("link.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DataIntegrityError, match="points outside"):
        unpacked(archive(tmp_path, [(info, "/etc/passwd")]))


def test_two_members_of_one_name_are_refused(tmp_path, cache):
    path = archive(tmp_path, [("a.csv", CSV), ("A.csv", CSV)])
    with pytest.raises(DataIntegrityError, match=r"name of another, first 'a\.csv'"):
        unpacked(path)
    assert leftovers(cache) == []


def test_an_encrypted_archive_is_refused(tmp_path):
    path = archive(tmp_path, [("a.csv", CSV)])
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark) + offset
        content[at : at + 2] = struct.pack("<H", 1)
    path.write_bytes(content)
    with pytest.raises(DataIntegrityError, match="encrypted"):
        unpacked(path)


def test_a_bomb_is_refused_before_it_grows(tmp_path, cache):
    path = archive(tmp_path, [("a.csv", b"0" * (80 << 20))])
    with pytest.raises(DataIntegrityError, match="would grow"):
        unpacked(path)
    assert leftovers(cache) == []


@pytest.mark.parametrize("cut", [10, 40, 90])
def test_a_truncated_archive_is_refused(tmp_path, cache, cut):
    path = archive(tmp_path, [("a.csv", CSV * 20)])
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DataIntegrityError, match=r"x\.zip cannot be read as a zip archive"):
        unpacked(path)
    assert leftovers(cache) == []


def test_a_damaged_member_is_refused(tmp_path, cache):
    path = archive(tmp_path, [("a.csv", bytes(range(256)) * 50)])
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataIntegrityError):
        unpacked(path)
    assert leftovers(cache) == []


def test_releases_in_archives_are_discovered(tmp_path):
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    archive(folder / "sub", [("inner/all-coups.csv", b"ccode,country,year,cou.any\n432,Mali,2012,1\n")])
    (folder / "bad.zip").write_bytes(b"PK\x03\x04 no archive")
    found = discover(folder)
    (file,) = found.of("coups")
    assert found.names[file] == "sub/x.zip/inner/all-coups.csv"
    assert "cannot be read as a zip archive" in found.unreadable[folder / "bad.zip"]
