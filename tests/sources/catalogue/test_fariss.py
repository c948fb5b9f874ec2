"""Latent human rights scores: cells against the raw file, Czechoslovakia, successor states and refusals."""

from __future__ import annotations

import csv

import pytest
import rdata

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.fariss import SOURCE as fariss
from rtop_forecast.sources.reading.matching import explained

SCORES = ["theta_mean", "theta_sd", "theta_q025", "theta_q975"]
HEADER = ["YEAR", "COW", "massive_repression", *SCORES]


@pytest.fixture(scope="module")
def file(data_dir):
    return data_dir / "human_rights" / "LHRS-v4.02-2021.Rdata"


@pytest.fixture(scope="module")
def table(file):
    return fariss.read(file)


@pytest.fixture(scope="module")
def raw(file):
    (frame,) = rdata.read_rda(file).values()
    rows = frame[["YEAR", "COW", *SCORES, "Amnesty", "State", "CIRI"]].to_dict("records")
    return {(int(row["COW"]), int(row["YEAR"])): row for row in rows}


def scores(table, state, year):
    row = table.data[(table.data["country_id"] == state) & (table.data["year"] == year)]
    assert len(row) == 1, (state, year)
    return row[SCORES].iloc[0].to_dict()


def test_shape_and_coverage(table, raw):
    assert table.source == "fariss-4.02"
    assert len(raw) == 11_665
    assert len(table.data) == 11_587
    assert len(table.data) + table.unmatched["rows"].sum() == len(raw)
    assert table.coverage == dict.fromkeys(SCORES, (1946, 2021))
    assert list(table.data.columns) == ["country_id", "year", *SCORES]  # none of the inputs
    assert table.data[SCORES].notna().all(axis=None)
    assert not table.zero_inside


@pytest.mark.parametrize(
    ("cow", "year", "state"),
    [
        (517, 1994, 517),
        (2, 2021, 2),
        (316, 1946, 315),  # Czechoslovakia bears the Czech Republic's number
        (316, 1968, 315),
        (316, 1991, 315),
        (316, 1993, 316),
        (317, 1993, 317),
        (260, 1989, 260),
        (255, 1990, 260),
        (265, 1990, 265),
        (678, 1989, 678),
        (679, 1990, 678),
        (680, 1990, 680),
        (365, 1991, 365),
        (365, 1992, 365),
        (345, 1991, 345),
        (345, 2005, 345),
        (345, 2006, 340),
        (345, 2018, 340),
        (341, 2006, 341),
        (816, 1976, 816),
        (817, 1975, 817),
        (625, 2011, 625),
        (626, 2011, 626),
        (511, 1964, 511),
        (770, 1971, 770),
    ],
)
def test_a_row_is_that_of_the_file(table, raw, cow, year, state):
    assert scores(table, state, year) == {name: raw[cow, year][name] for name in SCORES}


def test_number_316_is_czechoslovakia_in_the_file_itself(raw, data_dir):
    assert not [key for key in raw if key[0] == 315]
    # Its inputs are those of Czechoslovakia in the Political Terror Scale, year by year.
    with (data_dir / "human_rights" / "PTS-2024.csv").open(encoding="latin-1", newline="") as handle:
        scale = {
            int(row["Year"]): (row["PTS_A"], row["PTS_S"])
            for row in csv.DictReader(handle)
            if row["Country"] == "Czechoslovakia"
        }

    def text(value):
        return str(value).removesuffix(".0") if value == value and value is not None else "NA"

    for year in range(1976, 1992):
        row = raw[316, year]
        assert (text(row["Amnesty"]), text(row["State"])) == scale[year], year
    numbers = {year: text(raw[316, year]["CIRI"]) for year in (1991, 1992, 1993)}
    assert numbers == {1991: "242", 1992: "242", 1993: "239"}


def test_years_of_union_and_dissolution(table):
    assert not table.data.duplicated(["country_id", "year"]).any()
    unmatched = table.unmatched
    losing = unmatched[unmatched["reason"] == "the successor's row has this state-year"]
    assert set(zip(losing["code"], losing["year"], strict=True)) == {("260", 1990), ("678", 1990)}
    assert ("316", 1992) in set(zip(unmatched["code"], unmatched["year"], strict=True))
    assert not ((table.data["country_id"] == 315) & (table.data["year"] == 1992)).any()
    assert explained(unmatched).all()


ROW = [2000, 517, 0, -1.0, 0.2, -1.4, -0.6]


def written(path, rows, header=HEADER):
    with path.open("w", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def test_a_version_with_czechoslovakia_under_its_number_is_left_alone(tmp_path):
    rows = [[1980, 315, *ROW[2:]], [1980, 316, *ROW[2:]]]
    table = fariss.read(written(tmp_path / "LHRS-v5.01-2023.csv", rows))
    assert table.release == "5.01"
    assert table.data["country_id"].tolist() == [315]
    assert table.unmatched["code"].tolist() == ["316"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[2000, 517, 0, -1.0, -0.2, -1.4, -0.6]], "'theta_sd' must lie between 0 and 10"),
        ([[2000, 517, 0, 99, 0.2, -1.4, -0.6]], "'theta_mean' must lie between -10 and 10"),
        (
            [[2000, 517, 0, -2.0, 0.2, -1.4, -0.6]],
            "must lie between its bounds theta_q025 and theta_q975; 1 of 1",
        ),
        ([[2000, 517, 0, "x", 0.2, -1.4, -0.6]], "'theta_mean' must hold numbers"),
        ([["2000s", *ROW[1:]]], "'YEAR' must hold"),
        ([[2000, 998, *ROW[2:]]], "first '998' in 2000"),
        ([ROW, [*ROW[:4], 0.3, *ROW[5:]]], "disagree"),
        ([], "holds no row"),
    ],
)
def test_refusals(tmp_path, rows, message):
    path = written(tmp_path / "LHRS.csv", rows)
    assert fariss.recognise(path)
    with pytest.raises(DataIntegrityError, match=rf"LHRS\.csv.*{message}"):
        fariss.read(path)


def test_a_missing_column_is_named(tmp_path):
    path = written(tmp_path / "LHRS.csv", [ROW[:-1]], HEADER[:-1])
    assert fariss.recognise(path)
    with pytest.raises(DataIntegrityError, match="1 columns are missing, first 'theta_q975'"):
        fariss.read(path)


def test_a_cut_r_file_is_refused(tmp_path, file):
    path = tmp_path / file.name
    path.write_bytes(file.read_bytes()[:200_000])
    assert not fariss.recognise(path)
    with pytest.raises(DataIntegrityError, match=file.name):
        fariss.read(path)
