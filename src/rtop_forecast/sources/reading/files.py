"""Looking into files: headers for recognition, text, R and Excel tables for reading.

Readers call these functions through the module (``files.read_csv(...)``), so that every row of every release passes
through one place.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import json
import lzma
import re
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError

__all__ = [
    "csv_header",
    "encoding_of",
    "excel_rows",
    "excel_sheets",
    "excel_table",
    "header_of",
    "is_html",
    "r_mentions",
    "read_csv",
    "read_r",
    "read_table",
    "refuse_missing_columns",
    "release_in_name",
]

_HEAD = 1 << 19  # the header of V-Dem alone takes some 80 KiB
#: Time limit of reading a workbook; the biggest of the field take seconds.
_EXCEL_SECONDS = 120
_TEXT_SUFFIXES = {".csv", ".txt", ".tsv"}
_R_SUFFIXES = {".rda", ".rdata", ".rds"}
_EXCEL_SUFFIXES = {".xls", ".xlsx"}


def csv_header(path: str | Path, *, line: int = 0, delimiter: str = ",") -> list[str]:
    """Column names in one of a text file's first lines; empty for other kinds of files."""
    path = Path(path)
    if path.suffix.lower() not in _TEXT_SUFFIXES or not path.is_file():
        return []
    lines = _first_lines(_stamp(path))
    if len(lines) <= line:
        return []
    try:
        return [name.strip() for name in next(csv.reader([lines[line]], delimiter=delimiter), [])]
    except csv.Error:
        return []


def header_of(path: str | Path) -> set[str]:
    """Column names in the first row of a text file or of a workbook's first sheet; empty for other kinds of files."""
    rows = excel_rows(path, limit=1)
    return {str(cell).strip() for cell in rows[0]} if rows else set(csv_header(path))


def read_table(path: str | Path, *, marks: Iterable[str] = (), **options: Any) -> pd.DataFrame:
    """Read the table of a text, R or Excel file, whichever it is.

    Parameters
    ----------
    path : path
    marks : iterable of str
        Columns by which the table is found among several objects of an R file; by default the first is taken.
    **options
        For :func:`read_csv`, if the file is a text file.

    Raises
    ------
    InputError
        If the optional library for R or Excel files is not installed.
    DataIntegrityError
        If the file cannot be read or holds no row below its header.
    """
    suffix = Path(path).suffix.lower()
    if suffix in _R_SUFFIXES:
        frames = list(read_r(path).values())
        return next((frame for frame in frames if set(marks) <= set(frame.columns)), frames[0])
    return excel_table(path) if suffix in _EXCEL_SUFFIXES else read_csv(path, **options)


def encoding_of(path: str | Path) -> str:
    """Tell the encoding of a text file: UTF-8 if it is that, else Windows-1252, which spreadsheets write."""
    try:
        Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def is_html(path: str | Path) -> bool:
    """Whether a file is a web page, such as a login or error page saved in a data file's place."""
    with Path(path).open("rb") as handle:
        head = handle.read(512).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html"))


def _stamp(path: Path) -> tuple[Path, int, int]:
    """Cache key of a file, which changes when the file does."""
    state = path.stat()
    return path, state.st_mtime_ns, state.st_size


@lru_cache(maxsize=256)
def _first_lines(stamp: tuple[Path, int, int]) -> list[str]:
    with stamp[0].open("rb") as handle:
        return handle.read(_HEAD).decode("utf-8-sig", errors="replace").splitlines()


def read_csv(path: str | Path, **options: Any) -> pd.DataFrame:
    """Read a CSV file; only empty cells are missing, so Namibia's code "NA" stays a code.

    Raises
    ------
    DataIntegrityError
        If the file is not a table of the stated form, or is a web page saved in its place.
    """
    settings: dict[str, Any] = {"keep_default_na": False, "na_values": [""], "low_memory": False}
    _refuse_html(Path(path))
    try:
        frame: pd.DataFrame = pd.read_csv(path, **(settings | options))
    except (ValueError, OverflowError, csv.Error) as error:  # ValueError: every fault that the parser finds
        message = (
            f"{Path(path).name} cannot be read as a table: {error}. Download it again from its publisher."
        )
        raise DataIntegrityError(message) from error
    return frame


def _refuse_html(path: Path) -> None:
    if is_html(path):
        message = (
            f"{path.name} is a web page, not the data file: the download gave an error or login page. "
            "Download it again."
        )
        raise DataIntegrityError(message)


def r_mentions(path: str | Path, names: Iterable[str]) -> bool:
    """Whether an R data file holds all these names (of columns or objects), without parsing it."""
    path = Path(path)
    if path.suffix.lower() not in _R_SUFFIXES or not path.is_file():
        return False
    content = _decompressed(_stamp(path))
    return bool(content) and all(name.encode() in content for name in names)


@lru_cache(maxsize=2)
def _decompressed(stamp: tuple[Path, int, int]) -> bytes:
    """Bytes of an R file; none if its compression is broken."""
    raw = stamp[0].read_bytes()
    openers: list[tuple[bytes, Callable[[bytes], bytes]]] = [
        (b"\x1f\x8b", gzip.decompress),
        (b"BZh", bz2.decompress),
        (b"\xfd7zXZ", lzma.decompress),
    ]
    for magic, opener in openers:
        if raw.startswith(magic):
            try:
                return opener(raw)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
                return b""
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
    return {name: frame.copy() for name, frame in _parsed_r(_stamp(Path(path))).items()}


@lru_cache(maxsize=4)
def _parsed_r(stamp: tuple[Path, int, int]) -> dict[str, pd.DataFrame]:
    path = stamp[0]
    rdata = _optional("rdata", extra="rdata", path=path)
    with _refusing(path, "an R data file"), warnings.catch_warnings():
        # The parser warns about R classes such as tibbles that it hands over as plain frames.
        warnings.simplefilter("ignore")
        if path.suffix.lower() == ".rds":
            objects = {"data": rdata.read_rds(path)}
        else:
            objects = rdata.read_rda(path)
    frames = {name: value for name, value in objects.items() if isinstance(value, pd.DataFrame)}
    if not frames:
        message = (
            f"{path.name} holds no data frame, only {sorted(objects)[:5]}. Use the country-year release."
        )
        raise DataIntegrityError(message)
    return frames


def excel_sheets(path: str | Path) -> list[str]:
    """Names of a workbook's sheets; empty for files that are not Excel workbooks.

    Raises
    ------
    InputError
        If the optional library `python-calamine` is not installed.
    DataIntegrityError
        If the workbook is broken.
    """
    path = Path(path)
    if path.suffix.lower() not in _EXCEL_SUFFIXES or not path.is_file():
        return []
    return list(_workbook(_stamp(path)))


def excel_rows(path: str | Path, *, sheet: str | int = 0, limit: int | None = None) -> list[list[Any]]:
    """Cells of one sheet, by default the first, row by row; empty for files that are not Excel workbooks.

    Raises
    ------
    InputError
        If the optional library `python-calamine` is not installed.
    DataIntegrityError
        If the workbook is broken or has no such sheet.
    """
    path = Path(path)
    if path.suffix.lower() not in _EXCEL_SUFFIXES or not path.is_file():
        return []
    rows = _sheet(_stamp(path), sheet)
    return [list(row) for row in (rows if limit is None else rows[:limit])]


def excel_table(path: str | Path, *, sheet: str | int = 0, header: int = 0) -> pd.DataFrame:
    """Sheet as a table, with empty cells missing; ``header`` counts the rows before the column names.

    Raises
    ------
    InputError
        If the optional library `python-calamine` is not installed.
    DataIntegrityError
        If the workbook is broken, has no such sheet, or the sheet holds no row below its header.
    """
    rows = excel_rows(path, sheet=sheet)
    if len(rows) <= header + 1:
        message = (
            f"{Path(path).name}: the sheet {sheet!r} holds {len(rows)} rows, none below a header in row "
            f"{header + 1}. Download the official file again."
        )
        raise DataIntegrityError(message)
    names = [str(name).strip() for name in rows[header]]
    cells = [[None if cell == "" else cell for cell in row] for row in rows[header + 1 :]]
    return pd.DataFrame(cells, columns=names, dtype=object)


@lru_cache(maxsize=4)
def _workbook(stamp: tuple[Path, int, int]) -> dict[str, list[list[Any]]]:
    """Cells of every sheet by name, read in a process of its own, which a damaged file may end."""
    path = stamp[0]
    _optional("python_calamine", extra="excel", path=path)
    command = [sys.executable, "-P", str(Path(__file__).with_name("excel_worker.py")), str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_EXCEL_SECONDS)
        sheets = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        stderr = getattr(error, "stderr", b"") or b""
        lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
        message = (
            f"{path.name} cannot be read as an Excel workbook ({lines[-1] if lines else type(error).__name__}). "
            "Download it again."
        )
        raise DataIntegrityError(message) from error
    return {name: [[_restored(cell) for cell in row] for row in rows] for name, rows in sheets}


_KINDS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


def _restored(cell: Any) -> Any:
    return _KINDS[cell[0]](cell[1]) if isinstance(cell, list) else cell


def _sheet(stamp: tuple[Path, int, int], sheet: str | int) -> list[list[Any]]:
    path, workbook = stamp[0], _workbook(stamp)
    names = list(workbook)
    if (isinstance(sheet, int) and sheet >= len(names)) or (isinstance(sheet, str) and sheet not in names):
        message = (
            f"{path.name} has no sheet {sheet!r}, only {names[:8]}. Use the official workbook, unedited."
        )
        raise DataIntegrityError(message)
    return workbook[names[sheet] if isinstance(sheet, int) else sheet]


@contextmanager
def _refusing(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a broken byte leads a parser into to one clear refusal."""
    try:
        yield
    except BaseException as error:
        # A panic of a compiled parser is not an Exception in Python.
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        message = f"{path.name} cannot be read as {what} ({cause}). Download it again."
        raise DataIntegrityError(message) from error


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
        Naming the file, the count, the first missing column and how to fix it.
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
