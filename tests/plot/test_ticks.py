"""Ticks in percent: round, within the view, as many as have room."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from rtop_forecast.logistic import log_odds
from rtop_forecast.plot.ticks import percent, percent_axis


def shown(low, high, *, width=6.0, scale="log", **options):
    """Labels of a horizontal axis from one probability to another."""
    figure = Figure(figsize=(width, 2))
    axes = figure.subplots()
    axes.set_xscale(scale, **({"linthresh": 0.01} if scale == "symlog" else {}))
    axes.set_xlim(low, high)
    percent_axis(axes.xaxis, **options)
    figure.canvas.draw()
    return [text.get_text() for text in axes.get_xticklabels() if text.get_text()]


@pytest.mark.parametrize(
    ("low", "high", "width", "labels"),
    [
        (0.004, 0.3, 6.0, ["0.5%", "1%", "2%", "5%", "10%", "20%"]),
        (0.004, 0.4, 2.6, ["1%", "3%", "10%", "30%"]),
        (0.0005, 0.4, 1.9, ["0.1%", "1%", "10%"]),
        (0.022, 0.045, 6.0, ["3%", "4%"]),
    ],
)
def test_as_many_as_have_room(low, high, width, labels):
    assert shown(low, high, width=width) == labels


def test_a_narrow_view_has_ticks_too():
    labels = shown(0.0411, 0.0424)
    assert len(labels) >= 2
    assert all(0.0405 < float(label.rstrip("%")) / 100 < 0.043 for label in labels)


def test_from_nothing_to_certain():
    assert shown(0, 1, scale="symlog", least=0.01) == ["0%", "1%", "2%", "5%", "10%", "20%", "50%", "100%"]
    assert shown(0.01, 2.0, most=0.5)[-1] == "50%"


def test_log_odds():
    labels = shown(
        float(log_odds(np.array(0.01))), float(log_odds(np.array(0.9))), scale="linear", logit=True
    )
    assert labels[0] == "1%"
    assert {"10%", "50%"} <= set(labels)


def test_percent_has_no_trailing_zeros():
    assert [percent(one) for one in (0.0002, 0.015, 0.1, 1.0)] == ["0.02%", "1.5%", "10%", "100%"]
