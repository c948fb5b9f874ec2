"""Several releases of one dataset side by side: the newest by default, another on request."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import InputError
from rtop_forecast.sources.catalogue import ucdp_onesided
from rtop_forecast.sources.core.builders import BUILDERS
from rtop_forecast.sources.folder.discover import discover
from rtop_forecast.sources.folder.releases import Releases, release_order
from rtop_forecast.world.codes import LAST_YEAR


@pytest.fixture(scope="module")
def two(data_dir, tmp_path_factory):
    """Folder with the one-sided violence of 2023 and of 2025."""
    folder = tmp_path_factory.mktemp("two")
    for name in ("OneSided_v23_1.csv", "OneSided_v25_1.rds"):
        shutil.copy(data_dir / "ucdp" / name, folder)
    return folder


def test_releases_are_ordered_by_their_numbers():
    assert sorted(["9", "15", "v14", "25.1", "23.1", "3.12.10.24"], key=release_order) == [
        "3.12.10.24", "9", "v14", "15", "23.1", "25.1",
    ]  # fmt: skip


def test_the_newest_release_comes_first(two):
    tables = Releases(discover(two)).tables("ucdp_onesided")
    assert [table.release for _, table in tables] == ["25.1", "23.1"]


def test_a_picked_release_takes_the_place_of_later_values(two):
    newest = rtop.load_panel(data_dir=two)
    picked = rtop.load_panel(data_dir=two, releases={"ucdp_onesided": "v23.1"})
    name = "ucdp_osv_government_deaths"
    assert (newest.variables[name].release, picked.variables[name].release) == ("25.1+2025", "23.1+25.1")
    assert (newest.variables[name].last_year, picked.variables[name].last_year) == (2025, 2022)
    later = picked.to_frame().query("year > 2022")
    assert np.isnan(later[name]).all()
    assert set(picked.hashes) - set(rtop.load_panel().hashes) == {"OneSided_v23_1.csv"}
    notes = picked.files.set_index("file")["note"]
    assert notes["OneSided_v25_1.rds"] == "release 23.1 was asked for"
    assert notes["OneSided_v23_1.csv"] == "as registered"


def test_wishes_that_cannot_be_met_are_refused(two):
    with pytest.raises(InputError, match=r"release 24\.1 of ucdp_onesided .* it holds 25\.1, 23\.1"):
        rtop.load_panel(data_dir=two, releases={"ucdp_onesided": "24.1"})
    with pytest.raises(InputError, match="no dataset is called 'vdemm'"):
        rtop.load_panel(data_dir=two, releases={"vdemm": "14"})
    with pytest.raises(InputError, match="data_dir"):
        rtop.load_panel(releases={"vdem": "14"})


def test_a_release_that_lacks_a_variable_of_the_panel_is_refused(data_dir, tmp_path):
    """Release 12 replaced most columns and left eight of release 15 beside them, without a word."""
    shutil.copy(data_dir / "vdem" / "ewp2024_vdem_v14.Rdata", tmp_path)
    words = (
        r"release v14 of vdem was asked for, but 2 variables would stay those of another, first 'vdem_v2csreprss_ord' "
        r"of release 15 \(.*ratings: no V-Dem file in the folder has the rating 'v2csreprss_ord'"
    )
    with pytest.raises(InputError, match=words):
        rtop.load_panel(data_dir=tmp_path, releases={"vdem": "v14"})
    # unasked, the older release takes the place of no bundled variable
    panel = rtop.load_panel(data_dir=tmp_path)
    assert panel.variables["vdem_v2csreprss_ord"].release == "15"
    assert panel.variables["vdem_e_cow_exports"].release == "15"


@pytest.mark.parametrize(
    "error", [KeyError("coup"), ValueError("cannot convert float NaN to integer"), TypeError("x")]
)
def test_a_fault_in_one_file_never_costs_the_others(two, monkeypatch, error):
    read = ucdp_onesided.read

    def faulty(path):
        if path.name == "OneSided_v23_1.csv":
            raise error
        return read(path)

    faulty.__module__, faulty.__name__ = read.__module__, read.__name__
    monkeypatch.setattr(ucdp_onesided, "read", faulty)
    panel = rtop.load_panel(data_dir=two)
    files = panel.files.set_index("file")
    assert files["used"].to_dict() == {"OneSided_v23_1.csv": False, "OneSided_v25_1.rds": True}
    note = f"a fault of the library, please report it: {type(error).__name__}: {error}"
    assert files.loc["OneSided_v23_1.csv", "note"] == note
    assert panel.variables["ucdp_osv_government_deaths"].release == "25.1+2025"


def test_a_fault_in_recognition_never_costs_the_others(two, monkeypatch):
    recognise = ucdp_onesided.recognise

    def faulty(path):
        if path.name == "OneSided_v23_1.csv":
            raise KeyError(path.name)
        return recognise(path)

    monkeypatch.setattr(ucdp_onesided, "recognise", faulty)
    found = discover(two)
    assert [path.name for path in found.of("ucdp_onesided")] == ["OneSided_v25_1.rds"]
    assert [path.name for path in found.others] == ["OneSided_v23_1.csv"]
    assert "KeyError" in next(iter(found.unreadable.values()))


def test_a_fault_in_one_table_never_costs_the_others(two, monkeypatch):
    def faulty(releases):
        raise IndexError(0)

    monkeypatch.setitem(BUILDERS, "conflict", faulty)
    origin = rtop.load_panel(data_dir=two).origin.set_index("table")
    assert origin.loc["conflict", "note"] == "a fault of the library, please report it: IndexError: 0"
    assert origin.loc["conflict", "origin"] == "bundled"
    assert origin.loc["one_sided", "origin"] == "folder"


def test_years_after_the_last_of_the_state_system_are_left_out(two, monkeypatch):
    read = ucdp_onesided.read

    def later(path):
        table = read(path)
        coverage = {name: (first, LAST_YEAR + 2) for name, (first, _) in table.coverage.items()}
        return replace(table, coverage=coverage)

    later.__module__, later.__name__ = read.__module__, read.__name__
    monkeypatch.setattr(ucdp_onesided, "read", later)
    releases = Releases(discover(two))
    tables = releases.tables("ucdp_onesided")
    assert {last for _, table in tables for _, last in table.coverage.values()} == {LAST_YEAR}
    assert all("years after 2025" in releases.remarks[path] for path, _ in tables)
    assert rtop.load_panel(data_dir=two).years == (1946, LAST_YEAR)
