"""The second stage: a calibrated yearly score, and what the months since then have brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.calibration.base import group_labels
from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import positive_number
from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import log_odds, logistic_loss, minimise, probability

__all__ = ["MonthlyStage"]

#: Standard deviations of the weights among which the rows that teach choose.
WEIGHT_SDS = (0.02, 0.05, 0.1, 0.2, 0.4)


class MonthlyStage:
    """A penalised logit on the log-odds of a yearly forecast, the group, and features by month.

    Log-odds = z + level + offset_g + slope (z - m) + sum of weight_k x_k, with z the yearly log-odds, m their mean over
    the rows that teach, and x_k a feature less its mean over these rows, in its standard deviations; a missing value
    counts as the mean. level ~ N(0, level_sd²), slope ~ N(0, slope_sd²), offset_g ~ N(0, offset_sd²) for every group
    but the largest, weight_k ~ N(0, s²). Of ``weight_sds`` that s is taken whose evidence (Laplace's approximation) is
    highest among the rows that teach. The estimate is the posterior mode. With nothing to learn from, the yearly
    forecast stands.

    Parameters
    ----------
    level_sd, slope_sd, offset_sd : float
        Prior standard deviations.
    weight_sds : sequence of float
        Candidates for that of the weights.

    Attributes
    ----------
    level_, slope_, centre_ : float
        Level, slope beyond 1 and m.
    groups_ : tuple of str
        Groups with rows, sorted; ``offsets_`` holds theirs. A group not met has the offset 0.
    weights_, means_, scales_ : ndarray of shape (n_features,)
    weight_sd_ : float
    covariance_ : ndarray of shape (2 + n_groups + n_features, 2 + n_groups + n_features)
        Laplace's approximation: level, slope, offsets, weights.

    References
    ----------
    Gelman, A., Jakulin, A., Pittau, M. G., & Su, Y.-S. (2008). A weakly informative default prior distribution for
    logistic and other regression models. Annals of Applied Statistics, 2(4), 1360-1383.
    MacKay, D. J. C. (1992). Bayesian interpolation. Neural Computation, 4(3), 415-447.

    Examples
    --------
    >>> stage = MonthlyStage().fit([0, 0, 1, 1], [0.1, 0.2, 0.1, 0.2], [[0.0], [0.0], [3.0], [2.0]])
    >>> quiet, tense = stage.apply([0.1, 0.1], [[0.0], [3.0]])
    >>> bool(quiet < tense)
    True
    """

    level_: float
    slope_: float
    centre_: float
    groups_: tuple[str, ...]
    offsets_: FloatArray
    weights_: FloatArray
    means_: FloatArray
    scales_: FloatArray
    weight_sd_: float
    covariance_: FloatArray

    def __init__(
        self,
        *,
        level_sd: float = 1.0,
        slope_sd: float = 0.25,
        offset_sd: float = 0.5,
        weight_sds: Sequence[float] = WEIGHT_SDS,
    ) -> None:
        self.level_sd = positive_number(level_sd, name="level_sd")
        self.slope_sd = positive_number(slope_sd, name="slope_sd")
        self.offset_sd = positive_number(offset_sd, name="offset_sd")
        self.weight_sds = tuple(
            positive_number(sd, name="a standard deviation of weights") for sd in weight_sds
        )
        if not self.weight_sds:
            message = "weight_sds must list at least one standard deviation. The default lists five."
            raise InputError(message)

    def fit(
        self,
        outcome: ArrayLike,
        prob: ArrayLike,
        months: ArrayLike,
        *,
        groups: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> Self:
        """Learn from earlier forecasts whose outcome is known.

        Parameters
        ----------
        outcome : array_like of shape (n,)
            1 where the event happened, else 0; n may be 0.
        prob : array_like of shape (n,)
            Yearly forecast, strictly between 0 and 1, made out of sample.
        months : array_like of shape (n, n_features)
            Features by month, as known at the issue date of each row; NaN where unknown.
        groups : array_like of shape (n,), optional
            Label of each row's group; without any, all are one group.
        weights : array_like of shape (n,), optional
            Non-negative row weights.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If an input is invalid, or numbers of rows differ.
        """
        y, p = _checks.pair(outcome, prob)
        z = log_odds(_checks.open_prob_vector(p))
        w = _checks.weight_vector(weights, y.size)
        x = _matrix(months, y.size)
        named = group_labels([""] * y.size if groups is None else groups, y.size)
        labels, places = np.unique(named, return_inverse=True)
        # one order for all row orders, so that sums agree to the last bit
        order = np.lexsort((*np.nan_to_num(x, nan=-1.0).T[::-1], w, y, z, places))
        y, z, w, x, places = y[order], z[order], w[order], x[order], places[order]
        self.groups_ = tuple(labels.tolist())
        self.centre_ = float((w * z).sum() / w.sum()) if w.sum() > 0 else 0.0
        self.means_, self.scales_ = _standard(x)
        rows = _Rows(
            outcome=y,
            yearly=z,
            weight=w,
            design=self._design(z, x, places),
            fixed=self._precision(_largest(places, w, len(labels))),
            features=x.shape[1],
        )
        best = max(
            (rows.mode(sd) for sd in (self.weight_sds if x.shape[1] else self.weight_sds[:1])), key=_evidence
        )
        count = len(labels)
        self.level_, self.slope_ = float(best.theta[0]), float(best.theta[1])
        self.offsets_ = best.theta[2 : 2 + count]
        self.weights_ = best.theta[2 + count :]
        self.weight_sd_ = best.weight_sd
        self.covariance_ = np.asarray(np.linalg.inv(best.curvature), dtype=np.float64)
        return self

    def _design(self, z: FloatArray, x: FloatArray, places: IntArray) -> FloatArray:
        """Differentiate the log-odds by level, slope, offsets and weights."""
        member = (places[:, None] == np.arange(len(self.groups_))).astype(float)
        return np.column_stack([np.ones(z.size), z - self.centre_, member, self._standardised(x)])

    def _precision(self, largest: int) -> FloatArray:
        """Prior precision of level, slope and offsets; the largest group's offset is 0 as good as exactly."""
        offsets = np.full(len(self.groups_), self.offset_sd**-2)
        if offsets.size:
            offsets[largest] = 1e12
        return np.concatenate([[self.level_sd**-2, self.slope_sd**-2], offsets])

    def _standardised(self, x: FloatArray) -> FloatArray:
        return np.nan_to_num((x - self.means_) / self.scales_)

    def parts(self, months: ArrayLike) -> FloatArray:
        """Contribution of each feature to the log-odds, of shape (n, n_features); they add up to the monthly part."""
        self._check_fitted()
        x = np.asarray(months, dtype=np.float64)
        parts: FloatArray = self._standardised(_matrix(x, len(x), columns=self.means_.size)) * self.weights_
        return parts

    def part_draws(self, months: ArrayLike, *, draws: int, generator: np.random.Generator) -> FloatArray:
        """Draw the contributions of :meth:`parts` from their posterior.

        Parameters
        ----------
        months : array_like of shape (n, n_features)
        draws : int
        generator : numpy.random.Generator

        Returns
        -------
        ndarray of shape (draws, n, n_features)
        """
        self._check_fitted()
        x = self._standardised(np.asarray(months, dtype=np.float64))
        count = self.weights_.size
        covariance = self.covariance_[-count:, -count:] if count else np.zeros((0, 0))
        drawn = generator.standard_normal((draws, count)) @ np.linalg.cholesky(covariance).T
        parts: FloatArray = x[None] * (self.weights_ + drawn)[:, None, :]
        return parts

    def yearly_part(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Log-odds without the monthly part; ``z`` of shape (..., n), ``groups`` of shape (n,)."""
        self._check_fitted()
        values = np.asarray(z, dtype=np.float64)
        offset = self._offset(groups, values.shape[-1] if values.ndim else 1)
        return values + self.level_ + offset + self.slope_ * (values - self.centre_)

    def apply_log_odds(
        self, z: ArrayLike, months: ArrayLike, *, groups: ArrayLike | None = None
    ) -> FloatArray:
        """Log-odds from those of the yearly forecast and the features by month.

        Parameters
        ----------
        z : array_like of shape (n,)
            Log-odds of the yearly forecast.
        months : array_like of shape (n, n_features)
        groups : array_like of shape (n,), optional
            As in `fit`.

        Returns
        -------
        ndarray of shape (n,)
        """
        whole: FloatArray = self.yearly_part(z, groups=groups) + self.parts(months).sum(axis=1)
        return whole

    def apply(self, prob: ArrayLike, months: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Probabilities from those of the yearly forecast and the features by month.

        Parameters
        ----------
        prob : array_like of shape (n,)
            Yearly forecast.
        months : array_like of shape (n, n_features)
        groups : array_like of shape (n,), optional
            As in `fit`.

        Returns
        -------
        ndarray of shape (n,)
        """
        return probability(self.apply_log_odds(log_odds(_checks.prob_vector(prob)), months, groups=groups))

    def deviations(
        self,
        z: ArrayLike,
        months: ArrayLike,
        *,
        draws: int,
        generator: np.random.Generator,
        groups: ArrayLike | None = None,
    ) -> FloatArray:
        """Draw from the uncertainty of the map: deviations from its estimate.

        Parameters
        ----------
        z : array_like of shape (n,)
            Log-odds of the yearly forecast.
        months : array_like of shape (n, n_features)
        draws : int
        generator : numpy.random.Generator
        groups : array_like of shape (n,), optional
            As in `fit`.

        Returns
        -------
        ndarray of shape (draws, n)
        """
        self._check_fitted()
        values = np.asarray(z, dtype=np.float64)
        places = self._places(groups, values.size)
        design = self._design(values, np.asarray(months, dtype=np.float64), places)
        root = np.linalg.cholesky(self.covariance_)
        drawn: FloatArray = generator.standard_normal((draws, len(root))) @ root.T @ design.T
        return drawn

    def _places(self, groups: ArrayLike | None, n: int) -> IntArray:
        if groups is None and len(self.groups_) > 1:
            message = (
                f"this stage learned from the groups {', '.join(self.groups_)}; say which each value belongs to. Pass "
                "groups=."
            )
            raise InputError(message)
        labels = group_labels([""] * n if groups is None else groups, n)
        order = {label: place for place, label in enumerate(self.groups_)}
        return np.array([order.get(label, -1) for label in labels.tolist()], dtype=np.int64)

    def _offset(self, groups: ArrayLike | None, n: int) -> FloatArray:
        place = self._places(groups, n)
        offset: FloatArray = np.append(self.offsets_, 0.0)[place]
        return offset

    def _check_fitted(self) -> None:
        if not hasattr(self, "weights_"):
            from sklearn.exceptions import NotFittedError

            message = "this MonthlyStage is not fitted yet. Call fit first."
            raise NotFittedError(message)

    def __repr__(self) -> str:
        """Parameters."""
        given = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if not name.endswith("_"))
        return f"{type(self).__name__}({given})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mode:
    """Posterior mode under one standard deviation of the weights."""

    theta: FloatArray
    curvature: FloatArray
    weight_sd: float
    evidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows that teach, and the prior precision of what is not a weight."""

    outcome: FloatArray
    yearly: FloatArray
    weight: FloatArray
    design: FloatArray
    fixed: FloatArray
    features: int

    def mode(self, weight_sd: float) -> _Mode:
        precision = np.concatenate([self.fixed, np.full(self.features, weight_sd**-2)])

        def objective(theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
            mapped = self.yearly + self.design @ theta
            p = probability(mapped)
            value = (self.weight * logistic_loss(self.outcome, mapped)).sum()
            gradient = self.design.T @ (self.weight * (p - self.outcome)) + precision * theta
            bent = (self.design * (self.weight * p * (1 - p))[:, None]).T @ self.design
            return float(value + 0.5 * (precision * theta**2).sum()), gradient, bent + np.diag(precision)

        theta, curvature = minimise(objective, np.zeros(precision.size))
        evidence = (
            -objective(theta)[0]
            + 0.5 * np.log(precision).sum()
            - 0.5 * float(np.linalg.slogdet(curvature)[1])
        )
        return _Mode(theta=theta, curvature=curvature, weight_sd=weight_sd, evidence=float(evidence))


def _evidence(mode: _Mode) -> float:
    return mode.evidence


def _largest(places: IntArray, weight: FloatArray, count: int) -> int:
    return int(np.argmax(np.bincount(places, weights=weight, minlength=count))) if count else 0


def _standard(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each feature over its known values; 1 where they do not vary."""
    present = np.isfinite(x)
    count = np.maximum(present.sum(axis=0), 1)
    mean = np.where(present, x, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(present, x - mean, 0.0) ** 2).sum(axis=0) / count)
    return mean, np.where(spread > 1e-9, spread, 1.0)


def _matrix(months: ArrayLike, n: int, *, columns: int | None = None) -> FloatArray:
    x = np.asarray(months, dtype=np.float64)
    if x.ndim != 2 or len(x) != n or np.isinf(x).any() or (columns is not None and x.shape[1] != columns):
        wanted = f"({n}, {'n_features' if columns is None else columns})"
        message = (
            f"months must be an array of shape {wanted} of finite or missing numbers; got shape {x.shape}, "
            f"{int(np.isinf(x).sum())} infinite. Align its rows with the forecasts."
        )
        raise InputError(message)
    return x
