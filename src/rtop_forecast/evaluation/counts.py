"""The predictive distribution of a count: how many of the forecast events will happen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rtop_forecast.checks.arguments import interval_level
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CountDistribution(Displayed):
    """Distribution of the number of events among forecasts that are given together.

    Not to be taken for the interval of the expected number: that is the uncertainty of the mean, this holds what one
    may observe.

    Attributes
    ----------
    probabilities : ndarray of shape (n + 1,)
        Probability of 0, 1 ... n events.
    """

    probabilities: FloatArray

    @property
    def mean(self) -> float:
        """Expected number."""
        return float(np.arange(self.probabilities.size) @ self.probabilities)

    @property
    def most_likely(self) -> int:
        """Number with the highest probability; the lowest of several."""
        return int(np.argmax(self.probabilities))

    @property
    def none(self) -> float:
        """Probability that no event happens."""
        return float(self.probabilities[0])

    def interval(self, level: float = 0.9) -> tuple[int, int]:
        """Numbers between the two quantiles that leave (1 - level) / 2 at most on either side.

        Being whole numbers they hold at least ``level``.
        """
        tail = (1 - interval_level(level)) / 2
        cumulated = np.cumsum(self.probabilities)
        # sums of hundreds of terms err in the last digits
        low = int(np.searchsorted(cumulated, tail + 1e-12, side="left"))
        high = int(np.searchsorted(cumulated, 1 - tail - 1e-12, side="left"))
        return low, min(high, self.probabilities.size - 1)

    def pit(self, observed: int) -> float:
        """Mid-point of the probability integral transform of an observed number.

        P(fewer) + P(as many) / 2: uniform on average where the distribution is right, near 0 where fewer and near 1
        where more events come than expected.

        References
        ----------
        Czado, C., Gneiting, T. & Held, L. (2009). Predictive model assessment for count data. Biometrics, 65,
        1254-1261.
        """
        if not 0 <= observed < self.probabilities.size:
            message = (
                f"the number of events must lie between 0 and {self.probabilities.size - 1}; got {observed}."
            )
            raise InputError(message)
        below = float(self.probabilities[:observed].sum())
        return below + 0.5 * float(self.probabilities[observed])

    def _headline(self) -> str:
        low, high = self.interval()
        return f"{self.most_likely} events are the most likely number, {low} to {high} the 90% range"

    def _shown(self) -> pd.DataFrame:
        table = pd.DataFrame(
            {"events": np.arange(self.probabilities.size), "probability": self.probabilities}
        )
        return table[table["probability"] >= 0.0005]


def count_distribution(probs: ArrayLike) -> CountDistribution:
    """Mixture, over joint draws, of the distribution of a sum of independent events of unequal probability.

    Given a draw the events are independent (Poisson binomial); what the draws share, as the level of the
    world, makes the mixture wider.

    Parameters
    ----------
    probs : array_like of shape (draws, n) or (n,)
        Probabilities of the n events in each draw.

    Returns
    -------
    CountDistribution

    Raises
    ------
    InputError
        If there is no draw, or a probability is missing or outside [0, 1].

    References
    ----------
    Wang, Y. H. (1993). On the number of successes in independent trials. Statistica Sinica, 3, 295-312.

    Examples
    --------
    >>> count = count_distribution([0.5, 0.5])
    >>> count.probabilities, count.most_likely, count.interval(0.5)
    (array([0.25, 0.5 , 0.25]), 1, (1, 1))
    """
    table = np.atleast_2d(np.asarray(probs, dtype=np.float64))
    if table.ndim != 2 or not len(table) or not ((table >= 0) & (table <= 1)).all():
        message = (
            f"probs must hold probabilities from 0 to 1, draws by events; got shape {table.shape} with "
            f"{int((~((table >= 0) & (table <= 1))).sum())} values outside. Correct them."
        )
        raise InputError(message)
    draws, events = table.shape
    # events by draws: a step reads and writes whole rows, one after another
    chances = np.ascontiguousarray(table.T)
    pmf = np.zeros((events + 1, draws))
    pmf[0] = 1.0
    for event, chance in enumerate(chances):
        # one more event moves the part that it happens in up by one
        moved = pmf[: event + 1] * chance
        pmf[: event + 1] *= 1.0 - chance
        pmf[1 : event + 2] += moved
    return CountDistribution(probabilities=np.ascontiguousarray(pmf.T).mean(axis=0))
