"""Joint draws of all states' log-odds: the uncertainty of estimation and of calibration."""

from __future__ import annotations

import numpy as np
from joblib import delayed

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.forecasting.fit import Fit
from rtop_forecast.forecasting.options import DrawOptions
from rtop_forecast.forecasting.parallel import run
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import RiskModel

# Refits of a penalised model on resamples spread less than the model errs, bias included, and the calibrator's
# posterior less than the world's level moves. With these factors intervals and rank ranges at every level hold what
# they promise in simulations of known truth (benchmarks/calibration_study.py).
STRETCH_STATES = 1.5
STRETCH_WORLD = 1.75


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
    weights = _block_weights(fit, options.draws)
    tasks = (delayed(_draw)(fit.unfitted, fit.rows, fit.origin_year, weight) for weight in weights)
    refits = np.array(run(tasks, count=options.draws, n_jobs=options.n_jobs, progress=options.progress))
    return _around(fit, refits)


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
    return result


def _draw(model: RiskModel, rows: Sample, origin: int, weights: FloatArray) -> FloatArray:
    fitted = rows.fit(model, origin=origin, weights=weights)
    result: FloatArray = fitted.log_odds(rows.matrix[rows.at(origin)])
    return result
