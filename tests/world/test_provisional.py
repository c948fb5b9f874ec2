"""Provisional episodes: the project's list keeps its own rules, and a list that breaks one is refused with a remedy."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.episodes import episode_state_years, load_episodes
from rtop_forecast.world.provisional import last_coded_year, under_way_with
from rtop_forecast.world.provisional_checks import COLUMNS

BUNDLED = datasets_dir() / "provisional" / "episodes.csv"
# Mozambique has no episode in the list that is open at its end.
NEW = {
    "episode_id": "moz-2025-s1", "status": "new", "country_id": "541", "name": "Mozambique", "start_year": "2025",
    "start_month": "3", "last_year": "2025", "state_led": "1", "target_kind": "political",
    "label": "An invented case for a test", "deaths_low": "1000", "deaths_best": "1200", "deaths_high": "",
    "deaths_period": "2025-03 to 2025-06", "rule": "invented", "source": "a test", "address": "https://example.org/",
    "read_on": "2025-08-01", "beside": "", "known_on": "2025-08-02",
}  # fmt: skip
ENDED = NEW | {
    "episode_id": "caf-2013-n1", "status": "ended", "country_id": "482", "name": "Central African Republic",
    "start_year": "2013", "start_month": "", "last_year": "2021", "state_led": "0", "target_kind": "religious",
    "deaths_low": "", "deaths_best": "20", "deaths_period": "2025",
}  # fmt: skip


def written(folder, *rows, columns=COLUMNS):
    path = folder / "own.csv"
    pd.DataFrame(list(rows), columns=list(columns)).to_csv(path, index=False)
    return path


def test_the_projects_list_is_sourced_dated_and_beyond_the_list():
    episodes = rtop.load_provisional_episodes()
    frame = episodes.to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == len(pd.read_csv(BUNDLED))
    assert (frame["deaths_best"] >= 100).all()
    assert all(urlsplit(one).netloc for one in frame["address"])
    listed = load_episodes().set_index("episode_id")
    new = frame["status"].eq("new")
    assert (frame.loc[new, "start_year"] > last_coded_year()).all()
    assert listed.loc[frame.loc[~new, "episode_id"], "end_year"].isna().all()
    assert frame["known_on"].max() == episodes.last_known_on.isoformat()
    assert f"{int(new.sum())} new" in repr(episodes)


def test_what_the_list_says_of_two_states():
    frame = rtop.load_provisional_episodes().to_frame().set_index("episode_id")
    # UCDP's candidate events: 1,752 civilians killed by the government of Syria in March 2025
    assert frame.loc["syr-2025-s1", ["start_year", "start_month"]].tolist() == [2025, 3]
    assert frame.loc["syr-2025-s1", "deaths_best"] >= 1752
    # by 7 January 2026 more than 40 were killed in Iran, fewer than the hundred from which an episode is dated
    assert frame.loc["irn-2026-s1", ["start_year", "start_month"]].tolist() == [2026, 1]
    assert frame.loc["irn-2026-s1", "deaths_best"] == 5777 + 86 + 49


def test_an_episode_that_goes_on_counts_as_it_does_by_the_lists_own_rule():
    """Three quiet years after its last, or after the list's last year where it has no end."""
    frame = rtop.load_provisional_episodes().frame
    told = under_way_with(frame[frame["status"] == "goes on"], year=2025).set_index("country_id")["ongoing"]
    by_year = episode_state_years(load_episodes(), first=2023, last=2024)
    lately = by_year.groupby("country_id")["ongoing"].max()
    assert len(told) >= 4
    assert (told.gt(0) == lately.loc[told.index].gt(0)).all()


def test_a_new_episode_counts_from_its_first_year_and_an_ended_one_no_longer(tmp_path):
    rows = rtop.load_provisional_episodes(written(tmp_path, NEW, ENDED)).frame
    counts = {
        year: under_way_with(rows, year=year).set_index("country_id")["ongoing"]
        for year in (2021, 2024, 2025)
    }
    assert [int(counts[year][541]) for year in (2024, 2025)] == [0, 1]
    assert [int(counts[year][482]) for year in (2021, 2024, 2025)] == [1, 0, 0]
    led = under_way_with(rows, year=2025).set_index("country_id")
    assert led.loc[541, ["state_led_ongoing", "nonstate_ongoing"]].tolist() == [1, 0]


def test_rows_are_known_from_the_day_they_were_written(tmp_path):
    later = ENDED | {"known_on": "2025-09-30"}
    episodes = rtop.load_provisional_episodes(written(tmp_path, later, NEW))
    assert len(episodes.as_of(date(2025, 8, 1)).frame) == 0
    assert episodes.as_of(date(2025, 8, 2)).frame["episode_id"].tolist() == ["moz-2025-s1"]
    assert len(episodes.as_of(date(2025, 9, 30)).frame) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"country_id": "9999"}, "Gleditsch-Ward number of a state; 1 of 1 rows break this, first moz-2025-s1"),
        ({"name": "Mozambic Republic of Nowhere"}, "the state of moz-2025-s1 is not known"),
        ({"name": "Zambia"}, "name and country_id are of one state"),
        ({"source": ""}, "every row gives its source"),
        ({"address": "a book"}, "address is that of the source"),
        ({"known_on": ""}, "every row gives `known_on`"),
        ({"known_on": "2 August 2025"}, "`known_on` is a day written as YYYY-MM-DD"),
        ({"known_on": "2025-02-01", "read_on": "2025-02-01"}, "known_on is no day before start"),
        ({"known_on": "2025-07-31"}, "known_on is no day before read_on"),
        ({"last_year": "2026"}, "known_on is no day before last_year"),
        ({"last_year": "2024"}, "last_year is not before start_year"),
        ({"status": "begun"}, "status is one of new, goes on, ended"),
        ({"deaths_best": "999", "deaths_low": ""}, "a new episode has 1,000 civilians killed or more"),
        ({"deaths_low": "1300"}, "deaths_low <= deaths_best <= deaths_high"),
        ({"deaths_best": "some"}, "`deaths_best` is an integer"),
        ({"start_month": "13"}, "start_month is 1 to 12"),
        ({"state_led": "0"}, "episode_id reads <place>-<start year>-<s|n><number>"),
        ({"target_kind": "unknown"}, "target_kind is one of"),
        ({"episode_id": "moz-2024-s1", "start_year": "2024"}, "a new episode begins after 2024"),
        ({"status": "goes on"}, "an episode that goes on or ended is one of the list"),
    ],
)  # fmt: skip
def test_a_row_that_breaks_a_rule_is_refused(tmp_path, change, words):
    with pytest.raises(rtop.InputError) as caught:
        rtop.load_provisional_episodes(written(tmp_path, NEW | change))
    assert words in str(caught.value)
    assert "own.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "new", "deaths_best": "2000"}, "a new episode is none that the list has"),
        ({"country_id": "483", "name": "Chad"}, "`country_id` of an episode of the list is as the list has it"),
        ({"status": "goes on", "last_year": "2024"}, "goes on if killing was seen after 2024"),
        ({"episode_id": "syr-2011-s1", "country_id": "652", "name": "Syria", "start_year": "2011", "state_led": "1"},
         "one without an end in the list"),
    ],
)  # fmt: skip
def test_an_episode_of_the_list_is_told_as_the_list_has_it(tmp_path, change, words):
    with pytest.raises(rtop.InputError) as caught:
        rtop.load_provisional_episodes(written(tmp_path, ENDED | change))
    assert words in str(caught.value)


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(rtop.InputError, match=r"nowhere\.csv cannot be read"):
        rtop.load_provisional_episodes(tmp_path / "nowhere.csv")
    path = tmp_path / "own.csv"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(rtop.InputError, match="no CSV table in UTF-8"):
        rtop.load_provisional_episodes(path)
    with pytest.raises(rtop.InputError, match="holds no episode"):
        rtop.load_provisional_episodes(written(tmp_path))
    with pytest.raises(rtop.InputError, match=r"first 'when' \(unknown\)"):
        rtop.load_provisional_episodes(written(tmp_path, NEW | {"when": "now"}, columns=(*COLUMNS, "when")))
    short = [name for name in COLUMNS if name != "source"]
    with pytest.raises(rtop.InputError, match=r"first 'source' \(missing\)"):
        rtop.load_provisional_episodes(written(tmp_path, NEW, columns=short))
    with pytest.raises(rtop.InputError, match="an episode has one row; 1 of 2 rows"):
        rtop.load_provisional_episodes(written(tmp_path, NEW, NEW))
