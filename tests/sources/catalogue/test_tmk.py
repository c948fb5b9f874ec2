"""Targeted Mass Killing: counts against the raw workbook, onsets, episodes, grades and refusals."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from python_calamine import CalamineWorkbook

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import tmk
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.matching import explained

NAMES = [
    "ongoing", "onset", "government", "nonstate", "planned", "stated_intent", "ethnic", "religious", "political",
    "episodes", "episode_onset", "severity", "genpol_ongoing", "genpol_onset",
]  # fmt: skip
#: India and Taiwan before they are states in our list; four rows, each an episode's first.
LOST = {("713", 1947), ("750", 1946)}


@pytest.fixture(scope="module")
def file(data_dir):
    return data_dir / "human_rights" / "tmk_events_release_1.1.xls"


@pytest.fixture(scope="module")
def table(file):
    return tmk.read(file)


@pytest.fixture(scope="module")
def raw(file):
    header, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def cells(table, state, year):
    row = table.data[(table.data["country_id"] == state) & (table.data["year"] == year)]
    assert len(row) == 1, (state, year)
    return row[NAMES].iloc[0]


def test_shape_and_coverage(table, raw):
    assert table.source == "tmk-1.1"
    assert len(raw) == 534
    assert len(table.data) == 466
    assert table.coverage == dict.fromkeys(NAMES, (1946, 2020))
    assert table.zero_inside == set(NAMES)
    assert set(zip(table.unmatched["code"], table.unmatched["year"], strict=True)) == LOST
    assert table.unmatched["rows"].sum() == 4
    assert explained(table.unmatched).all()
    assert table.data["ongoing"].sum() + 4 == len(raw)  # no row of the release stands twice


def test_counts_are_those_of_the_rows(table, raw):
    expected = defaultdict(lambda: dict.fromkeys(NAMES[:1] + NAMES[2:9], 0))
    for row in raw:
        key = int(row["pl.ccode"]), int(row["year"])
        if (str(key[0]), key[1]) in LOST:
            continue
        counts = expected[key]
        counts["ongoing"] += 1
        counts["government"] += int(row["is.government.actor"])
        counts["nonstate"] += 1 - int(row["is.government.actor"])
        counts["planned"] += int(row["intent.4.a.actor.org.pln"])
        counts["stated_intent"] += int(row["intent.4.b.actor.stat.int"])
        for kind, name in (("eth", "ethnic"), ("rel", "religious"), ("pol", "political")):
            counts[name] += any(row[f"group{i}.tmk.{kind}"] == 1 for i in range(1, 6))
    rows = table.data.to_dict("records")
    assert {
        (row["country_id"], row["year"]): {name: row[name] for name in counts} for row in rows
    } == expected


def test_the_episodes_are_those_that_the_release_counts(raw, table):
    """The paper counts 201 to 2017, the last year of version 1.0; six begin in the years that 1.1 adds."""
    first = {}
    for row in sorted(raw, key=lambda row: row["year"]):
        first.setdefault(row["tmk_id"], (str(int(row["pl.ccode"])), int(row["year"])))
    assert sum(year <= 2017 for _, year in first.values()) == 201
    counted = [key for key in first.values() if key not in LOST]
    assert table.data["episode_onset"].sum() == len(counted) == 203
    assert table.data["episodes"].sum() == len({(row["tmk_id"], row["year"]) for row in raw}) - 4


@pytest.mark.parametrize(
    ("state", "year", "onset", "episode_onset"),
    [
        (517, 1963, 2, 2),  # the government, and Parmehutu militias
        (517, 1991, 1, 1),
        (517, 1994, 1, 0),  # from 7 April 1994, in the government's run from 1991
        (344, 1995, 1, 1),  # first day in 1993, listed from 1995 on
        (475, 1967, 1, 1),  # first day in 1966, listed from 1967 on
        (816, 1954, 1, 1),  # first day in 1953
        (770, 1947, 2, 2),  # one of two with a first day in 1946
        (710, 1961, 0, 1),  # from 1958, with a year's pause
        (100, 2004, 0, 1),  # AUC from 1997, with a year's pause
        (475, 2018, 0, 1),  # Boko Haram from 2012 under another name
        (625, 2002, 0, 1),  # from 1985
        (482, 2014, 1, 1),  # not anti-Balaka a second time, whose first day differs between its rows
        (520, 1989, 0, 0),  # first days of 1988 that differ between its rows
        (625, 2012, 0, 0),  # no first day; in a run from 2011
        (850, 1965, 2, 1),  # two killings of one actor
        (850, 1966, 0, 0),
    ],
)
def test_onsets(table, state, year, onset, episode_onset):
    row = cells(table, state, year)
    assert (row["onset"], row["episode_onset"]) == (onset, episode_onset)


def test_no_state_enters_without_an_onset_but_to_take_up_a_killing(table):
    ongoing = table.data.set_index(["country_id", "year"])
    begun = ongoing.index.map(lambda key: (key[0], key[1] - 1) in ongoing.index)
    entered = ongoing[~begun]
    assert (entered["episode_onset"] > 0).all()
    assert set(entered.index[entered["onset"] == 0]) == {(100, 2004), (475, 2018), (625, 2002), (710, 1961)}


@pytest.mark.parametrize(
    ("state", "year", "severity", "genpol_ongoing", "genpol_onset"),
    [
        (517, 1994, 8, 1, 0),
        (517, 1963, 4, 1, 1),  # 2 and 4; the militias' killing is judged to be politicide
        (517, 1997, 2, 0, 0),
        (811, 1975, 8, 1, 1),
        (850, 1965, 8, 2, 1),
        (817, 1955, 4, None, None),
        (817, 1956, 4, None, 0),
        (626, 2018, None, 0, 0),
        (530, 2020, 4, None, None),
        (775, 2017, 4, 1, 1),
    ],
)
def test_grades(table, state, year, severity, genpol_ongoing, genpol_onset):
    row = cells(table, state, year)
    read = [row["severity"], row["genpol_ongoing"], row["genpol_onset"]]
    assert [None if value != value else value for value in read] == [severity, genpol_ongoing, genpol_onset]


def test_severity_is_the_highest_grade_of_the_year(table, raw):
    highest = defaultdict(list)
    for row in raw:
        highest[int(row["pl.ccode"]), int(row["year"])].append(row["tmk.ordinal"])
    for row in table.data.to_dict("records"):
        grades = highest[row["country_id"], row["year"]]
        assert row["severity"] != row["severity"] if "NA" in grades else row["severity"] == max(grades)


ROW = {
    "country": "Rwanda", "tmk_id": "Rwanda-Government of Rwanda-1963", "year": 1963, "tmk": 1, "pl.ccode": 517,
    "tmk.st": "1963-12-23", "is.government.actor": 1, "intent.4.a.actor.org.pln": 0, "intent.4.b.actor.stat.int": 0,
    "tmk.ordinal": 2, "genpol.ongoing": 0, "genpol.onset": 0,
    **{f"group{i}.tmk.{kind}": "NA" for i in range(1, 6) for kind in ("eth", "rel", "pol")},
}  # fmt: skip


def book(xlsx, path, rows, leave=()):
    header = [name for name in ROW if name not in leave]
    return xlsx(path, {"tmk": [header, *([row[name] for name in header] for row in rows)]})


def test_days_in_either_form_are_the_same_day(tmp_path, xlsx):
    again = ROW | {"tmk_id": "Rwanda-Militia-1965", "year": 1965, "tmk.st": "23.12.1963"}
    other = ROW | {"tmk_id": "Rwanda-Rebels-1966", "year": 1966, "tmk.st": "24/12/1963"}
    table = tmk.read(book(xlsx, tmp_path / "tmk_events_release_1.2.xlsx", [ROW, again, other]))
    assert table.release == "1.2"
    assert table.data.set_index("year")["onset"].to_dict() == {1963: 1, 1965: 0, 1966: 1}


def test_a_row_without_killing_and_a_row_that_stands_twice_are_reported(tmp_path, xlsx):
    rows = [ROW, ROW, ROW | {"year": 1964, "tmk": 0}]
    table = tmk.read(book(xlsx, tmp_path / "tmk_1.2.xlsx", rows))
    assert table.data["ongoing"].tolist() == [1]
    assert set(table.unmatched["reason"]) == {"no targeted mass killing", "exact repetition of another row"}
    assert explained(table.unmatched).all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROW | {"is.government.actor": 2}], "'is.government.actor' must lie between 0 and 1"),
        ([ROW | {"is.government.actor": ""}], "'is.government.actor' must hold integers"),
        ([ROW | {"group1.tmk.eth": 7}], "'group1.tmk.eth' must hold 0, 1 or NA"),
        ([ROW | {"tmk.ordinal": 9}], "'tmk.ordinal' must lie between 1 and 8"),
        ([ROW | {"genpol.onset": "yes"}], "'genpol.onset' must hold numbers"),
        ([ROW | {"tmk.st": "December"}], "'tmk.st' must hold the day a killing began; 1 of 1"),
        (
            [ROW | {"tmk.st": "1964-12-23"}],
            "'tmk.st' must hold the day a killing began, not one of a later year",
        ),
        ([ROW | {"year": 1863}], "'year' must lie between 1946"),
        ([ROW | {"pl.ccode": 998}], "first '998' in 1963"),
        ([ROW, ROW | {"tmk.ordinal": 4}], "disagree"),
        ([], "none below a header"),
    ],
)
def test_refusals(tmp_path, xlsx, rows, message):
    path = book(xlsx, tmp_path / "tmk_1.2.xlsx", rows)
    assert tmk.recognise(path)
    with pytest.raises(DataIntegrityError, match=rf"tmk_1\.2\.xlsx.*{re.escape(message)}"):
        tmk.read(path)


@pytest.mark.parametrize("column", ["tmk.ordinal", "group5.tmk.pol", "tmk_id"])
def test_a_missing_column_is_named(tmp_path, xlsx, column):
    path = book(xlsx, tmp_path / "tmk_1.2.xlsx", [ROW], leave=[column])
    assert tmk.recognise(path)
    with pytest.raises(DataIntegrityError, match=rf"1 columns are missing, first '{re.escape(column)}'"):
        tmk.read(path)


@pytest.mark.parametrize(("year", "source"), [(2020, "tmk-1.1"), (2021, "tmk-1.1to2021")])
def test_a_file_that_reaches_further_than_its_name_is_another_release(tmp_path, xlsx, year, source):
    row = ROW | {"year": year, "tmk.st": f"{year}-01-02"}
    assert tmk.read(book(xlsx, tmp_path / "tmk_events_release_1.1.xlsx", [row])).source == source


def test_a_file_that_begins_late_cannot_tell_what_begins_in_it(data_dir, tmp_path):
    source = next(data_dir.rglob("tmk_events*"))
    frame = files.read_table(source)
    whole = tmk.read(source).data.set_index(["country_id", "year"])
    path = tmp_path / "tmk.csv"
    frame[frame["year"].astype("int64") >= 1983].to_csv(path, index=False)
    late = tmk.read(path)
    assert set(late.coverage.values()) == {(1983, 2020)}
    values = late.data.set_index(["country_id", "year"])
    for name in ("onset", "episode_onset"):
        told = values[name].dropna()
        assert (told == whole[name].reindex(told.index)).all()
        assert values[name].isna().any()
        assert values.loc[values.index.get_level_values("year") > 1990, name].notna().mean() > 0.95
    assert values["ongoing"].equals(whole["ongoing"].reindex(values.index))
