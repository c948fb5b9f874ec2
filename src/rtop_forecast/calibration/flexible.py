"""Calibrators of a free shape: beta, isotonic, Venn-Abers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.calibration.base import Calibrator, Rows
from rtop_forecast.checks.arguments import positive_number
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.logistic import log_odds, logistic_loss, minimise, probability, softplus


class BetaCalibration(Calibrator):
    """Beta calibration: log-odds = c + a log p - b log(1 - p), with a and b positive.

    Maximises the weighted log-likelihood plus the log-density of the priors log a, log b ~ N(0, slope_sd²) and
    c ~ N(0, prior_sd²), so that a handful of events moves it little; a = b = 1 and c = 0 is the identity.

    Parameters
    ----------
    prior_sd, slope_sd : float
        Prior standard deviations.

    References
    ----------
    Kull, M., Silva Filho, T. M. & Flach, P. (2017). Beyond sigmoids: how to obtain well-calibrated
    probabilities from binary classifiers with beta calibration. Electronic Journal of Statistics, 11, 5052-5080.

    Examples
    --------
    >>> BetaCalibration().fit([], []).apply([0.1, 0.5]).round(6)
    array([0.1, 0.5])
    """

    coef_: tuple[float, float, float]

    def __init__(self, *, prior_sd: float = 1.0, slope_sd: float = 0.5) -> None:
        self.prior_sd = positive_number(prior_sd, name="prior_sd")
        self.slope_sd = positive_number(slope_sd, name="slope_sd")

    def _learn(self, rows: Rows, /) -> None:
        y, z, w = rows.outcome, rows.log_odds, rows.weight
        # log p and -log(1 - p), stable from the log-odds
        up, down = -softplus(-z), softplus(z)
        precision = np.array([self.slope_sd**-2, self.slope_sd**-2, self.prior_sd**-2])

        def objective(theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            a, b = math.exp(min(theta[0], 50.0)), math.exp(min(theta[1], 50.0))
            slopes = np.column_stack([a * up, b * down, np.ones(y.size)])
            mapped = slopes.sum(axis=1) + theta[2] - 1.0
            p = probability(mapped)
            value = (w * logistic_loss(y, mapped)).sum() + 0.5 * (precision * theta**2).sum()
            residual = w * (p - y)
            gradient = (slopes * residual[:, None]).sum(axis=0) + precision * theta
            fisher = np.einsum("ij,i,ik->jk", slopes, w * p * (1 - p), slopes) + np.diag(precision)
            exact = fisher + np.diag([(residual * slopes[:, 0]).sum(), (residual * slopes[:, 1]).sum(), 0.0])
            definite = np.linalg.eigvalsh(exact)[0] > 0
            return float(value), gradient, exact if definite else fisher

        theta = minimise(objective, np.zeros(3))[0]
        self.coef_ = (math.exp(theta[0]), math.exp(theta[1]), float(theta[2]))

    def apply_log_odds(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Return c + a log p - b log(1 - p)."""
        del groups
        self._check_fitted("coef_")
        a, b, c = self.coef_
        x = np.asarray(z, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            mapped: FloatArray = c - a * softplus(-x) + b * softplus(x)
        return mapped


class IsotonicCalibration(Calibrator):
    """Isotonic regression of the outcome on the forecast, drawn towards the forecast itself.

    At each distinct forecast p with row weight w the rate entering pool-adjacent-violators is
    (events + s p) / (w + s): as if each had ``shrinkage`` further rows whose rate of events is p. So the result
    is never 0 or 1 and, without rows, is the identity. Between the forecasts of the fit it is linear in log-odds;
    beyond them it shifts as the nearest one does.

    Parameters
    ----------
    shrinkage : float
        Pseudo-rows at each distinct forecast, positive.

    References
    ----------
    Zadrozny, B. & Elkan, C. (2002). Transforming classifier scores into accurate multiclass probability
    estimates. KDD 2002.

    Examples
    --------
    >>> IsotonicCalibration().fit([], []).apply([0.1, 0.5]).round(6)
    array([0.1, 0.5])
    """

    knots_: FloatArray
    values_: FloatArray

    def __init__(self, *, shrinkage: float = 0.1) -> None:
        self.shrinkage = positive_number(shrinkage, name="shrinkage")

    def _learn(self, rows: Rows, /) -> None:
        from scipy.optimize import isotonic_regression

        y, z, w = rows.outcome, rows.log_odds, rows.weight
        levels, place = np.unique(z, return_inverse=True)
        weight = np.bincount(place, weights=w, minlength=levels.size)
        events = np.bincount(place, weights=w * y, minlength=levels.size)
        s = self.shrinkage
        rate = (events + s * probability(levels)) / (weight + s)
        fitted = isotonic_regression(rate, weights=weight + s).x if levels.size else rate
        self.knots_, self.values_ = levels, log_odds(fitted)

    def apply_log_odds(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Interpolate the fitted map."""
        del groups
        self._check_fitted("knots_")
        x = np.asarray(z, dtype=np.float64)
        if not self.knots_.size:
            return x.copy()
        first, last = self.knots_[0], self.knots_[-1]
        inside = np.interp(x, self.knots_, self.values_)
        below, above = np.minimum(x - first, 0.0), np.maximum(x - last, 0.0)
        mapped: FloatArray = inside + below + above
        return mapped


class VennAbers(Calibrator):
    """Inductive Venn-Abers: isotonic regression with the new forecast added as an event and as none.

    The two fits p0 <= p1 bracket the probability; p1 / (1 - p0 + p1) is their log-loss minimax. ``bounds`` gives the
    pair: wide where there is little to learn from.

    Without rows the map is the identity.

    References
    ----------
    Vovk, V. & Petej, I. (2014). Venn-Abers predictors. UAI 2014.

    Examples
    --------
    >>> VennAbers().fit([], []).apply([0.1, 0.5]).round(6)
    array([0.1, 0.5])
    """

    levels_: FloatArray
    weight_: FloatArray
    events_: FloatArray

    def _learn(self, rows: Rows, /) -> None:
        y, z, w = rows.outcome, rows.log_odds, rows.weight
        used = w > 0
        self.levels_, place = np.unique(z[used], return_inverse=True)
        self.weight_ = np.bincount(place, weights=w[used], minlength=self.levels_.size).astype(np.float64)
        self.events_ = np.bincount(place, weights=(w * y)[used], minlength=self.levels_.size).astype(
            np.float64
        )

    def apply_log_odds(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Log-odds of the merged pair."""
        del groups
        self._check_fitted("levels_")
        x = np.asarray(z, dtype=np.float64)
        if not self.levels_.size:
            return x.copy()
        low, high = self.bounds(x)
        mapped: FloatArray = np.log(high) - np.log(1.0 - low)
        return np.where(np.isfinite(x), mapped, x)

    def bounds(self, z: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Probabilities p0 and p1 of forecasts given as log-odds.

        Returns
        -------
        low, high : ndarray
            Between 0 and 1, ``low <= high``.
        """
        self._check_fitted("levels_")
        x = np.asarray(z, dtype=np.float64)
        unique, place = np.unique(x, return_inverse=True)
        pairs = np.array([[self._with(value, added) for added in (0.0, 1.0)] for value in unique])
        pairs = pairs.reshape(-1, 2)[place.ravel()]
        return pairs[:, 0].reshape(x.shape), pairs[:, 1].reshape(x.shape)

    def _with(self, value: float, added: float) -> float:
        from scipy.optimize import isotonic_regression

        place = int(np.searchsorted(self.levels_, value))
        weight, events = self.weight_, self.events_
        if place < self.levels_.size and self.levels_[place] == value:
            weight, events = weight.copy(), events.copy()
            weight[place] += 1.0
            events[place] += added
        else:
            weight, events = np.insert(weight, place, 1.0), np.insert(events, place, added)
        return float(isotonic_regression(events / weight, weights=weight).x[place])
