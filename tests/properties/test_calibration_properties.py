"""What must hold for every calibrator on every input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from rtop_forecast.calibration import (
    AffineCalibrator,
    BetaCalibration,
    Calibrator,
    GroupedRandomWalk,
    Identity,
    InterceptShift,
    IsotonicCalibration,
    LogisticRecalibration,
    RandomWalkShift,
    VennAbers,
    WithMonths,
)
from rtop_forecast.evaluation import reliability_curve

BUILD = {
    "identity": Identity,
    "shift": InterceptShift,
    "trailing": lambda: InterceptShift(window=3),
    "loose shift": lambda: InterceptShift(prior_sd=50.0),
    "logistic": LogisticRecalibration,
    "loose logistic": lambda: LogisticRecalibration(prior_sd=20.0, slope_sd=5.0),
    "walk": RandomWalkShift,
    "by group": GroupedRandomWalk,
    "still walk": lambda: RandomWalkShift(sigma=0.0),
    "wild walk": lambda: RandomWalkShift(sigma=3.0, prior_sd=20.0),
    "walk with slope": lambda: RandomWalkShift(sigma=0.1, slope_sd=0.5),
    "beta": BetaCalibration,
    "isotonic": IsotonicCalibration,
    "venn-abers": VennAbers,
}


def subclasses(kind):
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def test_every_calibrator_is_under_test():
    # one with months is made of a fitted calibrator and a stage: tests/calibration/test_by_month.py has its own
    concrete = subclasses(Calibrator) - {Calibrator, AffineCalibrator, WithMonths}
    ours = {kind for kind in concrete if kind.__module__.startswith("rtop_forecast.")}
    assert ours == {type(build()) for build in BUILD.values()}


@st.composite
def histories(draw):
    n = draw(st.integers(0, 25))
    log_odds = draw(st.lists(st.floats(-25, 25), min_size=n, max_size=n))
    outcome = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    time = draw(st.lists(st.integers(1990, 2005), min_size=n, max_size=n))
    weights = draw(st.lists(st.floats(0.05, 20), min_size=n, max_size=n))
    order = np.array(draw(st.permutations(range(n))), dtype=int)
    prob = 1 / (1 + np.exp(-np.array(log_odds)))
    return np.array(outcome), prob, np.array(time), np.array(weights), order


@pytest.mark.parametrize("name", BUILD)
@given(data=histories(), new=st.lists(st.floats(0, 1), min_size=2, max_size=10))
def test_monotone_finite_and_blind_to_row_order(name, data, new):
    y, p, time, w, order = data
    fitted = BUILD[name]().fit(y, p, time=time, at=2006, weights=w)
    applied = fitted.apply(np.sort(new))
    # each Venn-Abers probability is a fit of its own: equal ones may differ in the last bit
    slack = 1e-12 if isinstance(fitted, VennAbers) else 0.0
    assert (np.diff(applied) >= -slack).all()
    assert ((applied >= 0) & (applied <= 1)).all()
    assert_array_equal(fitted.apply([0.0, 1.0]), [0.0, 1.0])
    again = BUILD[name]().fit(y[order], p[order], time=time[order], at=2006, weights=w[order])
    # bit for bit
    assert_array_equal(again.apply(new), fitted.apply(new))
    if isinstance(fitted, AffineCalibrator):
        assert fitted.slope_ > 0
        assert math.isfinite(fitted.intercept_)
        assert_array_equal(again.covariance_, fitted.covariance_)


@given(data=histories())
def test_maximum_likelihood_balances_the_books_wherever_it_starts(data):
    y, p, _, w, _ = data
    # one event and one non-event, so that the maximum exists
    y, p, w = np.append(y, [0, 1]), np.append(p, [1e-9, 1e-9]), np.append(w, [1e-3, 1.0])
    fitted = InterceptShift(prior_sd=math.inf).fit(y, p, weights=w)
    expected, observed = (w * fitted.apply(p)).sum(), (w * y).sum()
    assert abs(expected - observed) < 1e-6 * w.sum()


@pytest.mark.parametrize("name", BUILD)
@given(data=histories())
def test_contributions_scale_with_the_line(name, data):
    y, p, time, w, _ = data
    fitted = BUILD[name]().fit(y, p, time=time, at=2006, weights=w)
    if not isinstance(fitted, AffineCalibrator):
        return
    parts = np.array([-3.0, 0.4, 1.1, -0.2])
    scaled = fitted.intercept_ + fitted.slope_ * parts[0] + (fitted.slope_ * parts[1:]).sum()
    total = fitted.apply_log_odds([parts.sum()])[0]
    assert abs(scaled - total) <= 1e-9 * max(1.0, abs(total), fitted.slope_)


@given(data=histories(), bins=st.integers(1, 12))
def test_reliability_curve_partitions_the_rows(data, bins):
    y, p, _, _, order = data
    if not y.size:
        return
    curve = reliability_curve(y, p, bins=bins)
    assert curve.count.size <= bins
    assert curve.count.sum() == y.size
    assert curve.positives.sum() == y.sum()
    # bins do not overlap, not even by ties
    assert (curve.prob_high[:-1] < curve.prob_low[1:]).all()
    assert ((curve.low <= curve.observed) & (curve.observed <= curve.high)).all()
    for one, other in zip(
        *(c.to_frame().to_numpy() for c in (curve, reliability_curve(y[order], p[order], bins=bins))),
        strict=True,
    ):
        assert_array_equal(one, other)
