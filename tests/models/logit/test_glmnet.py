"""glmnet's path and folds against R, and against the exact solver."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rtop_forecast.errors import InputError
from rtop_forecast.models import ElasticNetLogit, GlmnetLogit
from rtop_forecast.models.logit.glmnet_path import path
from rtop_forecast.models.logit.r_random import r_permutation

NOT_PREDICTORS = ["ewp_name", "ccode", "mk_onset", "mk_onset_1", "mk_onset_2", "mk_onset_1or2"]


def noisy(n=400, p=6, *, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    y = (rng.random(n) < 1 / (1 + np.exp(-(X[:, 0] - 0.5 * X[:, 1] - 2)))).astype(int)
    return X, y


# R 4.3: set.seed(s); sample(n)
@pytest.mark.parametrize(
    ("seed", "n", "first"),
    [(42, 10, [1, 5, 10, 8, 2, 4, 6, 9, 7, 3]), (123, 10, [3, 10, 2, 8, 6, 9, 1, 7, 5, 4])],
)
def test_permutations_are_those_of_r(seed, n, first):
    assert (r_permutation(n, seed=seed) + 1).tolist() == first


def test_a_permutation_has_every_item_once():
    for n in (1, 2, 17, 1000):
        assert sorted(r_permutation(n, seed=7)) == list(range(n))
    with pytest.raises(InputError, match="at least 1"):
        r_permutation(0, seed=1)


@pytest.fixture(scope="module")
def panel(data_dir):
    return pd.read_csv(data_dir / "ewp2025" / "prepared2024predictors-2025-09-03.csv")


def split(panel, last):
    predictors = [name for name in panel.columns if name not in NOT_PREDICTORS]
    rows = panel[[*predictors, *NOT_PREDICTORS[2:]]].notna().all(axis=1)
    train = panel[rows & (panel["year"] <= last)]
    test = panel[(panel["year"] == last + 2) & panel[predictors].notna().all(axis=1)]
    return predictors, train, test


def test_the_last_assessment_equals_r(panel, data_dir):
    """The reference was computed by R's glmnet (../shared/reference/glmnet_backtest.R)."""
    reference = pd.read_csv(data_dir.parent / "reference" / "glmnet_final_2022.csv")
    predictors, train, test = split(panel, 2022)
    model = GlmnetLogit(seed=90035).fit(train[predictors], train["mk_onset_1or2"].astype(int))
    assert len(train) == reference["n_train"].iloc[0]
    assert model.lambda_min_ == pytest.approx(reference["lambda_min"].iloc[0], rel=1e-12)
    np.testing.assert_allclose(
        model.predict_proba(test[predictors])[:, 1], reference["risk"], rtol=0, atol=1e-12
    )


def test_published_coefficients(panel, data_dir):
    table = pd.read_csv(data_dir / "ewp2025" / "published" / "coefficients_3Sep2025.csv")
    names = table["variable"].tolist()[1:]
    _, train, _ = split(panel, 2022)
    model = GlmnetLogit(seed=90035).fit(train[names], train["mk_onset_1or2"].astype(int))
    got = np.concatenate([[model.intercept_], model.coef_])
    np.testing.assert_allclose(got, table["coef.full"], rtol=0, atol=5.1e-5)


def test_with_a_strict_threshold_the_path_is_that_of_the_exact_solver():
    X, y = noisy()
    strict = path(
        X, y.astype(float), np.ones(len(y)), l1_ratio=0.5, n_lambdas=20, lambda_ratio=1e-3, thresh=1e-20
    )
    for lam, intercept, coef in zip(strict.lambdas, strict.intercepts, strict.coefs, strict=True):
        exact = ElasticNetLogit(lam=lam, l1_ratio=0.5).fit(X, y)
        np.testing.assert_allclose(coef, exact.coef_, atol=1e-7)
        assert intercept == pytest.approx(exact.intercept_, abs=1e-7)


def test_weights_count_as_repeated_rows():
    X, y = noisy()
    weight = np.ones(len(y))
    weight[:50] = 3
    settings = {"l1_ratio": 0.7, "n_lambdas": 10, "lambda_ratio": 1e-2, "thresh": 1e-18}
    weighted = path(X, y.astype(float), weight, **settings)
    again = np.concatenate([X, X[:50], X[:50]]), np.concatenate([y, y[:50], y[:50]]).astype(float)
    repeated = path(*again, np.ones(len(y) + 100), **settings)
    np.testing.assert_allclose(weighted.lambdas, repeated.lambdas, rtol=1e-12)
    np.testing.assert_allclose(weighted.coefs, repeated.coefs, atol=1e-9)


def test_between_penalties_the_path_is_linear_and_held_beyond():
    X, y = noisy()
    fitted = path(
        X, y.astype(float), np.ones(len(y)), l1_ratio=1.0, n_lambdas=12, lambda_ratio=1e-2, thresh=1e-9
    )
    middle = (fitted.lambdas[3] + fitted.lambdas[4]) / 2
    intercepts, coefs = fitted.at(np.array([1e3, middle, fitted.lambdas[5], 0.0]))
    np.testing.assert_allclose(coefs[1], (fitted.coefs[3] + fitted.coefs[4]) / 2, atol=1e-14)
    np.testing.assert_allclose(coefs[2], fitted.coefs[5], atol=1e-14)
    np.testing.assert_allclose(coefs[0], 0, atol=1e-12)
    np.testing.assert_allclose(coefs[3], fitted.coefs[-1], atol=1e-15)
    assert intercepts.shape == (4,)


def test_constant_and_repeated_columns_do_no_harm():
    X, y = noisy()
    wide = np.column_stack([X, np.full(len(y), 3.0), X[:, 0]])
    model = GlmnetLogit(seed=1).fit(wide, y)
    assert model.coef_[6] == 0
    assert np.isfinite(model.log_odds(wide)).all()


def test_the_one_standard_error_rule_is_no_smaller():
    X, y = noisy()
    least, cautious = (GlmnetLogit(seed=3, rule=rule).fit(X, y) for rule in ("min", "1se"))
    assert cautious.lambda_ == cautious.lambda_1se_ >= least.lambda_ == least.lambda_min_
    assert np.abs(cautious.coef_).sum() <= np.abs(least.coef_).sum()


def test_same_bits_whatever_the_number_of_processes():
    X, y = noisy()
    one, two = (GlmnetLogit(seed=5, n_jobs=jobs).fit(X, y) for jobs in (1, 2))
    np.testing.assert_array_equal(one.coef_, two.coef_)
    assert one.lambda_min_ == two.lambda_min_


def test_contributions_add_up():
    X, y = noisy()
    model = GlmnetLogit(seed=2).fit(X, y)
    parts = model.contributions(X)
    np.testing.assert_allclose(
        parts.baseline + parts.values.sum(axis=1), X @ model.coef_ + model.intercept_, atol=1e-12
    )
    np.testing.assert_allclose(parts.log_odds.mean(), parts.baseline, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"l1_ratio": 0.0}, r"l1_ratio must lie in \(0, 1\]"),
        ({"n_folds": 2}, "n_folds must be at least 3"),
        ({"rule": "best"}, "rule must be 'min' or '1se'"),
        ({"n_lambdas": 1}, "n_lambdas"),
        ({"lambda_ratio": 1.0}, "lambda_ratio"),
        ({"thresh": 0.0}, "thresh must be positive"),
    ],
)
def test_parameters_out_of_range_are_refused(change, rule):
    X, y = noisy()
    with pytest.raises(InputError, match=rule):
        GlmnetLogit(**change).fit(X, y)


def test_bad_input_is_refused():
    X, y = noisy()
    holed = X.copy()
    holed[3, 2] = np.nan
    with pytest.raises(InputError, match=r"complete and finite; 1 of 2400 values.*row 3, column 'x2'"):
        GlmnetLogit().fit(holed, y)
    with pytest.raises(InputError, match="two classes"):
        GlmnetLogit().fit(X, np.zeros(len(y)))
    with pytest.raises(InputError, match="must not be all zero"):
        GlmnetLogit().fit(X, y, sample_weight=np.zeros(len(y)))
    with pytest.raises(InputError, match="both classes in the rows it trains on"):
        GlmnetLogit(n_folds=3).fit(X, np.r_[1, np.zeros(len(y) - 1)])
    with pytest.raises(InputError, match="no column varies"):
        GlmnetLogit().fit(np.ones_like(X), y)


def waves(strength):
    """Data without random numbers, so that R has the same."""
    i = np.arange(200)
    X = np.column_stack([np.sin(1.3 * i), np.cos(0.7 * i * i), np.sin(0.11 * i * i + 1)])
    y = (strength * (X[:, 0] - 0.5 * X[:, 1]) + np.cos(2.1 * i * i) - 0.5 > 0).astype(float)
    return X, y


# R 4.2.2, glmnet 4.1.6: glmnet(X, y, alpha = 0.5, family = "binomial"); number of penalties, the last of them,
# intercept and coefficients there, share of the null deviance explained
@pytest.mark.parametrize(
    ("strength", "positives", "length", "last", "intercept", "coef", "explained"),
    [
        # the path ends where a penalty adds less than 1e-5 of the null deviance, not of what is explained
        (0.3, 65, 33, 3.548735150006e-03, -0.727361292080, [0.210469843574, -0.169464285294, 0.037357772843],
         0.007545217070),
        # linear predictors reach 46: probabilities nearer to 0 or 1 than 1e-9 are 0 or 1
        (30, 100, 100, 8.382320588921e-05, 0.636180945911, [29.284553951866, -15.285743087512, 1.304452284725],
         0.962789407830),
    ],
)  # fmt: skip
def test_the_end_of_a_path_is_that_of_r(strength, positives, length, last, intercept, coef, explained):
    X, y = waves(strength)
    assert y.sum() == positives
    found = path(X, y, np.ones(len(y)), l1_ratio=0.5, n_lambdas=100, lambda_ratio=1e-4, thresh=1e-7)
    assert len(found.lambdas) == length
    assert found.lambdas[-1] == pytest.approx(last, rel=1e-11)
    assert found.intercepts[-1] == pytest.approx(intercept, abs=1e-11)
    np.testing.assert_allclose(found.coefs[-1], coef, rtol=0, atol=1e-11)
    assert found.deviance_ratio[-1] == pytest.approx(explained, abs=1e-11)
    assert (found.coefs[0] == 0).all(), "the first penalty keeps every coefficient at zero"


def test_the_order_of_the_columns_does_not_change_a_converged_path():
    X, y = waves(3.0)
    settings = {"l1_ratio": 0.5, "n_lambdas": 20, "lambda_ratio": 1e-3, "thresh": 1e-20}
    weight = np.ones(len(y))
    here, there = (path(X[:, order], y, weight, **settings) for order in ([0, 1, 2], [2, 0, 1]))
    np.testing.assert_allclose(here.coefs[:, [2, 0, 1]], there.coefs, rtol=0, atol=1e-8)
