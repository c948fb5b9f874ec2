"""Whether a killing goes on, and whether a first one ever begins: who is at risk, what counts, what is known when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast.forecasting.sample import sample
from rtop_forecast.targets import what_happens

from .test_labels import MILLIONS, NONE, small_panel

YEARS = range(2000, 2008)
GOVERNMENT, NONSTATE = "ucdp_osv_government_deaths", "ucdp_osv_nonstate_deaths"


def test_a_killing_under_way_goes_on_or_ends():
    ongoing = [0, 1, 1, 0, 0, 0, 0, 0]
    panel = small_panel(mk_onset=[0, 1, *NONE[:6]], mk_ongoing=ongoing, population=MILLIONS)
    target = rtop.onset_target(panel, kind="continuation", horizon=1)
    # until three quiet years are over nobody knows that it ended in 2002
    np.testing.assert_array_equal(
        target.frame["at_risk"], [False, True, True, True, True, False, False, False]
    )
    np.testing.assert_array_equal(target.frame["outcome"], [np.nan, 1, 0, 0, 0, np.nan, np.nan, np.nan])
    assert target.exclusions == {"not_under_way": 4}
    assert (target.delay, target.last_observed) == (2, 2005)


def test_over_several_years_it_goes_on_only_if_it_does_in_each():
    ongoing = [1, 1, 1, 0, 1, 1, 1, 1]
    panel = small_panel(mk_onset=NONE, mk_ongoing=ongoing, population=MILLIONS)
    target = rtop.onset_target(panel, kind="continuation", horizon=2)
    np.testing.assert_array_equal(target.frame["outcome"], [1, 0, 0, 1, *[np.nan] * 4])


def test_of_an_event_with_a_threshold_the_year_itself_tells():
    deaths = [150, 200, 0, 120, 130, 90, 100, 100]
    panel = small_panel(**{GOVERNMENT: deaths, NONSTATE: NONE}, population=MILLIONS)
    target = rtop.onset_target(panel, event="one_sided_100", kind="continuation", horizon=1)
    np.testing.assert_array_equal(target.frame["at_risk"], [True, True, False, True, True, False, True, True])
    np.testing.assert_array_equal(
        target.frame["outcome"].to_numpy()[1:], [0, np.nan, 1, 0, np.nan, 1, np.nan]
    )
    assert target.delay == 0


def test_a_first_onset_is_asked_of_states_without_any_before():
    onset, ongoing = [0, 0, 0, 1, 0, 0, 1, 0], [0, 0, 0, 1, 0, 0, 1, 1]
    panel = small_panel(mk_onset=onset, mk_ongoing=ongoing, population=MILLIONS)
    target = rtop.onset_target(panel, kind="first_onset", horizon=2)
    np.testing.assert_array_equal(target.frame["outcome"], [0, 1, 1, *[np.nan] * 5])
    assert target.exclusions == {"earlier_episode": 5}


def test_episodes_of_predecessors_count_where_the_panel_tells_of_them():
    panel = small_panel(mk_onset=NONE, mk_ongoing=NONE, mk_ever=[0, 0, *[1] * 6], population=MILLIONS)
    target = rtop.onset_target(panel, kind="first_onset", horizon=1)
    assert target.exclusions["earlier_episode"] == 6


@pytest.mark.slow
@given(st.lists(st.sampled_from([0, 1]), min_size=8, max_size=8), st.integers(1, 3))
def test_continuation_is_the_least_of_the_window_and_first_onsets_come_once(present, horizon):
    onset = [1 if now and not before else 0 for now, before in zip(present, [0, *present], strict=False)]
    panel = small_panel(mk_onset=onset, mk_ongoing=present, population=MILLIONS)
    goes_on = rtop.onset_target(panel, kind="continuation", horizon=horizon).frame
    for row, year in enumerate(YEARS):
        known_to_2005 = year + horizon <= 2005
        at_risk = max(present[max(row - 2, 0) : row + 1]) == 1
        outcome = goes_on["outcome"].iloc[row]
        assert np.isnan(outcome) != (known_to_2005 and at_risk)
        if known_to_2005 and at_risk:
            assert outcome == min(present[row + 1 : row + 1 + horizon])
    first = rtop.onset_target(panel, kind="first_onset", horizon=1).frame
    assert first["outcome"].sum() <= 1


def test_a_label_that_is_known_later_trains_later():
    panel = rtop.load_panel()
    features = rtop.build_features(panel, names=["mk_ongoing_years", "population_log"])
    rows = sample(features, rtop.onset_target(panel, kind="continuation", horizon=1))
    years = rows.keys.loc[rows.training(2010), "year"]
    # whether an episode went on in 2008 shows when 2010 is over
    assert years.max() == 2007
    plain = sample(features, rtop.onset_target(panel, horizon=1))
    assert plain.keys.loc[plain.training(2010), "year"].max() == 2009


def test_a_backtest_of_continuation_feeds_its_calibrator_with_what_was_known():
    panel = rtop.load_panel()
    features = rtop.build_features(panel, names=["mk_ongoing_years", "population_log"])
    target = rtop.onset_target(panel, kind="continuation", horizon=1)
    result = rtop.backtest(
        rtop.benchmark_models()["base_rate"],
        features,
        target,
        origins=rtop.RollingOrigin(first=2010, last=2012, horizon=1),
        calibration_origins=5,
    )
    assert result.delay == 2
    assert int(result.feeding["origin_year"].min()) == 2010 - 1 - 2 - 5 + 1
    with pytest.raises(rtop.InputError, match="knows no such events by year"):
        result.at_horizons((1, 2))


def test_the_questions_are_said_in_words():
    assert what_happens("mass_killing", "continuation") == "the mass killing under way goes on"
    assert what_happens("mass_killing", "first_onset") == "a first mass killing begins"
