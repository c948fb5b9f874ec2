"""Elastic-net logit as glmnet fits it, for results that must equal those of R."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.models.inputs import feature_names, read_complete, read_given
from rtop_forecast.models.interface import Contributions
from rtop_forecast.models.logit.cross_validation import (
    CrossValidatedLogit,
    choose,
    random_folds,
    refuse_one_class,
)
from rtop_forecast.models.logit.glmnet_path import Path, path
from rtop_forecast.models.logit.row_blocks import one_thread
from rtop_forecast.models.parameters import (
    POSITIVE,
    POSITIVE_SHARE,
    PROPER_SHARE,
    at_least,
    check_parameters,
    one_of,
)

__all__ = ["GlmnetLogit"]


class GlmnetLogit(CrossValidatedLogit):
    r"""Logistic elastic net with glmnet's algorithm, stopping rule, penalties and random folds.

    The parity mode of :class:`ElasticNetLogit`: same objective, but stopped where glmnet stops by default, which
    is short of the optimum (so much so that the order of the columns shows in the first digits), and with
    the penalty chosen by cross-validation in random folds of rows. Use it to reproduce results of R; for
    forecasts, random folds of overlapping two-year labels are a leak, and :class:`ElasticNetLogit` is exact.

    Parameters
    ----------
    l1_ratio : float
        glmnet's ``alpha``, in (0, 1].
    n_folds : int
        Folds of the cross-validation, at least 3.
    seed : int
        Folds are those of ``set.seed(seed); cv.glmnet(...)`` in R 3.6 or later.
    rule : {"min", "1se"}
        The penalty of the least cross-validated deviance, or the largest within one standard error of it.
    n_lambdas : int
        Penalties of a path.
    lambda_ratio : float
        Least penalty as a share of the largest; glmnet's default for more rows than columns.
    thresh : float
        Convergence threshold as a share of the null deviance.
    n_jobs : int
        Processes for the folds.

    Attributes
    ----------
    lambda_min_, lambda_1se_, lambda_ : float
        Penalties by the two rules, and the one chosen.
    cv_deviance_, cv_error_ : ndarray
        Mean deviance (twice the negative log likelihood) of each penalty over the folds, and its standard error.
    path_ : Path
        Solutions of the whole sample.
    coef_ : ndarray of shape (n_features,)
    intercept_ : float
    classes_ : ndarray of shape (2,)

    References
    ----------
    Friedman, J., Hastie, T., & Tibshirani, R. (2010). Regularization paths for generalized linear models via
    coordinate descent. Journal of Statistical Software, 33(1).
    """

    def __init__(  # noqa: PLR0913 (public entry point)
        self,
        *,
        l1_ratio: float = 0.5,
        n_folds: int = 10,
        seed: int = 0,
        rule: Literal["min", "1se"] = "min",
        n_lambdas: int = 100,
        lambda_ratio: float = 1e-4,
        thresh: float = 1e-7,
        n_jobs: int = 1,
    ) -> None:
        self.l1_ratio = l1_ratio
        self.n_folds = n_folds
        self.seed = seed
        self.rule = rule
        self.n_lambdas = n_lambdas
        self.lambda_ratio = lambda_ratio
        self.thresh = thresh
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the path, choose the penalty in random folds, keep its solution.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Complete: as glmnet, it takes no missing values. The order of the rows decides which fold each is in.
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative.

        Raises
        ------
        InputError
            If a parameter or the input breaks a rule.
        """
        self._check_parameters()
        values, outcome, weight, self.classes_ = read_given(self, X, y, sample_weight)
        folds = random_folds(len(values), self.n_folds, seed=self.seed)
        refuse_one_class(folds, outcome, weight)
        settings = {
            "l1_ratio": self.l1_ratio, "n_lambdas": self.n_lambdas, "lambda_ratio": self.lambda_ratio,
            "thresh": self.thresh,
        }  # fmt: skip
        parts = [np.ones(len(values), dtype=bool), *(fold.train for fold in folds)]
        paths = Parallel(n_jobs=self.n_jobs)(
            delayed(_path_on_one_thread)(values[part], outcome[part], weight[part], settings)
            for part in parts
        )
        self.path_ = paths[0]
        with one_thread():
            choice = choose(self.path_.lambdas, paths[1:], folds, values, outcome, weight)
        self._set_choice(choice)
        chosen = int(np.flatnonzero(self.path_.lambdas == self.lambda_)[0])
        self.coef_ = self.path_.coefs[chosen].copy()
        self.intercept_ = float(self.path_.intercepts[chosen])
        self.means_ = (weight / weight.sum()) @ values
        return self

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        contributions = self.contributions(X)
        return contributions.log_odds

    def contributions(self, X: Any) -> Contributions:
        """Coefficient times distance from the training mean; the baseline is the log-odds at the means."""
        values = read_complete(self, X)
        return Contributions(
            feature_names=tuple(feature_names(self)),
            values=(values - self.means_) * self.coef_,
            baseline=self.intercept_ + float(self.means_ @ self.coef_),
        )

    def _check_parameters(self) -> None:
        check_parameters(
            self,
            l1_ratio=POSITIVE_SHARE,
            n_folds=at_least(3),
            rule=one_of("min", "1se"),
            n_lambdas=at_least(2),
            lambda_ratio=PROPER_SHARE,
            thresh=POSITIVE,
        )


def _path_on_one_thread(
    values: FloatArray, outcome: FloatArray, weight: FloatArray, settings: Mapping[str, Any]
) -> Path:
    """Fit a path without threads in its many small products: on a busy machine they wait for each other."""
    with one_thread():
        return path(values, outcome, weight, **settings)
