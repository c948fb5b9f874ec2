"""Several releases of one dataset side by side: the newest by default, another on request."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import InputError
from rtop_forecast.sources.folder.discover import discover
from rtop_forecast.sources.folder.releases import Releases, release_order


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
    assert (newest.variables[name].release, picked.variables[name].release) == ("25.1", "23.1+25.1")
    assert (newest.variables[name].last_year, picked.variables[name].last_year) == (2024, 2022)
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
