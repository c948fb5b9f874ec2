"""What is told of a value is true of it, at the ends of a scale as in its middle."""

from __future__ import annotations

import numpy as np
import pytest

from rtop_forecast.features import CATALOGUE
from rtop_forecast.report.feature_messages import PLACE
from rtop_forecast.report.sentences import PHRASES, below, feature_sentence
from rtop_forecast.report.words import Words

PLACED = [spec for spec in CATALOGUE if spec.name in PHRASES and PHRASES[spec.name][0] == PLACE]


def test_some_features_are_told_by_their_place():
    assert PLACED


@pytest.mark.parametrize("code", ["en", "fr", "es", "ar"])
def test_the_lowest_value_is_not_above_none(code):
    words = Words.of(code)
    values = np.array([-2.0, -1.0, 0.0, np.nan, 3.0])
    for spec in PLACED:
        lowest, next_one = (
            feature_sentence(spec, value, 0.0, below(values, value), words) for value in (-2.0, -1.0)
        )
        assert "0" not in lowest, lowest
        assert words.share(0.25) in next_one
