"""Historical cases: how the model saw one state, year by year, before anything happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import calendar_year
from rtop_forecast.display import Displayed
from rtop_forecast.errors import CoverageError, InputError
from rtop_forecast.explanation.attribution import AttributionTable
from rtop_forecast.features.framework import find_risk_factor
from rtop_forecast.world.states import ROW_KEYS, country

__all__ = ["Case", "make_case", "state_ids"]


class _Backtested(Protocol):
    @property
    def frame(self) -> pd.DataFrame: ...
    @property
    def events(self) -> pd.DataFrame: ...
    @property
    def explanations(self) -> Mapping[int, AttributionTable]: ...


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Case(Displayed):
    """One state over several origins, out of sample.

    Attributes
    ----------
    country_id : int
    name : str
    frame : pandas.DataFrame
        One row per origin: ``origin_year, prob, rank, states`` (ranked), ``onset, ongoing`` (in the origin year itself,
        missing where not coded) and ``outcome`` (an onset in the window).
    contributions : pandas.DataFrame
        By origin (rows) and risk factor (columns, by number), log-odds against the world of the year; empty if the
        backtest did not explain.
    left_out : dict of str to tuple of int
        Years that were asked for and are not shown, by reason; empty if all are.
    """

    country_id: int
    name: str
    frame: pd.DataFrame
    contributions: pd.DataFrame
    left_out: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table, with a column ``factor_<number>`` for each risk factor that was explained."""
        wide = self.contributions.rename(columns=lambda number: f"factor_{number}")
        return (
            self.frame.merge(wide.reset_index(), on="origin_year", how="left")
            if len(wide)
            else self.frame.copy()
        )

    def summary(self) -> str:
        """Year by year: probability, rank, what was under way, the two factors that raised it most."""
        lines = [
            f"{self.name}: forecasts from each year, by data up to it; an onset in the window is marked *",
            *([f"  {self._less()}"] if self.left_out else []),
        ]
        for row in self.frame.to_dict("records"):
            mark = "*" if row["outcome"] == 1 else " "
            state = "onset" if row["onset"] == 1 else "under way" if row["ongoing"] == 1 else ""
            place = f"rank {row['rank']:>3} of {row['states']}"
            lines.append(
                f"  {row['origin_year']} {mark} {row['prob']:6.1%}  {place}  {state:<10}"
                f"{self._raised(int(row['origin_year']))}"
            )
        return "\n".join(lines)

    def _raised(self, origin: int) -> str:
        if origin not in self.contributions.index:
            return ""
        values = self.contributions.loc[[origin]].to_numpy(dtype=float)[0]
        factors = [int(number) for number in self.contributions.columns]
        largest = np.argsort(-values, kind="stable")[:2]
        return "; ".join(
            f"{find_risk_factor(factors[i]).short} x{np.exp(values[i]):.1f}" for i in largest if values[i] > 0
        )

    def _headline(self) -> str:
        less = f"; {self._less()}" if self.left_out else ""
        return f"{self.name}: forecasts from each year, by data up to it{less}"

    def _less(self) -> str:
        """Say which of the years asked for are not shown, and why."""
        return "not shown: " + "; ".join(
            f"{_in_words(years)} ({why})" for why, years in self.left_out.items()
        )

    def _shown(self) -> pd.DataFrame:
        return self.frame


def make_case(result: _Backtested, state: str | int, *, first: int, last: int) -> Case:
    """Case of a state from a backtest; see :meth:`BacktestResult.case`."""
    first, last = calendar_year(first, name="first"), calendar_year(last, name="last")
    if first > last:
        message = f"the first origin {first} must not come after the last, {last}."
        raise InputError(message)
    ids = state_ids(state, first, last)
    frame = result.frame
    ranks = frame.groupby("origin_year")["prob"].rank(ascending=False, method="min").astype(int)
    counts = frame.groupby("origin_year")["prob"].transform("size")
    chosen = frame["country_id"].isin(ids) & frame["origin_year"].between(first, last)
    if not chosen.any():
        span = (int(frame["origin_year"].min()), int(frame["origin_year"].max()))
        message = (
            f"{state!r} was not ranked from {first} to {last}; the backtest's origins are {span[0]} to {span[1]}. "
            "Backtest other origins, or name another state."
        )
        raise CoverageError(message)
    rows = frame[chosen].assign(rank=ranks[chosen], states=counts[chosen])
    rows = rows.sort_values("origin_year")
    columns: dict[str, Any] = {"year": "origin_year"}
    if len(result.events):
        events = result.events.rename(columns=columns)[[*ROW_KEYS, "onset", "ongoing"]]
        rows = rows.merge(events, on=ROW_KEYS, how="left")
    else:
        rows = rows.assign(onset=np.nan, ongoing=np.nan)
    factors = {
        int(origin): result.explanations[int(origin)].by_risk_factor().loc[country_id]
        for origin, country_id in zip(rows["origin_year"], rows["country_id"], strict=True)
        if int(origin) in result.explanations
    }
    contributions = pd.DataFrame(factors).T.rename_axis("origin_year") if factors else pd.DataFrame()
    columns_shown = ["origin_year", "prob", "rank", "states", "onset", "ongoing", "outcome"]
    return Case(
        country_id=int(rows["country_id"].iloc[-1]),
        name=str(rows["name"].iloc[-1]),
        frame=rows[columns_shown].reset_index(drop=True),
        contributions=contributions,
        left_out=_left_out(range(first, last + 1), frame["origin_year"], rows["origin_year"]),
    )


def _left_out(
    asked: Iterable[int], origins: pd.Series[int], shown: pd.Series[int]
) -> dict[str, tuple[int, ...]]:
    """Years asked for that are not shown, by reason."""
    missing = [year for year in asked if year not in set(shown)]
    reasons = {
        "no origin of the backtest": tuple(year for year in missing if year not in set(origins)),
        "no labelled forecast of it": tuple(year for year in missing if year in set(origins)),
    }
    return {why: years for why, years in reasons.items() if years}


def _in_words(years: Sequence[int]) -> str:
    """Ascending years, with spans where they follow each other."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def state_ids(state: str | int, first: int, last: int) -> set[int]:
    """State numbers that the name means in the years; a state may end or change its number between."""
    found: set[int] = set()
    problem: Exception | None = None
    for year in range(first, last + 1):
        try:
            found.add(country(state, year=year))
        except (InputError, CoverageError) as error:
            problem = error
    if not found and problem is not None:
        raise problem
    return found
