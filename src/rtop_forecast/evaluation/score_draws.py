"""All headline scores of many bootstrap resamples at once, by sums over blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.evaluation.scores import log_score

# resamples handled together; bounds memory at (distinct probabilities of positives) x this
_CHUNK = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDraws:
    """Sums per block from which the scores of any resample follow.

    A resample weights rows by the multiplicity of their block, so that additive scores
    need the sums of each block only. AUC and average precision need, at each distinct
    probability a positive has (threshold), the weight of positives and negatives there,
    and of all rows between it and the threshold above: matrices of blocks by thresholds.
    """

    sums: FloatArray
    names: tuple[str, ...]
    positives: Any
    tied_negatives: Any
    entering: Any

    @classmethod
    def prepare(
        cls, y: FloatArray, p: FloatArray, codes: IntArray, blocks: int, listed: Mapping[str, FloatArray]
    ) -> ScoreDraws:
        """Sum checked rows by block; ``listed`` maps a recall's name to each row's `top_share`."""
        columns = {"n": np.ones(y.size), "positives": y, "log_loss": log_score(y, p), "brier": (y - p) ** 2}
        columns |= {"expected_observed": p} | {name: y * share for name, share in listed.items()}
        sums = np.empty((blocks, len(columns)))
        for number, values in enumerate(columns.values()):
            # sorted by value within the block: the same bits whatever the row order
            order = np.lexsort((values, codes))
            sums[:, number] = np.bincount(codes[order], weights=values[order], minlength=blocks)
        # thresholds in descending order; rows below the last one do not matter
        thresholds = -np.unique(-p[y == 1])
        step = np.searchsorted(-thresholds, -p, side="left")
        inside = step < thresholds.size
        tied = inside & (y == 0)
        tied[tied] = thresholds[step[tied]] == p[tied]
        shape = (thresholds.size, blocks)
        return cls(
            sums=sums,
            names=tuple(columns),
            positives=_count(step[y == 1], codes[y == 1], shape),
            tied_negatives=_count(step[tied], codes[tied], shape),
            entering=_count(step[inside], codes[inside], shape),
        )

    def scores(self, counts: IntArray) -> dict[str, FloatArray]:
        """Scores of each resample, a row of block multiplicities; NaN where undefined."""
        weights = counts.astype(np.float64)
        # einsum, not BLAS: the bits must not depend on the number of threads
        totals = dict(zip(self.names, np.einsum("db,bc->cd", weights, self.sums), strict=True))
        n, events = totals["n"], totals["positives"]
        auc, ap = np.empty(n.size), np.empty(n.size)
        for start in range(0, n.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            auc[part], ap[part] = self._rank_scores(weights[part], n[part], events[part])
        scores = {"n": n, "positives": events, "auc": auc, "ap": ap}
        scores |= {"log_loss": totals["log_loss"] / n, "brier": totals["brier"] / n}
        scores |= {name: _ratio(totals[name], events) for name in self.names if name not in scores}
        return scores

    def _rank_scores(
        self, weights: FloatArray, n: FloatArray, events: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """AUC and average precision; all arrays are thresholds by resamples."""
        hits = self.positives @ weights.T
        tied = self.tied_negatives @ weights.T
        listed = np.cumsum(self.entering @ weights.T, axis=0)
        hits_so_far = np.cumsum(hits, axis=0)
        negatives = n - events
        below = negatives - (listed - hits_so_far)
        auc = _ratio((hits * (below + tied / 2)).sum(axis=0), events * negatives)
        # listed is 0 only where no row of the resample is at or above the threshold, and then hits is 0
        precision = hits_so_far / np.maximum(listed, 1.0)
        return auc, _ratio((hits * precision).sum(axis=0), events)


def _count(step: IntArray, codes: IntArray, shape: tuple[int, int]) -> Any:
    """Sparse number of rows by threshold and block."""
    # slow to import, and needed only here
    from scipy.sparse import coo_array

    return coo_array((np.ones(step.size), (step, codes)), shape=shape).tocsr()


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    defined = denominator > 0
    return np.where(defined, numerator / np.where(defined, denominator, 1.0), np.nan)
