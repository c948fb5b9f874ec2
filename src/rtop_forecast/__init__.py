"""Forecast the risk of mass atrocities, country by country and year by year.

Every number says what was known when. See :func:`load_panel` for where to start.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rtop_forecast.attribution import Attributions as Attributions
    from rtop_forecast.audit import LeakageReport as LeakageReport
    from rtop_forecast.audit import audit_leakage as audit_leakage
    from rtop_forecast.backtest import BacktestResult as BacktestResult
    from rtop_forecast.backtest import RollingOrigin as RollingOrigin
    from rtop_forecast.backtest import backtest as backtest
    from rtop_forecast.cases import Case as Case
    from rtop_forecast.change import ChangeAttribution as ChangeAttribution
    from rtop_forecast.change import change_attribution as change_attribution
    from rtop_forecast.citations import cite as cite
    from rtop_forecast.compare import Comparison as Comparison
    from rtop_forecast.compare import compare as compare
    from rtop_forecast.errors import CoverageError as CoverageError
    from rtop_forecast.errors import DataIntegrityError as DataIntegrityError
    from rtop_forecast.errors import DownloadError as DownloadError
    from rtop_forecast.errors import InputError as InputError
    from rtop_forecast.errors import LeakageError as LeakageError
    from rtop_forecast.features import Features as Features
    from rtop_forecast.features import build_features as build_features
    from rtop_forecast.features import describe_features as describe_features
    from rtop_forecast.features import risk_profile as risk_profile
    from rtop_forecast.forecast import Forecast as Forecast
    from rtop_forecast.forecast import forecast as forecast
    from rtop_forecast.framework import RISK_FACTORS as RISK_FACTORS
    from rtop_forecast.framework import risk_factor as risk_factor
    from rtop_forecast.locked import lock_forecast as lock_forecast
    from rtop_forecast.locked import read_locked as read_locked
    from rtop_forecast.locked import score_locked as score_locked
    from rtop_forecast.models import benchmark_models as benchmark_models
    from rtop_forecast.models import default_model as default_model
    from rtop_forecast.own_data import add_events as add_events
    from rtop_forecast.own_data import add_variables as add_variables
    from rtop_forecast.panel import Panel as Panel
    from rtop_forecast.panel import load_panel as load_panel
    from rtop_forecast.report import write_report as write_report
    from rtop_forecast.report import write_tables as write_tables
    from rtop_forecast.saved import load_backtest as load_backtest
    from rtop_forecast.saved import load_forecast as load_forecast
    from rtop_forecast.saved import load_model as load_model
    from rtop_forecast.saved import save_backtest as save_backtest
    from rtop_forecast.saved import save_forecast as save_forecast
    from rtop_forecast.saved import save_model as save_model
    from rtop_forecast.sources.fetch import fetch as fetch
    from rtop_forecast.sources.overview import describe_sources as describe_sources
    from rtop_forecast.sources.overview import folder_state as folder_state
    from rtop_forecast.sources.peer_forecasts import peer_forecasts as peer_forecasts
    from rtop_forecast.states import resolve as resolve
    from rtop_forecast.states import states as states
    from rtop_forecast.targets import Target as Target
    from rtop_forecast.targets import onset_target as onset_target
    from rtop_forecast.what_if import what_if as what_if

__version__ = version("rtop-forecast")

# Modules load on first use, so that the import stays light.
_HOME = {
    "Attributions": "attribution",
    "BacktestResult": "backtest",
    "Case": "cases",
    "ChangeAttribution": "change",
    "Comparison": "compare",
    "CoverageError": "errors",
    "DataIntegrityError": "errors",
    "DownloadError": "errors",
    "Features": "features",
    "Forecast": "forecast",
    "InputError": "errors",
    "LeakageError": "errors",
    "LeakageReport": "audit",
    "Panel": "panel",
    "RISK_FACTORS": "framework",
    "RollingOrigin": "backtest",
    "Target": "targets",
    "add_events": "own_data",
    "add_variables": "own_data",
    "audit_leakage": "audit",
    "backtest": "backtest",
    "benchmark_models": "models",
    "build_features": "features",
    "change_attribution": "change",
    "cite": "citations",
    "compare": "compare",
    "default_model": "models",
    "describe_features": "features",
    "describe_sources": "sources.overview",
    "fetch": "sources.fetch",
    "folder_state": "sources.overview",
    "forecast": "forecast",
    "load_backtest": "saved",
    "load_forecast": "saved",
    "load_model": "saved",
    "load_panel": "panel",
    "lock_forecast": "locked",
    "onset_target": "targets",
    "peer_forecasts": "sources.peer_forecasts",
    "read_locked": "locked",
    "resolve": "states",
    "risk_factor": "framework",
    "risk_profile": "features",
    "save_backtest": "saved",
    "save_forecast": "saved",
    "save_model": "saved",
    "score_locked": "locked",
    "states": "states",
    "what_if": "what_if",
    "write_report": "report",
    "write_tables": "report",
}

__all__ = ["__version__", *sorted(_HOME)]  # noqa: PLE0604


class _Package(ModuleType):
    """The package, whose functions ``backtest``, ``forecast`` and ``states`` go before their modules."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Bind everything but a submodule that shares its name with a public function."""
        if not (isinstance(value, ModuleType) and name in _HOME):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name not in _HOME:
        message = f"module 'rtop_forecast' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"rtop_forecast.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names."""
    return sorted(__all__)
