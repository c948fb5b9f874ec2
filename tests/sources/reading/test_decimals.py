from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.columns import numbers
from rtop_forecast.sources.reading.files import read_csv


def column(cells, **options):
    frame = pd.DataFrame({"x": cells}, dtype="object")
    return numbers(frame, ["x"], path="x.csv", **options)["x"].tolist()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["12,5", "3", "0,125"], [12.5, 3, 0.125]),
        (["1,234,567", "12"], [1234567, 12]),
        (["1,234.5", "2,000"], [1234.5, 2000]),
        (["1.234,5", "12.000", "7"], [1234.5, 12000, 7]),
        (["-12,5", "+1,25e2"], [-12.5, 125]),
        (["1.234", "0.5"], [1.234, 0.5]),
        (["1.234", "1500"], [1.234, 1500]),
    ],
)
def test_commas_and_points_are_told_by_the_column(cells, values):
    assert column(cells) == values


@pytest.mark.parametrize(
    "cells",
    [
        ["300.000", "12"],
        ["300,000", "12"],
        ["1,234", "1500"],
        ["12,5", "1.5"],
        ["12,5", "1,234,567"],
        ["1,23,456"],
        ["12,34.5"],
    ],
)
def test_what_commas_and_points_leave_open_is_refused(cells):
    with pytest.raises(DataIntegrityError, match=r"x\.csv: .*column 'x'"):
        column(cells)


def test_a_release_that_groups_digits_does_so_in_threes():
    assert column(["1,234", "12", "2,345,678"], thousands=",") == [1234, 12, 2345678]
    for wrong in ("12,5", "1,23", "300.000"):
        with pytest.raises(DataIntegrityError):
            column([wrong, "12"], thousands=",")


def test_r_writes_na_for_a_missing_number():
    assert pd.Series(column(["1", "NA", "NaN", ""])).isna().tolist() == [False, True, True, True]
    with pytest.raises(DataIntegrityError):
        column(["1", "NAM"])


@pytest.mark.parametrize("cells", [["300.000", "12"], ["1.234", "2.345", ""], ["-1.500", "7"]])
def test_grouping_points_are_found_where_the_parser_made_numbers(tmp_path, cells):
    path = tmp_path / "x.csv"
    path.write_text("name;x\n" + "".join(f"a;{cell}\n" for cell in cells))
    with pytest.raises(DataIntegrityError, match=r"column 'x' [12]"):
        read_csv(path)


@pytest.mark.parametrize(
    "cells", [["300.000", "0.125"], ["1.234", "2.3456"], ["300.0", "12"], ["300.000", "1500"]]
)
def test_decimal_points_are_left_alone(tmp_path, cells):
    path = tmp_path / "x.csv"
    path.write_text("name,x\n" + "".join(f"a,{cell}\n" for cell in cells))
    assert read_csv(path)["x"].tolist() == [float(cell) for cell in cells]
