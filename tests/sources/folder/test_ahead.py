"""What is read ahead is what would have been read, and each file is opened up once."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
from joblib.externals.loky import get_reusable_executor

import rtop_forecast as rtop
from rtop_forecast.sources.folder import ahead
from rtop_forecast.sources.folder.ahead import read_ahead
from rtop_forecast.sources.folder.parsed import ParsedFiles
from rtop_forecast.storage.entries import results_folder
from rtop_forecast.storage.plain import same


@pytest.fixture(autouse=True)
def _own(remembering, monkeypatch, tmp_path):
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))
    # processes of an earlier test have its cache folder
    get_reusable_executor().shutdown(wait=True)


@pytest.fixture
def folder(tmp_path, data_dir):
    """Two releases, one of them in a list that core tables need, a broken file and one that no reader knows."""
    own = tmp_path / "data"
    own.mkdir()
    shutil.copy(data_dir / "governance" / "powell_thyne_coups_final.txt", own)
    shutil.copy(data_dir / "ucdp" / "Dyadic_v24_1.csv", own)
    (own / "broken.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    (own / "other.csv").write_text("a,b\n1,2\n")
    return own


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_panel_is_the_same(folder, n_jobs, monkeypatch):
    kept = rtop.load_panel(data_dir=folder, n_jobs=n_jobs)
    monkeypatch.setenv("RTOP_CACHE", "off")
    assert same(rtop.load_panel(data_dir=folder), kept)
    assert kept.files.set_index("file").loc["broken.xlsx", "dataset"] == ""


def test_every_file_is_read_once(folder, monkeypatch):
    asked = Counter()
    of = ParsedFiles.of

    def counted(self, path, what, made, **options):
        def counting():
            asked[path.name, what] += 1
            return made()

        return of(self, path, what, counting, **options)

    monkeypatch.setattr(ParsedFiles, "of", counted)
    rtop.load_panel(data_dir=folder, n_jobs=1)
    assert asked["Dyadic_v24_1.csv", "recognised"] == 1
    # an error is not kept: whoever asks meets it again
    assert {key: count for key, count in asked.items() if count > 1 and key[0] != "broken.xlsx"} == {}


def test_nothing_is_read_ahead_where_nothing_is_kept(folder, monkeypatch):
    monkeypatch.setattr(ahead, "_read", lambda *_: pytest.fail("read"))
    rtop.load_panel(data_dir=folder, cache=False)
    read_ahead(folder / "none", n_jobs=1)
    assert not results_folder().folder.exists()


def test_all_that_core_tables_take_of_a_file_is_read_ahead(folder, monkeypatch):
    read_ahead(folder, n_jobs=2)
    asked = []
    of = ParsedFiles.of

    def listed(self, path, what, made, **options):
        return of(self, path, what, lambda: asked.append((path.name, what)) or made(), **options)

    monkeypatch.setattr(ParsedFiles, "of", listed)
    rtop.load_panel(data_dir=folder)
    assert asked == [("other.csv", "hint")]


@pytest.mark.parametrize("n_jobs", [0, 1.5, "two", True])
def test_a_number_of_processes_that_is_none_is_refused(folder, n_jobs):
    with pytest.raises(rtop.InputError, match="n_jobs"):
        rtop.load_panel(data_dir=folder, n_jobs=n_jobs)
