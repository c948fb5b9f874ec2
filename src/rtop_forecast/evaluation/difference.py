"""Tests of whether one forecaster is better than another, on panels: countries and years both repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import interval_level
from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation.resampling import (
    BootstrapInterval,
    block_means,
    block_multiplicities,
    percentiles,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelTest:
    """Test that a mean difference is zero.

    Attributes
    ----------
    difference : float
        Mean over the rows; negative if A is better.
    standard_error : float
        Clustered by country and by year.
    statistic : float
        Their ratio; NaN if the standard error is 0.
    p_value : float
        Two-sided, from Student's t with the smaller number of clusters less 1 degrees of freedom.
    """

    difference: float
    standard_error: float
    statistic: float
    p_value: float


def diebold_mariano_panel(difference: ArrayLike, *, countries: ArrayLike, years: ArrayLike) -> PanelTest:
    """Diebold-Mariano test of equal accuracy with two-way clustered errors.

    The variance of the mean is that of country clusters plus that of year clusters less that of single rows; where that
    is not positive, the larger of the first two. Windows of several years overlap, so rows of neighbouring years
    share events: country clusters hold that, year clusters hold what strikes all countries at once.

    Parameters
    ----------
    difference : array_like of shape (n,)
        Score of A minus score of B per row, for example two `log_score`.
    countries, years : array_like of shape (n,)
        Labels of the clusters; at least two of each.

    Returns
    -------
    PanelTest

    Raises
    ------
    InputError
        If lengths differ, a value is not finite or there are fewer than two clusters of a kind.

    References
    ----------
    Diebold, F. X. & Mariano, R. S. (1995). Comparing predictive accuracy. Journal of Business & Economic
    Statistics, 13, 253-263.
    Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2011). Robust inference with multiway clustering. Journal of
    Business & Economic Statistics, 29, 238-249.
    """
    from scipy.stats import t as student

    d = _checks.vector(difference, name="difference")
    by_country, m = _checks.label_codes(countries, d.size, name="countries")
    by_year, k = _checks.label_codes(years, d.size, name="years")
    if min(m, k) < 2:
        message = f"the test needs at least two countries and two years; there are {m} and {k}."
        raise InputError(message)
    mean = float(d[np.argsort(d, kind="stable")].sum() / d.size)
    residual = d - mean
    country, year = (_cluster_variance(residual, codes) for codes in (by_country, by_year))
    variance = country + year - float(np.sort(residual**2).sum()) / d.size**2
    if variance <= 0:
        variance = max(country, year)
    error = float(np.sqrt(variance))
    statistic = mean / error if error > 0 else float("nan")
    p_value = float(2 * student.sf(abs(statistic), min(m, k) - 1)) if error > 0 else float("nan")
    return PanelTest(difference=mean, standard_error=error, statistic=statistic, p_value=p_value)


def delong_test(outcome: ArrayLike, prob_a: ArrayLike, prob_b: ArrayLike) -> PanelTest:
    """DeLong's test that two areas under the ROC curve are equal, rows taken as independent.

    A cross-check of the block bootstrap: rows of one country are alike, so its p-value is too small.

    Parameters
    ----------
    outcome : array_like of shape (n,)
        At least two events and two non-events.
    prob_a, prob_b : array_like of shape (n,)

    Returns
    -------
    PanelTest
        ``difference`` is AUC of A minus AUC of B: positive if A is better.

    Raises
    ------
    InputError
        If an input is invalid or a class has fewer than two rows.

    References
    ----------
    DeLong, E. R., DeLong, D. M. & Clarke-Pearson, D. L. (1988). Comparing the areas under two or more correlated
    receiver operating characteristic curves. Biometrics, 44, 837-845.
    """
    from scipy.stats import norm, rankdata

    y, a = _checks.pair(outcome, prob_a)
    _, b = _checks.pair(outcome, prob_b)
    events = y == 1
    m, n = int(events.sum()), int((~events).sum())
    if min(m, n) < 2:
        message = f"the test needs at least two events and two non-events; there are {m} and {n}."
        raise InputError(message)
    event_part, other_part = np.empty((2, m)), np.empty((2, n))
    for row, p in enumerate((a, b)):
        rank = rankdata(p)
        event_part[row] = (rank[events] - rankdata(p[events])) / n
        other_part[row] = 1.0 - (rank[~events] - rankdata(p[~events])) / m
    gap = float(event_part[0].mean() - event_part[1].mean())
    variance = np.var(event_part[0] - event_part[1], ddof=1) / m
    variance += np.var(other_part[0] - other_part[1], ddof=1) / n
    error = float(np.sqrt(variance))
    statistic = gap / error if error > 0 else float("nan")
    p_value = float(2 * norm.sf(abs(statistic))) if error > 0 else float("nan")
    return PanelTest(difference=gap, standard_error=error, statistic=statistic, p_value=p_value)


def two_way_bootstrap(
    statistic: Callable[[FloatArray], float],
    *,
    countries: ArrayLike,
    years: ArrayLike,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.9,
) -> BootstrapInterval:
    """Percentile interval from resampling countries and years at once.

    Each draw gives every country and every year a multiplicity; a row counts their product times (the pigeonhole
    bootstrap). Somewhat conservative: it holds the variance of countries, of years and of rows, the last up to thrice.

    Parameters
    ----------
    statistic : callable
        From row weights of shape (n,) to a number.
    countries, years : array_like of shape (n,)
    draws, seed, level
        As in `block_bootstrap`.

    Returns
    -------
    BootstrapInterval

    References
    ----------
    Owen, A. B. (2007). The pigeonhole bootstrap. Annals of Applied Statistics, 1(2), 386-411.
    """
    level = interval_level(level)
    n = np.size(np.asarray(countries))
    by_country, m = _checks.label_codes(countries, n, name="countries")
    by_year, k = _checks.label_codes(years, n, name="years")
    counts = block_multiplicities(m, draws=draws, seed=seed)
    also = block_multiplicities(k, draws=draws, seed=seed + 1)
    estimate = float(statistic(np.ones(n)))
    drawn = np.array(
        [
            float(statistic((c[by_country] * t[by_year]).astype(float)))
            for c, t in zip(counts, also, strict=True)
        ]
    )
    low, high, undefined = percentiles(drawn, level, name="the statistic")
    return BootstrapInterval(
        estimate=estimate, low=low, high=high, level=level, draws=draws, blocks=m, undefined=undefined
    )


def model_confidence_set(
    losses: Mapping[str, ArrayLike],
    *,
    blocks: ArrayLike,
    level: float = 0.9,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Models among which the best lies with the given confidence.

    Starting from all models, that with the largest standardised mean loss above the average of those left is
    eliminated; its p-value is the share of block resamples whose largest standardised deviation exceeds the
    observed one (the T_max statistic), and never below that of a model eliminated before it.

    Parameters
    ----------
    losses : dict of str to array_like of shape (n,)
        Loss per row of at least two models, on the same rows; lower is better.
    blocks : array_like of shape (n,)
        Label of each row's block, for example the country.
    level : float
        Confidence.
    draws, seed
        As in `block_multiplicities`.

    Returns
    -------
    pandas.DataFrame
        ``model, mean_loss, p_value, in_set``, best first; a model is in the set if its p-value is at least
        1 - level.

    Raises
    ------
    InputError
        If there are fewer than two models, lengths differ or a loss is not finite.

    References
    ----------
    Hansen, P. R., Lunde, A. & Nason, J. M. (2011). The model confidence set. Econometrica, 79(2), 453-497.
    """
    level = interval_level(level)
    if len(losses) < 2:
        message = f"a model confidence set compares at least two models; got {len(losses)}."
        raise InputError(message)
    names = sorted(losses)
    table = np.column_stack([_checks.vector(losses[name], name=f"losses of {name}") for name in names])
    codes, m = _checks.label_codes(blocks, table.shape[0], name="blocks")
    mean = block_means(table, codes, m, np.ones((1, m), dtype=np.int64))[0]
    drawn = block_means(table, codes, m, block_multiplicities(m, draws=draws, seed=seed)) - mean
    left, p_values, highest = list(range(len(names))), np.ones(len(names)), 0.0
    while len(left) > 1:
        worst, p_value = _worst(mean[left], drawn[:, left])
        highest = max(highest, p_value)
        p_values[left[worst]] = highest
        left.pop(worst)
    result = pd.DataFrame({"model": names, "mean_loss": mean, "p_value": p_values})
    result["in_set"] = result["p_value"] >= 1 - level
    return result.sort_values(["p_value", "mean_loss"], ascending=[False, True], ignore_index=True)


def _worst(mean: FloatArray, drawn: FloatArray) -> tuple[int, float]:
    """Position of the model to eliminate and the p-value of equal accuracy of all that are left."""
    gap = mean - mean.mean()
    spread = drawn - drawn.mean(axis=1, keepdims=True)
    error = spread.std(axis=0)
    safe = np.where(error > 0, error, 1.0)
    deviation = np.where(error > 0, gap / safe, np.where(gap > 0, np.inf, 0.0))
    largest = np.where(error > 0, spread / safe, 0.0).max(axis=1)
    return int(np.argmax(deviation)), float(np.mean(largest >= deviation.max()))


def _cluster_variance(residual: FloatArray, codes: IntArray) -> float:
    """Variance of the mean from the sums of clusters, with the usual small-sample factor."""
    order = np.lexsort((residual, codes))
    sums = np.bincount(codes[order], weights=residual[order])
    groups = sums.size
    return float(groups / (groups - 1) * (sums**2).sum() / residual.size**2)
