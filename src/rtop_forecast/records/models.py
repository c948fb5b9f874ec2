"""Models in folders: their numbers as JSON, their trees as LightGBM's text; nothing is unpickled."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

# a lazy package: scikit-learn is read when a model is written or read, not for a forecast's tables
from rtop_forecast import models
from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.storage.manifest import Kind, as_json, read_store, write_store

__all__ = [
    "SavedModels",
    "load_model",
    "model_contents",
    "model_from",
    "save_model",
    "unfitted_from",
    "unfitted_of",
]

_UNSAVED = "unsaved"
_MODEL, _TREES = "model.json", "trees-"
_FITTED = Kind(noun="model", version=3, migrations={})


class SavedModels:
    """Models of a saved forecast, read when they are first asked for.

    Parameters
    ----------
    contents : mapping of str to bytes
        Files of the forecast.
    unfitted : dict
        Document of the model as it was given.
    """

    def __init__(self, contents: Mapping[str, bytes], unfitted: dict[str, Any]) -> None:
        self._contents = {
            name: content for name, content in contents.items() if name == _MODEL or name.startswith(_TREES)
        }
        self._unfitted = unfitted

    @cached_property
    def fitted(self) -> Any:
        """Fitted model; of a model of the user's own, what stands in its place."""
        return model_from(self._contents) if _MODEL in self._contents else self.unfitted

    @cached_property
    def unfitted(self) -> Any:
        """Model as it was given."""
        return unfitted_from(self._unfitted)


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
    return write_store(folder, _FITTED, model_contents(model))


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
        If the folder is not a saved model, is damaged, or is of an unknown version or class.
    """
    if path_argument(path, name="path").is_file():
        return models.read_model_file(path)
    return model_from(read_store(path, _FITTED))


def unfitted_of(model: Any) -> dict[str, Any]:
    """Class and parameters of a model; of one of the user's own, how it reads."""
    if models.can_be_saved(model):
        return models.unfitted_document(model)
    return {_UNSAVED: model.description if isinstance(model, models.UnsavedModel) else repr(model)}


def unfitted_from(document: dict[str, Any]) -> Any:
    """Model from what :func:`unfitted_of` wrote."""
    if _UNSAVED in document:
        return models.UnsavedModel(document[_UNSAVED])
    return models.unfitted_from_document(document)


def model_contents(model: Any) -> dict[str, bytes]:
    """Document of a model, each booster in a file of its own."""
    texts: dict[str, bytes] = {}

    def put(text: str) -> str:
        name = f"{_TREES}{len(texts):02d}.txt"
        texts[name] = text.encode()
        return name

    document = _with_boosters(models.model_document(model), put)
    return {_MODEL: as_json(document), **texts}


def model_from(contents: Mapping[str, bytes]) -> Any:
    """Fitted model from what :func:`model_contents` wrote."""
    document = _with_boosters(json.loads(contents[_MODEL]), lambda name: contents[name].decode())
    return models.model_from_document(document)


def _with_boosters(node: Any, convert: Callable[[str], str]) -> Any:
    """Document with every booster's text replaced by the name of its file, or the other way round."""
    if isinstance(node, dict):
        return {
            name: [convert(text) for text in value]
            if name == "booster_texts_"
            else _with_boosters(value, convert)
            for name, value in node.items()
        }
    return [_with_boosters(item, convert) for item in node] if isinstance(node, list) else node
