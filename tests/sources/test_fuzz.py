"""Readers under damaged files: their own errors or an honest table, never another exception, never a wrong number.

Real releases are damaged in their bytes (under compression, where there is any) and in single cells. A text
file is cut to some hundred rows first, so that many damages can be tried.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import reader, recognised_as
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.reading.text import decompressed, stamp_of
from rtop_forecast.sources.registry import datasets
from rtop_forecast.world.states import KEYS

pytestmark = pytest.mark.slow  # every dataset is read many times over

OURS = (InputError, DataIntegrityError, CoverageError)
TEXT = {".csv", ".txt", ".tsv"}
GARBAGE = ("abc", "1e400", "inf", "--", "=1+1", "\x00", "20015", "-12345", "é\ud7ff", "1 2", "NaN?")

QUICK = settings(
    max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
LONG = settings(
    max_examples=80, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def attempt(path: Path) -> SourceTable | None:
    """Recognise and read; None if the file is not known or refused."""
    try:
        dataset = recognised_as(path)
        table = None if dataset is None else reader(dataset).read(path)
    except OURS:
        return None
    if table is not None:
        values = table.data[list(table.coverage)].to_numpy(dtype=float, na_value=np.nan)
        assert not np.isinf(values).any()
    return table


def cells_of(table: SourceTable) -> dict[tuple[int, int, str], float]:
    long = table.data.melt(id_vars=KEYS, value_vars=list(table.coverage)).dropna()
    rows = zip(long["country_id"], long["year"], long["variable"], long["value"], strict=True)
    return {(int(state), int(year), name): float(value) for state, year, name, value in rows}


def payload(path: Path) -> tuple[bytes, str]:
    """Bytes of a file under its compression, and which that is."""
    if path.suffix.lower() in {".rda", ".rdata", ".rds"}:
        return decompressed(stamp_of(path)), "r"
    return path.read_bytes(), "plain"


def damaged(content: bytes, draw) -> bytes:
    """Flip, cut, repeat or insert a few bytes."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["flip", "cut", "drop", "repeat", "insert"]))
        span = draw(st.integers(1, 200))
        if kind == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del data[at:]
        elif kind == "drop":
            del data[at : at + span]
        elif kind == "repeat":
            data[at:at] = data[at : at + span]
        else:
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
    return bytes(data)


def with_damaged_sheet(path: Path, draw) -> bytes:
    """Excel workbook with a damaged part inside an intact zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        names = [name for name in source.namelist() if name.endswith(".xml")]
        chosen = draw(st.sampled_from(names))
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, damaged(content, draw) if name == chosen else content)
    return out.getvalue()


def damage_bytes(sample, target: Path, draw) -> None:
    if sample.path.suffix.lower() == ".xlsx" and draw(st.booleans()):
        target.write_bytes(with_damaged_sheet(sample.path, draw))
        return
    content, kind = payload(sample.path)
    content = damaged(content, draw)
    target.write_bytes(gzip.compress(content, 1) if kind == "r" else content)


def rows_of(sample) -> tuple[list[list[str]], str]:
    text = sample.path.read_bytes().decode(sample.encoding)
    delimiter = "\t" if text[:2000].count("\t") > text[:2000].count(",") else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter)), delimiter


def write_rows(sample, rows: list[list[str]], delimiter: str, target: Path) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    target.write_bytes(out.getvalue().encode(sample.encoding, errors="replace"))


def saved_again(sample, frame: pd.DataFrame, draw) -> tuple[bytes, str]:
    """Save a table as pandas, R or a spreadsheet may: codes as floats, row numbers, other marks, order and encoding."""
    if draw(st.booleans()):
        numeric = frame.select_dtypes("number").columns
        frame = frame.astype(dict.fromkeys(numeric, "float64"))
    if draw(st.booleans()):
        frame = frame.sample(frac=1, random_state=draw(st.integers(0, 9)))
    text = frame.to_csv(
        index=draw(st.booleans()),
        sep=draw(st.sampled_from([",", ";", "\t"])),
        na_rep=draw(st.sampled_from(["", "NA"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    content = text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))
    return (gzip.compress(content, 1), ".gz") if draw(st.booleans()) else (content, "")


def check_saved_again(samples, dataset, folder, rules):
    """A table that was saved again is read with the same numbers, or refused."""
    sample = samples[dataset]
    if sample.path.suffix.lower() not in TEXT:
        return
    rows, delimiter = rows_of(sample)
    if len(rows[0]) != len(rows[-1]) or len(set(rows[0])) < len(rows[0]):
        return  # lines above the header are lost where a table is saved again
    frame = pd.read_csv(sample.path, sep=delimiter, encoding=sample.encoding, low_memory=False)
    whole, lost = cells_of(sample.table), int(sample.table.unmatched["rows"].sum())

    @rules
    @given(st.data())
    def run(data):
        content, suffix = saved_again(sample, frame, data.draw)
        target = folder / f"{sample.path.name}{suffix}"
        target.write_bytes(content)
        try:
            table = attempt(target)
        finally:
            target.unlink()
        if table is None:
            return
        seen = cells_of(table)
        other = {
            key for key in whole.keys() & seen.keys() if not np.isclose(whole[key], seen[key], rtol=1e-12)
        }
        assert not other, f"changed: {sorted(other)[:3]}"
        assert not seen.keys() - whole.keys(), f"added: {sorted(seen.keys() - whole.keys())[:3]}"
        reported = int(table.unmatched["rows"].sum()) > lost
        assert reported or not whole.keys() - seen.keys(), f"lost: {sorted(whole.keys() - seen.keys())[:3]}"

    run()


def check_bytes(samples, dataset, folder, rules):
    sample = samples.get(dataset)
    assert sample is not None, f"the test data hold no file of {dataset}"
    target = folder / sample.path.name
    if sample.path.stat().st_size > 300_000:
        rules = settings(rules, max_examples=max(rules.max_examples // 4, 2))

    @rules
    @given(st.data())
    def run(data):
        damage_bytes(sample, target, data.draw)
        attempt(target)

    run()


def check_cells(samples, dataset, folder, rules):
    """One cell at a time: garbage is refused or reported, a blank never turns one number into another."""
    sample = samples[dataset]
    if sample.path.suffix.lower() not in TEXT:
        return
    whole, lost = cells_of(sample.table), int(sample.table.unmatched["rows"].sum())
    rows, delimiter = rows_of(sample)
    target = folder / sample.path.name
    body = [i for i in range(1, len(rows)) if len(rows[i]) == len(rows[-1])]

    @rules
    @given(st.sampled_from(body), st.integers(0, len(rows[-1]) - 1), st.sampled_from(["", *GARBAGE]))
    def run(i, j, cell):
        before = rows[i][j]
        if before == cell:
            return
        rows[i][j] = cell
        try:
            write_rows(sample, rows, delimiter, target)
        finally:
            rows[i][j] = before
        table = attempt(target)
        if table is None or int(table.unmatched["rows"].sum()) != lost:
            return
        seen = cells_of(table)
        other = {key for key in whole.keys() & seen.keys() if whole[key] != seen[key]}
        new = seen.keys() - whole.keys()
        place = f"row {i}, column {rows[0][j] if j < len(rows[0]) else j!r}: {before!r} -> {cell!r}"
        if cell not in _NUMBERS:
            assert not other, f"{place} changes {sorted(other)[:3]}"
            assert not new, f"{place} adds {sorted(new)[:3]}"

    run()


#: Damages that a number's own column may honestly hold.
_NUMBERS = {"20015", "-12345"}


@pytest.mark.parametrize("dataset", datasets())
def test_damaged_bytes_give_our_errors(samples, dataset, tmp_path):
    check_bytes(samples, dataset, tmp_path, QUICK)


@pytest.mark.parametrize("dataset", datasets())
def test_a_damaged_cell_gives_no_wrong_number(samples, dataset, tmp_path):
    check_cells(samples, dataset, tmp_path, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", datasets())
def test_many_damaged_bytes_give_our_errors(samples, dataset, tmp_path):
    check_bytes(samples, dataset, tmp_path, LONG)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", datasets())
def test_many_damaged_cells_give_no_wrong_number(samples, dataset, tmp_path):
    check_cells(samples, dataset, tmp_path, LONG)


@pytest.mark.parametrize("dataset", datasets())
def test_a_table_saved_again_has_the_same_numbers(samples, dataset, tmp_path):
    check_saved_again(samples, dataset, tmp_path, QUICK)


def test_every_file_belongs_to_one_dataset_at_most(found):
    for path in (*found.others, *(path for paths in found.files.values() for path in paths)):
        if path in found.unreadable:
            continue
        claims = [name for name in datasets() if reader(name).recognise(path)]
        assert len(claims) <= 1, f"{path.name} is claimed by {claims}"
