"""Backtests of several models on the same rows, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.checks.arguments import string_mapping
from rtop_forecast.errors import InputError
from rtop_forecast.features import Features
from rtop_forecast.forecasting.backtest import backtest
from rtop_forecast.models import RiskModel
from rtop_forecast.targets import Target

__all__ = ["backtest_all"]


def backtest_all(
    models: Mapping[str, RiskModel], features: Features, target: Target, **options: Any
) -> pd.DataFrame:
    """Backtest several models alike.

    Parameters
    ----------
    models : dict of str to RiskModel or scikit-learn classifier
        By the names that tell them apart in the table, as :func:`rtop_forecast.benchmark_models` gives them.
    features : Features
    target : Target
    **options
        As :func:`rtop_forecast.backtest` takes them, the same for every model; ``checkpoint`` is a folder in which each
        model has one of its own.

    Returns
    -------
    pandas.DataFrame
        One row per model, state and origin: ``model``, then the columns of :attr:`BacktestResult.frame`.

    Raises
    ------
    InputError
        If there is no model, or as :func:`rtop_forecast.backtest` says.
    """
    checkpoint = options.pop("checkpoint", None)
    frames = []
    for name, model in string_mapping(models, name="models").items():
        own: dict[str, Any] = {} if checkpoint is None else {"checkpoint": Path(checkpoint) / name}
        result = backtest(model, features, target, **options, **own)
        frames.append(
            pd.concat([pd.Series(name, index=result.frame.index, name="model"), result.frame], axis=1)
        )
    if not frames:
        message = "models holds no model. Name at least one, for example {'default': default_model()}."
        raise InputError(message)
    return pd.concat(frames, ignore_index=True)
