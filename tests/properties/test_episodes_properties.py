"""What must hold for any list of episodes."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from rtop_forecast.world.episodes import COLUMNS, episode_state_years, load_episodes

KEYS = ["country_id", "year"]
# States that exist throughout, and one that ends and is inherited.
PLACES = [(645, ""), (850, "860"), (315, "316;317"), (530, "531")]


@st.composite
def lists(draw):
    rows = []
    for number in range(draw(st.integers(1, 6))):
        place, heirs = draw(st.sampled_from(PLACES))
        start = draw(st.integers(1960, 2010))
        led = draw(st.integers(0, 1))
        rows.append(
            dict.fromkeys(COLUMNS, "")
            | {
                "episode_id": f"abc-{start}-{'ns'[led]}{number}",
                "country_id": place,
                "inheritor_ids": heirs,
                "start_year": start if place != 315 else min(start, 1992),
                "end_year": draw(st.one_of(st.none(), st.integers(start, 2020))),
                "state_led": led,
                "ethnic_groups": draw(st.sampled_from([0, 1, 2, None])),
                "target_kind": "mixed",
                "first_recorded": None,
                "end_recorded": None,
                "label": "A against B",
            }
        )
        rows[-1]["episode_id"] = f"abc-{rows[-1]['start_year']}-{'ns'[led]}{number}"
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        dict.fromkeys(("end_year", "ethnic_groups", "first_recorded", "end_recorded"), "Int64")
    )


@settings(max_examples=25)
@given(episodes=lists(), seed=st.integers(0, 99))
def test_row_order_never_matters(episodes, seed):
    shuffled = episodes.sample(frac=1, random_state=seed)
    assert_frame_equal(
        episode_state_years(shuffled, first=1960, last=2015),
        episode_state_years(episodes, first=1960, last=2015),
    )


@pytest.mark.slow
@settings(max_examples=25)
@given(episodes=lists(), last=st.integers(1965, 2015))
def test_a_later_last_year_changes_no_earlier_year(episodes, last):
    long = episode_state_years(episodes, first=1960, last=2020)
    short = episode_state_years(episodes, first=1960, last=last)
    assert_frame_equal(short, long[long["year"] <= last].reset_index(drop=True))


@settings(max_examples=25)
@given(episodes=lists())
def test_every_episode_begins_once_and_flags_follow_counts(episodes):
    frame = episode_state_years(episodes, first=1960, last=2020)
    assert frame["onsets"].sum() == len(episodes)
    flags = frame[["nonethnic_ongoing", "ethnic_ongoing", "multiethnic_ongoing"]].sum(axis=1)
    assert flags.le(frame["ongoing"]).all()
    assert frame["ongoing"].gt(0).eq(frame[["state_led_ongoing", "nonstate_ongoing"]].max(axis=1) > 0).all()
    assert frame.groupby("country_id")["begun"].is_monotonic_increasing.all()


def test_later_episodes_leave_earlier_years_alone():
    episodes = load_episodes()
    known = episodes[episodes["start_year"] <= 1990]
    frame = episode_state_years(episodes, first=1946, last=1990)
    assert_frame_equal(episode_state_years(known, first=1946, last=1990), frame)
