"""Labels: right windows, missing while open, nothing lost silently."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast.targets import onset_within


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
    known = np.isfinite(early)
    np.testing.assert_array_equal(early[known], late[known])


def test_wrong_input_is_refused():
    with pytest.raises(rtop.InputError, match="at least 1, not 0"):
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
