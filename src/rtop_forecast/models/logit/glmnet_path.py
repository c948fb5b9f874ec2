r"""The lambda path of an elastic-net logit by coordinate descent, stopped where glmnet's documentation stops it.

Three nested loops (Friedman, Hastie & Tibshirani 2010, section 3): over decreasing penalties, each starting from the
solution before; over quadratic approximations of the log likelihood at the current coefficients; and over
coordinates of the penalised weighted least squares, first all of them, then those that were ever non-zero. Columns
that the sequential strong rule (Tibshirani et al. 2012) discards are left out until an optimality condition says
otherwise. A loop ends when no update changed the objective by more than ``thresh`` times the null deviance, which
is short of the optimum: with the default of 1e-7 a coefficient can be off in its first digit. The path ends where a
penalty adds less than 1e-5 of the null deviance to what is explained.

Products of columns are kept as a Gram matrix of the approximation, so that a sweep does not touch the rows, and a
sweep in which no sign changes is one triangular system; in exact arithmetic nothing changes by either.

References
----------
Friedman, J., Hastie, T., & Tibshirani, R. (2010). Regularization paths for generalized linear models via coordinate
descent. Journal of Statistical Software, 33(1).
Tibshirani, R., Bien, J., Friedman, J., Hastie, T., Simon, N., Taylor, J., & Tibshirani, R. J. (2012). Strong rules
for discarding predictors in lasso-type problems. Journal of the Royal Statistical Society B, 74(2), 245-266.
Hastie, T., Qian, J., & Tay, K. (2023). An introduction to glmnet; and the help pages glmnet and glmnet.control.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import entropy
from rtop_forecast.models.logit.row_blocks import RowBlocks
from rtop_forecast.models.logit.sweeps import Quadratic

__all__ = ["Path", "enough_explained", "path"]

# glmnet.control: the least gain and the most in the share of the null deviance that is explained, and the fewest
# penalties before a stop.
_LEAST_GAIN, _MOST_EXPLAINED, _FEWEST = 1e-5, 0.999, 5
_MOST_SWEEPS = 100_000  # glmnet's maxit
_LEAST_PROBABILITY = 1e-9  # glmnet.control's pmin
_FARTHEST = float(np.log1p(-_LEAST_PROBABILITY) - np.log(_LEAST_PROBABILITY))  # linear predictor of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Solutions along decreasing penalties.

    Attributes
    ----------
    lambdas : ndarray of shape (n_lambdas,)
    intercepts : ndarray of shape (n_lambdas,)
    coefs : ndarray of shape (n_lambdas, n_features)
        On the scale of the features as given.
    deviance_ratio : ndarray of shape (n_lambdas,)
        Share of the null deviance explained.
    """

    lambdas: FloatArray
    intercepts: FloatArray
    coefs: FloatArray
    deviance_ratio: FloatArray

    def at(self, lambdas: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Interpolate intercepts and coefficients at other penalties; beyond the path its ends hold."""
        wanted = np.clip(lambdas, self.lambdas[-1], self.lambdas[0])
        both = np.column_stack([self.intercepts, self.coefs])
        rising = self.lambdas[::-1]
        right = np.clip(np.searchsorted(rising, wanted, side="left"), 1, max(len(rising) - 1, 1))
        if len(rising) == 1:
            values = np.repeat(both, len(wanted), axis=0)
        else:
            low, high = rising[right - 1], rising[right]
            share = ((wanted - low) / (high - low))[:, None]
            backward = both[::-1]
            values = backward[right - 1] * (1 - share) + backward[right] * share
        return values[:, 0], values[:, 1:]


def path(
    features: FloatArray,
    outcome: FloatArray,
    weight: FloatArray,
    *,
    l1_ratio: float,
    n_lambdas: int,
    lambda_ratio: float,
    thresh: float,
) -> Path:
    """Fit along a sequence of penalties.

    Parameters
    ----------
    features : ndarray of shape (n_rows, n_features)
        Finite; standardised here with the weighted mean and the 1/n variance.
    outcome : ndarray of shape (n_rows,)
        0.0 and 1.0, both present.
    weight : ndarray of shape (n_rows,)
        Non-negative; scaled to sum to 1.
    l1_ratio : float
        glmnet's alpha, in (0, 1].
    n_lambdas : int
        Penalties, evenly spaced on the log scale from the least that keeps every coefficient at zero down to
        ``lambda_ratio`` times it; the path may end sooner, see above.
    lambda_ratio : float
    thresh : float

    Raises
    ------
    InputError
        If the sweeps do not converge.
    """
    fit = _Fit(features, outcome, weight / weight.sum(), thresh=thresh)
    largest = fit.largest_gradient() / l1_ratio
    if largest <= 0:
        message = (
            "no column varies with the outcome, so there is no penalty to begin with. Check the features."
        )
        raise InputError(message)
    lambdas = largest * lambda_ratio ** (np.arange(n_lambdas) / max(n_lambdas - 1, 1))
    intercepts: list[float] = []
    coefs: list[FloatArray] = []
    explained: list[float] = []
    before = largest
    for lam in lambdas:
        # At the first penalty every coefficient is zero by definition; rounding could make one of them 1e-17, which
        # would then come first in the order of the sweeps.
        if coefs:
            fit.solve(lam, before, l1_ratio=l1_ratio)
        intercept, coef = fit.original()
        intercepts.append(intercept)
        coefs.append(coef)
        explained.append(1 - fit.deviance() / fit.null_deviance)
        before = float(lam)
        if enough_explained(explained):
            break
    return Path(
        lambdas=lambdas[: len(coefs)],
        intercepts=np.array(intercepts),
        coefs=np.array(coefs),
        deviance_ratio=np.array(explained),
    )


def enough_explained(explained: list[float]) -> bool:
    """Whether a path ends, by the shares of the null deviance that its penalties explain so far."""
    if len(explained) < _FEWEST:
        return False
    return explained[-1] - explained[-2] < _LEAST_GAIN or explained[-1] > _MOST_EXPLAINED


class _Fit:
    """State that is carried from one penalty to the next.

    One column of ``store`` belongs to the intercept (ones), one to each feature; those that are looked at come first,
    in the order in which they came in. So one product gives Gram matrix, weighted sums and total weight.
    """

    def __init__(
        self, features: FloatArray, outcome: FloatArray, weight: FloatArray, *, thresh: float
    ) -> None:
        n_rows, n_features = features.shape
        self.mean = weight @ features
        columns = np.ones((1 + n_features, n_rows))
        centred = np.subtract(features.T, self.mean[:, None], out=columns[1:])
        scale: FloatArray = np.sqrt(centred**2 @ weight)
        varies = scale > 1e-13 * np.abs(features).max(axis=0, initial=0.0)
        self.scale = np.where(varies, scale, 1.0)
        centred /= self.scale[:, None]
        centred[~varies] = 0.0
        self.store = RowBlocks(columns)
        rate = float(weight @ outcome)
        self.weight, self.weighted_outcome = self.store.padded(weight), self.store.padded(weight * outcome)
        self.null_deviance = float(entropy(rate))
        self.limit = thresh * self.null_deviance
        # Of each column of the store: which feature it is, whether that varies, its coefficient. The first is the
        # intercept.
        self.column = np.arange(-1, n_features)
        self.varies = np.append(False, varies)
        self.coef = np.zeros(1 + n_features)
        self.coef[0] = np.log(rate / (1 - rate))
        self.used = 1
        # Columns that are looked at in the order of the features, the intercept last.
        self.everything = np.zeros(1, dtype=np.intp)
        # Columns whose coefficient was not zero once, in that order, the intercept last.
        self.active = self.everything
        self.was_active = np.zeros(1 + n_features, dtype=bool)
        self.eta = np.full(len(self.weight), self.coef[0])
        self.bounded, self.odds, self.curvature, self.residual = (np.empty_like(self.eta) for _ in range(4))
        self._approximate()
        self.pull = self._gradient(1 + n_features)

    def _approximate(self) -> None:
        """Residual and curvature of the log likelihood at the current linear predictor."""
        # logistic.probability_in_place step by step, for the odds are needed too
        odds, prob = self.odds, self.residual
        np.maximum(self.eta, -_FARTHEST, out=self.bounded)
        np.minimum(self.bounded, _FARTHEST, out=self.bounded)
        np.negative(self.bounded, out=odds)
        np.exp(odds, out=odds)
        np.add(odds, 1.0, out=prob)
        np.reciprocal(prob, out=prob)
        np.subtract(1.0, prob, out=self.curvature)
        self.curvature *= prob
        if self.curvature.min() < 2 * _LEAST_PROBABILITY:
            # A probability beyond the least is 0 or 1 (Friedman et al. 2010, section 3); R's results have no curvature
            # there, and a deviance as if it were the least one.
            extreme = np.abs(self.eta) > _FARTHEST
            prob[extreme] = np.round(prob[extreme])
            self.curvature[extreme] = 0.0
        self.curvature *= self.weight
        prob *= self.weight
        np.subtract(self.weighted_outcome, prob, out=self.residual)

    def _gradient(self, used: int) -> FloatArray:
        return self.store.dot(self.residual, used=used)

    def largest_gradient(self) -> float:
        """Of the columns that vary."""
        return float(np.abs(self.pull[self.varies]).max(initial=0.0))

    def _admit(self, further: NDArray[np.intp]) -> None:
        """Look at further columns of the store: they change places with those behind the ones looked at."""
        for place in further.tolist():
            pair, swapped = [self.used, place], [place, self.used]
            self.store.swap(self.used, place)
            for state in (self.column, self.varies, self.coef, self.pull):
                state[pair] = state[swapped]
            self.used += 1
        if len(further):
            self.everything = np.append(1 + np.argsort(self.column[1 : self.used]), 0)

    def deviance(self) -> float:
        """Mean of the negative log likelihood."""
        # log(1 + exp(eta)) from exp(-eta), which is known; log1p takes twice as long and differs in the last bits only.
        softplus = self.bounded + np.log(1.0 + self.odds)
        return float(self.weight @ softplus - self.weighted_outcome @ self.bounded)

    def original(self) -> tuple[float, FloatArray]:
        """Intercept and coefficients on the scale of the features as given."""
        coef = np.empty(len(self.scale))
        coef[self.column[1:]] = self.coef[1:]
        coef /= self.scale
        return float(self.coef[0] - coef @ self.mean), coef

    def solve(self, lam: float, before: float, *, l1_ratio: float) -> None:
        """Go from the solution at penalty ``before`` to that at ``lam``."""
        l1, l2 = l1_ratio * lam, (1 - l1_ratio) * lam
        self._admit(self._beyond(l1_ratio * (2 * lam - before)))
        gradient: FloatArray | None = self.pull
        for _ in range(_MOST_SWEEPS):
            if not self._improve(l1, l2, gradient):
                gradient = None
                continue
            self.pull = gradient = self._gradient(len(self.coef))
            missed = self._beyond(l1)
            if not len(missed):
                return
            self._admit(missed)
        message = (
            f"coordinate descent did not converge at lambda {lam:g}. Give fewer or less correlated columns."
        )
        raise InputError(message)

    def _beyond(self, bound: float) -> NDArray[np.intp]:
        """Columns that are not looked at and whose gradient is above a bound."""
        rest = slice(self.used, len(self.coef))
        return self.used + np.flatnonzero(self.varies[rest] & (np.abs(self.pull[rest]) > bound))

    def _improve(self, l1: float, l2: float, gradient: FloatArray | None) -> bool:
        """Solve one quadratic approximation; whether it moved the coefficients by less than the limit."""
        used = self.used
        start = self.coef[:used]
        quadratic = Quadratic(
            gram=self.store.gram(self.curvature, used=used),
            gradient=self._gradient(used) if gradient is None else gradient[:used],
            coef=start,
            l1=l1,
            l2=l2,
        )
        for _ in range(_MOST_SWEEPS):
            change = quadratic.sweep(self.everything)
            if len(self.active) < len(self.everything):
                self._activate(quadratic.coef)
            if change < self.limit:
                break
            while quadratic.sweep(self.active) >= self.limit:
                pass
        coef = quadratic.coef
        self.eta = self.store.combine(coef)
        self._approximate()
        moved = quadratic.square * (coef - start) ** 2
        moved[0] = self.curvature.sum() * (coef[0] - start[0]) ** 2
        self.coef[:used] = coef
        return bool(moved.max() < self.limit)

    def _activate(self, coef: FloatArray) -> None:
        """Remember the columns whose coefficient is not zero for the first time."""
        reached = self.everything[:-1]
        fresh = reached[(coef[reached] != 0.0) & ~self.was_active[reached]]
        if len(fresh):
            self.was_active[fresh] = True
            self.active = np.concatenate([self.active[:-1], fresh, [0]])
