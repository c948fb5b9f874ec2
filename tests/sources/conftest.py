"""Releases that the test data lack, made in the publisher's layout from real rows or headers."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import discover, reader
from rtop_forecast.sources.reading.files import read_r
from rtop_forecast.sources.reading.table import SourceTable

OURS = (InputError, DataIntegrityError, CoverageError)
ROWS = 300
TEXT = {".csv", ".txt", ".tsv"}


@pytest.fixture(scope="session")
def made_ged(data_dir, tmp_path_factory) -> Path:
    """GED release of 1989 and 1990, a thousand events each."""
    return full_ged(data_dir, tmp_path_factory.mktemp("ged") / "GEDEvent_v25_1.csv")


def full_ged(data_dir: Path, target: Path, *, last: int = 1990, events: int = 1000) -> Path:
    """GED release of a thousand events a year from 1989, from the 1,000 real events of the sample."""
    sample = next(iter(read_r(data_dir / "ucdp" / "uncertainUCDP_ucdpged.rda").values()))
    parts = [
        sample.head(events).assign(year=year, id=range(year * 10_000, year * 10_000 + events))
        for year in range(1989, last + 1)
    ]
    frame = pd.concat(parts, ignore_index=True)
    whole = frame.select_dtypes("number").columns.difference(["latitude", "longitude"])
    frame = frame.assign(**{name: frame[name].astype("Int64") for name in whole})
    # A state of the sample's years must be one of the made years too: Yemen, Bosnia and their like are left.
    old = {
        2,
        100,
        135,
        475,
        490,
        500,
        516,
        517,
        520,
        600,
        615,
        625,
        640,
        645,
        652,
        700,
        750,
        770,
        775,
        780,
        840,
        850,
    }
    codes = frame["country_id"].where(frame["country_id"].isin(old), 700)
    frame.assign(country_id=codes).to_csv(target, index=False)
    return target


def write_xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Workbook of numbers and texts."""
    kinds = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    kinds += (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds += f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book, links, parts = "", "", {}
    for i, (name, rows) in enumerate(sheets.items(), start=1):
        kinds += f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="{main}.worksheet+xml"/>'
        book += f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}"/>'
        links += f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/s{i}.xml"/>'
        cells = "".join(
            f'<row r="{r}">'
            + "".join(_cell(value, f"{_letters(c)}{r}") for c, value in enumerate(row))
            + "</row>"
            for r, row in enumerate(rows, start=1)
        )
        parts[f"xl/worksheets/s{i}.xml"] = (
            f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'
        )
    parts["[Content_Types].xml"] = kinds + "</Types>"
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{space}" xmlns:r="{office}"><sheets>{book}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{package}">{links}</Relationships>'
    root = f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    parts["_rels/.rels"] = f'<Relationships xmlns="{package}">{root}</Relationships>'
    with zipfile.ZipFile(path, "w") as out:
        for name, text in parts.items():
            out.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return path


def _letters(column: int) -> str:
    return ("" if column < 26 else _letters(column // 26 - 1)) + chr(65 + column % 26)


def _cell(value: object, place: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


@pytest.fixture(scope="session")
def xlsx():
    """Write a workbook: ``xlsx(path, {sheet: rows})``."""
    return write_xlsx


@dataclass(frozen=True)
class Sample:
    """A small release: its file, what it is, and the table it gives."""

    path: Path
    dataset: str
    encoding: str
    table: SourceTable


@pytest.fixture(scope="session")
def found(data_dir, more_dir):
    """Releases of the data folder, and the datasets that only the second folder has."""
    held = discover(data_dir)
    more = {
        "ucdp_organizedviolence": more_dir / "ucdp" / "organizedviolencecy_v25_1.csv",
        "ert": more_dir / "vdem" / "ert_v15.csv",
        "ucdp_ged_months": more_dir / "ucdp" / "ucdp_ged_country_monthly_v251.csv",
    }
    files = {**held.files, **{dataset: (path,) for dataset, path in more.items()}}
    return replace(held, files=files, names={**held.names, **{path: path.name for path in more.values()}})


@pytest.fixture(scope="session")
def samples(found, made_ged, tmp_path_factory):
    """One readable file of each dataset, the smallest text file if there is one, cut to its first rows."""
    folder = tmp_path_factory.mktemp("samples")
    files = dict(found.files)
    # The test data hold an extract of GED only, which is refused.
    files["ucdp_ged"] = (made_ged,)
    return {dataset: _sample(dataset, paths, folder / dataset) for dataset, paths in files.items()}


def _sample(dataset: str, paths: tuple[Path, ...], folder: Path) -> Sample:
    folder.mkdir()
    smallest = sorted(paths, key=lambda one: (one.suffix.lower() not in TEXT, one.stat().st_size))
    for path, rows in [(path, ROWS) for path in smallest] + [(path, 1_000_000) for path in smallest]:
        content = path.read_bytes()
        if path.suffix.lower() in TEXT:
            content = b"".join(content.splitlines(keepends=True)[: rows + 1])
        copy = folder / path.name
        copy.write_bytes(content)
        table = _read(dataset, copy)
        if table is not None:
            return Sample(copy, dataset, _encoding(content), table)
    pytest.fail(f"no file of {dataset} can be read")


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _read(dataset: str, path: Path) -> SourceTable | None:
    try:
        return reader(dataset).read(path)
    except OURS:
        return None
