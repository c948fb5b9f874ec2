"""The cells of a release as its publisher wrote them, without the readers that are measured."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import rdata
from python_calamine import CalamineWorkbook

TEXT = frozenset({".csv", ".txt", ".tsv"})
EXCEL = frozenset({".xls", ".xlsx"})

Rows = list[list[Any]]


@dataclass(frozen=True, kw_only=True)
class Release:
    """Cells of a file.

    Attributes
    ----------
    kind : str
        "text", "excel" or "r".
    tables : dict of str to list of rows
        Sheets of a workbook, data frames of an R file, or the one table of a text file.
    main : str
        Table that the reader uses.
    head : int
        Rows above the header of the main table.
    """

    path: Path
    dataset: str
    kind: str
    tables: dict[str, Rows]
    main: str
    head: int = 0
    delimiter: str = ","
    encoding: str = "utf-8"

    @property
    def rows(self) -> Rows:
        """Rows of the main table, the header among them."""
        return self.tables[self.main]

    @property
    def header(self) -> list[str]:
        """Names of the main table's columns."""
        return [str(name).strip() for name in self.rows[self.head]]

    @property
    def body(self) -> Rows:
        """Rows below the header of the main table."""
        return self.rows[self.head + 1 :]

    def with_body(self, body: Rows, header: list[Any] | None = None) -> Release:
        """Release with other rows below the header."""
        names = self.rows[self.head] if header is None else header
        rows = [*self.rows[: self.head], names, *body]
        return replace(self, tables={**self.tables, self.main: rows})

    def named(self, name: str) -> Release:
        """Release under another file name."""
        return replace(self, path=self.path.with_name(name))


def load(path: Path, dataset: str) -> Release:
    """Read the cells of a file."""
    suffix = path.suffix.lower()
    if suffix in TEXT:
        return _text(path, dataset)
    if suffix in EXCEL:
        return _excel(path, dataset)
    return _r(path, dataset)


def _text(path: Path, dataset: str) -> Release:
    content = path.read_bytes()
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = content.decode(encoding)
    delimiter = "\t" if text[:2000].count("\t") > text[:2000].count(",") else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    head = 4 if rows[0][:1] == ["Data Source"] else 0
    return Release(
        path=path, dataset=dataset, kind="text", tables={"table": rows}, main="table",
        head=head, delimiter=delimiter, encoding=encoding,
    )  # fmt: skip


#: Sheet that the reader uses, where it is not the first; workbooks of other years may not have it.
_SHEETS = {"sipri": "Share of GDP", "wgi": "VoiceandAccountability"}
#: First cell of the header of a sheet that has lines above it.
_HEADERS = {"wgi": "Country/Territory"}


def _excel(path: Path, dataset: str) -> Release:
    book = CalamineWorkbook.from_path(str(path))
    tables = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    wanted = _SHEETS.get(dataset)
    main = wanted if wanted in tables else book.sheet_names[0]
    head = {"treaties": 1}.get(dataset, 0)
    if dataset in _HEADERS:
        head = next((i for i, row in enumerate(tables[main]) if row[:1] == [_HEADERS[dataset]]), 0)
    return Release(path=path, dataset=dataset, kind="excel", tables=tables, main=main, head=head)


def _r(path: Path, dataset: str) -> Release:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        objects = {"data": rdata.read_rds(path)} if path.suffix.lower() == ".rds" else rdata.read_rda(path)
    frames = {name: one for name, one in objects.items() if isinstance(one, pd.DataFrame)}
    tables = {name: _rows_of(frame) for name, frame in frames.items()}
    return Release(path=path, dataset=dataset, kind="r", tables=tables, main=next(iter(tables)))


def _rows_of(frame: pd.DataFrame) -> Rows:
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [[_whole(cell) for cell in row] for row in plain.itertuples(index=False, name=None)]
    return [[str(name) for name in frame.columns], *rows]


def _whole(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return cell


def cell_text(cell: Any) -> str:
    """Cell as text; empty where it is missing, whole numbers without a point."""
    if cell is None or cell == "":
        return ""
    return str(_whole(cell))


def typed_frame(release: Release) -> pd.DataFrame:
    """Return the main table as pandas reads it by default: numbers as numbers, "NA" missing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(release.header)
    width = len(release.header)
    writer.writerows(
        [cell_text(cell) for cell in [*row, *([""] * (width - len(row)))][:width]] for row in release.body
    )
    out.seek(0)
    return pd.read_csv(out, low_memory=False, index_col=False)
