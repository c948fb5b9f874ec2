"""Backtests in a folder of Parquet and JSON with a manifest of hashes; nothing is unpickled."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast import calibration
from rtop_forecast._files import write_file
from rtop_forecast.backtest import BacktestResult
from rtop_forecast.calibration import Calibrator
from rtop_forecast.errors import DataIntegrityError, InputError

__all__ = ["load_backtest", "save_backtest"]

_FORMAT, _VERSION = "rtop_forecast.backtest", 1
_TABLES = ("frame", "feeding", "events")
_MANIFEST, _RESULT = "manifest.json", "result.json"


def save_backtest(result: BacktestResult, folder: str | Path) -> Path:
    """Write a backtest into a folder.

    Parameters
    ----------
    result : BacktestResult
        Its explanations are not written; backtest again with ``explain=True`` for them.
    folder : path
        Made if it does not exist; must be empty or hold a saved backtest.

    Returns
    -------
    pathlib.Path
        The folder. The manifest is written last: a folder without one is no saved backtest.

    Raises
    ------
    InputError
        If the folder holds other files or the calibrator is not one of the library's.
    """
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    known = {_MANIFEST, _RESULT, *(f"{name}.parquet" for name in _TABLES)}
    strange = sorted(path.name for path in out.iterdir() if path.name not in known)
    if strange:
        message = f"{out} holds other files, first {strange[0]!r}. Name an empty folder."
        raise InputError(message)
    (out / _MANIFEST).unlink(missing_ok=True)
    contents = {f"{name}.parquet": _parquet(getattr(result, name)) for name in _TABLES}
    contents[_RESULT] = _json(
        {
            "model_name": result.model_name,
            "calibrator": _describe(result.calibrator),
            "calibration_origins": result.calibration_origins,
            "horizon": result.horizon,
            "seed": result.seed,
            "exclusions": result.exclusions,
            "provenance": result.provenance,
        }
    )
    for name, content in contents.items():
        write_file(out / name, content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    write_file(out / _MANIFEST, _json({"format": _FORMAT, "version": _VERSION, "sha256": hashes}))
    return out


def load_backtest(folder: str | Path) -> BacktestResult:
    """Read a backtest written by :func:`save_backtest`.

    Raises
    ------
    DataIntegrityError
        If the folder is no saved backtest, of another version, or a byte of it was changed.
    """
    source = Path(folder)
    manifest = _read_json(source / _MANIFEST)
    if manifest.get("format") != _FORMAT or manifest.get("version") != _VERSION:
        message = (
            f"{source} is no saved backtest of version {_VERSION}: its manifest says {manifest.get('format')!r}, "
            f"version {manifest.get('version')!r}."
        )
        raise DataIntegrityError(message)
    contents = {name: _checked(source / name, digest) for name, digest in manifest["sha256"].items()}
    told = json.loads(contents[_RESULT])
    tables = {name: pd.read_parquet(io.BytesIO(contents[f"{name}.parquet"])) for name in _TABLES}
    return BacktestResult(
        frame=tables["frame"],
        feeding=tables["feeding"],
        events=tables["events"],
        model_name=told["model_name"],
        calibrator=_calibrator(told["calibrator"]),
        calibration_origins=told["calibration_origins"],
        horizon=told["horizon"],
        seed=told["seed"],
        exclusions=told["exclusions"],
        provenance=told["provenance"],
    )


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _json(document: Any) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path.parent} is no saved backtest: {path.name} cannot be read ({error})."
        raise DataIntegrityError(message) from error
    if not isinstance(document, dict):
        message = f"{path.parent} is no saved backtest: {path.name} holds no object."
        raise DataIntegrityError(message)
    return document


def _checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path.parent} is damaged: {path.name} cannot be read ({error}). Save the backtest again."
        raise DataIntegrityError(message) from error
    if hashlib.sha256(content).hexdigest() != digest:
        message = f"{path.name} in {path.parent} was changed: its SHA-256 does not match the manifest. Save it again."
        raise DataIntegrityError(message)
    return content


def _describe(one: Calibrator) -> dict[str, Any]:
    kind = type(one).__name__
    if getattr(calibration, kind, None) is not type(one):
        message = f"only the library's calibrators can be saved; {kind} is none."
        raise InputError(message)
    return {"class": kind, "parameters": {k: v for k, v in vars(one).items() if not k.endswith("_")}}


def _calibrator(told: dict[str, Any]) -> Calibrator:
    kind = getattr(calibration, str(told.get("class")), None)
    if not (isinstance(kind, type) and issubclass(kind, Calibrator)):
        message = f"the saved calibrator {told.get('class')!r} is unknown to this release."
        raise DataIntegrityError(message)
    return kind(**told["parameters"])
