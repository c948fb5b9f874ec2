"""Logistic regression with an elastic-net penalty, imputation and missing indicators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.checks.arrays import BoolArray, FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.models.base import LogOddsClassifier, limited
from rtop_forecast.models.inputs import (
    TrainingRows,
    adopt,
    column_order,
    feature_names,
    read_rows,
    read_training,
    to_training_order,
)
from rtop_forecast.models.interface import Contributions
from rtop_forecast.models.logit.solver import Problem, dot, solve
from rtop_forecast.models.parameters import FLAG, NOT_NEGATIVE, POSITIVE, SHARE, at_least, check_parameters

# A column whose standard deviation is below this share of its largest value is rounding error.
_CONSTANT = 1e-13

_COLUMNS_AT_ONCE = 8  # whose squares are held in memory
_ROWS_AT_ONCE = 256  # turned into columns while they are in the processor's cache
_ROWS_OF_FURTHER = 1 << 16  # whose further columns are held twice


class ElasticNetLogit(LogOddsClassifier):
    r"""Logistic regression with glmnet's elastic-net objective, solved exactly.

    .. math::
       \min_{b_0, b}\; \frac{1}{\sum_i w_i} \sum_i w_i\, \mathrm{logloss}_i
       + \lambda \left[ \alpha \lVert b \rVert_1 + \tfrac{1 - \alpha}{2} \lVert b \rVert_2^2 \right]

    with :math:`\lambda` = ``lam`` and :math:`\alpha` = ``l1_ratio``. The intercept is not penalised; b
    belongs to features standardised to mean 0 and variance 1 (weighted, divisor :math:`\sum w`).
    Missing values become the training median, and a feature missing in some training rows, but not all,
    brings a second, 0/1 column "was missing". A column that is constant in training gets
    coefficient exactly 0.

    Parameters
    ----------
    lam : float
        Penalty, at least 0.
    scaled : bool
        Whether the penalty is ``lam`` times :math:`\\sqrt{\\log p / n}`, with p columns (indicators too, constant ones
        not) and n the sum of weights: the rate at which the penalty that suits sparse regression falls as data grow
        (Bickel, Ritov & Tsybakov 2009), so that one setting serves small and large training sets.
    l1_ratio : float
        Share of the L1 norm, from 0 (ridge) to 1 (lasso).
    indicators : bool or sequence of str
        Whether to add the columns "was missing": for all columns, for none, or for those named.
    tol : float
        Largest breach of the optimality conditions, positive.
    max_iter : int
        Newton steps at most.

    Attributes
    ----------
    lam_ : float
        The penalty used.
    coef_ : ndarray of shape (n_features,)
        Change of the log-odds per unit of the feature, in the order of ``feature_names_in_``.
    indicator_coef_ : ndarray of shape (n_features,)
        Change of the log-odds where the feature is missing, beside that of its median.
    intercept_ : float
        Log-odds where every feature is 0 and known.
    medians_ : ndarray of shape (n_features,)
        What stands in for a missing value; 0 for a feature never known in training.
    kkt_residual_ : float
        Certificate: the largest breach of the optimality conditions, at most ``tol``.
    objective_ : float
        The objective attained.
    n_iter_ : int
        Evaluations of the gradient.
    classes_ : ndarray of shape (2,)
        Labels of no event and event.

    References
    ----------
    Bickel, P. J., Ritov, Y. & Tsybakov, A. B. (2009). Simultaneous analysis of lasso and Dantzig selector.
    Annals of Statistics, 37(4), 1705-1732.
    Friedman, J., Hastie, T. & Tibshirani, R. (2010). Regularization paths for generalized linear
    models via coordinate descent. Journal of Statistical Software, 33(1).
    Lee, J. D., Sun, Y. & Saunders, M. A. (2014). Proximal Newton-type methods for minimizing composite
    functions. SIAM Journal on Optimization, 24(3), 1420-1443.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> model = ElasticNetLogit(lam=0.1, l1_ratio=0.0).fit(X, [0, 1, 0, 1])
    >>> model.log_odds(X).round(3)
    array([-0.893, -0.298,  0.298,  0.893])
    """

    _saved_state: ClassVar[Mapping[str, str]] = {
        "medians_": "floats",
        "means_": "floats",
        "coef_": "floats",
        "indicator_means_": "floats",
        "indicator_coef_": "floats",
        "intercept_": "float",
        "lam_": "float",
        "kkt_residual_": "float",
        "objective_": "float",
        "n_iter_": "int",
        "_baseline": "float",
    }

    medians_: FloatArray
    coef_: FloatArray
    indicator_coef_: FloatArray
    intercept_: float
    lam_: float
    kkt_residual_: float
    objective_: float
    n_iter_: int

    def __init__(
        self,
        lam: float = 1e-3,
        *,
        l1_ratio: float = 0.5,
        scaled: bool = False,
        indicators: bool | Sequence[str] = True,
        tol: float = 1e-9,
        max_iter: int = 200,
    ) -> None:
        self.lam = lam
        self.l1_ratio = l1_ratio
        self.scaled = scaled
        self.indicators = indicators
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Impute, standardise and solve.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Features; NaN is "not known".
        y : array_like of shape (n_rows,)
            Two classes.
        sample_weight : array_like of shape (n_rows,), optional
            Non-negative; weight k counts as k equal rows, 0 as no row.

        Returns
        -------
        ElasticNetLogit
            Itself, fitted.

        Raises
        ------
        InputError
            If a parameter or the input breaks a rule, or the fit does not converge.
        """
        self._check_parameters()
        self.fit_rows(read_training(self, X, y, sample_weight))
        return self

    def log_odds(self, X: Any) -> FloatArray:
        """Log-odds of the event; see :class:`RiskModel`."""
        return self.log_odds_rows(read_rows(self, X))

    def log_odds_rows(self, rows: FloatArray) -> FloatArray:
        """Log-odds of rows that were read before."""
        total: FloatArray = self._values(rows).sum(axis=1)
        return total + self._baseline

    def contributions(self, X: Any) -> Contributions:
        """Coefficient times distance from the training mean; exact.

        Parameters
        ----------
        X : DataFrame or array_like of shape (n_rows, n_features)
            Same columns as at ``fit``.

        Returns
        -------
        Contributions
            The effect of a missing value is credited to its feature. The baseline is
            the log-odds at the training means.
        """
        return self.contributions_rows(read_rows(self, X))

    def contributions_rows(self, rows: FloatArray) -> Contributions:
        """Contributions to rows that were read before."""
        values = to_training_order(self, self._values(rows))
        return Contributions(feature_names=tuple(feature_names(self)), values=values, baseline=self._baseline)

    def _check_parameters(self) -> None:
        check_parameters(
            self, lam=NOT_NEGATIVE, l1_ratio=SHARE, scaled=FLAG, tol=POSITIVE, max_iter=at_least(1)
        )

    def fit_rows(self, rows: TrainingRows, further: Callable[[FloatArray], FloatArray] | None = None) -> None:
        """Fit on rows that were read before, let go once read; what is set is in the frame's column order.

        Parameters
        ----------
        rows : TrainingRows
        further : callable, optional
            Complete columns that stand behind the features, computed from some of the rows at a time: so they are
            not held twice. The rows then have no names, and known medians of all columns.
        """
        self._check_parameters()
        adopt(self, rows)
        medians = np.where(np.isnan(rows.medians), 0.0, rows.medians)
        self.n_features_in_ = width = len(medians)
        n_rows, given = rows.features.shape
        gone = np.isnan(rows.features).sum(axis=0)
        flagged = np.flatnonzero((gone > 0) & (gone < n_rows) & self._may_be_flagged()[:given])
        columns = np.empty((n_rows, width + len(flagged)), order="F")
        for start in range(0, n_rows, _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            block = rows.features[part]
            missing = np.isnan(block)
            columns[part, :given] = np.where(missing, medians[:given], block)
            columns[part, width:] = missing[:, flagged]
        if further is not None:
            for start in range(0, n_rows, _ROWS_OF_FURTHER):
                part = slice(start, start + _ROWS_OF_FURTHER)
                columns[part, given:width] = further(rows.features[part])
        outcome, total = rows.outcome, float(rows.weight.sum())
        weight = rows.weight / rows.weight.sum()
        # where nothing else holds them: on a million rows half a gigabyte
        del rows, block, missing
        mean, scale = _moments(columns, weight)
        if not (np.isfinite(mean).all() and np.isfinite(scale).all()):
            bad = int(np.flatnonzero(~np.isfinite(mean + scale))[0])
            name = feature_names(self)[column_order(self)[bad]]
            message = f"the variance of column {name!r} overflows. Rescale it, for example to its logarithm."
            raise InputError(message)
        varying = np.flatnonzero(scale > 0)
        # In place: on a million rows a copy of the columns is half a gigabyte.
        standard = columns if len(varying) == columns.shape[1] else np.asfortranarray(columns[:, varying])
        standard -= mean[varying]
        standard /= scale[varying]
        self.lam_ = self._penalty(columns=len(varying), rows=total)
        problem = Problem(
            features=standard,
            outcome=outcome,
            weight=weight,
            l1=self.lam_ * self.l1_ratio,
            l2=self.lam_ * (1 - self.l1_ratio),
        )
        solution = solve(problem, tol=self.tol, max_iter=self.max_iter)
        slopes = np.zeros(len(mean))
        slopes[varying] = solution.coef / scale[varying]
        self._set_coefficients(width=width, flagged=flagged, medians=medians, mean=mean, slopes=slopes)
        self._baseline = solution.intercept
        self.intercept_ = float(solution.intercept - (slopes * mean).sum())
        self.kkt_residual_ = solution.kkt_residual
        self.objective_ = solution.objective
        self.n_iter_ = solution.iterations

    def _may_be_flagged(self) -> BoolArray:
        """Columns, in canonical order, that may have an indicator."""
        names = np.array(feature_names(self), dtype=object)[column_order(self)]
        if isinstance(self.indicators, bool):
            return np.full(len(names), self.indicators)
        chosen = set(self.indicators)
        return np.array([name in chosen for name in names], dtype=bool)

    def limit_indicators(self, columns: Sequence[str]) -> None:
        """Let only these columns have an indicator, of those that may have one."""
        self.indicators = limited(self.indicators, columns)

    def _penalty(self, *, columns: int, rows: float) -> float:
        if not self.scaled:
            return float(self.lam)
        return float(self.lam * np.sqrt(np.log(max(columns, 2)) / rows))

    def _set_coefficients(
        self,
        *,
        width: int,
        flagged: NDArray[np.intp],
        medians: FloatArray,
        mean: FloatArray,
        slopes: FloatArray,
    ) -> None:
        indicator_mean, indicator_slope = np.zeros(width), np.zeros(width)
        indicator_mean[flagged], indicator_slope[flagged] = mean[width:], slopes[width:]
        self.medians_ = to_training_order(self, medians)
        self.means_ = to_training_order(self, mean[:width])
        self.coef_ = to_training_order(self, slopes[:width])
        self.indicator_means_ = to_training_order(self, indicator_mean)
        self.indicator_coef_ = to_training_order(self, indicator_slope)

    def _values(self, rows: FloatArray) -> FloatArray:
        """Contributions in canonical column order."""
        order = column_order(self)
        missing = np.isnan(rows)
        with np.errstate(over="ignore"):
            distance = np.where(missing, self.medians_[order], rows) - self.means_[order]
            values = distance * self.coef_[order]
            values += (missing - self.indicator_means_[order]) * self.indicator_coef_[order]
        overflow = ~np.isfinite(values)
        if overflow.any():
            row, column = np.argwhere(overflow)[0]
            message = (
                f"the log-odds overflow; {int(overflow.sum())} of {values.size} values are too large, "
                f"first in row {row}, column {feature_names(self)[order[column]]!r} "
                f"({rows[row, column]:.3g}). Correct them."
            )
            raise InputError(message)
        return np.ascontiguousarray(values + 0.0)


def _moments(columns: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted mean and standard deviation (divisor: sum of weights) of each column; 0 if constant."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean = dot(weight, columns)
        scale, largest = np.empty_like(mean), np.empty_like(mean)
        for start in range(0, len(mean), _COLUMNS_AT_ONCE):
            part = slice(start, start + _COLUMNS_AT_ONCE)
            scale[part] = np.sqrt(dot(weight, (columns[:, part] - mean[part]) ** 2))
            largest[part] = np.abs(columns[:, part]).max(axis=0, initial=0.0)
        constant = (np.ptp(columns, axis=0) == 0) | (scale <= _CONSTANT * largest)
    return mean, np.where(constant, 0.0, scale)
