"""Calibrators that are a straight line on the log-odds, on arrays.

A calibrator is fitted on earlier forecasts whose outcome is known and then applied
to new ones. All are monotone, and all are safe with a handful of events: the small
ones are estimates under a stated Gaussian prior centred on "change nothing", so
that without data they change nothing. No method silently falls back to another.

Rows of overlapping windows repeat the same events. With windows of h years, weights
of 1/h make h repeated rows count as one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.calibration.base import Calibrator, Rows
from rtop_forecast.checks.arguments import integer, positive_number
from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import log_odds, logistic_loss, minimise, probability


class AffineCalibrator(Calibrator):
    """A calibrator that is a straight line on the log-odds.

    Contributions to the log-odds scale with it exactly: each is multiplied by the
    slope, and the baseline becomes intercept + slope * baseline.

    Attributes
    ----------
    intercept_, slope_ : float
        Calibrated log-odds = intercept_ + slope_ * raw log-odds; slope_ is positive.
    covariance_ : ndarray of shape (2, 2)
        Laplace approximation of the covariance of (intercept, slope) around the
        estimate, rows taken as independent.
    """

    intercept_: float
    slope_: float
    covariance_: FloatArray

    def apply_log_odds(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Return intercept_ + slope_ * z, whatever the group."""
        del groups
        self._check_fitted("slope_")
        mapped: FloatArray = self.intercept_ + self.slope_ * np.asarray(z, dtype=np.float64)
        return mapped

    def deviations(
        self, z: ArrayLike, *, draws: int, generator: np.random.Generator, groups: ArrayLike | None = None
    ) -> FloatArray:
        """Draws of the line from its Laplace approximation, as deviations at ``z``.

        Parameters
        ----------
        z : array_like of shape (n,)
            Raw log-odds.
        draws : int
        generator : numpy.random.Generator
        groups : array_like of shape (n,), optional
            Group of each value.

        Returns
        -------
        ndarray of shape (draws, n)
        """
        del groups
        self._check_fitted("slope_")
        values = np.asarray(z, dtype=np.float64)
        if not self.covariance_[1, 1]:
            spread = math.sqrt(self.covariance_[0, 0])
            shifts: FloatArray = np.multiply.outer(
                spread * generator.standard_normal(draws), np.ones(values.shape)
            )
            return shifts
        eigenvalues, vectors = np.linalg.eigh(self.covariance_)
        root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
        drawn = generator.standard_normal((draws, 2)) @ root.T
        level, slope = drawn[:, 0], drawn[:, 1]
        lines: FloatArray = np.multiply.outer(level, np.ones(values.shape)) + np.multiply.outer(slope, values)
        return lines

    def __repr__(self) -> str:
        """Parameters, and the line if fitted."""
        fitted = f" [{self.intercept_:+.4f} + {self.slope_:.4f} z]" if hasattr(self, "slope_") else ""
        return super().__repr__() + fitted

    def _set(self, intercept: float, slope: float, covariance: FloatArray) -> None:
        self.intercept_, self.slope_, self.covariance_ = intercept, slope, covariance


class Identity(AffineCalibrator):
    """Changes nothing; the forecasts stand as they are.

    Fitting checks its input like every calibrator, and learns nothing from it.
    """

    def _learn(self, _rows: Rows, /) -> None:
        self._set(0.0, 1.0, np.zeros((2, 2)))


class InterceptShift(AffineCalibrator):
    """Adds one constant to the log-odds: the world's rate was misjudged, the order was not.

    Maximises Σ w_i log Bernoulli(y_i | z_i + shift) - shift² / (2 prior_sd²).

    Parameters
    ----------
    prior_sd : float
        Standard deviation of the Gaussian prior on the shift. At 1 (a factor of 2.7
        in the odds) a few dozen events outweigh it; ``inf`` is maximum likelihood,
        under which expected equal observed events on the rows of the fit.
    window : int, optional
        Use only the rows of the last ``window`` origin years up to the latest one
        given; None uses all. A short window follows the rate, chance included.

    Raises
    ------
    InputError
        On fitting, if ``prior_sd`` is infinite and the weighted rows lack positives or
        negatives: the maximum lies at infinity. If ``window`` is set without ``time``.

    Notes
    -----
    Without rows the shift is 0.

    References
    ----------
    Cox, D. R. (1958). Two further applications of a model for binary regression.
    Biometrika, 45, 562-565.

    Examples
    --------
    >>> shift = InterceptShift(prior_sd=float("inf")).fit([0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5])
    >>> shift.apply([0.5]).round(6)
    array([0.25])
    """

    def __init__(self, *, prior_sd: float = 1.0, window: int | None = None) -> None:
        self.prior_sd = positive_number(prior_sd, name="prior_sd", infinite=True)
        self.window = None if window is None else integer(window, name="window", least=1)

    def _learn(self, rows: Rows, /) -> None:
        y, z, w = rows.outcome, rows.log_odds, rows.weight
        if self.window is not None:
            if rows.years is None:
                message = "InterceptShift with a window needs the origin year of each row. Pass time=."
                raise InputError(message)
            recent = rows.years > rows.years.max(initial=-math.inf) - self.window
            y, z, w = y[recent], z[recent], w[recent]
        events, total = float((w * y).sum()), float(w.sum())
        if math.isinf(self.prior_sd) and not 0 < events < total:
            message = (
                "without a prior a shift needs rows of both outcomes; "
                f"{events:g} of {total:g} weighted rows are positive. Set a finite prior_sd."
            )
            raise InputError(message)
        precision = self.prior_sd**-2

        def objective(shift: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            p = probability(z + shift)
            value = (w * logistic_loss(y, z + shift)).sum() + 0.5 * precision * shift[0] ** 2
            gradient = np.array([(w * (p - y)).sum() + precision * shift[0]])
            return float(value), gradient, np.array([[(w * p * (1 - p)).sum() + precision]])

        shift, curvature = minimise(objective, np.zeros(1))
        self._set(float(shift[0]), 1.0, np.diag([1.0 / float(curvature[0, 0]), 0.0]))


class LogisticRecalibration(AffineCalibrator):
    """Shifts the log-odds and stretches them about their centre, with a positive slope.

    z -> m + shift + exp(c) (z - m), with m the log-odds of the mean forecast.
    Maximises the weighted log-likelihood plus the log-density of the priors
    shift ~ N(0, prior_sd²) and c ~ N(0, slope_sd²).

    Parameters
    ----------
    prior_sd : float
        Prior standard deviation of the shift at the centre, in log-odds.
    slope_sd : float
        Prior standard deviation of the log of the slope; 0.5 keeps it between
        0.38 and 2.7 with 95% prior probability.

    Notes
    -----
    Without rows the map is the identity. With rows of a single class the priors keep
    the estimate finite. The slope cannot become negative, so the order of forecasts
    never turns over.

    References
    ----------
    Cox, D. R. (1958). Two further applications of a model for binary regression.
    Biometrika, 45, 562-565.

    Examples
    --------
    >>> LogisticRecalibration().fit([], []).apply([0.1, 0.5]).round(6)
    array([0.1, 0.5])
    """

    def __init__(self, *, prior_sd: float = 1.0, slope_sd: float = 0.5) -> None:
        self.prior_sd = positive_number(prior_sd, name="prior_sd")
        self.slope_sd = positive_number(slope_sd, name="slope_sd")

    def _learn(self, rows: Rows, /) -> None:
        y, z, w = rows.outcome, rows.log_odds, rows.weight
        centre = _centre(rows) if y.size else 0.0
        centred = z - centre
        precision = np.array([self.prior_sd**-2, self.slope_sd**-2])

        def objective(theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            # a long trial step must not overflow; no optimum lies near this bound
            stretched = math.exp(min(theta[1], 50.0)) * centred
            mapped = centre + theta[0] + stretched
            p = probability(mapped)
            value = (w * logistic_loss(y, mapped)).sum() + 0.5 * (precision * theta**2).sum()
            residual, v = w * (p - y), w * p * (1 - p)
            bend = (residual * stretched).sum()
            gradient = np.array([residual.sum(), bend]) + precision * theta
            cross = (v * stretched).sum()
            fisher = np.array([[v.sum(), cross], [cross, (v * stretched**2).sum()]]) + np.diag(precision)
            # the exact curvature converges fast but may be indefinite far from the optimum
            exact = fisher + np.diag([0.0, bend])
            definite = exact[1, 1] > 0 and exact[0, 0] * exact[1, 1] > cross**2
            return float(value), gradient, exact if definite else fisher

        theta, curvature = minimise(objective, np.zeros(2))
        slope = math.exp(theta[1])
        # (shift, c) -> (intercept, slope) with intercept = shift + m (1 - slope)
        jacobian = np.array([[1.0, -centre * slope], [0.0, slope]])
        covariance = np.einsum("ij,jk,lk->il", jacobian, np.linalg.inv(curvature), jacobian)
        self._set(float(theta[0]) + centre * (1.0 - slope), slope, covariance)


class RandomWalkShift(AffineCalibrator):
    """Adds a constant that drifts, and optionally stretches: the shift follows a random walk over years.

    shift_1 ~ N(0, prior_sd²) in the first year with rows, then
    shift_t ~ N(shift_{t-1}, sigma²) from year to year; z -> m + shift_t + exp(c) (z - m) with m the log-odds of the
    mean forecast and c ~ N(0, slope_sd²). The estimate is the joint posterior mode of path and slope given the
    rows, read off at ``at``; years after the last row add uncertainty, not movement. Only rows before ``at`` enter, so
    it is a filter, never a smoother that looks ahead.

    Parameters
    ----------
    sigma : float
        Standard deviation of the drift per year, in log-odds. 0 gives ``InterceptShift(prior_sd=prior_sd)``, or with
        a slope ``LogisticRecalibration(prior_sd=prior_sd, slope_sd=slope_sd)``.
    prior_sd : float
        Prior standard deviation of the first year's shift.
    slope_sd : float
        Prior standard deviation of the log of the slope; 0 keeps the slope at 1.

    Raises
    ------
    InputError
        On fitting, without ``time`` or ``at``.

    Notes
    -----
    Without rows the map is the identity; without events the priors keep it finite. ``path_``
    is a dict from each year with rows to its shift at the centre; ``covariance_`` has the Laplace
    covariance of intercept and slope at ``at``.

    References
    ----------
    Cox, D. R. (1958). Two further applications of a model for binary regression.
    Biometrika, 45, 562-565.
    Fahrmeir, L. (1992). Posterior mode estimation by extended Kalman filtering for
    multivariate dynamic generalized linear models. Journal of the American
    Statistical Association, 87, 501-509.

    Examples
    --------
    >>> walk = RandomWalkShift(sigma=0.1).fit([0, 1], [0.1, 0.1], time=[1990, 1991], at=1993)
    >>> walk.path_[1990] < walk.path_[1991] == walk.intercept_
    True
    """

    path_: dict[int, float]

    def __init__(self, *, sigma: float = 0.1, prior_sd: float = 1.0, slope_sd: float = 0.0) -> None:
        self.sigma = positive_number(sigma, name="sigma", zero=True)
        self.prior_sd = positive_number(prior_sd, name="prior_sd")
        self.slope_sd = positive_number(slope_sd, name="slope_sd", zero=True)

    def _learn(self, rows: Rows, /) -> None:
        if rows.years is None or rows.at is None:
            message = "RandomWalkShift needs the origin year of each row and of use. Pass time= and at=."
            raise InputError(message)
        if not rows.outcome.size:
            self.path_ = {}
            self._set(0.0, 1.0, np.diag([self.prior_sd**2, self.slope_sd**2]))
            return
        distinct, index = np.unique(rows.years, return_inverse=True)
        # path and log-slope are independent standard normals times their scales, which stays regular at 0
        scale = np.concatenate(([self.prior_sd], self.sigma * np.sqrt(np.diff(distinct))))
        centre = _centre(rows)
        objective = _walk_objective(rows, index, scale=scale, slope_sd=self.slope_sd, centre=centre)
        theta, curvature = minimise(objective, np.zeros(distinct.size + 1))
        path, slope = np.cumsum(scale * theta[:-1]), math.exp(self.slope_sd * theta[-1])
        self.path_ = {int(year): float(shift) for year, shift in zip(distinct, path, strict=True)}
        # rows of the Jacobian: intercept = shift + m (1 - slope), slope
        jacobian = np.zeros((2, theta.size))
        jacobian[0, :-1] = scale
        jacobian[:, -1] = self.slope_sd * slope * np.array([-centre, 1.0])
        covariance = jacobian @ np.linalg.solve(curvature, jacobian.T)
        covariance[0, 0] += self.sigma**2 * (rows.at - distinct[-1])
        self._set(float(path[-1]) + centre * (1.0 - slope), slope, covariance)


def _centre(rows: Rows) -> float:
    """Log-odds of the weighted mean forecast."""
    mean = (rows.weight * probability(rows.log_odds)).sum() / rows.weight.sum()
    return float(log_odds(np.array([mean]))[0])


def _walk_objective(
    rows: Rows, index: IntArray, *, scale: FloatArray, slope_sd: float, centre: float
) -> Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]:
    """Negative log posterior of the standardised steps and log-slope, with gradient and curvature."""
    y, z, w = rows.outcome, rows.log_odds, rows.weight
    size = scale.size
    later = np.maximum.outer(np.arange(size), np.arange(size))

    def from_year_on(values: FloatArray) -> FloatArray:
        # a step moves its own year and every later one
        sums = np.asarray(np.bincount(index, weights=values, minlength=size), dtype=np.float64)
        total: FloatArray = np.cumsum(sums[::-1])[::-1]
        return total

    def objective(theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        # a long trial step must not overflow; no optimum lies near this bound
        stretched = math.exp(min(slope_sd * theta[-1], 50.0)) * (z - centre)
        mapped = centre + np.cumsum(scale * theta[:-1])[index] + stretched
        p = probability(mapped)
        value = (w * logistic_loss(y, mapped)).sum() + 0.5 * (theta**2).sum()
        residual, v = w * (p - y), w * p * (1 - p)
        bend = slope_sd * (residual * stretched).sum()
        gradient = np.append(scale * from_year_on(residual), bend) + theta
        curvature = np.eye(size + 1)
        curvature[:-1, :-1] += np.outer(scale, scale) * from_year_on(v)[later]
        curvature[:-1, -1] = curvature[-1, :-1] = slope_sd * scale * from_year_on(v * stretched)
        curvature[-1, -1] += slope_sd**2 * (v * stretched**2).sum()
        # the exact curvature converges fast but may be indefinite far from the optimum
        exact = curvature.copy()
        exact[-1, -1] += slope_sd * bend
        definite = slope_sd == 0 or np.linalg.eigvalsh(exact)[0] > 0
        return float(value), gradient, exact if definite else curvature

    return objective
