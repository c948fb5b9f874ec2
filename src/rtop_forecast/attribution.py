"""Why a forecast is what it is: contributions in log-odds that add up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.calibration import Calibrator
from rtop_forecast.errors import CoverageError
from rtop_forecast.features import FeatureSpec
from rtop_forecast.framework import risk_factor
from rtop_forecast.models import RiskModel

FloatArray = NDArray[np.float64]
_STEP = 1e-4
_SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributions:
    """Contributions to one state's calibrated log-odds, compared with the world of the origin year.

    Attributes
    ----------
    country_id : int
    name : str
    origin_year : int
    baseline : float
        Calibrated log-odds of the reference: the mean over all ranked states of the year.
    frame : pandas.DataFrame
        One row per feature: ``feature, label, unit, risk_factor`` (primary), ``value``, ``age`` (years),
        ``world_median`` and ``contribution`` (log-odds). ``baseline + contribution.sum()`` is the state's
        calibrated log-odds to 1e-9.
    """

    country_id: int
    name: str
    origin_year: int
    baseline: float
    frame: pd.DataFrame

    @property
    def log_odds(self) -> float:
        """Calibrated log-odds of the forecast."""
        return self.baseline + float(self.frame["contribution"].sum())

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table by feature."""
        return self.frame.copy()

    def by_feature(self) -> pd.DataFrame:
        """Features ordered by the size of their contribution."""
        order = self.frame["contribution"].abs().sort_values(ascending=False, kind="stable").index
        return self.frame.loc[order].reset_index(drop=True)

    def by_risk_factor(self) -> pd.DataFrame:
        """Contribution of each UN risk factor, each feature counted under its primary factor.

        Returns
        -------
        pandas.DataFrame
            ``risk_factor, title, contribution, odds_ratio, features, observed``; factors that no
            feature speaks to are listed with missing contributions, never as zero.
        """
        rows = []
        for number in range(1, 15):
            part = self.frame[self.frame["risk_factor"] == number]
            total = float(part["contribution"].sum()) if len(part) else np.nan
            rows.append(
                {
                    "risk_factor": number,
                    "title": risk_factor(number).short,
                    "contribution": total,
                    "odds_ratio": np.exp(total),
                    "features": len(part),
                    "observed": int(part["value"].notna().sum()),
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Probability, reference and risk factors, as text."""
        prob = 1.0 / (1.0 + np.exp(-self.log_odds))
        world = 1.0 / (1.0 + np.exp(-self.baseline))
        lines = [f"{self.name}, origin {self.origin_year}: {prob:.1%}; typical state of the year {world:.1%}"]
        table = self.by_risk_factor().dropna(subset=["contribution"])
        for row in table.sort_values("contribution", ascending=False, kind="stable").to_dict("records"):
            lines.append(f"  {row['risk_factor']:>2} {row['title']:<26} odds x {row['odds_ratio']:.2f}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionTable:
    """Contributions of all features for all states of one origin year.

    Attributes
    ----------
    keys : pandas.DataFrame
        ``country_id, name`` of each row.
    origin_year : int
    baseline : ndarray of shape (n_states,)
        Calibrated log-odds of the reference; one number for affine calibrators.
    contributions, values, ages : ndarray of shape (n_states, n_features)
    specs : tuple of FeatureSpec
    """

    keys: pd.DataFrame
    origin_year: int
    baseline: FloatArray
    contributions: FloatArray
    values: FloatArray
    ages: FloatArray
    specs: tuple[FeatureSpec, ...]

    def state(self, country_id: int) -> Attributions:
        """Attributions of one state.

        Raises
        ------
        CoverageError
            If the state has no forecast.
        """
        rows = np.flatnonzero(self.keys["country_id"].to_numpy() == country_id)
        if not rows.size:
            message = (
                f"GW {country_id} has no forecast from origin {self.origin_year}; it is not among the "
                f"{len(self.keys)} states at risk."
            )
            raise CoverageError(message)
        row = int(rows[0])
        frame = pd.DataFrame(
            {
                "feature": [spec.name for spec in self.specs],
                "label": [spec.label for spec in self.specs],
                "unit": [spec.unit for spec in self.specs],
                "risk_factor": [spec.risk_factors[0] for spec in self.specs],
                "value": self.values[row],
                "age": self.ages[row],
                "world_median": _medians(self.values),
                "contribution": self.contributions[row],
            }
        )
        return Attributions(
            country_id=country_id,
            name=str(self.keys["name"].iloc[row]),
            origin_year=self.origin_year,
            baseline=float(self.baseline[row]),
            frame=frame,
        )

    def by_risk_factor(self) -> pd.DataFrame:
        """Contribution of each factor (columns, by number) to each state (rows, as in ``keys``)."""
        primary = np.array([spec.risk_factors[0] for spec in self.specs])
        return pd.DataFrame(
            {
                number: self.contributions[:, primary == number].sum(axis=1)
                for number in sorted(set(primary.tolist()))
            },
            index=self.keys["country_id"].to_numpy(),
        )


def attribute(
    model: RiskModel,
    matrix: pd.DataFrame,
    *,
    keys: pd.DataFrame,
    ages: FloatArray,
    specs: Sequence[FeatureSpec],
    calibrator: Calibrator,
    origin_year: int,
) -> AttributionTable:
    """Contributions of a fitted model to every state's calibrated log-odds.

    The model's own additive contributions are centred on the mean of all states of the year, so
    that they say what sets a state apart from its contemporaries. The calibrator is carried
    through by the secant between the reference and the state, which leaves affine calibrators
    exact and keeps the sum exact for every other.

    Parameters
    ----------
    model : RiskModel
        Fitted.
    matrix : pandas.DataFrame of shape (n_states, n_features)
        The origin year's features, columns as in ``specs``.
    keys : pandas.DataFrame
        ``country_id, name`` of the rows.
    ages : ndarray of shape (n_states, n_features)
    specs : sequence of FeatureSpec
    calibrator : Calibrator
        Fitted.
    origin_year : int

    Returns
    -------
    AttributionTable
    """
    names = [spec.name for spec in specs]
    raw = model.contributions(matrix[names])
    order = [list(raw.feature_names).index(name) for name in names]
    values = raw.values[:, order]  # noqa: PD011 (not a DataFrame)
    centre = values.mean(axis=0)
    centred = values - centre
    reference = raw.baseline + float(centre.sum())
    log_odds = model.log_odds(matrix[names])
    at_reference = calibrator.apply_log_odds(np.array([reference]))[0]
    contributions = centred * _secant(calibrator, reference, log_odds)[:, None]
    return AttributionTable(
        keys=keys.reset_index(drop=True),
        origin_year=origin_year,
        baseline=np.full(len(matrix), at_reference),
        contributions=contributions,
        values=matrix[names].to_numpy(dtype=float),
        ages=ages,
        specs=tuple(specs),
    )


def _secant(calibrator: Calibrator, reference: float, log_odds: FloatArray) -> FloatArray:
    """Slope of the calibrator between the reference and each state's log-odds."""
    near = np.abs(log_odds - reference) < _SAME
    other = np.where(near, reference + _STEP, log_odds)
    start = calibrator.apply_log_odds(np.full(log_odds.shape, reference))
    slope: FloatArray = (calibrator.apply_log_odds(other) - start) / (other - reference)
    return slope


def _medians(values: FloatArray) -> FloatArray:
    return pd.DataFrame(values).median().to_numpy(dtype=float)
