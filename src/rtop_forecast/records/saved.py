"""Backtests, forecasts and models in folders of Parquet, JSON and LightGBM text; nothing is unpickled."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.forecasting.basis import Basis
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.forecasting.sample import Sample
from rtop_forecast.models import (
    model_document,
    model_from_document,
    read_model_file,
    unfitted_document,
    unfitted_from_document,
)
from rtop_forecast.records.documents import (
    calibrator_document,
    calibrator_from,
    explanation_contents,
    explanations_from,
    feature_contents,
    features_of_contents,
)
from rtop_forecast.storage.manifest import Kind, as_json, as_parquet, read_store, table_of, write_store
from rtop_forecast.world.states import KEYS

__all__ = ["load_backtest", "load_forecast", "load_model", "save_backtest", "save_forecast", "save_model"]

_TABLES = ("frame", "feeding", "events")
_RESULT, _MODEL = "result.json", "model.json"


def _explained(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Version 1 kept no explanations; there are none to add."""
    return contents


_BACKTEST = Kind(noun="backtest", version=2, migrations={1: _explained})
_FORECAST = Kind(noun="forecast", version=1, migrations={})
_FITTED = Kind(noun="model", version=3, migrations={})


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
        The folder. The manifest is written last: a folder without one is no saved backtest.

    Raises
    ------
    InputError
        If the folder holds other files or the calibrator is not one of the library's.
    """
    told = {
        "model_name": result.model_name,
        "calibrator": calibrator_document(result.calibrator),
        "calibration_origins": result.calibration_origins,
        "horizon": result.horizon,
        "seed": result.seed,
        "exclusions": result.exclusions,
        "provenance": result.provenance,
    }
    contents = {f"{name}.parquet": as_parquet(getattr(result, name)) for name in _TABLES}
    contents |= explanation_contents(result.explanations)
    return write_store(folder, _BACKTEST, contents | {_RESULT: as_json(told)})


def load_backtest(folder: str | Path) -> BacktestResult:
    """Read a backtest written by :func:`save_backtest`, by this version or an earlier one.

    Raises
    ------
    DataIntegrityError
        If the folder is no saved backtest, of an unknown version, or a byte of it was changed.
    """
    contents = read_store(folder, _BACKTEST)
    told = json.loads(contents[_RESULT])
    return BacktestResult(
        **{name: table_of(contents[f"{name}.parquet"]) for name in _TABLES},
        model_name=told["model_name"],
        calibrator=calibrator_from(told["calibrator"]),
        calibration_origins=told["calibration_origins"],
        horizon=told["horizon"],
        seed=told["seed"],
        exclusions=told["exclusions"],
        provenance=told["provenance"],
        explanations=explanations_from(contents),
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
        The folder. Of the panel it keeps the variables that the features read.

    Raises
    ------
    InputError
        If the folder holds other files, or model, calibrator or a feature is not one of the library's; write
        such a forecast with :func:`rtop_forecast.write_tables` or :func:`rtop_forecast.lock_forecast`.
    """
    basis = forecast.basis
    told = {
        "expected": list(forecast.expected),
        "level": forecast.level,
        "draws": forecast.draws,
        "issued": forecast.issued.isoformat(),
        "provenance": forecast.provenance,
        "calibrator": calibrator_document(basis.calibrator),
        "unfitted": unfitted_document(basis.unfitted),
        "horizon": basis.rows.horizon,
        "origin_year": basis.origin_year,
        "seed": basis.seed,
    }
    rows = basis.rows.keys.assign(outcome=basis.rows.outcome)
    contents = {
        _RESULT: as_json(told),
        "frame.parquet": as_parquet(forecast.frame),
        "rows.parquet": as_parquet(rows),
        **feature_contents(basis.features),
        **explanation_contents({forecast.origin_year: forecast.explanation}),
        **_model_contents(basis.fitted),
    }
    return write_store(folder, _FORECAST, contents)


def load_forecast(folder: str | Path) -> Forecast:
    """Read a forecast written by :func:`save_forecast`; it explains, compares and answers as before.

    Raises
    ------
    DataIntegrityError
        If the folder is no saved forecast, of an unknown version, or a byte of it was changed.
    """
    contents = read_store(folder, _FORECAST)
    told = json.loads(contents[_RESULT])
    features = features_of_contents(contents)
    rows = table_of(contents["rows.parquet"])
    place = pd.MultiIndex.from_frame(features.frame[KEYS]).get_indexer(pd.MultiIndex.from_frame(rows[KEYS]))
    if (place < 0).any():
        message = (
            f"{folder} is damaged: {int((place < 0).sum())} rows have no features. Save the forecast again."
        )
        raise DataIntegrityError(message)
    low, value, high = told["expected"][1], told["expected"][0], told["expected"][2]
    return Forecast(
        frame=table_of(contents["frame.parquet"]),
        expected=(value, low, high),
        explanation=explanations_from(contents)[told["origin_year"]],
        basis=Basis(
            fitted=_model_from(contents),
            unfitted=unfitted_from_document(told["unfitted"]),
            calibrator=calibrator_from(told["calibrator"]),
            rows=Sample(
                keys=rows[[*KEYS, "name"]],
                matrix=features.frame[features.names].iloc[place].reset_index(drop=True),
                outcome=rows["outcome"].to_numpy(dtype=np.float64),
                horizon=told["horizon"],
            ),
            features=features,
            origin_year=told["origin_year"],
            seed=told["seed"],
        ),
        level=told["level"],
        draws=told["draws"],
        issued=date.fromisoformat(told["issued"]),
        provenance=told["provenance"],
    )


def save_model(model: Any, folder: str | Path) -> Path:
    """Write a fitted model into a folder: its numbers as JSON, its trees as LightGBM's text.

    Parameters
    ----------
    model : estimator
        A fitted model of :mod:`rtop_forecast.models`.
    folder : path
        Made if it does not exist; must be empty or hold a saved model, which is replaced.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    InputError
        If the model is of another class or the folder holds other files.
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    """
    return write_store(folder, _FITTED, _model_contents(model))


def load_model(path: str | Path) -> Any:
    """Read a model written by :func:`save_model`; it predicts the same bits.

    Parameters
    ----------
    path : path
        The folder, or a single file of version 2.

    Returns
    -------
    estimator
        Fitted.

    Raises
    ------
    DataIntegrityError
        If there is no such model, it is damaged, or of an unknown version or class.
    """
    if path_argument(path, name="path").is_file():
        return read_model_file(path)
    return _model_from(read_store(path, _FITTED))


def _model_contents(model: Any) -> dict[str, bytes]:
    """Document of a model, each booster in a file of its own."""
    texts: dict[str, bytes] = {}

    def without_texts(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: [_put(texts, text) for text in value]
                if name == "booster_texts_"
                else without_texts(value)
                for name, value in node.items()
            }
        return [without_texts(one) for one in node] if isinstance(node, list) else node

    document = without_texts(model_document(model))
    return {_MODEL: as_json(document), **texts}


def _put(texts: dict[str, bytes], text: str) -> str:
    name = f"trees-{len(texts):02d}.txt"
    texts[name] = text.encode()
    return name


def _model_from(contents: dict[str, bytes]) -> Any:
    def with_texts(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: [contents[one].decode() for one in value]
                if name == "booster_texts_"
                else with_texts(value)
                for name, value in node.items()
            }
        return [with_texts(one) for one in node] if isinstance(node, list) else node

    return model_from_document(with_texts(json.loads(contents[_MODEL])))
