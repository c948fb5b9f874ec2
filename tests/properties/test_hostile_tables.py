"""Tables of users may hold anything: what cannot be read is refused by our errors, and nothing else is raised."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rtop_forecast as rtop
from rtop_forecast.panel import build_panel
from rtop_forecast.sources import SourceTable

OURS = (rtop.InputError, rtop.LeakageError, rtop.DataIntegrityError, rtop.CoverageError)
LOOSE = {"suppress_health_check": list(HealthCheck)}

COUNTRIES = st.sampled_from(
    ["Sudan", "Côte d'Ivoire", "SDN", "Sudann", "", " ", "=1+1", "../etc", "\x00", "苏丹", 625, 625.5, -1, 10**30,
     10**400, 1j, None, np.nan,
     np.inf, True, b"Sudan", ("Sudan",), pd.Timestamp("2000-01-01"), pd.NaT, pd.NA, "S" * 5000]
)  # fmt: skip
YEARS = st.sampled_from(
    [2000, 2001, 1946, 2024, 1800, 2000.5, 1e300, -1e300, np.inf, np.nan, None, "2000", "MM", "", pd.NA, pd.NaT, True,
     10**30, -(10**30), pd.Timestamp("2000-01-01"), (2000,), b"2000"]
)  # fmt: skip
VALUES = st.sampled_from(
    [0.0, 1.0, -1.5, 1e308, np.inf, np.nan, None, "1", "x", pd.NA, True, 10**30, 1j, (1,), b"1"]
)
DTYPES = st.sampled_from([None, "Int64", "Float64", "string", "category", "complex128", "bool", "float32"])


@pytest.fixture(scope="module")
def panel():
    """Three years, so that many tables can be tried."""
    table = SourceTable(
        source="one",
        release="1",
        data=pd.DataFrame({"country_id": [625], "year": [2000], "one_x": [1.0]}),
        coverage={"one_x": (2000, 2002)},
        publication_lag_months=0,
        zero_inside=frozenset(),
        unmatched=pd.DataFrame(columns=["code", "year", "rows", "reason"]),
    )
    return build_panel([table], first=2000, last=2002)


@st.composite
def tables(draw, columns):
    """Columns of anything, of a dtype they may refuse, on an index that may repeat."""
    size = draw(st.integers(0, 4))
    data = {}
    for name, cells in columns.items():
        if draw(st.integers(0, 20)) == 0:
            continue
        series = pd.Series(draw(st.lists(cells, min_size=size, max_size=size)), dtype=object)
        dtype = draw(DTYPES)
        try:
            with np.errstate(all="ignore"):
                data[name] = series if dtype is None else series.astype(dtype)
        except (TypeError, ValueError, OverflowError, FutureWarning, DeprecationWarning):
            data[name] = series
    index = draw(st.lists(st.sampled_from([0, 0, 1, "a"]), min_size=size, max_size=size))
    return pd.DataFrame(data).set_axis(index, axis=0) if data else pd.DataFrame()


def events_hold(panel, table, years, system):
    before = table.copy(deep=True)
    try:
        added = rtop.add_events(panel, table, name="mine", years=years, system=system)
    except OURS:
        pass
    else:
        frame = added.to_frame()
        assert len(frame) == len(panel.to_frame())
        assert not np.isinf(frame["mine_onset"].to_numpy(dtype=float)).any()
    pd.testing.assert_frame_equal(table, before)


def variables_hold(panel, table, lag):
    before = table.copy(deep=True)
    try:
        added = rtop.add_variables(panel, table, name="mine", publication_lag_months=lag)
    except OURS:
        pass
    else:
        values = added.to_frame()["mine_x"].to_numpy(dtype=float)
        assert not np.isinf(values).any()
    pd.testing.assert_frame_equal(table, before)


EVENTS = tables({"country": COUNTRIES, "start_year": YEARS, "end_year": YEARS})
SPANS = st.sampled_from([(2000, 2002), (1990, 2020), (2020, 1990), (1, 3), (1946, 10**9)])
SYSTEMS = st.sampled_from(["name", "iso3", "gw", "nonsense", ""])
VARIABLES = tables({"country": COUNTRIES, "year": YEARS, "x": VALUES})
LAGS = st.sampled_from([0, 12, -1, 10**6])


@settings(max_examples=150, **LOOSE)
@given(EVENTS, SPANS, SYSTEMS)
def test_events_are_added_or_refused(panel, table, years, system):
    events_hold(panel, table, years, system)


@settings(max_examples=150, **LOOSE)
@given(VARIABLES, LAGS)
def test_variables_are_added_or_refused(panel, table, lag):
    variables_hold(panel, table, lag)


@pytest.mark.slow
@settings(max_examples=5000, **LOOSE)
@given(EVENTS, SPANS, SYSTEMS)
def test_five_thousand_tables_of_events(panel, table, years, system):
    events_hold(panel, table, years, system)


@pytest.mark.slow
@settings(max_examples=5000, **LOOSE)
@given(VARIABLES, LAGS)
def test_five_thousand_tables_of_variables(panel, table, lag):
    variables_hold(panel, table, lag)
