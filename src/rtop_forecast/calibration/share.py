"""The share of a window's events that come in its first years, by the height of the forecast."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import integer, positive_number
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import logistic_loss, minimise, probability


class WindowShare:
    """Chance that an event within ``years + 1`` years comes within the first ``years`` of them.

    Among windows with an event, log-odds of an early one = a + b (z - m), with z the raw log-odds of the forecast
    and m their weighted mean; a ~ N(log(years), prior_sd²), which spreads events evenly, and b ~ N(0, slope_sd²). The
    estimate is the posterior mode. Multiplied with the probability of the longer window it gives that of the shorter
    one, which is therefore never the larger.

    Parameters
    ----------
    years : int
        Length of the shorter window.
    prior_sd, slope_sd : float
        Prior standard deviations.

    Attributes
    ----------
    level_, slope_, centre_ : float
        a, b and m.

    References
    ----------
    Allison, P. D. (1982). Discrete-time methods for the analysis of event histories. Sociological Methodology, 13,
    61-98.

    Examples
    --------
    >>> share = WindowShare(years=1).fit([], [])
    >>> share.share([-3.0, 1.0])
    array([0.5, 0.5])
    """

    level_: float
    slope_: float
    centre_: float

    def __init__(self, *, years: int, prior_sd: float = 0.5, slope_sd: float = 0.5) -> None:
        self.years = integer(years, name="years", least=1)
        self.prior_sd = positive_number(prior_sd, name="prior_sd")
        self.slope_sd = positive_number(slope_sd, name="slope_sd")

    def fit(self, early: ArrayLike, log_odds: ArrayLike, *, weights: ArrayLike | None = None) -> Self:
        """Learn from windows with an event.

        Parameters
        ----------
        early : array_like of shape (n,)
            1 where the event came within the first ``years``, else 0.
        log_odds : array_like of shape (n,)
            Raw log-odds of the forecast.
        weights : array_like of shape (n,), optional

        Returns
        -------
        self

        Raises
        ------
        InputError
            If the two have different lengths, or a value is neither 0 nor 1, or not finite.
        """
        y, z = np.asarray(early, dtype=np.float64), np.asarray(log_odds, dtype=np.float64)
        if y.shape != z.shape or y.ndim != 1 or not np.isin(y, (0.0, 1.0)).all() or not np.isfinite(z).all():
            message = (
                f"early must hold 0 or 1 and log_odds a finite number for each of the same windows; got {y.size} and "
                f"{z.size} values. Align them."
            )
            raise InputError(message)
        w = _checks.weight_vector(weights, y.size)
        # one order for all row orders, so that sums agree to the last bit
        order = np.lexsort((w, y, z))
        y, z, w = y[order], z[order], w[order]
        self.centre_ = float((w * z).sum() / w.sum()) if w.sum() > 0 else 0.0
        design = np.column_stack([np.ones(y.size), z - self.centre_])
        start = np.array([np.log(self.years), 0.0])
        precision = np.array([self.prior_sd**-2, self.slope_sd**-2])

        def objective(theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            mapped = theta[0] + theta[1] * design[:, 1]
            p = probability(mapped)
            value = (w * logistic_loss(y, mapped)).sum() + 0.5 * (precision * (theta - start) ** 2).sum()
            gradient = (design * (w * (p - y))[:, None]).sum(axis=0) + precision * (theta - start)
            curvature = np.einsum("ij,i,ik->jk", design, w * p * (1 - p), design) + np.diag(precision)
            return float(value), gradient, curvature

        theta = minimise(objective, start)[0]
        self.level_, self.slope_ = float(theta[0]), float(theta[1])
        return self

    def share(self, log_odds: ArrayLike) -> FloatArray:
        """Chance of an early event at raw log-odds, strictly between 0 and 1."""
        z = np.asarray(log_odds, dtype=np.float64)
        return probability(self.level_ + self.slope_ * (z - self.centre_))
