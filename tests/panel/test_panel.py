"""The panel: keys, coverage, availability; nothing filled backward, nothing lost silently."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.panel import Panel, Variable, build_panel, with_table
from rtop_forecast.panel.vintages import Vintage
from rtop_forecast.sources.core.bundled import core_tables
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.world.states import country

SWEDEN, GDR = 380, 265


def table(rows, *, coverage=(1990, 1995), zero=True, lag=6, source="test-1", name="x"):
    return SourceTable(
        source=source,
        release="1",
        data=pd.DataFrame(rows, columns=["country_id", "year", name]).astype({name: float}),
        coverage={name: coverage},
        zero_inside=frozenset({name}) if zero else frozenset(),
        publication_lag_months=lag,
        unmatched=pd.DataFrame(columns=["code", "year", "rows", "reason"]),
    )


def values(panel, country_id=SWEDEN, name="x"):
    frame = panel.to_frame()
    return frame[frame["country_id"] == country_id].set_index("year")[name]


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
    assert panel.years == (1946, 2025)
    assert frame[frame["year"] == 1990]["country_id"].isin([260, 265, 678, 680]).sum() == 4


def test_two_tables_may_not_bring_one_variable():
    with pytest.raises(rtop.InputError, match="two tables hold the variable 'x'"):
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
    with pytest.raises(rtop.CoverageError, match="no year of it had ended"):
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


def variable(name="x", *, source="made-1", first=2000, last=2002, lag=6):
    return Variable(
        name=name,
        source=source,
        release="1",
        first_year=first,
        last_year=last,
        publication_lag_months=lag,
        zero_inside=False,
    )


def small_panel(rows=None, **more):
    """Panel of Sweden and the GDR, years in the wrong order."""
    rows = rows or [(SWEDEN, 2001, "Sweden", 5), (SWEDEN, 2000, "Sweden", np.nan), (GDR, 2002, "GDR", 7)]
    frame = pd.DataFrame(rows, columns=["country_id", "year", "name", "x"])
    empty = pd.DataFrame()
    arguments = {"variables": {"x": variable()}, "issued": None, "report": empty, "unmatched": empty}
    return Panel(frame=frame, **arguments | more)


def test_rows_are_sorted_by_state_and_year():
    panel = small_panel()
    assert panel.frame[["country_id", "year"]].to_numpy().tolist() == [
        [GDR, 2002],
        [SWEDEN, 2000],
        [SWEDEN, 2001],
    ]
    assert list(panel.frame.columns) == ["country_id", "year", "name", "x"]
    assert panel.frame.index.tolist() == [0, 1, 2]
    assert panel.years == (2000, 2002)
    assert list(panel.origin.columns) == ["table", "origin", "note"]
    assert list(panel.files.columns) == ["file", "dataset", "used", "note"]
    assert (panel.vintages, dict(panel.hashes)) == ((), {})


def test_columns_follow_the_variables():
    panel = small_panel()
    frame = panel.frame.assign(y=1.0)[["y", "x", "name", "year", "country_id"]]
    both = replace(panel, frame=frame, variables={"x": variable(), "y": variable("y")})
    assert list(both.frame.columns) == ["country_id", "year", "name", "x", "y"]


def test_a_repeated_row_is_refused():
    rows = [(SWEDEN, 2001, "Sweden", 1), (SWEDEN, 2001, "Sweden", 2), (GDR, 2001, "GDR", 2)]
    with pytest.raises(rtop.InputError) as refused:
        small_panel([*rows, rows[0]])
    assert str(refused.value) == (
        "a panel has one row per state and year; 2 rows are repeated, first GW 380 in 2001. Remove the repeated rows."
    )


def test_columns_and_variables_must_match():
    with pytest.raises(rtop.InputError) as refused:
        small_panel(variables={"y": variable("y")})
    assert str(refused.value) == (
        "each panel column needs a Variable and each Variable a column; 2 do not match, first 'x'. "
        "Describe each column once."
    )
    many = {f"v{i}": variable(f"v{i}") for i in range(7)}
    with pytest.raises(rtop.InputError, match="7 do not match, first 'v0'"):
        small_panel(variables=many | {"x": variable()})


def test_a_copy_of_the_table_changes_nothing():
    panel = small_panel()
    frame = panel.to_frame()
    frame["x"] = 0.0
    assert panel.frame["x"].sum() == 12


def test_summary_says_size_years_tables_and_coverage():
    origin = pd.DataFrame([{"table": "coups", "origin": "bundled", "note": "no release"}])
    panel = small_panel(origin=origin)
    assert panel.summary().splitlines() == [
        "Panel of 3 state-years, 2000-2002, 2 states, 1 variables",
        "  table coups              bundled  no release",
        f"  {'x':<36} {'made-1':<22} 2000-2002   67% observed, published 6 months after the year",
    ]
    then = panel.as_of(date(2002, 6, 30)).summary().splitlines()
    assert then[0] == "Panel of 2 state-years, 2000-2001, 1 states, 1 variables, as known on 2002-06-30"
    assert then[2].endswith("2000-2001   50% observed, published 6 months after the year")


def test_as_of_cuts_each_variable_at_its_own_publication_and_not_beyond_its_coverage():
    frame = pd.DataFrame(
        {
            "country_id": SWEDEN,
            "year": [2000, 2001, 2002],
            "name": "Sweden",
            "x": [1.0, 2.0, 3.0],
            "y": [4.0, 5, np.nan],
        }
    )
    variables = {"x": variable(lag=12), "y": variable("y", last=2001, lag=0)}
    panel = replace(small_panel(), frame=frame, variables=variables)
    then = panel.as_of(date(2002, 12, 31))
    np.testing.assert_array_equal(then.frame["x"], [1, 2, np.nan])
    np.testing.assert_array_equal(then.frame["y"], [4, 5, np.nan])
    assert {name: one.last_year for name, one in then.variables.items()} == {"x": 2001, "y": 2001}
    assert panel.frame["x"].notna().all(), "the panel itself stays as it is"
    with pytest.raises(rtop.CoverageError) as early:
        panel.as_of(date(2000, 12, 30))
    assert (
        str(early.value)
        == "the panel starts in 2000; no year of it had ended by 2000-12-30. Name a later date."
    )
    assert panel.as_of(date(2000, 12, 31)).years == (2000, 2000)
    for method in (panel.as_of, panel.released_by):
        with pytest.raises(rtop.InputError, match=r"^issued must be a date.*got '2001'"):
            method("2001")


def test_releases_beside_the_panels_own():
    frame = pd.DataFrame({"x": [70.0, 0.0, 50.0]})
    earlier = replace(variable(), release="0", last_year=2001)
    vintages = (
        Vintage(
            dataset="made", release="0", published=date(2002, 3, 31), variables={"x": earlier}, frame=frame
        ),
        Vintage(
            dataset="made",
            release="1",
            published=date(2003, 3, 31),
            variables={"x": variable()},
            frame=pd.DataFrame(index=frame.index),
        ),
    )
    panel = small_panel(vintages=vintages)
    assert panel.current_releases(date(2003, 3, 30)) == {"x": "made 0"}
    assert panel.current_releases(date(2003, 3, 31)) == {"x": "made 1"}
    before, after = panel.released_by(date(2003, 3, 30)), panel.released_by(date(2003, 3, 31))
    np.testing.assert_array_equal(before.frame["x"], [70, 0, 50])
    assert (before.variables["x"].release, before.vintages) == ("0", ())
    np.testing.assert_array_equal(after.frame["x"], [7, np.nan, 5])
    assert (after.variables["x"].release, after.vintages) == ("1", ())
    then = panel.as_of(date(2003, 3, 30))
    np.testing.assert_array_equal(then.frame["x"], [np.nan, 0, 50])
    plain = small_panel()
    assert plain.released_by(date(2001, 1, 1)) is plain
    assert plain.current_releases(date(2001, 1, 1)) == {}


def test_tables_are_reported_one_by_one():
    unmatched = pd.DataFrame({"code": ["ZZZ"], "year": [1991], "rows": [4], "reason": ["no such state"]})
    first = replace(table([(SWEDEN, 1992, 3)], source="a-1:part"), unmatched=unmatched)
    second = table(
        [(SWEDEN, 1993, 4), (GDR, 1994, 1)], source="b-2", name="y", coverage=(1990, 1994), zero=False
    )
    panel = build_panel([first, second])
    assert panel.years == (1946, 1995)
    assert panel.issued is None
    assert panel.report.to_dict("records") == [
        {"table": "a-1", "source": "a-1:part", "release": "1", "rows": 1, "unmatched": 4},
        {"table": "b-2", "source": "b-2", "release": "1", "rows": 2, "unmatched": 1},
    ]
    assert panel.unmatched[["source", "code", "year", "rows"]].to_numpy().tolist() == [
        ["a-1:part", "ZZZ", 1991, 4],
        ["b-2", str(GDR), 1994, 1],
    ]
    assert panel.unmatched.index.tolist() == [0, 1]
    assert list(panel.variables) == ["x", "y"]
    assert panel.variables["y"] == Variable(
        name="y",
        source="b-2",
        release="1",
        first_year=1990,
        last_year=1994,
        publication_lag_months=6,
        zero_inside=False,
    )


def test_years_out_of_order_are_refused():
    with pytest.raises(rtop.InputError) as refused:
        build_panel([table([(SWEDEN, 1992, 3)])], first=1996)
    assert (
        str(refused.value) == "the panel's first year 1996 must not come after its last year 1995. Swap them."
    )
    assert build_panel([table([(SWEDEN, 1992, 3)])], first=1995).years == (1995, 1995)


def test_one_variable_of_two_tables_is_named_with_the_count():
    with pytest.raises(rtop.InputError) as refused:
        build_panel([table([(SWEDEN, 1992, 3)]), table([(SWEDEN, 1992, 3)], source="other-2")])
    assert str(refused.value) == "two tables hold the variable 'x' (1 in all). Keep one of them."


def test_one_more_table():
    unmatched = pd.DataFrame({"code": ["ZZZ"], "year": [1991], "rows": [4], "reason": ["no such state"]})
    panel = build_panel([replace(table([(SWEDEN, 1992, 3)]), unmatched=unmatched)], first=1990, last=1995)
    further = table([(SWEDEN, 1993, 9), (GDR, 1994, 1)], source="b-2:part", name="y", coverage=(1993, 1994))
    both = with_table(panel, further)
    np.testing.assert_array_equal(values(both), values(panel))
    np.testing.assert_array_equal(values(both, name="y"), [np.nan, np.nan, np.nan, 9, 0, np.nan])
    assert list(both.variables) == ["x", "y"]
    assert both.report.to_dict("records")[1] == {
        "table": "b-2",
        "source": "b-2:part",
        "release": "1",
        "rows": 2,
        "unmatched": 1,
    }
    assert both.report.index.tolist() == [0, 1]
    assert both.unmatched["code"].tolist() == ["ZZZ", str(GDR)]
    assert both.unmatched.index.tolist() == [0, 1]
    clean = table([(SWEDEN, 1993, 9)], name="y", source="b-2")
    assert with_table(panel, clean).unmatched["code"].tolist() == ["ZZZ"]
    assert with_table(panel, clean).report["unmatched"].tolist() == [4, 0]
    assert list(panel.variables) == ["x"], "the panel itself stays as it is"


def test_a_variable_that_is_there_is_not_brought_again():
    panel = build_panel([table([(SWEDEN, 1992, 3)])], first=1990, last=1995)
    with pytest.raises(rtop.InputError) as refused:
        with_table(panel, table([(SWEDEN, 1993, 9)]))
    assert str(refused.value) == "the panel has a column 'x' already (1 in all). Choose another name."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"releases": {"vdem": "15"}},
            "^`releases` picks among the files of a folder; give the folder as `data_dir`.$",
        ),
        ({"releases": 3}, "^releases must be a dict with string keys; got 3"),
        ({"vintages": "vdem"}, "^vintages must be a list of strings; got 'vdem'"),
        (
            {"vintages": ["vdem"]},
            "^the vintages of vdem are files of a folder; give the folder as `data_dir`.$",
        ),
        ({"first": "1946"}, "^first must be an integer"),
        ({"last": "2020"}, "^last must be an integer"),
        ({"first": 2001, "last": 2000}, "first year 2001 must not come after its last year 2000"),
    ],
)
def test_what_cannot_be_loaded_is_refused(arguments, message):
    with pytest.raises(rtop.InputError, match=message):
        rtop.load_panel(**arguments)


def test_years_can_be_chosen():
    panel = rtop.load_panel(first=1990, last=1992)
    assert panel.years == (1990, 1992)
    assert panel.origin.empty
    assert panel.files.empty
    assert {"states.csv", "episodes.csv", "coverage.csv"} <= set(panel.hashes)
    assert all(len(digest) == 64 for digest in panel.hashes.values())


@pytest.fixture(scope="module")
def folder(data_dir, tmp_path_factory):
    """Two releases of one dataset, one of two others, and a file that is none."""
    target = tmp_path_factory.mktemp("releases")
    for name in (
        "ucdp/OneSided_v23_1.csv",
        "ucdp/OneSided_v25_1.rds",
        "governance/EPR-2021.csv",
        "ewp2025/ewp_mass_killing_events_2025.xlsx",
    ):
        shutil.copy(data_dir / name, target)
    (target / "notes.txt").write_text("no data")
    return target


def test_a_folder_is_read_and_told_file_by_file(folder):
    panel = rtop.load_panel(data_dir=folder, first=1985, last=2020)
    assert panel.years == (1985, 2020)
    assert panel.origin.set_index("table").loc["one_sided", "origin"] == "folder"
    used = {
        "EPR-2021.csv": True,
        "OneSided_v23_1.csv": False,
        "OneSided_v25_1.rds": True,
        "ewp_mass_killing_events_2025.xlsx": True,
        "notes.txt": False,
    }
    assert panel.files.set_index("file")["used"].to_dict() == used
    assert {"OneSided_v25_1.rds", "states.csv"} <= set(panel.hashes)
    lost = panel.unmatched[panel.unmatched["source"] == "epr-2021"]
    assert lost["rows"].sum() == 1, "EPR's row with a code that no state had in its year"
    assert not panel.unmatched.duplicated().any()
    assert panel.unmatched.index.tolist() == list(range(len(panel.unmatched)))
    plain = rtop.load_panel(first=1985, last=2020)
    pd.testing.assert_frame_equal(panel.frame[plain.frame.columns], plain.frame)


def test_a_folders_releases_are_kept_where_asked(folder):
    panel = rtop.load_panel(data_dir=folder, vintages=["ucdp_onesided", "ewp_events"], first=1985, last=2024)
    vintages = {(one.dataset, one.release): one for one in panel.vintages}
    assert list(vintages) == [
        ("ucdp_onesided", "25.1"),
        ("ucdp_onesided", "23.1"),
        ("ewp_events", "2025"),
        *(("ewp_events", str(edition)) for edition in range(2018, 2025)),
    ]
    earlier, own = vintages["ucdp_onesided", "23.1"], vintages["ucdp_onesided", "25.1"]
    assert (earlier.published, own.published) == (date(2023, 6, 30), date(2025, 6, 30))
    assert own.frame.shape == (len(panel.frame), 0)
    assert set(earlier.variables) == set(earlier.frame.columns) <= set(own.variables)
    assert {one.last_year for one in earlier.variables.values()} == {2022}
    name = "ucdp_osv_government_deaths"
    assert earlier.variables[name].release == "23.1+25.1"
    years = panel.frame["year"]
    assert earlier.frame.index.equals(panel.frame.index)
    assert earlier.frame.loc[years > 2022, name].isna().all()
    assert earlier.frame.loc[years == 2022, name].notna().all()
    shared = years.between(1989, 2022)
    assert np.corrcoef(earlier.frame.loc[shared, name], panel.frame.loc[shared, name])[0, 1] > 0.9
    releases = panel.current_releases(date(2024, 6, 30))
    assert releases[name] == "ucdp_onesided 23.1"
    # the list of episodes is in the core tables and in the folder, under names of its own
    assert releases["mk_onset"] == releases["ewp_events_onset"] == "ewp_events 2024"
    episodes = vintages["ewp_events", "2024"]
    np.testing.assert_array_equal(episodes.frame["mk_onset"], episodes.frame["ewp_events_onset"])
    assert "epr_excluded" not in releases
    # asked for once or twice, a release is kept once
    again = rtop.load_panel(vintages=["ewp_events", "ewp_events"], first=1985)
    assert [(one.dataset, one.release) for one in again.vintages] == [
        ("ewp_events", "2025"),
        *(("ewp_events", str(edition)) for edition in range(2018, 2025)),
    ]


def test_a_picked_release_has_no_vintages(folder):
    with pytest.raises(rtop.InputError) as refused:
        rtop.load_panel(data_dir=folder, releases={"ucdp_onesided": "23.1"}, vintages=["ucdp_onesided"])
    assert str(refused.value) == (
        "the release of ucdp_onesided is picked; its vintages would not be used. Leave out one of the two."
    )
    picked = rtop.load_panel(data_dir=folder, releases={"ucdp_onesided": "23.1"}, last=2024)
    assert picked.variables["ucdp_osv_government_deaths"].release == "23.1+25.1"


def test_states_by_name_or_number():
    assert country("Sweden", year=2000) == SWEDEN
    assert country(380, year=2000) == country(" 380 ", year=2000) == SWEDEN
    assert country("East Germany", year=1980) == GDR
    with pytest.raises(rtop.InputError, match=r"GW.* -380|-380.* GW|gw"):
        country("-380", year=2000)
    with pytest.raises(rtop.InputError, match="did you mean Sweden"):
        country("Swedn", year=2000)
