"""Rolling-origin backtests: at each origin a model is refitted on windows that had closed by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from joblib import delayed

from rtop_forecast.calibration import Calibrator, WithMonths, default_calibrator
from rtop_forecast.checks.arguments import choice, instance_of, integer
from rtop_forecast.errors import InputError, LeakageError
from rtop_forecast.explanation.attribute import explained_by
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.features import Features
from rtop_forecast.features.months import MonthFeatures
from rtop_forecast.forecasting.checkpoint import prepare_checkpoint, read_origin, write_origin
from rtop_forecast.forecasting.fingerprint import fingerprint
from rtop_forecast.forecasting.made_of import question_of
from rtop_forecast.forecasting.monthly import (
    YEARLY_COLUMNS,
    MonthlyOptions,
    month_rows,
    origins_that_teach,
    staged,
)
from rtop_forecast.forecasting.options import CALIBRATION_ORIGINS, BacktestOptions
from rtop_forecast.forecasting.origins import RollingOrigin
from rtop_forecast.forecasting.parallel import run
from rtop_forecast.forecasting.prequential import calibrate, labels_of
from rtop_forecast.forecasting.real_time import RealTimeInputs, no_months_of_the_time, real_time_inputs
from rtop_forecast.forecasting.request import Request
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.rows import MEMBER, forecast_rows
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.forecasting.stored import ResultStore, kept, request_parts
from rtop_forecast.logistic import probability
from rtop_forecast.models import Contributions, LogOddsAverage, RiskModel, as_risk_model, model_name
from rtop_forecast.targets import Target
from rtop_forecast.world.states import KEYS, ROW_KEYS

# years of labels behind the first origin whose yearly forecast teaches the stage of the months
_TRAINING_YEARS = 2


def backtest(  # noqa: PLR0913 (public entry point)
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
    groups: str | None = None,
    issue_month: int | None = None,
    cache: ResultStore | None = None,
) -> BacktestResult:
    """Forecast from each origin with what was known then, and record what happened.

    At origin t the model is refitted on rows s with s + horizon <= t, forecasts the states at risk in
    t, and the calibrator is refitted on the forecasts of the latest origins whose windows had closed.

    Parameters
    ----------
    model : RiskModel or scikit-learn classifier
        Unfitted; cloned at each origin. Pipelines of your own work as they are, within
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
        Caption of the progress on stderr: a bar in a terminal or a notebook, plain lines every few seconds elsewhere.
    explain : bool
        Whether to keep the contributions to every forecast, for :meth:`BacktestResult.case`.
    checkpoint : path, optional
        Folder for the forecasts of each finished origin. An interrupted backtest goes on where it stopped and gives the
        same bits. The folder is bound to all that these forecasts depend on: class and parameters of the model,
        features, labels, groups, vintages and package versions. A call that differs is refused with what differs.
    vintages : {"revised", "real_time"}
        With ``"revised"`` every origin uses the releases that the panel holds. With ``"real_time"`` it uses those that
        were current on its issue date, of the datasets whose vintages the panel keeps (``load_panel(vintages=...)``):
        for features, for training labels and for the calibrator. The target scores the forecasts either way.
    groups : str, optional
        A boolean or categorical feature whose values are the groups that the calibrator treats apart. By default the
        groups are ``"under_way"``, where an episode of the event was not known to be over, and ``"quiet"``.
    issue_month : int, optional
        Forecasts are issued at the end of this month (1 to 12) of the year after the origin and know, beside the yearly
        features, the events and deaths of the months until then: up to the month before it, in which candidate
        events of a month come out. A second stage on the calibrated yearly score learns what they say from closed
        origins from 1989 on, each of which sees the months of the same offset. Not before the features' own month. The
        probabilities are then that one *has begun or will begin* in the window. Without it, forecasts are yearly.
    cache : ResultCache, optional
        Where the result is kept, and read from if the same was computed before. A backtest in real time is not kept.

    Returns
    -------
    BacktestResult

    Raises
    ------
    InputError, CoverageError, LeakageError
        If features, target and origins do not fit together, or the panel keeps no vintages for a backtest in real
        time; if the forecasts are to know months in real time, of which no earlier releases are kept, or would be
        issued before their features.
    """
    choice(vintages, name="vintages", options=("revised", "real_time"))
    instance_of(origins, RollingOrigin, name="origins", remedy="For example RollingOrigin(first=1993).")
    request = Request.of(model, features, target, groups=groups)
    options = BacktestOptions(
        calibrator=default_calibrator() if calibrator is None else calibrator,
        calibration_origins=calibration_origins,
        n_jobs=n_jobs,
        seed=seed,
        progress=progress,
        checkpoint=checkpoint,
        monthly=_monthly(features, issue_month, vintages=vintages),
    )
    years = origins.origins(target)
    plan = _Plan(
        model=request.model,
        truth=request.rows,
        years=years,
        options=options,
        arguments=question_of(target)
        | {"issue_month": features.issue_month, "vintages": vintages, "groups": groups},
    )
    provenance = request.provenance(seed=seed)
    if vintages == "real_time":
        plan = replace(plan, then=real_time_inputs(features, target, plan.needed, groups=groups))
        provenance["real_time"] = {str(year): plan.then[year].release_names for year in years}
    if explain:
        plan = replace(plan, explained={origin: plan.features_at(origin, features) for origin in years})
    events = target.frame[[*KEYS, "name", "onset", "ongoing"]].copy()

    def made() -> BacktestResult:
        return replace(_run(plan), events=events, exclusions=dict(target.exclusions), provenance=provenance)

    def parts() -> dict[str, Any]:
        chosen = {"calibrator": options.calibrator, "calibration_origins": calibration_origins}
        if options.monthly is not None:
            chosen |= {
                "issue_month": issue_month,
                "months": fingerprint(options.monthly.table.frame, name="months"),
            }
        return request_parts(request) | chosen | {"years": list(years), "seed": seed, "explain": explain}

    return kept(None if vintages == "real_time" else cache, "backtest", parts, made)


def backtest_rows(  # noqa: PLR0913 (public entry point)
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
    options = BacktestOptions(
        calibrator=default_calibrator() if calibrator is None else calibrator,
        calibration_origins=calibration_origins,
        n_jobs=n_jobs,
        seed=seed,
        progress=progress,
        checkpoint=checkpoint,
    )
    plan = _Plan(
        model=as_risk_model(model),
        truth=rows,
        years=years,
        options=options,
        explained={} if explain is None else dict.fromkeys(years, explain),
    )
    return replace(_run(plan), exclusions=dict(exclusions or {}), provenance=dict(provenance or {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is forecast: the model, the rows behind each origin, and the truth that scores the forecasts."""

    model: RiskModel
    truth: Sample
    years: Sequence[int]
    options: BacktestOptions
    explained: Mapping[int, Features] = field(default_factory=dict)
    then: Mapping[int, RealTimeInputs] = field(default_factory=dict)
    arguments: Mapping[str, object] = field(default_factory=dict)

    @property
    def calibrated(self) -> list[int]:
        """Origins to calibrate: those asked for, and those whose yearly forecasts teach the stage of the months."""
        if self.options.monthly is None:
            return list(self.years)
        rows = self.truth
        taught = origins_that_teach(self.years[0], horizon=rows.horizon, delay=rows.delay)
        return sorted(
            {*range(max(taught.start, self._first_calibrated), self.years[0]), *_filled(self.years)}
        )

    @property
    def _first_calibrated(self) -> int:
        """First origin that can be calibrated: some years of labels behind the earliest that teaches its calibrator."""
        rows, fed = self.truth, self.options.calibration_origins
        labelled = rows.keys.loc[np.isfinite(rows.outcome), "year"]
        first = int(labelled.min()) + _TRAINING_YEARS + rows.horizon + rows.delay
        return first + (rows.horizon + rows.delay + fed - 1 if fed else 0)

    @property
    def needed(self) -> list[int]:
        """Origins to forecast: those asked for and those that only teach the calibrator."""
        years = self.calibrated
        if not self.options.calibration_origins:
            return years
        first = years[0] - self.truth.horizon - self.truth.delay - self.options.calibration_origins + 1
        return list(range(first, years[-1] + 1))

    @property
    def samples(self) -> list[Sample]:
        """Distinct samples."""
        return [self.truth, *{id(inputs.rows): inputs.rows for inputs in self.then.values()}.values()]

    def rows_at(self, origin: int) -> Sample:
        """Rows as they were known at an origin."""
        return self.then[origin].rows if self.then else self.truth

    def features_at(self, origin: int, features: Features) -> Features:
        """Features as they were known at an origin; those given, unless the backtest is in real time."""
        return self.then[origin].features if self.then else features


def _run(plan: _Plan) -> BacktestResult:
    options, needed = plan.options, plan.needed
    if plan.explained and options.checkpoint is not None:
        message = "a checkpoint keeps forecasts, not explanations. Leave out explain or checkpoint."
        raise InputError(message)
    store = (
        None
        if options.checkpoint is None
        else prepare_checkpoint(options.checkpoint, plan.model, plan.samples, plan.arguments)
    )
    # the longest fits first, so that no process waits for them at the end
    tasks = (
        delayed(_forecast_origin)(
            plan.model, plan.rows_at(origin), origin, explain=origin in plan.explained, store=store
        )
        for origin in needed[::-1]
    )
    parts = run(tasks, count=len(needed), n_jobs=options.n_jobs, progress=options.progress)[::-1]
    raw = pd.concat([frame for frame, _ in parts], ignore_index=True)
    raw["outcome"] = labels_of(plan.truth, raw)
    raw = raw[np.isfinite(raw["outcome"])].reset_index(drop=True)
    calibrated, calibrators = calibrate(
        raw,
        options.calibrator,
        years=plan.calibrated,
        horizon=plan.truth.horizon,
        origins=options.calibration_origins,
        delay=plan.truth.delay,
        labels_then={origin: inputs.rows for origin, inputs in plan.then.items()},
    )
    scored = raw["origin_year"].isin(plan.years)
    yearly = calibrated[YEARLY_COLUMNS]
    if options.monthly is not None:
        calibrated, calibrators = _monthly_forecasts(plan, options.monthly.table, calibrated, calibrators)
    explanations = {
        origin: _explanation(plan, origin, contributions, calibrators[origin])
        for origin, (_, contributions) in zip(needed, parts, strict=True)
        if contributions is not None
    }
    return BacktestResult(
        frame=calibrated,
        explanations=explanations,
        feeding=_without_members(raw[~scored].drop(columns="log_odds")).reset_index(drop=True),
        member_frame=_members(raw[scored]),
        model_name=model_name(plan.model),
        calibrator=options.calibrator,
        calibration_origins=options.calibration_origins,
        horizon=plan.truth.horizon,
        delay=plan.truth.delay,
        seed=options.seed,
        exclusions={},
        provenance={},
        monthly=options.monthly,
        yearly=pd.DataFrame() if options.monthly is None else yearly,
    )


def _monthly(features: Features, issue_month: int | None, *, vintages: str) -> MonthlyOptions | None:
    if issue_month is None:
        return None
    if vintages != "revised":
        raise InputError(no_months_of_the_time(features.panel))
    month = integer(issue_month, name="issue_month", least=1, most=12)
    if month < features.issue_month:
        message = (
            f"these features hold what was published by month {features.issue_month}; forecasts of month {month} "
            f"cannot know them. Build them with issue_month={month}, or issue later."
        )
        raise LeakageError(message)
    return MonthlyOptions.of(features.panel, month)


def _monthly_forecasts(
    plan: _Plan, months: MonthFeatures, calibrated: pd.DataFrame, calibrators: dict[int, Calibrator]
) -> tuple[pd.DataFrame, dict[int, Calibrator]]:
    """Forecasts of the origins asked for with what the months add, and their calibrators."""
    rows = plan.truth
    stages = {
        origin: staged(
            calibrators[origin],
            calibrated[YEARLY_COLUMNS],
            months,
            origin=origin,
            horizon=rows.horizon,
            delay=rows.delay,
        )
        for origin in plan.years
    }
    parts = []
    for origin, fitted in stages.items():
        own = calibrated[calibrated["origin_year"] == origin]
        prob = fitted.stage.apply(
            own["prob"].to_numpy(dtype=float), month_rows(months, own), groups=own["group"]
        )
        parts.append(own.assign(prob_yearly=own["prob"], prob=prob))
    return pd.concat(parts, ignore_index=True), {**calibrators, **stages}


def _filled(years: Sequence[int]) -> range:
    """Every origin from the first to the last: those between steps teach."""
    return range(years[0], years[-1] + 1)


def _member_columns(raw: pd.DataFrame) -> list[str]:
    return [name for name in raw.columns if name.startswith(MEMBER)]


def _members(raw: pd.DataFrame) -> pd.DataFrame:
    columns = _member_columns(raw)
    return raw[[*ROW_KEYS, *columns]].reset_index(drop=True) if columns else pd.DataFrame()


def _without_members(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.drop(columns=_member_columns(raw))


def _explanation(
    plan: _Plan, origin: int, contributions: Contributions, calibrator: Calibrator
) -> AttributionTable:
    rows = plan.rows_at(origin)
    here = rows.at(origin)
    keys, labels = rows.keys[here], rows.labels[here]
    if isinstance(calibrator, WithMonths):
        labels = calibrator.labels(labels, keys["country_id"].tolist(), keys["year"].tolist())
    return explained_by(
        contributions,
        keys,
        rows.matrix[here],
        plan.explained[origin],
        calibrator,
        origin,
        labels,
    )


def _forecast_origin(
    model: RiskModel, rows: Sample, origin: int, *, explain: bool = False, store: Path | None = None
) -> tuple[pd.DataFrame, Contributions | None]:
    finished = None if store is None else read_origin(store, origin)
    if finished is not None:
        return finished, None
    fitted = rows.fit(model, origin=origin)
    matrix = rows.matrix[rows.at(origin)]
    log_odds = fitted.log_odds(matrix)
    frame = forecast_rows(rows, origin, log_odds).assign(log_odds=log_odds)
    if isinstance(fitted, LogOddsAverage):
        apart = fitted.member_log_odds(matrix)
        frame = frame.assign(**{f"{MEMBER}{name}": probability(one) for name, one in apart.items()})
    if store is not None:
        write_origin(store, origin, frame)
    return frame, fitted.contributions(matrix) if explain else None
