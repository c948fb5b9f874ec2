"""Decomposition and skill: edges and values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import decompose, skill_score


def test_four_equal_forecasts_discriminate_nothing():
    """scoringrules gave 0.25 or 0 by row order."""
    for outcome in ([0, 0, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0]):
        parts = decompose(outcome, [0.5] * 4, score="brier")
        assert (parts.miscalibration, parts.discrimination, parts.uncertainty) == (0.0, 0.0, 0.25)


def test_one_class_and_wrong_input():
    parts = decompose([0, 0], [0.1, 0.2])
    assert parts.uncertainty == parts.discrimination == 0
    with pytest.raises(InputError, match="infinite"):
        decompose([1, 0], [0.0, 0.5])
    with pytest.raises(InputError, match="log or brier"):
        decompose([1, 0], [0.2, 0.5], score="crps")
    with pytest.raises(InputError, match="finite"):
        decompose([1, 0], [np.nan, 0.5])


def test_skill_is_the_share_of_the_reference_that_is_saved():
    y, p, q = np.array([1, 0, 0, 1, 0]), np.array([0.6, 0.2, 0.1, 0.4, 0.3]), np.full(5, 0.4)
    log = -np.where(y == 1, np.log(p), np.log(1 - p)).mean()
    reference = -np.where(y == 1, np.log(q), np.log(1 - q)).mean()
    assert skill_score(y, p, q) == pytest.approx(1 - log / reference, rel=1e-12)
    assert np.isnan(skill_score([0], [0.5], [0.0], score="brier"))
