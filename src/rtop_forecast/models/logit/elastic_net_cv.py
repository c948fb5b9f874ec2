"""Elastic-net logit whose penalty is chosen by cross-validation, exactly solved along the whole path."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.models.inputs import read_complete, read_given
from rtop_forecast.models.interface import Contributions
from rtop_forecast.models.logit.cross_validation import (
    CrossValidatedLogit,
    Fold,
    choose,
    past_folds,
    random_folds,
    refuse_one_class,
)
from rtop_forecast.models.logit.elastic_net import ElasticNetLogit
from rtop_forecast.models.logit.exact_path import exact_paths
from rtop_forecast.models.logit.row_blocks import one_thread
from rtop_forecast.models.parameters import (
    POSITIVE,
    POSITIVE_SHARE,
    PROPER_SHARE,
    at_least,
    check_parameters,
    one_of,
)

__all__ = ["ElasticNetLogitCV"]


class ElasticNetLogitCV(CrossValidatedLogit):
    """:class:`ElasticNetLogit` with the penalty chosen on a path.

    Parameters
    ----------
    l1_ratio : float
        Share of the L1 norm, in (0, 1].
    rule : {"min", "1se"}
        The penalty of the least cross-validated deviance, or the largest within one standard error of it.
    folds : {"past", "random"}
        "past": blocks of years, each scored by a fit to the rows whose label was closed when it begins. "random": rows
        at random, as R draws them; with labels that overlap in time, the held-out rows are then not new.
    n_folds : int
        At least 2.
    horizon : int
        Years that a label looks ahead, for past folds.
    seed : int
        Of random folds.
    n_lambdas, lambda_ratio
        Penalties, evenly spaced on the log scale from the least that keeps every coefficient at zero down to
        ``lambda_ratio`` times it; the path ends sooner where a penalty adds less than 1e-5 of the null
        deviance to what is explained.
    tol : float
        Largest breach of the optimality conditions on the path; the chosen model is solved to 1e-9.

    Attributes
    ----------
    lambda_min_, lambda_1se_, lambda_ : float
        Penalties by the two rules, and the one chosen.
    cv_deviance_, cv_error_ : ndarray of shape (n_lambdas,)
        Mean deviance (twice the negative log likelihood) over the folds, and its standard error.
    path_ : Path
    path_kkt_residual_ : float
        Certificate: the largest breach on the path, over all folds and penalties.
    kkt_residual_ : float
        That of the chosen model.
    model_ : ElasticNetLogit
    coef_ : ndarray of shape (n_features,)
    intercept_ : float
    classes_ : ndarray of shape (2,)

    References
    ----------
    Friedman, J., Hastie, T., & Tibshirani, R. (2010). Regularization paths for generalized linear models via
    coordinate descent. Journal of Statistical Software, 33(1).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 3))
    >>> y = (X[:, 0] + rng.normal(size=300) > 0.5).astype(int)
    >>> model = ElasticNetLogitCV(n_folds=5).fit(X, y, years=np.repeat(np.arange(1990, 2020), 10))
    >>> bool(model.path_kkt_residual_ <= 1e-7), bool(model.coef_[0] > 1)
    (True, True)
    """

    path_kkt_residual_: float
    kkt_residual_: float
    model_: ElasticNetLogit

    def __init__(  # noqa: PLR0913 (public entry point)
        self,
        *,
        l1_ratio: float = 0.5,
        rule: Literal["min", "1se"] = "min",
        folds: Literal["past", "random"] = "past",
        n_folds: int = 10,
        horizon: int = 2,
        seed: int = 0,
        n_lambdas: int = 100,
        lambda_ratio: float = 1e-4,
        tol: float = 1e-7,
    ) -> None:
        self.l1_ratio = l1_ratio
        self.rule = rule
        self.folds = folds
        self.n_folds = n_folds
        self.horizon = horizon
        self.seed = seed
        self.n_lambdas = n_lambdas
        self.lambda_ratio = lambda_ratio
        self.tol = tol

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        years: ArrayLike | None = None,
    ) -> Self:
        """Solve the paths of the whole sample and of every fold, choose a penalty, solve for it.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Complete; what is imputed must be imputed before.
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative.
        years : array_like of shape (n_rows,), optional
            Year of each row; needed for past folds.

        Raises
        ------
        InputError
            If a parameter or the input breaks a rule, or a fold has one class only.
        """
        self._check_parameters()
        values, outcome, weight, self.classes_ = read_given(self, X, y, sample_weight)
        parts = self._folds(years, len(values))
        refuse_one_class(parts, outcome, weight)
        weights = np.array([weight, *(weight * part.train for part in parts)])
        # One thread: how a product is split would show in its last bits.
        with one_thread():
            solved = exact_paths(
                values,
                outcome,
                weights,
                l1_ratio=self.l1_ratio,
                n_lambdas=self.n_lambdas,
                lambda_ratio=self.lambda_ratio,
                tol=self.tol,
            )
            self.path_ = solved.paths[0]
            choice = choose(self.path_.lambdas, solved.paths[1:], parts, values, outcome, weight)
        self.path_kkt_residual_ = float(solved.kkt_residual.max())
        self._set_choice(choice)
        model = ElasticNetLogit(lam=self.lambda_, l1_ratio=self.l1_ratio, indicators=False)
        self.model_ = model.fit(X, y, sample_weight)
        self.coef_, self.intercept_ = self.model_.coef_, self.model_.intercept_
        self.kkt_residual_ = self.model_.kkt_residual_
        return self

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        read_complete(self, X)
        return self.model_.log_odds(X)

    def contributions(self, X: Any) -> Contributions:
        """Contributions of the chosen model; see :class:`ElasticNetLogit`."""
        read_complete(self, X)
        return self.model_.contributions(X)

    def _folds(self, years: ArrayLike | None, n_rows: int) -> list[Fold]:
        if self.folds == "random":
            return random_folds(n_rows, self.n_folds, seed=self.seed)
        if years is None:
            message = (
                "past-only folds need the year of each row: fit(X, y, years=...). Rows at random, whose labels may "
                "overlap those held out, are folds='random'."
            )
            raise InputError(message)
        if len(np.asarray(years)) != n_rows:
            message = f"years must have one entry per row; got {len(np.asarray(years))} for {n_rows} rows."
            raise InputError(message)
        return past_folds(years, self.n_folds, horizon=self.horizon)

    def _check_parameters(self) -> None:
        check_parameters(
            self,
            l1_ratio=POSITIVE_SHARE,
            rule=one_of("min", "1se"),
            folds=one_of("past", "random"),
            n_folds=at_least(2),
            horizon=at_least(1),
            n_lambdas=at_least(2),
            lambda_ratio=PROPER_SHARE,
            tol=POSITIVE,
        )
