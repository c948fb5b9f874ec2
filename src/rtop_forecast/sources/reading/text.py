"""Text files as tables: how a file is compressed, encoded and delimited is told by its content, not by its name."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.rows import (
    refuse_cut_order,
    refuse_cut_rows,
    refuse_grouped_points,
    refuse_repeated_names,
    stops_in_order,
)
from rtop_forecast.sources.registry import registered_hashes
from rtop_forecast.storage.files import file_sha256

__all__ = [
    "Stamp",
    "csv_header",
    "decompressed",
    "delimiter_of",
    "is_html",
    "is_text",
    "is_unended",
    "is_workbook",
    "lines_above",
    "opened",
    "read_csv",
    "refuse_cut_cell",
    "stamp_of",
    "utf8_bytes",
]

#: Path, time of change and size of a file: a cache key that changes when the file does.
Stamp = tuple[Path, int, int]

_HEAD = 1 << 19  # the header of V-Dem alone takes some 80 KiB
_ORDERED_ROWS = 100_000  # tables of countries and years are shorter, lists of events have no such order
_NEARLY_ALL = (
    0.95  # share of countries that reach the last year, where a table with a last line end may be cut
)
_FEWEST = 20  # other countries that it takes to tell
_SAMPLE = 25  # rows that tell the delimiter
_DELIMITERS = (",", "\t", ";", "|")
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ"
_OPENERS: dict[bytes, Callable[[Path], Any]] = {_GZIP: gzip.open, _BZIP2: bz2.open, _XZ: lzma.open}
_BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: First bytes of files that are no text: zip archives and workbooks, old workbooks, Parquet, SPSS, PDF.
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"$FL2", b"$FL3", b"%PDF", b"<stata_dta>")


def stamp_of(path: Path) -> Stamp:
    """Cache key of a file."""
    state = path.stat()
    return path, state.st_mtime_ns, state.st_size


def opened(path: Path) -> BinaryIO:
    """Open a file to read its content, decompressed if it is compressed."""
    with path.open("rb") as handle:
        start = handle.read(6)
    opener = next((one for magic, one in _OPENERS.items() if start.startswith(magic)), None)
    return path.open("rb") if opener is None else cast(BinaryIO, opener(path))


@lru_cache(maxsize=256)
def _head(stamp: Stamp) -> bytes:
    """First bytes of the content; none if the compression is broken."""
    try:
        with opened(stamp[0]) as handle:
            return handle.read(_HEAD)
    except _BROKEN:
        return b""


@lru_cache(maxsize=2)
def decompressed(stamp: Stamp) -> bytes:
    """Content of a file; none if its compression is broken."""
    try:
        with opened(stamp[0]) as handle:
            return handle.read()
    except _BROKEN:
        return b""


def _encoding(content: bytes) -> str | None:
    """Tell the encoding by a byte order mark, or by the zeros of UTF-16 without one; None if neither is there."""
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    if marked:
        return marked
    pairs = content[:400]
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = pairs[start::2].count(0)
        if zeros > len(pairs) // 3 and pairs[1 - start :: 2].count(0) == 0:
            return name
    return None


def is_text(path: Path) -> bool:
    """Whether the content of a file can be text."""
    head = _head(stamp_of(path))
    if head.startswith(_NO_TEXT):
        return False
    return bool(head) and (_encoding(head) in ("utf-16", "utf-16-le", "utf-16-be") or b"\0" not in head)


def is_workbook(path: Path) -> bool:
    """Whether the first bytes are those of an Excel workbook, whatever the file is called."""
    head = _head(stamp_of(path))[:4096]
    return head.startswith(b"\xd0\xcf\x11\xe0") or (
        head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in head or b"xl/" in head)
    )


@lru_cache(maxsize=256)
def _first_lines(stamp: Stamp) -> list[str]:
    head = _head(stamp)
    return head.decode(_encoding(head) or "utf-8", errors="replace").splitlines()


@lru_cache(maxsize=1024)
def _delimiter(stamp: Stamp, line: int) -> str:
    lines = _first_lines(stamp)[line : line + _SAMPLE + 1]
    best, choice = (0.0, 1), ","
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        below = widths[1:-1] if len(widths) > 2 else widths[1:]  # the last row may be cut
        equal = sum(width == widths[0] for width in below) / len(below) if below else 1.0
        if widths and widths[0] > 1 and (equal, widths[0]) > best:
            best, choice = (equal, widths[0]), delimiter
    return choice


def delimiter_of(path: str | Path, *, line: int = 0) -> str:
    """Which of comma, tab, semicolon and bar gives the header and the rows below it most often one number of cells.

    Parameters
    ----------
    path : path
    line : int
        Line of the header.
    """
    return _delimiter(stamp_of(Path(path)), line)


def csv_header(path: str | Path, *, line: int = 0) -> list[str]:
    """Column names in one of a text file's first lines; empty for other kinds of files."""
    path = Path(path)
    if not path.is_file() or not is_text(path):
        return []
    stamp = stamp_of(path)
    lines = _first_lines(stamp)
    if len(lines) <= line:
        return []
    try:
        row = next(csv.reader(lines[line:], delimiter=_delimiter(stamp, line)), [])
    except csv.Error:
        return []
    return [name.strip() for name in row]


def is_html(path: str | Path) -> bool:
    """Whether a file is a web page, such as a login or error page saved in a data file's place."""
    head = _head(stamp_of(Path(path)))[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html"))


def utf8_bytes(path: Path, *, encoding: str = "utf-8") -> bytes:
    """Content of a text file in UTF-8, without a byte order mark.

    Parameters
    ----------
    path : pathlib.Path
    encoding : str
        Of a file that is neither marked nor UTF-8.

    Raises
    ------
    DataIntegrityError
        If the compression is broken or a byte has no meaning in the encoding.
    """
    try:
        with opened(path) as handle:
            content = handle.read()
    except _BROKEN as error:
        message = f"{path.name} cannot be decompressed ({error}): it is cut or damaged. Download it again."
        raise DataIntegrityError(message) from error
    named = _encoding(content)
    if named == "utf-8-sig":
        content = content[3:]
    if named in (None, "utf-8-sig"):
        if _is_utf8(content):
            return content
        named = "cp1252" if encoding.lower().startswith("utf-8") else encoding
    try:
        return content.decode(named).removeprefix("\ufeff").encode()
    except UnicodeError as error:
        message = f"{path.name} cannot be read as a table: {error}. Download it again from its publisher."
        raise DataIntegrityError(message) from error


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_unended(path: str | Path) -> bool:
    """Whether a text file's last line lacks its line end and no registered hash tells that it was published so.

    Such a file may be a download that was cut inside the last cell or after whole rows, or inside a line end of two
    characters.
    """
    path = Path(path)
    if not path.is_file() or not is_text(path) or is_workbook(path):
        return False
    stamp = stamp_of(path)
    encoding = _encoding(_head(stamp)) or "utf-8"
    ends = _tail(stamp).decode(encoding if encoding.startswith("utf-16-") else "latin-1", errors="replace")
    plain = ends.replace("\0", "")  # UTF-16 told by its mark
    halved = plain.endswith("\r") and b"\r\n" in _head(stamp).replace(b"\0", b"")
    return (halved or not plain.endswith(("\n", "\r"))) and file_sha256(path) not in registered_hashes()


@lru_cache(maxsize=256)
def _tail(stamp: Stamp) -> bytes:
    """Last two bytes of the content; a line end if the compression is broken, which is refused elsewhere."""
    try:
        with stamp[0].open("rb") as handle:
            packed = handle.read(6).startswith(tuple(_OPENERS))
            if not packed:
                handle.seek(-min(2, stamp[2]), os.SEEK_END)
                return handle.read()
    except OSError:
        return b"\n"
    return decompressed(stamp)[-2:] or b"\n"


def refuse_cut_cell(path: Path, content: bytes, *, delimiter: str, line: int) -> None:
    """Raise when the last cell of a file without a last line end looks like the beginning of one.

    It does when it is empty and no other cell of its column is, when it is shorter than every other, or when it is the
    beginning of another and stands nowhere else. A number may still have lost digits, which only the publisher's hash
    would tell: :func:`is_unended` says that the line end is missing.

    Parameters
    ----------
    path : pathlib.Path
        For the message.
    content : bytes
        The file in UTF-8.
    delimiter : str
    line : int
        Lines above the header.

    Raises
    ------
    DataIntegrityError
    """
    text = content.decode("utf-8", errors="replace")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[line + 1 :]
    width = len(rows[-1]) if rows else 0
    cells = [row[-1].strip() for row in rows if len(row) == width and width]
    if len(cells) < 2 or (cells[-1] not in cells[:-1] and _begins_another(cells[-1], cells[:-1])):
        quoted = repr(cells[-1]) if cells else "none"
        message = (
            f"{path.name}: a last line without line end must be whole; its last cell ({quoted}) looks cut, as after an "
            "interrupted download. Download the file again, or end its last line if it is whole."
        )
        raise DataIntegrityError(message)


def _begins_another(cell: str, others: list[str]) -> bool:
    return len(cell) < min(map(len, others)) or any(other.startswith(cell) for other in others)


def read_csv(path: str | Path, *, footer: tuple[str, ...] = (), **options: Any) -> pd.DataFrame:
    """Read a text file of cells; only empty cells are missing, so Namibia's code "NA" stays a code.

    Parameters
    ----------
    path : path
        Plain or compressed, in any of the encodings and with any of the delimiters that are told by content.
    footer : tuple of str
        Beginnings of the lines with which a publisher's text below the table starts. Only there may a row be short.
    **options
        For :func:`pandas.read_csv`; ``encoding`` is that of a file which is neither marked nor UTF-8.

    Raises
    ------
    DataIntegrityError
        If the file is not a table of the stated form, a row has fewer cells than the header, the last line has no
        line end and its last cell or its order looks cut, two columns share a name, or a web page was saved in its
        place.
    """
    path = Path(path)
    if is_html(path):
        message = (
            f"{path.name} is a web page, not the data file: the download gave an error or login page. "
            "Download it again."
        )
        raise DataIntegrityError(message)
    line = options.get("skiprows", 0)
    if options.get("header", line) is not None:
        refuse_repeated_names(path, csv_header(path, line=line))
    content = utf8_bytes(path, encoding=options.pop("encoding", "utf-8"))
    settings: dict[str, Any] = {
        "keep_default_na": False,
        "na_values": [""],
        "low_memory": False,
        "sep": delimiter_of(path, line=line),
    }
    settings |= options
    if options.get("header", line) is not None:
        content = _with_plain_names(content, settings["sep"], line)
    try:
        frame: pd.DataFrame = pd.read_csv(io.BytesIO(content), **settings)
    except (ValueError, OverflowError, csv.Error) as error:  # ValueError: every fault that the parser finds
        message = f"{path.name} cannot be read as a table: {error}. Download it again from its publisher."
        raise DataIntegrityError(message) from error
    refuse_cut_rows(path, content, delimiter=settings["sep"], line=line, footer=footer)
    if content[-1:] != b"\n" and not footer and is_unended(path):
        refuse_cut_cell(path, content, delimiter=settings["sep"], line=line)
        refuse_cut_order(path, frame, unended=True)
    elif not footer and _breaks_off(path, frame):
        refuse_cut_order(path, frame, unended=False)
    refuse_grouped_points(path, content, frame, settings)
    return frame


def _with_plain_names(content: bytes, delimiter: str, line: int) -> bytes:
    """Content with the header's names as recognition reads them: without blanks around them."""
    lines = content.splitlines(keepends=True)
    if len(lines) <= line:
        return content
    rows = csv.reader((one.decode() for one in lines[line:]), delimiter=delimiter)
    try:
        names = next(rows, [])
    except csv.Error:
        return content
    if all(name == name.strip() for name in names):
        return content
    header = io.StringIO()
    csv.writer(header, delimiter=delimiter, lineterminator="\n").writerow([name.strip() for name in names])
    below = line + rows.line_num  # a name may hold line ends
    return b"".join([*lines[:line], header.getvalue().encode(), content[sum(map(len, lines[:below])) :]])


def _breaks_off(path: Path, frame: pd.DataFrame) -> bool:
    """Whether a table with a last line end, that is not as registered, was cut behind a whole line."""
    if len(frame) > _ORDERED_ROWS or not stops_in_order(frame, least=_NEARLY_ALL, fewest=_FEWEST):
        return False
    return file_sha256(path) not in registered_hashes()


def lines_above(path: Path, line: int) -> Iterator[str]:
    """Lines above a header, as a publisher's preamble."""
    yield from _first_lines(stamp_of(path))[:line]
