"""Excel workbooks of numbers, texts and dates, written without a library."""

from __future__ import annotations

import math
import zipfile
from datetime import date, datetime, time, timedelta
from html import escape
from pathlib import Path
from typing import Any

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_SPACE}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    """Write a workbook with one sheet per table."""
    kinds = f'<Types xmlns="{_PACKAGE}/content-types">'
    kinds += (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    kinds += f'<Override PartName="/xl/workbook.xml" ContentType="{_MAIN}.sheet.main+xml"/>'
    kinds += f'<Override PartName="/xl/styles.xml" ContentType="{_MAIN}.styles+xml"/>'
    book, links, parts = "", f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>', {}
    for i, (name, rows) in enumerate(sheets.items(), start=1):
        kinds += f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="{_MAIN}.worksheet+xml"/>'
        book += f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}"/>'
        links += f'<Relationship Id="r{i}" Type="{_OFFICE}/worksheet" Target="worksheets/s{i}.xml"/>'
        parts[f"xl/worksheets/s{i}.xml"] = _sheet(rows)
    parts["[Content_Types].xml"] = kinds + "</Types>"
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_SPACE}" xmlns:r="{_OFFICE}"><sheets>{book}</sheets></workbook>'
    )
    parts["xl/styles.xml"] = _STYLES
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    )
    root = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    parts["_rels/.rels"] = f'<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>'
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, text in parts.items():
            out.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)


def _sheet(rows: list[list[Any]]) -> str:
    width = max((len(row) for row in rows), default=0)
    letters = [_letters(column) for column in range(width)]
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(value, f"{letters[i]}{number}") for i, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{_SPACE}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _letters(column: int) -> str:
    return ("" if column < 26 else _letters(column // 26 - 1)) + chr(65 + column % 26)


def _cell(value: Any, place: str) -> str:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if isinstance(value, (datetime, date)):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
        return f'<c r="{place}" s="1"><v>{serial!r}</v></c>'
    text = escape(_printable(str(value)), quote=False)
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")
