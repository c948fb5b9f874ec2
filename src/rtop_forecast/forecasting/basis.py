"""What stands behind one forecast: a fit and its features, from which explanations are made."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from joblib import delayed

from rtop_forecast.calibration import Calibrator, WithMonths
from rtop_forecast.errors import CoverageError
from rtop_forecast.explanation.attribute import ExplainedRows, attribute, explained_by
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.explanation.reference import Reference
from rtop_forecast.explanation.shapley import shapley_by_factor
from rtop_forecast.features import Features
from rtop_forecast.features.months import MonthFeatures, month_spec
from rtop_forecast.forecasting.fit import Fit, Models
from rtop_forecast.forecasting.monthly import months_behind
from rtop_forecast.forecasting.options import POINT_TREES
from rtop_forecast.forecasting.parallel import run
from rtop_forecast.forecasting.prequential import calibrator_of
from rtop_forecast.forecasting.request import Request
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import Contributions, RiskModel
from rtop_forecast.world.states import KEYS


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Basis(Fit):
    """The parts of a forecast: what explains it and answers what-if questions.

    Attributes
    ----------
    models : ModelPair
        Trained on the windows closed by the origin, and as it was given.
    calibrator : Calibrator
        Fitted.
    rows : Sample
    features : Features
    origin_year, seed : int
    """

    features: Features

    @classmethod
    def of(cls, request: Request, backtest: BacktestResult | None, *, origin: int, seed: int) -> Basis:
        """Fit a model and its calibrator on what was known at an origin.

        Raises
        ------
        CoverageError
            If no state is at risk in the origin year, or no training window had closed.
        """
        _check_at_risk(request, origin)
        fitted = _fit(request.rows, request.model, origin)
        return cls._around(fitted, request, backtest, origin=origin, seed=seed)

    @classmethod
    def with_year_before(
        cls,
        request: Request,
        backtest: BacktestResult | None,
        *,
        origin: int,
        seed: int,
        n_jobs: int | None = None,
        months: MonthFeatures | None = None,
    ) -> tuple[Basis, Basis]:
        """Basis of an origin and of the year before, the two fitted side by side.

        ``months`` are those known at the issue date, for a backtest that knows months; the year before sees those of
        the same offset.

        Raises
        ------
        CoverageError
            As :meth:`of`.
        """
        _check_at_risk(request, origin)
        origins = (origin, origin - 1)
        tasks = (delayed(_fit)(request.rows, request.model, year) for year in origins)
        fitted = run(tasks, count=len(origins), n_jobs=n_jobs, progress=None)
        now, before = (
            cls._around(model, request, backtest, origin=year, seed=seed, months=months)
            for model, year in zip(fitted, origins, strict=True)
        )
        return now, before

    @classmethod
    def _around(
        cls,
        fitted: RiskModel,
        request: Request,
        backtest: BacktestResult | None,
        *,
        origin: int,
        seed: int,
        months: MonthFeatures | None = None,
    ) -> Basis:
        return cls(
            models=Models(fitted=fitted, unfitted=request.model),
            calibrator=_calibrator(request.rows, backtest, origin, months),
            rows=request.rows,
            features=request.features,
            origin_year=origin,
            seed=seed,
        )

    def year_before(self, backtest: BacktestResult | None) -> Basis:
        """Basis of a forecast from the year before, made as this one was."""
        origin = self.origin_year - 1
        return replace(
            self,
            models=Models(fitted=_fit(self.rows, self.unfitted, origin), unfitted=self.unfitted),
            calibrator=_calibrator(self.rows, backtest, origin, self.months),
            origin_year=origin,
        )

    @property
    def months(self) -> MonthFeatures | None:
        """Features by month that the calibrator knows; None if it is yearly."""
        calibrator = self.calibrator
        return months_behind(calibrator) if isinstance(calibrator, WithMonths) else None

    def explain(self, contributions: Contributions) -> AttributionTable:
        """Contributions of the fit to all states of the origin year, compared with the world."""
        return explained_by(
            contributions,
            self.keys,
            self.matrix,
            self.features,
            self.calibrator,
            self.origin_year,
            self.groups,
        )

    def compare(self, country_id: int, reference: Reference) -> AttributionTable:
        """Contributions of all states of the origin year, compared with a state's reference.

        Raises
        ------
        InputError, CoverageError
            If the reference names a state that does not exist, or holds no state-year at risk.
        """
        chosen, name = reference.choose(self.rows.keys, country_id=country_id, origin_year=self.origin_year)
        keys = self.keys
        ages = keys[KEYS].merge(self.features.ages, on=KEYS, how="left", validate="one_to_one")
        return attribute(
            self.fitted,
            ExplainedRows(
                keys=keys[["country_id", "name"]],
                matrix=self.matrix,
                ages=ages[self.features.names].to_numpy(dtype=float),
                specs=tuple(self.features.specs),
                origin_year=self.origin_year,
                sources=self.features.sources(),
                groups=self.groups,
            ),
            calibrator=self.calibrator,
            reference=self.rows.matrix[chosen],
            reference_name=name,
            reference_groups=self.labels_of(np.asarray(chosen)),
        )

    def shapley(self, country_id: int) -> pd.Series[float]:
        """Shapley value of each risk factor against the medians of the year."""
        medians = self.matrix.median().to_frame().T
        values = shapley_by_factor(
            self.fitted,
            self.row(country_id),
            medians,
            specs=self.features.specs,
            calibrator=self.calibrator,
            group=str(self.group(country_id)[0]),
        )
        return (
            values if self.months is None else values.add(self._months_by_factor(country_id), fill_value=0.0)
        )

    def _months_by_factor(self, country_id: int) -> pd.Series[float]:
        """Add up, by risk factor, what a state's months say beyond months at the medians of the year."""
        calibrator = self.calibrator
        assert isinstance(calibrator, WithMonths)
        medians = pd.DataFrame(calibrator.months(self.groups)).median().to_numpy(dtype=float)[None]
        beyond = calibrator.parts(self.group(country_id))[0] - calibrator.stage.parts(medians)[0]
        factors = [month_spec(name).risk_factors[0] for name in calibrator.names]
        return pd.Series(beyond).groupby(np.array(factors)).sum()


def _fit(rows: Sample, model: RiskModel, origin: int) -> RiskModel:
    """Model of a published forecast."""
    return rows.fit(model, origin=origin, trees=POINT_TREES)


def _calibrator(
    rows: Sample, backtest: BacktestResult | None, origin: int, months: MonthFeatures | None
) -> Calibrator:
    return calibrator_of(
        backtest, origin=origin, horizon=rows.horizon, last_closed=rows.last_closed, months=months
    )


def _check_at_risk(request: Request, origin: int) -> None:
    rows = request.rows
    if not rows.at(origin).any():
        first, last = int(rows.keys["year"].min()), int(rows.keys["year"].max())
        message = (
            f"no state is at risk in {origin}; the panel's years with states at risk are {first} to {last}."
        )
        raise CoverageError(message)
