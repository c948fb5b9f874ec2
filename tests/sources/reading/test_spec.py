"""Declared readers: what a declaration promises, on small files of every form."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.reading.spec import Column, CountryYears, Layouts, SetAside
from rtop_forecast.sources.registry import publication_lag

# A declaration takes its lag from the registry, so that a made one needs the name of a registered dataset.
MADE = CountryYears(
    dataset="hief",
    title="the made index",
    description="""
        First line.

        - `value`: 0 to 1.
    """,
    marks=frozenset({"Index"}),
    columns={"Index": Column("value", (0, 1)), "Grade": Column("grade", (1, 5), optional=True)},
    codes=(("Letters", "iso3"), ("Name", "name")),
    year="Year",
    missing=(-9, "NA"),
)
ROWS = [
    {"Letters": "MLI", "Name": "Mali", "Year": 2001, "Index": 0.25, "Grade": 2},
    {"Letters": None, "Name": "Chad", "Year": 2001, "Index": 0.5, "Grade": 3},
    {"Letters": "MLI", "Name": "Mali", "Year": 2002, "Index": -9, "Grade": 4},
    {"Letters": "TCD", "Name": "Chad", "Year": 2002, "Index": None, "Grade": None},
]


@pytest.fixture
def write(tmp_path, xlsx):
    def written(rows, name="made.csv"):
        frame = pd.DataFrame(rows)
        path = tmp_path / name
        if path.suffix == ".xlsx":
            cells = frame.astype("object").where(frame.notna(), "").to_numpy().tolist()
            return xlsx(path, {"Sheet1": [list(frame.columns), *cells]})
        frame.to_csv(path, index=False)
        return path

    return written


@pytest.mark.parametrize("name", ["made.csv", "made.txt", "made.xlsx"])
def test_values_are_those_of_the_file_in_every_form(write, name):
    path = write(ROWS, name)
    assert MADE.recognise(path)
    table = MADE.read(path)
    assert table.source == "hief-2002"
    assert table.publication_lag_months == publication_lag("hief")
    assert table.coverage == {"value": (2001, 2001), "grade": (2001, 2002)}
    assert table.zero_inside == frozenset()
    expected = pd.DataFrame(
        {
            "country_id": [432, 432, 483],
            "year": [2001, 2002, 2001],
            "value": [0.25, None, 0.5],
            "grade": [2.0, 4.0, 3.0],
        }
    )
    pd.testing.assert_frame_equal(table.data, expected)
    assert table.unmatched["reason"].tolist() == ["no variable has a value in this row"]


def test_every_row_is_a_state_year_or_reported(write):
    rows = [*ROWS, ROWS[0], {**ROWS[0], "Letters": "XXX", "Name": "Ruritania"}]
    table = MADE.read(write(rows))
    assert len(table.data) + table.unmatched["rows"].sum() == len(rows)


def test_a_column_that_a_release_may_lack_is_left_out_and_any_other_refused(write):
    without = [{name: row[name] for name in row if name != "Grade"} for row in ROWS]
    assert list(MADE.read(write(without)).coverage) == ["value"]
    for name in ("Letters", "Name", "Year", "Index"):
        path = write([{key: value for key, value in row.items() if key != name} for row in ROWS])
        with pytest.raises(
            DataIntegrityError, match=f"the made index: 1 columns are missing, first '{name}'"
        ):
            MADE.read(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"Index": 1.5},
            r"made\.csv: column 'Index' must lie between 0 and 1; 1 of 4 rows do not, first row 2",
        ),
        ({"Index": "often"}, r"made\.csv: column 'Index' must hold numbers; 1 of 4 rows"),
        ({"Year": 2001.5}, r"made\.csv: column 'Year' must hold integers; 1 of 4 rows"),
        (
            {"Letters": "MLI", "Name": "Mali"},
            r"made\.csv: one row per code, year is the rule; 2 rows disagree",
        ),
    ],
)
def test_a_broken_rule_is_named_with_its_row(write, change, message):
    rows = [ROWS[0], ROWS[1] | change, *ROWS[2:]]
    with pytest.raises(DataIntegrityError, match=message):
        MADE.read(write(rows))


def test_rows_after_the_last_full_year_are_reported(write):
    spec = replace(MADE, last_year=lambda listed: int(listed.max()) - 1)
    table = spec.read(write(ROWS))
    assert table.release == "2001"
    assert table.coverage["grade"] == (2001, 2001)
    late = table.unmatched["reason"] == "the release does not cover the years after 2001 in full"
    assert table.unmatched.loc[late, ["code", "year", "rows"]].to_numpy().tolist() == [["Mali", 2002, 1]]


def test_rows_set_aside_are_reported_with_their_reason(write):
    spec = replace(MADE, aside=(SetAside(lambda rows: rows["value"] > 0.4, "too much"),))
    table = spec.read(write(ROWS))
    assert set(table.data["country_id"]) == {432}
    assert "too much" in set(table.unmatched["reason"])


def test_a_prepared_column_becomes_a_variable_and_a_check_may_refuse(write):
    def refuse_all(table, path):
        message = f"{path.name}: {len(table.data)} rows"
        raise DataIntegrityError(message)

    spec = replace(
        MADE,
        made={"Twice": Column("twice")},
        prepare=lambda frame, _: frame.assign(Twice=frame["Grade"] * 2),
    )
    assert spec.read(write(ROWS)).data["twice"].tolist() == [4, 8, 6]
    with pytest.raises(DataIntegrityError, match=r"made\.csv: 3 rows"):
        replace(spec, check=refuse_all).read(write(ROWS))


def test_the_release_is_the_version_in_the_name_or_the_edition_after_the_last_year(write):
    spec = replace(MADE, version=r"v(\d+\.\d+)", edition_after=1)
    assert spec.read(write(ROWS, "made_v4.02.csv")).source == "hief-4.02"
    assert spec.read(write(ROWS, "made.csv")).source == "hief-2003"


def test_names_in_lower_case_are_read_where_the_case_differs(write):
    upper = {name.upper(): column for name, column in MADE.columns.items()}
    spec = replace(
        MADE,
        upper_case=True,
        marks=frozenset({"INDEX"}),
        columns=upper,
        codes=(("NAME", "name"),),
        year="YEAR",
    )
    path = write([{name.lower(): value for name, value in row.items()} for row in ROWS])
    assert spec.recognise(path)
    pd.testing.assert_frame_equal(spec.read(path).data, MADE.read(write(ROWS)).data)


def test_a_file_is_read_in_the_layout_that_recognises_it(write):
    other = replace(MADE, marks=frozenset({"Score"}), columns={"Score": Column("value", (0, 1))})
    source = Layouts((MADE, other))
    path = write(
        [{("Score" if name == "Index" else name): value for name, value in row.items()} for row in ROWS]
    )
    assert source.recognise(path)
    assert source.read(path).coverage == {"value": (2001, 2001)}
    neither = write([{"a": 1}])
    assert not source.recognise(neither)
    with pytest.raises(DataIntegrityError, match="first 'Letters'"):
        source.read(neither)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": {}}, "at least one column and one code"),
        ({"codes": ()}, "at least one column and one code"),
        ({"marks": frozenset()}, "either `marks` or `recognises`"),
        ({"recognises": lambda _: True}, "either `marks` or `recognises`"),
        ({"description": " "}, "a title and a description"),
        ({"made": {"x": Column("value")}}, "two columns the same name"),
    ],
)
def test_a_declaration_that_could_read_nothing_is_refused(change, message):
    with pytest.raises(InputError, match=f"the declaration of 'hief' .*{message}"):
        replace(MADE, **change)


def test_a_description_has_no_indentation_of_the_code():
    assert MADE.description == "First line.\n\n- `value`: 0 to 1."
