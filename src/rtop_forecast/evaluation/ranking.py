"""Scores that use only the order of the forecasts: AUC, average precision, recall and precision of a list."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import integer
from rtop_forecast.checks.arrays import FloatArray, IntArray


def tie_sums(y: FloatArray, p: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weight of positives and of negatives at each distinct probability, ascending."""
    # sorting by weight and outcome too makes the sums the same bits whatever the row order
    order = np.lexsort((w, y, p))
    y, p, w = y[order], p[order], w[order]
    tie = np.concatenate(([0], np.cumsum(p[1:] != p[:-1]))) if p.size else np.zeros(0, dtype=np.int64)
    positive = np.bincount(tie, weights=w * y).astype(np.float64)
    negative = np.bincount(tie, weights=w * (1 - y)).astype(np.float64)
    return positive, negative


def auc_from_ties(positive: FloatArray, negative: FloatArray) -> float:
    """AUC from the weights of events and non-events at each distinct forecast; ties count one half."""
    pairs = positive.sum() * negative.sum()
    if pairs == 0:
        return float("nan")
    below = np.cumsum(negative) - negative
    return float((positive * (below + negative / 2)).sum() / pairs)


def average_precision_from_ties(positive: FloatArray, negative: FloatArray) -> float:
    """Average precision from the weights of events and non-events at each distinct forecast."""
    total = positive.sum()
    if total == 0:
        return float("nan")
    hits = np.cumsum(positive[::-1])
    listed = np.cumsum((positive + negative)[::-1])
    found = positive[::-1] > 0
    return float((positive[::-1][found] * hits[found] / listed[found]).sum() / total)


def auc(outcome: ArrayLike, prob: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Area under the ROC curve: the chance that a positive ranks above a negative.

    AUC = Σ w_i w_j ([p_i > p_j] + ½ [p_i = p_j]) / Σ w_i w_j over all pairs of a
    positive i and a negative j (Mann-Whitney; ties count one half).

    Parameters
    ----------
    outcome : array_like of shape (n,)
        1 where the event happened, else 0.
    prob : array_like of shape (n,)
        Forecast probability; only its order matters.
    weights : array_like of shape (n,), optional
        Non-negative row weights.

    Returns
    -------
    float
        Between 0 and 1; NaN if only one class has weight.

    Raises
    ------
    InputError
        As `brier_score`, or if a weight is negative or missing, or all are 0.

    References
    ----------
    Hanley, J. A. & McNeil, B. J. (1982). The meaning and use of the area under a
    receiver operating characteristic (ROC) curve. Radiology, 143, 29-36.

    Examples
    --------
    >>> auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
    0.875
    """
    y, p = _checks.pair(outcome, prob)
    return auc_from_ties(*tie_sums(y, p, _checks.weight_vector(weights, y.size)))


def within_auc(
    outcome: ArrayLike, prob: ArrayLike, groups: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Chance that a positive ranks above a negative of its own group, as of its own year.

    The AUC over those pairs alone whose rows share a group: how well the states of one year are told apart, without
    what the level of the years gives.

    Parameters
    ----------
    outcome, prob : array_like of shape (n,)
        As in `auc`.
    groups : array_like of shape (n,)
        Group of each row, as the origin year.
    weights : array_like of shape (n,), optional
        Non-negative row weights.

    Returns
    -------
    float
        NaN if no group holds both classes.

    Examples
    --------
    >>> within_auc([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], [1990, 1990, 1991, 1991])
    1.0
    """
    y, p = _checks.pair(outcome, prob)
    w, g = _checks.weight_vector(weights, y.size), _checks.group_codes(groups, y.size)
    above = pairs = 0.0
    for group in np.unique(g):
        here = g == group
        positive, negative = tie_sums(y[here], p[here], w[here])
        count = float(positive.sum() * negative.sum())
        if count > 0:
            above += count * auc_from_ties(positive, negative)
            pairs += count
    return ratio(above, pairs)


def average_precision(outcome: ArrayLike, prob: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Average precision, Σ (R_j - R_{j-1}) P_j over distinct thresholds, highest first.

    R_j and P_j are recall and precision among rows with ``prob`` at or above the
    j-th largest distinct value, so tied rows enter together. No interpolation;
    the definition of scikit-learn.

    Parameters
    ----------
    outcome, prob, weights : array_like of shape (n,)
        As in `auc`.

    Returns
    -------
    float
        Between 0 and 1; NaN without positives (scikit-learn gives 0).

    Raises
    ------
    InputError
        As `auc`.

    References
    ----------
    Boyd, K., Eng, K. H. & Page, C. D. (2013). Area under the precision-recall
    curve: point estimates and confidence intervals. ECML PKDD, 451-466.

    Examples
    --------
    >>> average_precision([0, 1, 1], [0.5, 0.5, 0.9])
    0.8333333333333333
    """
    y, p = _checks.pair(outcome, prob)
    return average_precision_from_ties(*tie_sums(y, p, _checks.weight_vector(weights, y.size)))


def top_share(prob: ArrayLike, *, k: int, groups: ArrayLike | None) -> FloatArray:
    """Each row's chance to be among the ``k`` highest of its group, ties broken at random.

    With g rows of the group strictly above a row and m rows tied with it (itself
    included), the share is (k - g) / m, cut to [0, 1]. Rows wholly inside the list
    have 1; rows tied across the cut share the places left.

    Parameters
    ----------
    prob : array_like of shape (n,)
        Forecast probability.
    k : int
        Length of the list, at least 1. A group of k rows or fewer is listed whole.
    groups : array_like of shape (n,) or None
        Label of the ranking each row belongs to, for example the origin year.
        None ranks all rows in one list.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1; sums to min(k, rows) in each group.

    Raises
    ------
    InputError
        If ``k`` is below 1, a label is missing, or a probability is invalid.

    Examples
    --------
    >>> top_share([0.9, 0.5, 0.5, 0.1], k=2, groups=None)
    array([1. , 0.5, 0.5, 0. ])
    """
    p = _checks.prob_vector(prob)
    return shares(p, integer(k, name="k", least=1), _checks.group_codes(groups, p.size))


def shares(p: FloatArray, k: int, g: IntArray) -> FloatArray:
    """Share of each row in its group's list of the k highest; rows tied at the cut divide what is left."""
    share = np.zeros(p.size)
    if p.size == 0:
        return share
    order = np.lexsort((-p, g))
    sp, sg = p[order], g[order]
    new_group = np.concatenate(([True], sg[1:] != sg[:-1]))
    new_tie = new_group | np.concatenate(([True], sp[1:] != sp[:-1]))
    tie = np.cumsum(new_tie) - 1
    tie_start = np.flatnonzero(new_tie)
    group_start = np.flatnonzero(new_group)[np.cumsum(new_group)[tie_start] - 1]
    tied = np.bincount(tie)
    share[order] = np.clip((k - (tie_start - group_start)) / tied, 0.0, 1.0)[tie]
    return share


def recall_at(
    outcome: ArrayLike,
    prob: ArrayLike,
    *,
    k: int,
    groups: ArrayLike | None,
    weights: ArrayLike | None = None,
) -> float:
    """Share of all positives that rank among the ``k`` highest of their own group.

    Σ w_i y_i s_i / Σ w_i y_i with s the `top_share`. Ranks are those of the rows as
    given; weights only count positives, so a bootstrap keeps each year's ranking.

    Parameters
    ----------
    outcome, prob : array_like of shape (n,)
        As in `brier_score`.
    k : int
        Length of each group's list, at least 1.
    groups : array_like of shape (n,) or None
        Label of each row's ranking, for example the origin year; None for one list.
    weights : array_like of shape (n,), optional
        Non-negative row weights.

    Returns
    -------
    float
        Between 0 and 1; NaN without positives.

    Raises
    ------
    InputError
        As `auc` and `top_share`.

    Examples
    --------
    >>> recall_at([1, 0, 0, 1], [0.5, 0.5, 0.3, 0.1], k=1, groups=[1990, 1990, 1991, 1991])
    0.25
    """
    y, w, share = _listed(outcome, prob, k, groups, weights)
    return ratio((w * y * share).sum(), (w * y).sum())


def precision_at(
    outcome: ArrayLike,
    prob: ArrayLike,
    *,
    k: int,
    groups: ArrayLike | None,
    weights: ArrayLike | None = None,
) -> float:
    """Share of positives among the rows listed as the ``k`` highest of their group.

    Σ w_i y_i s_i / Σ w_i s_i with s the `top_share`.

    Parameters
    ----------
    outcome, prob, k, groups, weights
        As in `recall_at`.

    Returns
    -------
    float
        Between 0 and 1; NaN if no listed row has weight.

    Raises
    ------
    InputError
        As `recall_at`.

    Examples
    --------
    >>> precision_at([1, 0, 0, 1], [0.5, 0.5, 0.3, 0.1], k=1, groups=[1990, 1990, 1991, 1991])
    0.25
    """
    y, w, share = _listed(outcome, prob, k, groups, weights)
    return ratio((w * y * share).sum(), (w * share).sum())


def false_alarms_per_hit(
    outcome: ArrayLike,
    prob: ArrayLike,
    *,
    k: int,
    groups: ArrayLike | None,
    weights: ArrayLike | None = None,
) -> float:
    """Negatives listed for each positive listed, among the ``k`` highest of each group.

    Σ w_i (1 - y_i) s_i / Σ w_i y_i s_i with s the `top_share`: 1 / `precision_at` - 1.

    Parameters
    ----------
    outcome, prob, k, groups, weights
        As in `recall_at`.

    Returns
    -------
    float
        NaN if no positive is listed.

    Raises
    ------
    InputError
        As `recall_at`.

    Examples
    --------
    >>> false_alarms_per_hit([1, 0, 0, 1], [0.5, 0.4, 0.3, 0.1], k=3, groups=None)
    2.0
    """
    y, w, share = _listed(outcome, prob, k, groups, weights)
    return ratio((w * (1 - y) * share).sum(), (w * y * share).sum())


def _listed(
    outcome: ArrayLike, prob: ArrayLike, k: int, groups: ArrayLike | None, weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Outcome, weight and share in an order that depends on the values only."""
    y, p = _checks.pair(outcome, prob)
    w = _checks.weight_vector(weights, y.size)
    share = shares(p, integer(k, name="k", least=1), _checks.group_codes(groups, y.size))
    order = np.lexsort((w, y, share))
    return y[order], w[order], share[order]


def ratio(numerator: float, denominator: float) -> float:
    """Quotient; NaN where the denominator is not positive."""
    return float(numerator / denominator) if denominator > 0 else float("nan")
