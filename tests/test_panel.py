"""The panel: keys, coverage, availability; nothing filled backward, nothing lost silently."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.panel import SourceTable, Variable, build_panel
from rtop_forecast.sources.bundled import core_tables

SWEDEN, GDR = 380, 265


def table(rows, *, coverage=(1990, 1995), zero=True, lag=6, source="test-1"):
    return SourceTable(
        source=source,
        release="1",
        data=pd.DataFrame(rows, columns=["country_id", "year", "x"]).astype({"x": float}),
        coverage={"x": coverage},
        zero_inside=frozenset({"x"}) if zero else frozenset(),
        publication_lag_months=lag,
        unmatched=pd.DataFrame(columns=["code", "year", "rows", "reason"]),
    )


def values(panel, country_id=SWEDEN):
    frame = panel.to_frame()
    return frame[frame["country_id"] == country_id].set_index("year")["x"]


def test_absence_is_zero_inside_coverage_and_missing_outside():
    panel = build_panel([table([(SWEDEN, 1992, 3)])], first=1988, last=1997)
    expected = [np.nan, np.nan, 0, 0, 3, 0, 0, 0, np.nan, np.nan]
    np.testing.assert_array_equal(values(panel), expected)


def test_absence_of_a_measurement_stays_missing():
    panel = build_panel([table([(SWEDEN, 1992, 3)], zero=False)], first=1991, last=1993)
    np.testing.assert_array_equal(values(panel), [np.nan, 3, np.nan])


def test_a_missing_figure_in_an_event_row_is_not_turned_into_zero():
    panel = build_panel([table([(SWEDEN, 1992, np.nan)])], first=1991, last=1993)
    np.testing.assert_array_equal(values(panel), [0, np.nan, 0])


def test_rows_of_states_that_did_not_exist_are_reported():
    panel = build_panel([table([(GDR, 1993, 1), (SWEDEN, 1993, 2)])], first=1990, last=1995)
    assert panel.unmatched[["code", "year", "rows"]].to_numpy().tolist() == [[str(GDR), 1993, 1]]
    assert panel.report["unmatched"].tolist() == [1]


def test_one_row_per_state_and_year():
    panel = rtop.load_panel()
    frame = panel.to_frame()
    assert not frame.duplicated(["country_id", "year"]).any()
    assert panel.years == (1946, 2024)
    assert frame[frame["year"] == 1990]["country_id"].isin([260, 265, 678, 680]).sum() == 4


def test_two_tables_may_not_bring_one_variable():
    with pytest.raises(rtop.InputError, match="two tables bring the variable 'x'"):
        build_panel([table([(SWEDEN, 1992, 3)]), table([(SWEDEN, 1992, 3)], source="other-2")])


@pytest.mark.parametrize(
    ("issued", "last"),
    [
        (date(1995, 6, 30), 1994),
        (date(1995, 6, 29), 1993),
        (date(1995, 12, 31), 1994),
        (date(1996, 1, 1), 1994),
    ],
)
def test_as_of_keeps_what_was_published(issued, last):
    panel = build_panel([table([(SWEDEN, 1992, 3)], coverage=(1990, 1995))], first=1990, last=1995)
    then = panel.as_of(issued)
    observed = values(then).dropna()
    assert observed.index.max() == last
    assert then.variables["x"].last_year == last
    assert then.to_frame()["year"].max() == (issued.year if issued.month == 12 else issued.year - 1)
    assert then.issued == issued


def test_as_of_before_everything_is_a_coverage_error():
    panel = build_panel([table([(SWEDEN, 1992, 3)])], first=1990, last=1995)
    with pytest.raises(rtop.CoverageError, match="nothing of it had ended"):
        panel.as_of(date(1990, 6, 30))


def test_every_core_variable_says_when_it_is_known():
    panel = rtop.load_panel()
    for variable in panel.variables.values():
        assert isinstance(variable, Variable)
        assert variable.publication_lag_months >= 0
        outside = ~panel.frame["year"].between(variable.first_year, variable.last_year)
        assert panel.frame.loc[outside, variable.name].isna().all(), variable.name
    assert panel.variables["infant_mortality"].publication_lag_months == 12


def test_core_tables_lose_no_row():
    panel = build_panel(core_tables(), first=1946, last=2024)
    assert panel.unmatched.empty, panel.unmatched.head()


def test_known_facts():
    frame = rtop.load_panel().to_frame().set_index(["country_id", "year"])
    assert frame.loc[(517, 1994), "mk_onset"] == 1
    assert frame.loc[(517, 1994), "ucdp_osv_government_deaths"] > 100_000
    assert np.isnan(frame.loc[(517, 1988), "ucdp_osv_government_deaths"])
    assert frame.loc[(369, 2022), "ucdp_interstate"] == 1
    assert frame.loc[(2, 1988), "treaty_genocide"] == 1
    assert frame.loc[(2, 1987), "treaty_genocide"] == 0
    assert 1.4e9 < frame.loc[(750, 2023), "population"] < 1.5e9


def test_summary_names_every_variable():
    text = rtop.load_panel().summary()
    assert "ucdp_battle_deaths" in text
    assert "1989-2024" in text
