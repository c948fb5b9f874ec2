"""Joint draws of all states' log-odds: the uncertainty of estimation and of calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from joblib import delayed
from numpy.typing import NDArray

from rtop_forecast import models
from rtop_forecast.calibration import WithMonths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.explanation.attribute import secant
from rtop_forecast.explanation.reasons import FactorDraws
from rtop_forecast.features import FeatureSpec
from rtop_forecast.features.months import month_spec
from rtop_forecast.forecasting.fit import Fit
from rtop_forecast.forecasting.options import DRAW_TREES, DrawOptions
from rtop_forecast.forecasting.parallel import run
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import Contributions, RiskModel
from rtop_forecast.models.interface import FitsRows

# Refits of a penalised model on resamples spread less than the model errs, bias included, and the calibrator's
# posterior less than the world's level moves. With these factors intervals and rank ranges at every level hold what
# they promise in simulations of known truth (benchmarks/calibration_study.py).
STRETCH_STATES = 1.5
STRETCH_WORLD = 1.75
# A refit that reads both years' data leaves out that last year's forecast came from a refit of its own. Refits of both
# years on the same resamples spread 1.25 times as wide (median of the states, 20 resamples of the bundle at 2024).
STRETCH_CHANGE = 1.25 * STRETCH_STATES

_DRAWS_AT_ONCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class JointDraws:
    """Joint draws of all states of an origin year.

    Attributes
    ----------
    log_odds : ndarray of shape (draws, n_states)
        Calibrated.
    factors : FactorDraws, optional
        Contributions of the risk factors in the refits; None where they were not asked for.
    change : ndarray of shape (draws, n_states)
        Change on the year before beyond that of the world, see :func:`_changes`; NaN for states not at risk then.
    """

    log_odds: FloatArray
    factors: FactorDraws | None
    change: FloatArray


def joint_draws(fit: Fit, options: DrawOptions) -> FloatArray:
    """Joint draws of the calibrated log-odds of all states of an origin year.

    Each draw refits the model on a resample of whole countries and draws the calibrator's map from its
    posterior; the draws are centred on the forecast. What is common to all states is stretched about it by
    ``STRETCH_WORLD``, the rest by ``STRETCH_STATES``, since penalised models err by more than their refits differ.

    Parameters
    ----------
    fit : Fit
        The forecast's model, calibrator, rows, origin and seed.
    options : DrawOptions
        How many draws, and how they are computed.

    Returns
    -------
    ndarray of shape (draws, n_states)
    """
    refits = [one.log_odds for one in _refits(fit, options, {})]
    return _around(fit, np.array(refits))


def explained_draws(
    fit: Fit, specs: Sequence[FeatureSpec], options: DrawOptions, contributions: Contributions
) -> JointDraws:
    """Joint draws, and what each refit says of every risk factor.

    Parameters
    ----------
    fit : Fit
    specs : sequence of FeatureSpec
        Of the fit's features; each counts under its primary factor.
    options : DrawOptions
    contributions : Contributions
        What the fit says of the states of the origin year.

    Returns
    -------
    JointDraws
        Without ``factors`` for a model whose contributions are themselves estimated by many predictions
        (:class:`rtop_forecast.models.AnyClassifier`).
    """
    primary = (
        {} if isinstance(fit.unfitted, models.AnyClassifier) else {s.name: s.risk_factors[0] for s in specs}
    )
    refits = _refits(fit, options, primary)
    log_odds = np.array([one.log_odds for one in refits])
    drawn, change = _around(fit, log_odds), _changes(fit, refits, Earlier.year_before(fit))
    if not primary:
        return JointDraws(log_odds=drawn, factors=None, change=change)
    numbers = tuple(sorted(set(primary.values())))
    point = _by_factor(contributions, primary) * _slopes(fit, fit.fitted.log_odds(fit.matrix))
    refitted = np.stack([one.factors for one in refits]) * np.stack([_slopes(fit, one) for one in log_odds])
    deviation = refitted - np.median(refitted, axis=0)
    factors = FactorDraws(
        countries=fit.keys["country_id"].to_numpy(dtype=np.int64),
        factors=numbers,
        point=point,
        draws=point + deviation,
        stretch=STRETCH_STATES,
    )
    if isinstance(fit.calibrator, WithMonths):
        factors = _with_months(factors, fit, fit.calibrator)
    return JointDraws(log_odds=drawn, factors=factors, change=change)


def _with_months(factors: FactorDraws, fit: Fit, calibrator: WithMonths) -> FactorDraws:
    """Draws of the risk factors with what the months add, each feature by month under its primary factor."""
    primary = np.array([month_spec(name).risk_factors[0] for name in calibrator.names])
    numbers = tuple(sorted({*factors.factors, *primary.tolist()}))
    belongs = (primary[:, None] == np.array(numbers)).astype(float)
    yearly = (np.array(factors.factors)[:, None] == np.array(numbers)).astype(float)
    drawn = calibrator.stage.part_draws(
        calibrator.months(fit.groups),
        draws=len(factors.draws),
        generator=np.random.default_rng([fit.seed, 2]),
    )
    point = calibrator.parts(fit.groups) @ belongs
    spread = drawn @ belongs
    return replace(
        factors,
        factors=numbers,
        point=factors.point @ yearly + point - point.mean(axis=0),
        draws=factors.draws @ yearly + spread - spread.mean(axis=1, keepdims=True),
    )


def change_draws(fit: Fit, earlier: Earlier, options: DrawOptions) -> tuple[FloatArray, FloatArray]:
    """Draws of what newer data changed in each state's log-odds, in all and beyond what they changed in the world's.

    Parameters
    ----------
    fit : Fit
    earlier : Earlier
        What is compared with.
    options : DrawOptions

    Returns
    -------
    tuple of ndarray of shape (draws, n_states)
        NaN for states that the earlier data lack.
    """
    refits = _refits(fit, options, {}, earlier)
    return _changes(fit, refits, earlier, whole=True), _changes(fit, refits, earlier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Data of an earlier date, which the model reads beside those of the origin year.

    Attributes
    ----------
    matrix : pandas.DataFrame
        Features, in the order of the model's.
    countries : ndarray of int
    groups : ndarray of str
    """

    matrix: pd.DataFrame
    countries: NDArray[np.int64]
    groups: NDArray[np.str_]

    @classmethod
    def year_before(cls, fit: Fit) -> Earlier:
        """Last year's, in the same data."""
        rows = fit.rows.at(fit.origin_year - 1)
        return cls(
            matrix=fit.rows.matrix[rows],
            countries=fit.rows.keys.loc[rows, "country_id"].to_numpy(dtype=np.int64),
            groups=fit.labels_of(rows),
        )

    def log_odds(self, model: RiskModel) -> FloatArray:
        """Raw log-odds that a model gives them."""
        return model.log_odds(self.matrix) if len(self.matrix) else np.zeros(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refit:
    """What one refit says: raw log-odds of the origin year and of the earlier data, contributions of the factors."""

    log_odds: FloatArray
    before: FloatArray
    factors: FloatArray


def _refits(
    fit: Fit, options: DrawOptions, primary: Mapping[str, int], earlier: Earlier | None = None
) -> list[_Refit]:
    """Refit the model on each resample, some of them in one task, which reads the rows once."""
    earlier = Earlier.year_before(fit) if earlier is None else earlier
    weights = _block_weights(fit, options.draws)
    parts = [weights[first : first + _DRAWS_AT_ONCE] for first in range(0, len(weights), _DRAWS_AT_ONCE)]
    tasks = (
        delayed(_drawn)(fit.unfitted, fit.rows, fit.origin_year, part, primary, earlier) for part in parts
    )
    drawn = run(tasks, count=len(parts), n_jobs=options.n_jobs, progress=options.progress)
    return [refit for part in drawn for refit in part]


def _by_factor(raw: Contributions, primary: Mapping[str, int]) -> FloatArray:
    """Contributions of each factor to each state, less their mean over the states; shape (n_states, n_factors)."""
    belongs = np.array([primary[name] for name in raw.feature_names])
    numbers = sorted(set(primary.values()))
    table = np.column_stack([raw.values[:, belongs == number].sum(axis=1) for number in numbers])  # noqa: PD011
    centred: FloatArray = table - table.mean(axis=0)
    return centred


def _slopes(fit: Fit, raw: FloatArray) -> FloatArray:
    """Slope of the calibrator between the mean of the world and each state, as a column."""
    return secant(fit.calibrator, float(raw.mean()), raw, fit.groups)[:, None]


def _block_weights(fit: Fit, draws: int) -> list[FloatArray]:
    """Multiplicity of each row when the countries of the training rows are drawn with replacement."""
    country_id = fit.rows.keys["country_id"].to_numpy()
    blocks = np.unique(country_id[fit.rows.training(fit.origin_year)])
    generator = np.random.default_rng(fit.seed)
    counts = generator.multinomial(len(blocks), np.full(len(blocks), 1 / len(blocks)), size=draws)
    place = np.minimum(np.searchsorted(blocks, country_id), len(blocks) - 1)
    trained = blocks[place] == country_id
    return [np.where(trained, count[place], 0).astype(float) for count in counts]


def _around(fit: Fit, refits: FloatArray) -> FloatArray:
    """Draws of every state's calibrated log-odds, centred on the forecast.

    The refits give the spread of the model; a draw of the calibrator's map per refit gives that of the
    calibrator.
    """
    mapped = fit.calibrator.apply_log_odds(refits, groups=fit.groups)
    generator = np.random.default_rng([fit.seed, 1])
    moved = fit.calibrator.deviations(
        fit.fitted.log_odds(fit.matrix), draws=len(refits), generator=generator, groups=fit.groups
    )
    deviation = (mapped - np.median(mapped, axis=0)) + (moved - np.median(moved, axis=0))
    common = deviation.mean(axis=1, keepdims=True)
    result: FloatArray = fit.calibrated + STRETCH_WORLD * common + STRETCH_STATES * (deviation - common)
    return result + _stage_deviations(fit, len(refits))


def _stage_deviations(fit: Fit, draws: int) -> FloatArray:
    """Draws from the posterior of the stage of the months, about its mode, not stretched; zeros without one."""
    if not isinstance(fit.calibrator, WithMonths):
        return np.zeros((draws, len(fit.keys)))
    return fit.calibrator.stage_deviations(
        fit.fitted.log_odds(fit.matrix),
        draws=draws,
        generator=np.random.default_rng([fit.seed, 3]),
        groups=fit.groups,
    )


def _drawn(
    model: RiskModel,
    rows: Sample,
    origin: int,
    weights: Sequence[FloatArray],
    primary: Mapping[str, int],
    earlier: Earlier,
) -> list[_Refit]:
    from rtop_forecast.models.inputs import read_rows

    matrix = rows.matrix[rows.at(origin)]
    refits, here, then = [], None, None
    for fitted in rows.fit_resamples(model, origin=origin, weights=weights, trees=DRAW_TREES):
        if not isinstance(fitted, FitsRows):
            refits.append(_refit(fitted, matrix, primary, earlier))
            continue
        # the rows are the same for all refits, and read once
        here = read_rows(fitted, matrix) if here is None else here
        then = read_rows(fitted, earlier.matrix) if then is None and len(earlier.matrix) else then
        refits.append(
            _Refit(
                log_odds=fitted.log_odds_rows(here),
                before=np.zeros(0) if then is None else fitted.log_odds_rows(then),
                factors=_by_factor(fitted.contributions_rows(here), primary)
                if primary
                else np.zeros((len(matrix), 0)),
            )
        )
    return refits


def _refit(fitted: RiskModel, matrix: pd.DataFrame, primary: Mapping[str, int], earlier: Earlier) -> _Refit:
    return _Refit(
        log_odds=fitted.log_odds(matrix),
        before=earlier.log_odds(fitted),
        factors=_by_factor(fitted.contributions(matrix), primary) if primary else np.zeros((len(matrix), 0)),
    )


def _changes(fit: Fit, refits: Sequence[_Refit], earlier: Earlier, *, whole: bool = False) -> FloatArray:
    """Draws of what newer data changed in each state's log-odds, beyond what they changed in the world's.

    Each refit reads this year's data and the earlier, so that its error is common to both and cancels in their
    difference; so do the refitting and the calibrator's shift, which are no news of a state. What is left is set
    against its mean over the states, unless the whole is asked for, and spread about the point fit by
    ``STRETCH_CHANGE``.
    """
    point = _Refit(
        log_odds=fit.fitted.log_odds(fit.matrix),
        before=earlier.log_odds(fit.fitted),
        factors=np.zeros((0, 0)),
    )
    changes = np.stack([_change(fit, one, earlier) for one in (point, *refits)])
    if not whole:
        present = np.isfinite(changes).all(axis=0)
        changes -= changes[:, present].mean(axis=1, keepdims=True) if present.any() else 0.0
    centre, drawn = changes[0], changes[1:]
    result: FloatArray = centre + STRETCH_CHANGE * (drawn - np.median(drawn, axis=0))
    return result + _month_moves(fit, len(refits), earlier, whole=whole)


def _month_moves(fit: Fit, draws: int, earlier: Earlier, *, whole: bool) -> FloatArray:
    """Draws of what the uncertain weights of the months say of the change, about their mode; zeros without months."""
    calibrator = fit.calibrator
    if not isinstance(calibrator, WithMonths):
        return np.zeros((draws, len(fit.keys)))
    labels = pd.Series(earlier.groups, index=earlier.countries).reindex(fit.keys["country_id"])
    then = labels.fillna("").to_numpy(dtype=np.str_)
    both = [
        calibrator.stage.part_draws(
            calibrator.months(labels), draws=draws, generator=np.random.default_rng([fit.seed, 4])
        ).sum(axis=2)
        - calibrator.parts(labels).sum(axis=1)
        for labels in (fit.groups, then)
    ]
    moved = both[0] - both[1]
    centred: FloatArray = moved if whole else moved - moved.mean(axis=1, keepdims=True)
    return centred


def _change(fit: Fit, refit: _Refit, earlier: Earlier) -> FloatArray:
    """Change in each state's calibrated log-odds between the two sets of data."""
    then = pd.Series(
        fit.calibrator.apply_log_odds(refit.before, groups=earlier.groups), index=earlier.countries
    ).reindex(fit.keys["country_id"])
    now = fit.calibrator.apply_log_odds(refit.log_odds, groups=fit.groups)
    change: FloatArray = now - then.to_numpy(dtype=float)
    return change
