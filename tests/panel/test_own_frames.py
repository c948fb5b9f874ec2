"""Tables as people have them: any frame, headings, dates and names; nothing lost, nothing counted twice."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow
import pytest

import rtop_forecast as rtop
from rtop_forecast.panel.own_frames import read_years

PLAIN = {"country": ["Sudan", "Chad", "Chad"], "year": [2003, 2003, 2004], "x": [1.0, 2.0, 3.0]}


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel(first=1990)


def added(panel, table, **more):
    with_own = rtop.add_variables(panel, table, name="own", **{"publication_lag_months": 1} | more)
    return with_own, with_own.frame.set_index(["country_id", "year"])


class Interchange:
    """A frame that knows the dataframe interchange protocol and nothing else."""

    def __init__(self, table):
        self.table = table

    def __dataframe__(self, *_, **__):
        return self.table.__dataframe__()


def polars_frame(columns):
    return pytest.importorskip("polars").DataFrame(columns)


@pytest.mark.parametrize(
    "make",
    [
        pd.DataFrame,
        dict,
        lambda columns: pd.DataFrame(columns).to_dict("records"),
        lambda columns: pd.DataFrame(columns).set_index(["country", "year"]),
        lambda columns: pd.DataFrame(columns).convert_dtypes(),
        pyarrow.table,
        lambda columns: Interchange(pyarrow.table(columns)),
        polars_frame,
    ],
    ids=["pandas", "dict", "records", "index", "nullable", "arrow", "interchange", "polars"],
)
def test_every_kind_of_frame_gives_the_same(panel, make):
    with_own, _ = added(panel, make(PLAIN))
    expected, _ = added(panel, pd.DataFrame(PLAIN))
    pd.testing.assert_frame_equal(with_own.frame, expected.frame)
    events = {"country": ["Sudan"], "start_year": [2003], "end_year": [2005]}
    if make is not dict and "country" in getattr(make(PLAIN), "columns", []):
        made = rtop.add_events(
            panel, make(events | {"year": [1], "x": [0.0]}), name="own", years=(1990, 2020)
        )
        assert made.frame["own_ongoing"].sum() == 3


@pytest.mark.parametrize("table", [None, 3, "Sudan", [1, 2], {"country": [1], "year": [1, 2]}, object()])
def test_what_is_no_table_is_refused(panel, table):
    with pytest.raises(rtop.InputError):
        added(panel, table)


def test_headings_of_several_levels_are_joined(panel):
    headings = pd.MultiIndex.from_tuples([("country", ""), ("year", ""), ("rain", "mean"), ("rain", "max")])
    table = pd.DataFrame([["Sudan", 2003, 1.0, 2.0]], columns=headings)
    _, frame = added(panel, table)
    assert frame.loc[(625, 2003), ["own_rain_mean", "own_rain_max"]].tolist() == [1, 2]


def test_columns_are_named_by_arguments(panel):
    table = pd.DataFrame({"iso": ["SDN"], "when": [pd.Timestamp("2003-07-01")], "x": [1.0]})
    _, frame = added(panel, table, country="iso", year="when", system="iso3")
    assert frame.loc[(625, 2003), "own_x"] == 1
    events = pd.DataFrame({"iso": ["SDN"], "from": ["2003-02-26"], "to": [pd.Timestamp("2005-01-01")]})
    made = rtop.add_events(panel, events, name="e", years=(1990, 2020), country="iso", start="from", end="to",
                           system="iso3")  # fmt: skip
    assert made.frame.set_index(["country_id", "year"])["e_ongoing"].loc[625].loc[2002:2006].tolist() == [
        0, 1, 1, 1, 0,
    ]  # fmt: skip
    with pytest.raises(rtop.InputError, match="needs the columns iso, when; 'when' is missing"):
        added(panel, table.drop(columns="when"), country="iso", year="when")


@pytest.mark.parametrize(
    "value",
    [
        2003, 2003.0, "2003", date(2003, 5, 1), datetime(2003, 5, 1, 12), pd.Timestamp("2003-05-01", tz="Asia/Tokyo"),
        np.datetime64("2003-05-01"), pd.Period("2003-05"), "2003-05-01", "2003-05-01T12:00:00", np.int16(2003),
    ],
)  # fmt: skip
def test_years_days_and_timestamps_are_years(value):
    assert read_years(pd.Series([value], dtype=object), "year").tolist() == [2003]
    assert read_years(pd.Series([value]), "year").tolist() == [2003]


@pytest.mark.parametrize("value", [2003.5, True, None, pd.NaT, "spring", np.inf, 10**6, [2003], 1j])
def test_what_is_no_year_is_refused(value):
    with pytest.raises(rtop.InputError, match="must hold calendar years or dates; 1 of 1"):
        read_years(pd.Series([value], dtype=object), "year")


def test_non_states_are_refused_with_the_whole_list_or_reported(panel):
    table = pd.DataFrame(
        {
            "country": ["WLD", "SSF", "HKG", "SSD", "SSD", "SDN"],
            "year": [2005, 2005, 2005, 2009, 2010, 2005],
            "x": np.arange(6.0),
        }
    )
    with pytest.raises(rtop.InputError) as refused:
        added(panel, table, system="worldbank")
    for words in ("5 of 6 country-years", "'WLD' 2005", "'SSF' 2005", "'HKG' 2005", "'SSD' 2009-2010 (2 rows)",
                  "World: an aggregate", 'unmatched="report"'):  # fmt: skip
        assert words in str(refused.value)
    with_own, frame = added(panel, table, system="worldbank", unmatched="report")
    assert frame.loc[(625, 2005), "own_x"] == 5
    assert frame["own_x"].notna().sum() == 1
    lost = with_own.unmatched[with_own.unmatched["source"] == "own-own"]
    assert sorted(lost["code"]) == ["HKG", "SSD", "SSD", "SSF", "WLD"]
    with pytest.raises(rtop.InputError, match="none of the 6 country-years"):
        added(panel, table.assign(country="nowhere"), unmatched="report")
    events = pd.DataFrame({"country": ["Hong Kong", "Sudan"], "start_year": 2005})
    made = rtop.add_events(panel, events, name="e", years=(1990, 2020), unmatched="report")
    assert made.frame["e_onset"].sum() == 1
    with pytest.raises(rtop.InputError, match="unmatched must be one of raise, report"):
        added(panel, table, unmatched="drop")


def test_exact_repeats_count_once_and_are_told(panel):
    table = pd.DataFrame(PLAIN)
    with_own, frame = added(panel, pd.concat([table, table.head(1)]))
    assert frame.loc[(625, 2003), "own_x"] == 1
    assert with_own.unmatched.iloc[-1][["code", "year", "rows", "reason"]].tolist() == [
        "Sudan", 2003, 1, "repeats another row exactly; counted once",
    ]  # fmt: skip
    events = pd.DataFrame({"country": ["Sudan", "Sudan"], "start_year": [2003, 2003]})
    made = rtop.add_events(panel, events, name="e", years=(1990, 2020))
    assert made.frame["e_onset"].sum() == 1
    assert made.unmatched.iloc[-1]["rows"] == 1
    # two episodes of one year that differ are two
    two = rtop.add_events(panel, events.assign(id=[1, 2]), name="e", years=(1990, 2020))
    assert two.frame["e_onset"].sum() == 2


def test_state_months_are_refused_with_a_hint_or_aggregated(panel):
    months = pd.DataFrame(
        {
            "country": "Sudan",
            "year": pd.date_range("2003-01-01", periods=24, freq="MS"),
            "x": [1.0] * 12 + [np.nan] * 12,
            "y": np.arange(24.0),
        }
    )
    with pytest.raises(rtop.InputError, match=r"may appear once; 22 of 24 .*aggregate='sum'"):
        added(panel, months)
    for rule, x, y in (("sum", 12, 66), ("mean", 1, 5.5), ("max", 1, 11), ("min", 1, 0)):
        _, frame = added(panel, months, aggregate=rule)
        assert frame.loc[(625, 2003), ["own_x", "own_y"]].tolist() == [x, y]
        assert np.isnan(frame.loc[(625, 2004), "own_x"])
    with pytest.raises(rtop.InputError, match="aggregate must be one of"):
        added(panel, months, aggregate="median")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"years": {"z": (2000, 2001)}}, "years must name columns of the table; 'z'"),
        ({"years": {"x": (2004, 2003)}}, "must not end before it begins"),
        ({"years": {"x": 2003}}, "must be two years"),
        ({"years": [2003]}, "years must be a dict"),
        ({"zero_inside": ["z"]}, "zero_inside must name columns"),
        ({"zero_inside": "x"}, "zero_inside must be a list"),
        ({"publication_lag_months": 1.5}, "publication_lag_months must be an integer"),
        ({"publication_lag_months": -1}, "publication_lag_months must be an integer"),
        ({"publication_lag_months": True}, "publication_lag_months must be an integer"),
    ],
)
def test_wrong_arguments_are_refused_by_name(panel, more, words):
    with pytest.raises(rtop.InputError, match=words):
        added(panel, PLAIN, **more)
