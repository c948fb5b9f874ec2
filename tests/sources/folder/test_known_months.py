"""Files of events or months that were cut behind a whole line: the months that are known tell."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.sources.catalogue import ucdp_ged, ucdp_ged_months
from rtop_forecast.sources.folder import known_months
from rtop_forecast.sources.folder.discover import discover
from rtop_forecast.sources.folder.known_months import active_before, fewer_than_known
from rtop_forecast.sources.folder.releases import Releases
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.month_files import bundled_months
from rtop_forecast.world.states import list_states

SLIM = "ucdp/ged_candidate_2025_slim.csv"
BY_TYPE = "ucdp/ged_candidate_2025_country_month_by_type.csv"
WORKBOOK = "ucdp/GEDevent_v26_0_2.xlsx"


@pytest.fixture(scope="module")
def workbook(more_dir):
    """Rows of the official workbook of February 2026."""
    return files.read_table(more_dir / WORKBOOK, marks=())


@pytest.fixture(scope="module")
def slim(more_dir):
    return pd.read_csv(more_dir / SLIM)


@pytest.fixture(scope="module")
def events_of_25_1():
    """Single events in the order of the states' names, up to ten for each state and month of release 25.1."""
    final = next(table for table in bundled_months() if not table.provisional)
    names = list_states().drop_duplicates("country_id", keep="last").set_index("country_id")["name"]
    rows = final.data.loc[final.data.index.repeat(final.data["ged_events"].clip(upper=10))].reset_index(
        drop=True
    )
    rows["country"] = rows["country_id"].map(names)
    rows = rows.sort_values(["country", "year", "month"], kind="stable", ignore_index=True)
    day = pd.to_datetime(rows[["year", "month"]].assign(day=1)) + pd.offsets.MonthEnd(0)
    numbers = dict.fromkeys(("deaths_a", "deaths_civilians", "deaths_unknown"), 0) | {"deaths_b": 1}
    codes = {"type_of_violence": 1, "where_prec": 1, "date_prec": 1, "priogrid_gid": 1}
    kept = rows[["year", "country", "country_id"]].assign(id=np.arange(len(rows)), **numbers, **codes)
    return kept.assign(best=1, high=1, low=1, date_end=day.dt.strftime("%Y-%m-%d"))


def saved(frame, folder, name):
    path = folder / name
    frame.to_csv(path, index=False)
    return path


def said_of(path, dataset="ucdp_ged_months"):
    """Whether a file is used, and what its folder says of it."""
    releases = Releases(discover(path.parent))
    used = len(releases.tables(dataset)) == 1
    return used, releases.remarks.get(path, "") if used else releases.notes[path]


@pytest.mark.parametrize("order", ["published", "shuffled", "by date"])
@pytest.mark.parametrize(
    ("share", "lost"), [(0.7, "388 of 1,280 events and 13 of 46"), (0.99, "13 of 1,280 events of")]
)
def test_a_cut_copy_of_a_known_candidate_release_is_refused(workbook, tmp_path, share, lost, order):
    """In whatever order its rows then stand; in another order before the cut, other events are missing."""
    kept = workbook.head(int(len(workbook) * share))
    if order == "shuffled":
        kept = kept.sample(frac=1, random_state=1)
    if order == "by date":
        kept = kept.sort_values("date_end", kind="stable")
    used, said = said_of(saved(kept, tmp_path, "GEDEvent_v26_0_2.csv"), "ucdp_ged")
    assert not used
    assert f"a copy of candidate release 26.0.2 must hold all of its events; {lost}" in said


@pytest.mark.parametrize("share", [0.7, 0.99])
def test_events_of_a_known_month_lost_in_another_order_are_told_too(workbook, tmp_path, share):
    for order in ("sampled", "by date"):
        rows = (
            workbook.sample(frac=1, random_state=1)
            if order == "sampled"
            else workbook.sort_values("date_end")
        )
        folder = tmp_path / order
        folder.mkdir()
        used, said = said_of(
            saved(rows.head(int(len(rows) * share)), folder, "GEDEvent_v26_0_2.csv"), "ucdp_ged"
        )
        if (
            order == "by date" and share == 0.99
        ):  # the events of March fall away, which the release covers in part
            assert (used, said) == (True, "")
        else:
            assert not used
            assert re.search("must hold all of its events|The file was cut", said)


def test_a_whole_copy_of_a_known_candidate_release_is_used_without_a_word(workbook, tmp_path):
    assert said_of(saved(workbook, tmp_path, "GEDEvent_v26_0_2.csv"), "ucdp_ged") == (True, "")


def moved(workbook, month):
    """Events of February 2026 as those of another month of that year."""
    first = pd.Timestamp(2026, month, 1)
    day = pd.to_datetime(workbook["date_end"].astype("str").str[:10])
    later = first + (day - pd.Timestamp("2026-02-01"))
    # the last day of the longer month has events as well
    last = (first + pd.offsets.MonthEnd(0)).normalize()
    later = later.mask(day == pd.Timestamp("2026-02-28"), last)
    return workbook.assign(date_end=later.dt.strftime("%Y-%m-%d"))


@pytest.mark.parametrize("order", ["published", "shuffled"])
def test_a_month_that_no_release_knows_is_held_to_the_states_that_never_were_quiet(workbook, tmp_path, order):
    rows = moved(workbook, 3)
    kept = rows.head(len(rows) * 7 // 10)
    kept = kept.sample(frac=1, random_state=1) if order == "shuffled" else kept
    used, said = said_of(saved(kept, tmp_path, "GEDEvent_v26_0_3.csv"), "ucdp_ged")
    assert not used
    assert re.search(
        r"(\d+) of 3\d states with events in each of the twelve last known months have none in 2026-03", said
    )
    assert "never were there more than 6" in said


def test_of_a_month_that_no_release_knows_its_size_is_said(workbook, tmp_path):
    """Nothing in such a file tells whether its last hundredth is there."""
    rows = moved(workbook, 3)
    used, said = said_of(saved(rows, tmp_path, "GEDEvent_v26_0_3.csv"), "ucdp_ged")
    assert used
    assert said == (
        "no registered release tells whether it is whole: 1,296 events in 47 states stand in it; compare with the "
        "publisher's"
    )
    assert ucdp_ged.read(tmp_path / "GEDEvent_v26_0_3.csv").release == "26.0.3"


def test_a_state_that_fell_silent_is_said(workbook, tmp_path):
    rows = moved(workbook, 3)
    used, said = said_of(
        saved(rows[rows["country"] != "Ukraine"], tmp_path, "GEDEvent_v26_0_3.csv"), "ucdp_ged"
    )
    assert used
    assert re.match(
        r"1 of 3\d states with events in each of the twelve last known months have none in it, first Ukraine "
        r"\(GW 369\): peace, or the file was cut; no registered release tells",
        said,
    )


@pytest.mark.parametrize("name", [SLIM, BY_TYPE])
def test_a_year_of_candidates_without_its_last_states_is_refused(more_dir, tmp_path, name):
    frame = pd.read_csv(more_dir / name)
    kept = frame.head(len(frame) * 7 // 10).sample(frac=1, random_state=1)
    used, said = said_of(saved(kept, tmp_path, "candidates.csv"))
    assert not used
    assert re.search(
        r"of \d+ states of release 2025-candidate absent, first .* they are the last by name", said
    )


@pytest.mark.parametrize(
    ("name", "lost"), [(SLIM, "284 of 28,396 events"), (BY_TYPE, r"600 of 181,331 deaths")]
)
def test_what_a_revision_may_take_is_said(more_dir, tmp_path, name, lost):
    frame = pd.read_csv(more_dir / name)
    used, said = said_of(saved(frame.head(len(frame) * 99 // 100), tmp_path, "candidates.csv"))
    assert used
    assert re.fullmatch(
        f"{lost} of release 2025-candidate absent, first Yemen .*: revised, or the file was cut", said
    )


def test_a_year_of_candidates_in_order_of_days_is_covered_to_its_last_whole_month(slim, tmp_path):
    rows = slim.sort_values("date", kind="stable")
    path = saved(rows.head(len(rows) * 99 // 100), tmp_path, "candidates.csv")
    months = ucdp_ged_months.read(path).months
    assert (months.first, months.last) == ((2025, 1), (2025, 11))
    assert fewer_than_known(months)[0].lost == 0


@pytest.mark.parametrize("measure", ["events", "deaths"])
def test_never_were_more_states_quiet_than_is_allowed(measure):
    """In each month from 1990 on, of the states with events in each of the twelve months before some gap."""
    rows = pd.concat(table.data[table.data[f"ged_{measure}"] > 0] for table in bundled_months())
    states = {
        number: set(one) for number, one in rows.groupby(rows["year"] * 12 + rows["month"] - 1)["country_id"]
    }
    for limit, most in known_months._MOST_QUIET.items():
        quiet = [
            len(set.intersection(*before) - states[number])
            for number in states
            for gap in range(limit)
            if None not in (before := [states.get(number - gap - back) for back in range(1, 13)])
        ]
        assert max(quiet) <= most


def test_known_months_before_a_table_are_those_of_the_final_release_first(more_dir):
    months = ucdp_ged_months.read(more_dir / SLIM).months
    active, last = active_before(months)
    assert divmod(last, 12) == (2024, 11)
    assert {625, 490, 700} <= active
    listed = set(months.data.loc[months.data["events"] > 0, "country_id"])
    assert len(active - listed) <= 2


@pytest.mark.parametrize(("states", "used"), [(20, False), (60, True)])
def test_a_table_in_order_of_months_is_refused_if_its_last_ends_early(more_dir, tmp_path, states, used):
    """Months of 2026 that no release knows: the table ends in its last month, after some states by name."""
    frame = pd.read_csv(more_dir / BY_TYPE)
    rows = frame[frame["month"] <= 3].assign(year=2026).sort_values(["month", "country"], kind="stable")
    before = rows["month"] < 3
    kept = pd.concat([rows[before], rows[~before].head(states)])
    found, said = said_of(saved(kept, tmp_path, "months.csv"))
    assert found is used
    assert ("have none in 2026-03" in said) is not used


def test_a_yearly_list_of_events_without_its_last_states_is_refused(events_of_25_1, tmp_path):
    kept = events_of_25_1[events_of_25_1["country"] < "Yemen"]
    used, said = said_of(saved(kept, tmp_path, "GEDEvent_v25_1.csv"), "ucdp_ged")
    assert not used
    assert re.search(
        r"4 of 124 states and \d+ of 2046 state-years of release 25\.1 absent, first Yugoslavia", said
    )


def test_of_a_yearly_list_fewer_events_than_known_are_said(events_of_25_1, tmp_path):
    used, said = said_of(saved(events_of_25_1, tmp_path, "GEDEvent_v25_1.csv"), "ucdp_ged")
    assert used
    assert re.fullmatch(
        r"[\d,]+ of 3\d\d,\d{3} events of release 25\.1 absent, first .*: revised, or .* cut", said
    )
