"""The contributions of a fitted model to the calibrated log-odds of every state, centred on a reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.calibration import Calibrator, WithMonths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.errors import InputError
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.explanation.reference import world_name
from rtop_forecast.features import Features, FeatureSpec
from rtop_forecast.features.months import month_spec
from rtop_forecast.models import Contributions, RiskModel
from rtop_forecast.world.states import KEYS

__all__ = ["ExplainedRows", "attribute", "explained_by", "secant"]

_STEP = 1e-4
_SAME = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRows:
    """States of one origin year whose forecasts are explained.

    Attributes
    ----------
    keys : pandas.DataFrame
        ``country_id, name``, one row per state.
    matrix : pandas.DataFrame of shape (n_states, n_features)
        Their features; at least the columns that ``specs`` names.
    ages : ndarray of shape (n_states, n_features)
        Age of each value in years, columns as in ``specs``.
    specs : tuple of FeatureSpec
    origin_year : int
    sources : tuple of str
        Source of each feature; empty strings where none is known.
    groups : ndarray of str of shape (n_states,)
        Group of each state, which the calibrator may treat apart.
    """

    keys: pd.DataFrame
    matrix: pd.DataFrame
    ages: FloatArray
    specs: tuple[FeatureSpec, ...]
    origin_year: int
    sources: tuple[str, ...]
    groups: NDArray[np.str_]

    @property
    def names(self) -> list[str]:
        """Names of the features."""
        return [spec.name for spec in self.specs]


def attribute(
    model: RiskModel,
    rows: ExplainedRows,
    *,
    calibrator: Calibrator,
    reference: pd.DataFrame | None = None,
    reference_name: str | None = None,
    reference_groups: NDArray[np.str_] | None = None,
) -> AttributionTable:
    """Contributions of a fitted model to every state's calibrated log-odds.

    The model's own additive contributions are centred on their mean over the reference rows, so
    that they say what sets a state apart from those. The calibrator is carried
    through by the secant between the reference and the state, which leaves affine calibrators
    exact and keeps the sum exact for every other.

    Parameters
    ----------
    model : RiskModel
        Fitted.
    rows : ExplainedRows
        The states of the origin year.
    calibrator : Calibrator
        Fitted.
    reference : pandas.DataFrame of shape (n_reference, n_features), optional
        Rows to compare with; by default those of ``rows``, the world of the year.
    reference_name : str, optional
        What they are called.
    reference_groups : ndarray of str of shape (n_reference,), optional
        Their labels, which say what their months are where the calibrator knows months; by default those of ``rows``.

    Returns
    -------
    AttributionTable

    Raises
    ------
    InputError
        If the reference has no rows.
    """
    world = rows.matrix if reference is None else reference
    if not len(world):
        message = "the reference of an explanation needs at least one state-year. Name another."
        raise InputError(message)
    raw = model.contributions(rows.matrix[rows.names])
    return _centred(
        raw,
        raw if reference is None else model.contributions(world[rows.names]),
        rows,
        reference=_Reference(
            matrix=world,
            name=reference_name or world_name(rows.origin_year),
            groups=rows.groups if reference_groups is None else reference_groups,
        ),
        calibrator=calibrator,
        log_odds=model.log_odds(rows.matrix[rows.names]),
    )


def explained_by(
    raw: Contributions,
    keys: pd.DataFrame,
    matrix: pd.DataFrame,
    features: Features,
    calibrator: Calibrator,
    origin_year: int,
    groups: NDArray[np.str_],
) -> AttributionTable:
    """Table from contributions made earlier, compared with the world of the year."""
    table = keys[KEYS].merge(features.ages, on=KEYS, how="left", validate="one_to_one")
    rows = ExplainedRows(
        keys=keys[["country_id", "name"]],
        matrix=matrix,
        ages=table[features.names].to_numpy(dtype=float),
        specs=tuple(features.specs),
        origin_year=origin_year,
        sources=features.sources(),
        groups=groups,
    )
    return _centred(
        raw,
        raw,
        rows,
        reference=_Reference(matrix=matrix, name=world_name(origin_year), groups=groups),
        calibrator=calibrator,
        log_odds=raw.log_odds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    """Rows that an explanation compares with: their features, what they are called, and their labels."""

    matrix: pd.DataFrame
    name: str
    groups: NDArray[np.str_]


def _centred(
    raw: Contributions,
    compared: Contributions,
    rows: ExplainedRows,
    *,
    reference: _Reference,
    calibrator: Calibrator,
    log_odds: FloatArray,
) -> AttributionTable:
    order = [list(raw.feature_names).index(name) for name in rows.names]
    values = raw.values[:, order]  # noqa: PD011 (not a DataFrame)
    centre = compared.values[:, order].mean(axis=0)  # noqa: PD011
    start = raw.baseline + float(centre.sum())
    starts = np.full(len(rows.matrix), start)
    table = AttributionTable(
        keys=rows.keys.reset_index(drop=True),
        origin_year=rows.origin_year,
        reference=reference.name,
        baseline=calibrator.apply_log_odds(starts, groups=rows.groups),
        contributions=(values - centre) * secant(calibrator, start, log_odds, rows.groups)[:, None],
        values=rows.matrix[rows.names].to_numpy(dtype=float),
        ages=rows.ages,
        reference_medians=reference.matrix[rows.names].median().to_numpy(dtype=float),
        specs=rows.specs,
        sources=rows.sources,
    )
    if not isinstance(calibrator, WithMonths):
        return table
    return _with_months(table, calibrator, rows.groups, reference.groups)


def _with_months(
    table: AttributionTable,
    calibrator: WithMonths,
    labels: NDArray[np.str_],
    compared: NDArray[np.str_],
) -> AttributionTable:
    """Table with a column for each feature by month: what the calibrator's second stage adds, less the reference's."""
    parts, months = calibrator.parts(labels), calibrator.months(labels)
    centre, specs = calibrator.parts(compared).mean(axis=0), tuple(map(month_spec, calibrator.names))
    return replace(
        table,
        baseline=table.baseline - parts.sum(axis=1) + centre.sum(),
        contributions=np.column_stack([table.contributions, parts - centre]),
        values=np.column_stack([table.values, months]),  # noqa: PD011 (not a DataFrame)
        ages=np.column_stack([table.ages, np.where(np.isfinite(months), 0.0, np.nan)]),
        reference_medians=np.concatenate(
            [
                table.reference_medians,
                pd.DataFrame(calibrator.months(compared)).median().to_numpy(dtype=float),
            ]
        ),
        specs=(*table.specs, *specs),
        sources=(*table.sources, *[calibrator.source] * len(specs)),
    )


def secant(
    calibrator: Calibrator, reference: float, log_odds: FloatArray, groups: NDArray[np.str_]
) -> FloatArray:
    """Slope of the calibrator between the reference and each state's log-odds, by the map of the state's group."""
    near = np.abs(log_odds - reference) < _SAME
    other = np.where(near, reference + _STEP, log_odds)
    start = calibrator.apply_log_odds(np.full(log_odds.shape, reference), groups=groups)
    slope: FloatArray = (calibrator.apply_log_odds(other, groups=groups) - start) / (other - reference)
    return slope
