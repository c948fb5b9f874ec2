"""The stage of the months: prior, posterior mode, parts, order, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.exceptions import NotFittedError

from rtop_forecast.calibration import Identity, MonthlyStage, WithMonths
from rtop_forecast.calibration.staged import plain_groups
from rtop_forecast.errors import InputError


def world(seed=0, n=400, k=3):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, k)) * [1.0, 3.0, 0.2][:k]
    prob = expit(generator.normal(-2.0, 1.0, n))
    group = np.where(generator.random(n) < 0.2, "under_way", "quiet")
    outcome = (generator.random(n) < expit(logit(prob) + 0.8 * x[:, 0])).astype(float)
    return outcome, prob, x, group


def test_with_nothing_to_learn_from_the_yearly_forecast_stands():
    stage = MonthlyStage().fit([], [], np.zeros((0, 2)))
    np.testing.assert_allclose(stage.apply([0.1, 0.7], [[1.0, 2.0], [3.0, np.nan]]), [0.1, 0.7], rtol=1e-12)


def test_the_estimate_is_the_posterior_mode():
    """Against a general optimiser on the log posterior, written out anew."""
    outcome, prob, x, group = world()
    weights = np.full(len(outcome), 0.5)
    stage = MonthlyStage(weight_sds=(0.3,)).fit(outcome, prob, x, groups=group, weights=weights)
    z, standard = logit(prob), (x - x.mean(axis=0)) / x.std(axis=0)
    centre = z.mean()

    def negative(theta):
        level, slope, offset, *w = theta
        mapped = z + level + slope * (z - centre) + offset * (group == "under_way") + standard @ np.array(w)
        loss = (weights * np.logaddexp(0.0, np.where(outcome == 1, -mapped, mapped))).sum()
        return (
            loss
            + 0.5 * level**2
            + 0.5 * (slope / 0.25) ** 2
            + 0.5 * (offset / 0.5) ** 2
            + 0.5 * (np.array(w) ** 2).sum() / 0.09
        )

    best = minimize(negative, np.zeros(6), method="BFGS", options={"gtol": 1e-8})
    found = [stage.level_, stage.slope_, stage.offsets_[stage.groups_.index("under_way")], *stage.weights_]
    np.testing.assert_allclose(found, best.x, atol=1e-5)


def test_months_that_tell_get_weight_and_noise_does_not():
    outcome, prob, x, _ = world(n=3000)
    stage = MonthlyStage().fit(outcome, prob, x)
    assert stage.weights_[0] > 0.5
    assert np.abs(stage.weights_[1:]).max() < 0.15
    generator = np.random.default_rng(1)
    noise = MonthlyStage().fit(outcome, prob, generator.normal(size=(3000, 20)))
    assert noise.weight_sd_ == min(noise.weight_sds)


def test_parts_and_the_yearly_part_add_up():
    outcome, prob, x, group = world()
    stage = MonthlyStage().fit(outcome, prob, x, groups=group)
    z = logit(prob)
    whole = stage.yearly_part(z, groups=group) + stage.parts(x).sum(axis=1)
    np.testing.assert_allclose(stage.apply_log_odds(z, x, groups=group), whole, rtol=0, atol=1e-12)


def test_a_missing_month_counts_as_the_mean():
    outcome, prob, x, _ = world()
    stage = MonthlyStage().fit(outcome, prob, x)
    at_mean = stage.apply([0.1], [stage.means_])
    np.testing.assert_allclose(stage.apply([0.1], [[np.nan] * 3]), at_mean, rtol=1e-12)


@given(st.integers(0, 2**31 - 1))
def test_the_order_of_rows_never_matters(seed):
    outcome, prob, x, group = world(n=60)
    x[::7, 1] = np.nan
    order = np.random.default_rng(seed).permutation(60)
    first = MonthlyStage().fit(outcome, prob, x, groups=group)
    second = MonthlyStage().fit(outcome[order], prob[order], x[order], groups=group[order])
    assert (first.level_, first.slope_) == (second.level_, second.slope_)
    np.testing.assert_array_equal(first.weights_, second.weights_)


def test_a_feature_that_does_not_vary_says_nothing():
    outcome, prob, x, _ = world()
    x[:, 2] = 5.0
    stage = MonthlyStage().fit(outcome, prob, x)
    assert stage.weights_[2] == 0.0


def test_draws_spread_as_the_posterior_says():
    outcome, prob, x, group = world()
    stage = MonthlyStage().fit(outcome, prob, x, groups=group)
    z = logit(prob[:5])
    drawn = stage.deviations(z, x[:5], draws=20_000, generator=np.random.default_rng(0), groups=group[:5])
    design = stage._design(z, x[:5], stage._places(group[:5], 5))
    wanted = np.sqrt(np.einsum("ij,jk,ik->i", design, stage.covariance_, design))
    np.testing.assert_allclose(drawn.std(axis=0), wanted, rtol=0.03)
    np.testing.assert_allclose(drawn.mean(axis=0), 0.0, atol=0.03)


@pytest.mark.parametrize("months", [[[1.0]], [[1.0], [np.inf]], [1.0, 2.0]])
def test_months_that_do_not_fit_are_refused(months):
    with pytest.raises(InputError, match="months must be an array"):
        MonthlyStage().fit([0, 1], [0.1, 0.2], months)


def test_groups_must_be_named_where_there_were_several():
    outcome, prob, x, group = world()
    stage = MonthlyStage().fit(outcome, prob, x, groups=group)
    with pytest.raises(InputError, match="learned from the groups"):
        stage.apply(prob, x)
    with pytest.raises(NotFittedError):
        MonthlyStage().apply([0.1], [[0.0]])
    with pytest.raises(InputError, match="at least one standard deviation"):
        MonthlyStage(weight_sds=())


def test_a_label_is_mapped_by_its_own_months_and_a_group_by_the_mean():
    outcome, prob, x, group = world()
    stage = MonthlyStage().fit(outcome, prob, x, groups=group)
    both = WithMonths(
        base=Identity().fit([], []), stage=stage, keys=[[2, 2024], [20, 2024]], months=x[:2], names="abc"
    )
    labels = both.labels(["quiet", "under_way"], [2, 20], [2024, 2024])
    assert plain_groups(labels).tolist() == ["quiet", "under_way"]
    mapped = both.apply_log_odds([-2.0, -2.0], groups=labels)
    wanted = stage.apply_log_odds([-2.0, -2.0], x[:2], groups=["quiet", "under_way"])
    np.testing.assert_allclose(mapped, wanted, rtol=1e-12)
    unknown = both.apply_log_odds([-2.0], groups=["quiet"])
    np.testing.assert_allclose(unknown, stage.yearly_part([-2.0], groups=["quiet"]), rtol=1e-12)
    with pytest.raises(InputError, match="fitted before"):
        both.fit([0, 1], [0.1, 0.2])
