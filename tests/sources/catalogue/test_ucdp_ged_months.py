"""GED by month: candidate events and tables by country and month, their months, and what they may not tell."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.errors import CoverageError, DataIntegrityError
from rtop_forecast.sources.catalogue import ucdp_ged, ucdp_ged_months
from rtop_forecast.sources.folder.discover import recognised_as
from rtop_forecast.sources.reading import files

FILES = {
    "totals": "ucdp_ged_country_monthly_v251.csv",
    "by_type": "ged_candidate_2025_country_month_by_type.csv",
    "events": "ged_candidate_2025_slim.csv",
    "workbook": "GEDevent_v26_0_2.xlsx",
    "yearly": "organizedviolencecy_v25_1.csv",
}


@pytest.fixture(scope="module")
def more(more_dir):
    return {name: more_dir / "ucdp" / file for name, file in FILES.items()}


def test_each_form_is_recognised(more):
    for name in ("totals", "by_type", "events"):
        assert recognised_as(more[name]) == "ucdp_ged_months"
    assert recognised_as(more["workbook"]) == "ucdp_ged"


def test_the_totals_are_those_of_the_country_year_file_in_every_state_and_year(more):
    # UCDP's own country-year file 25.1 of the same events
    months = ucdp_ged_months.read(more["totals"])
    assert months.months.first == (1989, 1)
    assert months.months.last == (2024, 12)
    assert not months.months.provisional
    yearly = pd.read_csv(more["yearly"])
    total = "cumulative_total_deaths_in_orgvio_best_cy"
    assert yearly[total].sum() == months.data["deaths"].sum() == 3_957_143
    theirs = yearly.set_index(["country_id_cy", "year_cy"])[total]
    ours = months.data.set_index(["country_id", "year"])["deaths"]
    # Yemen and Serbia and Montenegro have one number each with UCDP, and two with Gleditsch and Ward
    same = ours.index.intersection(theirs.index)
    assert len(same) > 1_900
    assert (ours[same] == theirs[same]).all()


def test_candidate_events_are_provisional_months_and_no_years(more):
    table = ucdp_ged_months.read(more["events"])
    assert table.coverage == {}
    months = table.months
    assert months.provisional
    assert (months.first, months.last, months.lag_months) == ((2025, 1), (2025, 12), 1)
    assert months.data["deaths"].sum() == 181_331
    sudan = months.data[months.data["country_id"] == 625]
    assert sudan["deaths"].sum() == 16_314
    assert (
        months.data[[f"{kind}_deaths" for kind in ("statebased", "nonstate", "onesided")]].sum(axis=1)
    ).equals(months.data["deaths"])


def test_events_and_the_table_made_of_them_agree(more):
    events, table = (ucdp_ged_months.read(more[name]).months for name in ("events", "by_type"))
    names = [
        "country_id",
        "year",
        "month",
        "deaths",
        "statebased_deaths",
        "nonstate_deaths",
        "onesided_deaths",
    ]
    pd.testing.assert_frame_equal(events.data[names], table.data[names], check_dtype=False)


def test_a_monthly_candidate_release_covers_its_month_alone(more):
    table = ucdp_ged.read(more["workbook"])
    months = table.months
    assert (months.first, months.last) == ((2026, 2), (2026, 2))
    assert months.release == "26.0.2"
    assert int(months.data["events"].sum()) == 1_280
    # eighteen events that ended in March are told apart, not counted as a quiet March
    partial = table.unmatched[table.unmatched["reason"].str.contains("covers the month in part")]
    assert partial["rows"].sum() == 18


def test_a_month_inside_the_coverage_without_events_is_zero_and_one_outside_is_nothing(more):
    months = ucdp_ged_months.read(more["events"]).months
    grid = months.grid("deaths", [395, 625])
    assert grid.shape == (12, 2)
    assert (grid[:, 0] == 0).all()
    assert (grid[:, 1] > 0).all()


@pytest.fixture(scope="module")
def panel(more, tmp_path_factory):
    folder = tmp_path_factory.mktemp("months")
    for name in ("totals", "events", "workbook"):
        (folder / more[name].name).write_bytes(more[name].read_bytes())
    return rtop.load_panel(data_dir=folder)


def test_a_panel_joins_yearly_and_candidate_months(panel):
    table = panel.state_months("ged_deaths")
    by_kind = table.groupby("provisional")["value"].sum()
    assert by_kind.loc[False] == 3_957_143
    assert by_kind.loc[True] == 181_331 + 11_744
    assert table.loc[table["provisional"], "year"].min() == 2025
    # January 2026 is covered by no release
    assert table[table["year"] == 2026]["month"].unique().tolist() == [2]
    assert panel.files["used"].all()
    with pytest.raises(CoverageError, match="no release tells of 'ged_weather' by month"):
        panel.state_months("ged_weather")


def test_yearly_months_stand_before_candidate_ones(panel):
    candidate = next(table for table in panel.months if table.provisional and table.first == (2025, 1))
    moved = candidate.data.assign(year=2024)
    early = rtop.sources.MonthTable(
        source="made-candidate",
        release="2024-candidate",
        data=moved,
        variables=candidate.variables,
        first=(2024, 1),
        last=(2024, 12),
        lag_months=1,
        provisional=True,
        unmatched=candidate.unmatched,
    )
    from dataclasses import replace

    both = replace(panel, months=(early, *panel.months)).state_months("ged_deaths")
    assert not both.loc[both["year"] == 2024, "provisional"].any()


def test_only_months_published_by_the_day_are_known(panel):
    table = panel.as_of(date(2025, 10, 31)).state_months("ged_deaths")
    # a month is published after one more: September by the end of October
    assert table[table["year"] == 2025]["month"].max() == 9
    eve = panel.as_of(date(2025, 10, 30)).state_months("ged_deaths")
    assert eve[eve["year"] == 2025]["month"].max() == 8
    early = panel.as_of(date(2025, 6, 30)).state_months("ged_deaths")
    assert early[~early["provisional"]]["year"].max() == 2024


def test_scrambling_the_months_after_the_day_moves_nothing(panel):
    from dataclasses import replace

    day = date(2025, 6, 30)
    rng = np.random.default_rng(0)
    scrambled = []
    for table in panel.months:
        number = table.data["year"] * 12 + table.data["month"]
        later = (number > 2025 * 12 + 5).to_numpy()
        data = table.data.copy()
        data.loc[later, "ged_deaths"] = rng.integers(0, 10_000, later.sum())
        scrambled.append(replace(table, data=data))
    before, after = (
        one.as_of(day).state_months("ged_deaths") for one in (panel, replace(panel, months=tuple(scrambled)))
    )
    pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("date", "31/01/2025", "each event has a date as 2025-01-31"),
        ("type_of_violence", 4, "type_of_violence"),
        ("best", -1, "best"),
    ],
)
def test_wrong_cells_are_refused(more, tmp_path, column, value, message):
    frame = pd.read_csv(more["events"], dtype="str").head(500)
    frame.loc[7, column] = str(value)
    frame.to_csv(tmp_path / "candidate.csv", index=False)
    with pytest.raises(DataIntegrityError, match=message):
        ucdp_ged_months.read(tmp_path / "candidate.csv")


def test_a_repeated_state_month_is_refused(more, tmp_path):
    frame = pd.read_csv(more["by_type"])
    pd.concat([frame, frame.head(2)]).to_csv(tmp_path / "twice.csv", index=False)
    with pytest.raises(DataIntegrityError, match="each country and month has one row"):
        ucdp_ged_months.read(tmp_path / "twice.csv")


def test_an_extract_of_one_country_is_still_refused(more, tmp_path):
    from rtop_forecast.sources.reading import files

    frame = files.read_table(more["workbook"], marks=())
    frame[frame["country"] == "Sudan"].to_csv(tmp_path / "GEDEvent_sudan.csv", index=False)
    with pytest.raises(DataIntegrityError, match="covers no year in full"):
        ucdp_ged.read(tmp_path / "GEDEvent_sudan.csv")


@pytest.mark.parametrize("form", ["padded", "lower"])
def test_codes_of_federations_are_known_however_they_are_written(more, tmp_path, form):
    frame = pd.read_csv(more["totals"], dtype="str", keep_default_na=False)
    iso = frame["iso3"]
    path = tmp_path / "totals_v251.csv"
    frame.assign(iso3=" " + iso + " " if form == "padded" else iso.str.lower()).to_csv(path, index=False)
    written, published = ucdp_ged_months.read(path), ucdp_ged_months.read(more["totals"])
    pd.testing.assert_frame_equal(written.data, published.data)
    assert published.data.set_index(["country_id", "year"])["events"][345, 1991] == 250


def test_a_table_without_some_months_is_refused(more, tmp_path):
    frame = pd.read_csv(more["totals"], dtype="str", keep_default_na=False)
    path = tmp_path / "totals.csv"
    frame[~((frame["year"] == "2006") & (frame["event_month"] == "3"))].to_csv(path, index=False)
    with pytest.raises(DataIntegrityError, match=r"1 have none, first 2006-03"):
        ucdp_ged_months.read(path)


def test_a_table_that_reaches_further_than_its_name_is_another_release(more, tmp_path):
    frame = pd.read_csv(more["totals"], dtype="str", keep_default_na=False)
    path = tmp_path / "totals_v251.csv"
    pd.concat([frame, frame[frame["year"] == "2024"].assign(year="2025")]).to_csv(path, index=False)
    assert ucdp_ged_months.read(path).source == "ucdp-ged-months-25.1to2025"


def test_the_workbook_names_the_dyads_of_february_and_leaves_out_parties_not_made_out(more):
    # counted in the workbook itself: ended in February, a party's name is not a code such as XXX482
    dyads = ucdp_ged.read(more["workbook"]).months.dyads
    sheet = files.read_table(more["workbook"], marks=("id", "dyad_name"))
    named = sheet[
        sheet["date_end"].astype("str").str.startswith("2026-02") & ~sheet["dyad_name"].str.contains("XXX")
    ]
    pairs = named[["country_id", "dyad_new_id"]].astype(float).drop_duplicates()
    assert len(dyads) == len(pairs)
    assert set(dyads["dyad_id"]) == set(pairs["dyad_new_id"].astype(int))


def test_a_list_of_events_without_dyads_tells_of_none(more):
    assert ucdp_ged_months.read(more["events"]).months.dyads is None
    assert ucdp_ged_months.read(more["totals"]).months.dyads is None
