"""Ulfelder's state-led mass killing: cells against the raw file, successor states, codes and refusals."""

from __future__ import annotations

import csv

import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.ulfelder import SOURCE as ulfelder
from rtop_forecast.sources.reading.matching import explained

NAMES = ["start", "end", "ongoing", "type", "ever"]
HEADER = ["sftgcode", "year", "mkl.start", "mkl.end", "mkl.ongoing", "mkl.type", "mkl.ever"]


@pytest.fixture(scope="module")
def file(data_dir):
    return data_dir / "human_rights" / "ulfelder_mass_killing_country_year_2014.csv"


@pytest.fixture(scope="module")
def table(file):
    return ulfelder.read(file)


@pytest.fixture(scope="module")
def raw(file):
    with file.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {(row["sftgcode"], int(row["year"])): [int(row[f"mkl.{name}"]) for name in NAMES] for row in rows}


def cells(table, state, year):
    row = table.data[(table.data["country_id"] == state) & (table.data["year"] == year)]
    assert len(row) == 1, (state, year)
    return row[NAMES].iloc[0].tolist()


def test_shape_and_coverage(table, raw):
    assert table.source == "ulfelder-2014"
    assert len(raw) == 9_329
    assert len(table.data) == 9_245
    assert len(table.data) + table.unmatched["rows"].sum() == len(raw)
    assert table.coverage == dict.fromkeys(NAMES, (1946, 2014))
    assert not table.zero_inside
    assert explained(table.unmatched).all()


@pytest.mark.parametrize(
    ("code", "year", "state"),
    [
        ("RWA", 1994, 517),
        ("USS", 1990, 365),
        ("RUS", 1991, 365),
        ("YUG", 1991, 345),
        ("YGS", 1992, 345),
        ("YGS", 2005, 345),
        ("SRB", 2006, 340),
        ("GFR", 1989, 260),
        ("GER", 1990, 260),
        ("GDR", 1989, 265),
        ("YAR", 1962, 678),
        ("YEM", 1990, 678),
        ("YPR", 1986, 680),
        ("DRV", 1954, 816),
        ("VIE", 1976, 816),
        ("RVN", 1975, 817),
        ("ETH", 1992, 530),
        ("ETI", 1993, 530),
        ("PKS", 1971, 770),
        ("PAK", 1972, 770),
        ("BNG", 1980, 771),
        ("CZE", 1948, 315),
        ("CZR", 1993, 316),
        ("SUD", 2011, 625),
        ("SSD", 2013, 626),
        ("TAZ", 1964, 510),  # where the file has Zanzibar's killing of 1964
    ],
)
def test_a_row_is_that_of_the_file(table, raw, code, year, state):
    assert cells(table, state, year) == raw[code, year]


def test_years_of_union_and_dissolution(table):
    assert not table.data.duplicated(["country_id", "year"]).any()
    losing = table.unmatched[table.unmatched["reason"].str.startswith("the successor")]
    assert list(zip(losing["code"], losing["year"], strict=True)) == [("USS", 1991)]
    early = table.unmatched[table.unmatched["year"] == 1945]
    assert early["rows"].sum() == 67


@pytest.mark.parametrize(
    ("state", "year", "kind"),
    [
        (775, 1948, 1),  # ethnic rebels: civil war
        (652, 2011, 2),  # Syria: uprising
        (360, 1989, 2),  # Romania: uprising
        (155, 1973, 3),  # Chile: repression
        (315, 1948, 3),  # Czechoslovakia: repression
    ],
)
def test_types(table, state, year, kind):
    start, _, ongoing, type_, ever = cells(table, state, year)
    assert (start, ongoing, type_, ever) == (1, 1, kind, 1)


def test_what_the_release_itself_has_out_of_place(table):
    data = table.data
    assert (data["ongoing"][(data["start"] == 1) | (data["end"] == 1)] == 1).all()
    odd = data[(data["type"] > 0) != (data["start"] == 1)]
    assert set(zip(odd["country_id"], odd["year"], strict=True)) == {
        (651, 2011), (651, 2013), (780, 1989), (780, 1992),
    }  # fmt: skip
    never = data[(data["ever"] == 0) & (data["ongoing"] == 1)]
    assert never.groupby("country_id")["year"].agg(["min", "max"]).to_numpy().tolist() == [
        [2013, 2014],
        [1993, 1997],
    ]
    assert cells(table, 345, 1998) == [0, 0, 0, 0, 0]  # Kosovo is not in the release


ROW = ["RWA", 1994, 1, 1, 1, 1, 1]


def written(path, rows, header=HEADER):
    with path.open("w", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def test_na_is_missing(tmp_path):
    path = written(tmp_path / "mkl.csv", [ROW, ["RWA", 1995, 0, "NA", 1, 0, 1]])
    assert ulfelder.recognise(path)
    table = ulfelder.read(path)
    assert table.data["end"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["RWA", 1994, 2, 1, 1, 1, 1]], "'mkl.start' must lie between 0 and 1"),
        ([["RWA", 1994, 1, 1, 1, 5, 1]], "'mkl.type' must lie between 0 and 4"),
        ([["RWA", 1994, "TRUE", 1, 1, 1, 1]], "'mkl.start' must hold numbers"),
        ([["RWA", 94, 1, 1, 1, 1, 1]], "'year' must lie between"),
        ([["ZZZ", 1994, 1, 1, 1, 1, 1]], "first 'ZZZ' in 1994"),
        ([ROW, ["RWA", 1994, 0, 1, 1, 1, 1]], "disagree"),
        ([], "holds no row"),
    ],
)
def test_refusals(tmp_path, rows, message):
    path = written(tmp_path / "mkl.csv", rows)
    assert ulfelder.recognise(path)
    with pytest.raises(DataIntegrityError, match=rf"mkl\.csv.*{message}"):
        ulfelder.read(path)


def test_a_missing_column_is_named(tmp_path):
    path = written(tmp_path / "mkl.csv", [ROW[:-1]], HEADER[:-1])
    assert ulfelder.recognise(path)
    with pytest.raises(DataIntegrityError, match=r"1 columns are missing, first 'mkl\.ever'"):
        ulfelder.read(path)
