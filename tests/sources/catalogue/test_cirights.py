"""CIRIGHTS: cells against the raw workbook, successor states, sums, atrocities and refusals."""

from __future__ import annotations

import pytest
from python_calamine import CalamineWorkbook

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.cirights import SOURCE as cirights
from rtop_forecast.sources.reading.matching import explained

VARIABLES = {official: column.name for official, column in cirights.columns.items()}
CODES = ["country", "year", "ciri", "cow"]


@pytest.fixture(scope="module")
def file(data_dir):
    return data_dir / "human_rights" / "cirights_v3.12.10.24.xlsx"


@pytest.fixture(scope="module")
def table(file):
    return cirights.read(file)


@pytest.fixture(scope="module")
def raw(file):
    header, *rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def cells(table, state, year):
    row = table.data[(table.data["country_id"] == state) & (table.data["year"] == year)]
    assert len(row) == 1, (state, year)
    return {name: value for name, value in row.iloc[0].items() if value == value}


def test_shape_and_coverage(table, raw):
    assert table.source == "cirights-3.12.10.24"
    assert len(raw) == 7_931
    assert len(table.data) == 7_753
    assert len(table.data) + table.unmatched["rows"].sum() == len(raw)
    assert table.coverage["physint"] == table.coverage["intensity"] == (1981, 2022)
    assert table.coverage["overall"] == (2005, 2022)
    assert table.coverage["ngo"] == (2000, 2022)
    assert not table.zero_inside
    assert explained(table.unmatched).all()


@pytest.mark.parametrize(
    ("country", "year", "state"),
    [
        ("Rwanda", 1994, 517),
        ("Germany", 1989, 260),
        ("Germany", 1990, 260),
        ("Yemen", 1989, 678),
        ("Yemen", 2016, 678),
        ("Soviet Union", 1991, 365),
        ("Russia", 1992, 365),
        ("Czechoslovakia", 1992, 315),
        ("Czech Republic", 1993, 316),
        ("Slovak Republic", 1993, 317),
        ("Slovak Republic/ Slovakia", 2010, 317),
        ("Yugoslavia", 1991, 345),
        ("Serbia and Montenegro", 1992, 345),
        ("Serbia and Montenegro", 2005, 345),
        ("Serbia", 2006, 340),
        ("Montenegro", 2006, 341),
        ("Kosovo", 2009, 347),
        ("Vietnam", 1990, 816),
        ("Sudan", 2011, 625),
        ("South Sudan", 2011, 626),
        ("Ethiopia", 1993, 530),
        ("Eritrea", 1993, 531),
        ("East Timor (Timor Leste)", 2002, 860),
        ("Eswatini", 2010, 572),
    ],
)
def test_a_row_is_that_of_the_file(table, raw, country, year, state):
    (row,) = [row for row in raw if row["country"] == country and row["year"] == year]
    expected = {name: row[official] for official, name in VARIABLES.items() if row[official] != ""}
    assert cells(table, state, year) == expected | {"country_id": state, "year": year}


def test_an_empty_cell_is_missing_and_no_code_of_older_versions_is_left(table, raw):
    officials = list(VARIABLES)
    assert not [value for row in raw for name in officials if (value := row[name]) != "" and value < 0]
    filled = {name: sum(row[official] != "" for row in raw) for official, name in VARIABLES.items()}
    read = table.data[list(filled)].notna().sum()
    lost = table.unmatched.loc[~table.unmatched["reason"].str.startswith("no variable"), "rows"].sum()
    assert lost == 32
    for name, count in filled.items():
        assert count - lost <= read[name] <= count, name


def test_sums_that_are_not_those_of_their_parts(table):
    data = table.data.dropna(subset=["physint", "disap", "kill", "polpris", "tort"])
    wrong = data["physint"] != data[["disap", "kill", "polpris", "tort"]].sum(axis=1)
    assert wrong.sum() == 13


def test_an_atrocity_is_frequent_killing_with_another_frequent_violation(table):
    data = table.data.dropna(subset=["brutality", "disap", "kill", "polpris", "tort"])
    others = (data[["disap", "polpris", "tort"]] == 0).sum(axis=1)
    rule = (data["kill"] == 0) & (others > 0)
    assert (rule != (data["brutality"] == 1)).sum() == 1  # Iraq 2010
    graded = data["intensity"].notna()
    assert (data["intensity"][graded] == others[graded]).all()
    assert (graded == (data["brutality"] == 1)).all()


def book(xlsx, path, rows, leave=()):
    header = [name for name in [*CODES, *VARIABLES] if name not in leave]
    body = [[row.get(name, "") for name in header] for row in rows]
    return xlsx(path, {"Sheet1": [header, *body]})


RWANDA = {
    "country": "Rwanda", "year": 2020, "ciri": 467, "cow": 517, "Physical Integrity Rights Index": 3, "Torture": 0,
    "Extrajudicial Killings": 1,
}  # fmt: skip


def test_codes_of_older_versions_are_missing(tmp_path, xlsx):
    rows = [
        RWANDA,
        RWANDA | {"year": 2021, "Torture": -77, "Extrajudicial Killings": -999, "Disappearances": -66},
    ]
    table = cirights.read(book(xlsx, tmp_path / "cirights_v2.11.06.23.xlsx", rows))
    assert table.release == "2.11.06.23"
    assert set(cells(table, 517, 2021)) == {"country_id", "year", "physint"}
    assert cells(table, 517, 2020)["tort"] == 0


def test_a_version_without_grades_of_atrocities_is_read(tmp_path, xlsx):
    path = book(xlsx, tmp_path / "cirights_v3.1.xlsx", [RWANDA], leave=["Atrocity Intensity"])
    assert "intensity" not in cirights.read(path).coverage


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([RWANDA | {"Torture": 3}], "'Torture' must lie between 0 and 2; 1 of"),
        ([RWANDA | {"Torture": -5}], "'Torture' must lie between 0 and 2; 1 of"),
        ([RWANDA | {"Torture": "often"}], "'Torture' must hold numbers"),
        ([RWANDA | {"year": 2020.5}], "'year' must hold integers"),
        ([RWANDA | {"year": 20200}], "'year' must lie between"),
        ([RWANDA, RWANDA | {"Torture": 1}], "disagree"),
        ([], "none below a header"),
    ],
)
def test_refusals(tmp_path, xlsx, rows, message):
    path = book(xlsx, tmp_path / "cirights_v9.xlsx", rows)
    assert cirights.recognise(path)
    with pytest.raises(DataIntegrityError, match=rf"cirights_v9\.xlsx.*{message}"):
        cirights.read(path)


def test_a_missing_column_is_named(tmp_path, xlsx):
    path = book(xlsx, tmp_path / "cirights_v9.xlsx", [RWANDA], leave=["Torture"])
    assert cirights.recognise(path)
    with pytest.raises(DataIntegrityError, match="1 columns are missing, first 'Torture'"):
        cirights.read(path)


def test_a_name_that_nobody_knows_is_reported(tmp_path, xlsx):
    path = book(xlsx, tmp_path / "cirights_v9.xlsx", [RWANDA, RWANDA | {"country": "Ruritania"}])
    unmatched = cirights.read(path).unmatched
    assert unmatched["code"].tolist() == ["Ruritania"]
    assert not explained(unmatched).any()
