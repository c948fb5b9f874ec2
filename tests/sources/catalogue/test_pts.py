"""Political Terror Scale: cells against the raw file, two Yugoslavias, statuses, forms and refusals."""

from __future__ import annotations

import csv

import pandas as pd
import pytest
import rdata

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.pts import SOURCE as pts
from rtop_forecast.sources.reading.matching import explained

HEADER = [
    "Country",
    "Country_OLD",
    "Year",
    "COW_Code_A",
    "COW_Code_N",
    "PTS_A",
    "PTS_H",
    "PTS_S",
    "NA_Status_A",
]
ROWS = [
    ["Rwanda", "Rwanda", 1994, "RWA", 517, 5, "NA", 5, 0],
    ["Rwanda", "Rwanda", 1995, "RWA", 517, 4, "NA", 4, 0],
    ["Yugoslavia, Federal Republic of", "x", 1991, "YUG", 345, 3, "NA", 5, 0],
    ["Yugoslavia, Socialist Federal Republic of", "x", 1991, "YUG", 345, 4, "NA", 5, 0],
    ["Yugoslavia, Federal Republic of", "x", 1992, "YUG", 345, 3, "NA", 5, 0],
    ["Yugoslavia, Socialist Federal Republic of", "x", 1992, "YUG", 345, 2, "NA", 5, 0],
    ["Yugoslavia, Federal Republic of", "x", 1993, "YUG", 345, 3, "NA", 5, 0],
]
SCORES = ["pts_a", "pts_h", "pts_s"]


@pytest.fixture(scope="module")
def file(data_dir):
    return data_dir / "human_rights" / "PTS-2024.csv"


@pytest.fixture(scope="module")
def table(file):
    return pts.read(file)


@pytest.fixture(scope="module")
def raw(file):
    with file.open(encoding="latin-1", newline="") as handle:
        return list(csv.DictReader(handle))


def cell(table, state, year, name):
    row = table.data[(table.data["country_id"] == state) & (table.data["year"] == year)]
    assert len(row) == 1
    return row[name].item()


def written(path, rows, header=HEADER):
    with path.open("w", encoding="latin-1", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def test_shape_and_coverage(table, raw):
    assert table.source == "pts-2024"
    assert len(raw) == 10_220
    assert len(table.data) == 8_528
    assert len(table.data) + table.unmatched["rows"].sum() == len(raw)
    assert table.coverage == {"pts_a": (1976, 2023), "pts_h": (2013, 2023), "pts_s": (1976, 2023)}
    assert not table.zero_inside


def test_every_score_of_states_with_a_number_of_their_own_is_that_of_the_file(table, raw):
    ours = {"516", "517", "625", "626", "640", "652", "666", "700", "710", "775", "811", "850"}
    expected = {}
    for row in raw:
        if row["COW_Code_N"] in ours:
            for name in SCORES:
                score = row[name.upper()]
                if score != "NA":
                    expected[int(row["COW_Code_N"]), int(row["Year"]), name] = float(score)
    long = table.data[table.data["country_id"].isin([int(code) for code in ours])].melt(
        id_vars=["country_id", "year"], value_vars=SCORES
    )
    rows = long.dropna().itertuples(index=False)
    assert {(row.country_id, row.year, row.variable): row.value for row in rows} == expected


@pytest.mark.parametrize(
    ("state", "year", "expected"),
    [
        (345, 1991, (4, 5)),  # the socialist federation; the Federal Republic's row has 3 and 5
        (345, 1992, (3, 5)),
        (345, 2005, (3, 2)),
        (340, 2006, (None, 2)),  # Serbia's row; that of the Federal Republic has 3 and 2
        (260, 1989, (1, 1)),  # "German Federal Republic", 260
        (260, 1990, (1, 1)),  # "Germany", 255
        (265, 1990, (1, 1)),
        (678, 1989, (3, 3)),  # "Yemen Arab Republic"
        (678, 1990, (2, 3)),  # "Yemen", 679
        (680, 1989, (None, 3)),
        (365, 1991, (3, 4)),  # "Soviet Union", no number
        (365, 1992, (2, 3)),
        (315, 1991, (None, 1)),
        (316, 1993, (None, 1)),
        (666, 2000, (4, 4)),  # not the rows of Israel in its borders of 1967 or in the occupied territories
    ],
)
def test_successor_states(table, state, year, expected):
    read = tuple(cell(table, state, year, name) for name in ("pts_a", "pts_s"))
    assert [None if pd.isna(score) else score for score in read] == list(expected)


def test_czechoslovakia_has_no_score_in_1992(table):
    assert not ((table.data["country_id"] == 315) & (table.data["year"] == 1992)).any()


def test_what_does_not_match_says_why(table):
    assert explained(table.unmatched).all()
    reason = table.unmatched.set_index("code")["reason"]
    for territory in (
        "Crimea",
        "Gaza (Hamas)",
        "Puerto Rico",
        "Somaliland",
        "Israel in Occupied Territories",
    ):
        assert reason[[territory]].str.contains("not an independent state|no variable has a value").all()
    shared = table.unmatched[table.unmatched["code"].str.startswith("Yugoslavia")]
    shared = shared[shared["reason"] != "no variable has a value in this row"]
    assert set(zip(shared["code"].str.slice(12), shared["year"], strict=True)) == {
        ("Federal Republic of", 1991), ("Socialist Federal Republic of", 1992), ("Federal Republic of", 2006),
    }  # fmt: skip
    assert (table.unmatched["reason"] == "no variable has a value in this row").sum() == 1_543


def test_status_of_missing_scores_as_described_in_the_card(raw):
    odd = [
        (row["Country"], row["Year"], name)
        for row in raw
        for name in "AHS"
        if (row[f"PTS_{name}"] == "NA") == (row[f"NA_Status_{name}"] == "0")
    ]
    assert len(odd) == 10
    assert ("Soviet Union", "1977", "A") in odd
    assert ("Soviet Union", "1977", "S") in odd


def test_two_yugoslavias(tmp_path):
    table = pts.read(written(tmp_path / "PTS-2024.csv", ROWS))
    assert [cell(table, 345, year, "pts_a") for year in (1991, 1992)] == [4, 3]
    assert table.unmatched["reason"].str.contains("27 April 1992").sum() == 1


def test_the_federal_republic_alone_keeps_its_row(tmp_path):
    table = pts.read(written(tmp_path / "PTS-2024.csv", [ROWS[0], ROWS[2]]))
    assert cell(table, 345, 1991, "pts_a") == 3


@pytest.mark.skipif(not hasattr(rdata, "write_rda"), reason="this version of rdata only reads")
def test_r_form(tmp_path, file, table):
    frame = pd.read_csv(file, encoding="latin-1", low_memory=False)
    frame = frame[["Country", "Year", "COW_Code_N", "PTS_A", "PTS_H", "PTS_S"]]
    frame = frame.astype({"Year": "int32", "Country": "category"})  # a factor
    path = tmp_path / "PTS-2024.RData"
    rdata.write_rda(path, {"PTS_2024": frame})
    assert pts.recognise(path)
    read = pts.read(path)
    pd.testing.assert_frame_equal(read.data, table.data)
    assert len(read.unmatched) == len(table.unmatched)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda rows: [[*rows[0][:5], 6, *rows[0][6:]], *rows[1:]],
            r"'PTS_A' must lie between 1 and 5; 1 of",
        ),
        (lambda rows: [[*rows[0][:5], "five", *rows[0][6:]], *rows[1:]], "'PTS_A' must hold numbers"),
        (lambda rows: [[*rows[0][:2], "1994/5", *rows[0][3:]], *rows[1:]], "'Year' must hold"),
        (lambda rows: [[*rows[0][:2], 2094, *rows[0][3:]], *rows[1:]], "'Year' must lie between"),
        (
            lambda rows: [*rows, [*rows[0][:5], 4, *rows[0][6:]]],
            "2 rows disagree with another, first .*(?:517|Rwanda)",
        ),
        (lambda rows: [[*rows[0][:4], 998, *rows[0][5:]], *rows[1:]], "first '998' in 1994"),
        (lambda _: [], "holds no row"),
    ],
)
def test_refusals(tmp_path, change, message):
    path = written(tmp_path / "PTS-2024.csv", change(ROWS))
    assert pts.recognise(path)
    with pytest.raises(DataIntegrityError, match=rf"PTS-2024\.csv.*(?:{message})"):
        pts.read(path)


def test_a_missing_column_is_named(tmp_path):
    rows = [row[:4] + row[5:] for row in ROWS]
    path = written(tmp_path / "PTS-2024.csv", rows, HEADER[:4] + HEADER[5:])
    assert pts.recognise(path)
    with pytest.raises(DataIntegrityError, match="1 columns are missing, first 'COW_Code_N'"):
        pts.read(path)


def test_a_web_page_is_named(tmp_path):
    path = tmp_path / "PTS-2024.csv"
    path.write_text("<!DOCTYPE html><html></html>")
    assert not pts.recognise(path)
    with pytest.raises(DataIntegrityError, match="web page"):
        pts.read(path)
