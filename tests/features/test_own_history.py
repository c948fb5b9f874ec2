"""The history of an event of one's own, against a count by hand, and blind to the future."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.models import BaseRate
from rtop_forecast.world.states import contiguity

SUDAN, CHAD = 625, 483
EVENTS = pd.DataFrame(
    {"country": ["Sudan", "Sudan", "Chad"], "start_year": [1995, 2003, 2008], "end_year": [1995, 2005, 2008]}
)
COLUMNS = ["riot_before", "riot_years_since", "riot_onsets_decay10", "neighbour_riot_onsets_decay3"]


def built(events=EVENTS, *, lag=6):
    panel = rtop.add_events(
        rtop.load_panel(first=1990), events, name="riot", years=(1990, 2020), publication_lag_months=lag
    )
    return rtop.build_features(panel, names=["mk_ever"], own_history=True)


@pytest.fixture(scope="module")
def features():
    return built()


def test_the_history_is_what_a_hand_counts(features):
    assert features.names == ["mk_ever", *COLUMNS]
    frame = features.frame.set_index(["country_id", "year"])
    for year in range(1990, 2021):
        past = [start for start in (1995, 2003) if start <= year]
        row = frame.loc[(SUDAN, year)]
        assert row["riot_before"] == (len(past) > 0)
        assert row["riot_years_since"] == pytest.approx(np.log1p(year - (past[-1] if past else 1990)))
        assert row["riot_onsets_decay10"] == pytest.approx(
            sum(0.5 ** ((year - start) / 10) for start in past)
        )
    neighbours = contiguity(kind="land").query("country_id == @CHAD and year == 2004")["neighbour_id"]
    expected = (0.5 ** (1 / 3) + 0.5 ** (9 / 3)) / len(neighbours)
    # the last binary digits are rounded away, as in every feature
    assert frame.loc[(CHAD, 2004), "neighbour_riot_onsets_decay3"] == pytest.approx(expected, rel=1e-6)


def test_what_is_not_covered_stays_missing(features):
    later = features.frame[features.frame["year"] > 2020]
    assert len(later)
    assert later[COLUMNS].isna().all(axis=None)


@pytest.mark.parametrize("lag", [6, 18])
def test_no_row_knows_later_events(lag):
    """Events of later years are moved about: rows before them keep their bits."""
    before = built(lag=lag).frame
    moved = built(
        EVENTS.assign(country=["Sudan", "Sudan", "Kenya"], start_year=[1995, 2003, 2006], end_year=2006),
        lag=lag,
    ).frame
    reach = 2004 if lag == 6 else 2005
    # the end of 2003's episode is no part of the features, its start is
    rows = before["year"] <= reach
    pd.testing.assert_frame_equal(before[rows], moved[rows], check_exact=True)
    assert not before.equals(moved)


def test_the_history_is_saved_and_pickled(tmp_path):
    # so many that every resample of countries holds one
    many = pd.DataFrame(
        {
            "country": ["Kenya", "Sudan", "Chad", "Mali", "Peru", "India", "Iraq"] * 2,
            "start_year": [2001, 2003] * 7,
        }
    )
    features = built(many)
    again = pickle.loads(pickle.dumps(features))
    assert again.specs == features.specs
    target = rtop.onset_target(features.panel, event="riot")
    forecast = rtop.forecast(BaseRate(), features, target, origin=2018, draws=20)
    loaded = rtop.load_forecast(rtop.save_forecast(forecast, tmp_path))
    assert loaded.basis.features.specs == features.specs


def test_without_an_event_of_ones_own_it_is_refused():
    panel = rtop.load_panel(first=2000)
    with pytest.raises(rtop.CoverageError, match="own_history needs an event of your own"):
        rtop.build_features(panel, own_history=True)
    with pytest.raises(rtop.InputError, match="own_history must be True or False"):
        rtop.build_features(panel, own_history="yes")
