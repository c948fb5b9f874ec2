"""Tables rebuilt from a folder: what is used, what stays, what is refused, and why."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.cli.text import file_lines
from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.provenance import provenance
from rtop_forecast.sources.catalogue.ucdp_onesided import actor_years
from rtop_forecast.sources.core.bundled import core_tables
from rtop_forecast.sources.core.rebuild import rebuild
from rtop_forecast.sources.reading.files import read_r

TABLES = {
    "conflict", "organized_violence", "one_sided", "coups", "treaties", "population", "infant_mortality", "ratings",
    "episodes",
}  # fmt: skip


@pytest.fixture(scope="module")
def bundled():
    return rtop.load_panel()


def newer_one_sided(data_dir: Path, folder: Path) -> Path:
    """A release 26.1: the official 25.1 with one government's killing in 2025 added."""
    frame, _ = actor_years(data_dir / "ucdp" / "OneSided_v25_1.rds")
    frame = frame.assign(version="26.1")
    sudan = frame[(frame["gwno_location"].astype(str) == "625") & (frame["is_government_actor"] == 1)].tail(1)
    later = sudan.assign(
        year=2025, best_fatality_estimate=321, low_fatality_estimate=300, high_fatality_estimate=400
    )
    path = folder / "OneSided_v26_1.csv"
    pd.concat([frame, later]).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def full(full_panel):
    return full_panel


def test_the_releases_behind_the_bundle_give_the_bundled_panel(full, bundled):
    panel = full
    core = panel.to_frame()[bundled.to_frame().columns]
    core = core[core["year"] <= bundled.years[1]].reset_index(drop=True)
    pd.testing.assert_frame_equal(core, bundled.to_frame(), check_exact=True)
    assert set(panel.origin["table"]) == TABLES
    origin = panel.origin.set_index("table")["origin"]
    # the folder has the actors, the bundle the deaths by place of the same release
    assert origin.pop("organized_violence") == "bundled"
    assert (origin == "folder").all()
    # a further variable may come from a newer release of the folder; its values above are equal all the same
    names = {name for table in core_tables() for name in table.coverage}
    assert {name: panel.variables[name] for name in names} == {
        name: bundled.variables[name] for name in names
    }
    files = panel.files.set_index("file")
    edited = files.loc["ucdp/UcdpPrioConflict_v24_1.csv"]
    assert not edited["used"]
    assert "not an unedited release" in edited["note"]
    assert "another release" in files.loc["ucdp/OneSided_v23_1.csv", "note"]
    assert (files.loc[files["used"], "note"] == "as registered").all()
    assert files.loc["states/data_gw.csv", "note"] == "not recognised"
    assert (panel.unmatched["reason"].str.len() > 0).all()
    assert set(files.index[files["used"]]) <= set(panel.hashes)


def test_every_further_variable_is_cut_at_its_publication(full):
    issued = date(2011, 6, 30)
    known = full.as_of(issued)
    frame = known.to_frame()
    assert frame["year"].max() == 2010
    whole = full.to_frame().set_index(["country_id", "year"])
    for name, variable in full.variables.items():
        last = variable.last_known_year(issued)
        later = frame.loc[frame["year"] > last, name]
        assert later.isna().all(), name
        earlier = frame[frame["year"] <= last].set_index(["country_id", "year"])[name]
        np.testing.assert_array_equal(earlier, whole.loc[earlier.index, name])


def test_further_variables_bear_their_dataset(full, bundled):
    further = set(full.variables) - set(bundled.variables)
    datasets = set(full.files["dataset"]) - {""}
    assert all(any(name.startswith(f"{dataset}_") for dataset in datasets) for name in further)
    assert not full.files.loc[full.files["note"].eq("not needed"), "file"].tolist()


def test_a_newer_release_extends_its_own_table_only(data_dir, bundled, tmp_path):
    newer_one_sided(data_dir, tmp_path)
    panel = rtop.load_panel(data_dir=tmp_path)
    assert panel.years == (1946, 2025)
    frame = panel.to_frame().set_index(["country_id", "year"])
    assert frame.loc[(625, 2025), "ucdp_osv_government_deaths"] == 321
    assert frame.loc[(380, 2025), "ucdp_osv_government_deaths"] == 0
    assert panel.variables["ucdp_osv_government_deaths"].provisional == ()
    assert panel.variables["ucdp_intensity"].provisional == (2025,)
    assert panel.variables["ucdp_osv_government_deaths"].last_year == 2025
    assert panel.variables["ucdp_osv_government_deaths"].release == "25.1+26.1"
    assert panel.variables["ucdp_osv_government_deaths"].publication_lag_months == 6
    origin = panel.origin.set_index("table")["origin"]
    assert origin["one_sided"] == "folder"
    assert (origin.drop("one_sided") == "bundled").all()
    assert panel.files["note"].str.startswith("not a registered file").tolist() == [True]
    earlier, theirs = (
        one.to_frame()[bundled.to_frame().columns].query("year <= 2024") for one in (panel, bundled)
    )
    pd.testing.assert_frame_equal(earlier, theirs, check_exact=True)


def test_an_older_release_does_not_shorten_a_table(data_dir, bundled, tmp_path):
    shutil.copy(data_dir / "ucdp" / "OneSided_v23_1.csv", tmp_path)
    panel = rtop.load_panel(data_dir=tmp_path)
    core = panel.to_frame()[bundled.to_frame().columns]
    pd.testing.assert_frame_equal(core, bundled.to_frame(), check_exact=True)
    note = panel.origin.set_index("table").loc["one_sided", "note"]
    assert "older than the bundled ones, ucdp-onesided-25.1" in note
    assert panel.variables["ucdp_onesided_government_deaths"].release == "25.1"
    assert panel.variables["ucdp_osv_government_deaths"].release == "25.1+2025"
    assert "table one_sided          bundled" in panel.summary()


def test_broken_files_are_named_and_lose_nothing(data_dir, bundled, tmp_path):
    pieces = {
        "ewp2025/ewp_mass_killing_events_2025.xlsx": 20_000,
        "ucdp/OneSided_v23_1.csv": 30_000,
        "ewp2025/inputs/vdem.Rdata": 5_000,
        "treaties/UnderlyingData_CAT_OHCHR_26_11_2024.xls": 9_000,
    }
    for name, size in pieces.items():
        source = data_dir / name
        (tmp_path / source.name).write_bytes(source.read_bytes()[:size])
    (tmp_path / "noise.rda").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "empty.csv").touch()
    panel = rtop.load_panel(data_dir=tmp_path)
    pd.testing.assert_frame_equal(panel.to_frame(), bundled.to_frame(), check_exact=True)
    assert not panel.files["used"].any()
    assert (panel.files["note"].str.len() > 0).all()
    notes = panel.files.set_index("file")["note"]
    assert "Download it again" in notes["ewp_mass_killing_events_2025.xlsx"]
    assert "cannot be read as a table" in notes["OneSided_v23_1.csv"]
    assert (panel.origin["origin"] == "bundled").all()


def test_a_folder_without_releases_is_refused(tmp_path):
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"1 data files were looked at, first mine\.csv"):
        rebuild(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        rtop.load_panel(data_dir=tmp_path / "nowhere")


def test_a_source_without_any_registry_entry_is_refused():
    coverage = pd.DataFrame(
        [
            {
                "table": "episodes",
                "variable": "onset",
                "first_year": 1945,
                "last_year": 2024,
                "source": "nobody-1",
            }
        ]
    )
    with pytest.raises(rtop.DataIntegrityError, match="'nobody-1'"):
        core_tables({"coverage": coverage})


def test_a_registered_release_with_another_hash_is_said(data_dir, tmp_path):
    frame, _ = actor_years(data_dir / "ucdp" / "OneSided_v25_1.rds")
    frame.assign(version="25.1").to_csv(tmp_path / "OneSided_v25_1.csv", index=False)
    newer_one_sided(data_dir, tmp_path).rename(tmp_path / "later.csv")
    panel = rtop.load_panel(data_dir=tmp_path, releases={"ucdp_onesided": "25.1"})
    note = panel.files.set_index("file").loc["OneSided_v25_1.csv", "note"]
    assert note.startswith("says it is release 25.1, which is registered with another SHA-256")
    features, target = rtop.build_features(panel), rtop.onset_target(panel)
    assert provenance(features, target, seed=0)["files_not_as_registered"] == {"OneSided_v25_1.csv": note}
    assert file_lines(panel.files) == [f"OneSided_v25_1.csv: {note}"]
    newer = rtop.load_panel(data_dir=tmp_path)
    assert newer.files.set_index("file").loc["later.csv", "note"].startswith("not a registered file")


def test_the_command_line_names_refused_files(data_dir, tmp_path):
    shutil.copy(data_dir / "ucdp" / "OneSided_v25_1.rds", tmp_path)
    (tmp_path / "OneSided_v23_1.csv").write_bytes(
        (data_dir / "ucdp" / "OneSided_v23_1.csv").read_bytes()[:30_000]
    )
    lines = file_lines(rtop.load_panel(data_dir=tmp_path).files)
    assert [line.split(":")[0] for line in lines] == ["OneSided_v23_1.csv"]
    assert ": not used, " in lines[0]


def vdem_from(data_dir, folder, first, *, newest=False):
    """V-Dem's table of high-level indices from a year on, if asked with its last year repeated as the next."""
    (source,) = data_dir.rglob("vdem_simple.rda")
    (frame,) = read_r(source).values()
    frame = frame[frame["year"] >= first]
    if newest:
        frame = pd.concat([frame, frame[frame["year"] == 2024].assign(year=2025)], ignore_index=True)
    frame.to_csv(folder / "vdem.csv", index=False)


@pytest.mark.parametrize(("first", "newest"), [(1969, False), (2015, False), (2015, True)])
def test_a_v_dem_release_that_begins_late_shortens_nothing(data_dir, bundled, tmp_path, first, newest):
    vdem_from(data_dir, tmp_path, first, newest=newest)
    built = rebuild(tmp_path)
    tables = [*built.core, *built.further]
    mine = next(one for one in tables if "vdem_v2x_libdem" in one.coverage)
    theirs = bundled.frame.query("year <= 2024").set_index(["country_id", "year"])["vdem_v2x_libdem"].dropna()
    read = mine.data.set_index(["country_id", "year"])["vdem_v2x_libdem"].dropna()
    old = read[read.index.get_level_values("year") <= 2024]
    pd.testing.assert_series_equal(old.sort_index(), theirs.sort_index(), check_dtype=False)
    assert mine.coverage["vdem_v2x_libdem"][1] == 2025
    if newest:
        assert mine.seams["vdem_v2x_libdem"] == (2025,)
        assert read[2, 2025] == theirs[2, 2024]


def test_an_older_v_dem_release_changes_nothing(data_dir, bundled, tmp_path):
    (source,) = data_dir.rglob("vdem11.Rdata")
    shutil.copy(source, tmp_path)
    built = rebuild(tmp_path)
    spans = {name: span for table in (*built.core, *built.further) for name, span in table.coverage.items()}
    ended = {name: one.last_year for name, one in bundled.variables.items() if name.startswith("vdem_")}
    assert {name: spans[name][1] for name in ended} == ended
