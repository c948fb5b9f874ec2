"""One score, all horizons: coherence, what each step learns from, and no future."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtop_forecast.calibration import GroupedRandomWalk, RandomWalkShift
from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.horizons import PastForecasts, at_horizons, horizon_years, outcome_within
from rtop_forecast.logistic import log_odds


def record(seed, *, states=40, first=1970, last=2005, horizon=2, calibrator=None):
    """Forecasts of simulated states, and their events to ``last``."""
    rng = np.random.default_rng(seed)
    years = np.arange(first, last + 1)
    risk = rng.normal(-3.2, 1.2, (states, years.size))
    event = (rng.random(risk.shape) < 1 / (1 + np.exp(-risk))).astype(float)
    table = pd.DataFrame(
        {
            "country_id": np.repeat(np.arange(states), years.size),
            "year": np.tile(years, states),
            "event": event.ravel(),
        }
    )
    rows = table.rename(columns={"year": "origin_year"})[["country_id", "origin_year"]].assign(
        group=np.where(risk.ravel() > -2, "under_way", "quiet"), raw_prob=1 / (1 + np.exp(-risk.ravel()))
    )
    return PastForecasts(
        rows=rows,
        events=table,
        calibrator=GroupedRandomWalk() if calibrator is None else calibrator,
        horizon=horizon,
        origins=25,
    )


def states_of(past, origin):
    rows = past.rows[past.rows["origin_year"] == origin]
    return rows.assign(prob=rows["raw_prob"])


@settings(max_examples=15)
@given(seed=st.integers(0, 500), horizon=st.integers(1, 3))
def test_no_probability_falls_as_the_window_grows(seed, horizon):
    past = record(seed, states=15, horizon=horizon)
    table = at_horizons(past, states_of(past, 2000), origin=2000, horizons=(1, 2, 3, 4, 5)).to_numpy()
    assert (np.diff(table, axis=1) >= 0).all()
    assert ((table > 0) & (table < 1)).all()


def test_the_window_of_the_model_keeps_its_probability():
    past = record(1)
    rows = states_of(past, 2000)
    table = at_horizons(past, rows, origin=2000, horizons=(1, 2, 3))
    assert list(table) == ["prob_1y", "prob_2y", "prob_3y"]
    assert table["prob_2y"].tolist() == rows["prob"].tolist()


def test_a_shorter_window_takes_the_share_of_events_that_came_early():
    past = record(2, states=400)
    rows = states_of(past, 2000)
    ratio = at_horizons(past, rows, origin=2000, horizons=(1, 2)).eval("prob_1y / prob_2y")
    taught = past.rows[past.rows["origin_year"].between(1974, 1998)]
    events = past.events.set_index(["country_id", "year"])["event"]
    one = np.array(
        [events[i, t + 1] for i, t in zip(taught["country_id"], taught["origin_year"], strict=True)]
    )
    two = np.array(
        [events[i, t + 2] for i, t in zip(taught["country_id"], taught["origin_year"], strict=True)]
    )
    happened = (one + two) > 0
    # hundreds of events outweigh the prior, so that the mean share is the observed one
    z = log_odds(taught["raw_prob"].to_numpy())
    assert ratio.iloc[
        np.argsort(np.abs(log_odds(rows["raw_prob"].to_numpy()) - z[happened].mean()))[:20]
    ].mean() == pytest.approx(one[happened].mean(), abs=0.03)


def test_a_longer_window_adds_first_events_only():
    past = record(3, states=300, calibrator=RandomWalkShift(sigma=0.0, prior_sd=100.0))
    rows = states_of(past, 2000)
    table = at_horizons(past, rows, origin=2000, horizons=(2, 3))
    hazard = (table["prob_3y"] - table["prob_2y"]) / (1 - table["prob_2y"])
    events = past.events.pivot(index="country_id", columns="year", values="event")
    expected = observed = 0.0
    for origin in range(1973, 1998):
        here = past.rows[past.rows["origin_year"] == origin].set_index("country_id")
        free = (events[origin + 1] + events[origin + 2]) == 0
        observed += events.loc[free, origin + 3].sum()
        shifted = (
            log_odds(here.loc[free, "raw_prob"].to_numpy())
            + (log_odds(hazard.to_numpy()) - log_odds(rows["raw_prob"].to_numpy())).mean()
        )
        expected += (1 / (1 + np.exp(-shifted))).sum()
    assert expected == pytest.approx(observed, rel=1e-3)


def test_nothing_after_the_origin_moves_a_probability():
    past = record(4)
    rows, origin = states_of(past, 1995), 1995
    table = at_horizons(past, rows, origin=origin, horizons=(1, 2, 3, 4))
    rng = np.random.default_rng(0)
    later = past.events["year"] > origin
    events = past.events.assign(
        event=past.events["event"].where(~later, rng.permutation(past.events["event"].to_numpy()))
    )
    future = past.rows["origin_year"] > origin
    raw = past.rows["raw_prob"].where(~future, rng.permutation(past.rows["raw_prob"].to_numpy()))
    scrambled = replace(past, events=events, rows=past.rows.assign(raw_prob=raw))
    again = at_horizons(scrambled, rows, origin=origin, horizons=(1, 2, 3, 4))
    pd.testing.assert_frame_equal(table, again, check_exact=True)


def test_outcomes_are_open_until_the_whole_window_is_coded():
    past = record(5, last=2000)
    rows = past.rows[past.rows["origin_year"].isin([1997, 1998, 1999, 2000])]
    outcome = pd.Series(outcome_within(past, rows, 2), index=rows["origin_year"].to_numpy())
    assert outcome.loc[[1999, 2000]].isna().all()
    assert outcome.loc[[1997, 1998]].notna().all()
    events = past.events.set_index(["country_id", "year"])["event"]
    for (_, row), value in zip(rows.iterrows(), outcome, strict=True):
        if row["origin_year"] <= 1998:
            both = max(events[row["country_id"], row["origin_year"] + step] for step in (1, 2))
            assert value == both


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (3, "must list numbers of years"),
        ((), "must list"),
        ((0,), "a horizon"),
        ((11,), "a horizon"),
        ((1.5,), "a horizon"),
    ],
)
def test_horizons_are_lists_of_years(given, message):
    with pytest.raises(InputError, match=message):
        horizon_years(given)
    assert horizon_years((3, 1, 3)) == [1, 3]
