"""A fitted calibrator with the months' stage upon it: a map that knows which state-year it maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.calibration.base import Calibrator, Rows
from rtop_forecast.calibration.by_month import MonthlyStage
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError

__all__ = ["WithMonths", "plain_groups"]

_APART = "|"


def plain_groups(labels: ArrayLike) -> NDArray[np.str_]:
    """Strip labels of the state-years that they name.

    Examples
    --------
    >>> plain_groups(["quiet", "under_way|625|2024"]).tolist()
    ['quiet', 'under_way']
    """
    return np.array([str(label).split(_APART)[0] for label in np.asarray(labels).tolist()], dtype=np.str_)


class WithMonths(Calibrator):
    """The yearly map of a group, then what the months of a state-year add.

    A label made by :meth:`labels` names the group and the state-year, so that the same raw log-odds are mapped by what
    the state's own months say. A plain group is mapped as a state of the group whose months are as on average.

    Parameters
    ----------
    base : Calibrator
        Fitted; the yearly map.
    stage : MonthlyStage
        Fitted.
    keys : ndarray of int of shape (n, 2)
        State number and origin year of every row that may be mapped.
    months : ndarray of shape (n, n_features)
        Their features by month; NaN where unknown.
    names : sequence of str
        Of the features.
    offsets : sequence of int
        Months that every row sees, newest first: 0 is January of the year after the origin.
    source : str
        Registry keys of the releases behind the months, joined by ``+``.
    """

    def __init__(
        self,
        *,
        base: Calibrator,
        stage: MonthlyStage,
        keys: ArrayLike,
        months: ArrayLike,
        names: Sequence[str],
        offsets: Sequence[int] = (),
        source: str = "",
    ) -> None:
        self.base, self.stage, self.source = base, stage, source
        self.keys: NDArray[np.int64] = np.asarray(keys, dtype=np.int64)
        self.table: FloatArray = np.asarray(months, dtype=np.float64)
        self.names, self.offsets = tuple(names), tuple(int(offset) for offset in offsets)
        self._parts = stage.parts(self.table)
        self._place = {f"{key}{_APART}{year}": place for place, (key, year) in enumerate(self.keys.tolist())}

    def labels(
        self, groups: ArrayLike, country_ids: Sequence[int], origins: Sequence[int]
    ) -> NDArray[np.str_]:
        """Label state-years by their group and by which they are.

        Parameters
        ----------
        groups : array_like of shape (n,)
            Plain, or labels.
        country_ids, origins : sequence of int of shape (n,)
        """
        rows = zip(plain_groups(groups).tolist(), country_ids, origins, strict=True)
        return np.array([_APART.join((group, str(country), str(year))) for group, country, year in rows])

    def parts(self, labels: ArrayLike) -> FloatArray:
        """Contribution of each feature by month to the log-odds of each label, of shape (n, n_features)."""
        place = self._places(labels)
        parts: FloatArray = np.where((place >= 0)[:, None], self._parts[place], 0.0)
        return parts

    def months(self, labels: ArrayLike) -> FloatArray:
        """Features by month of each label, of shape (n, n_features); NaN for a plain group."""
        place = self._places(labels)
        months: FloatArray = np.where((place >= 0)[:, None], self.table[place], np.nan)
        return months

    def _learn(self, rows: Rows, /) -> None:
        """Refuse: both stages are fitted before they are put together."""
        message = (
            f"both stages are fitted before they are put together; fit them on the {rows.outcome.size} rows."
        )
        raise InputError(message)

    def apply_log_odds(self, z: ArrayLike, *, groups: ArrayLike | None = None) -> FloatArray:
        """Map raw to calibrated log-odds, by the group and the months that each label names."""
        values = np.asarray(z, dtype=np.float64)
        if groups is None:
            return self.stage.yearly_part(self.base.apply_log_odds(values))
        plain = plain_groups(groups)
        yearly = self.base.apply_log_odds(values, groups=plain)
        whole: FloatArray = self.stage.yearly_part(yearly, groups=plain) + self.parts(groups).sum(axis=1)
        return whole

    def deviations(
        self, z: ArrayLike, *, draws: int, generator: np.random.Generator, groups: ArrayLike | None = None
    ) -> FloatArray:
        """Draws from the uncertainty of the yearly map, carried through the stage of the months.

        That of the stage itself is apart (:meth:`stage_deviations`): it is the posterior of a model with priors, which
        needs no stretching.

        Parameters
        ----------
        z : array_like of shape (n,)
            Raw log-odds.
        draws : int
        generator : numpy.random.Generator
        groups : array_like of shape (n,), optional
            Groups or labels.

        Returns
        -------
        ndarray of shape (draws, n)
        """
        values = np.asarray(z, dtype=np.float64)
        plain = None if groups is None else plain_groups(groups)
        yearly = self.base.deviations(values, draws=draws, generator=generator, groups=plain)
        return (1.0 + self.stage.slope_) * yearly

    def stage_deviations(
        self, z: ArrayLike, *, draws: int, generator: np.random.Generator, groups: ArrayLike
    ) -> FloatArray:
        """Draw from the uncertainty of the stage of the months.

        Parameters
        ----------
        z, draws, generator, groups
            As of :meth:`deviations`.

        Returns
        -------
        ndarray of shape (draws, n)
        """
        plain = plain_groups(groups)
        yearly = self.base.apply_log_odds(np.asarray(z, dtype=np.float64), groups=plain)
        return self.stage.deviations(
            yearly, self.months(groups), draws=draws, generator=generator, groups=plain
        )

    def _places(self, labels: ArrayLike) -> NDArray[np.int64]:
        keys = [str(label).partition(_APART)[2] for label in np.asarray(labels).tolist()]
        return np.array([self._place.get(key, -1) for key in keys], dtype=np.int64)

    def __repr__(self) -> str:
        """Both stages."""
        return f"WithMonths({self.base!r}, {self.stage!r})"
