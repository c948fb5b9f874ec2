"""Finished origins of a backtest on disk, bound to the model and the data they belong to."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.storage.files import write_file

_KEY = "checkpoint.json"


class _Rows(Protocol):
    @property
    def keys(self) -> pd.DataFrame: ...
    @property
    def matrix(self) -> pd.DataFrame: ...
    @property
    def outcome(self) -> NDArray[np.float64]: ...
    @property
    def horizon(self) -> int: ...


def prepare_checkpoint(folder: str | Path, model: object, samples: Sequence[_Rows]) -> Path:
    """Make the folder, or check that it belongs to the same model, data and labels.

    Raises
    ------
    InputError
        If it belongs to others, or holds files but no key.
    """
    # absolute: a worker process may run in another folder
    out = path_argument(folder, name="checkpoint").resolve()
    out.mkdir(parents=True, exist_ok=True)
    key = {"fingerprint": _fingerprint(model, samples), "model": repr(model)}
    path = out / _KEY
    if path.is_file():
        if json.loads(path.read_text(encoding="utf-8")).get("fingerprint") != key["fingerprint"]:
            message = (
                f"{out} holds origins of another model, other data or other labels. Name another folder."
            )
            raise InputError(message)
        return out
    if any(out.iterdir()):
        message = f"{out} holds other files. Name an empty folder."
        raise InputError(message)
    write_file(path, (json.dumps(key, indent=1) + "\n").encode())
    return out


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
    content = found[0].read_bytes()
    if not found[0].stem.endswith(hashlib.sha256(content).hexdigest()[:16]):
        message = f"{found[0].name} in {folder} was changed. Delete it to compute its origin again."
        raise DataIntegrityError(message)
    return pd.read_parquet(io.BytesIO(content))


def _fingerprint(model: object, samples: Sequence[_Rows]) -> str:
    digest = hashlib.sha256(repr(model).encode())
    for rows in samples:
        digest.update(repr((list(rows.matrix.columns), rows.horizon)).encode())
        for part in (
            rows.keys[["country_id", "year"]].to_numpy(dtype=np.int64),
            rows.matrix.to_numpy(dtype=float),
            rows.outcome,
        ):
            digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
