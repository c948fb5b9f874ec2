"""A release that was cut behind a whole line looks complete: the states that it must list tell."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import coups, treaties, ucdp_brd
from rtop_forecast.sources.folder import rosters
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.folder.releases import Releases

COUPS = "governance/powell_thyne_coups_final.txt"
DEPOSITS = "treaties/untreaties_4-9.csv"
ONE_SIDED = "ucdp/OneSided_v23_1.csv"


def cut(source: Path, folder: Path, rows: int) -> Path:
    """Copy of a text file without its last rows, whose last line ends as the others do."""
    lines = source.read_bytes().splitlines(keepends=True)
    path = folder / source.name
    path.write_bytes(b"".join(lines[:-rows]))
    return path


@pytest.mark.parametrize(
    ("name", "dataset", "rows", "lost"),
    [
        (COUPS, "coups", 12, r"of 94 states and \d+ of 392 state-years of release 2010 absent, first"),
        (DEPOSITS, "treaties", 6, r"of 153 states of release 2015 absent, first"),
        (
            ONE_SIDED,
            "ucdp_onesided",
            120,
            r"3 of 99 states and \d+ of 874 state-years of release 23\.1 absent, first Georgia",
        ),
        ("ewp2025/inputs/BattleDeaths_v25_1.csv", "ucdp_brd", 40, r"state-years of release 25\.1 absent"),
    ],
)
def test_a_list_without_its_last_states_is_refused(data_dir, tmp_path, name, dataset, rows, lost):
    path = cut(data_dir / name, tmp_path, rows)
    releases = Releases(discover(tmp_path))
    assert releases.tables(dataset) == []
    assert "absence means zero" in releases.notes[path]
    assert re.search(lost, releases.notes[path])


def test_conflict_years_of_a_cut_list_are_refused_too(data_dir, tmp_path):
    cut(data_dir / "ewp2025/inputs/BattleDeaths_v25_1.csv", tmp_path, 600)
    releases = Releases(discover(tmp_path))
    assert releases.every("ucdp_brd", ucdp_brd.conflict_years) == []


def test_what_a_revision_may_drop_is_said(data_dir, tmp_path):
    path = cut(data_dir / COUPS, tmp_path, 1)
    releases = Releases(discover(tmp_path))
    assert len(releases.tables("coups")) == 1
    assert releases.remarks[path] == (
        "1 of 392 state-years of release 2010 absent, first Fiji (GW 950): revised, or the file was cut"
    )


def test_a_table_of_values_is_read_and_its_loss_said(data_dir, tmp_path):
    path = cut(data_dir / "governance/polity.csv", tmp_path, 2000)
    releases = Releases(discover(tmp_path))
    assert len(releases.tables("polity5")) == 1
    assert "of release 2018 absent, first" in releases.remarks[path]


def test_a_cut_treaty_leaves_the_bundled_deposits(data_dir, tmp_path):
    cut(data_dir / DEPOSITS, tmp_path, 40)
    panel, bundle = rtop.load_panel(data_dir=tmp_path), rtop.load_panel()
    pd.testing.assert_series_equal(panel.frame["treaty_cat"], bundle.frame["treaty_cat"])
    note = panel.files.set_index("file")["note"]["untreaties_4-9.csv"]
    assert "It looks cut" in note


@pytest.mark.parametrize(
    ("name", "dataset"), [(COUPS, "coups"), (DEPOSITS, "treaties"), (ONE_SIDED, "ucdp_onesided")]
)
def test_a_whole_release_lacks_nothing(data_dir, name, dataset):
    loss = rosters.loss_of(reader(dataset).read(data_dir / name))
    assert loss is not None
    assert (loss.absent, loss.fewer, loss.words) == ((), 0, "")


def test_a_newer_release_keeps_what_the_older_lists(data_dir):
    older = rosters._rosters()["ucdp-onesided"]
    newer = reader("ucdp_onesided").read(data_dir / "ucdp" / "OneSided_v25_1.rds")
    listed = rosters.listed_states(newer)
    states = older.loc[older["release"] == "23.1", "country_id"]
    assert states.isin(listed.index).all()


def test_a_release_of_later_years_is_compared_by_its_states(data_dir, tmp_path):
    lines = (data_dir / COUPS).read_text(encoding="utf-8").splitlines(keepends=True)
    late = [line for line in lines[1:] if int(line.split("\t")[2]) >= 1970]
    path = tmp_path / "coups.txt"
    path.write_text("".join([lines[0], *late]), encoding="utf-8")
    table = coups.read(path)
    loss = rosters.loss_of(table)
    assert loss is not None
    assert loss.absent == ()
    assert rosters.check_roster(table, path) == "it begins in 1970, release 2010 in 1950"
    path.write_text("".join([lines[0], *late[:-20]]), encoding="utf-8")
    with pytest.raises(DataIntegrityError, match="absence means zero"):
        rosters.check_roster(coups.read(path), path)


def test_lists_are_told_apart():
    assert {"coups", "treaties", "ucdp_brd"} <= rosters.lists_of_zeros()
    assert not rosters.lists_of_zeros() & {"vdem", "wdi", "polity5", "ewp_events", "ucdp_ged"}
    assert set(treaties.TREATIES) == {
        name.removeprefix("untc:").removesuffix("_deposit")
        for name in rosters._rosters()
        if name.startswith("untc")
    }


def test_a_file_that_ends_before_the_registered_release_says_so(data_dir, tmp_path):
    source = data_dir / "humanitarian" / "security_incidents.csv"
    frame = pd.read_csv(source, dtype="str", keep_default_na=False)
    path = tmp_path / source.name
    frame[frame["Year"].astype("int64") < 2015].to_csv(path, index=False)
    releases = Releases(discover(tmp_path))
    assert len(releases.tables("awsd")) == 1
    assert releases.remarks[path] == "it ends in 2014, release 2024 in 2024"


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7, 12, 30, 75, 150, 300, 600])
def test_a_list_in_order_of_years_is_refused_or_told_wherever_it_was_cut(data_dir, tmp_path, rows):
    """EWP's coups stand in order of years: without its last rows the list ends earlier, or lacks a state-year."""
    path = cut(data_dir / "ewp2025" / "inputs" / "all-coups.csv", tmp_path, rows)
    releases = Releases(discover(tmp_path))
    tables = releases.tables("coups")
    said = releases.remarks.get(path, "") if tables else releases.notes[path]
    assert re.search(
        r"ends in \d{4}, release 2025 in 2024|state-years of release 2025 absent|looks cut", said
    )


@pytest.mark.parametrize("lost", [1, 2, 3, 10, 21, 22, 23, 25, 60])
def test_a_list_of_coups_cut_within_a_line_is_refused_or_told(data_dir, tmp_path, lost):
    content = (data_dir / "ewp2025" / "inputs" / "all-coups.csv").read_bytes()
    path = tmp_path / "all-coups.csv"
    path.write_bytes(content[:-lost])
    releases = Releases(discover(tmp_path))
    told = releases.remarks if releases.tables("coups") else releases.notes
    assert "cut" in told[path]


def test_a_table_of_countries_cut_behind_a_whole_line_is_not_said_to_lack_its_line_end(data_dir, tmp_path):
    source = data_dir / "ewp2025" / "inputs" / "HIEF_data.csv"
    path = cut(source, tmp_path, 90)
    with pytest.raises(
        DataIntegrityError, match=r"must not stop within it, but its last Country, '\w+"
    ) as caught:
        reader("hief").read(path)
    assert "line end" not in str(caught.value)
