"""Finished origins of a backtest on disk, bound to the model and the data they belong to."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.forecasting.fingerprint import fingerprint
from rtop_forecast.forecasting.made_of import Parts, differences, listed, model_of, plain_parts
from rtop_forecast.forecasting.provenance import package_versions
from rtop_forecast.storage.files import is_leftover, make_folder, read_file, write_file
from rtop_forecast.world.states import KEYS

_KEY = "checkpoint.json"


class _Rows(Protocol):
    @property
    def keys(self) -> pd.DataFrame: ...
    @property
    def matrix(self) -> pd.DataFrame: ...
    @property
    def outcome(self) -> NDArray[np.float64]: ...
    @property
    def labels(self) -> NDArray[np.str_]: ...
    @property
    def horizon(self) -> int: ...


def prepare_checkpoint(
    folder: str | Path, model: object, samples: Sequence[_Rows], arguments: Mapping[str, object]
) -> Path:
    """Make the folder, or check that it belongs to the same model, data, labels and arguments.

    Parameters
    ----------
    folder : path
    model : RiskModel
        Unfitted.
    samples : sequence of Sample
        Whatever the origins are forecast from.
    arguments : dict of str to object
        Further arguments on which the forecasts of an origin depend.

    Raises
    ------
    InputError
        If it belongs to others, with their names, or holds files but no key.
    """
    # absolute: a worker process may run in another folder
    out = path_argument(folder, name="checkpoint").resolve()
    make_folder(out)
    parts = {
        **model_of(model),
        **plain_parts(arguments),
        **_data_parts(samples),
        **plain_parts({f"version of {name}": version for name, version in package_versions().items()}),
    }
    path = out / _KEY
    if path.is_file():
        _check_key(path, parts)
        return out
    if any(not is_leftover(one) for one in out.iterdir()):
        message = f"{out} holds other files. Name an empty folder."
        raise InputError(message)
    write_file(path, (json.dumps({"parts": parts}, indent=1) + "\n").encode())
    return out


def _check_key(path: Path, parts: Parts) -> None:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))["parts"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path} is damaged or of an earlier release ({error!r}). Name another folder."
        raise InputError(message) from error
    apart = differences(stored, parts)
    if apart:
        message = (
            f"{path.parent} holds origins of a backtest that differs in {len(apart)} arguments: {listed(apart)}. "
            "Repeat the call that began it, or name another folder."
        )
        raise InputError(message)


def write_origin(folder: Path, origin: int, frame: pd.DataFrame) -> None:
    """Keep one origin's forecasts, their hash in the name: whole or not at all."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    content = buffer.getvalue()
    write_file(folder / f"{origin}-{hashlib.sha256(content).hexdigest()[:16]}.parquet", content)


def read_origin(folder: Path, origin: int) -> pd.DataFrame | None:
    """Forecasts of a finished origin; None if there are none yet.

    Raises
    ------
    DataIntegrityError
        If the file was changed.
    """
    found = sorted(folder.glob(f"{origin}-*.parquet"))
    if not found:
        return None
    content = read_file(found[0])
    if not found[0].stem.endswith(hashlib.sha256(content).hexdigest()[:16]):
        message = f"{found[0].name} in {folder} was changed. Delete it to compute its origin again."
        raise DataIntegrityError(message)
    return pd.read_parquet(io.BytesIO(content))


def _data_parts(samples: Sequence[_Rows]) -> Parts:
    """Rows, labels, groups and each feature of all samples."""
    columns = list(dict.fromkeys(name for rows in samples for name in rows.matrix.columns))
    parts = {
        "horizon": [rows.horizon for rows in samples],
        "state-years": [rows.keys[KEYS].to_numpy(dtype=np.int64) for rows in samples],
        "labels": [rows.outcome for rows in samples],
        "groups of the rows": [rows.labels for rows in samples],
    } | {
        f"feature {name}": [
            rows.matrix[name].to_numpy(dtype=float) for rows in samples if name in rows.matrix
        ]
        for name in columns
    }
    texts = {"horizon": str(samples[0].horizon)}
    return {
        name: [fingerprint(part, name=name), texts.get(name, "its values")] for name, part in parts.items()
    }
