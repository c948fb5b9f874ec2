"""Tables of Stata, SPSS and Parquet files."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError

__all__ = ["SUFFIXES", "column_names", "optional_library", "refusing", "table"]

#: Kind of file by suffix.
SUFFIXES = {".dta": "stata", ".sav": "spss", ".zsav": "spss", ".parquet": "parquet"}
_TITLES = {"stata": "a Stata file", "spss": "an SPSS file", "parquet": "a Parquet file"}


@contextmanager
def refusing(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a broken byte leads a parser into to one clear refusal."""
    try:
        yield
    except BaseException as error:
        # A panic of a compiled parser is not an Exception in Python.
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        remedy = "Download it again"
        if what == _TITLES["spss"]:  # ReadStat knows not every version of the format
            remedy += ", or save it as CSV in SPSS or PSPP and put that in its place"
        message = f"{path.name} cannot be read as {what} ({cause}). {remedy}."
        raise DataIntegrityError(message) from error


def optional_library(module: str, *, extra: str, path: Path) -> Any:
    """Import a library that is needed for one kind of file.

    Raises
    ------
    InputError
        If it is not installed, with the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        message = (
            f"reading {path.name} needs the library {module!r}, which is not installed. "
            f"Install it with: pip install 'rtop-forecast[{extra}]'"
        )
        raise InputError(message) from error


def column_names(path: Path, kind: str) -> list[str]:
    """Names of the columns, without reading the rows.

    Raises
    ------
    InputError
        If an SPSS file is given without `pyreadstat`.
    DataIntegrityError
        If the file is broken.
    """
    if kind == "spss":
        pyreadstat = optional_library("pyreadstat", extra="spss", path=path)
        with refusing(path, _TITLES[kind]):
            return list(pyreadstat.read_sav(str(path), metadataonly=True)[1].column_names)
    with refusing(path, _TITLES[kind]):
        if kind == "parquet":
            from pyarrow import parquet

            return list(parquet.read_schema(path).names)
        with pd.read_stata(path, iterator=True) as reader:
            return list(reader.variable_labels())


def table(path: Path, kind: str) -> pd.DataFrame:
    """Rows of the file, with codes instead of their labels; an empty string is missing.

    Raises
    ------
    InputError, DataIntegrityError
        As :func:`column_names`.
    """
    if kind == "spss":
        optional_library("pyreadstat", extra="spss", path=path)
    with refusing(path, _TITLES[kind]):
        if kind == "stata":
            frame: pd.DataFrame = pd.read_stata(path, convert_categoricals=False)
        elif kind == "spss":
            frame = pd.read_spss(path, convert_categoricals=False)
        else:
            frame = pd.read_parquet(path)
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.assign(**{name: frame[name].where(frame[name] != "", None) for name in texts})
