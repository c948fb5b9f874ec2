"""Transforms look backward only, and agree with loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rtop_forecast.features import transforms
from rtop_forecast.features.transforms import settled

cells = st.one_of(st.just(np.nan), st.integers(-5, 5).map(float))
grids = hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=cells)

BACKWARD = {
    "lag1": lambda g: transforms.lag(g, 1),
    "lag0": lambda g: transforms.lag(g, 0),
    "change3": lambda g: transforms.change(g, 3),
    "carry": lambda g: transforms.carry_forward(g)[0],
    "age": lambda g: transforms.carry_forward(g)[1],
    "sum3": lambda g: transforms.trailing_sum(g, 3),
    "mean4": lambda g: transforms.trailing_mean(g, 4),
    "decay": lambda g: transforms.decayed_sum(g, 3.0),
    "spell": transforms.spell_length,
}


@pytest.mark.parametrize("name", BACKWARD)
@given(grid=grids, data=st.data())
def test_deleting_later_rows_changes_nothing(name, grid, data):
    cut = data.draw(st.integers(1, len(grid)))
    np.testing.assert_array_equal(BACKWARD[name](grid[:cut]), BACKWARD[name](grid)[:cut])


def loop(grid, row_rule):
    return np.array([[row_rule(grid[: t + 1, j]) for j in range(grid.shape[1])] for t in range(len(grid))])


def last_sum(past, years):
    observed = [v for v in past[-years:] if np.isfinite(v)]
    return sum(observed) if observed else np.nan


def last_mean(past, years):
    observed = [v for v in past[-years:] if np.isfinite(v)]
    return sum(observed) / len(observed) if observed else np.nan


def halved(past, half_life):
    if not np.isfinite(past).any():
        return np.nan
    return sum(v * 0.5 ** ((len(past) - 1 - i) / half_life) for i, v in enumerate(past) if np.isfinite(v))


def spell(past):
    if not np.isfinite(past[-1]):
        return np.nan
    length = 0
    for value in past[::-1]:
        if not value > 0:
            break
        length += 1
    return float(length)


ORACLES = {
    "sum3": lambda past: last_sum(past, 3),
    "mean4": lambda past: last_mean(past, 4),
    "decay": lambda past: halved(past, 3.0),
    "spell": spell,
}


@pytest.mark.parametrize("name", ORACLES)
@given(grid=grids)
def test_agrees_with_a_loop(name, grid):
    np.testing.assert_allclose(BACKWARD[name](grid), loop(grid, ORACLES[name]), rtol=1e-12, atol=1e-12)


@given(grid=grids)
def test_carried_values_are_observed_ones_of_their_age(grid):
    values, age = transforms.carry_forward(grid)
    for t, j in np.argwhere(np.isfinite(values)):
        origin = int(t - age[t, j])
        assert grid[origin, j] == values[t, j]
        assert np.isnan(grid[origin + 1 : t + 1, j]).all()
    assert np.isfinite(values).sum() == np.isfinite(age).sum()


@given(st.lists(st.floats(-1e12, 1e12) | st.just(np.nan), min_size=1, max_size=30), st.sampled_from([24, 40]))
def test_settled_values_are_close_and_stay_put(values, digits):
    values = np.array(values)
    found = settled(values, digits=digits)
    known = np.isfinite(values)
    np.testing.assert_array_equal(np.isfinite(found), known)
    step = np.maximum(2.0**-40, 2.0 ** (1 - digits) * np.abs(values[known]))
    assert (np.abs(found[known] - values[known]) <= step / 2).all()
    np.testing.assert_array_equal(settled(found, digits=digits), found)


def test_whole_numbers_are_exact_and_noise_around_zero_is_zero():
    whole_numbers = np.array([0.0, 1.0, -3.0, 12_345_678.0])
    np.testing.assert_array_equal(settled(whole_numbers), whole_numbers)
    large = np.array([1e9, 123_456_789.0, 8.1e11])
    np.testing.assert_array_equal(settled(large, digits=40), large)
    assert settled(np.array([0.1 + 0.2 - 0.3]))[0] == 0
