"""A forecast: probability, interval and rank range for every state at risk, with its explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.calibration import WithMonths
from rtop_forecast.checks.arguments import calendar_year, instance_of, integer, interval_level
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import CountDistribution, count_distribution
from rtop_forecast.explanation.attribution import Attributions, AttributionTable
from rtop_forecast.explanation.reasons import FactorDraws
from rtop_forecast.explanation.reference import Reference
from rtop_forecast.features import Features
from rtop_forecast.features.months import MonthFeatures
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.columns import add_change, add_last_year, add_ranges
from rtop_forecast.forecasting.draw_intervals import interval_around
from rtop_forecast.forecasting.draws import explained_draws
from rtop_forecast.forecasting.horizons import at_horizons, horizon_years
from rtop_forecast.forecasting.inputs import input_ages, sources_end, where_data_end
from rtop_forecast.forecasting.issue import issue_date
from rtop_forecast.forecasting.made_of import check_belongs, check_outcomes
from rtop_forecast.forecasting.monthly import early_within, months_known
from rtop_forecast.forecasting.months_told import add_monthly, told_months, with_months
from rtop_forecast.forecasting.options import DrawOptions
from rtop_forecast.forecasting.provisional_told import add_statuses, told_episodes, told_rows, with_list
from rtop_forecast.forecasting.request import Request
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.rows import WINDOW_COLUMNS, forecast_rows, with_prob
from rtop_forecast.forecasting.situation import under_way
from rtop_forecast.forecasting.stored import ResultStore, kept, request_parts
from rtop_forecast.logistic import probability
from rtop_forecast.models import RiskModel
from rtop_forecast.targets import Target, what_happens
from rtop_forecast.world.states import country

LEVEL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Forecast(Displayed):
    """Forecasts from one origin year.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per state at risk, by rank: ``country_id, name, origin_year, target_start, target_end``
        (bounds inclusive), ``raw_prob`` (the model's own), ``prob`` (calibrated), ``prob_low, prob_high``,
        ``rank`` (1 is the highest risk), ``rank_low, rank_high``, ``prob_top10, prob_top30`` (share of the draws in
        which the state is among the ten or thirty highest), ``prob_last_year, rank_last_year`` (from the
        origin before, missing for states not at risk then), ``change_odds, change_odds_low, change_odds_high`` (what a
        year of data multiplied the state's odds by, beyond the mean of the states; missing likewise), ``group``
        (``"under_way"`` where an episode was not known to be over, else ``"quiet"``), ``outcome`` (NaN while the window
        is open) and, if asked for, ``prob_1y`` and so on. Where the forecast knows months of the window:
        ``prob_yearly`` (the forecast without them), ``prob_first_year`` (that the event comes in the window's first
        year, under way at the issue date: in part nowcast) and ``prob_later`` (that the first comes after that year;
        the two add up to ``prob``).
    expected : tuple of float
        Expected number of states with an onset in the window: value, low, high.
        The interval is that of the mean.
    count : CountDistribution, optional
        Distribution of the number that may be observed; None for a forecast saved before there was one.
    factors : FactorDraws, optional
        Contributions of the risk factors in the refits behind the intervals: which may be named as reasons. None for a
        model whose contributions are estimated, and for a forecast saved before there were any.
    explanation : AttributionTable
    level : float
        Level of the intervals.
    draws : int
        Country-block resamples behind the intervals.
    basis : Basis
        The fitted model, its calibrator and rows: what explains the forecast and answers what-if questions.
    issued : datetime.date
        Date of knowledge.
    provenance : dict
    """

    frame: pd.DataFrame
    expected: tuple[float, float, float]
    count: CountDistribution | None
    factors: FactorDraws | None
    explanation: AttributionTable
    basis: Basis
    level: float
    draws: int
    issued: date
    provenance: dict[str, Any]

    @property
    def origin_year(self) -> int:
        """Last year whose information the forecast uses."""
        return int(self.frame["origin_year"].iloc[0])

    @property
    def window(self) -> tuple[int, int]:
        """First and last year of the target window."""
        return int(self.frame["target_start"].iloc[0]), int(self.frame["target_end"].iloc[0])

    @property
    def period(self) -> str:
        """Target window in words: "2025-2026", or "2025" for a single year."""
        start, end = self.window
        return str(start) if start == end else f"{start}-{end}"

    @property
    def outcome(self) -> str:
        """What the probabilities are of, as a clause: "a new mass killing begins".

        "has begun or will begin" where the forecast knows months of the window.
        """
        event, kind = str(self.provenance["event"]), str(self.provenance["kind"])
        return what_happens(event, kind, begun=self.knows_months)

    @property
    def knows_months(self) -> bool:
        """Whether the forecast knows months of its window."""
        return bool(self.provenance.get("months", {}).get("used", False))

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def ranking(self) -> pd.DataFrame:
        """Rank the states, as published each year.

        Returns
        -------
        pandas.DataFrame
            ``rank, country_id, name, prob, prob_low, prob_high, rank_low, rank_high, prob_last_year,
            rank_last_year, change`` (of the probability), ``under_way`` (an episode is under way, so that the
            probability is that of another one; missing where that is not known), ``factor_1, factor_2``: the UN risk
            factors (numbers) that are named first and second as reasons, missing where the refits do not agree on them;
            and ``apart_factor``: in which the state lies furthest above the thirty highest. See :class:`FactorDraws`.
            With a provisional list of episodes also ``provisional``: what its rows say of the state's episodes.
        """
        table = self.frame.drop(columns=[*WINDOW_COLUMNS, "raw_prob", "outcome"])
        table["change"] = table["prob"] - table["prob_last_year"]
        table["under_way"] = under_way(table.pop("group"))
        table = table.merge(self._named_factors(), on="country_id", how="left", validate="one_to_one")
        front = ["rank", "country_id", "name", "prob", "prob_low", "prob_high", "rank_low", "rank_high"]
        table = table[[*front, *[name for name in table.columns if name not in front]]]
        return add_statuses(table, self.provenance)

    def _named_factors(self) -> pd.DataFrame:
        """``country_id, factor_1, factor_2, apart_factor`` of every state."""
        if self.factors is None:
            empty = pd.array([pd.NA] * len(self.frame), dtype="Int64")
            columns = dict.fromkeys(("factor_1", "factor_2", "apart_factor"), empty)
            return pd.DataFrame({"country_id": self.frame["country_id"], **columns})
        position = {number: place for place, number in enumerate(self.factors.countries.tolist())}
        highest = np.array([position[number] for number in self.frame["country_id"].tolist()])
        return self.factors.named().assign(apart_factor=self.factors.apart(highest))

    def inputs(self) -> pd.DataFrame:
        """Where the sources of each feature end, and how old its values are.

        Returns
        -------
        pandas.DataFrame
            ``feature, source, last_year, age`` (median over the states, in years before the origin), ``oldest`` and
            ``missing`` (states without a value).
        """
        return input_ages(self.basis.features, self.basis.keys.assign(year=self.origin_year))

    def where_data_end(self) -> pd.DataFrame:
        """How each source reaches the origin year.

        Returns
        -------
        pandas.DataFrame
            ``source, last_year``; numbers of features that are ``final, provisional, carried, missing``; ``oldest``
            (largest age in years). Provisional values are those of the origin year that their source will revise, such
            as counts of candidate events; carried ones are of an earlier year for half the states or more. Provisional
            episodes have a line of their own, and no feature; so have the months after the origin, with the newest one
            used, or why none is.
        """
        ends = where_data_end(self.basis.features, self.basis.keys.assign(year=self.origin_year))
        return with_list(with_months(ends, self.provenance), self.provenance)

    def provisional_episodes(self) -> pd.DataFrame:
        """Provisional episodes that had been written down by the issue date; see :class:`ProvisionalEpisodes`."""
        return told_rows(self.provenance)

    def attributions(self, state: str | int, *, compared_with: Reference | str = "world") -> Attributions:
        """Why a state's forecast is what it is.

        Parameters
        ----------
        state : str or int
            A name in any spelling that the state system knows, or a Gleditsch-Ward number.
        compared_with : Reference or {"world", "own past", "region"}
            Whom the state is compared with, for example ``Reference.own_past(years=5)`` or
            ``Reference.states("Chad", "Egypt")``; see :class:`rtop_forecast.Reference` for what the strings stand for.

        Raises
        ------
        InputError, CoverageError
            If no such state exists, with near misses, it is not at risk, or the reference is unknown or empty.
        """
        reference = Reference.of(compared_with)
        country_id = country(state, year=self.origin_year)
        attributions = self.explanation.state(country_id)
        if reference == Reference.world():
            return attributions
        return self.basis.compare(country_id, reference).state(country_id)

    def shapley_by_risk_factor(self, state: str | int) -> pd.DataFrame:
        """Shapley value of each risk factor as one player, beside the sum of its features.

        The state is compared with one whose every feature is at the median of the states ranked this year.

        Returns
        -------
        pandas.DataFrame
            ``risk_factor, title, shapley, sum_of_features``; the first adds up to the state's log-odds less those at
            the medians, the second to its log-odds less the mean of the world's.
        """
        country_id = country(state, year=self.origin_year)
        sums = self.explanation.state(country_id).by_risk_factor().set_index("risk_factor")
        values = self.basis.shapley(country_id)
        table = sums[["title"]].assign(shapley=values, sum_of_features=sums["contribution"])
        return table.reset_index()

    def summary(self) -> str:
        """Window, expected onsets and the ten highest risks, as text."""
        value, low, high = self.expected
        lines = [
            f"Risk that {self.outcome} in {self.period}, origin {self.origin_year}, "
            f"as known on {self.issued.isoformat()}: {len(self.frame)} states, of which {value:.1f} are expected to "
            f"see it ({self.level:.0%} interval {low:.1f} to {high:.1f})"
        ]
        lines += [
            f"  {row['rank']:>3} {row['name']:<28} {row['prob']:6.1%}  ({row['prob_low']:.1%} to "
            f"{row['prob_high']:.1%}, rank {row['rank_low']} to {row['rank_high']})"
            for row in self.frame.head(10).to_dict("records")
        ]
        return "\n".join(lines)

    def _headline(self) -> str:
        return self.summary().split("\n", 1)[0]

    def _shown(self) -> pd.DataFrame:
        return self.frame[["rank", "name", "prob", "prob_low", "prob_high", "rank_low", "rank_high"]]


def forecast(  # noqa: PLR0913 (public entry point)
    model: RiskModel,
    features: Features,
    target: Target,
    *,
    origin: int,
    backtest: BacktestResult | None = None,
    horizons: Sequence[int] | None = None,
    issued: date | None = None,
    draws: int = 50,
    level: float = LEVEL,
    n_jobs: int | None = None,
    seed: int = 0,
    progress: str | None = None,
    cache: ResultStore | None = None,
) -> Forecast:
    """Forecast every state at risk from one origin year.

    Intervals come from refitting the model on resamples of whole countries: each probability's
    interval is the quantile range of the refits' log-odds, centred on the forecast, widened by the
    uncertainty of the calibrator's shift and stretched as :func:`joint_draws` says; rank ranges come from the same
    draws. They hold the uncertainty of estimation, not that of the labels or of the choice of model.

    Parameters
    ----------
    model : RiskModel or scikit-learn classifier
        Unfitted.
    features : Features
    target : Target
        From the same panel; its window may still be open.
    origin : int
        Last year whose information is used; the window is origin + 1 ... origin + horizon.
    backtest : BacktestResult, optional
        A backtest of the same model: its calibrator is fitted on its forecasts whose windows had
        closed by the origin. Without it the model's own probabilities stand.
    horizons : sequence of int, optional
        Years, each from 1 to 10: a column ``prob_1y`` and so on for each, from the one score of the model and never
        falling as the window grows; see :meth:`BacktestResult.at_horizons`. Needs ``backtest``.
    issued : datetime.date, optional
        Date of knowledge; by default the end of the features' issue month of origin + 1.
    draws : int
        Number of resamples, at least 20.
    level : float
        Level of the intervals.
    n_jobs : int, optional
        Passed to joblib.
    seed : int
    progress : str, optional
        Caption of the progress on stderr: a bar in a terminal or a notebook, plain lines every few seconds elsewhere.
    cache : ResultCache, optional
        Where the result is kept, and read from if the same was computed before.

    Returns
    -------
    Forecast

    Raises
    ------
    CoverageError
        If no state is at risk in the origin year, or no training window had closed.
    LeakageError
        If the features use values that were not published on the date ``issued``.
    InputError
        If the backtest is of another model, other features or another question, with what differs; or there are too
        few draws.
    """
    request = Request.of(model, features, target)
    origin = calendar_year(origin, name="origin")
    seed = integer(seed, name="seed", least=0)
    level = interval_level(level)
    issued = issue_date(features, origin, issued)
    options = DrawOptions(draws=draws, n_jobs=n_jobs, progress=progress)
    _check_backtest(backtest, request)
    asked = _Asked(origin=origin, horizons=horizons, issued=issued, level=level, seed=seed, draws=draws)

    def made() -> Forecast:
        return _made(request, backtest, asked, options)

    def parts() -> dict[str, Any]:
        return request_parts(request) | {"asked": asked, "backtest": _parts_of(backtest)}

    return kept(cache, "forecast", parts, made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a forecast was asked for."""

    origin: int
    horizons: Sequence[int] | None
    issued: date
    level: float
    seed: int
    draws: int


def _parts_of(backtest: BacktestResult | None) -> dict[str, Any] | None:
    """Name what a forecast takes from a backtest."""
    if backtest is None:
        return None
    return {
        "frame": backtest.frame,
        "yearly": backtest.yearly,
        "knows_months": backtest.monthly is not None,
        "feeding": backtest.feeding,
        "calibrator": backtest.calibrator,
        "calibration_origins": backtest.calibration_origins,
    }


def _made(request: Request, backtest: BacktestResult | None, asked: _Asked, options: DrawOptions) -> Forecast:
    origin, seed, level = asked.origin, asked.seed, asked.level
    months = _months(request, backtest, asked)
    basis, before = Basis.with_year_before(
        request, backtest, origin=origin, seed=seed, n_jobs=options.n_jobs, months=months
    )
    raw, log_odds = basis.fitted.log_odds(basis.matrix), basis.calibrated
    contributions = basis.fitted.contributions(basis.matrix)
    joint = explained_draws(basis, request.features.specs, options, contributions)
    drawn = joint.log_odds
    frame = with_prob(forecast_rows(basis.rows, origin, raw), log_odds)
    add_ranges(frame, log_odds, drawn, level=level)
    add_last_year(frame, before)
    add_change(frame, joint.change, level=level)
    if backtest is not None and isinstance(basis.calibrator, WithMonths):
        add_monthly(frame, basis.calibrator, backtest, raw)
    if asked.horizons is not None:
        frame = frame.join(_at_horizons(frame, backtest, basis, horizons=asked.horizons))
    value = probability(log_odds).sum()
    low, high = interval_around(value, probability(drawn).sum(axis=1), level=level)
    return Forecast(
        frame=frame.sort_values(["rank", "name"], ignore_index=True),
        expected=(float(value), float(low), float(high)),
        count=count_distribution(probability(drawn)),
        factors=joint.factors,
        explanation=basis.explain(contributions),
        basis=basis,
        level=level,
        draws=asked.draws,
        issued=asked.issued,
        provenance=request.provenance(seed=seed)
        | {
            "model": repr(basis.unfitted),
            "calibrator": repr(basis.calibrator),
            "origin_year": origin,
            "issued": asked.issued.isoformat(),
            "draws": asked.draws,
            "level": level,
            "sources_end": sources_end(request.features),
            "features_left_out": basis.rows.left_out(origin),
            "months": told_months(request.features.panel, months, origin=origin, issued=asked.issued),
            **told_episodes(request.features, origin),
        },
    )


def _months(request: Request, backtest: BacktestResult | None, asked: _Asked) -> MonthFeatures | None:
    """Months at hand on the issue date, if the backtest's forecasts know months."""
    if backtest is None or backtest.monthly is None:
        return None
    return months_known(request.features.panel, origin=asked.origin, issued=asked.issued)


def _check_backtest(backtest: BacktestResult | None, request: Request) -> None:
    """Refuse a backtest of another model, other features or another question."""
    if backtest is None:
        return
    target = request.target
    instance_of(backtest, BacktestResult, name="backtest", remedy="Make it with backtest(...).")
    if backtest.horizon != target.horizon:
        message = (
            f"the backtest was scored over {backtest.horizon} years but the target looks {target.horizon} "
            "years ahead. Backtest with the same horizon."
        )
        raise InputError(message)
    remedy = "Backtest the same model on the same features and target."
    check_belongs(backtest.provenance, {"made_of": request.made_of}, what="the backtest", remedy=remedy)
    check_outcomes(backtest.frame, target, what="the backtest", remedy=remedy)


def _at_horizons(
    frame: pd.DataFrame, backtest: BacktestResult | None, basis: Basis, *, horizons: Sequence[int]
) -> pd.DataFrame:
    if backtest is None:
        message = "other horizons are learned from past forecasts. Pass backtest=backtest(...)."
        raise InputError(message)
    past, fitted = backtest.past, basis.calibrator
    share = early_within(fitted, backtest.yearly, past, frame) if isinstance(fitted, WithMonths) else None
    return at_horizons(past, frame, origin=basis.origin_year, horizons=horizon_years(horizons), share=share)
