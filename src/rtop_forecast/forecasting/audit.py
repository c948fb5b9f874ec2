"""Leakage audit: whether anything in features, labels, model or calibration knows the future."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.evaluation import auc
from rtop_forecast.features import CATALOGUE, Features, build_features
from rtop_forecast.forecasting.prequential import fit_calibrator
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.sample import Sample, sample
from rtop_forecast.models import RiskModel
from rtop_forecast.panel import Panel
from rtop_forecast.targets import Target
from rtop_forecast.world.states import KEYS

__all__ = ["Finding", "LeakageReport", "audit_leakage"]

_TOO_GOOD = 0.97  # AUC of a single feature: no single yearly figure tells rare onsets so well
_SAME = 1e-12
Build = Callable[[Panel], Features]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One leak that the audit found.

    Attributes
    ----------
    check : str
        Name of the check.
    subject : str
        Feature, label or score it is about.
    detail : str
        What was seen, with counts.
    """

    check: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakageReport:
    """Findings of a leakage audit, and what was checked.

    Attributes
    ----------
    findings : tuple of Finding
    checks : dict of str to str
        Every check that ran, and how.
    origin : int
        Origin year at which the data were cut and scrambled.
    """

    findings: tuple[Finding, ...]
    checks: dict[str, str]
    origin: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def to_frame(self) -> pd.DataFrame:
        """Tabulate the findings: ``check, subject, detail``."""
        rows = [{"check": one.check, "subject": one.subject, "detail": one.detail} for one in self.findings]
        return pd.DataFrame(rows, columns=["check", "subject", "detail"])

    def summary(self) -> str:
        """Info sheet after Kapoor & Narayanan (2023), as text."""
        lines = [f"Leakage audit at origin {self.origin}: {len(self.findings)} findings"]
        for name, how in self.checks.items():
            found = [one for one in self.findings if one.check == name]
            lines.append(f"  {'FAILED' if found else 'passed'}  {name}: {how}")
            lines += [f"          {one.subject}: {one.detail}" for one in found[:10]]
            if len(found) > 10:
                lines.append(f"          and {len(found) - 10} more")
        return "\n".join(lines)


def audit_leakage(
    features: Features,
    target: Target,
    model: RiskModel,
    *,
    origin: int | None = None,
    build: Build | None = None,
    result: BacktestResult | None = None,
    seed: int = 0,
) -> LeakageReport:
    """Look for what a forecast could not have known.

    Parameters
    ----------
    features : Features
        As they go into the model, with whatever you did to them.
    target : Target
    model : RiskModel
        Unfitted.
    origin : int, optional
        Where the data are cut; by default two thirds of the way through the closed windows.
    build : callable, optional
        From a panel to your features; by default the catalogue's own :func:`build_features` for the same names.
        Features that were altered after building need it.
    result : BacktestResult, optional
        A backtest whose calibration is checked too.
    seed : int
        Of the scrambling.

    Returns
    -------
    LeakageReport

    Raises
    ------
    InputError
        If the origin leaves nothing to cut or train on.

    References
    ----------
    Kapoor, S. & Narayanan, A. (2023). Leakage and the reproducibility crisis in machine-learning-based science.
    Patterns, 4(9), 100804.
    """
    rows = sample(features, target)
    closed = rows.keys.loc[np.isfinite(rows.outcome), "year"]
    at = int(closed.min() + (closed.max() - closed.min()) * 2 // 3) if origin is None else origin
    if not rows.training(at).any() or at >= features.panel.years[1]:
        message = (
            f"nothing can be audited at origin {at}; choose one between the first closed window and the end."
        )
        raise InputError(message)
    make = build or _rebuild(features)
    findings = [
        *_windows(target),
        *_later_data(features, make, at),
        *_publication(features, make, at),
        *_too_good(rows, features.names),
        *_identifiers(features),
        *_scrambled(rows, model, at, seed),
    ]
    checks = {
        "open windows": "no label before the last year of its window is coded",
        "later data": f"features up to {at} are the same when later years are deleted",
        "publication": f"features of {at} are the same from what was published by their issue date",
        "too good": f"no single feature separates onsets with an AUC of {_TOO_GOOD} or more",
        "identifiers": "no feature tells states apart by a number of their own",
        "scrambled future": f"the forecast from {at} keeps its bits when everything after it is scrambled",
    }
    if result is not None:
        findings += _calibration(result)
        checks["calibration"] = "every probability follows from a calibrator fitted on earlier closed windows"
    return LeakageReport(findings=tuple(findings), checks=checks, origin=at)


def _rebuild(features: Features) -> Build:
    known = {spec.name for spec in CATALOGUE}
    names = [name for name in features.names if name in known]
    own = {spec.name: spec.risk_factors[0] for spec in features.specs if spec.name not in known}
    return lambda panel: build_features(panel, names=names, own=own, issue_month=features.issue_month)


def _windows(target: Target) -> list[Finding]:
    frame = target.frame
    known = frame["outcome"].notna() & (frame["year"] + target.horizon > target.last_observed)
    if not known.any():
        return []
    first = frame[known].iloc[0]
    return [
        Finding(
            check="open windows",
            subject=target.event,
            detail=f"{int(known.sum())} labels of windows that reach beyond {target.last_observed}, first "
            f"{first['name']} in {first['year']}",
        )
    ]


def _later_data(features: Features, make: Build, at: int) -> list[Finding]:
    panel = features.panel
    # a source that begins later stays as a column without values, as it would be looked for in vain
    variables = {name: replace(v, last_year=min(v.last_year, at)) for name, v in panel.variables.items()}
    cut = replace(panel, frame=panel.frame[panel.frame["year"] <= at], variables=variables)
    return _differences(features, make, cut, "later data", years=(panel.years[0], at))


def _publication(features: Features, make: Build, at: int) -> list[Finding]:
    month = features.issue_month
    last_day = (pd.Timestamp(at + 1, month, 1) + pd.offsets.MonthEnd(0)).day
    known = features.panel.as_of(date(at + 1, month, last_day))
    return _differences(features, make, known, "publication", years=(at, at))


def _differences(
    features: Features, make: Build, panel: Panel, check: str, *, years: tuple[int, int]
) -> list[Finding]:
    """Features that a smaller panel gives otherwise."""
    try:
        again = make(panel)
    except LookupError as error:
        return [
            Finding(check=check, subject="build", detail=f"cannot be built from the smaller panel: {error}")
        ]
    keys = features.frame[KEYS]
    rows = keys["year"].between(*years).to_numpy()
    ours = features.frame.loc[rows].set_index(KEYS)
    theirs = again.frame.set_index(KEYS).reindex(ours.index)
    found = []
    for name in features.names:
        if name not in theirs:
            found.append(
                Finding(check=check, subject=name, detail="is not built from the smaller panel at all")
            )
            continue
        left, right = ours[name].to_numpy(dtype=float), theirs[name].to_numpy(dtype=float)
        differs = ~(
            (np.abs(left - right) <= _SAME * np.maximum(1, np.abs(left))) | (np.isnan(left) & np.isnan(right))
        )
        if differs.any():
            country_id, year = ours.index[int(np.argmax(differs))]
            found.append(
                Finding(
                    check=check,
                    subject=name,
                    detail=f"{int(differs.sum())} of {len(left)} values differ, first GW {country_id} in {year}",
                )
            )
    return found


def _too_good(rows: Sample, names: list[str]) -> list[Finding]:
    found = []
    for name in names:
        values = rows.matrix[name].to_numpy(dtype=float)
        used = np.isfinite(values) & np.isfinite(rows.outcome)
        outcome = rows.outcome[used]
        if outcome.sum() < 5 or outcome.sum() > len(outcome) - 5:
            continue
        rank = pd.Series(values[used]).rank(pct=True).to_numpy()
        score = float(auc(outcome, rank))
        if max(score, 1 - score) >= _TOO_GOOD:
            found.append(
                Finding(check="too good", subject=name, detail=f"AUC {max(score, 1 - score):.3f} by itself")
            )
    return found


def _identifiers(features: Features) -> list[Finding]:
    """Features with one value for a state and another for every other."""
    by_state = features.frame.groupby("country_id")
    grouped = by_state[features.names]
    states = features.frame["country_id"].nunique()
    constant = (grouped.max() == grouped.min()).where(grouped.count() > 0, other=True).all()
    found = []
    for name in [name for name in features.names if constant[name]]:
        values = by_state[name].first()
        known = values.notna()
        if known.sum() > 0.5 * states and values[known].nunique() > 0.9 * known.sum():
            found.append(
                Finding(
                    check="identifiers",
                    subject=name,
                    detail=f"one value per state and {values[known].nunique()} values for {int(known.sum())} states",
                )
            )
    return found


def _scrambled(rows: Sample, model: RiskModel, at: int, seed: int) -> list[Finding]:
    generator = np.random.default_rng(seed)
    later = rows.keys["year"].to_numpy() > at
    matrix = rows.matrix.copy()
    shuffled = generator.permutation(int(later.sum()))
    matrix.loc[later] = rows.matrix[later].to_numpy()[shuffled] * generator.uniform(
        0.5, 2.0, (int(later.sum()), 1)
    )
    outcome = rows.outcome.copy()
    open_then = rows.keys["year"].to_numpy() + rows.horizon > at
    outcome[open_then] = generator.permutation(outcome[open_then])
    other = Sample(keys=rows.keys, matrix=matrix, outcome=outcome, horizon=rows.horizon)
    here = rows.at(at)
    before = rows.fit(model, origin=at).log_odds(rows.matrix[here])
    after = other.fit(model, origin=at).log_odds(other.matrix[here])
    moved = before != after
    if not moved.any():
        return []
    return [
        Finding(
            check="scrambled future",
            subject=type(model).__name__,
            detail=f"{int(moved.sum())} of {len(moved)} forecasts moved, by {np.abs(before - after).max():.2g} at most",
        )
    ]


def _calibration(result: BacktestResult) -> list[Finding]:
    columns = ["origin_year", "raw_prob", "outcome"]
    history = pd.concat([result.feeding[columns], result.frame[columns]], ignore_index=True)
    found = []
    for origin, group in result.frame.groupby("origin_year"):
        fitted = fit_calibrator(
            result.calibrator,
            history,
            origin=int(str(origin)),
            horizon=result.horizon,
            origins=result.calibration_origins,
        )
        gap = float(np.abs(fitted.apply(group["raw_prob"]) - group["prob"].to_numpy()).max())
        if gap > 1e-9:
            found.append(
                Finding(
                    check="calibration",
                    subject=f"origin {origin}",
                    detail=f"probabilities differ by up to {gap:.2g}",
                )
            )
    return found
