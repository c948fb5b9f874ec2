"""Two backtests side by side, with the evidence a reviewer asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import instance_of
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import (
    bootstrap_scores,
    delong_test,
    diebold_mariano_panel,
    log_score,
    paired_difference,
    skill_score,
)
from rtop_forecast.forecasting.latex import comparison_table
from rtop_forecast.forecasting.made_of import check_belongs
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.world.states import ROW_KEYS

__all__ = ["Comparison", "compare", "same_rows"]

_SCORES = ("log_loss", "brier", "auc", "ap", "recall_at_30", "expected_observed")
_LOWER_IS_BETTER = ("log_loss", "brier")
_AUC_NOISE = 0.3  # two standard errors of an AUC difference are about 0.3 over the root of the positives


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison(Displayed):
    """Scores of two backtests on the same rows.

    Attributes
    ----------
    frame : pandas.DataFrame
        Index ``score``; ``a, b, difference`` (a minus b), ``low, high`` (interval of the difference) and
        ``prob_better``: the share of country resamples in which A is better; missing for expected/observed, of
        which neither less nor more is better.
    rows, positives, countries : int
    dm_p_value : float
        Diebold-Mariano test on log scores, clustered by country and year.
    delong_p_value : float
        DeLong's test of equal AUC, rows taken as independent; NaN with fewer than two events or non-events.
    log_skill : float
        1 - log loss of A / log loss of B.
    level : float
    draws : int
    names : (str, str)
    """

    frame: pd.DataFrame
    rows: int
    positives: int
    countries: int
    dm_p_value: float
    delong_p_value: float
    log_skill: float
    level: float
    draws: int
    names: tuple[str, str]

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    def summary(self) -> str:
        """Table and tests as text."""
        noise = _AUC_NOISE / np.sqrt(max(self.positives, 1))
        lines = [
            f"A = {self.names[0]}, B = {self.names[1]}: {self.rows:,} forecasts, {self.positives} onset windows, "
            f"{self.countries} countries; {self.level:.0%} intervals of A - B from {self.draws:,} country resamples",
            f"  {'score':<18} {'A':>9} {'B':>9} {'A - B':>10}   {'interval':<22} P(A better)",
        ]
        for score, row in self.frame.iterrows():
            better = "" if np.isnan(row["prob_better"]) else f"{row['prob_better']:.3f}"
            interval = f"{row['low']:+.4f} to {row['high']:+.4f}"
            values = f"{row['a']:>9.4f} {row['b']:>9.4f} {row['difference']:>+10.4f}"
            lines.append(f"  {score!s:<18} {values}   {interval:<22} {better}")
        lines.append(
            f"  Diebold-Mariano (log score, country and year clusters) p = {self.dm_p_value:.3f}; DeLong (AUC, rows "
            f"independent) p = {self.delong_p_value:.3f}; log skill of A over B {self.log_skill:+.2%}"
        )
        lines.append(
            f"  with {self.positives} positives a difference of AUC below about {noise:.3f} is noise"
        )
        return "\n".join(lines)

    def to_latex(self, *, caption: str | None = None, label: str | None = None) -> str:
        r"""Table as LaTeX, for the package booktabs.

        Parameters
        ----------
        caption : str, optional
            Plain text; what is special to LaTeX is escaped. With it, or with a label, the table floats.
        label : str, optional
            For ``\\ref``; taken as it is.

        Returns
        -------
        str
            A row is rounded where the width of its interval has two significant digits, so that both scores show as
            many decimals as their difference.

        Raises
        ------
        InputError
            If an argument is no string.
        """
        return comparison_table(self.frame, names=self.names, level=self.level, caption=caption, label=label)

    def _headline(self) -> str:
        return f"A = {self.names[0]}, B = {self.names[1]}: {self.rows:,} forecasts, {self.positives} onset windows"

    def _shown(self) -> pd.DataFrame:
        return self.frame


def compare(
    result_a: BacktestResult,
    result_b: BacktestResult,
    *,
    names: tuple[str, str] | None = None,
    draws: int = 1000,
    level: float = 0.9,
    seed: int = 0,
) -> Comparison:
    """Compare the calibrated forecasts of two backtests on the same rows.

    Parameters
    ----------
    result_a, result_b : BacktestResult
        Of the same states, origins and outcomes.
    names : (str, str), optional
        By default the models' class names.
    draws, seed
        Country resamples and their seed.
    level : float
        Level of the intervals.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If the two were not scored on the same rows: the message names the difference.
    """
    for name, result in (("result_a", result_a), ("result_b", result_b)):
        instance_of(result, BacktestResult, name=name, remedy="Make it with backtest(...).")
    check_belongs(
        result_a.provenance,
        result_b.provenance,
        what="one of the two backtests",
        remedy="Backtest both on the same target.",
        parts=("event", "kind", "horizon"),
    )
    left, right = (result.frame.sort_values(ROW_KEYS, ignore_index=True) for result in (result_a, result_b))
    same_rows(left, right)
    outcome, a, b = left["outcome"], left["prob"], right["prob"]
    arguments: dict[str, Any] = {
        "blocks": left["country_id"],
        "groups": left["origin_year"],
        "draws": draws,
        "seed": seed,
    }
    first, second = bootstrap_scores(outcome, a, **arguments), bootstrap_scores(outcome, b, **arguments)
    paired = paired_difference(outcome, a, b, blocks=left["country_id"], draws=draws, seed=seed, level=level)
    rows = []
    for score in _SCORES:
        row = _row(
            score,
            first.estimate[score],
            second.estimate[score],
            first.draws[score] - second.draws[score],
            level,
        )
        if score in _LOWER_IS_BETTER:
            row |= {"prob_better": getattr(paired, score).prob_better}
        rows.append(row)
    events = int(outcome.sum())
    testable = 2 <= events <= len(outcome) - 2
    test = diebold_mariano_panel(
        log_score(outcome, a) - log_score(outcome, b), countries=left["country_id"], years=left["origin_year"]
    )
    return Comparison(
        frame=pd.DataFrame(rows).set_index("score"),
        rows=len(left),
        positives=events,
        countries=int(left["country_id"].nunique()),
        dm_p_value=test.p_value,
        delong_p_value=delong_test(outcome, a, b).p_value if testable else float("nan"),
        log_skill=skill_score(outcome, a, b),
        level=level,
        draws=draws,
        names=names or (result_a.model_name, result_b.model_name),
    )


def _row(score: str, a: float, b: float, gaps: np.ndarray, level: float) -> dict[str, float | str]:
    finite = gaps[np.isfinite(gaps)]
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2]) if finite.size else (np.nan, np.nan)
    sign = -1.0 if score in _LOWER_IS_BETTER else 1.0
    better = float(np.mean((sign * finite > 0) + 0.5 * (finite == 0))) if finite.size else np.nan
    return {
        "score": score,
        "a": a,
        "b": b,
        "difference": a - b,
        "low": float(low),
        "high": float(high),
        "prob_better": np.nan if score == "expected_observed" else better,
    }


def same_rows(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """Refuse the forecasts of two backtests that are not of the same rows and outcomes.

    Raises
    ------
    InputError
        With what differs, the number of rows and the first.
    """
    for frame, label in ((left, "the first"), (right, "the second")):
        if frame["outcome"].isna().any():
            message = f"{label} backtest has {int(frame['outcome'].isna().sum())} rows without an outcome."
            raise InputError(message)
    spans = [sorted(set(frame["target_end"] - frame["origin_year"])) for frame in (left, right)]
    if spans[0] != spans[1]:
        message = f"the two look {spans[0]} and {spans[1]} years ahead. Backtest both with one horizon."
        raise InputError(message)
    both = left[[*ROW_KEYS, "name", "outcome"]].merge(
        right[[*ROW_KEYS, "name", "outcome"]], on=ROW_KEYS, how="outer", suffixes=("", "_b"), indicator=True
    )
    apart = both[both["_merge"] != "both"]
    if len(apart):
        one = apart.iloc[0]
        where = "first" if one["_merge"] == "left_only" else "second"
        name = one["name"] if isinstance(one["name"], str) else one["name_b"]
        message = (
            f"the two were not scored on the same rows; {len(apart)} of {len(both)} are in one only, first {name} "
            f"from {one['origin_year']} (in the {where}). Backtest both on the same target and origins."
        )
        raise InputError(message)
    differs = both[both["outcome"] != both["outcome_b"]]
    if len(differs):
        one = differs.iloc[0]
        message = (
            f"the two were scored on different outcomes; {len(differs)} of {len(both)} rows differ, first "
            f"{one['name']} from {one['origin_year']}. Backtest both on the same target."
        )
        raise InputError(message)
