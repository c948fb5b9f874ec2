"""PITF genocide and politicide: cells against the raw workbook, successor states and refusals."""

from __future__ import annotations

import re

import pytest
from python_calamine import CalamineWorkbook

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue import pitf

#: The list's letters where its number is not that of the state in our list.
OTHER = {"PKS": 770, "YGS": 345}


@pytest.fixture(scope="module")
def file(data_dir):
    return data_dir / "human_rights" / "genocide_politicide.xls"


@pytest.fixture(scope="module")
def table(file):
    return pitf.read(file)


@pytest.fixture(scope="module")
def raw(file):
    header, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_every_row_is_a_state_year(table, raw):
    assert table.source == "pitf-2018"
    assert len(raw) == len(table.data) == 289
    assert table.unmatched.empty
    expected = {}
    for row in raw:
        state = OTHER.get(row["SCODE"], int(row["CCODE"]))
        onset = int(row["YEAR"] == row["YRBEGIN"])
        expected[state, int(row["YEAR"])] = (1, onset, row["DEATHMAG"])
    rows = table.data.itertuples(index=False)
    assert {(row.country_id, row.year): (row.ongoing, row.onset, row.deathmag) for row in rows} == expected


def test_coverage(table):
    assert table.coverage == dict.fromkeys(["ongoing", "onset", "deathmag"], (1955, 2018))
    assert table.zero_inside == {"ongoing", "onset"}
    assert table.data["onset"].sum() == 45


@pytest.mark.parametrize(
    ("state", "year", "expected"),
    [
        (517, 1994, (1, 1, 5)),
        (517, 1964, (1, 0, 0)),  # under way, with fewer than 300 deaths
        (770, 1971, (1, 1, 5)),  # Pakistan before Bangladesh, PKS
        (345, 1998, (1, 1, 1)),  # Yugoslavia of two republics, YGS
        (817, 1975, (1, 0, 3.5)),  # South Vietnam in its last year
        (346, 1992, (1, 1, 4)),
        (625, 2011, (1, 0, 1)),  # Sudan in the year of its division
        (482, 2018, (1, 0, 1)),  # goes on: 9999
    ],
)
def test_successor_states(table, state, year, expected):
    row = table.data[(table.data["country_id"] == state) & (table.data["year"] == year)]
    assert row[["ongoing", "onset", "deathmag"]].to_numpy().tolist() == [list(expected)]


ROW = {
    "COUNTRY": "Rwanda", "SCODE": "RWA", "CCODE": 517, "YEAR": 1963, "MOBEGIN": 12, "YRBEGIN": 1963, "MOEND": 6,
    "YREND": 1964, "PTYPE": 4, "DEATHMAG": 2.5,
}  # fmt: skip


def book(xlsx, path, rows, leave=()):
    header = [name for name in ROW if name not in leave]
    return xlsx(path, {"GENO-F": [header, *([row[name] for name in header] for row in rows)]})


def test_an_older_release(tmp_path, xlsx):
    path = book(xlsx, tmp_path / "PITF GenoPoliticide 2013.xlsx", [ROW, ROW | {"YEAR": 1964, "DEATHMAG": 0}])
    table = pitf.read(path)
    assert table.release == "1964"
    assert table.data["onset"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROW | {"DEATHMAG": 5.5}], "'DEATHMAG' must lie between 0 and 5"),
        ([ROW | {"DEATHMAG": 2.3}], "'DEATHMAG' must be a multiple of 0.5; 1 of 1"),
        ([ROW | {"DEATHMAG": "many"}], "'DEATHMAG' must hold numbers"),
        ([ROW | {"YEAR": 1965}], "'YEAR' must lie between 'YRBEGIN' and 'YREND'; 1 of 1"),
        ([ROW | {"YEAR": 1962}], "'YEAR' must lie between 'YRBEGIN' and 'YREND'; 1 of 1"),
        ([ROW | {"YEAR": 1945}], "'YEAR' must lie between 1955"),
        ([ROW | {"PTYPE": 1}], "'PTYPE' must lie between 4 and 4"),
        ([ROW | {"SCODE": "ZZZ"}], "first 'ZZZ' in 1963"),
        ([ROW, ROW | {"DEATHMAG": 3}], "disagree"),
        ([], "none below a header"),
    ],
)
def test_refusals(tmp_path, xlsx, rows, message):
    path = book(xlsx, tmp_path / "geno.xlsx", rows)
    assert pitf.recognise(path)
    with pytest.raises(DataIntegrityError, match=rf"geno\.xlsx.*{re.escape(message)}"):
        pitf.read(path)


def test_a_missing_column_is_named(tmp_path, xlsx):
    path = book(xlsx, tmp_path / "geno.xlsx", [ROW], leave=["YREND"])
    assert pitf.recognise(path)
    with pytest.raises(DataIntegrityError, match="1 columns are missing, first 'YREND'"):
        pitf.read(path)
