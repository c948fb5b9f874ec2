"""The library's own leakage checks, one class each; docs/howto/audit.md explains them by code."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from rtop_forecast.evaluation import auc
from rtop_forecast.forecasting.audit.check import AuditInputs, LeakageCheck
from rtop_forecast.forecasting.audit.findings import Finding
from rtop_forecast.forecasting.prequential import calibrator_of
from rtop_forecast.models import model_name
from rtop_forecast.panel import Panel
from rtop_forecast.panel.variables import month_end
from rtop_forecast.world.states import KEYS

_PAGE = "docs/howto/audit.md"
_TOO_GOOD = 0.97  # AUC of a single feature: no single yearly figure tells rare onsets so well
_FEWEST = 5  # onsets, and state-years without one, below which an AUC says nothing
_SAME = 1e-12
_SAME_PROB = 1e-9


class OpenWindows(LeakageCheck):
    """RTL001: labels of windows whose last year is not coded yet."""

    code, name, anchor = "RTL001", "open windows", f"{_PAGE}#rtl001"
    rule = "no label before the last year of its window is coded"

    def find(self, inputs: AuditInputs) -> Iterator[Finding]:
        """Labels that reach beyond the last coded year."""
        target = inputs.target
        frame = target.frame
        early = frame["outcome"].notna() & (frame["year"] + target.horizon > target.last_observed)
        if early.any():
            first = frame[early].iloc[0]
            yield self.finding(
                target.event,
                f"{int(early.sum())} labels of windows that reach beyond {target.last_observed}, first "
                f"{first['name']} in {first['year']}",
            )


class _Rebuilt(LeakageCheck):
    """Features built again from less of the panel must come out the same."""

    @abstractmethod
    def smaller(self, inputs: AuditInputs) -> tuple[Panel, tuple[int, int]]:
        """Panel that holds less, and the years in which nothing may differ."""

    def find(self, inputs: AuditInputs) -> Iterator[Finding]:
        """Features that the smaller panel gives otherwise."""
        panel, years = self.smaller(inputs)
        try:
            again = inputs.build(panel)
        except LookupError as error:
            yield self.finding("build", f"cannot be built from the smaller panel: {error}")
            return
        frame = inputs.features.frame
        given = frame.loc[frame["year"].between(*years)].set_index(KEYS)
        rebuilt = again.frame.set_index(KEYS).reindex(given.index)
        for name in inputs.features.names:
            if name not in rebuilt:
                yield self.finding(name, "is not built from the smaller panel at all")
                continue
            left, right = given[name].to_numpy(dtype=float), rebuilt[name].to_numpy(dtype=float)
            differs = ~(
                (np.abs(left - right) <= _SAME * np.maximum(1, np.abs(left)))
                | (np.isnan(left) & np.isnan(right))
            )
            if differs.any():
                country_id, year = given.index[int(np.argmax(differs))]
                yield self.finding(
                    name,
                    f"{int(differs.sum())} of {len(left)} values differ, first GW {country_id} in {year}",
                )


class LaterData(_Rebuilt):
    """RTL002: features that change when later years are deleted."""

    code, name, anchor = "RTL002", "later data", f"{_PAGE}#rtl002"
    rule = "features up to {origin} are the same when later years are deleted"

    def smaller(self, inputs: AuditInputs) -> tuple[Panel, tuple[int, int]]:
        """Panel without the years after the origin."""
        panel, origin = inputs.features.panel, inputs.origin
        # a source that begins later stays, as a column without values
        variables = {
            name: replace(variable, last_year=min(variable.last_year, origin))
            for name, variable in panel.variables.items()
        }
        cut = replace(panel, frame=panel.frame[panel.frame["year"] <= origin], variables=variables)
        return cut, (panel.years[0], origin)


class Publication(_Rebuilt):
    """RTL003: features that use values before they were published."""

    code, name, anchor = "RTL003", "publication", f"{_PAGE}#rtl003"
    rule = "features of {origin} are the same from what was published by their issue date"

    def smaller(self, inputs: AuditInputs) -> tuple[Panel, tuple[int, int]]:
        """Panel as it was known on the issue date of the origin."""
        issued = month_end(inputs.origin + 1, inputs.features.issue_month)
        return inputs.features.panel.as_of(issued), (inputs.origin, inputs.origin)


class TooGood(LeakageCheck):
    """RTL004: a single feature that all but tells the outcome."""

    code, name, anchor = "RTL004", "too good", f"{_PAGE}#rtl004"
    rule = f"no single feature separates onsets with an AUC of {_TOO_GOOD} or more"

    def find(self, inputs: AuditInputs) -> Iterator[Finding]:
        """Features with too high an AUC, in either direction."""
        rows = inputs.rows
        for name in inputs.features.names:
            values = rows.matrix[name].to_numpy(dtype=float)
            used = np.isfinite(values) & np.isfinite(rows.outcome)
            outcome = rows.outcome[used]
            if outcome.sum() < _FEWEST or outcome.sum() > len(outcome) - _FEWEST:
                continue
            rank = pd.Series(values[used]).rank(pct=True).to_numpy()
            score = float(auc(outcome, rank))
            if max(score, 1 - score) >= _TOO_GOOD:
                yield self.finding(name, f"AUC {max(score, 1 - score):.3f} by itself")


class Identifiers(LeakageCheck):
    """RTL005: a feature that is a number of the state."""

    code, name, anchor = "RTL005", "identifiers", f"{_PAGE}#rtl005"
    rule = "no feature tells states apart by a number of their own"

    def find(self, inputs: AuditInputs) -> Iterator[Finding]:
        """Features with one value for a state and another for every other."""
        features = inputs.features
        by_state = features.frame.groupby("country_id")
        grouped = by_state[features.names]
        states = features.frame["country_id"].nunique()
        constant = (grouped.max() == grouped.min()).where(grouped.count() > 0, other=True).all()
        for name in features.names:
            if not constant[name]:
                continue
            values = by_state[name].first().dropna()
            if len(values) > 0.5 * states and values.nunique() > 0.9 * len(values):
                yield self.finding(
                    name, f"one value per state and {values.nunique()} values for {len(values)} states"
                )


class ScrambledFuture(LeakageCheck):
    """RTL006: a model whose forecast moves when the future is scrambled."""

    code, name, anchor = "RTL006", "scrambled future", f"{_PAGE}#rtl006"
    rule = "the forecast from {origin} keeps its bits when everything after it is scrambled"

    def find(self, inputs: AuditInputs) -> Iterator[Finding]:
        """Forecasts that moved."""
        rows, origin = inputs.rows, inputs.origin
        generator = np.random.default_rng(inputs.seed)
        later = rows.keys["year"].to_numpy() > origin
        matrix = rows.matrix.copy()
        shuffled = generator.permutation(int(later.sum()))
        factors = generator.uniform(0.5, 2.0, (int(later.sum()), 1))
        matrix.loc[later] = rows.matrix[later].to_numpy()[shuffled] * factors
        outcome = rows.outcome.copy()
        open_then = rows.keys["year"].to_numpy() + rows.horizon > origin
        outcome[open_then] = generator.permutation(outcome[open_then])
        scrambled = replace(rows, matrix=matrix, outcome=outcome)
        here = rows.at(origin)
        before = rows.fit(inputs.model, origin=origin).log_odds(rows.matrix[here])
        after = scrambled.fit(inputs.model, origin=origin).log_odds(matrix[here])
        moved = before != after
        if moved.any():
            yield self.finding(
                model_name(inputs.model),
                f"{int(moved.sum())} of {len(moved)} forecasts moved, by {np.abs(before - after).max():.2g} at most",
            )


class Calibration(LeakageCheck):
    """RTL007: probabilities that no calibrator fitted on earlier closed windows gives."""

    code, name, anchor = "RTL007", "calibration", f"{_PAGE}#rtl007"
    rule = "every probability follows from a calibrator fitted on earlier closed windows"

    def applies(self, inputs: AuditInputs) -> bool:
        """With a backtest only."""
        return inputs.result is not None

    def find(self, inputs: AuditInputs) -> Iterator[Finding]:
        """Origins whose probabilities differ from those calibrated again."""
        result = inputs.result
        if result is None:
            return
        for origin, rows in result.frame.groupby("origin_year"):
            fitted = calibrator_of(result, origin=int(str(origin)), horizon=result.horizon)
            again = fitted.apply(rows["raw_prob"], groups=rows["group"])
            gap = float(np.abs(again - rows["prob"].to_numpy()).max())
            if gap > _SAME_PROB:
                yield self.finding(f"origin {origin}", f"probabilities differ by up to {gap:.2g}")


CHECKS: tuple[LeakageCheck, ...] = (
    OpenWindows(),
    LaterData(),
    Publication(),
    TooGood(),
    Identifiers(),
    ScrambledFuture(),
    Calibration(),
)
