"""Values as files and back: equal to the last bit, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.storage.plain import ARROW, PARQUET, files_of, same, value_of


@dataclass(frozen=True)
class Pair:
    one: object
    other: object


SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.dates(),
)
KEYS = st.one_of(st.integers(), st.text(alphabet="abä\n"))
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.frozensets(st.integers(), max_size=3),
        st.dictionaries(KEYS, inner, max_size=3),
        st.tuples(inner, inner).map(lambda pair: Pair(*pair)),
    ),
    max_leaves=8,
)


@given(VALUES)
def test_plain_values_come_back(value):
    back = value_of(files_of(value, [Pair]), [Pair])
    assert same(value, back)
    assert value == back


TABLES = {
    "numbers": pd.DataFrame({"a": [1.5, np.nan, -0.0], "b": [1, 2, 3], "c": [True, False, True]}),
    "texts": pd.DataFrame({"a": ["x", None, "ä\n"]}, dtype="str"),
    "nullable": pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
    "empty": pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype="int64")}),
    "rows in another order": pd.DataFrame({"a": [1.0, 2.0]}, index=[5, 3]),
    "no columns": pd.DataFrame(index=range(3)),
    "infinite": pd.DataFrame({"a": [np.inf, -np.inf]}),
}


@pytest.mark.parametrize("form", [PARQUET, ARROW])
@pytest.mark.parametrize("name", TABLES)
def test_tables_come_back_and_can_be_written_to(form, name):
    table = TABLES[name]
    contents = files_of([table, Pair(1, table)], [Pair], form=form)
    back = value_of(contents, [Pair])
    pd.testing.assert_frame_equal(back[0], table, check_exact=True)
    assert same(back[1].other, table)
    if len(table) and len(table.columns):
        back[0].iloc[0, 0] = back[0].iloc[1, 0]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        np.float64(1),
        float("nan"),
        pd.DataFrame(index=[3, 1]),
        Pair(1, 2),
        {"a": b"bytes"},
        pd.DataFrame({"a": [1, "x"]}),
        pd.DataFrame({1: [2.0]}, index=pd.Index([3], dtype="float32")),
        pd.DataFrame({"a": pd.Series(["x", "y"], dtype=object)}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_come_back_otherwise_is_refused(value):
    try:
        contents = files_of(value, [])
    except InputError:
        return
    assert same(value, value_of(contents, []))


def test_an_unknown_class_is_refused():
    with pytest.raises(DataIntegrityError, match="Pair"):
        value_of(files_of(Pair(1, 2), [Pair]), [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.0, -0.0),
        (1, True),
        ([1], (1,)),
        (date(2000, 1, 1), "2000-01-01"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (pd.DataFrame({"a": [0.0]}), pd.DataFrame({"a": [-0.0]})),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [1]})),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [1.0]}, index=[1])),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"b": [1.0]})),
        (pd.DataFrame({"a": [1.0, np.nan]}), pd.DataFrame({"a": [1.0, 2.0]})),
    ],
    ids=str,
)
def test_what_differs_is_not_the_same(one, other):
    assert same(one, one)
    assert not same(one, other)
