from __future__ import annotations

import pandas as pd
import pytest

from rtop_forecast.errors import InputError
from rtop_forecast.sources import SourceTable
from rtop_forecast.sources.reading.table import no_unmatched


def table(**changes):
    settings = {
        "source": "made-up",
        "release": "1",
        "data": pd.DataFrame({"country_id": [700, 2], "year": [2001, 2000], "deaths": [3, 5]}),
        "coverage": {"deaths": (2000, 2001)},
        "zero_inside": frozenset({"deaths"}),
        "publication_lag_months": 6,
        "unmatched": no_unmatched(),
    }
    return SourceTable(**(settings | changes))


def test_rows_are_sorted_and_copied_in_and_out():
    data = pd.DataFrame({"country_id": [700, 2], "year": [2001, 2000], "deaths": [3, 5]})
    made = table(data=data)
    data.loc[0, "deaths"] = 99
    out = made.to_frame()
    out.loc[0, "deaths"] = 77
    assert made.data["country_id"].tolist() == [2, 700]
    assert made.data["deaths"].tolist() == [5, 3]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": ""}, "registry key"),
        ({"coverage": {}}, "covers no variable"),
        ({"coverage": {"deaths": (2000, 2001), "year": (2000, 2001)}}, "covers 1 of them, first 'year'"),
        ({"coverage": {"name": (2000, 2001)}}, "Choose another name for the variable"),
        ({"coverage": {"deaths": (2001, 2000)}}, "run forward"),
        ({"coverage": {"deaths": (2001, 2001)}}, "lie outside"),
        ({"coverage": {"other": (2000, 2001)}, "zero_inside": frozenset()}, "lacks 1 columns"),
        ({"zero_inside": frozenset({"other"})}, "zero_inside"),
        ({"publication_lag_months": -1}, "publication lag"),
        (
            {"data": pd.DataFrame({"country_id": [2, 2], "year": [2000, 2000], "deaths": [1, 2]})},
            "repeat a key",
        ),
        (
            {"data": pd.DataFrame({"country_id": [2, None], "year": [2000, 2000], "deaths": [1, 2]})},
            "needs country_id",
        ),
    ],
)
def test_broken_tables_are_refused(changes, words):
    with pytest.raises(InputError, match=words):
        table(**changes)


def test_summary_names_source_variables_and_meaning_of_absence():
    text = table().summary()
    assert "made-up" in text
    assert "deaths: 2000-2001, absence is zero" in text
