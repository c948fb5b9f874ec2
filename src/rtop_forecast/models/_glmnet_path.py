r"""The lambda path of an elastic-net logit by coordinate descent, stopped where glmnet's documentation stops it.

Three nested loops (Friedman, Hastie & Tibshirani 2010, section 3): over decreasing penalties, each starting from the
solution before; over quadratic approximations of the log likelihood at the current coefficients; and over
coordinates of the penalised weighted least squares, first all of them, then those that were ever non-zero. Columns
that the sequential strong rule (Tibshirani et al. 2012) discards are left out until an optimality condition says
otherwise. A loop ends when no update changed the objective by more than ``thresh`` times the null deviance, which
is short of the optimum: with the default of 1e-7 a coefficient can be off in its first digit.

Products of columns are kept as a Gram matrix of the approximation, so that a sweep does not touch the rows; in exact
arithmetic nothing changes by it.

References
----------
Friedman, J., Hastie, T., & Tibshirani, R. (2010). Regularization paths for generalized linear models via coordinate
descent. Journal of Statistical Software, 33(1).
Tibshirani, R., Bien, J., Friedman, J., Hastie, T., Simon, N., Taylor, J., & Tibshirani, R. J. (2012). Strong rules
for discarding predictors in lasso-type problems. Journal of the Royal Statistical Society B, 74(2), 245-266.
Hastie, T., Qian, J., & Tay, K. (2023). An introduction to glmnet; and the help pages glmnet and glmnet.control.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtop_forecast.errors import InputError
from rtop_forecast.models._base import FloatArray

__all__ = ["Path", "path"]

# glmnet.control: the least relative gain in deviance, the most explained, and the fewest penalties before a stop.
_LEAST_GAIN, _MOST_EXPLAINED, _FEWEST = 1e-5, 0.999, 5
_MOST_SWEEPS = 100_000  # glmnet's maxit


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
        ``lambda_ratio`` times it; the path ends sooner where the deviance hardly falls any more.
    lambda_ratio : float
    thresh : float

    Raises
    ------
    InputError
        If the sweeps do not converge.
    """
    fit = _Fit(features, outcome, weight / weight.sum(), thresh=thresh)
    largest = fit.gradient.max(initial=0.0) / l1_ratio
    if largest <= 0:
        message = (
            "no column varies with the outcome, so there is no penalty to begin with. Check the features."
        )
        raise InputError(message)
    lambdas = largest * lambda_ratio ** (np.arange(n_lambdas) / max(n_lambdas - 1, 1))
    intercepts, coefs, explained = [], [], []
    before = largest
    for lam in lambdas:
        fit.solve(lam, before, l1_ratio=l1_ratio)
        intercept, coef = fit.original()
        intercepts.append(intercept)
        coefs.append(coef)
        explained.append(1 - fit.deviance() / fit.null_deviance)
        before = float(lam)
        if len(explained) >= _FEWEST:
            gain = explained[-1] - (explained[-2] if len(explained) > 1 else 0.0)
            if gain < _LEAST_GAIN * explained[-1] or explained[-1] > _MOST_EXPLAINED:
                break
    return Path(
        lambdas=lambdas[: len(coefs)],
        intercepts=np.array(intercepts),
        coefs=np.array(coefs),
        deviance_ratio=np.array(explained),
    )


class _Fit:
    """State that is carried from one penalty to the next."""

    def __init__(
        self, features: FloatArray, outcome: FloatArray, weight: FloatArray, *, thresh: float
    ) -> None:
        self.mean = weight @ features
        centred = features - self.mean
        self.scale: FloatArray = np.sqrt(weight @ centred**2)
        self.varies = self.scale > 1e-13 * np.abs(features).max(axis=0, initial=0.0)
        columns = np.where(self.varies, centred / np.where(self.varies, self.scale, 1.0), 0.0)
        # One row per feature: what the loops take out and multiply are whole features.
        self.features = np.ascontiguousarray(columns.T)
        self.buffer = np.empty_like(self.features)
        self.weight, self.weighted_outcome = weight, weight * outcome
        rate = float(weight @ outcome)
        self.null_deviance = -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))
        self.limit = thresh * self.null_deviance
        self.intercept = float(np.log(rate / (1 - rate)))
        self.coef = np.zeros(features.shape[1])
        self.eta = np.full(len(outcome), self.intercept)
        self.strong = np.zeros(features.shape[1], dtype=bool)
        self.chosen = np.flatnonzero(self.strong)
        self.rows = self.features[self.chosen]
        self.ever: list[int] = []
        self._known: set[int] = set()
        self._approximate()
        self.gradient = self._gradient()

    def _approximate(self) -> None:
        """Residual and curvature of the log likelihood at the current linear predictor."""
        prob = 1 / (1 + np.exp(-np.clip(self.eta, -700.0, 700.0)))
        self.curvature = self.weight * prob
        self.residual = self.weighted_outcome - self.curvature
        self.curvature *= 1 - prob

    def _gradient(self) -> FloatArray:
        return np.where(self.varies, np.abs(self.features @ self.residual), 0.0)

    def _admit(self, columns: NDArray[np.bool_]) -> None:
        """Add columns to those that are looked at."""
        if (columns & ~self.strong).any():
            self.strong |= columns
            self.chosen = np.flatnonzero(self.strong)
            self.rows = self.features[self.chosen]

    def deviance(self) -> float:
        """Mean of the negative log likelihood."""
        softplus = np.maximum(self.eta, 0.0) + np.log1p(np.exp(-np.abs(self.eta)))
        return float(self.weight @ softplus - self.weighted_outcome @ self.eta)

    def original(self) -> tuple[float, FloatArray]:
        """Intercept and coefficients on the scale of the features as given."""
        coef = np.where(self.varies, self.coef / np.where(self.varies, self.scale, 1.0), 0.0)
        return self.intercept - float(coef @ self.mean), coef

    def solve(self, lam: float, before: float, *, l1_ratio: float) -> None:
        """Go from the solution at penalty ``before`` to that at ``lam``."""
        l1, l2 = l1_ratio * lam, (1 - l1_ratio) * lam
        self._admit(self.varies & (self.gradient > l1_ratio * (2 * lam - before)))
        for _ in range(_MOST_SWEEPS):
            if not self._improve(l1, l2):
                continue
            self.gradient = self._gradient()
            missed = self.varies & ~self.strong & (self.gradient > l1)
            if not missed.any():
                return
            self._admit(missed)
        message = (
            f"coordinate descent did not converge at lambda {lam:g}. Give fewer or less correlated columns."
        )
        raise InputError(message)

    def _improve(self, l1: float, l2: float) -> bool:
        """Solve one quadratic approximation; whether it moved the coefficients by less than the limit."""
        chosen, rows = self.chosen, self.rows
        rooted = np.multiply(rows, np.sqrt(self.curvature), out=self.buffer[: len(chosen)])
        start, start_intercept = self.coef[chosen], self.intercept
        quadratic = _Quadratic(
            gram=rooted @ rooted.T,
            cross=rows @ self.curvature,
            total=float(self.curvature.sum()),
            gradient=rows @ self.residual,
            slope=float(self.residual.sum()),
            coef=start,
            intercept=start_intercept,
        )
        place = {int(column): position for position, column in enumerate(chosen)}
        everything = range(len(chosen))
        for _ in range(_MOST_SWEEPS):
            change = quadratic.sweep(everything, l1, l2)
            fresh = [int(chosen[k]) for k in everything if quadratic.coef[k] != 0.0]
            self.ever += [column for column in fresh if column not in self._known]
            self._known.update(fresh)
            if change < self.limit:
                break
            active = [place[column] for column in self.ever if column in place]
            while quadratic.sweep(active, l1, l2) >= self.limit:
                pass
        coef = np.array(quadratic.coef)
        self.coef[chosen], self.intercept = coef, quadratic.intercept
        self.eta = coef @ rows + self.intercept
        self._approximate()
        moved = (np.array(quadratic.square) * (coef - start) ** 2).max(initial=0.0)
        shifted = self.curvature.sum() * (self.intercept - start_intercept) ** 2
        return bool(max(moved, shifted) < self.limit)


class _Quadratic:
    """Penalised weighted least squares in the Gram matrix of its columns."""

    def __init__(
        self,
        *,
        gram: FloatArray,
        cross: FloatArray,
        total: float,
        gradient: FloatArray,
        slope: float,
        coef: FloatArray,
        intercept: float,
    ) -> None:
        self.rows = list(gram)
        self.cross_row = cross
        self.cross: list[float] = cross.tolist()
        self.square: list[float] = np.diag(gram).tolist()
        self.total, self.slope, self.intercept = total, slope, intercept
        self.gradient = gradient.copy()
        self.coef: list[float] = coef.tolist()

    def sweep(self, positions: Iterable[int], l1: float, l2: float) -> float:
        """Minimise over each coordinate in turn, the intercept last.

        Returns
        -------
        float
            The largest change of the objective, up to a factor of two, by a single update.
        """
        coef, square, gradient = self.coef, self.square, self.gradient
        largest = 0.0
        for k in positions:
            old = coef[k]
            pull = gradient.item(k) + square[k] * old
            size = abs(pull) - l1
            new = 0.0 if size <= 0.0 else (size if pull > 0.0 else -size) / (square[k] + l2)
            change = new - old
            if change != 0.0:
                coef[k] = new
                gradient -= change * self.rows[k]
                self.slope -= change * self.cross[k]
                largest = max(largest, square[k] * change * change)
        change = self.slope / self.total
        if change != 0.0:
            self.intercept += change
            gradient -= change * self.cross_row
            self.slope -= change * self.total
            largest = max(largest, self.total * change * change)
        return largest
