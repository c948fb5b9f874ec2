"""A state or a year that a source does not cover is missing, never zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.panel.build import build_panel
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.catalogue import awsd, reign_elections, unhcr
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.table import no_unmatched

USA, JORDAN, KUWAIT, TAIWAN, RUSSIA = 2, 663, 690, 713, 365


def table(**changes):
    entry = {
        "source": "list-1", "release": "1", "coverage": {"events": (2000, 2002)}, "zero_inside": {"events"},
        "data": pd.DataFrame({"country_id": [USA], "year": [2000], "events": [3.0]}), "unmatched": no_unmatched(),
        "publication_lag_months": 6, "states": {"events": {USA, RUSSIA}},
    }  # fmt: skip
    return SourceTable(**(entry | changes))


def test_absence_is_zero_in_covered_states_and_missing_in_others():
    frame = (
        build_panel([table()], first=2000, last=2003).to_frame().set_index(["country_id", "year"])["events"]
    )
    assert [frame[(USA, year)] for year in (2000, 2001, 2002)] == [3, 0, 0]
    assert frame[(RUSSIA, 2000)] == 0
    assert frame.xs(JORDAN).isna().all()
    assert frame.xs(2003, level="year").isna().all()
    everywhere = (
        build_panel([table(states={})], first=2000, last=2000).to_frame().set_index("country_id")["events"]
    )
    assert everywhere[JORDAN] == 0


def test_covered_states_are_kept_under_another_name():
    assert table().select({"events": "x_events"}).states == {"x_events": {USA, RUSSIA}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"states": {"events": {RUSSIA}}}, "1 values are of others, first GW 2"),
        ({"states": {"deaths": {USA}}}, "covered variables only; 1 of list-1 are not, first 'deaths'"),
    ],
)
def test_states_that_contradict_the_table_are_refused(changes, message):
    with pytest.raises(rtop.InputError, match=message):
        table(**changes)


def test_elections_of_states_that_reign_does_not_list_are_missing(data_dir):
    """Jordan votes every four years, Kuwait and Taiwan too; the list has no row of them in any year."""
    elections = reign_elections.read(data_dir / "governance" / "electionlist_3_21.csv")
    listed = elections.states["elections"]
    assert not {JORDAN, KUWAIT, TAIWAN} & listed
    assert {USA, RUSSIA} <= listed
    frame = build_panel([elections], first=1946, last=2020).to_frame().set_index("country_id")
    assert frame.loc[[JORDAN, KUWAIT, TAIWAN], list(elections.coverage)].isna().all(axis=None)


def test_a_referendum_is_no_irregular_election(data_dir):
    """The list has a referendum as not regular; it counts among the referendums alone."""
    counts = reign_elections.read(data_dir / "governance" / "electionlist_3_21.csv").data
    assert counts["referendums"].sum() > 100
    assert not (counts["irregular"] > counts["elections"]).any()
    assert not (counts["early"] > counts["elections"]).any()


def test_attacks_in_chechnya_are_attacks_in_russia(data_dir):
    """26 incidents stand under Chechnya in the export."""
    path = data_dir / "humanitarian" / "security_incidents.csv"
    rows = pd.read_csv(path)
    own = rows[rows["Country"].isin(["Chechnya", "Russian Federation"])].groupby("Year").size()
    assert rows["Country"].eq("Chechnya").sum() == 26
    found = awsd.read(path).data.set_index(["country_id", "year"])["incidents"]
    assert {year: found[(RUSSIA, year)] for year in own.index} == own.to_dict()


@pytest.fixture(scope="module")
def displaced(data_dir):
    return unhcr.read(data_dir / "humanitarian" / "population.rda")


def test_unhcr_covers_each_kind_from_the_year_it_was_first_recorded(displaced):
    """UNHCR's methodology: the internally displaced from 1993, asylum seekers by origin from 2000."""
    first = {name: years[0] for name, years in displaced.coverage.items()}
    assert first["idps"] == 1993
    assert first["asylum_seekers"] == 2000
    assert first["refugees"] == 1961
    frame = displaced.data
    assert frame.loc[frame["year"] < 1993, "idps"].isna().all()
    assert frame.loc[frame["year"] < 2000, "asylum_seekers"].isna().all()


def test_present_codes_stand_for_predecessors(displaced, data_dir):
    """UNHCR gives Yugoslavia's refugees under SRB, the Soviet Union's under RUS, Czechoslovakia's under CZE."""
    raw = files.read_table(data_dir / "humanitarian" / "population.rda", marks=["coo_iso", "refugees"])
    found = displaced.data.set_index(["country_id", "year"])["refugees"]
    for code, state, year in (("SRB", 345, 1999), ("RUS", 365, 1990), ("CZE", 315, 1980), ("SRB", 340, 2006)):
        assert (
            found[(state, year)]
            == raw.loc[(raw["coo_iso"] == code) & (raw["year"] == year), "refugees"].sum()
        )
    assert found[(345, 1999)] == 172_506
    lost = displaced.unmatched[displaced.unmatched["year"] <= displaced.coverage["refugees"][1]]
    assert not lost["code"].isin(["SRB", "RUS", "CZE", "YUG", "SUN", "CSK"]).any()
    assert np.isfinite(found).any()
