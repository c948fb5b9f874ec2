"""What a mean score is made of: the CORP decomposition, elementary scores, skill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation.scores import log_loss

ScoreName = Literal["log", "brier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """Mean score = miscalibration - discrimination + uncertainty.

    Attributes
    ----------
    mean_score : float
        Of the forecasts.
    miscalibration : float
        What recalibrating them in hindsight would gain; at least 0.
    discrimination : float
        What the recalibrated forecasts gain over the overall rate; at least 0.
    uncertainty : float
        Mean score of the overall rate.
    score : {"log", "brier"}
    """

    mean_score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    score: ScoreName

    def summary(self) -> str:
        """Return the four numbers as a line of text."""
        return (
            f"mean {self.score} score {self.mean_score:.5f} = miscalibration {self.miscalibration:.5f} "
            f"- discrimination {self.discrimination:.5f} + uncertainty {self.uncertainty:.5f}"
        )


def recalibrated(outcome: ArrayLike, prob: ArrayLike, *, weights: ArrayLike | None = None) -> FloatArray:
    """Isotonic recalibration in hindsight: the best forecasts that keep the order.

    Pool-adjacent-violators on the event rates of distinct forecasts; tied forecasts count as one, so the
    order of the rows never matters.

    Parameters
    ----------
    outcome, prob : array_like of shape (n,)
        As in `brier_score`; at least one row.
    weights : array_like of shape (n,), optional
        Non-negative row weights, not all zero.

    Returns
    -------
    ndarray of shape (n,)

    References
    ----------
    Dimitriadis, T., Gneiting, T. & Jordan, A. I. (2021). Stable reliability diagrams for probabilistic
    classifiers. PNAS, 118(8), e2016191118.

    Examples
    --------
    >>> recalibrated([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4])
    array([0. , 0.5, 0.5, 1. ])
    """
    y, p, w = _rows(outcome, prob, weights)
    return _isotonic(y, p, w)


def decompose(
    outcome: ArrayLike, prob: ArrayLike, *, score: ScoreName = "log", weights: ArrayLike | None = None
) -> Decomposition:
    """CORP decomposition of the mean score into miscalibration, discrimination and uncertainty.

    Parameters
    ----------
    outcome, prob, weights : array_like of shape (n,)
        As in `recalibrated`.
    score : {"log", "brier"}
        Log score in nats, or Brier score.

    Returns
    -------
    Decomposition
        With one class only, uncertainty and discrimination are 0.

    Raises
    ------
    InputError
        If an input is invalid, there are no rows, or a log score is infinite.

    References
    ----------
    Dimitriadis, T., Gneiting, T. & Jordan, A. I. (2021). Stable reliability diagrams for probabilistic
    classifiers. PNAS, 118(8), e2016191118.

    Examples
    --------
    >>> parts = decompose([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], score="brier")
    >>> round(parts.miscalibration, 3), parts.discrimination, parts.uncertainty
    (0.15, 0.125, 0.25)
    """
    loss = _loss(score)
    y, p, w = _rows(outcome, prob, weights)
    fitted = _isotonic(y, p, w)
    rate = np.full(y.size, (w * y).sum() / w.sum())
    given, best, overall = (_mean(loss, y, forecast, w) for forecast in (p, fitted, rate))
    if not np.isfinite(given):
        message = (
            "the log score is infinite: a forecast of 0 came true, or of 1 did not. Use the Brier score."
        )
        raise InputError(message)
    return Decomposition(
        mean_score=given,
        miscalibration=max(given - best, 0.0),
        discrimination=max(overall - best, 0.0),
        uncertainty=overall,
        score=score,
    )


def murphy_curve(
    outcome: ArrayLike,
    prob: ArrayLike,
    *,
    thresholds: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> pd.DataFrame:
    r"""Mean elementary score at each decision threshold: the Murphy diagram.

    :math:`S_\theta(p, y) = \theta` for a false alarm (y = 0, p > θ), :math:`1 - \theta` for a miss (y = 1,
    p <= θ), else 0: the loss of who acts above θ. A forecaster below another at every θ is better for every
    proper score; twice the area is the Brier score.

    Parameters
    ----------
    outcome, prob, weights : array_like of shape (n,)
        As in `recalibrated`.
    thresholds : array_like of shape (m,), optional
        Between 0 and 1; by default 201 that crowd towards 0, where rare events are decided.

    Returns
    -------
    pandas.DataFrame
        ``threshold, score``.

    References
    ----------
    Ehm, W., Gneiting, T., Jordan, A. & Krüger, F. (2016). Of quantiles and expectiles: consistent scoring
    functions, Choquet representations and forecast rankings. JRSS B, 78(3), 505-562.

    Examples
    --------
    >>> murphy_curve([0, 1], [0.2, 0.6], thresholds=[0.1, 0.5, 0.7])["score"].round(2).tolist()
    [0.05, 0.0, 0.15]
    """
    y, p, w = _rows(outcome, prob, weights)
    grid = np.linspace(0, 1, 201) ** 2 if thresholds is None else _checks.prob_vector(thresholds)
    events, others = y == 1, y == 0
    missed = _mass_up_to(p[events], w[events], grid)
    alarmed = w[others].sum() - _mass_up_to(p[others], w[others], grid)
    score = (missed * (1 - grid) + alarmed * grid) / w.sum()
    return pd.DataFrame({"threshold": grid, "score": score})


def skill_score(
    outcome: ArrayLike,
    prob: ArrayLike,
    reference: ArrayLike,
    *,
    score: ScoreName = "log",
    weights: ArrayLike | None = None,
) -> float:
    """Share of the reference's mean score that the forecasts save: 1 - S / S_reference.

    Parameters
    ----------
    outcome, prob, weights : array_like of shape (n,)
        As in `recalibrated`.
    reference : array_like of shape (n,)
        The benchmark's forecasts of the same rows.
    score : {"log", "brier"}

    Returns
    -------
    float
        1 is perfect, 0 no better than the reference; NaN if the reference is perfect.

    Examples
    --------
    >>> skill_score([0, 1], [0.0, 1.0], [0.5, 0.5])
    1.0
    """
    loss = _loss(score)
    y, p, w = _rows(outcome, prob, weights)
    _, q = _checks.pair(outcome, reference)
    ours, theirs = _mean(loss, y, p, w), _mean(loss, y, q, w)
    return float(1.0 - ours / theirs) if theirs > 0 else float("nan")


def _rows(
    outcome: ArrayLike, prob: ArrayLike, weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    y, p = _checks.pair(outcome, prob)
    w = _checks.weight_vector(weights, y.size)
    if not w.sum() > 0:
        message = f"at least one row needs positive weight; of {y.size} rows none has. Check the selection."
        raise InputError(message)
    return y, p, w


def _loss(score: str) -> Callable[[FloatArray, FloatArray], FloatArray]:
    if score not in ("log", "brier"):
        message = f"score must be log or brier; {score!r} is neither."
        raise InputError(message)
    return log_loss if score == "log" else _brier_loss


def _brier_loss(y: FloatArray, p: FloatArray) -> FloatArray:
    return (y - p) ** 2


def _mean(
    loss: Callable[[FloatArray, FloatArray], FloatArray], y: FloatArray, p: FloatArray, w: FloatArray
) -> float:
    used = w > 0
    values, weight = loss(y[used], p[used]), w[used]
    order = np.lexsort((weight, values))
    return float((weight[order] * values[order]).sum() / weight.sum())


def _isotonic(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
    from scipy.optimize import isotonic_regression

    levels, place = np.unique(p, return_inverse=True)
    weight = np.bincount(place, weights=w, minlength=levels.size)
    events = np.bincount(place, weights=w * y, minlength=levels.size)
    weighted = weight > 0
    fitted = np.empty(levels.size)
    fitted[weighted] = isotonic_regression(events[weighted] / weight[weighted], weights=weight[weighted]).x
    # a level of weight 0 takes the fit of the nearest level below, or above the first
    last = np.maximum.accumulate(np.where(weighted, np.arange(levels.size), -1))
    fitted = fitted[np.where(last >= 0, last, int(np.argmax(weighted)))]
    return np.clip(fitted, 0.0, 1.0)[place]


def _mass_up_to(p: FloatArray, w: FloatArray, grid: FloatArray) -> FloatArray:
    """Weight of the rows with a forecast of at most each threshold."""
    order = np.argsort(p, kind="stable")
    mass = np.concatenate(([0.0], np.cumsum(w[order])))
    return mass[np.searchsorted(p[order], grid, side="right")]
