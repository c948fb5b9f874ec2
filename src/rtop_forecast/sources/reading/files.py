"""Looking into files: headers for recognition, text, R and Excel tables for reading.

Readers call these functions through the module (``files.read_csv(...)``), so that every row of every release passes
through one place.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.reading.rows import refuse_repeated_names
from rtop_forecast.sources.reading.text import Stamp, csv_header, decompressed, is_html, read_csv, stamp_of

__all__ = [
    "csv_header",
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

#: Time limit of reading a workbook; the biggest of the field take seconds.
_EXCEL_SECONDS = 120
_R_SUFFIXES = {".rda", ".rdata", ".rds"}
_EXCEL_SUFFIXES = {".xls", ".xlsx"}


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


def r_mentions(path: str | Path, names: Iterable[str]) -> bool:
    """Whether an R data file holds all these names (of columns or objects), without parsing it."""
    path = Path(path)
    if path.suffix.lower() not in _R_SUFFIXES or not path.is_file():
        return False
    content = decompressed(stamp_of(path))
    return bool(content) and all(name.encode() in content for name in names)


def read_r(path: str | Path) -> dict[str, pd.DataFrame]:
    """Return the data frames in an R data file by object name; that of an rds file is "data".

    Raises
    ------
    InputError
        If the optional library `rdata` is not installed.
    DataIntegrityError
        If the file cannot be parsed or holds no data frame.
    """
    return {name: frame.copy() for name, frame in _parsed_r(stamp_of(Path(path))).items()}


@lru_cache(maxsize=4)
def _parsed_r(stamp: Stamp) -> dict[str, pd.DataFrame]:
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
    return list(_workbook(stamp_of(path)))


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
    rows = _sheet(stamp_of(path), sheet)
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
    refuse_repeated_names(path, names)
    cells = [[None if cell == "" else cell for cell in row] for row in rows[header + 1 :]]
    return pd.DataFrame(cells, columns=names, dtype=object)


@lru_cache(maxsize=4)
def _workbook(stamp: Stamp) -> dict[str, list[list[Any]]]:
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


def _sheet(stamp: Stamp, sheet: str | int) -> list[list[Any]]:
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
