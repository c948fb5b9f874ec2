"""Results as the figures take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from rtop_forecast.checks.arguments import instance_of, quoted
from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.compare import same_rows
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.world.states import ROW_KEYS

__all__ = ["named_results", "one_forecast", "one_result", "several_states"]


def one_forecast(value: Any) -> Forecast:
    """Forecast, or a refusal."""
    found: Forecast = instance_of(value, Forecast, name="forecast", remedy="Make it with forecast(...).")
    return found


def one_result(value: Any, *, name: str = "result") -> BacktestResult:
    """Backtest, or a refusal."""
    found: BacktestResult = instance_of(
        value, BacktestResult, name=name, remedy="Make it with backtest(...)."
    )
    return found


def named_results(value: Any) -> dict[str, BacktestResult]:
    """Backtests of the same rows by the name that the legend shows.

    Parameters
    ----------
    value : BacktestResult, dict of str to BacktestResult, or sequence of BacktestResult
        Of a sequence, each is named by its model.

    Raises
    ------
    InputError
        If there is none, two have one name, or the rows differ.
    """
    if isinstance(value, Mapping):
        pairs = [(str(name), one_result(one, name=f"results[{name!r}]")) for name, one in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        pairs = [(one_result(one, name="each of results").model_name, one) for one in value]
    else:
        one = one_result(value, name="results")
        pairs = [(one.model_name, one)]
    found = dict(pairs)
    if not found or len(found) < len(pairs):
        fault = "there is none" if not found else f"{len(pairs)} share {len(found)} names"
        message = (
            f"results must be one backtest or several of different names; {fault}. "
            "Give a dict of name to backtest."
        )
        raise InputError(message)
    hidden = [name for name in found if not name or name.startswith("_")]
    if hidden:
        message = (
            f"names of results must not begin with _, which legends leave out; got {quoted(hidden[0])}. "
            "Rename it."
        )
        raise InputError(message)
    frames = [one.frame.sort_values(ROW_KEYS, ignore_index=True) for one in found.values()]
    for other in frames[1:]:
        same_rows(frames[0], other)
    return found


def several_states(value: Any) -> list[str | int]:
    """One state or several as a list."""
    single = isinstance(value, str | Integral)
    listed = isinstance(value, Iterable) and not isinstance(value, Mapping | bytes)
    found = [value] if single else list(value) if listed else []
    if found and all(isinstance(one, str | Integral) and not isinstance(one, bool) for one in found):
        return [one if isinstance(one, str) else int(one) for one in found]
    message = (
        f"states must be a name, a Gleditsch-Ward number or a list of them; got {quoted(value)}. "
        "Give for example ['Sudan', 'Chad']."
    )
    raise InputError(message)
