"""Rolling-origin backtests: at each origin a model is refitted on windows that had closed by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from joblib import delayed

from rtop_forecast.calibration import Calibrator, default_calibrator
from rtop_forecast.checks.arguments import choice, instance_of, integer
from rtop_forecast.errors import InputError
from rtop_forecast.explanation.attribution import AttributionTable, explained_by
from rtop_forecast.features import Features
from rtop_forecast.forecasting.checkpoint import prepare_checkpoint, read_origin, write_origin
from rtop_forecast.forecasting.origins import RollingOrigin
from rtop_forecast.forecasting.parallel import run
from rtop_forecast.forecasting.prequential import calibrate, labels_of
from rtop_forecast.forecasting.provenance import provenance as provenance_of
from rtop_forecast.forecasting.real_time import known_then
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.logistic import probability
from rtop_forecast.models import Contributions, RiskModel, as_risk_model, model_name
from rtop_forecast.targets import Target
from rtop_forecast.world.states import KEYS

CALIBRATION_ORIGINS = 25
_MOST_ORIGINS = 10_000


def backtest(
    model: RiskModel,
    features: Features,
    target: Target,
    *,
    origins: RollingOrigin,
    calibrator: Calibrator | None = None,
    calibration_origins: int = CALIBRATION_ORIGINS,
    n_jobs: int | None = None,
    seed: int = 0,
    progress: str | None = None,
    explain: bool = False,
    checkpoint: str | Path | None = None,
    vintages: Literal["revised", "real_time"] = "revised",
) -> BacktestResult:
    """Forecast from each origin with what was known then, and keep what came of it.

    At origin t the model is refitted on rows s with s + horizon <= t, forecasts the states at risk in
    t, and the calibrator is refitted on the forecasts of the latest origins whose windows had closed.

    Parameters
    ----------
    model : RiskModel or scikit-learn classifier
        Unfitted; cloned at each origin. Pipelines of one's own work as they are, within
        :class:`rtop_forecast.models.AnyClassifier`.
    features : Features
    target : Target
        From the same panel.
    origins : RollingOrigin
    calibrator : Calibrator, optional
        By default :func:`rtop_forecast.calibration.default_calibrator`.
    calibration_origins : int
        How many of the latest origins whose windows had closed feed the calibrator at each origin, so that a
        ranking and a backtest of any length calibrate alike. Origins before the first are forecast for this
        only and not scored.
    n_jobs : int, optional
        Passed to joblib; ``joblib.parallel_config`` chooses another backend.
    seed : int
        Seed of the bootstrap of the scores.
    progress : str, optional
        Caption of a progress bar on stderr.
    explain : bool
        Whether to keep the contributions to every forecast, for :meth:`BacktestResult.case`.
    checkpoint : path, optional
        Folder in which each finished origin is kept, so that an interrupted backtest goes on where it stopped and
        gives the same bits; bound to the model, the data and the labels.
    vintages : {"revised", "real_time"}
        Whether every origin uses the releases that the panel holds, or those of the datasets whose vintages it keeps
        (``load_panel(vintages=...)``) that were current on its issue date: features, training labels and what
        teaches the calibrator are then as the releases of the time had them. Forecasts are scored by the target
        either way.

    Returns
    -------
    BacktestResult

    Raises
    ------
    InputError, CoverageError, LeakageError
        If features, target and origins do not fit together, or the panel keeps no vintages for a backtest in real
        time.
    """
    choice(vintages, name="vintages", options=("revised", "real_time"))
    instance_of(features, Features, name="features", remedy="Make them with build_features(panel).")
    instance_of(target, Target, name="target", remedy="Make it with onset_target(panel).")
    instance_of(origins, RollingOrigin, name="origins", remedy="For example RollingOrigin(first=1993).")
    years = origins.origins(target)
    needed = _needed(years, horizon=target.horizon, calibration_origins=calibration_origins)
    truth = sample(features, target)
    told = provenance_of(features, target, seed=seed)
    if vintages == "revised":
        plan = _Plan(truth=truth, needed=needed, explained=dict.fromkeys(needed, features) if explain else {})
    else:
        known = known_then(features, target, needed)
        plan = _Plan(
            truth=truth,
            needed=needed,
            explained={origin: part[0] for origin, part in known.items()} if explain else {},
            known={origin: part[1] for origin, part in known.items()},
        )
        told["real_time"] = {str(year): sorted(set(known[year][2].values())) for year in years}
    result = _run(
        model,
        plan,
        years=years,
        calibrator=calibrator,
        calibration_origins=calibration_origins,
        n_jobs=n_jobs,
        seed=seed,
        progress=progress,
        checkpoint=checkpoint,
    )
    events = target.frame[[*KEYS, "name", "onset", "ongoing"]].copy()
    return replace(result, events=events, exclusions=dict(target.exclusions), provenance=told)


def backtest_rows(
    model: RiskModel,
    rows: Sample,
    *,
    years: Sequence[int],
    calibrator: Calibrator | None = None,
    calibration_origins: int = CALIBRATION_ORIGINS,
    n_jobs: int | None = None,
    seed: int = 0,
    progress: str | None = None,
    exclusions: Mapping[str, int] | None = None,
    provenance: Mapping[str, Any] | None = None,
    explain: Features | None = None,
    checkpoint: str | Path | None = None,
) -> BacktestResult:
    """Backtest on a sample of your own: rows of any unit and year with features and labels.

    Parameters
    ----------
    model : RiskModel
    rows : Sample
    years : sequence of int
        Consecutive or stepped origin years, ascending.
    calibrator, calibration_origins, n_jobs, seed, progress
        As in :func:`backtest`.
    exclusions, provenance : dict, optional
        Kept with the result.
    explain : Features, optional
        Of the sample: then the contributions to every forecast are kept.
    checkpoint : path, optional
        As in :func:`backtest`.

    Returns
    -------
    BacktestResult

    Raises
    ------
    InputError, CoverageError, LeakageError
        As :func:`backtest`.
    """
    needed = _needed(years, horizon=rows.horizon, calibration_origins=calibration_origins)
    result = _run(
        model,
        _Plan(
            truth=rows,
            needed=needed,
            explained={} if explain is None else dict.fromkeys(needed, explain),
        ),
        years=years,
        calibrator=calibrator,
        calibration_origins=calibration_origins,
        n_jobs=n_jobs,
        seed=seed,
        progress=progress,
        checkpoint=checkpoint,
    )
    return replace(result, exclusions=dict(exclusions or {}), provenance=dict(provenance or {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Rows behind each origin: those known then, and the truth that scores them."""

    truth: Sample
    needed: Sequence[int]
    explained: Mapping[int, Features] = field(default_factory=dict)
    known: Mapping[int, Sample] | None = None

    @property
    def samples(self) -> list[Sample]:
        """Distinct samples."""
        return [self.truth, *({id(one): one for one in (self.known or {}).values()}.values())]

    def at(self, origin: int) -> Sample:
        """Rows known at an origin."""
        return self.truth if self.known is None else self.known[origin]


def _needed(years: Sequence[int], *, horizon: int, calibration_origins: int) -> list[int]:
    """Origins to forecast: those asked for and those that only teach the calibrator."""
    integer(calibration_origins, name="calibration_origins", least=0, most=_MOST_ORIGINS)
    first_fed = years[0] - horizon - calibration_origins + 1
    return list(range(first_fed, years[-1] + 1)) if calibration_origins else list(years)


def _run(
    model: RiskModel,
    plan: _Plan,
    *,
    years: Sequence[int],
    calibrator: Calibrator | None,
    calibration_origins: int,
    n_jobs: int | None,
    seed: int,
    progress: str | None,
    checkpoint: str | Path | None,
) -> BacktestResult:
    calibrator = default_calibrator() if calibrator is None else calibrator
    instance_of(calibrator, Calibrator, name="calibrator", remedy="rtop_forecast.calibration has them.")
    model = as_risk_model(model)
    if plan.explained and checkpoint is not None:
        message = "a checkpoint keeps forecasts, not explanations. Leave out explain or checkpoint."
        raise InputError(message)
    horizon, needed = plan.truth.horizon, list(plan.needed)
    store = None if checkpoint is None else prepare_checkpoint(checkpoint, model, plan.samples)
    told_years = set(years) & set(plan.explained)
    # the longest fits first, so that no process waits for them at the end
    tasks = (
        delayed(_forecast_origin)(model, plan.at(origin), origin, explain=origin in told_years, store=store)
        for origin in needed[::-1]
    )
    parts = run(tasks, count=len(needed), n_jobs=n_jobs, progress=progress)[::-1]
    raw = pd.concat([frame for frame, _ in parts], ignore_index=True)
    raw["outcome"] = labels_of(plan.truth, raw)
    raw = raw[np.isfinite(raw["outcome"])].reset_index(drop=True)
    calibrated, calibrators = calibrate(
        raw, calibrator, years=years, horizon=horizon, origins=calibration_origins, known=plan.known
    )
    told = {
        origin: _explained(plan, origin, contributions, calibrators[origin])
        for origin, (_, contributions) in zip(needed, parts, strict=True)
        if contributions is not None
    }
    return BacktestResult(
        frame=calibrated,
        explanations=told,
        feeding=raw[~raw["origin_year"].isin(years)].drop(columns="log_odds").reset_index(drop=True),
        model_name=model_name(model),
        calibrator=calibrator,
        calibration_origins=calibration_origins,
        horizon=horizon,
        seed=seed,
        exclusions={},
        provenance={},
    )


def _explained(
    plan: _Plan, origin: int, contributions: Contributions, calibrator: Calibrator
) -> AttributionTable:
    rows = plan.at(origin)
    here = rows.at(origin)
    return explained_by(
        contributions, rows.keys[here], rows.matrix[here], plan.explained[origin], calibrator, origin
    )


def _forecast_origin(
    model: RiskModel, rows: Sample, origin: int, *, explain: bool = False, store: Path | None = None
) -> tuple[pd.DataFrame, Contributions | None]:
    finished = None if store is None else read_origin(store, origin)
    if finished is not None:
        return finished, None
    fitted = rows.fit(model, origin=origin)
    here = rows.at(origin)
    log_odds = fitted.log_odds(rows.matrix[here])
    keys = rows.keys[here]
    frame = pd.DataFrame(
        {
            "country_id": keys["country_id"].to_numpy(),
            "name": keys["name"].to_numpy(),
            "origin_year": origin,
            "target_start": origin + 1,
            "target_end": origin + rows.horizon,
            "raw_prob": probability(log_odds),
            "log_odds": log_odds,
            "outcome": rows.outcome[here],
        }
    )
    if store is not None:
        write_origin(store, origin, frame)
    return frame, fitted.contributions(rows.matrix[here]) if explain else None
