"""Looking into files: headers for recognition, text, R and Excel tables for reading.

Readers call these functions through the module (``files.read_csv(...)``), so that every row of every release passes
through one place.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import statistics_files
from rtop_forecast.sources.reading.r_files import r_objects
from rtop_forecast.sources.reading.rows import refuse_repeated_names
from rtop_forecast.sources.reading.text import (
    Stamp,
    csv_header,
    decompressed,
    delimiter_of,
    is_html,
    is_text,
    is_unended,
    is_workbook,
    lines_above,
    opened,
    read_csv,
    refuse_cut_cell,
    stamp_of,
)

__all__ = [
    "csv_header",
    "delimiter_of",
    "excel_rows",
    "excel_sheets",
    "excel_table",
    "has_columns",
    "header_of",
    "is_html",
    "is_unended",
    "kind_of",
    "lines_above",
    "opened",
    "r_mentions",
    "read_csv",
    "read_r",
    "read_table",
    "refuse_cut_cell",
    "refuse_missing_columns",
    "release_in_name",
]

#: Time limit of reading a workbook; the biggest of the field take seconds.
_EXCEL_SECONDS = 120
_R_SUFFIXES = {".rda", ".rdata", ".rds"}
_EXCEL_SUFFIXES = {".xls", ".xlsx"}


def kind_of(path: str | Path) -> str:
    """Kind of a file: "r", "excel", "stata", "spss", "parquet" or "text"; empty if it is none of them.

    R, Stata and SPSS files are told by their suffixes, the others by their first bytes as well.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        return ""
    if suffix in _R_SUFFIXES:
        return "r"
    if suffix in statistics_files.SUFFIXES:
        return statistics_files.SUFFIXES[suffix]
    if suffix in _EXCEL_SUFFIXES or is_workbook(path):
        return "excel"
    return "text" if is_text(path) else ""


def header_of(path: str | Path) -> set[str]:
    """Column names of a text, Stata, SPSS or Parquet file or of a workbook's first sheet; empty for other files.

    Raises
    ------
    InputError
        If the optional library for the kind of file is not installed.
    DataIntegrityError
        If a workbook, Stata, SPSS or Parquet file is broken.
    """
    path = Path(path)
    return set(_names(stamp_of(path))) if path.is_file() else set()


@lru_cache(maxsize=64)
def _names(stamp: Stamp) -> tuple[str, ...]:
    path, kind = stamp[0], kind_of(stamp[0])
    if kind == "excel":
        rows = excel_rows(path, limit=1)
        return tuple(str(cell).strip() for cell in rows[0]) if rows else ()
    if kind == "text":
        return tuple(csv_header(path))
    return () if kind in ("r", "") else tuple(statistics_files.column_names(path, kind))


def has_columns(path: str | Path, names: Iterable[str]) -> bool:
    """Whether a table of the file, of whatever kind, has all these columns.

    Raises
    ------
    InputError, DataIntegrityError
        As :func:`header_of` and :func:`read_r`.
    """
    wanted = set(names)
    if header_of(path) >= wanted:
        return True
    if not r_mentions(path, wanted) or not _may_name(Path(path), wanted):
        return False
    # The names may stand anywhere in an R file: only its tables tell.
    return any(wanted <= set(frame) for frame in read_r(path).values())


def _may_name(path: Path, names: set[str]) -> bool:
    """Whether an R file can name columns so: its binary form has each string behind its length in four bytes."""
    content = decompressed(stamp_of(path))
    if not content.startswith((b"RDX", b"X\n")):
        return True
    texts = [name.encode() for name in names]
    return all(len(text).to_bytes(4, "big") + text in content for text in texts)


def read_table(path: str | Path, *, marks: Iterable[str] = (), **options: Any) -> pd.DataFrame:
    """Read the table of a text, R, Excel, Stata, SPSS or Parquet file, whichever it is.

    Parameters
    ----------
    path : path
    marks : iterable of str
        Columns by which the table is found among several objects of an R file, in upper or lower case; by default
        the first is taken.
    **options
        For :func:`read_csv`. Of files that are no text files, ``usecols`` picks columns and ``dtype="str"`` gives
        cells as a text file has them: integers without a decimal point, days as YYYY-MM-DD.

    Raises
    ------
    InputError
        If the optional library for the kind of file is not installed.
    DataIntegrityError
        If the file cannot be read or holds no row below its header, no object of an R file has the marks, or two
        columns share a name.
    """
    kind = kind_of(path)
    if kind in ("text", ""):
        return read_csv(path, **options)
    if kind == "r":
        frame = _with_marks(read_r(path), set(marks), Path(path))
        refuse_repeated_names(path, [str(name) for name in frame.columns])
    else:
        frame = excel_table(path) if kind == "excel" else statistics_files.table(Path(path), kind)
    usecols = options.get("usecols")
    if usecols is not None:
        frame = frame[
            [name for name in frame.columns if (usecols(name) if callable(usecols) else name in usecols)]
        ]
    return frame.map(_cell_text).astype("str") if options.get("dtype") == "str" else frame


def _with_marks(frames: dict[str, pd.DataFrame], marks: set[str], path: Path) -> pd.DataFrame:
    """Object of an R file that has the marks; the longest if several have."""
    if not marks:
        return next(iter(frames.values()))
    folded = {mark.casefold() for mark in marks}
    fitting = [
        frame for frame in frames.values() if folded <= {str(name).casefold() for name in frame.columns}
    ]
    if not fitting:
        message = (
            f"{path.name}: one object must have the columns {', '.join(sorted(marks)[:4])}; none of its "
            f"{len(frames)} objects has ({', '.join(list(frames)[:5])}). Use the official file."
        )
        raise DataIntegrityError(message)
    return max(fitting, key=len)


def _cell_text(cell: Any) -> Any:
    """Cell as a text file has it."""
    if pd.isna(cell):
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell)


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
    rdata = statistics_files.optional_library("rdata", extra="rdata", path=path)
    with statistics_files.refusing(path, "an R data file"), warnings.catch_warnings():
        # The parser warns about R classes such as tibbles that it hands over as plain frames.
        warnings.simplefilter("ignore")
        objects = r_objects(path, decompressed(stamp), rdata)
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
    if kind_of(path) != "excel":
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
    if kind_of(path) != "excel":
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
    statistics_files.optional_library("python_calamine", extra="excel", path=path)
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
