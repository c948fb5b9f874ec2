"""Which releases give one-sided violence: by place where that is known, divided and marked where it is not."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.catalogue.ucdp_onesided import deaths_by_place, divided
from rtop_forecast.sources.core.one_sided import one_sided
from rtop_forecast.sources.folder.discover import discover
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.storage.bundled import core_file

PLACES = "ucdp/organizedviolencecy_v25_1.csv"
SUDAN = 625


def releases(folder) -> Releases:
    return Releases(discover(folder))


@pytest.fixture(scope="module")
def bundled():
    return pd.read_csv(core_file("one_sided.csv"))


@pytest.fixture(scope="module")
def newer_places(more_dir, tmp_path_factory):
    """Country-Year Dataset 26.1: that of 25.1 with a year more, the same as its last."""
    table = pd.read_csv(more_dir / PLACES, dtype="str", keep_default_na=False)
    later = table[table["year_cy"] == "2024"].assign(year_cy="2025")
    folder = tmp_path_factory.mktemp("places")
    pd.concat([table, later]).assign(version="26.1").to_csv(folder / "OrganizedViolence26_1.csv", index=False)
    return folder


def test_both_files_give_the_bundled_table(data_dir, more_dir, tmp_path, bundled):
    shutil.copy(data_dir / "ucdp" / "OneSided_v25_1.rds", tmp_path)
    shutil.copy(more_dir / PLACES, tmp_path)
    found = one_sided(releases(tmp_path))
    pd.testing.assert_frame_equal(found.frame.astype(bundled.dtypes.to_dict()), bundled, check_exact=True)
    assert set(found.sources.values()) == {"ucdp-onesided-25.1", "ucdp-organizedviolence-25.1"}


def test_the_actors_alone_take_the_places_from_the_bundle(data_dir, tmp_path, bundled):
    shutil.copy(data_dir / "ucdp" / "OneSided_v25_1.rds", tmp_path)
    found = one_sided(releases(tmp_path))
    pd.testing.assert_frame_equal(found.frame.astype(bundled.dtypes.to_dict()), bundled, check_exact=True)


def test_a_newer_country_year_file_brings_deaths_and_no_actors(newer_places):
    found = one_sided(releases(newer_places))
    assert found.last_years["government_deaths"] == 2025
    assert found.last_years["government_actors"] == 2024
    last = found.frame[found.frame["year"] == 2025]
    assert last["nonstate_deaths"].sum() > 1_000
    assert last[["government_actors", "nonstate_actors"]].isna().all(axis=None)
    panel = rtop.load_panel(data_dir=newer_places)
    frame = panel.to_frame().set_index(["country_id", "year"])
    assert (
        frame.loc[(SUDAN, 2025), "ucdp_osv_nonstate_deaths"]
        == frame.loc[(SUDAN, 2024), "ucdp_osv_nonstate_deaths"]
    )
    assert frame.loc[(380, 2025), "ucdp_osv_government_deaths"] == 0
    # the file does not cover the actors: those of the candidate events are provisional
    assert panel.variables["ucdp_osv_nonstate_deaths"].provisional == ()
    assert panel.variables["ucdp_osv_nonstate_actors"].provisional == (2025,)
    assert panel.variables["ucdp_organizedviolence_deaths"].last_year == 2025
    assert set(panel.origin.query("origin == 'folder'")["table"]) == {"one_sided", "organized_violence"}


def test_a_picked_release_is_divided_and_its_rows_say_so(data_dir, tmp_path):
    shutil.copy(data_dir / "ucdp" / "OneSided_v23_1.csv", tmp_path)
    with pytest.raises(CoverageError, match=r"older than the bundled ones, ucdp-onesided-25\.1"):
        one_sided(releases(tmp_path))
    picked = releases(tmp_path).picked("ucdp_onesided", "23.1")
    frame = one_sided(picked).frame
    assert frame["year"].max() == 2022
    shared = frame["shared_deaths"] > 0
    assert set(frame.loc[shared, "source"]) == {"ucdp-onesided-23.1;ucdp-organizedviolence-25.1"}
    assert set(frame.loc[~shared, "source"]) == {"ucdp-onesided-23.1"}


def test_neither_file_is_no_table(tmp_path):
    with pytest.raises(CoverageError, match="no usable release of ucdp_onesided"):
        one_sided(releases(tmp_path))


def test_divided_deaths_stand_where_people_died_but_for_one_in_a_hundred(data_dir, bundled):
    table = divided(data_dir / "ucdp" / "OneSided_v25_1.rds", deaths_by_place()).to_frame()
    both = table.merge(bundled, on=["country_id", "year"], how="outer", suffixes=("", "_placed")).fillna(0)
    names = ["government_deaths", "nonstate_deaths"]
    ours, placed = both[names].sum(axis=1), both[[f"{name}_placed" for name in names]].sum(axis=1)
    assert (ours - placed).clip(lower=0).sum() / ours.sum() < 0.01
