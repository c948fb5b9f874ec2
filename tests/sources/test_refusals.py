"""Wrong and edited files, one kind of fault at a time, for every dataset that comes as text."""

from __future__ import annotations

import csv
import io
import re

import pytest

from rtop_forecast.errors import CoverageError, DataIntegrityError, InputError
from rtop_forecast.sources.folder.discover import discover, reader, recognised_as
from rtop_forecast.sources.registry import datasets

pytestmark = pytest.mark.slow  # every dataset is read many times over

OURS = (InputError, DataIntegrityError, CoverageError)
TEXT = {".csv", ".txt", ".tsv"}
YEARS = {"year", "year_cy", "time", "elec_year", "syear", "from"}
CODES = {
    "ccode": "998", "gwid": "998", "countries_gwid": "998", "gwno_loc": "998", "gwno_location": "998",
    "country_id": "998", "country_id_cy": "998", "COW_Code_N": "998",
}  # fmt: skip


@pytest.fixture(scope="module")
def texts(samples):
    """Rows of each text sample, its delimiter and the sample."""
    found = {}
    for dataset, sample in samples.items():
        if sample.path.suffix.lower() not in TEXT:
            continue
        text = sample.path.read_bytes().decode(sample.encoding)
        delimiter = "\t" if text[:2000].count("\t") > text[:2000].count(",") else ","
        found[dataset] = (list(csv.reader(io.StringIO(text), delimiter=delimiter)), delimiter, sample)
    return found


def written(rows, delimiter, sample, folder):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    path = folder / sample.path.name
    path.write_bytes(out.getvalue().encode(sample.encoding, errors="replace"))
    return path


def outcome(dataset, path):
    """Table, or the refusal."""
    try:
        return reader(dataset).read(path), None
    except OURS as error:
        return None, str(error.args[0])


def same(table, other):
    keys = ["country_id", "year"]
    names = sorted(table.coverage)
    if sorted(other.coverage) != names:
        return False
    left, right = (one.data.set_index(keys)[names].sort_index() for one in (table, other))
    return left.equals(right)


def test_a_column_less_is_refused_or_not_used(texts, tmp_path):
    refused = 0
    for dataset, (rows, delimiter, sample) in texts.items():
        for j in range(min(len(rows[0]), 25)):
            if dataset == "wdi" and rows[0][j].isdigit():
                continue  # a year less is a shorter release
            cut = [row[:j] + row[j + 1 :] for row in rows]
            table, refusal = outcome(dataset, written(cut, delimiter, sample, tmp_path))
            if refusal is None:
                # A variable may be absent from a release; no other value may change for it.
                names = [name for name in table.coverage if name in sample.table.coverage]
                kept = sample.table.select({name: name for name in names})
                assert names, (dataset, rows[0][j])
                assert same(kept, table.select({name: name for name in names})), (dataset, rows[0][j])
            else:
                refused += 1
                assert sample.path.name in refusal, (dataset, refusal)
    assert refused > 100


def test_a_year_out_of_range_is_refused(texts, tmp_path):
    tried = []
    for dataset, (rows, delimiter, sample) in texts.items():
        places = [j for j, name in enumerate(rows[0]) if name.strip().lower() in YEARS]
        if not places:
            continue
        # Maddison's series begin in the year 1.
        for year in ("20015", "2015.5", "abc", *(["1066"] if dataset != "maddison" else [])):
            edited = [list(row) for row in rows]
            edited[2][places[0]] = year
            _, refusal = outcome(dataset, written(edited, delimiter, sample, tmp_path))
            assert refusal is not None, (dataset, year)
            assert sample.path.name in refusal
        tried.append(dataset)
    assert len(tried) >= 20


def test_a_state_number_that_never_was_is_refused(texts, tmp_path):
    tried = []
    for dataset, (rows, delimiter, sample) in texts.items():
        name = next((name for name in CODES if name in rows[0]), None)
        if name is None or dataset in ("wdi", "ewp_treaty", "vdem"):
            continue
        edited = [list(row) for row in rows]
        j = rows[0].index(name)
        for row in edited[1:]:
            row[j] = CODES[name]
        table, refusal = outcome(dataset, written(edited, delimiter, sample, tmp_path))
        if refusal is None:
            assert same(sample.table, table), dataset  # the file has the code, the reader takes the name
            continue
        assert sample.path.name in refusal
        tried.append(dataset)
    assert len(tried) >= 8


def recent(rows):
    """Position of a row of 1960 or later."""
    j = next(j for j, name in enumerate(rows[0]) if name.strip().lower() in YEARS)
    return next(i for i in range(30, len(rows)) if rows[i][j].isdigit() and int(rows[i][j]) >= 1960)


def test_two_rows_of_a_key_that_disagree_are_refused(texts, tmp_path):
    rated = {
        "hief": "EFindex", "growup": "exclpop", "pts": "PTS_S", "ulfelder": "mkl.ongoing", "polity5": "democ",
        "ucdp_nonstate": "best_fatality_estimate", "ewp_treaty": "ios.iccpr1", "vdem": "v2x_polyarchy",
    }  # fmt: skip
    for dataset, column in rated.items():
        rows, delimiter, sample = texts[dataset]
        j = rows[0].index(column)
        i = next(i for i in range(recent(rows), len(rows)) if rows[i][j] not in ("", "NA"))
        again = list(rows[i])
        again[j] = "1" if rows[i][j] != "1" else "0"
        if dataset == "pts":
            again[j] = "4" if rows[i][j] != "4" else "3"
        _, refusal = outcome(dataset, written([*rows, again], delimiter, sample, tmp_path))
        assert refusal is not None, dataset
        assert re.search(r"disagree|share a state-year", refusal), refusal


def test_a_row_that_stands_twice_counts_once(texts, tmp_path):
    for dataset in ("hief", "growup", "pts", "ulfelder", "polity5", "ucdp_nonstate", "awsd", "epr"):
        rows, delimiter, sample = texts[dataset]
        table, refusal = outcome(dataset, written([*rows, rows[recent(rows)]], delimiter, sample, tmp_path))
        assert refusal is None, refusal
        assert same(sample.table, table), dataset
        assert table.unmatched["reason"].str.contains("exact repetition|no variable has a value").any(), (
            dataset
        )


@pytest.mark.parametrize("name", ["vdem.csv", "GEDEvent_v25_1.csv", "OneSided_v25_1.rds", "cirights.xlsx"])
def test_a_web_page_saved_as_data_is_named(tmp_path, name):
    (tmp_path / name).write_text("<!DOCTYPE html>\n<html><body>Please log in</body></html>")
    with pytest.raises(DataIntegrityError, match="web page"):
        recognised_as(tmp_path / name)
    found = discover(tmp_path)
    assert "Download it again" in found.unreadable[tmp_path / name]


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "x.csv").touch()
    with pytest.raises(DataIntegrityError, match=r"x\.csv is empty"):
        recognised_as(tmp_path / "x.csv")


def test_headers_alone_are_refused(texts, tmp_path):
    for dataset, (rows, delimiter, sample) in texts.items():
        table, refusal = outcome(dataset, written(rows[:1], delimiter, sample, tmp_path))
        assert table is None, dataset
        assert sample.path.name in refusal, (dataset, refusal)


def test_every_text_dataset_is_tried(texts, samples):
    assert {name for name in datasets() if samples[name].path.suffix.lower() in TEXT} == set(texts)
    assert len(texts) >= 22
