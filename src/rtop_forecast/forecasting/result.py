"""What a backtest returns: out-of-sample forecasts, what happened, and their scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.calibration import Calibrator, WithMonths
from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import (
    auc,
    calibration_slope,
    count_distribution,
    score_intervals,
    score_table,
    within_auc,
)
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.explanation.cases import Case, make_case
from rtop_forecast.forecasting.calibrated import fit_calibrator
from rtop_forecast.forecasting.draws import STRETCH_WORLD
from rtop_forecast.forecasting.horizons import PastForecasts, at_horizons, horizon_years, outcome_within
from rtop_forecast.forecasting.latex import score_table_latex
from rtop_forecast.forecasting.monthly import MonthlyOptions, early_within, staged
from rtop_forecast.forecasting.rows import CALIBRATION_COLUMNS, MEMBER
from rtop_forecast.logistic import log_odds, probability
from rtop_forecast.world.states import KEYS, ROW_KEYS

SCORES = (
    "auc",
    "ap",
    "log_loss",
    "brier",
    "expected_observed",
    "recall_at_10",
    "recall_at_20",
    "recall_at_30",
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BacktestResult(Displayed):
    """Out-of-sample forecasts and what happened.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``country_id, name, origin_year, target_start, target_end`` (bounds inclusive), ``raw_prob``
        (the model's own), ``prob`` (calibrated) and ``outcome``; one row per state at risk and origin.
    feeding : pandas.DataFrame
        The same columns less ``prob`` for the other origins, which only fed the calibrator.
    model_name : str
    calibrator : Calibrator
        Unfitted; refitted at each origin on earlier closed windows.
    calibration_origins : int
        Latest closed origins that feed the calibrator at each origin.
    horizon : int
    delay : int
        Years after the end of a window until its label is known.
    seed : int
    exclusions : dict of str to int
        State-years without a forecast, by reason.
    provenance : dict
    events : pandas.DataFrame
        ``country_id, year, name, onset, ongoing``: the outcome's own years; empty for a sample of your own.
    explanations : dict of int to AttributionTable
        By origin year, if the backtest was asked to explain; else empty.
    monthly : MonthlyOptions, optional
        Of a backtest whose forecasts know months: ``frame`` then holds ``prob_yearly`` too, the forecast without them.
    yearly : pandas.DataFrame
        Then the calibrated yearly forecasts that teach the stage of the months:
        ``country_id, origin_year, group, prob, outcome``; else empty.
    member_frame : pandas.DataFrame
        ``country_id, origin_year`` and a column for each member of an average with its own probabilities; see
        :meth:`members`.
    """

    frame: pd.DataFrame
    feeding: pd.DataFrame
    model_name: str
    calibrator: Calibrator
    calibration_origins: int
    horizon: int
    seed: int
    exclusions: dict[str, int]
    provenance: dict[str, Any]
    events: pd.DataFrame = field(default_factory=pd.DataFrame)
    explanations: Mapping[int, AttributionTable] = field(default_factory=dict)
    delay: int = 0
    member_frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    monthly: MonthlyOptions | None = None
    yearly: pd.DataFrame = field(default_factory=pd.DataFrame)

    def to_frame(self) -> pd.DataFrame:
        """Copy of the forecasts."""
        return self.frame.copy()

    @property
    def past(self) -> PastForecasts:
        """All forecasts and the outcome's own years, from which other horizons are learned.

        Raises
        ------
        InputError
            If the backtest was of a sample of your own, whose events are not known by year, of continuation, or in
            real time.
        """
        kind = self.provenance.get("kind", "onset")
        if self.events.empty or "real_time" in self.provenance or kind == "continuation":
            lack = "is in real time" if "real_time" in self.provenance else "knows no such events by year"
            message = (
                f"other horizons are learned from the events of every year, and this backtest {lack}. "
                "Make it with backtest(model, features, target)."
            )
            raise InputError(message)
        counted = "ongoing" if kind == "incidence" else "onset"
        columns = ["country_id", "name", *CALIBRATION_COLUMNS]
        return PastForecasts(
            rows=pd.concat([self.feeding[columns], self.frame[columns]], ignore_index=True),
            events=self.events[KEYS].assign(event=self.events[counted]),
            calibrator=self.calibrator,
            horizon=self.horizon,
            origins=self.calibration_origins,
        )

    def at_horizons(self, horizons: Sequence[int] = (1, 2, 3)) -> pd.DataFrame:
        """Out-of-sample probabilities of windows of several lengths, from the one score of the backtest.

        Parameters
        ----------
        horizons : sequence of int
            Years, each from 1 to 10.

        Returns
        -------
        pandas.DataFrame
            ``country_id, name, origin_year``, then per horizon ``prob_1y`` and ``outcome_1y`` and so on. Probabilities
            never fall as the window grows; outcomes are NaN where the window is open.

        Raises
        ------
        InputError
            As :attr:`past` says, or if a horizon is no whole number of years from 1 to 10.
        """
        years, past = horizon_years(horizons), self.past
        parts = [
            at_horizons(
                past,
                rows,
                origin=int(str(origin)),
                horizons=years,
                share=self._share(past, int(str(origin)), rows),
            )
            for origin, rows in self.frame.groupby("origin_year")
        ]
        table = self.frame[["country_id", "name", "origin_year"]].join(pd.concat(parts))
        for length in years:
            table[f"outcome_{length}y"] = outcome_within(past, self.frame, length)
        return table

    def _share(
        self, past: PastForecasts, origin: int, rows: pd.DataFrame
    ) -> Callable[[int], FloatArray] | None:
        """Shares of shorter windows as the months say; None for yearly forecasts."""
        fitted = self._calibrator(origin) if self.monthly is not None else None
        return early_within(fitted, self.yearly, past, rows) if isinstance(fitted, WithMonths) else None

    def scores(self) -> dict[str, float]:
        """Every score of the calibrated forecasts; see :func:`rtop_forecast.evaluation.score_table`."""
        return score_table(
            self.frame["outcome"].to_numpy(dtype=float),
            self.frame["prob"].to_numpy(dtype=float),
            groups=self.frame["origin_year"].to_numpy(),
        )

    def members(self) -> pd.DataFrame:
        """Out-of-sample probabilities of each member of an average, before calibration.

        Returns
        -------
        pandas.DataFrame
            One row per member, state and origin: ``member, country_id, name, origin_year, raw_prob, outcome``.

        Raises
        ------
        InputError
            If the model is no :class:`rtop_forecast.models.LogOddsAverage`.
        """
        columns = [name for name in self.member_frame.columns if name.startswith(MEMBER)]
        if not columns:
            message = f"{self.model_name} is no average, so it has no members. Backtest a LogOddsAverage."
            raise InputError(message)
        table = self.frame[["country_id", "name", "origin_year", "outcome"]].merge(
            self.member_frame, on=ROW_KEYS, validate="one_to_one"
        )
        parts = [
            table.assign(member=name.removeprefix(MEMBER), raw_prob=table[name]).drop(columns=columns)
            for name in columns
        ]
        ordered = ["member", "country_id", "name", "origin_year", "raw_prob", "outcome"]
        return pd.concat(parts, ignore_index=True)[ordered]

    def score_intervals(self, *, draws: int = 1000, level: float = 0.9) -> dict[str, tuple[float, float]]:
        """Interval of every score from resampling whole countries."""
        return score_intervals(
            self.frame["outcome"].to_numpy(dtype=float),
            self.frame["prob"].to_numpy(dtype=float),
            blocks=self.frame["country_id"].to_numpy(),
            groups=self.frame["origin_year"].to_numpy(),
            draws=draws,
            seed=self.seed,
            level=level,
        )

    def score_frame(self, *, draws: int = 1000, level: float = 0.9) -> pd.DataFrame:
        """Scores and their intervals: index ``score``, columns ``value, low, high``."""
        values, intervals = self.scores(), self.score_intervals(draws=draws, level=level)
        rows = [
            {"score": name, "value": values[name], "low": intervals[name][0], "high": intervals[name][1]}
            for name in SCORES
        ]
        return pd.DataFrame(rows).set_index("score")

    def to_latex(
        self, *, draws: int = 1000, level: float = 0.9, caption: str | None = None, label: str | None = None
    ) -> str:
        r"""Scores with their intervals as a table of LaTeX, for the package booktabs.

        Parameters
        ----------
        draws : int
            Country resamples behind the intervals.
        level : float
            Of the intervals.
        caption : str, optional
            Plain text; what is special to LaTeX is escaped. With it, or with a label, the table floats.
        label : str, optional
            For ``\\ref``; taken as it is.

        Returns
        -------
        str
            Numbers have two significant digits, as in the report.

        Raises
        ------
        InputError
            If an argument is not of its kind.
        """
        frame = self.score_frame(draws=draws, level=level)
        return score_table_latex(frame, level=level, caption=caption, label=label)

    def case(self, state: str | int, first: int, last: int) -> Case:
        """How the model saw one state, year by year, out of sample.

        Parameters
        ----------
        state : str or int
            A name in any spelling that the state system knows, or a Gleditsch-Ward number.
        first, last : int
            Origin years.

        Returns
        -------
        Case
            Probability, rank, episodes and, if the backtest explained, the contribution of each risk factor; it says
            which of the years are not shown, and why.

        Raises
        ------
        InputError, CoverageError
            If there is no such state, or it was not ranked in these years.
        """
        return make_case(self, state, first=first, last=last)

    def by_group(self) -> pd.DataFrame:
        """Score the groups apart that the calibrator may treat apart, as where an episode is under way and where not.

        Returns
        -------
        pandas.DataFrame
            Index ``group``; ``forecasts, positives, expected_observed, calibration_slope, auc, within_year_auc``
            (pairs of one origin only); NaN where a group holds no event.
        """
        rows = []
        for group, part in self.frame.groupby("group"):
            outcome, prob = (part[name].to_numpy(dtype=float) for name in ("outcome", "prob"))
            some = 0 < outcome.sum() < len(part)
            rows.append(
                {
                    "group": group,
                    "forecasts": len(part),
                    "positives": int(outcome.sum()),
                    "expected_observed": float(prob.sum() / outcome.sum()) if some else np.nan,
                    "calibration_slope": calibration_slope(outcome, prob) if some else np.nan,
                    "auc": auc(outcome, prob),
                    "within_year_auc": within_auc(outcome, prob, part["origin_year"]),
                }
            )
        return pd.DataFrame(rows).set_index("group")

    def counts(self, *, draws: int = 500, level: float = 0.9) -> pd.DataFrame:
        """Predictive distribution of the number of states with an onset, by origin, and what was observed.

        The calibrator's uncertainty is drawn anew at each origin and stretched as in a forecast; that of the model's
        refits is not in it, since a backtest makes none.

        Parameters
        ----------
        draws : int
            Draws of the calibrator's map.
        level : float
            Level of the interval.

        Returns
        -------
        pandas.DataFrame
            ``origin_year, expected, most_likely, low, high, none`` (probability of no onset at all), ``observed``,
            ``inside`` and ``pit`` (mid-point of the probability integral transform).
        """
        rows = []
        for year, part in self.frame.groupby("origin_year"):
            origin = int(str(year))
            fitted = self._calibrator(origin)
            raw, labels = log_odds(part["raw_prob"].to_numpy(dtype=float)), part["group"].to_numpy()
            if isinstance(fitted, WithMonths):
                labels = fitted.labels(labels, part["country_id"].tolist(), part["origin_year"].tolist())
            moved = fitted.deviations(
                raw, draws=draws, generator=np.random.default_rng([self.seed, origin]), groups=labels
            )
            mapped = fitted.apply_log_odds(raw, groups=labels) + STRETCH_WORLD * moved
            if isinstance(fitted, WithMonths):
                generator = np.random.default_rng([self.seed, origin, 1])
                mapped = mapped + fitted.stage_deviations(
                    raw, draws=draws, generator=generator, groups=labels
                )
            drawn = probability(mapped)
            count, observed = count_distribution(drawn), int(part["outcome"].sum())
            low, high = count.interval(level)
            rows.append(
                {
                    "origin_year": origin,
                    "expected": count.mean,
                    "most_likely": count.most_likely,
                    "low": low,
                    "high": high,
                    "none": count.none,
                    "observed": observed,
                    "inside": low <= observed <= high,
                    "pit": count.pit(observed),
                }
            )
        return pd.DataFrame(rows)

    def _calibrator(self, origin: int) -> Calibrator:
        """Calibrator of an origin, from the forecasts whose windows had closed by it."""
        history = pd.concat([self.feeding, self.frame])[CALIBRATION_COLUMNS]
        fitted = fit_calibrator(
            self.calibrator,
            history,
            origin=origin,
            horizon=self.horizon,
            origins=self.calibration_origins,
            delay=self.delay,
        )
        if self.monthly is None:
            return fitted
        return staged(
            fitted,
            self.yearly,
            self.monthly.table,
            origin=origin,
            horizon=self.horizon,
            delay=self.delay,
        )

    def summary(self) -> str:
        """Scores with 90% intervals, and apart for the groups, as text."""
        origins = self.frame["origin_year"]
        lines = [self._headline()]
        for name, row in self.score_frame().iterrows():
            lines.append(
                f"  {name:<18} {row['value']:8.4f}  90% interval {row['low']:.4f} to {row['high']:.4f}"
            )
        within = within_auc(self.frame["outcome"], self.frame["prob"], origins)
        lines.append(f"  {'auc within a year':<18} {within:8.4f}")
        for group, row in self.by_group().iterrows():
            if group:
                lines.append(
                    f"  {group}: {row['forecasts']:,.0f} forecasts, {row['positives']:.0f} positive, expected/observed "
                    f"{row['expected_observed']:.2f}, slope {row['calibration_slope']:.2f}, auc {row['auc']:.3f} "
                    f"(within a year {row['within_year_auc']:.3f})"
                )
        return "\n".join(lines)

    def _headline(self) -> str:
        origins = self.frame["origin_year"]
        return (
            f"{self.model_name}: {len(self.frame):,} forecasts of {int(self.frame['outcome'].sum())} onset windows, "
            f"origins {origins.min()}-{origins.max()}, {self.horizon}-year horizon"
        )

    def _shown(self) -> pd.DataFrame:
        values = self.scores()
        return pd.DataFrame({"score": SCORES, "value": [values[name] for name in SCORES]})
