"""Releases that the test data lack, made in the publisher's layout from real rows or headers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources._files import read_r
from rtop_forecast.sources._table import SourceTable
from rtop_forecast.sources.discover import discover, reader

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


@dataclass(frozen=True)
class Sample:
    """A small release: its file, what it is, and the table it gives."""

    path: Path
    dataset: str
    encoding: str
    table: SourceTable


@pytest.fixture(scope="session")
def found(data_dir):
    return discover(data_dir)


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
