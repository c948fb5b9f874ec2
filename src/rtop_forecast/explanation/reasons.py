"""Which risk factors a forecast rests on, as far as refits agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray, IntArray
from rtop_forecast.display import Displayed

NAMED_SHARE = 0.8
# a factor is a reason only if it raises the odds by a twentieth
_LEAST = np.log(1.05)
_TOP = 30


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FactorDraws(Displayed):
    """Contributions of the risk factors to every state's log-odds, in the point fit and in refits.

    Attributes
    ----------
    countries : ndarray of int of shape (n_states,)
        Gleditsch-Ward numbers.
    factors : tuple of int
        Numbers of the risk factors.
    point : ndarray of shape (n_states, n_factors)
    draws : ndarray of shape (draws, n_states, n_factors)
        Of the refits, centred on the point fit.
    stretch : float
        How many times as wide as the refits' deviations intervals are, since penalised models err by more than their
        refits differ. What another refit would say is told by the refits as they are.
    """

    countries: IntArray
    factors: tuple[int, ...]
    point: FloatArray
    draws: FloatArray
    stretch: float = 1.0

    def intervals(self, level: float) -> pd.DataFrame:
        """Interval of every factor's contribution to every state.

        Returns
        -------
        pandas.DataFrame
            ``country_id, risk_factor, contribution, low, high`` (log-odds), ``spread`` (contribution over the standard
            deviation of the factor's contributions over the states) and ``first`` (share of the draws in which the
            factor is the first of the reasons).
        """
        stretched = self.point + self.stretch * (self.draws - self.point)
        low, high = np.quantile(stretched, [(1 - level) / 2, (1 + level) / 2], axis=0)
        states, factors = self.point.shape
        first = _order(self.draws)[..., 0]
        share = np.stack([(first == place).mean(axis=0) for place in range(factors)], axis=1)
        return pd.DataFrame(
            {
                "country_id": np.repeat(self.countries, factors),
                "risk_factor": np.tile(self.factors, states),
                "contribution": self.point.ravel(),
                # a few draws may all lie on one side of the estimate
                "low": np.minimum(low, self.point).ravel(),
                "high": np.maximum(high, self.point).ravel(),
                "spread": _against_spread(self.point).ravel(),
                "first": share.ravel(),
            }
        )

    def named(self) -> pd.DataFrame:
        """Factors that may be named as reasons, by state.

        A factor's contribution is set against the spread of its contributions over the states, so that a factor does
        not come first for having many features; it counts as a reason if it raises the odds by at least a twentieth. It
        is named first only if it is first in at least 80% of the draws, and second only beside a first that is named.

        Returns
        -------
        pandas.DataFrame
            ``country_id, factor_1, factor_2``: numbers of the factors, missing where the draws do not agree.
        """
        order, drawn = _order(self.point[None])[0], _order(self.draws)
        table = pd.DataFrame({"country_id": self.countries})
        separable = np.ones(len(table), dtype=bool)
        for place in range(2):
            best = order[:, place]
            agreed = (drawn[..., place] == best).mean(axis=0) >= NAMED_SHARE
            separable &= agreed & (best >= 0)
            table[f"factor_{place + 1}"] = self._numbers(best, separable)
        return table

    def apart(self, highest: IntArray) -> pd.Series[int]:
        """Factor in which each state lies furthest above the mean of the states at the top.

        Parameters
        ----------
        highest : ndarray of int
            Positions of the states by rank, highest risk first; the first thirty are compared with.

        Returns
        -------
        pandas.Series
            By position; missing where fewer than 80% of the draws name the same factor.
        """
        top = highest[:_TOP]
        point = _against_spread(self.point - self.point[top].mean(axis=0))
        drawn = _against_spread(self.draws - self.draws[:, top].mean(axis=1, keepdims=True))
        best = point.argmax(axis=1)
        agreed = (drawn.argmax(axis=2) == best).mean(axis=0) >= NAMED_SHARE
        return self._numbers(best, agreed & (point.max(axis=1) > 0))

    def _numbers(self, places: IntArray, chosen: FloatArray) -> pd.Series[int]:
        numbers = pd.Series(np.array(self.factors)[places], dtype="Int64")
        return numbers.where(pd.Series(chosen))

    def _headline(self) -> str:
        return (
            f"Contributions of {len(self.factors)} risk factors for {len(self.countries)} states in "
            f"{len(self.draws)} refits"
        )

    def _shown(self) -> pd.DataFrame:
        return self.named()


def _against_spread(values: FloatArray) -> FloatArray:
    """Contributions over the standard deviation of each factor's over the states; 0 where they are all alike."""
    spread = values.std(axis=-2, keepdims=True)
    scaled: FloatArray = np.divide(values, spread, out=np.zeros_like(values), where=spread > 0)
    return scaled


def _order(values: FloatArray) -> IntArray:
    """Positions of the first two reasons of each state, -1 where there is none; shape (..., n_states, 2)."""
    scaled = np.where(values >= _LEAST, _against_spread(values), -np.inf)
    if scaled.shape[-1] == 1:  # one factor alone has no second
        scaled = np.concatenate([scaled, np.full_like(scaled, -np.inf)], axis=-1)
    order = np.argsort(-scaled, axis=-1, kind="stable")[..., :2]
    absent = np.isneginf(np.take_along_axis(scaled, order, axis=-1))
    return np.where(absent, -1, order)
