"""Backtests and forecasts in folders of Parquet, JSON and LightGBM text; nothing is unpickled."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast import models
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.evaluation import CountDistribution
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.records.documents import (
    calibrator_document,
    calibrator_from,
    explanation_contents,
    explanations_from,
    factor_contents,
    factors_from,
    feature_contents,
    features_of_contents,
)
from rtop_forecast.records.models import SavedModels, model_contents, unfitted_of
from rtop_forecast.records.months import (
    backtest_months,
    calibrator_months,
    months_of_backtest,
    with_saved_months,
    yearly_calibrator,
)
from rtop_forecast.storage.manifest import Kind, as_json, as_parquet, read_store, table_of, write_store
from rtop_forecast.world.states import KEYS

__all__ = ["load_backtest", "load_forecast", "read_forecast", "save_backtest", "save_forecast"]

_TABLES = ("frame", "feeding", "events")
_MEMBERS = "members.parquet"
_RESULT = "result.json"


def _explained(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Version 1 kept no explanations; there are none to add."""
    return contents


def _grouped(*tables: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Migration from before calibrators knew groups: every row was of one group."""

    def migrate(contents: dict[str, bytes]) -> dict[str, bytes]:
        files = {f"{name}.parquet": table_of(contents[f"{name}.parquet"]) for name in tables}
        return contents | {name: as_parquet(table.assign(group="")) for name, table in files.items()}

    return migrate


_BACKTEST = Kind(noun="backtest", version=3, migrations={1: _explained, 2: _grouped("frame", "feeding")})
_FORECAST = Kind(noun="forecast", version=2, migrations={1: _grouped("frame", "rows")})


def save_backtest(result: BacktestResult, folder: str | Path) -> Path:
    """Write a backtest into a folder, with its explanations.

    Parameters
    ----------
    result : BacktestResult
    folder : path
        Made if it does not exist; must be empty or hold a saved backtest, which is replaced.

    Returns
    -------
    pathlib.Path
        The folder. The manifest is written last: a folder without one is not a saved backtest.

    Raises
    ------
    InputError
        If the folder holds other files or the calibrator is not one of the library's.
    """
    payload = {
        "model_name": result.model_name,
        "calibrator": calibrator_document(result.calibrator),
        "calibration_origins": result.calibration_origins,
        "horizon": result.horizon,
        "delay": result.delay,
        "seed": result.seed,
        "exclusions": result.exclusions,
        "provenance": result.provenance,
    }
    contents = {f"{name}.parquet": as_parquet(getattr(result, name)) for name in _TABLES}
    if len(result.member_frame):
        contents[_MEMBERS] = as_parquet(result.member_frame)
    contents |= explanation_contents(result.explanations)
    contents |= backtest_months(result)
    return write_store(folder, _BACKTEST, contents | {_RESULT: as_json(payload)})


def load_backtest(folder: str | Path) -> BacktestResult:
    """Read a backtest written by :func:`save_backtest`, by this version or an earlier one.

    Raises
    ------
    DataIntegrityError
        If the folder is not a saved backtest, is of an unknown version, or a byte of it was changed.
    """
    contents = read_store(folder, _BACKTEST)
    payload = json.loads(contents[_RESULT])
    tables: dict[str, Any] = {name: table_of(contents[f"{name}.parquet"]) for name in _TABLES}
    return BacktestResult(
        **tables,
        model_name=payload["model_name"],
        calibrator=calibrator_from(payload["calibrator"]),
        calibration_origins=payload["calibration_origins"],
        horizon=payload["horizon"],
        delay=payload.get("delay", 0),
        seed=payload["seed"],
        exclusions=payload["exclusions"],
        provenance=payload["provenance"],
        explanations=explanations_from(contents),
        member_frame=table_of(contents[_MEMBERS]) if _MEMBERS in contents else pd.DataFrame(),
        **months_of_backtest(contents),
    )


def save_forecast(forecast: Forecast, folder: str | Path) -> Path:
    """Write a forecast into a folder, with its fitted model, calibrator, features and explanation.

    Parameters
    ----------
    forecast : Forecast
    folder : path
        Made if it does not exist; must be empty or hold a saved forecast, which is replaced.

    Returns
    -------
    pathlib.Path
        The folder. It keeps the panel's variables that the features read. A model that is not of
        :mod:`rtop_forecast.models` is not saved: the loaded forecast has its probabilities, intervals and explanations,
        and refuses what needs the model, such as :func:`rtop_forecast.what_if`.

    Raises
    ------
    InputError
        If the folder holds other files, or calibrator or a feature is not one of the library's; write
        such a forecast with :func:`rtop_forecast.write_tables` or :func:`rtop_forecast.lock_forecast`.
    StorageError
        If a file cannot be written; what was saved there before is whole.
    """
    basis = forecast.basis
    payload = {
        "expected": list(forecast.expected),
        "count": None if forecast.count is None else forecast.count.probabilities.tolist(),
        "level": forecast.level,
        "draws": forecast.draws,
        "issued": forecast.issued.isoformat(),
        "provenance": forecast.provenance,
        "calibrator": calibrator_document(yearly_calibrator(basis.calibrator)),
        "unfitted": unfitted_of(basis.unfitted),
        "horizon": basis.rows.horizon,
        "delay": basis.rows.delay,
        "origin_year": basis.origin_year,
        "seed": basis.seed,
    }
    rows = basis.rows.keys.assign(outcome=basis.rows.outcome, group=basis.rows.labels)
    contents = {
        _RESULT: as_json(payload),
        "frame.parquet": as_parquet(forecast.frame),
        "rows.parquet": as_parquet(rows),
        **feature_contents(basis.features),
        **explanation_contents({forecast.origin_year: forecast.explanation}),
        **factor_contents(forecast.factors),
        **calibrator_months(basis.calibrator),
        **(model_contents(basis.fitted) if models.can_be_saved(basis.fitted) else {}),
    }
    return write_store(folder, _FORECAST, contents)


def load_forecast(folder: str | Path) -> Forecast:
    """Read a forecast written by :func:`save_forecast`; it explains, compares and answers as before.

    Raises
    ------
    DataIntegrityError
        If the folder is not a saved forecast, is of an unknown version, or a byte of it was changed.
    """
    forecast = read_forecast(folder)
    # what a user hands over is checked whole
    _ = forecast.basis.unfitted, forecast.basis.fitted
    return forecast


def read_forecast(folder: str | Path) -> Forecast:
    """Read a forecast as :func:`load_forecast`, its models when they are first asked for.

    Raises
    ------
    DataIntegrityError
        As :func:`load_forecast`, but for rules that the models break: those when they are asked for.
    """
    contents = read_store(folder, _FORECAST)
    payload = json.loads(contents[_RESULT])
    features = features_of_contents(contents)
    rows = table_of(contents["rows.parquet"])
    place = pd.MultiIndex.from_frame(features.frame[KEYS]).get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    if (place < 0).any():
        message = (
            f"{folder} is damaged: {int((place < 0).sum())} rows have no features. Save the forecast again."
        )
        raise DataIntegrityError(message)
    value, low, high = payload["expected"]
    count = payload.get("count")
    return Forecast(
        frame=table_of(contents["frame.parquet"]),
        expected=(value, low, high),
        count=None if count is None else CountDistribution(probabilities=np.array(count, dtype=np.float64)),
        factors=factors_from(contents),
        explanation=explanations_from(contents)[payload["origin_year"]],
        basis=Basis(
            models=SavedModels(contents, payload["unfitted"]),
            calibrator=with_saved_months(calibrator_from(payload["calibrator"]), contents),
            rows=Sample(
                keys=rows[[*KEYS, "name"]],
                matrix=features.frame[features.names].iloc[place].reset_index(drop=True),
                outcome=rows["outcome"].to_numpy(dtype=np.float64),
                horizon=payload["horizon"],
                groups=rows["group"].to_numpy(dtype=np.str_),
                delay=payload.get("delay", 0),
            ),
            features=features,
            origin_year=payload["origin_year"],
            seed=payload["seed"],
        ),
        level=payload["level"],
        draws=payload["draws"],
        issued=date.fromisoformat(payload["issued"]),
        provenance=payload["provenance"],
    )
