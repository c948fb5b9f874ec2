"""Uncertainty of scores, comparisons, probabilities and ranks, on arrays.

Rows of one country are alike over years, so intervals of scores come from resampling
whole blocks (countries), not rows: each draw gives every block a multiplicity, and
the score is taken with those weights. Draws depend on the seed and on the sorted
labels of the blocks only, never on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.checks import arrays as _checks
from rtop_forecast.checks.arguments import integer, interval_level
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation.ranking import shares
from rtop_forecast.evaluation.resampling import (
    block_means,
    block_multiplicities,
    interval_from_draws,
    percentiles,
)
from rtop_forecast.evaluation.score_draws import ScoreDraws
from rtop_forecast.evaluation.scores import brier_score, log_score, score_table


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapScores:
    """Scores of one set of forecasts with their bootstrap distribution.

    Attributes
    ----------
    estimate : mapping of str to float
        `scores.score_table` of the data as they are.
    draws : mapping of str to ndarray of shape (draws,)
        The same scores in each resample; NaN where a resample does not define them.
    undefined : mapping of str to int
        Number of NaN draws of each score.
    blocks : int
        Number of blocks resampled.
    seed : int
        Seed of the resamples.
    """

    estimate: Mapping[str, float]
    draws: Mapping[str, FloatArray]
    undefined: Mapping[str, int]
    blocks: int
    seed: int

    def intervals(self, *, level: float = 0.9) -> dict[str, tuple[float, float]]:
        """Percentile interval of each score, NaN draws left out.

        Raises
        ------
        InputError
            If a score is undefined in more than 5% of the resamples.
        """
        level = interval_level(level)
        return {name: percentiles(drawn, level, name=name)[:2] for name, drawn in self.draws.items()}

    def to_frame(self, *, level: float = 0.9) -> pd.DataFrame:
        """Table with a row per score: estimate, low, high, undefined."""
        ends = self.intervals(level=level)
        return pd.DataFrame(
            {
                "score": list(ends),
                "estimate": [float(self.estimate[name]) for name in ends],
                "low": [low for low, _ in ends.values()],
                "high": [high for _, high in ends.values()],
                "undefined": [self.undefined[name] for name in ends],
            }
        )

    def summary(self, *, level: float = 0.9) -> str:
        """Return the table as text, with the number of draws and blocks."""
        drawn = next(iter(self.draws.values())).size
        head = (
            f"Scores with {level:.0%} intervals, {drawn} resamples of {self.blocks} blocks, seed {self.seed}"
        )
        table = self.to_frame(level=level).to_string(index=False, float_format=lambda v: f"{v:.4f}")
        return f"{head}\n{table}"


def bootstrap_scores(
    outcome: ArrayLike,
    prob: ArrayLike,
    *,
    blocks: ArrayLike,
    groups: ArrayLike | None,
    k: Sequence[int] = (10, 20, 30),
    draws: int = 1000,
    seed: int = 0,
) -> BootstrapScores:
    """All headline scores with their block-bootstrap distribution.

    Ranks for ``recall_at_*`` stay those of the data; resampling only counts positives.

    Parameters
    ----------
    outcome, prob : array_like of shape (n,)
        As in `scores.brier_score`; at least one row.
    blocks : array_like of shape (n,)
        Label of each row's block, for example the country.
    groups : array_like of shape (n,) or None
        Label of each row's ranking, for example the origin year.
    k : sequence of int
        List lengths for ``recall_at_*``.
    draws, seed
        As in `block_multiplicities`.

    Returns
    -------
    BootstrapScores

    Raises
    ------
    InputError
        As `scores.score_table` and `block_multiplicities`.

    Examples
    --------
    >>> scores = bootstrap_scores([0, 1, 1, 0], [0.1, 0.6, 0.4, 0.5], blocks=[1, 1, 2, 2], groups=None)
    >>> scores.intervals()["positives"]
    (2.0, 2.0)
    """
    estimate = score_table(outcome, prob, groups=groups, k=k)
    y, p = _checks.pair(outcome, prob)
    codes, m = _checks.label_codes(blocks, y.size, name="blocks")
    listed = {f"recall_at_{length}": shares(p, length, _checks.group_codes(groups, y.size)) for length in k}
    kernel = ScoreDraws.prepare(y, p, codes, m, listed)
    drawn = kernel.scores(block_multiplicities(m, draws=draws, seed=seed))
    for array in drawn.values():
        array.setflags(write=False)
    undefined = {name: int(np.isnan(array).sum()) for name, array in drawn.items()}
    return BootstrapScores(estimate=estimate, draws=drawn, undefined=undefined, blocks=m, seed=seed)


def score_intervals(  # noqa: PLR0913 (public entry point)
    outcome: ArrayLike,
    prob: ArrayLike,
    *,
    blocks: ArrayLike,
    groups: ArrayLike | None,
    k: Sequence[int] = (10, 20, 30),
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.9,
) -> dict[str, tuple[float, float]]:
    """Block-bootstrap percentile interval of each score of `scores.score_table`.

    Resamples with a single class leave some scores undefined. Those draws are left out,
    up to 5%; `bootstrap_scores` reports how many there were.

    Parameters
    ----------
    outcome, prob, blocks, groups, k, draws, seed
        As in `bootstrap_scores`.
    level : float
        Probability content of the intervals.

    Returns
    -------
    dict of str to (float, float)
        Low and high end by score.

    Raises
    ------
    InputError
        As `bootstrap_scores`, or if a score is undefined in more than 5% of resamples.
    """
    scores = bootstrap_scores(outcome, prob, blocks=blocks, groups=groups, k=k, draws=draws, seed=seed)
    return scores.intervals(level=level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Mean score of forecaster A minus that of B; negative if A is better.

    Attributes
    ----------
    estimate : float
        The difference in the data as they are.
    low, high : float
        Percentile interval over the resamples.
    prob_better : float
        Share of resamples in which A's mean score is lower; equal ones count one half.
    """

    estimate: float
    low: float
    high: float
    prob_better: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Comparison of two forecasters on the same rows.

    Attributes
    ----------
    log_loss, brier : Difference
        Differences in mean log score (nats) and mean Brier score.
    n, blocks, draws, seed : int
        Rows, blocks, resamples and their seed.
    level : float
        Probability content of the intervals.
    """

    log_loss: Difference
    brier: Difference
    n: int
    blocks: int
    draws: int
    seed: int
    level: float

    def to_frame(self) -> pd.DataFrame:
        """Table with a row per score: difference, low, high, prob_better."""
        named = {"log_loss": self.log_loss, "brier": self.brier}
        return pd.DataFrame(
            {
                "score": list(named),
                "difference": [score.estimate for score in named.values()],
                "low": [score.low for score in named.values()],
                "high": [score.high for score in named.values()],
                "prob_better": [score.prob_better for score in named.values()],
            }
        )

    def summary(self) -> str:
        """Return the table as text, with what was compared."""
        head = (
            f"A minus B (negative: A is better), {self.n} rows, {self.level:.0%} intervals from "
            f"{self.draws} resamples of {self.blocks} blocks, seed {self.seed}"
        )
        return f"{head}\n{self.to_frame().to_string(index=False, float_format=lambda v: f'{v:.5f}')}"


def paired_difference(
    outcome: ArrayLike,
    prob_a: ArrayLike,
    prob_b: ArrayLike,
    *,
    blocks: ArrayLike,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.9,
) -> PairedDifference:
    """Compare two forecasters of the same rows by resampling blocks in pairs.

    Both are scored on the same resamples, so what is hard for both cancels.

    Parameters
    ----------
    outcome : array_like of shape (n,)
        1 where the event happened, else 0; at least one row.
    prob_a, prob_b : array_like of shape (n,)
        Forecasts of A and of B.
    blocks : array_like of shape (n,)
        Label of each row's block, for example the country.
    draws, seed
        As in `block_multiplicities`.
    level : float
        Probability content of the intervals.

    Returns
    -------
    PairedDifference

    Raises
    ------
    InputError
        If an input is invalid or a log score is infinite, as in `scores.log_score`.

    References
    ----------
    Diebold, F. X. & Mariano, R. S. (1995). Comparing predictive accuracy. Journal of
    Business & Economic Statistics, 13, 253-263 (the paired loss differential).

    Examples
    --------
    >>> result = paired_difference([1, 0, 0], [0.6, 0.2, 0.1], [0.5, 0.5, 0.5], blocks=[1, 2, 3])
    >>> result.brier.prob_better
    1.0
    """
    level = interval_level(level)
    gains = np.column_stack(
        [
            log_score(outcome, prob_a) - log_score(outcome, prob_b),
            brier_score(outcome, prob_a) - brier_score(outcome, prob_b),
        ]
    )
    codes, m = _checks.label_codes(blocks, gains.shape[0], name="blocks")
    counts = block_multiplicities(m, draws=draws, seed=seed)
    estimate = block_means(gains, codes, m, np.ones((1, m), dtype=np.int64))[0]
    drawn = block_means(gains, codes, m, counts)
    low, high = interval_from_draws(drawn, level=level)
    better = np.mean((drawn < 0) + 0.5 * (drawn == 0), axis=0)
    log_loss, brier = (
        Difference(
            estimate=float(estimate[i]),
            low=float(low[i]),
            high=float(high[i]),
            prob_better=float(better[i]),
        )
        for i in (0, 1)
    )
    return PairedDifference(
        log_loss=log_loss, brier=brier, n=codes.size, blocks=m, draws=draws, seed=seed, level=level
    )


def rank_ranges(prob_draws: ArrayLike, *, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
    """Range of each unit's rank over draws of all probabilities; rank 1 is the highest.

    Ties share their mid-rank within a draw. The ends are the order statistics next to
    the quantiles on the outside, so they are ranks that occur, and the range holds at
    least ``level`` of the draws.

    Parameters
    ----------
    prob_draws : array_like of shape (draws, n)
        One joint draw of all n probabilities per row.
    level : float
        Least share of the draws within the range.

    Returns
    -------
    low, high : ndarray of shape (n,)
        Best and worst rank of the range; halves come from ties.

    Raises
    ------
    InputError
        If a draw is missing or outside [0, 1], or there are none.

    Examples
    --------
    >>> low, high = rank_ranges([[0.9, 0.1, 0.1], [0.8, 0.2, 0.3]])
    >>> low, high
    (array([1. , 2.5, 2. ]), array([1. , 3. , 2.5]))
    """
    draws = _prob_draws(prob_draws)
    level = interval_level(level)
    ranks = np.empty(draws.shape)
    for row, probs in zip(ranks, draws, strict=True):
        _, code, tied = np.unique(-probs, return_inverse=True, return_counts=True)
        row[:] = (np.cumsum(tied) - (tied - 1) / 2)[code]
    low = np.quantile(ranks, (1 - level) / 2, axis=0, method="lower")
    high = np.quantile(ranks, (1 + level) / 2, axis=0, method="higher")
    return low, high


def prob_top(prob_draws: ArrayLike, *, k: int) -> FloatArray:
    """Share of draws in which each unit is among the ``k`` highest.

    Units tied across the cut count with their `scores.top_share` of the places left.

    Parameters
    ----------
    prob_draws : array_like of shape (draws, n)
        One joint draw of all n probabilities per row.
    k : int
        Length of the list, at least 1.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1; sums to min(k, n).

    Raises
    ------
    InputError
        As `rank_ranges`, or if ``k`` is below 1.

    Examples
    --------
    >>> prob_top([[0.9, 0.1, 0.1], [0.2, 0.8, 0.3]], k=2)
    array([0.5 , 0.75, 0.75])
    """
    draws = _prob_draws(prob_draws)
    k = integer(k, name="k", least=1)
    draw = np.repeat(np.arange(draws.shape[0]), draws.shape[1])
    listed: FloatArray = shares(draws.ravel(), k, draw).reshape(draws.shape).mean(axis=0)
    return listed


def _prob_draws(prob_draws: ArrayLike) -> FloatArray:
    array = np.asarray(prob_draws, dtype=np.float64)
    if array.ndim != 2 or array.size == 0:
        message = f"prob_draws must have shape (draws, n), neither 0; it has {array.shape}. Reshape it."
        raise InputError(message)
    return _checks.prob_vector(array.ravel(), name="prob_draws").reshape(array.shape)
