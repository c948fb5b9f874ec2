"""Models as documents of numbers and text, and back; nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rtop_forecast import models
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.models.average import LogOddsAverage
from rtop_forecast.models.base import LogOddsClassifier

_FORMAT = "rtop_forecast.model"
_VERSION = 2

# Of every model, beside what its class names in ``_saved_state``.
_COMMON = {"n_features_in_": "int", "classes_": "labels"}


def saved_models() -> dict[str, type[LogOddsClassifier]]:
    """Public models that can be saved, by class name."""
    found = {name: getattr(models, name) for name in dir(models)}
    return {
        name: kind
        for name, kind in found.items()
        if isinstance(kind, type) and issubclass(kind, LogOddsClassifier) and kind._saved_state is not None
    }


def _state_of(kind: type[LogOddsClassifier]) -> dict[str, str]:
    """Kind of each entry of the saved state, by attribute."""
    return _COMMON | dict(kind._saved_state or {})


def _refuse_other_models(model: Any) -> None:
    if type(model) not in saved_models().values():
        message = (
            f"only models of rtop_forecast.models can be saved; got {type(model).__name__}. "
            f"Known: {', '.join(saved_models())}."
        )
        raise InputError(message)


def can_be_saved(model: Any) -> bool:
    """Whether a model, and each of its members, is one of the library's that can be saved."""
    if isinstance(model, LogOddsAverage):
        return all(can_be_saved(member) for _, member in model.members)
    return type(model) in saved_models().values()


def read_model_file(path: str | os.PathLike[str]) -> Any:
    """Read a model from the single file of version 2.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    estimator
        The fitted model.

    Raises
    ------
    DataIntegrityError
        If the file is not such a model, is damaged, or is of an unknown version or class.
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{path} must be JSON text; {error}. Save the model again."
        raise DataIntegrityError(message) from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        message = f"{path} is not a saved model: no format {_FORMAT!r}. Use a file of save_model."
        raise DataIntegrityError(message)
    if document.get("version") != _VERSION:
        message = (
            f"{path} has version {document.get('version')!r}; this release reads {_VERSION}. "
            "Load it with the release that wrote it."
        )
        raise DataIntegrityError(message)
    body = document.get("model")
    if document.get("sha256") != _digest(body):
        message = f"{path} is damaged: its SHA-256 does not match its content. Save the model again."
        raise DataIntegrityError(message)
    return model_from_document(body)


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def model_document(model: Any) -> dict[str, Any]:
    """Class, parameters and fitted numbers of a model, so that every float comes back with the same bits.

    Raises
    ------
    InputError
        If the model is of another class.
    sklearn.exceptions.NotFittedError
        If it is not fitted.
    """
    _refuse_other_models(model)
    check_is_fitted(model)
    names = getattr(model, "feature_names_in_", None)
    return {
        "class": type(model).__name__,
        "parameters": {key: _plain(value) for key, value in model.get_params(deep=False).items()},
        "feature_names": None if names is None else [str(name) for name in names],
        "state": {key: _plain(getattr(model, key)) for key in _state_of(type(model))},
    }


def _plain(value: Any) -> Any:
    """JSON form of a parameter or a fitted value; NaN becomes null."""
    if isinstance(value, BaseEstimator):
        fitted = hasattr(value, "classes_")
        return model_document(value) if fitted else unfitted_document(value)
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and np.isnan(value):
        return None
    return value


def unfitted_document(model: Any) -> dict[str, Any]:
    """Class and parameters of a model.

    Raises
    ------
    InputError
        If it is of another class.
    """
    _refuse_other_models(model)
    parameters = {key: _plain(value) for key, value in model.get_params(deep=False).items()}
    return {"class": type(model).__name__, "parameters": parameters}


def model_from_document(body: Any) -> Any:
    """Fitted model from its document.

    Raises
    ------
    DataIntegrityError
        If the document breaks a rule.
    """
    model = unfitted_from_document(body)
    entries = _state_of(type(model))
    state, names = body.get("state"), body.get("feature_names")
    if not isinstance(state, dict) or set(state) != set(entries):
        message = f"the state of a saved {type(model).__name__} must hold {sorted(entries)}. Save it again."
        raise DataIntegrityError(message)
    width = _read("n_features_in_", "int", state["n_features_in_"], 0)
    if names is not None:
        legal = isinstance(names, list) and all(isinstance(name, str) for name in names)
        if not legal or len(names) != width:
            message = f"a saved model must name its {width} features; got {names!r}. Save it again."
            raise DataIntegrityError(message)
        model.feature_names_in_ = np.array(names, dtype=object)
    for key, kind in entries.items():
        setattr(model, key, _read(key, kind, state[key], width))
    return model


def unfitted_from_document(body: Any) -> Any:
    """Unfitted model from its document.

    Raises
    ------
    DataIntegrityError
        If class or parameters are unknown.
    """
    name = body.get("class") if isinstance(body, dict) else None
    classes = saved_models()
    if name not in classes:
        message = f"unknown model class {name!r} in the saved model; known: {', '.join(classes)}."
        raise DataIntegrityError(message)
    kind = classes[name]
    parameters = body.get("parameters")
    if not isinstance(parameters, dict) or set(parameters) != set(kind._get_param_names()):
        message = (
            f"the parameters of a saved {name} must be {sorted(kind._get_param_names())}. Save it again."
        )
        raise DataIntegrityError(message)
    if kind is LogOddsAverage:
        members = [(label, unfitted_from_document(member)) for label, member in parameters["members"]]
        parameters = parameters | {"members": members}
    return kind(**parameters)


def _read(key: str, kind: str, value: Any, width: int) -> Any:
    """Typed form of one entry of the state."""
    try:
        match kind:
            case "int":
                return int(value)
            case "float":
                return float(value)
            case "floats":
                array = np.array([np.nan if item is None else float(item) for item in value])
                if array.shape == (width,):
                    return array
            case "table":
                rows = [[np.nan if item is None else float(item) for item in row] for row in value]
                table = np.array(rows, dtype=float)
                if table.ndim == 2 and len(table) == width:
                    return table
            case "weights":
                return np.array([float(item) for item in value])
            case "labels":
                if len(value) == 2:
                    return np.array(value)
            case "texts":
                return tuple(str(item) for item in value)
            case "model":
                return model_from_document(value)
            case "members":
                return [(str(label), model_from_document(member)) for label, member in value]
    except (TypeError, ValueError) as error:
        message = f"entry {key!r} of the saved model must be of kind {kind!r}; {error}. Save it again."
        raise DataIntegrityError(message) from error
    message = f"entry {key!r} of the saved model does not fit {width} features. Save it again."
    raise DataIntegrityError(message)
