"""Small drawings: every value has its place on the scale, and no label covers another."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.report.drawings import Scale, interval, reliability, trend

PROBABILITIES = st.floats(1e-6, 1.0)


@given(st.lists(PROBABILITIES, min_size=1, max_size=20))
def test_every_value_has_its_own_place(values):
    scale = Scale.over(values)
    places = [scale.at(value) for value in sorted(values)]
    assert places == sorted(places)
    assert places[0] >= -1e-12
    assert places[-1] <= 1 + 1e-12
    assert scale.low <= 0.001 < 0.3 <= scale.high
    assert scale.low > min(values) / 10 or scale.low == 0.001
    assert scale.high < max(values) * 10 or scale.high == 0.3


def test_without_values_the_scale_is_the_usual_one():
    assert Scale.over([0.0]) == Scale(low=0.001, high=0.3)
    assert Scale.over([0.0]).at(0.0) == 0


def test_a_state_below_a_tenth_of_a_percent_is_not_drawn_at_it():
    world = pd.Series({2000: 0.01, 2001: 0.01, 2002: 0.01})
    drawn = str(trend({2000: 0.0008, 2001: 0.0004, 2002: 0.0002}, world, (0.0001, 0.0009), ()))
    line = re.search(r'<polyline class="s" points="([^"]*)"', drawn).group(1)
    heights = [float(point.split(",")[1]) for point in line.split()]
    assert heights == sorted(set(heights))
    assert ">0.01%<" in drawn


def test_the_end_of_a_wide_interval_is_not_cut():
    scale = Scale.over([0.019, 0.421])
    wide, narrow = str(interval(0.019, 0.087, 0.421, scale)), str(interval(0.019, 0.087, 0.3, scale))
    assert float(re.search(r"H([\d.]+)", wide).group(1)) > float(re.search(r"H([\d.]+)", narrow).group(1))


def test_no_label_of_the_reliability_figure_covers_another():
    bins = pd.DataFrame(
        {
            "mean_prob": [0.001, 0.0014, 0.0019, 0.0024, 0.05],
            "observed": [0.0, 0.0, 0.0, 0.0016, 0.04],
            "low": [0.0, 0.0, 0.0, 0.0002, 0.02],
            "high": [0.004, 0.004, 0.004, 0.006, 0.08],
            "positives": [0, 0, 0, 1, 24],
            "count": [612, 613, 612, 613, 612],
        }
    )
    drawn = str(reliability(bins, expected=26.0, observed=25))
    found = re.findall(r'<text x="([\d.]+)" y="([\d.-]+)" text-anchor="middle">(\d+/\d+)', drawn)
    places = [(float(x), float(y), text) for x, y, text in found]
    assert [text for *_, text in places] == ["0/612", "0/613", "0/612", "1/613", "24/612"]
    for at, (x, y, text) in enumerate(places):
        for a, b, other in places[:at]:
            assert abs(y - b) >= 11 or abs(x - a) >= 3 * (len(text) + len(other))
    assert places[-1][0] == pytest.approx(max(x for x, *_ in places))
