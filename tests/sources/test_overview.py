from __future__ import annotations

import shutil

import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.folder.discover import reader
from rtop_forecast.sources.registry import datasets, registered_hashes, registry
from rtop_forecast.storage.files import file_sha256


def test_every_dataset_is_described():
    table = rtop.describe_sources()
    assert set(datasets()) == set(table["dataset"]) - {""}
    assert set(table["get"]) == {"fetch", "login", "by hand", "bundled"}
    assert table["page"].str.startswith("https://").all()
    bundled = table.set_index("key")["bundled"]
    assert bundled["wgi-2024"] == 2
    assert bundled["polity5-2018"] == 0
    assert bundled["vdem-15"] == 13 + 10  # further ones, and the ratings of the core table


def test_a_folder_is_told_file_by_file(data_dir, tmp_path):
    shutil.copy(data_dir / "ucdp" / "OneSided_v23_1.csv", tmp_path)
    text = (data_dir / "ucdp" / "Nonstate_v23_1.csv").read_bytes()
    (tmp_path / "later.csv").write_bytes(text + text.splitlines(keepends=True)[-1].replace(b"2022", b"2022"))
    (tmp_path / "page.csv").write_text("<html>")
    (tmp_path / "mine.csv").write_text("a\n1\n")
    (tmp_path / ".hidden.csv").write_text("a\n1\n")
    state = rtop.describe_folder(tmp_path).set_index("file")
    assert state.loc["OneSided_v23_1.csv", "state"] == "registered"
    assert state.loc["later.csv", ["dataset", "release", "state"]].tolist() == [
        "ucdp_nonstate", "23.1", "not registered",
    ]  # fmt: skip
    assert state.loc["page.csv", "state"].startswith("refused: page.csv is a web page")
    assert state.loc["mine.csv", "state"] == "not recognised"
    assert len(state) == 4
    with pytest.raises(rtop.InputError, match="does not exist"):
        rtop.describe_folder(tmp_path / "absent")


def test_an_empty_folder_has_no_rows(tmp_path):
    assert len(rtop.describe_folder(tmp_path)) == 0


def test_coverage_in_the_registry_is_that_of_the_readers(found):
    checked = 0
    for dataset in (
        "hief",
        "epr",
        "pts",
        "polity5",
        "awsd",
        "ucdp_nonstate",
        "ulfelder",
        "growup",
        "fsi",
        "pitf",
    ):
        for path in found.of(dataset):
            release = registry()[registered_hashes()[file_sha256(path)]]
            assert dict(reader(dataset).read(path).coverage) == dict(release.variables)
            checked += 1
    assert checked >= 10
