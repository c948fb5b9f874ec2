"""A calibrator that treats groups of states apart, for example those where a killing is under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.calibration.base import Calibrator, Rows, group_labels
from rtop_forecast.checks.arguments import positive_number
from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import InputError
from rtop_forecast.logistic import log_odds, logistic_loss, minimise, probability

# a long trial step must not overflow; no optimum lies near this bound
_STEEPEST = 50.0


class GroupedRandomWalk(Calibrator):
    """A shift that drifts with the years for all, and for each group an offset and a slope of its own.

    In group g, z -> m_g + shift_t + offset_g + exp(c_g) (z - m_g), with m_g the log-odds of the group's mean
    forecast, shift_1 ~ N(0, prior_sd²) in the first year with rows, shift_t ~ N(shift_{t-1}, sigma²) from year to
    year, offset_g ~ N(0, offset_sd²) for every group but the largest, whose offset is 0, and c_g ~ N(0, slope_sd²).
    The estimate is the joint posterior mode given the rows, read off at ``at``. The map is monotone within each group;
    between groups it may change the order, which is what it is for.

    Parameters
    ----------
    sigma : float
        Standard deviation of the drift per year, in log-odds.
    prior_sd : float
        Prior standard deviation of the first year's shift.
    offset_sd : float
        Prior standard deviation of a group's offset; 0 gives all groups one level.
    slope_sd : float
        Prior standard deviation of the log of a group's slope; 0 keeps the slopes at 1. With one group, or with
        both at 0, this is `RandomWalkShift`.

    Attributes
    ----------
    groups_ : tuple of str
        Labels of the groups with rows, sorted.
    levels_, slopes_, centres_ : ndarray of shape (n_groups,)
        shift + offset_g at ``at``, exp(c_g) and m_g.
    shift_ : float
        Shift at ``at``: the level of a group without rows, whose slope is 1.
    path_ : dict of int to float
        Shift of each year with rows.
    covariance_ : ndarray of shape (2 n_groups, 2 n_groups)
        Laplace approximation of the covariance of levels and slopes, rows taken as independent.

    Raises
    ------
    InputError
        On fitting, without ``time`` or ``at``; on use, without ``groups`` where there were several.

    Notes
    -----
    Without rows the map is the identity; without events the priors keep it finite. A group label not met in the fit
    takes the world's shift.

    References
    ----------
    Cox, D. R. (1958). Two further applications of a model for binary regression. Biometrika, 45, 562-565.
    Fahrmeir, L. (1992). Posterior mode estimation by extended Kalman filtering for multivariate dynamic generalized
    linear models. Journal of the American Statistical Association, 87, 501-509.

    Examples
    --------
    >>> outcome, prob, group = [0, 0, 1, 1], [0.1, 0.2, 0.1, 0.2], ["quiet", "quiet", "under_way", "under_way"]
    >>> walk = GroupedRandomWalk().fit(outcome, prob, time=[1990] * 4, at=1993, groups=group)
    >>> low, high = walk.apply([0.1, 0.1], groups=["quiet", "under_way"])
    >>> bool(low < high)
    True
    """

    groups_: tuple[str, ...]
    levels_: FloatArray
    slopes_: FloatArray
    centres_: FloatArray
    shift_: float
    path_: dict[int, float]
    covariance_: FloatArray

    def __init__(
        self, *, sigma: float = 0.05, prior_sd: float = 1.0, offset_sd: float = 0.5, slope_sd: float = 0.5
    ) -> None:
        self.sigma = positive_number(sigma, name="sigma", zero=True)
        self.prior_sd = positive_number(prior_sd, name="prior_sd")
        self.offset_sd = positive_number(offset_sd, name="offset_sd", zero=True)
        self.slope_sd = positive_number(slope_sd, name="slope_sd", zero=True)

    def _learn(self, rows: Rows, /) -> None:
        if rows.years is None or rows.at is None:
            message = "GroupedRandomWalk needs the origin year of each row and of use. Pass time= and at=."
            raise InputError(message)
        self.groups_ = rows.labels
        if not rows.outcome.size:
            self.levels_ = self.slopes_ = self.centres_ = np.zeros(0)
            self.shift_, self.path_, self.covariance_ = 0.0, {}, np.zeros((0, 0))
            return
        cells = _cells(rows, self)
        theta, curvature = minimise(_objective(rows, cells), np.zeros(cells.size))
        years, count = cells.years.size, len(rows.labels)
        path = np.cumsum(cells.scale * theta[:years])
        self.path_ = {int(year): float(shift) for year, shift in zip(cells.years, path, strict=True)}
        self.shift_ = float(path[-1])
        # rows of the Jacobian: the level of each group, then its slope
        jacobian = np.zeros((2 * count, cells.size))
        jacobian[:count, :-count] = cells.design[-count:]
        self.levels_ = jacobian[:count] @ theta
        self.slopes_ = np.exp(self.slope_sd * theta[-count:])
        self.centres_ = cells.centres
        jacobian[count:, -count:] = np.diag(self.slope_sd * self.slopes_)
        self.covariance_ = jacobian @ np.linalg.solve(curvature, jacobian.T)
        # years after the last row add uncertainty to the common level, not movement
        self.covariance_[:count, :count] += self.sigma**2 * (rows.at - cells.years[-1])

    def apply_log_odds(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Return level + centre + slope * (z - centre) of each value's group."""
        self._check_fitted("shift_")
        values = np.asarray(z, dtype=np.float64)
        place = self._places(groups, values)
        level, slope, centre = (
            np.append(numbers, other)[place]
            for numbers, other in ((self.levels_, self.shift_), (self.slopes_, 1.0), (self.centres_, 0.0))
        )
        mapped: FloatArray = level + centre + slope * (values - centre)
        return mapped

    def deviations(
        self, z: ArrayLike, *, draws: int, generator: np.random.Generator, groups: ArrayLike | None = None
    ) -> FloatArray:
        """Posterior draws of levels and slopes, as deviations of the mapped values from their estimate.

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
        self._check_fitted("shift_")
        values = np.asarray(z, dtype=np.float64)
        place, count = self._places(groups, values), len(self.groups_)
        if not count:
            return np.zeros((draws, *values.shape))
        eigenvalues, vectors = np.linalg.eigh(self.covariance_)
        root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
        drawn = generator.standard_normal((draws, 2 * count)) @ root.T
        # a group not met in the fit deviates as the first does in level
        levels = np.column_stack([drawn[:, :count], drawn[:, :1]])
        slopes = np.column_stack([drawn[:, count:], np.zeros(draws)])
        centre = np.append(self.centres_, 0.0)
        result: FloatArray = levels[:, place] + slopes[:, place] * (values - centre[place])
        return result

    def _places(self, groups: ArrayLike | None, values: FloatArray) -> IntArray:
        """Position of each value's group in ``groups_``; one past the end for a group not met in the fit."""
        if groups is None:
            if len(self.groups_) > 1:
                message = (
                    f"this calibrator learned from the groups {', '.join(self.groups_)}; say which each value "
                    "belongs to. Pass groups=."
                )
                raise InputError(message)
            return np.zeros(values.shape, dtype=np.int64)
        labels = group_labels(groups, values.shape[-1] if values.ndim else 1)
        order = {label: place for place, label in enumerate(self.groups_)}
        place = np.array([order.get(label, len(order)) for label in labels.tolist()], dtype=np.int64)
        spread: IntArray = np.broadcast_to(place, values.shape) if values.ndim else place.reshape(())
        return spread


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Rows by year and group, and how the standardised parameters move each cell's level.

    Attributes
    ----------
    index : ndarray of shape (n_rows,)
        Cell of each row: year by group, groups fastest.
    design : ndarray of shape (n_cells, n_years + n_groups - 1)
        Derivative of a cell's level with respect to the standardised steps and offsets.
    """

    index: IntArray
    groups: IntArray
    years: FloatArray
    scale: FloatArray
    design: FloatArray
    centres: FloatArray
    slope_sd: float

    @property
    def size(self) -> int:
        """Number of parameters: steps, offsets and log-slopes."""
        return int(self.design.shape[1] + self.centres.size)

    @property
    def group_of_cell(self) -> IntArray:
        """Group of each cell."""
        return np.arange(len(self.design)) % self.centres.size


def _cells(rows: Rows, calibrator: GroupedRandomWalk) -> _Cells:
    assert rows.years is not None
    years, year = np.unique(rows.years, return_inverse=True)
    count = len(rows.labels)
    weight = np.bincount(rows.groups, weights=rows.weight, minlength=count)
    events = np.bincount(rows.groups, weights=rows.weight * probability(rows.log_odds), minlength=count)
    # a group whose rows all weigh nothing has no mean forecast; its centre then does not matter
    mean = np.divide(events, weight, out=np.full(count, 0.5), where=weight > 0)
    scale = np.concatenate(([calibrator.prior_sd], calibrator.sigma * np.sqrt(np.diff(years))))
    steps = np.tril(np.ones((years.size, years.size))) * scale
    largest = int(np.argmax(weight))
    offsets = np.delete(np.eye(count), largest, axis=1) * calibrator.offset_sd
    return _Cells(
        index=year * count + rows.groups,
        groups=rows.groups,
        years=years,
        scale=scale,
        design=np.column_stack([np.repeat(steps, count, axis=0), np.tile(offsets, (years.size, 1))]),
        centres=log_odds(mean),
        slope_sd=calibrator.slope_sd,
    )


def _objective(rows: Rows, cells: _Cells) -> Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]:
    """Negative log posterior of the standardised parameters, with gradient and curvature."""
    y, w = rows.outcome, rows.weight
    centred = rows.log_odds - cells.centres[cells.groups]
    count, number = cells.centres.size, len(cells.design)
    member = np.eye(count)[cells.group_of_cell]

    def by_cell(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(cells.index, weights=values, minlength=number), dtype=np.float64)

    def objective(theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        slopes = np.exp(np.minimum(cells.slope_sd * theta[-count:], _STEEPEST))
        stretched = slopes[cells.groups] * centred
        level = cells.design @ theta[:-count]
        mapped = level[cells.index] + cells.centres[cells.groups] + stretched
        p = probability(mapped)
        value = (w * logistic_loss(y, mapped)).sum() + 0.5 * (theta**2).sum()
        residual, v = w * (p - y), w * p * (1 - p)
        bend = cells.slope_sd * (member.T @ by_cell(residual * stretched))
        gradient = np.concatenate([cells.design.T @ by_cell(residual), bend]) + theta
        cross = cells.slope_sd * (cells.design.T @ (member * by_cell(v * stretched)[:, None]))
        curvature = np.eye(cells.size)
        curvature[:-count, :-count] += (cells.design * by_cell(v)[:, None]).T @ cells.design
        curvature[:-count, -count:] = cross
        curvature[-count:, :-count] = cross.T
        curvature[-count:, -count:] += cells.slope_sd**2 * np.diag(member.T @ by_cell(v * stretched**2))
        # the exact curvature converges fast but may be indefinite far from the optimum
        exact = curvature.copy()
        exact[-count:, -count:] += cells.slope_sd * np.diag(bend)
        definite = cells.slope_sd == 0 or np.linalg.eigvalsh(exact)[0] > 0
        return float(value), gradient, exact if definite else curvature

    return objective
