"""Tables rebuilt from a folder: what is used, what stays, what is refused, and why."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import InputError
from rtop_forecast.sources.bundled import core_tables
from rtop_forecast.sources.rebuild import rebuild
from rtop_forecast.sources.ucdp_onesided import actor_years

TABLES = {
    "conflict", "one_sided", "coups", "treaties", "population", "infant_mortality", "ratings", "episodes",
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


def test_the_releases_behind_the_bundle_give_the_bundled_panel(data_dir, bundled):
    panel = rtop.load_panel(data_dir=data_dir)
    pd.testing.assert_frame_equal(panel.to_frame(), bundled.to_frame(), check_exact=True)
    assert set(panel.origin["table"]) == TABLES
    assert (panel.origin["origin"] == "folder").all()
    assert panel.variables == bundled.variables
    files = panel.files.set_index("file")
    edited = files.loc["ucdp/UcdpPrioConflict_v24_1.csv"]
    assert not edited["used"]
    assert "not an unedited release" in edited["note"]
    assert files.loc["ucdp/OneSided_v23_1.csv", "note"] == "not needed"
    assert (files.loc[files["used"], "note"] == "as registered").all()
    assert files.loc["states/data_gw.csv", "note"] == "not recognised"
    assert (panel.unmatched["reason"].str.len() > 0).all()
    assert set(files.index[files["used"]]) <= set(panel.hashes)


def test_a_newer_release_extends_its_own_table_only(data_dir, bundled, tmp_path):
    newer_one_sided(data_dir, tmp_path)
    panel = rtop.load_panel(data_dir=tmp_path)
    assert panel.years == (1946, 2025)
    frame = panel.to_frame().set_index(["country_id", "year"])
    assert frame.loc[(625, 2025), "ucdp_government_deaths"] == 321
    assert frame.loc[(380, 2025), "ucdp_government_deaths"] == 0
    assert np.isnan(frame.loc[(380, 2025), "ucdp_intensity"])
    assert panel.variables["ucdp_government_deaths"].last_year == 2025
    assert panel.variables["ucdp_government_deaths"].release == "26.1"
    assert panel.variables["ucdp_government_deaths"].publication_lag_months == 6
    origin = panel.origin.set_index("table")["origin"]
    assert origin["one_sided"] == "folder"
    assert (origin.drop("one_sided") == "bundled").all()
    assert panel.files["note"].tolist() == ["not a registered file (SHA-256)"]
    earlier = panel.to_frame().query("year <= 2024").reset_index(drop=True)
    pd.testing.assert_frame_equal(earlier, bundled.to_frame(), check_exact=True)


def test_an_older_release_does_not_shorten_a_table(data_dir, bundled, tmp_path):
    shutil.copy(data_dir / "ucdp" / "OneSided_v23_1.csv", tmp_path)
    panel = rtop.load_panel(data_dir=tmp_path)
    pd.testing.assert_frame_equal(panel.to_frame(), bundled.to_frame(), check_exact=True)
    note = panel.origin.set_index("table").loc["one_sided", "note"]
    assert "end in 2022" in note
    assert "2024" in note
    assert not panel.files["used"].any()
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
