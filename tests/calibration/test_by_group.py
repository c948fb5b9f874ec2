"""The calibrator by group: its posterior mode, its special cases, and what it may not do."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from rtop_forecast.calibration import GroupedRandomWalk, LogisticRecalibration, RandomWalkShift
from rtop_forecast.errors import InputError, LeakageError

LABELS = np.array(["quiet", "under_way", "not_known"])


def simulate(seed, rows=400, groups=2):
    rng = np.random.default_rng(seed)
    time = np.sort(rng.integers(1970, 1990, rows))
    group = LABELS[rng.choice(groups, rows, p=[0.9, 0.1] if groups == 2 else [0.8, 0.1, 0.1])]
    prob = 1 / (1 + np.exp(-rng.normal(-2.0, 1.0, rows)))
    outcome = (rng.random(rows) < prob).astype(float)
    return outcome, prob, time, group


def negative_log_posterior(theta, outcome, prob, time, group, calibrator, weights):
    """Straight from the definition, one row at a time; theta holds shifts, offsets and log-slopes."""
    years, labels = sorted(set(time)), sorted(set(group))
    total = {label: weights[group == label].sum() for label in labels}
    largest = max(labels, key=lambda label: (total[label], -labels.index(label)))
    others = [label for label in labels if label != largest]
    shifts = dict(zip(years, theta, strict=False))
    offsets = dict(zip(others, theta[len(years) :], strict=False)) | {largest: 0.0}
    slopes = dict(zip(labels, theta[len(years) + len(others) :], strict=True))
    value = 0.5 * (shifts[years[0]] / calibrator.prior_sd) ** 2
    for before, after in itertools.pairwise(years):
        value += 0.5 * (shifts[after] - shifts[before]) ** 2 / (calibrator.sigma**2 * (after - before))
    value += sum(0.5 * (offsets[label] / calibrator.offset_sd) ** 2 for label in others)
    value += sum(0.5 * (slopes[label] / calibrator.slope_sd) ** 2 for label in labels)
    for label in labels:
        here = group == label
        mean = np.average(prob[here], weights=weights[here])
        centre = np.log(mean / (1 - mean))
        z = np.log(prob[here] / (1 - prob[here]))
        shift = np.array([shifts[year] for year in time[here]])
        mapped = centre + shift + offsets[label] + np.exp(slopes[label]) * (z - centre)
        value += (weights[here] * (np.logaddexp(0, mapped) - outcome[here] * mapped)).sum()
    return value


@pytest.mark.parametrize(("seed", "groups"), [(0, 2), (1, 2), (2, 3)])
def test_the_estimate_is_the_mode_of_the_stated_posterior(seed, groups):
    outcome, prob, time, group = simulate(seed, rows=150, groups=groups)
    weights = np.random.default_rng(seed).uniform(0.2, 1.0, outcome.size)
    calibrator = GroupedRandomWalk(sigma=0.2, prior_sd=0.8, offset_sd=0.6, slope_sd=0.4)
    calibrator.fit(outcome, prob, time=time, at=1992, weights=weights, groups=group)
    size = len(set(time)) + 2 * len(set(group)) - 1
    arguments = (outcome, prob, time, group, calibrator, weights)
    found = minimize(negative_log_posterior, np.zeros(size), args=arguments, method="BFGS", tol=1e-9)
    labels = sorted(set(group))
    assert calibrator.groups_ == tuple(labels)
    np.testing.assert_allclose(np.log(calibrator.slopes_), found.x[-len(labels) :], atol=2e-4)
    shifts = found.x[: len(set(time))]
    np.testing.assert_allclose(list(calibrator.path_.values()), shifts, atol=2e-4)
    largest = max(labels, key=lambda label: weights[group == label].sum())
    offsets = found.x[len(shifts) : -len(labels)]
    expected = {
        label: shifts[-1] + offset
        for label, offset in zip([x for x in labels if x != largest], offsets, strict=True)
    }
    expected[largest] = shifts[-1]
    np.testing.assert_allclose(calibrator.levels_, [expected[label] for label in labels], atol=2e-4)


def test_without_offsets_and_slopes_it_is_the_random_walk():
    outcome, prob, time, group = simulate(3)
    plain = RandomWalkShift(sigma=0.05).fit(outcome, prob, time=time, at=1992)
    grouped = GroupedRandomWalk(sigma=0.05, offset_sd=0, slope_sd=0).fit(
        outcome, prob, time=time, at=1992, groups=group
    )
    np.testing.assert_allclose(grouped.levels_, plain.intercept_, rtol=1e-10)
    np.testing.assert_allclose(grouped.covariance_[:2, :2], plain.covariance_[0, 0], rtol=1e-8)
    np.testing.assert_allclose(grouped.apply(prob, groups=group), plain.apply(prob), rtol=1e-10)


def test_with_one_group_it_is_the_random_walk_with_a_slope():
    outcome, prob, time, _ = simulate(4)
    plain = RandomWalkShift(sigma=0.05, slope_sd=0.5).fit(outcome, prob, time=time, at=1992)
    grouped = GroupedRandomWalk(sigma=0.05).fit(outcome, prob, time=time, at=1992)
    np.testing.assert_allclose(grouped.apply(prob), plain.apply(prob), rtol=1e-9)


def test_with_two_groups_and_no_drift_each_slope_is_learned_from_its_own_rows():
    # shift free, offset wide: the groups share nothing, and the slopes are those of separate fits
    outcome, prob, time, group = simulate(5, rows=3000)
    grouped = GroupedRandomWalk(sigma=0, prior_sd=1e3, offset_sd=1e3).fit(
        outcome, prob, time=time, at=1992, groups=group
    )
    for place, label in enumerate(grouped.groups_):
        here = group == label
        alone = LogisticRecalibration(prior_sd=1e3, slope_sd=0.5).fit(outcome[here], prob[here])
        assert grouped.slopes_[place] == pytest.approx(alone.slope_, rel=1e-4)


def test_opposite_errors_of_two_groups_no_longer_cancel():
    rng = np.random.default_rng(6)
    rows = 20_000
    time = rng.integers(1970, 1990, rows)
    group = np.where(rng.random(rows) < 0.2, "under_way", "quiet")
    z = rng.normal(-3, 1.0, rows)
    truth = np.where(group == "quiet", -3 + 1.6 * (z + 3), -2 + 0.3 * (z + 3))
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-truth))).astype(float)
    fitted = GroupedRandomWalk().fit(outcome, 1 / (1 + np.exp(-z)), time=time, at=1991, groups=group)
    slopes = dict(zip(fitted.groups_, fitted.slopes_, strict=True))
    assert slopes["quiet"] == pytest.approx(1.6, abs=0.15)
    assert slopes["under_way"] == pytest.approx(0.3, abs=0.15)
    np.testing.assert_allclose(fitted.apply_log_odds(z, groups=group), truth, atol=0.6)


def test_without_rows_nothing_changes():
    empty = GroupedRandomWalk().fit([], [], time=[], at=1990)
    assert empty.apply_log_odds([-3.0, 0.5]).tolist() == [-3.0, 0.5]
    assert not empty.deviations([-3.0], draws=4, generator=np.random.default_rng(0)).any()


def test_a_group_not_met_takes_the_shift_of_the_world():
    outcome, prob, time, group = simulate(7)
    fitted = GroupedRandomWalk().fit(outcome, prob, time=time, at=1992, groups=group)
    assert fitted.apply_log_odds([-2.0], groups=["not_known"])[0] == pytest.approx(-2.0 + fitted.shift_)


def test_groups_are_asked_for_where_there_were_several():
    outcome, prob, time, group = simulate(8)
    fitted = GroupedRandomWalk().fit(outcome, prob, time=time, at=1992, groups=group)
    with pytest.raises(InputError, match="the groups quiet, under_way"):
        fitted.apply([0.1])
    with pytest.raises(InputError, match="one label per row; got 2 for 1 rows"):
        fitted.apply([0.1], groups=["quiet", "quiet"])
    with pytest.raises(InputError, match="1 of them missing"):
        fitted.apply([0.1, 0.2], groups=np.array(["quiet", None], dtype=object))


def test_time_and_origin_are_needed_and_the_future_is_refused():
    outcome, prob, time, group = simulate(9)
    with pytest.raises(InputError, match="Pass time= and at="):
        GroupedRandomWalk().fit(outcome, prob, groups=group)
    with pytest.raises(LeakageError):
        GroupedRandomWalk().fit(outcome, prob, time=time, at=1980, groups=group)


def test_draws_have_the_stated_covariance_and_years_without_rows_widen_them():
    outcome, prob, time, group = simulate(10)
    near, far = (
        GroupedRandomWalk(sigma=0.1).fit(outcome, prob, time=time, at=at, groups=group) for at in (1990, 2015)
    )
    z = np.array([near.centres_[0], near.centres_[1], near.centres_[0] + 1])
    labels = ["quiet", "under_way", "quiet"]
    drawn = near.deviations(z, draws=40_000, generator=np.random.default_rng(0), groups=labels)
    assert drawn.shape == (40_000, 3)
    covariance = near.covariance_
    jacobian = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0]], dtype=float)
    np.testing.assert_allclose(np.cov(drawn.T), jacobian @ covariance @ jacobian.T, rtol=0.05, atol=1e-3)
    wider = far.covariance_[:2, :2] - near.covariance_[:2, :2]
    np.testing.assert_allclose(wider, 0.1**2 * 25, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.integers(0, 10_000))
def test_order_of_rows_and_labels_does_not_matter_and_maps_are_monotone(seed, order):
    outcome, prob, time, group = simulate(seed, rows=120, groups=3)
    permutation = np.random.default_rng(order).permutation(outcome.size)
    one = GroupedRandomWalk().fit(outcome, prob, time=time, at=1992, groups=group)
    two = GroupedRandomWalk().fit(
        outcome[permutation], prob[permutation], time=time[permutation], at=1992, groups=group[permutation]
    )
    assert one.levels_.tolist() == two.levels_.tolist()
    assert one.slopes_.tolist() == two.slopes_.tolist()
    z = np.linspace(-8, 4, 25)
    for label in LABELS:
        mapped = one.apply_log_odds(z, groups=np.full(z.size, label))
        assert (np.diff(mapped) > 0).all()
        assert np.isfinite(mapped).all()
