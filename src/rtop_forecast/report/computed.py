"""What the report computes from a forecast and its backtest, kept by the content of all that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, TypeVar

from rtop_forecast.forecasting.fingerprint import fingerprint
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.storage.remembered import remembered

__all__ = ["backtest_digest", "computed"]

T = TypeVar("T")
#: Packages that fits, calibrators, contributions and their changes are made by.
_CODE = (
    "errors.py",
    "checks",
    "logistic.py",
    "models",
    "evaluation",
    "calibration",
    "explanation",
    "forecasting",
)
# Other releases of these can give other last digits.
_LIBRARIES = ("scipy", "scikit-learn", "lightgbm")


def computed(parts: Mapping[str, Any], made: Callable[[], T], *, module: str, form: str = "parquet") -> T:
    """Take a value from the cache, or compute it and keep it there.

    Parameters
    ----------
    parts : dict of str to object
        All that it comes from, as for :func:`rtop_forecast.storage.remembered.remembered`; the first says what it is.
    made : callable
    module : str
        Of the report, which computes it.
    form : str
        As for :func:`rtop_forecast.storage.plain.files_of`.
    """
    libraries = {name: version(name) for name in _LIBRARIES}
    return remembered(
        "table",
        {**parts, "numerical libraries": libraries},
        made,
        code=(*_CODE, f"report/{module}.py"),
        form=form,
    )


def backtest_digest(result: BacktestResult) -> str:
    """Fingerprint of what the calibrators of a backtest, and draws of them, come from."""
    return fingerprint(
        [
            *(result.frame, result.feeding, result.yearly, result.monthly, result.calibrator),
            *(result.calibration_origins, result.horizon, result.delay, result.seed),
        ],
        name="the backtest",
    )
