"""Scores of probability forecasts of a binary outcome, on arrays.

Every function takes ``(outcome, prob)``. Scores with a value per row return it;
averaging is the caller's decision. Scores of the whole set take row weights;
a weight of 2 counts a row twice. No score depends on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import list_lengths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation.ranking import (
    auc_from_ties,
    average_precision_from_ties,
    ratio,
    shares,
    tie_sums,
)
from rtop_forecast.logistic import log_odds, logistic_loss, minimise, probability


def brier_score(outcome: ArrayLike, prob: ArrayLike) -> FloatArray:
    """Squared error of each forecast, (y - p)².

    Parameters
    ----------
    outcome : array_like of shape (n,)
        1 where the event happened, else 0.
    prob : array_like of shape (n,)
        Forecast probability of the event.

    Returns
    -------
    ndarray of shape (n,)
        From 0 (best) to 1.

    Raises
    ------
    InputError
        If a value is missing, an outcome not 0 or 1, or a probability outside [0, 1].

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of
    probability. Monthly Weather Review, 78, 1-3.

    Examples
    --------
    >>> brier_score([1, 0], [0.75, 0.5])
    array([0.0625, 0.25  ])
    """
    y, p = _checks.pair(outcome, prob)
    squared: FloatArray = (y - p) ** 2
    return squared


def log_score(outcome: ArrayLike, prob: ArrayLike) -> FloatArray:
    """Logarithmic score of each forecast, -log p if the event happened, else -log(1 - p).

    Parameters
    ----------
    outcome : array_like of shape (n,)
        1 where the event happened, else 0.
    prob : array_like of shape (n,)
        Forecast probability of the event.

    Returns
    -------
    ndarray of shape (n,)
        In nats (natural logarithm), from 0 (best) upward.

    Raises
    ------
    InputError
        If an input breaks the rules of `brier_score`, or a forecast of exactly 0
        or 1 was wrong: its score is infinite, and so would any average be.

    References
    ----------
    Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical
    Society B, 14, 107-114.

    Examples
    --------
    >>> log_score([1, 0], [0.5, 0.0])
    array([0.69314718, 0.        ])
    """
    y, p = _checks.pair(outcome, prob)
    given = np.where(y == 1, p, 1.0 - p)
    impossible = given == 0
    if impossible.any():
        first = int(np.argmax(impossible))
        message = (
            "a forecast of 0 or 1 that turns out wrong has an infinite log score; "
            f"{int(impossible.sum())} of {y.size} rows do, first row {first} "
            f"(outcome {y[first]:g}, prob {p[first]:g}). Calibrate before scoring."
        )
        raise InputError(message)
    # -0.0 would print as "-0."
    return log_loss(y, p) + 0.0


def log_loss(y: FloatArray, p: FloatArray) -> FloatArray:
    """-log p of an event, else -log(1 - p); infinite where a forecast of 0 or 1 is wrong."""
    # 1 - p loses the digits of a small p, log1p keeps them; the other branch may be log(0), unused
    with np.errstate(divide="ignore"):
        return np.where(y == 1, -np.log(p), -np.log1p(-p))


def expected_observed(outcome: ArrayLike, prob: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Ratio of expected to observed events, Σ w p / Σ w y; above 1 the forecasts are too high.

    Parameters
    ----------
    outcome, prob, weights : array_like of shape (n,)
        As in `auc`.

    Returns
    -------
    float
        At least 0; NaN without positives.

    Raises
    ------
    InputError
        As `auc`.

    Examples
    --------
    >>> expected_observed([1, 0, 0, 0], [0.5, 0.25, 0.25, 0.5])
    1.5
    """
    y, p = _checks.pair(outcome, prob)
    w = _checks.weight_vector(weights, y.size)
    order = np.lexsort((w, y, p))
    y, p, w = y[order], p[order], w[order]
    return ratio((w * p).sum(), (w * y).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationLine:
    """Logistic regression of the outcome on the log-odds of the forecast.

    Attributes
    ----------
    intercept, slope : float
        log-odds of the outcome = intercept + slope * log-odds of the forecast. 0 and 1
        are perfect; a slope below 1 says the forecasts are too extreme.
    shift : float
        The intercept when the slope is held at 1 (calibration in the large): positive
        if the forecasts are too low.
    slope_error : float
        Standard error of the slope, rows taken as independent.
    """

    intercept: float
    slope: float
    shift: float
    slope_error: float


def calibration_line(
    outcome: ArrayLike, prob: ArrayLike, *, weights: ArrayLike | None = None
) -> CalibrationLine:
    """Calibration intercept and slope by maximum likelihood.

    Parameters
    ----------
    outcome, prob, weights : array_like of shape (n,)
        As in `auc`; probabilities strictly between 0 and 1.

    Returns
    -------
    CalibrationLine
        NaN where the likelihood has no maximum: everything with a single class,
        intercept and slope also if all forecasts are equal or separate the classes.

    Raises
    ------
    InputError
        As `auc`, or if a probability is exactly 0 or 1.

    References
    ----------
    Cox, D. R. (1958). Two further applications of a model for binary regression.
    Biometrika, 45, 562-565.

    Examples
    --------
    >>> line = calibration_line([0, 0, 1, 0, 1, 1], [0.2, 0.2, 0.2, 0.8, 0.8, 0.8])
    >>> round(line.slope, 6), round(abs(line.intercept), 6)
    (0.5, 0.0)
    """
    y, p = _checks.pair(outcome, prob)
    z = log_odds(_checks.open_prob_vector(p))
    w = _checks.weight_vector(weights, y.size)
    used = w > 0
    order = np.lexsort((w[used], y[used], z[used]))
    y, z, w = y[used][order], z[used][order], w[used][order]
    nan = float("nan")
    if not 0 < y.sum() < y.size:
        return CalibrationLine(intercept=nan, slope=nan, shift=nan, slope_error=nan)
    shift, _ = _logistic_fit(y, np.ones((y.size, 1)), w, offset=z)
    high, low = z[y == 1], z[y == 0]
    if high.min() >= low.max() or low.min() >= high.max():
        return CalibrationLine(intercept=nan, slope=nan, shift=float(shift[0]), slope_error=nan)
    # scaled about its mean, the design is well conditioned however narrow the forecasts
    centre, spread = float(np.average(z, weights=w)), float(z.std())
    design = np.column_stack([np.ones(z.size), (z - centre) / spread])
    beta, curvature = _logistic_fit(y, design, w, offset=np.zeros(z.size))
    slope = float(beta[1]) / spread
    error = float(np.sqrt(np.linalg.inv(curvature)[1, 1])) / spread
    return CalibrationLine(
        intercept=float(beta[0]) - slope * centre, slope=slope, shift=float(shift[0]), slope_error=error
    )


def _logistic_fit(
    y: FloatArray, design: FloatArray, w: FloatArray, *, offset: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Maximum likelihood coefficients and information matrix."""

    def objective(beta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        z = offset + (design * beta).sum(axis=1)
        p = probability(z)
        gradient = ((w * (p - y))[:, None] * design).sum(axis=0)
        curvature = np.einsum("i,ij,ik->jk", w * p * (1 - p), design, design)
        return float((w * logistic_loss(y, z)).sum()), gradient, curvature

    return minimise(objective, np.zeros(design.shape[1]))


def calibration_slope(outcome: ArrayLike, prob: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Slope of `calibration_line`: 1 if well calibrated, below 1 if too extreme.

    Parameters
    ----------
    outcome, prob, weights : array_like of shape (n,)
        As in `calibration_line`.

    Returns
    -------
    float
        NaN where `calibration_line` gives NaN.

    Raises
    ------
    InputError
        As `calibration_line`.
    """
    return calibration_line(outcome, prob, weights=weights).slope


def score_table(
    outcome: ArrayLike,
    prob: ArrayLike,
    *,
    groups: ArrayLike | None,
    k: Sequence[int] = (10, 20, 30),
    weights: ArrayLike | None = None,
) -> dict[str, float]:
    """All headline scores of one set of forecasts.

    Parameters
    ----------
    outcome, prob : array_like of shape (n,)
        As in `brier_score`; at least one row.
    groups : array_like of shape (n,) or None
        Label of each row's ranking for ``recall_at_*``, for example the origin year.
    k : sequence of int
        List lengths for ``recall_at_*``.
    weights : array_like of shape (n,), optional
        Non-negative row weights.

    Returns
    -------
    dict
        ``n`` and ``positives`` (total weight of rows and of events, integers
        without weights), ``auc``, ``ap``, ``log_loss`` (mean `log_score`, nats),
        ``brier`` (mean `brier_score`), ``expected_observed`` and ``recall_at_<k>``.
        Undefined scores are NaN, as each function says.

    Raises
    ------
    InputError
        As the single scores, or without rows.

    Examples
    --------
    >>> table = score_table([1, 0, 0], [0.5, 0.25, 0.25], groups=None, k=(1,))
    >>> table["positives"], table["auc"], table["expected_observed"], table["recall_at_1"]
    (1, 1.0, 1.0, 1.0)
    """
    y, p = _checks.pair(outcome, prob)
    if y.size == 0:
        message = "score_table needs at least one row; there are 0. Check the selection of rows."
        raise InputError(message)
    lengths = list_lengths(k, name="k")
    w = _checks.weight_vector(weights, y.size)
    g = _checks.group_codes(groups, y.size)
    order = np.lexsort((w, y, p, g))
    y, p, w, g = y[order], p[order], w[order], g[order]
    ties = tie_sums(y, p, w)
    total, events = w.sum(), (w * y).sum()
    table: dict[str, float] = {
        "n": y.size if weights is None else float(total),
        "positives": int(events) if weights is None else float(events),
        "auc": auc_from_ties(*ties),
        "ap": average_precision_from_ties(*ties),
        "log_loss": float((w * log_score(y, p)).sum() / total),
        "brier": float((w * (y - p) ** 2).sum() / total),
        "expected_observed": ratio((w * p).sum(), events),
    }
    for length in lengths:
        table[f"recall_at_{length}"] = ratio((w * y * shares(p, length, g)).sum(), events)
    return table
