"""Small drawings: every value has its place on the scale, and no label covers another."""

from __future__ import annotations

import re
from itertools import accumulate

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.report.drawings import Scale, dots, dots_once, interval, reliability
from rtop_forecast.report.trend_drawings import Trends
from rtop_forecast.report.words import Words

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
    trends = Trends(world, Words())
    drawn = str(trends.draw({2000: 0.0008, 2001: 0.0004, 2002: 0.0002}, (0.0001, 0.0009), ()))
    heights = [y for _, y in places(re.search(r'<path class="s" d="([^"]*)"', drawn).group(1))]
    assert heights == sorted(set(heights))
    assert ">0.01%<" in trends.frames()


def places(path):
    """Points that a path of relative steps goes through."""
    steps = [int(number) for number in re.findall(r"-?\d+", path)]
    return list(zip(accumulate(steps[::2]), accumulate(steps[1::2]), strict=True))


def test_trends_of_one_scale_share_its_ticks_and_the_line_of_the_world():
    world = pd.Series({2000: 0.01, 2001: 0.03, 2002: 0.02})
    trends = Trends(world, Words())
    chances = [{2000: 0.02, 2001: 0.1, 2002: 0.004}, {2001: 0.05, 2002: 0.06}, {2002: 0.9}]
    drawn = [str(trends.draw(one, (0.003, 0.2), ())) for one in chances]
    assert [re.search(r'href="#(\w+)"', one).group(1) for one in drawn] == ["t0", "t0", "t1"]
    frames = dict(re.findall(r'<g id="(\w+)" class="t">(.*?)</text></g>(?=<g id|</defs>)', trends.frames()))
    assert set(frames) == {"t0", "t1"}
    scale = Scale.over([*world, 0.02, 0.1, 0.004, 0.003, 0.2])
    line = places(re.search(r'class="w" d="([^"]*)"', frames["t0"]).group(1))
    for (x, y), year, prob in zip(line, world.index, world, strict=True):
        assert x == pytest.approx(320 + 3580 * (year - 2000) / 2, abs=0.5)
        assert y == pytest.approx(60 + 940 * (1 - scale.at(prob)), abs=0.5)
    assert places(re.search(r'<path class="s" d="([^"]*)"', drawn[1]).group(1))[0][0] == line[1][0]


@given(st.integers(0, 100))
def test_so_many_of_the_hundred_dots_are_filled(number):
    rows = re.findall(r"h(\d+)\.1", str(dots(number)))
    assert sum(int(one) + 1 for one in rows) == number
    assert sum(int(one) + 1 for one in re.findall(r"h(\d+)\.1", str(dots_once()))) == 100


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
    drawn = str(reliability(bins, Words(), expected=26.0, observed=25))
    found = re.findall(r'<text x="([\d.]+)" y="([\d.-]+)" text-anchor="middle">(\d+/\d+)', drawn)
    places = [(float(x), float(y), text) for x, y, text in found]
    assert [text for *_, text in places] == ["0/612", "0/613", "0/612", "1/613", "24/612"]
    for at, (x, y, text) in enumerate(places):
        for a, b, other in places[:at]:
            assert abs(y - b) >= 11 or abs(x - a) >= 3 * (len(text) + len(other))
    assert places[-1][0] == pytest.approx(max(x for x, *_ in places))
