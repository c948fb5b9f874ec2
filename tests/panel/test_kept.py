"""A panel from the cache is the panel that was made, to the last bit."""

from __future__ import annotations

import os
import shutil

import pytest

import rtop_forecast as rtop
from rtop_forecast.panel import load as load_module
from rtop_forecast.panel import made as made_module
from rtop_forecast.sources.core import rebuild as rebuild_module
from rtop_forecast.sources.folder import discover as discover_module
from rtop_forecast.storage.entries import results_folder
from rtop_forecast.storage.plain import same


@pytest.fixture(autouse=True)
def _own(remembering, monkeypatch, tmp_path):
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))


def kinds():
    return sorted(path.name.partition("-")[0] for path in results_folder().folder.iterdir())


@pytest.mark.parametrize("asked", [{}, {"first": 1990, "last": 2020}, {"vintages": ["ewp_events"]}], ids=str)
def test_the_bundle_is_read_once_and_the_same(asked, monkeypatch):
    made = rtop.load_panel(**asked)
    monkeypatch.setattr(made_module, "build_panel", lambda *_, **__: pytest.fail("built again"))
    read = rtop.load_panel(**asked)
    assert same(made, read)
    monkeypatch.undo()
    monkeypatch.setenv("RTOP_CACHE", "off")
    assert same(made, rtop.load_panel(**asked))


def test_another_question_is_another_panel():
    rtop.load_panel(first=1990)
    assert rtop.load_panel(first=1991).years[0] == 1991
    assert rtop.load_panel(first=1990, last=2000).years == (1990, 2000)
    assert kinds() == ["panel"] * 3


def test_a_changed_byte_of_the_bundle_is_another_panel(monkeypatch):
    rtop.load_panel(first=2000)
    monkeypatch.setattr(load_module, "bundle_digest", lambda: "changed")
    rtop.load_panel(first=2000)
    assert kinds() == ["panel"] * 2


@pytest.fixture
def folder(tmp_path, data_dir):
    """A folder with two lists of coups and a file that no reader knows."""
    own = tmp_path / "data"
    own.mkdir()
    shutil.copy(data_dir / "governance" / "powell_thyne_coups_final.txt", own)
    shutil.copy(data_dir / "governance" / "wgi.rda", own)
    (own / "other.csv").write_text("a,b\n1,2\n")
    return own


def test_a_folder_is_read_once_and_the_same(folder, monkeypatch):
    made = rtop.load_panel(data_dir=folder)
    # the panel
    monkeypatch.setattr(made_module, "load", lambda **_: pytest.fail("made again"))
    assert same(made, rtop.load_panel(data_dir=folder))
    monkeypatch.undo()
    # the tables alone
    monkeypatch.setenv("RTOP_CACHE", str(folder.parent / "cache"))
    for entry in results_folder().folder.glob("panel-*"):
        shutil.rmtree(entry)
    monkeypatch.setattr(discover_module, "recognised_as", lambda path: pytest.fail(f"{path} read again"))
    assert same(made, rtop.load_panel(data_dir=folder))
    monkeypatch.undo()
    monkeypatch.setenv("RTOP_CACHE", "off")
    assert same(made, rtop.load_panel(data_dir=folder))


def test_only_the_changed_file_is_read_again(folder, monkeypatch):
    rtop.load_panel(data_dir=folder)
    read = []
    recognised = discover_module.recognised_as
    monkeypatch.setattr(
        discover_module, "recognised_as", lambda path: read.append(path.name) or recognised(path)
    )
    file = folder / "powell_thyne_coups_final.txt"
    stamp = file.stat()
    content = file.read_bytes()
    # a coup of another kind in a row of the same length, and the time set back
    changed = content.replace(b"\t1950\t", b"\t1951\t", 1)
    assert len(changed) == len(content)
    assert changed != content
    file.write_bytes(changed)
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    panel = rtop.load_panel(data_dir=folder)
    assert read == [file.name]
    monkeypatch.setenv("RTOP_CACHE", "off")
    assert same(panel, rtop.load_panel(data_dir=folder))
    notes = panel.files.set_index("file")["note"]
    assert "another SHA-256" in notes[file.name] or "not a registered file" in notes[file.name]


def test_the_same_file_under_another_name_is_listed_under_it(folder):
    rtop.load_panel(data_dir=folder)
    (folder / "other.csv").rename(folder / "moved.csv")
    assert "moved.csv" in set(rtop.load_panel(data_dir=folder).files["file"])


def test_a_changed_reader_reads_again(folder, monkeypatch):
    rtop.load_panel(data_dir=folder)
    before = len(kinds())
    monkeypatch.setattr("rtop_forecast.storage.remembered.code_digest", lambda names: f"changed {names}")
    rtop.load_panel(data_dir=folder)
    assert len(kinds()) == 2 * before


def test_a_folder_that_is_none_is_refused_each_time(tmp_path):
    for _ in range(2):
        with pytest.raises(rtop.InputError, match="does not exist"):
            rtop.load_panel(data_dir=tmp_path / "absent")


@pytest.mark.slow
def test_the_whole_folder_is_the_same_with_and_without_the_cache(data_dir, monkeypatch):
    made = rtop.load_panel(data_dir=data_dir)
    monkeypatch.setattr(rebuild_module, "discover", lambda _: pytest.fail("read again"))
    assert same(made, rtop.load_panel(data_dir=data_dir))
    monkeypatch.undo()
    monkeypatch.setenv("RTOP_CACHE", "off")
    assert same(made, rtop.load_panel(data_dir=data_dir))
