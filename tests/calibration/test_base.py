"""What every calibrator keeps: checked rows, no look ahead, no change without rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import NotFittedError

from rtop_forecast.calibration import Identity, InterceptShift, LogisticRecalibration, RandomWalkShift
from rtop_forecast.errors import InputError, LeakageError

EVERY = [
    Identity(),
    InterceptShift(),
    InterceptShift(window=5),
    LogisticRecalibration(),
    RandomWalkShift(),
    RandomWalkShift(sigma=0.0),
]


def refit(calibrator, *args, **kwargs):
    return type(calibrator)(**vars_of(calibrator)).fit(*args, **kwargs)


def vars_of(calibrator):
    return {name: value for name, value in vars(calibrator).items() if not name.endswith("_")}


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
def test_learns_only_from_earlier_origins(calibrator):
    message = (
        r"origin 1990 may learn from earlier origins only; 2 of 3 rows are not earlier, first row 1 \(1990"
    )
    with pytest.raises(LeakageError, match=message):
        refit(calibrator, [0, 1, 0], [0.1, 0.2, 0.3], time=[1989, 1990, 1991], at=1990)


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
@pytest.mark.parametrize(
    ("outcome", "prob", "message"),
    [
        ([0, 1], [0.1, math.nan], "prob must be finite; 1 of 2 rows is not, first row 1"),
        ([0, 1], [0.1, 1.1], r"prob must lie in \[0, 1\]; 1 of 2 rows does not, first row 1"),
        ([0, 1], [0.0, 0.1], r"strictly between 0 and 1 .* 1 of 2 rows does not, first row 0 \(0\)"),
        ([0, 3], [0.1, 0.2], "outcome must be 0 or 1"),
        ([0], [0.1, 0.2], "same number of rows"),
    ],
)
def test_invalid_rows_raise(calibrator, outcome, prob, message):
    with pytest.raises(InputError, match=message):
        refit(calibrator, outcome, prob, time=[1980] * len(outcome), at=1990)


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
def test_without_rows_nothing_changes(calibrator):
    fitted = refit(calibrator, [], [], time=[], at=1990)
    assert (fitted.intercept_, fitted.slope_) == (0, 1)
    prob = [0.0, 1e-12, 0.01, 0.5, 1.0]
    assert_allclose(fitted.apply(prob), prob, rtol=1e-12)


@pytest.mark.parametrize("calibrator", EVERY[1:], ids=repr)
@pytest.mark.parametrize("label", [0, 1])
def test_single_class_moves_towards_it_and_stays_finite(calibrator, label):
    time = np.repeat(np.arange(1980, 1990), 50)
    fitted = refit(calibrator, np.full(500, label), np.full(500, 0.05), time=time, at=1991)
    applied = float(fitted.apply([0.05])[0])
    # 25 events were expected (12.5 in a window of 5 years); the prior of sd 1 gives way but holds
    assert (0.003 < applied < 0.02) if label == 0 else (0.5 < applied < 1)


@pytest.mark.parametrize("calibrator", EVERY, ids=repr)
def test_not_fitted(calibrator):
    with pytest.raises(NotFittedError, match="Call fit first"):
        type(calibrator)(**vars_of(calibrator)).apply([0.1])


def test_whole_numbers_are_mapped_as_numbers():
    mapped = Identity().fit([], []).apply_log_odds([0, 1])
    assert mapped.dtype == np.float64
