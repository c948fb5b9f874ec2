"""Looking into files: headers for recognition, R and Excel objects for reading."""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import lzma
import re
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError

__all__ = [
    "csv_header",
    "excel_rows",
    "r_mentions",
    "read_csv",
    "read_r",
    "refuse_missing_columns",
    "release_in_name",
]

_HEAD = 65_536
_TEXT_SUFFIXES = {".csv", ".txt", ".tsv"}
_R_SUFFIXES = {".rda", ".rdata", ".rds"}
_EXCEL_SUFFIXES = {".xls", ".xlsx"}


def csv_header(path: str | Path, *, line: int = 0, delimiter: str = ",") -> list[str]:
    """Column names in one of a text file's first lines; empty for other kinds of files."""
    path = Path(path)
    if path.suffix.lower() not in _TEXT_SUFFIXES or not path.is_file():
        return []
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    lines = head.decode("utf-8-sig", errors="replace").splitlines()
    if len(lines) <= line:
        return []
    return [name.strip() for name in next(csv.reader([lines[line]], delimiter=delimiter), [])]


def read_csv(path: str | Path, **options: Any) -> pd.DataFrame:
    """Read a CSV file; only empty cells are missing, so Namibia's code "NA" stays a code.

    Raises
    ------
    DataIntegrityError
        If the file is no table of the stated form.
    """
    settings: dict[str, Any] = {"keep_default_na": False, "na_values": [""], "low_memory": False}
    try:
        frame: pd.DataFrame = pd.read_csv(path, **(settings | options))
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        message = (
            f"{Path(path).name} cannot be read as a table: {error}. Download it again from its publisher."
        )
        raise DataIntegrityError(message) from error
    return frame


def r_mentions(path: str | Path, names: Iterable[str]) -> bool:
    """Whether an R data file holds all these names (of columns or objects), without parsing it."""
    path = Path(path)
    if path.suffix.lower() not in _R_SUFFIXES or not path.is_file():
        return False
    try:
        content = _decompressed(path)
    except (OSError, EOFError, lzma.LZMAError):
        return False
    return all(name.encode() in content for name in names)


def _decompressed(path: Path) -> bytes:
    raw = path.read_bytes()
    openers: list[tuple[bytes, Callable[[bytes], bytes]]] = [
        (b"\x1f\x8b", gzip.decompress),
        (b"BZh", bz2.decompress),
        (b"\xfd7zXZ", lzma.decompress),
    ]
    for magic, opener in openers:
        if raw.startswith(magic):
            return opener(raw)
    return raw


def read_r(path: str | Path) -> dict[str, pd.DataFrame]:
    """Return the data frames in an R data file by object name; that of an rds file is "data".

    Raises
    ------
    InputError
        If the optional library `rdata` is not installed.
    DataIntegrityError
        If the file cannot be parsed or holds no data frame.
    """
    path = Path(path)
    rdata = _optional("rdata", extra="rdata", path=path)
    try:
        with warnings.catch_warnings():
            # The parser warns about R classes such as tibbles that it hands over as plain frames.
            warnings.simplefilter("ignore")
            if path.suffix.lower() == ".rds":
                objects = {"data": rdata.read_rds(path)}
            else:
                objects = rdata.read_rda(path)
    except (ValueError, EOFError, OSError, NotImplementedError, KeyError) as error:
        message = f"{path.name} cannot be read as an R data file: {error}. Download it again."
        raise DataIntegrityError(message) from error
    frames = {name: value for name, value in objects.items() if isinstance(value, pd.DataFrame)}
    if not frames:
        message = (
            f"{path.name} holds no data frame, only {sorted(objects)[:5]}. Use the country-year release."
        )
        raise DataIntegrityError(message)
    return frames


def excel_rows(path: str | Path, *, limit: int | None = None) -> list[list[Any]]:
    """Cells of the first sheet, row by row; empty for files that are no Excel workbook.

    Raises
    ------
    InputError
        If the optional library `python-calamine` is not installed.
    """
    path = Path(path)
    if path.suffix.lower() not in _EXCEL_SUFFIXES or not path.is_file():
        return []
    calamine = _optional("python_calamine", extra="excel", path=path)
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        rows: list[list[Any]] = workbook.get_sheet_by_index(0).to_python(nrows=limit)
    except calamine.CalamineError as error:
        message = f"{path.name} cannot be read as an Excel workbook: {error}. Download it again."
        raise DataIntegrityError(message) from error
    return rows


def _optional(module: str, *, extra: str, path: Path) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        message = (
            f"reading {path.name} needs the library {module!r}, which is not installed. "
            f"Install it with: pip install 'rtop-forecast[{extra}]'"
        )
        raise InputError(message) from error


def refuse_missing_columns(
    path: str | Path, columns: Iterable[str], required: Iterable[str], *, what: str
) -> None:
    """Raise when a file lacks columns of the official release.

    Raises
    ------
    DataIntegrityError
        Naming the file, the count, the first missing column and the way out.
    """
    present = set(columns)
    missing = [name for name in required if name not in present]
    if missing:
        message = (
            f"{Path(path).name} is not an unedited release of {what}: {len(missing)} columns are missing, "
            f"first {missing[0]!r}. Download the official file."
        )
        raise DataIntegrityError(message)


def release_in_name(path: str | Path, *, default: str) -> str:
    """Release number in a file's name, such as 25.1 in ``BattleDeaths_v25_1.csv``."""
    found = re.search(r"[vV]?(\d{1,2})[._-](\d)(?!\d)", Path(path).stem)
    return f"{found[1]}.{found[2]}" if found else default
