"""Files written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import pandas as pd

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def csv_content(table: pd.DataFrame, *, index: bool = False) -> bytes:
    """Table as CSV in UTF-8, in which a spreadsheet runs no cell as a formula.

    Parameters
    ----------
    table : pandas.DataFrame
        Strings and names that begin as a formula does get an apostrophe in front, and their line ends become line
        feeds. Numbers stay as they are.
    index : bool
        Whether the index is the first column.
    """
    safe = table.reset_index() if index else table.copy()
    for place, dtype in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype):
            safe.isetitem(place, safe.iloc[:, place].map(_harmless, na_action="ignore").array)
    safe.columns = pd.Index([_harmless(name) for name in safe.columns])
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    # A bare carriage return is not quoted and would end the row; a line feed is.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if value.startswith(_FORMULA) else text


def write_file(path: Path, content: bytes) -> Path:
    """Write beside the place, flush to disk and rename.

    Parameters
    ----------
    path : pathlib.Path
        Replaced if it exists; its folder must exist.
    content : bytes

    Returns
    -------
    pathlib.Path
        The path.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
