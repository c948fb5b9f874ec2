"""Labels: right windows, missing while open, nothing lost silently."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast.targets import EVENTS, NOT_AT_RISK, Exclusion, onset_within, relabelled, what_happens


@pytest.mark.parametrize(
    ("onset", "horizon", "expected"),
    [
        ([0, 0, 1, 0, 0], 2, [1, 1, 0, np.nan, np.nan]),
        # an onset already seen does not close a window early
        ([0, 0, 0, 0, 1], 2, [0, 0, 1, np.nan, np.nan]),
        ([0, 0, 0, 1], 2, [0, 1, np.nan, np.nan]),
        ([0, 1, 0], 1, [1, 0, np.nan]),
        # a state that ends is judged by the years in which it existed
        ([0, 1, np.nan, np.nan, np.nan], 2, [1, np.nan, np.nan, np.nan, np.nan]),
        ([np.nan, np.nan, 0, 1, 0], 2, [0, 1, 1, np.nan, np.nan]),
    ],
)
def test_onset_within(onset, horizon, expected):
    np.testing.assert_array_equal(onset_within(onset, horizon=horizon), expected)


@given(onset=st.lists(st.sampled_from([0, 1]), min_size=1, max_size=20), horizon=st.integers(1, 4))
def test_onset_within_agrees_with_a_loop(onset, horizon):
    expected = [
        float(any(onset[t + 1 : t + 1 + horizon])) if t + horizon < len(onset) else np.nan
        for t in range(len(onset))
    ]
    np.testing.assert_array_equal(onset_within(onset, horizon=horizon), expected)


@given(
    onset=st.lists(st.sampled_from([0, 1]), min_size=2, max_size=20),
    horizon=st.integers(1, 4),
    cut=st.integers(1, 20),
)
def test_later_years_only_add_labels(onset, horizon, cut):
    early = onset_within(onset[:cut], horizon=horizon)
    late = onset_within(onset, horizon=horizon)[: len(early)]
    labelled = np.isfinite(early)
    np.testing.assert_array_equal(early[labelled], late[labelled])


def test_wrong_input_is_refused():
    with pytest.raises(rtop.InputError, match="at least 1; got 0"):
        onset_within([0, 1], horizon=0)
    with pytest.raises(rtop.InputError, match="1 of 3 values are not, first 2"):
        onset_within([0, 2, 1], horizon=1)


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


def labels(target):
    return target.to_frame().set_index(["country_id", "year"])


def test_open_windows_have_no_label(panel):
    target = rtop.onset_target(panel, horizon=2)
    frame = target.to_frame()
    assert frame.loc[frame["year"] + 2 > target.last_observed, "outcome"].isna().all()
    closed = frame[(frame["year"] + 2 <= target.last_observed) & frame["at_risk"]]
    assert closed["outcome"].isna().sum() == target.exclusions["state_ended"]


def test_every_state_year_is_labelled_or_excluded_with_a_reason(panel):
    target = rtop.onset_target(panel, horizon=2)
    assert target.frame["outcome"].isna().sum() == sum(target.exclusions.values())
    assert "window_open" in target.summary()


def test_known_cases(panel):
    frame = labels(rtop.onset_target(panel, horizon=2))["outcome"]
    assert frame[(517, 1992)] == 1  # Rwanda 1994
    assert frame[(517, 1991)] == 1  # Rwanda 1993, by the rebel army
    assert frame[(652, 2009)] == 1  # Syria 2011
    assert frame[(652, 2008)] == 0
    assert frame[(439, 2017)] == 1  # Burkina Faso 2019
    assert frame[(625, 2021)] == 1  # Sudan 2023
    assert frame[(390, 2000)] == 0  # Denmark


def test_ongoing_states_can_be_left_out(panel):
    default, strict = (rtop.onset_target(panel, ongoing_at_risk=flag) for flag in (True, False))
    assert "ongoing" not in default.exclusions
    assert strict.exclusions["ongoing"] > 500
    assert strict.frame["at_risk"].sum() < default.frame["at_risk"].sum()


def test_unknown_event_names_the_choices(panel):
    with pytest.raises(rtop.InputError, match="mass_killing, state_led_mass_killing"):
        rtop.onset_target(panel, event="coup")


def test_states_without_half_a_million_people_are_not_ranked(panel):
    frame = rtop.onset_target(panel).to_frame()
    last = frame[frame["year"] == 2024].set_index("country_id")["at_risk"]
    assert last.sum() == 169
    iceland, solomon_islands, taiwan, tuvalu = 395, 940, 713, 973
    assert [last[i] for i in (iceland, solomon_islands, taiwan, tuvalu)] == [False, True, True, False]
    everyone = rtop.onset_target(panel, min_population=0).to_frame()
    assert everyone[everyone["year"] == 2024]["at_risk"].sum() > 169


def test_states_without_a_population_figure_stay_at_risk(panel):
    """No source splits Yemen's or Vietnam's people of the time; a missing figure is not a small one."""
    frame = rtop.onset_target(panel).to_frame().set_index(["country_id", "year"])
    for key in ((678, 1961), (680, 1985), (816, 1960), (817, 1960)):
        assert frame.loc[key, "at_risk"]
    assert frame.loc[(678, 1961), "outcome"] == 1  # North Yemen 1962


SWEDEN, GDR, TUVALU, YEMEN = 380, 265, 973, 678
YEARS = range(2000, 2008)


def variable(name, *, first=2000, last=2007):
    return rtop.panel.Variable(
        name=name,
        source="made-1",
        release="1",
        first_year=first,
        last_year=last,
        publication_lag_months=6,
        zero_inside=True,
    )


def small_panel(coverage=None, states=(SWEDEN,), **columns):
    """Panel of eight years a state; a column is eight values, the same in every state, or all states' values."""
    coverage = coverage or {}
    frame = pd.DataFrame(
        [(i, y, str(i)) for i in states for y in YEARS], columns=["country_id", "year", "name"]
    )
    for name, cells in columns.items():
        column = np.asarray(cells, dtype=float)
        frame[name] = np.tile(column, len(states)) if len(column) == len(YEARS) else column
    variables = {name: variable(name, **coverage.get(name, {})) for name in columns}
    empty = pd.DataFrame()
    return rtop.panel.Panel(frame=frame, variables=variables, issued=None, report=empty, unmatched=empty)


NONE = [0] * 8
MILLIONS = [1e7] * 8


def test_windows_reasons_and_columns_of_a_small_panel():
    onset, ongoing = [0, 0, 0, 2, 0, 0, 0, 0], [0, 0, 0, 2, 3, 1, 0, 0]
    panel = small_panel(mk_onset=onset, mk_ongoing=ongoing, population=MILLIONS)
    target = rtop.onset_target(panel)
    assert (target.event, target.kind, target.horizon, target.last_observed) == (
        "mass_killing",
        "onset",
        2,
        2007,
    )
    assert (target.ongoing_at_risk, target.min_population) == (True, 500_000)
    frame = target.frame
    assert list(frame.columns) == ["country_id", "year", "name", "onset", "ongoing", "at_risk", "outcome"]
    np.testing.assert_array_equal(frame["outcome"], [0, 1, 1, 0, 0, 0, np.nan, np.nan])
    np.testing.assert_array_equal(frame["onset"], [0, 0, 0, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(frame["ongoing"], [0, 0, 0, 1, 1, 1, 0, 0])
    assert frame["at_risk"].all()
    assert target.exclusions == {"window_open": 2}
    assert target.summary() == (
        "mass_killing onset within 2 years: 6 labels, 2 positive; without a label: window_open 2"
    )


def test_incidence_asks_whether_an_episode_is_under_way():
    panel = small_panel(mk_onset=NONE, mk_ongoing=[0, 0, 0, 1, 1, 0, 0, 0], population=MILLIONS)
    target = rtop.onset_target(panel, kind="incidence", horizon=1)
    np.testing.assert_array_equal(target.frame["outcome"], [0, 0, 1, 1, 0, 0, 0, np.nan])
    assert target.kind == "incidence"


def test_labels_begin_where_every_variable_is_coded_and_end_where_the_first_ends():
    coverage = {"mk_onset": {"first": 2003}, "mk_ongoing": {"first": 2002, "last": 2006}}
    onset = [np.nan] * 3 + [1, 0, 0, 0, 0]
    panel = small_panel(coverage, mk_onset=onset, mk_ongoing=NONE, population=MILLIONS)
    target = rtop.onset_target(panel, horizon=1)
    # the window of 2002 is the first that lies in 2003 or later, that of 2005 the last before 2007
    np.testing.assert_array_equal(target.frame["outcome"], [np.nan] * 2 + [1, 0, 0, 0, np.nan, np.nan])
    assert target.last_observed == 2006
    assert target.exclusions == {"before_coverage": 2, "window_open": 2}


def test_a_coverage_that_goes_on_beyond_the_panel_ends_with_the_panel():
    coverage = {name: {"last": 2020} for name in ("mk_onset", "mk_ongoing")}
    panel = small_panel(coverage, mk_onset=NONE, mk_ongoing=NONE, population=MILLIONS)
    assert rtop.onset_target(panel).last_observed == 2007


def test_a_state_that_ends_leaves_years_without_an_outcome():
    gone = [0, 1] + [np.nan] * 6
    panel = small_panel(
        states=(SWEDEN, GDR),
        mk_onset=[*NONE, *gone],
        mk_ongoing=[*NONE, *gone],
        population=MILLIONS,
    )
    target = rtop.onset_target(panel, horizon=2)
    gdr = target.frame[target.frame["country_id"] == GDR]
    np.testing.assert_array_equal(gdr["outcome"], [1] + [np.nan] * 7)
    assert target.exclusions == {"state_ended": 5, "window_open": 4}


def test_states_with_an_episode_under_way_can_be_left_out():
    panel = small_panel(mk_onset=NONE, mk_ongoing=[0, 1, 2, 0, 0, 0, 0, np.nan], population=MILLIONS)
    target = rtop.onset_target(panel, ongoing_at_risk=False)
    np.testing.assert_array_equal(target.frame["at_risk"], [1, 0, 0, 1, 1, 1, 1, 1])
    assert target.frame["outcome"].notna().tolist() == [True, False, False, True, True, True, False, False]
    assert target.exclusions == {"ongoing": 2, "window_open": 2}
    assert not target.ongoing_at_risk


def test_of_several_reasons_the_first_in_the_order_of_precedence_counts():
    coverage = {name: {"first": 2003} for name in ("mk_onset", "mk_ongoing")}
    gone = [np.nan] * 6
    panel = small_panel(
        coverage,
        states=(GDR, SWEDEN),
        mk_onset=[np.nan] * 3 + [0] * 5 + [np.nan] * 8,
        mk_ongoing=[np.nan] * 3 + [0, 1, 0, 0, 1] + [np.nan] * 8,
        population=[1, *[1e7] * 7, 1e7, 1, *gone],
    )
    target = rtop.onset_target(panel, horizon=2, ongoing_at_risk=False)
    # GDR: small and before coverage; before coverage; - ; - ; under way; - ; open; under way and open.
    # Sweden has no events at all: before coverage; small for good from 2001, whatever else holds.
    assert target.exclusions == {
        "before_coverage": 2,
        "ongoing": 2,
        "small_population": 8,
        "window_open": 1,
    }
    assert tuple(Exclusion)[: len(NOT_AT_RISK)] == NOT_AT_RISK, (
        "what takes a state out of the population at risk comes first"
    )
    assert set(target.exclusions) <= set(Exclusion)


def test_the_latest_population_figure_decides_and_microstates_are_known_without_one():
    missing = [np.nan] * 8
    panel = small_panel(
        states=(GDR, SWEDEN, YEMEN, TUVALU),
        mk_onset=NONE,
        mk_ongoing=NONE,
        population=[*missing, 499_999, 500_000, *[np.nan] * 6, *missing, *missing],
    )
    target = rtop.onset_target(panel)
    at_risk = target.frame.groupby("country_id")["at_risk"].agg(list)
    assert at_risk[SWEDEN] == [False] + [True] * 7
    # a figure of one state is not another's, and one that is missing is not a small one
    assert at_risk[GDR] == at_risk[YEMEN] == [True] * 8
    assert at_risk[TUVALU] == [False] * 8
    assert target.exclusions["small_population"] == 9
    assert rtop.onset_target(panel, min_population=1).min_population == 1


def test_a_threshold_begins_in_the_first_year_that_reaches_it_after_one_that_did_not():
    government = [30, 30, 10, 0, 24, np.nan, 25, 0]
    nonstate = [0, 0, 14, 25, 2, 5, 0, 0]
    panel = small_panel(
        ucdp_osv_government_deaths=government, ucdp_osv_nonstate_deaths=nonstate, population=MILLIONS
    )
    target = rtop.onset_target(panel, event="one_sided_25", horizon=1)
    np.testing.assert_array_equal(target.frame["ongoing"], [1, 1, 0, 1, 1, np.nan, 1, 0])
    # whether the first year begins something nobody knows: no window may hold it
    np.testing.assert_array_equal(target.frame["onset"], [1, 0, 0, 1, 0, np.nan, 1, 0])
    np.testing.assert_array_equal(target.frame["outcome"], [0, 0, 1, 0, np.nan, 1, 0, np.nan])
    hundred = rtop.onset_target(panel, event="one_sided_100", horizon=1)
    assert hundred.frame["onset"].sum() == 0


def test_the_first_coded_year_of_a_threshold_is_in_no_window():
    deaths = {name: {"first": 2002} for name in ("ucdp_osv_government_deaths", "ucdp_osv_nonstate_deaths")}
    values = [np.nan, np.nan, 50, 50, 0, 0, 0, 0]
    panel = small_panel(
        deaths, ucdp_osv_government_deaths=values, ucdp_osv_nonstate_deaths=values, population=MILLIONS
    )
    target = rtop.onset_target(panel, event="one_sided_25", horizon=1)
    np.testing.assert_array_equal(target.frame["outcome"], [np.nan] * 2 + [0, 0, 0, 0, 0, np.nan])
    assert target.exclusions == {"before_coverage": 2, "window_open": 1}


def test_events_of_your_own_are_found_by_their_two_variables():
    panel = small_panel(riot_onset=[0, 0, 1, *NONE[:5]], riot_ongoing=NONE, population=MILLIONS)
    target = rtop.onset_target(panel, event="riot")
    assert target.event == "riot"
    np.testing.assert_array_equal(target.frame["outcome"], [1, 1, 0, 0, 0, 0, np.nan, np.nan])
    with pytest.raises(rtop.InputError) as half:
        rtop.onset_target(small_panel(riot_onset=NONE, population=MILLIONS), event="riot")
    assert str(half.value) == (
        f"event must be one of {', '.join(EVENTS)}, or of your own; 'riot' is not. "
        "add_events puts events of your own into the panel."
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"event": "mass_kiling"}, rtop.InputError, r"'mass_kiling' is not\. Did you mean 'mass_killing'\?$"),
        (
            {"event": 3},
            rtop.InputError,
            r"^event must be the name of an event; got 3\. One is 'mass_killing'\.$",
        ),
        ({"kind": "onsets"}, rtop.InputError, "^kind must be .*onset.*incidence"),
        ({"horizon": 0}, rtop.InputError, "^horizon must be .*1"),
        ({"horizon": 51}, rtop.InputError, "^horizon must be .*50"),
        ({"min_population": "many"}, rtop.InputError, "^min_population must be"),
        (
            {"event": "genocide_politicide"},
            rtop.CoverageError,
            r"^the panel has no variable 'pitf_ongoing', which the target 'genocide_politicide' needs\. "
            r"Load the release that holds it: load_panel\(data_dir=\.\.\.\)\.$",
        ),
    ],
)
def test_what_cannot_be_labelled_is_refused(arguments, error, message):
    panel = small_panel(mk_onset=NONE, mk_ongoing=NONE, population=MILLIONS)
    with pytest.raises(error, match=message):
        rtop.onset_target(panel, **arguments)


def test_a_panel_without_population_is_refused():
    with pytest.raises(rtop.CoverageError, match="no variable 'population'"):
        rtop.onset_target(small_panel(mk_onset=NONE, mk_ongoing=NONE))


def test_the_longest_horizon_leaves_every_window_open():
    target = rtop.onset_target(small_panel(mk_onset=NONE, mk_ongoing=NONE, population=MILLIONS), horizon=50)
    assert target.exclusions == {"window_open": 8}
    assert "without a label: window_open 8" in target.summary()


def test_a_target_can_be_made_again_from_another_panel():
    columns = {"riot_onset": NONE, "riot_ongoing": [1, *NONE[1:]], "population": MILLIONS}
    options = {"horizon": 3, "kind": "incidence", "ongoing_at_risk": False, "min_population": 7}
    target = rtop.onset_target(small_panel(**columns), event="riot", **options)
    again = relabelled(target, small_panel(**columns))
    pd.testing.assert_frame_equal(again.frame, target.frame)
    for name in ("event", *options, "last_observed", "exclusions"):
        assert getattr(again, name) == getattr(target, name), name


def test_a_table_of_your_own_changes_nothing():
    target = rtop.onset_target(small_panel(mk_onset=NONE, mk_ongoing=NONE, population=MILLIONS))
    copy = target.to_frame()
    copy["outcome"] = 1.0
    assert target.frame["outcome"].sum() == 0


def test_the_outcome_is_said_in_words():
    assert what_happens("mass_killing") == "a new mass killing begins"
    assert what_happens("genocide_politicide") == "a new episode of genocide or politicide begins"
    assert what_happens("mass_killing", "incidence") == "mass killing is under way"
    assert what_happens("food_riot", "onset") == "a new episode of food riot begins"
    assert what_happens("food_riot", "incidence") == "food riot is under way"


def test_a_window_within_coverage_counts_from_the_panels_first_year():
    """The panel begins in 2000, the coverage in 1990: nothing lies before it."""
    coverage = {name: {"first": 1990} for name in ("mk_onset", "mk_ongoing")}
    panel = small_panel(coverage, mk_onset=NONE, mk_ongoing=NONE, population=MILLIONS)
    assert rtop.onset_target(panel).exclusions == {"window_open": 2}


def test_the_first_coded_year_of_a_state_that_ended_is_not_before_coverage():
    coverage = {name: {"first": 2001} for name in ("mk_onset", "mk_ongoing")}
    gone = [np.nan] * 8
    panel = small_panel(coverage, mk_onset=gone, mk_ongoing=gone, population=MILLIONS)
    target = rtop.onset_target(panel, horizon=1)
    assert target.exclusions == {"state_ended": 7, "window_open": 1}
    assert target.summary() == (
        "mass_killing onset within 1 years: 0 labels, 0 positive; "
        "without a label: state_ended 7, window_open 1"
    )
    assert replace(target, exclusions={}).summary().endswith("without a label: none")


def test_labels_may_come_as_texts_of_numbers():
    np.testing.assert_array_equal(onset_within(["0", "1", "0"], horizon=1), [1, 0, np.nan])
