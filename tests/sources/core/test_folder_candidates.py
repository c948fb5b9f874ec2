"""A year of a folder's candidate events: the same provisional year as the bundle's, from whichever files hold it."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.sources.core.candidate_year import candidate_year, events_of_year

EVENTS, BY_TYPE = "ged_candidate_2025_slim.csv", "ged_candidate_2025_country_month_by_type.csv"
PLACES = "BattleDeaths_v25_1.csv"


@pytest.fixture(scope="module")
def bundle():
    return rtop.load_panel()


@pytest.fixture(scope="module")
def provisional(bundle):
    """Variables of which the bundle's 2025 is provisional."""
    return [name for name, variable in bundle.variables.items() if 2025 in variable.provisional]


@pytest.fixture
def folder(data_dir, more_dir, tmp_path):
    shutil.copy(data_dir / "ewp2025" / "inputs" / PLACES, tmp_path / PLACES)
    return tmp_path


@pytest.fixture(scope="module")
def slim(more_dir):
    return more_dir / "ucdp" / EVENTS


def year_of(panel, names, year=2025):
    return panel.frame.loc[panel.frame["year"] == year, ["country_id", *names]].reset_index(drop=True)


def official(slim, more_dir):
    """The events of 2025 with the columns of UCDP's own files of candidate events."""
    frame = pd.read_csv(slim)
    codes = pd.read_csv(more_dir / "ucdp" / BY_TYPE).drop_duplicates("country").set_index("country")["gwno"]
    counts = dict.fromkeys(["deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "low", "high"], 0)
    return frame.assign(
        **counts,
        year=2025,
        country_id=frame["country"].map(codes),
        where_prec=1,
        date_prec=1,
        priogrid_gid=1,
        dyad_new_id=frame["conflict_new_id"],
        dyad_name=frame["conflict_name"],
        date_start=frame["date"],
        date_end=frame["date"],
    ).drop(columns="date")


def write_months(frame, folder, months):
    for month in months:
        own = frame[frame["date_end"].str[5:7].astype(int) == month]
        own.to_csv(folder / f"GEDEvent_v25_0_{month}.csv", index=False)


def test_the_year_of_a_list_of_events_is_that_of_the_bundle(bundle, provisional, folder, slim):
    """Every cell; the bundle's own table was compiled from this list, these conflicts and the totals of 26.1."""
    shutil.copy(slim, folder / EVENTS)
    panel = rtop.load_panel(data_dir=folder, cache=False)
    assert len(provisional) == 16
    pd.testing.assert_frame_equal(year_of(panel, provisional), year_of(bundle, provisional), check_exact=True)
    for name in provisional:
        mine, theirs = panel.variables[name], bundle.variables[name]
        assert (mine.source, mine.provisional, mine.seams) == (theirs.source, (2025,), theirs.seams)
    assert f"{EVENTS}" in panel.hashes
    note = panel.files.set_index("file").loc[EVENTS, "note"]
    assert "adds 2025, provisional, to 16 variables (ucdp-candidate-2025)" in note


def test_twelve_files_of_months_give_the_same_year(bundle, provisional, folder, slim, more_dir):
    write_months(official(slim, more_dir), folder, range(1, 13))
    panel = rtop.load_panel(data_dir=folder, cache=False)
    assert panel.files["used"].all()
    assert panel.files["note"].str.contains("adds 2025").sum() == 12
    pd.testing.assert_frame_equal(year_of(panel, provisional), year_of(bundle, provisional), check_exact=True)


def test_other_events_give_another_year_and_not_the_bundles(bundle, provisional, folder, slim):
    """Mali's events twice as deadly: its total stays that of 26.1, the share of its conflicts does not."""
    frame = pd.read_csv(slim)
    chosen = (frame["country"] == "Mali") & (frame["type_of_violence"] == 3)
    frame.assign(best=frame["best"].where(~chosen, frame["best"] * 2)).to_csv(folder / EVENTS, index=False)
    panel = rtop.load_panel(data_dir=folder, cache=False)
    mine, theirs = (year_of(one, provisional).set_index("country_id") for one in (panel, bundle))
    name = "ucdp_osv_nonstate_deaths"
    assert mine.loc[432, name] > theirs.loc[432, name]
    differing = mine.index[(mine != theirs).any(axis=1) & ~(mine.isna() & theirs.isna()).all(axis=1)]
    assert differing.tolist() == [432]


def test_a_year_with_a_month_that_is_not_at_hand_adds_nothing_and_says_so(
    bundle, provisional, folder, slim, more_dir
):
    write_months(official(slim, more_dir), folder, [*range(1, 7), *range(8, 13)])
    panel = rtop.load_panel(data_dir=folder, cache=False)
    assert (
        panel.files["note"].str.contains("11 of 12 months of 2025 are at hand: no year is added").sum() == 11
    )
    pd.testing.assert_frame_equal(year_of(panel, provisional), year_of(bundle, provisional), check_exact=True)


def test_without_a_list_of_conflicts_it_says_how_those_between_states_are_placed(slim, tmp_path):
    shutil.copy(slim, tmp_path / EVENTS)
    panel = rtop.load_panel(data_dir=tmp_path, cache=False)
    assert "they count where they are fought" in panel.files["note"].iloc[0]


def test_a_name_that_is_no_state_costs_the_year_and_is_told(bundle, provisional, folder, slim, more_dir):
    frame = official(slim, more_dir)
    write_months(frame.assign(country=frame["country"].replace("Mali", "Atlantis")), folder, range(1, 13))
    panel = rtop.load_panel(data_dir=folder, cache=False)
    assert panel.files["note"].str.contains("adds no provisional year: .*'Atlantis'").sum() == 1
    pd.testing.assert_frame_equal(year_of(panel, provisional), year_of(bundle, provisional), check_exact=True)


def test_events_without_totals_stand_as_they_are_and_are_out_a_month_later(slim):
    """Of a year of which no total is known; 16,314 deaths of Sudan in the list, some 75,000 by the totals."""
    events, _ = events_of_year(slim, 2025)
    known = pd.DataFrame({"conflict_id": [], "gwno_loc": []})
    table = candidate_year(
        events, known=known, source="ucdp-ged-months-2025-candidate", publication_lag_months=1
    )
    sudan = table.data.set_index("country_id").loc[625]
    assert sudan["ucdp_organizedviolence_deaths"] == 16_314
    assert (table.release, table.publication_lag_months, table.provisional) == ("2025-candidate", 1, (2025,))
    other = candidate_year(events, known=known, source="ucdp-candidate-2031")
    assert (other.release, other.publication_lag_months) == ("2031", 6)
    assert np.isfinite(table.data.to_numpy(dtype=float)).all()
