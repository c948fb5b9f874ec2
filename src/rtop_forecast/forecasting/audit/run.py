"""The leakage audit: its inputs are checked, then every check runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from rtop_forecast.checks.arguments import instance_of, quoted
from rtop_forecast.errors import InputError
from rtop_forecast.features import Features, features_of
from rtop_forecast.forecasting.audit.check import AuditInputs, LeakageCheck
from rtop_forecast.forecasting.audit.checks import CHECKS
from rtop_forecast.forecasting.audit.findings import LeakageReport
from rtop_forecast.forecasting.made_of import check_belongs
from rtop_forecast.forecasting.request import Request
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.models import RiskModel
from rtop_forecast.panel import Panel
from rtop_forecast.targets import Target

_RESERVED = "RTL"


def audit_leakage(  # noqa: PLR0913 (public entry point)
    features: Features,
    target: Target,
    model: RiskModel,
    *,
    origin: int | None = None,
    build: Callable[[Panel], Features] | None = None,
    result: BacktestResult | None = None,
    checks: Sequence[LeakageCheck] = (),
    seed: int = 0,
) -> LeakageReport:
    """Look for what a forecast could not have known.

    Parameters
    ----------
    features : Features
        As they go into the model, with whatever you did to them.
    target : Target
    model : RiskModel or scikit-learn classifier
        Unfitted.
    origin : int, optional
        Where the data are cut; by default two thirds of the way through the closed windows.
    build : callable, optional
        From a panel to your features; by default the specifications that the features were built from.
        Features that were altered after building need it.
    result : BacktestResult, optional
        A backtest whose calibration is checked too.
    checks : sequence of LeakageCheck, optional
        Checks of your own, run after the library's.
    seed : int
        Of the scrambling.

    Returns
    -------
    LeakageReport

    Raises
    ------
    InputError
        If the origin leaves nothing to cut or train on, or a check of your own is not a :class:`LeakageCheck` or takes
        the code of another.

    References
    ----------
    Kapoor, S. & Narayanan, A. (2023). Leakage and the reproducibility crisis in machine-learning-based science.
    Patterns, 4(9), 100804.
    """
    own = _own_checks(checks)
    request = Request.of(model, features, target)
    if result is not None:
        instance_of(result, BacktestResult, name="result", remedy="Make it with backtest(...).")
        check_belongs(
            result.provenance,
            {"made_of": request.made_of},
            what="the backtest",
            remedy="Audit it with its own model, features and target.",
        )
    inputs = AuditInputs(
        features=features,
        target=target,
        model=request.model,
        rows=request.rows,
        origin=_origin(request, origin),
        build=build or partial(_rebuild, features),
        result=result,
        seed=seed,
    )
    applied = [check for check in (*CHECKS, *own) if check.applies(inputs)]
    return LeakageReport(
        findings=tuple(finding for check in applied for finding in check.find(inputs)),
        checks=tuple(check.checked(inputs.origin) for check in applied),
        origin=inputs.origin,
    )


def _own_checks(checks: Sequence[Any]) -> list[LeakageCheck]:
    own = list(checks)
    codes: set[str] = set()
    for check in own:
        if not isinstance(check, LeakageCheck):
            message = f"checks must be instances of LeakageCheck; {quoted(check)} is not. Subclass it."
            raise InputError(message)
        if check.code.startswith(_RESERVED) or check.code in codes:
            fault = (
                "is taken twice"
                if check.code in codes
                else f"begins with {_RESERVED}, as the library's own do"
            )
            message = f"each check needs a code of its own; {check.code!r} {fault}. Choose another."
            raise InputError(message)
        codes.add(check.code)
    return own


def _origin(request: Request, origin: int | None) -> int:
    rows = request.rows
    closed = rows.keys.loc[np.isfinite(rows.outcome), "year"]
    at = int(closed.min() + (closed.max() - closed.min()) * 2 // 3) if origin is None else origin
    if not rows.training(at).any() or at >= request.features.panel.years[1]:
        message = (
            f"nothing can be audited at origin {at}; choose one between the first closed window and the end."
        )
        raise InputError(message)
    return at


def _rebuild(features: Features, panel: Panel) -> Features:
    """Build the same features from another panel, those of the user's own among them."""
    return features_of(panel, features.specs, issue_month=features.issue_month)
