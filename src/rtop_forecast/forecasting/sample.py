"""Feature matrix and labels of the state-years at risk, and fits that respect the embargo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError, InputError, LeakageError
from rtop_forecast.features import Features
from rtop_forecast.forecasting.situation import Situation, situations
from rtop_forecast.models import HasIndicators, HasTrees, RiskModel
from rtop_forecast.models.interface import FitsRows
from rtop_forecast.targets import Target
from rtop_forecast.world.states import KEYS

_MOST_GROUPS = 20


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sample(Displayed):
    """Feature matrix and labels of the state-years at risk, in the order of state and year.

    Attributes
    ----------
    keys : pandas.DataFrame
        ``country_id, year, name``.
    matrix : pandas.DataFrame of shape (n_rows, n_features)
    outcome : ndarray of shape (n_rows,)
        0.0 or 1.0; NaN where the window is open.
    horizon : int
    groups : ndarray of str of shape (n_rows,), optional
        Group of each row as known at its origin, which a calibrator may treat apart; without any, all are one group.
    delay : int
        Years after the end of a window until its label is known.
    """

    keys: pd.DataFrame
    matrix: pd.DataFrame
    outcome: FloatArray
    horizon: int
    groups: NDArray[np.str_] | None = None
    delay: int = 0

    @property
    def labels(self) -> NDArray[np.str_]:
        """Group of each row; the empty text where all rows are one group."""
        return np.full(len(self.keys), "") if self.groups is None else self.groups

    def training(self, origin: int) -> NDArray[np.bool_]:
        """Rows whose whole window had closed by the origin, and whose label was known by then."""
        year = self.keys["year"].to_numpy()
        rows: NDArray[np.bool_] = np.isfinite(self.outcome) & (year + self.horizon + self.delay <= origin)
        return rows

    @property
    def last_closed(self) -> int | None:
        """Last origin whose window is observed to its end; None if none is."""
        years = self.keys.loc[np.isfinite(self.outcome), "year"]
        return int(years.max()) if len(years) else None

    def at(self, origin: int) -> NDArray[np.bool_]:
        """Rows of the origin year."""
        rows: NDArray[np.bool_] = self.keys["year"].to_numpy() == origin
        return rows

    def left_out(self, origin: int) -> list[str]:
        """Features that no state at risk has a value of at an origin; they take no part in its fit."""
        here = self.matrix[self.at(origin)]
        return [] if here.empty else here.columns[here.isna().all()].tolist()

    def fit(
        self, model: RiskModel, *, origin: int, weights: FloatArray | None = None, trees: float = 1.0
    ) -> RiskModel:
        """Clone of the model, fitted on the training rows of an origin.

        A feature without any value at the origin takes no part, and only a feature that some states of the origin have
        and others lack keeps an indicator of missing values: one that is the same for all of them would tell the
        training years apart, as a calendar does.

        Parameters
        ----------
        model : RiskModel
            Unfitted.
        origin : int
        weights : ndarray of shape (n_rows,), optional
            One per row of the sample; rows of weight 0 are left out.
        trees : float
            How many times as many trees as the model says: more where the luck of a seed would show in a published
            number, fewer in resamples, whose own spread is far wider.

        Raises
        ------
        LeakageError
            If a training window reaches beyond the origin.
        CoverageError
            If no onset lies in the training rows.
        """
        rows = self.training(origin)
        if weights is not None:
            rows = rows & (weights > 0)
        self._check_training(rows, origin)
        fitted: RiskModel = self._unfitted(model, origin, trees)
        fitted.fit(
            self._alive(rows, origin),
            self.outcome[rows],
            sample_weight=None if weights is None else weights[rows],
        )
        return fitted

    def fit_resamples(
        self, model: RiskModel, *, origin: int, weights: Sequence[FloatArray], trees: float = 1.0
    ) -> Iterator[RiskModel]:
        """Clones of the model, each fitted on a resample of the training rows of an origin.

        The rows are read once, and trees share the histogram bins of the whole; otherwise as :meth:`fit`.

        Parameters
        ----------
        model : RiskModel
            Unfitted.
        origin : int
        weights : sequence of ndarray of shape (n_rows,)
            How often each row of the sample is drawn; rows of weight 0 are left out.
        trees : float
            As in :meth:`fit`.

        Raises
        ------
        LeakageError, CoverageError
            As :meth:`fit`.
        """
        if not isinstance(model, FitsRows):
            for weight in weights:
                yield self.fit(model, origin=origin, weights=weight, trees=trees)
            return
        # with a kept forecast no model is fitted, and scikit-learn need not be read
        from sklearn.base import clone

        from rtop_forecast.models.inputs import read_training

        rows = self.training(origin)
        unfitted = self._unfitted(model, origin, trees)
        read = read_training(clone(unfitted), self._alive(rows, origin), self.outcome[rows], None)
        for weight in weights:
            self._check_training(rows & (weight > 0), origin)
            fitted = clone(unfitted)
            fitted.fit_rows(read.resampled(weight[rows]))
            yield fitted

    def _check_training(self, rows: NDArray[np.bool_], origin: int) -> None:
        """Refuse rows whose windows reach beyond the origin, and rows without an onset."""
        reach = self.keys.loc[rows, "year"].max() + self.horizon if rows.any() else origin
        if reach > origin:
            message = (
                f"a training window of origin {origin} reaches to {reach}; windows must close by the origin."
            )
            raise LeakageError(message)
        if not self.outcome[rows].any():
            message = (
                f"no onset lies in the {int(rows.sum())} labelled state-years that had closed by {origin}; "
                "choose a later origin."
            )
            raise CoverageError(message)

    def _unfitted(self, model: RiskModel, origin: int, trees: float) -> Any:
        """Clone of the model with so many times as many trees and the indicators that the origin allows."""
        from sklearn.base import clone

        unfitted: Any = clone(model)
        if trees != 1.0 and isinstance(unfitted, HasTrees):
            unfitted.multiply_trees(trees)
        here = self.matrix[self.at(origin)]
        if len(here) and isinstance(unfitted, HasIndicators):
            missing = here.isna()
            unfitted.limit_indicators(here.columns[missing.any() & ~missing.all()].tolist())
        return unfitted

    def _alive(self, rows: NDArray[np.bool_], origin: int) -> pd.DataFrame:
        """Training rows, without the values of features that are left out."""
        matrix, absent = self.matrix[rows], self.left_out(origin)
        if not absent:
            return matrix
        if len(absent) == matrix.shape[1]:
            message = (
                f"none of the {len(absent)} features has a value for any state at risk in {origin}. "
                "Choose an earlier origin, or load newer releases."
            )
            raise CoverageError(message)
        # a column without values gives a model nothing; prediction sees the same columns as always
        return matrix.assign(**dict.fromkeys(absent, np.nan))


def sample(features: Features, target: Target, *, groups: str | None = None) -> Sample:
    """Join features and labels; state-years not at risk are left out, as the target's exclusions say.

    Parameters
    ----------
    features : Features
    target : Target
    groups : str, optional
        Name of a boolean or categorical feature whose values are the groups; by default the situations of
        :func:`rtop_forecast.forecasting.situation.situations`.

    Raises
    ------
    InputError
        If features and target do not describe the same state-years, or the feature does not exist or takes
        too many values to be groups.
    """
    left, right = features.frame, target.frame
    if not left[KEYS].equals(right[KEYS]):
        message = (
            f"features ({len(left)} rows) and target ({len(right)} rows) describe different state-years. "
            "Build both from one panel."
        )
        raise InputError(message)
    at_risk = right["at_risk"].to_numpy()
    return Sample(
        keys=left.loc[at_risk, [*KEYS, "name"]].reset_index(drop=True),
        matrix=left.loc[at_risk, features.names].reset_index(drop=True),
        outcome=right.loc[at_risk, "outcome"].to_numpy(dtype=float),
        horizon=target.horizon,
        groups=_groups(features, target, groups)[at_risk],
        delay=target.delay,
    )


def _groups(features: Features, target: Target, name: str | None) -> NDArray[np.str_]:
    """Group of each row of the features."""
    if name is None:
        return situations(features, target)
    if name not in features.names:
        message = f"groups must name one of the {len(features.names)} features; {name!r} is none of them."
        raise InputError(message)
    values = features.frame[name].to_numpy(dtype=float)
    distinct = np.unique(values[np.isfinite(values)])
    if distinct.size > _MOST_GROUPS:
        message = (
            f"groups must be a boolean or categorical feature; {name!r} takes {distinct.size} values. "
            f"Choose one with at most {_MOST_GROUPS}."
        )
        raise InputError(message)
    return np.array(
        [str(Situation.NOT_KNOWN) if np.isnan(value) else f"{value:g}" for value in values], dtype=np.str_
    )
