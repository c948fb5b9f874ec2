"""The list of a state's mechanisms: complete where it says so, sourced, and blind to what came after the day."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast.mechanisms.listing import indexed, listed
from rtop_forecast.sources.mechanisms import GROUPS, ORGANISATIONS, load_mechanisms, mechanism_tables


@pytest.fixture(scope="module")
def rows():
    return load_mechanisms()


def status(state, mechanism, day):
    table = rtop.list_mechanisms(state, as_of=day)
    return table[table["mechanism"].str.startswith(mechanism)]["status"].tolist()


def test_universal_periodic_review_has_every_state_once_a_cycle(rows):
    reviews = rows[rows["table"] == "universal_periodic_review"]
    assert not reviews.duplicated(["country_id", "mechanism"]).any()
    counts = reviews.groupby("mechanism").size()
    assert counts.tolist() == [192, 193, 193, 193]
    by_mark = reviews.groupby(["mechanism", "found_by"]).size()
    assert by_mark["Universal Periodic Review, cycle 3", "by elimination"] == 17
    assert by_mark["Universal Periodic Review, cycle 4", "scheduled"] == 28
    assert (reviews["found_by"] == "by elimination").sum() == 17


def test_there_are_71_peacekeeping_operations(rows):
    operations = rows[(rows["table"] == "peace_operations") & (rows["status"] == "peacekeeping operation")]
    acronyms = set(operations["mechanism"].str.split(",").str[0])
    assert len(acronyms) == 71
    transition = operations[operations["mechanism"].str.startswith("UNTMIH")].iloc[0]
    assert (transition["date"], transition["until"]) == ("1997-07-30", "1997-11-30")
    assert "1997" in transition["source"]


def test_every_row_has_a_source_a_date_and_a_mark(rows):
    assert rows["source"].str.len().gt(3).all()
    assert (
        not rows[["source", "note"]]
        .apply(lambda c: c.str.contains("UNSOURCED|general knowledge"))
        .any(axis=None)
    )
    assert set(rows["found_by"]) == {"stated", "by elimination", "scheduled"}
    assert set(rows["precision"]) <= {"day", "month", "year", "by"}
    assert rows["known_on"].notna().all()
    assert (rows["ended_on"].isna() | (rows["until"] >= rows["date"].str[:4])).all()


def test_tables_are_those_that_are_described(rows):
    tables = mechanism_tables()
    assert set(rows["table"]) == set(tables["table"])
    assert list(dict.fromkeys(tables["group"])) == list(GROUPS)
    assert set(tables["complete"]) == {"yes", "partial"}
    assert pd.to_datetime(tables["recorded_until"]).notna().all()


def test_groups_stand_in_their_order_and_nothing_is_called_absent():
    table = rtop.list_mechanisms("Chad")
    places = [GROUPS.index(group) for group in table["group"]]
    assert places == sorted(places)
    assert not table["status"].str.contains("not a party|absent|none").any()
    bare = table[table["source"] == ""]
    assert bare["status"].str.startswith("not recorded by ").all()


def test_statuses_turn_with_the_day():
    assert status("Jamaica", "First Optional Protocol", date(1998, 1, 22)) == ["party"]
    assert status("Jamaica", "First Optional Protocol", date(1998, 1, 23)) == ["withdrew"]
    assert status("Trinidad and Tobago", "First Optional Protocol", date(1999, 1, 1)) == ["withdrew", "party"]
    assert status("Lithuania", "Mine Ban", date(2025, 12, 26)) == ["party"]
    assert status("Lithuania", "Mine Ban", date(2025, 12, 27)) == ["withdrew"]
    assert status("Burundi", "Rome Statute", date(2024, 12, 31)) == ["withdrew"]
    assert status("United States", "Rome Statute", date(2024, 12, 31)) == ["not recorded by 2024-12-31"]
    assert status("United States", "Convention against Torture", date(2024, 12, 31)) == ["party"]
    assert status("Mali", "Economic Community of West", date(2024, 12, 31)) == ["member"]
    assert status("Mali", "Economic Community of West", date(2025, 12, 31)) == ["left"]
    assert status("Sudan", "Universal Periodic Review", date(2024, 1, 1)) == ["reviewed, session 40"]
    assert status("Sudan", "Universal Periodic Review", date(2026, 6, 1))[1] == "scheduled, session 54"


def test_members_of_regional_organisations(rows):
    members = rows[rows["table"].isin(["memberships", "regional_members"])]

    def count(year):
        day = pd.Timestamp(year, 12, 31)
        held = members[(members["known_on"] <= day) & ~(members["ended_on"] <= day)]
        return held.groupby("mechanism")["country_id"].nunique().to_dict()

    found = count(2025)
    assert set(found) == set(ORGANISATIONS)
    # totals of the organisations less the Sahrawi Republic (AU), the Holy See (OSCE) and Palestine (LAS)
    assert found == {
        "AU": 54, "ECOWAS": 12, "SADC": 16, "ECCAS": 11, "EAC": 8, "IGAD": 8, "ICGLR": 12, "LAS": 21,
        "EU": 27, "OSCE": 56, "OAS": 34, "ASEAN": 11,
    }  # fmt: skip
    assert count(2024)["ECOWAS"] == 15
    assert (count(2003)["EU"], count(2005)["OSCE"]) == (15, 54)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(
    year=st.integers(1950, 2026),
    month=st.integers(1, 12),
    country_id=st.sampled_from([625, 432, 2, 652, 510, 368, 41, 345]),
)
def test_the_future_changes_no_list(year, month, country_id):
    rows = load_mechanisms()
    day = pd.Timestamp(year, month, 28)
    tables = mechanism_tables().to_dict("records")
    later = rows["known_on"] > day
    scrambled = rows.copy()
    scrambled.loc[later, ["status", "source", "note", "date"]] = [
        "scrambled",
        "scrambled",
        "scrambled",
        "9999",
    ]
    ends_later = rows["ended_on"] > day
    scrambled.loc[ends_later, "ended_on"] += timedelta(days=4000)
    scrambled.loc[ends_later, ["until", "until_note", "until_source"]] = ["9999", "scrambled", "scrambled"]
    before = listed(indexed(rows), tables, country_id, day)
    pd.testing.assert_frame_equal(before, listed(indexed(scrambled), tables, country_id, day))
    assert not before.astype(str).apply(lambda c: c.str.contains("scrambled")).any(axis=None)


def test_a_misspelt_state_and_a_wrong_day_are_refused():
    with pytest.raises(rtop.InputError, match="Sudann"):
        rtop.list_mechanisms("Sudann")
    with pytest.raises(rtop.InputError, match="as_of"):
        rtop.list_mechanisms("Sudan", as_of="2024-01-01")
