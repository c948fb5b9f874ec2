"""A factor is named only if the refits agree that it comes first."""

import numpy as np
import pytest

from rtop_forecast.explanation.reasons import FactorDraws

FACTORS = (1, 2, 12)


def draws_of(point, noise, *, draws=200, seed=0):
    rng = np.random.default_rng(seed)
    point = np.asarray(point, dtype=float)
    return FactorDraws(
        countries=np.arange(100, 100 + len(point)),
        factors=FACTORS,
        point=point,
        draws=point + noise * rng.normal(size=(draws, *point.shape)),
    )


def states(*special):
    """Thirty states around nothing, then the special ones."""
    rng = np.random.default_rng(1)
    return np.vstack([rng.normal(0, 0.2, (30, 3)), special])


def test_a_clear_first_is_named_and_a_close_one_is_not():
    reasons = draws_of(states([2.0, 0.1, 0.0], [0.9, 0.9, 0.9]), 0.15)
    named = reasons.named().set_index("country_id")
    assert named.loc[130, "factor_1"] == 1
    assert named.loc[131].isna().all()


def test_a_second_is_named_only_beside_a_first():
    reasons = draws_of(states([2.5, 1.4, 0.0], [1.0, 1.0, 3.0]), 0.05)
    named = reasons.named().set_index("country_id")
    assert named.loc[130].tolist() == [1, 2]
    assert named.loc[131, "factor_1"] == 12
    unclear = draws_of(states([1.0, 1.0, 0.3]), 0.3).named().set_index("country_id").loc[130]
    assert unclear.isna().all()


def test_a_factor_does_not_win_by_the_spread_of_its_many_features():
    # factor 1 has ten times the spread over the states: 1.0 is nothing special there, 0.6 in factor 12 is
    rng = np.random.default_rng(2)
    point = np.vstack([rng.normal(0, [1.0, 0.1, 0.1], (60, 3)), [1.0, 0.0, 0.6]])
    named = draws_of(point, 0.02).named().set_index("country_id")
    assert named.loc[160, "factor_1"] == 12


def test_what_does_not_raise_the_odds_by_a_twentieth_is_no_reason():
    point = np.vstack([np.zeros((10, 3)), [0.04, 0.0, -0.5]])
    assert draws_of(point, 0.0).named()["factor_1"].isna().all()


def test_intervals_contain_their_estimate_whatever_the_number_of_draws():
    for draws in (2, 20, 200):
        table = draws_of(states([1.0, 0.2, -0.4]), 0.3, draws=draws).intervals(0.9)
        assert (table["low"] <= table["contribution"]).all()
        assert (table["contribution"] <= table["high"]).all()
        assert len(table) == 31 * 3
        shares = table.groupby("country_id")["first"].sum()
        assert (shares <= 1 + 1e-12).all()


def test_interval_and_share_are_those_of_the_draws():
    reasons = draws_of(states([1.0, 0.9, 0.0]), 0.3)
    row = reasons.intervals(0.9).query("country_id == 130 and risk_factor == 1").iloc[0]
    values = reasons.draws[:, 30, 0]
    assert row["low"] == pytest.approx(np.quantile(values, 0.05))
    assert row["high"] == pytest.approx(np.quantile(values, 0.95))
    scaled = reasons.draws / reasons.draws.std(axis=1, keepdims=True)
    scaled[reasons.draws < np.log(1.05)] = -np.inf
    best = scaled[:, 30].argmax(axis=1)
    assert row["first"] == pytest.approx(((best == 0) & np.isfinite(scaled[:, 30].max(axis=1))).mean())


def test_what_sets_a_state_apart_from_the_top_is_not_what_all_of_them_share():
    # every state at the top has factor 1; the first alone has factor 2
    top = np.tile([3.0, 0.0, 0.0], (30, 1)) + np.random.default_rng(3).normal(0, 0.05, (30, 3))
    top[0, 1] = 2.0
    point = np.vstack([top, np.random.default_rng(4).normal(0, 0.3, (100, 3))])
    apart = draws_of(point, 0.02).apart(np.arange(130))
    assert apart.iloc[0] == 2


def test_one_factor_alone_has_no_second():
    whole = draws_of(states([2.0, 0.1, 0.0]), 0.05)
    alone = FactorDraws(
        countries=whole.countries, factors=(7,), point=whole.point[:, :1], draws=whole.draws[..., :1]
    )
    named = alone.named().set_index("country_id").loc[130]
    assert named["factor_1"] == 7
    assert named.isna()["factor_2"]
