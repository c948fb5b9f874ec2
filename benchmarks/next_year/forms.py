"""Forms in which a researcher's file differs from the publisher's: re-exports, encodings, compressions, cuts."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import rdata
from rdata.unparser._xdr import UnparserXDR

from next_year.raw import Release, Rows, cell_text, typed_frame
from next_year.workbook import write_workbook

Form = Callable[[Release, Path], Path | None]

#: Columns that hold codes of states, in any release.
CODES = re.compile(
    r"(gwno?\w*|ccode\d?|pl\.gwn|pl\.ccode|gwid|countries_gwid|iso3?c?|iso2c|sftgcode|scode|cown?|cow_?code\w*|"
    r"country.code|wordbank_code_a|un_code_n|co[oa](_iso)?|wb_code|polity|code|stateabb|statabb|country_text_id|"
    r"iso3_code)",
    re.IGNORECASE,
)
#: Names of columns that identify rather than measure.
_LABEL = re.compile(r"(^id$|_id|number|year|date|day|^from$|^to$|version|prec)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+\.\d+")


def _write_integer(self: UnparserXDR, value: int) -> None:
    self.file.write(int(value).to_bytes(4, "big", signed=True))


# rdata makes an array of every single integer that it writes; the bytes are the same.
UnparserXDR.unparse_int = _write_integer  # type: ignore[method-assign]


def same(release: Release, folder: Path) -> Path:
    """Write the cells as they are, in the publisher's kind of file."""
    if release.kind == "text":
        return _text(folder / release.path.name, release.rows, release)
    if release.kind == "excel":
        return _workbook(release, folder, release.tables)
    path = folder / release.path.name
    frames = {name: _r_frame(rows) for name, rows in release.tables.items()}
    if path.suffix.lower() == ".rds":
        rdata.write_rds(path, frames[release.main])
    else:
        rdata.write_rda(path, frames)
    return path


def shuffled(release: Release, folder: Path) -> Path | None:
    """Rows in another order."""
    if release.dataset == "sipri" or _has_footer(release):
        return None
    body = list(release.body)
    Random(1).shuffle(body)
    return same(release.with_body(body), folder)


def columns_reversed(release: Release, folder: Path) -> Path | None:
    """Columns in another order."""
    if release.head or release.dataset in {"sipri", "treaties"} or _has_footer(release):
        return None
    width = len(release.header)
    body = [[*row, *([""] * (width - len(row)))][:width][::-1] for row in release.body]
    return same(release.with_body(body, release.rows[release.head][::-1]), folder)


def pandas_csv(release: Release, folder: Path) -> Path | None:
    """Write what pandas writes of what it reads: codes with gaps as floats, an index column, "NA" as empty."""
    return _frame_csv(release, folder, lambda frame, path: frame.to_csv(path))


def pandas_floats(release: Release, folder: Path) -> Path | None:
    """Like :func:`pandas_csv`, with every number as a float."""

    def write(frame: pd.DataFrame, path: Path) -> None:
        numeric = frame.select_dtypes("number").columns
        frame.astype(dict.fromkeys(numeric, "float64")).to_csv(path, index=False)

    return _frame_csv(release, folder, write)


def r_write_csv(release: Release, folder: Path) -> Path | None:
    """Write like R's write.csv: text quoted, row names, NA for missing."""
    return _frame_csv(release, folder, lambda frame, path: _r_csv(frame, path, row_names=True, quote=True))


def readr_csv(release: Release, folder: Path) -> Path | None:
    """Write like readr's write_csv: no quotes but where needed, NA for missing, no row names."""
    return _frame_csv(release, folder, lambda frame, path: _r_csv(frame, path, row_names=False, quote=False))


def _r_csv(frame: pd.DataFrame, path: Path, *, row_names: bool, quote: bool) -> None:
    frame = frame.copy()
    if row_names:
        frame.insert(0, "", [str(i + 1) for i in range(len(frame))])
    out = io.StringIO()
    texts = [not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]
    head = [f'"{name}"' if quote else _bare(str(name)) for name in frame.columns]
    out.write(",".join(head) + "\n")
    for row in frame.itertuples(index=False, name=None):
        cells = [
            "NA" if pd.isna(cell) else _quoted(cell) if quote and is_text else _bare(cell_text(cell))
            for cell, is_text in zip(row, texts, strict=True)
        ]
        out.write(",".join(cells) + "\n")
    path.write_text(out.getvalue(), encoding="utf-8")


def _quoted(cell: Any) -> str:
    return '"' + str(cell).replace('"', '""') + '"'


def _bare(text: str) -> str:
    return _quoted(text) if re.search(r'[",\n\r]', text) else text


def excel_workbook(release: Release, folder: Path) -> Path | None:
    """Text or R table opened in Excel and saved as a workbook: codes are numbers."""
    if release.kind == "excel":
        return None
    sheet = [[_as_number(cell) for cell in row] for row in release.rows]
    path = (folder / release.path.name).with_suffix(".xlsx")
    write_workbook(path, {release.path.stem[:31]: sheet})
    return path


def excel_text_cells(release: Release, folder: Path) -> Path | None:
    """Workbook whose numbers are text in a German locale: "12,5"."""
    tables = {
        name: [[_german(cell) for cell in row] for row in rows] if name == release.main else rows
        for name, rows in release.tables.items()
    }
    if release.kind != "excel" or not _has_decimals(release):
        return None
    return _workbook(release, folder, tables)


def semicolon_decimal_comma(release: Release, folder: Path) -> Path | None:
    """CSV as a European Excel saves it: semicolons, and commas in numbers."""
    if not _flat(release):
        return None
    rows = [[_german(cell) for cell in row] for row in release.rows]
    return _text(_csv_path(release, folder), rows, replace(release, delimiter=";", encoding="utf-8-sig"))


def decimal_comma(release: Release, folder: Path) -> Path | None:
    """Quoted numbers with a decimal comma in a file of commas: "12,5"."""
    if release.kind != "text" or not _has_decimals(release):
        return None
    rows = [[_german(cell) for cell in row] for row in release.rows]
    return _text(folder / release.path.name, rows, release)


def grouped_comma(release: Release, folder: Path) -> Path | None:
    """Numbers grouped by commas: "1,234,567"."""
    return _grouped(release, folder, ",")


def grouped_dot(release: Release, folder: Path) -> Path | None:
    """Numbers grouped by points: "1.234.567"."""
    return _grouped(release, folder, ".")


def tabs(release: Release, folder: Path) -> Path | None:
    """Tab-separated text."""
    if not _flat(release) or release.delimiter == "\t":
        return None
    path = _csv_path(release, folder).with_suffix(".tsv")
    return _text(path, release.rows, replace(release, delimiter="\t", encoding="utf-8"))


def semicolons(release: Release, folder: Path) -> Path | None:
    """Semicolons between cells, points in numbers."""
    if not _flat(release):
        return None
    return _text(_csv_path(release, folder), release.rows, replace(release, delimiter=";", encoding="utf-8"))


def bom(release: Release, folder: Path) -> Path | None:
    """UTF-8 with a byte order mark, as Excel's "CSV UTF-8"."""
    return _recoded(release, folder, "utf-8-sig")


def utf8(release: Release, folder: Path) -> Path | None:
    """UTF-8 of a file published in Latin-1."""
    return _recoded(release, folder, "utf-8") if release.encoding == "latin-1" else None


def utf16(release: Release, folder: Path) -> Path | None:
    """UTF-16 with a byte order mark, as Excel's "Unicode text"."""
    return _recoded(release, folder, "utf-16")


def gz(release: Release, folder: Path) -> Path | None:
    """Text compressed by gzip."""
    return _compressed(release, folder, ".gz", gzip.compress)


def xz(release: Release, folder: Path) -> Path | None:
    """Text compressed by xz."""
    return _compressed(release, folder, ".xz", lzma.compress)


def parquet(release: Release, folder: Path) -> Path | None:
    """Parquet, as pandas writes it."""
    if not _flat(release):
        return None
    path = (folder / release.path.name).with_suffix(".parquet")
    typed_frame(release).to_parquet(path)
    return path


def stata(release: Release, folder: Path) -> Path | None:
    """Stata, as pandas writes it."""
    if not _flat(release):
        return None
    frame = typed_frame(release)
    names = [re.sub(r"\W", "_", str(name))[:32] or "x" for name in frame.columns]
    if len(set(names)) < len(names):
        return None
    frame.columns = pd.Index(names)
    texts = frame.select_dtypes(exclude="number").columns
    frame = frame.assign(**{name: frame[name].astype("str").where(frame[name].notna(), "") for name in texts})
    path = (folder / release.path.name).with_suffix(".dta")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that Stata reserves are written with an underscore
        frame.to_stata(path, write_index=False, version=118)
    return path


def r_workspace(release: Release, folder: Path) -> Path | None:
    """R workspace with a longer object before the table."""
    if not _flat(release) and release.kind != "r":
        return None
    frame = _r_frame(release.rows[release.head :])
    notes = pd.DataFrame({"line": range(len(frame) + 10)})
    path = (folder / release.path.name).with_suffix(".RData")
    rdata.write_rda(path, {"a_notes": notes, release.main: frame})
    return path


def padded(release: Release, folder: Path) -> Path | None:
    """Codes with blanks around them."""
    return _codes(release, folder, lambda text: f" {text} ")


def lower(release: Release, folder: Path) -> Path | None:
    """Letter codes in lower case."""
    return _codes(release, folder, str.lower)


def doubled(release: Release, folder: Path) -> Path | None:
    """Every row twice."""
    if release.dataset == "sipri" or _has_footer(release):
        return None
    return same(release.with_body([row for row in release.body for _ in range(2)]), folder)


def repeated_column(release: Release, folder: Path) -> Path | None:
    """Every column twice, under the same name, the second time with other cells."""
    if release.head or release.kind == "r" or release.dataset in {"sipri", "treaties"}:
        return None
    body = [[*row, *(["1"] * len(release.header))] for row in release.body]
    header = [*release.rows[0], *release.rows[0]]
    return same(release.with_body(body, header), folder)


def cut(release: Release, folder: Path) -> Path | None:
    """First 70 % of the bytes."""
    whole = same(release, folder).read_bytes()
    path = folder / release.path.name
    path = path.with_suffix(".xlsx") if path.suffix == ".xls" else path
    path.write_bytes(whole[: len(whole) * 7 // 10])
    return path


def cut_rows(release: Release, folder: Path) -> Path | None:
    """First 70 % of the rows, whole and with the last line's end, as after a cut file was saved again."""
    if release.dataset == "sipri" or _has_footer(release):
        return None
    return same(release.with_body(release.body[: len(release.body) * 7 // 10]), folder)


def cut_late(release: Release, folder: Path) -> Path | None:
    """All rows but the last hundredth, whole and with the last line's end."""
    if release.dataset == "sipri" or _has_footer(release):
        return None
    kept = min(len(release.body) * 99 // 100, len(release.body) - 1)
    return same(release.with_body(release.body[:kept]), folder)


EQUAL: dict[str, Form] = {
    "same": same,
    "shuffled": shuffled,
    "columns_reversed": columns_reversed,
    "pandas": pandas_csv,
    "pandas_floats": pandas_floats,
    "r_write_csv": r_write_csv,
    "readr": readr_csv,
    "excel": excel_workbook,
    "excel_text_cells": excel_text_cells,
    "semicolon_decimal_comma": semicolon_decimal_comma,
    "decimal_comma": decimal_comma,
    "grouped_comma": grouped_comma,
    "grouped_dot": grouped_dot,
    "tab": tabs,
    "semicolon": semicolons,
    "bom": bom,
    "utf8": utf8,
    "utf16": utf16,
    "gz": gz,
    "xz": xz,
    "parquet": parquet,
    "stata": stata,
    "r_workspace": r_workspace,
    "padded": padded,
    "lower": lower,
    "doubled": doubled,
    "repeated_column": repeated_column,
}
#: Forms that a folder must refuse, or say what they lack, unless nothing that the reader uses is gone.
DAMAGED: dict[str, Form] = {"cut70": cut, "cut70_rows": cut_rows, "cut99_rows": cut_late}


def _flat(release: Release) -> bool:
    return release.kind != "r" or len(release.tables) == 1


def _has_footer(release: Release) -> bool:
    """Whether rows below the table do not belong to it."""
    width = len(release.header)
    return any(len(row) < width - 1 or not any(row) for row in release.body[-60:])


def _has_decimals(release: Release) -> bool:
    return any(
        (isinstance(cell, float) and not cell.is_integer())
        or (isinstance(cell, str) and _NUMBER.fullmatch(cell) is not None)
        for row in release.body[:400]
        for cell in row
    )  # fmt: skip


def _german(cell: Any) -> Any:
    text = cell_text(cell)
    return text.replace(".", ",") if _NUMBER.fullmatch(text) else cell


def _grouped(release: Release, folder: Path, mark: str) -> Path | None:
    """Release whose whole numbers from 1,000 on are text in groups of three; codes, years and identifiers stay."""
    if release.kind != "text":
        return None
    places = [
        i for i, name in enumerate(release.header) if not _LABEL.search(name) and not CODES.fullmatch(name)
    ]
    body: Rows = []
    changed = False
    for row in release.body:
        made = list(row)
        for i in places:
            if i < len(made) and re.fullmatch(r"[1-9]\d{3,}", made[i]):
                made[i], changed = f"{int(made[i]):,}".replace(",", mark), True
        body.append(made)
    return same(release.with_body(body), folder) if changed else None


def _as_number(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", cell):
        value = float(cell)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return cell


def _codes(release: Release, folder: Path, change: Callable[[str], str]) -> Path | None:
    if release.kind == "r":
        return None
    places = [i for i, name in enumerate(release.header) if CODES.fullmatch(name)]
    body: Rows = []
    changed = False
    for row in release.body:
        made = list(row)
        for i in places:
            if i < len(made) and isinstance(made[i], str) and made[i] and change(made[i]) != made[i]:
                made[i], changed = change(made[i]), True
        body.append(made)
    return same(release.with_body(body), folder) if changed else None


def _r_frame(rows: Rows) -> pd.DataFrame:
    columns = [str(name) for name in rows[0]]
    width = len(columns)
    full = [[*row, *([""] * (width - len(row)))][:width] for row in rows[1:]]
    cells = list(zip(*full, strict=True)) if full else [()] * width
    data = {}
    for name, column in zip(columns, cells, strict=True):
        kept = [_as_number(cell) for cell in column]
        numeric = all(cell is None or cell == "" or isinstance(cell, (int, float)) for cell in kept)
        if numeric:
            data[name] = pd.Series([float("nan") if cell in (None, "") else float(cell) for cell in kept])
        else:
            data[name] = pd.Series(
                [None if cell is None else cell_text(cell) for cell in column], dtype=object
            )
    return pd.DataFrame(data)


def _workbook(release: Release, folder: Path, tables: dict[str, Rows]) -> Path:
    path = (folder / release.path.name).with_suffix(".xlsx")
    write_workbook(path, tables)
    return path


def _csv_path(release: Release, folder: Path) -> Path:
    path = folder / release.path.name
    return path if path.suffix.lower() in {".csv", ".txt"} else path.with_suffix(".csv")


def _text(path: Path, rows: Rows, release: Release) -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=release.delimiter, lineterminator="\n").writerows(
        [cell_text(cell) for cell in row] for row in rows
    )
    path.write_bytes(out.getvalue().encode(release.encoding, errors="replace"))
    return path


def _frame_csv(release: Release, folder: Path, write: Callable[[pd.DataFrame, Path], None]) -> Path | None:
    if not _flat(release) or release.head or release.dataset in {"sipri", "treaties"}:
        return None
    path = (folder / release.path.name).with_suffix(".csv")
    write(typed_frame(release), path)
    return path


def _recoded(release: Release, folder: Path, encoding: str) -> Path | None:
    if release.kind != "text" or release.encoding == encoding:
        return None
    return _text(folder / release.path.name, release.rows, replace(release, encoding=encoding))


def _compressed(
    release: Release, folder: Path, suffix: str, compress: Callable[[bytes], bytes]
) -> Path | None:
    if release.kind != "text":
        return None
    path = folder / (release.path.name + suffix)
    path.write_bytes(compress(same(release, folder).read_bytes()))
    (folder / release.path.name).unlink()
    return path
