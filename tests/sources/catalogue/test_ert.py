"""Episodes of Regime Transformation: the year's own view of movements, against the publisher's last year."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.features import CATALOGUE
from rtop_forecast.sources.catalogue import ert
from rtop_forecast.sources.folder.discover import recognised_as

NAMES = ["autocratization", "decline", "democratization", "rise", "to_autocracy", "to_democracy"]
HEADER = "country_id,year,v2x_polyarchy,v2x_regime,dem_ep,aut_ep\n"
#: In 2024 the publisher has cut these movements short by later steps of its rules, of which a year knows nothing.
DIFFERING = {("Cambodia", "aut"), ("Ethiopia", "dem"), ("Kosovo", "dem"), ("North Macedonia", "dem")}


@pytest.fixture(scope="module")
def file(more_dir):
    return more_dir / "vdem" / "ert_v15.csv"


@pytest.fixture(scope="module")
def table(file):
    return ert.read(file)


@pytest.fixture(scope="module")
def raw(file):
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def number(cell):
    return np.nan if cell == "NA" else float(cell)


def series(raw, name):
    rows = sorted((int(row["year"]), row) for row in raw if row["country_name"] == name)
    index = np.array([number(row["v2x_polyarchy"]) for _, row in rows])
    regime = np.array([number(row["v2x_regime"]) for _, row in rows])
    return [year for year, _ in rows], index, regime


def test_shape_and_coverage(table, file):
    assert recognised_as(file) == "ert"
    assert table.source == "ert-15"
    assert table.coverage == dict.fromkeys(NAMES, (1946, 2024))
    assert table.zero_inside == frozenset()
    assert table.data["decline"].between(0, 1)[table.data["decline"].notna()].all()


def test_no_column_of_episodes_is_read(table):
    assert set(table.data.columns) == {"country_id", "year", *NAMES}


def test_the_last_year_is_the_publishers(raw):
    differing, equal = set(), 0
    for name in {row["country_name"] for row in raw if row["year"] == "2024"}:
        row = next(one for one in raw if one["country_name"] == name and one["year"] == "2024")
        _, index, regime = series(raw, name)
        for kind, up in (("aut", False), ("dem", True)):
            found = ert.as_of_each_year(index, regime, up=up)[-1] >= 0.1
            equal += found and row[f"{kind}_ep"] == "1"
            if found != (row[f"{kind}_ep"] == "1"):
                differing.add((name, kind))
    assert differing == DIFFERING
    assert equal == 64


def test_changes_of_regime_are_the_publishers(table, raw):
    events = [row["row_regch_event"] for row in raw if int(row["year"]) >= 1946]
    assert 0 < table.data["to_autocracy"].sum() <= events.count("-1")
    assert 0 < table.data["to_democracy"].sum() <= events.count("1")
    hungary = table.data[table.data["country_id"] == 310].set_index("year")
    assert hungary.loc[2018, "to_autocracy"] == 1
    assert hungary.loc[1990, "to_democracy"] == 1
    assert hungary.loc[2024, "autocratization"] == 1


index = st.lists(st.floats(0, 1).map(lambda value: round(value, 3)), min_size=2, max_size=30)


@given(values=index, later=index, up=st.booleans())
def test_a_year_knows_nothing_of_later_ones(values, later, up):
    whole = np.array(values + later)
    regime = np.ones(len(whole))
    now = ert.as_of_each_year(np.array(values), regime[: len(values)], up=up)
    np.testing.assert_array_equal(ert.as_of_each_year(whole, regime, up=up)[: len(values)], now)


@given(values=index)
def test_a_rise_is_the_fall_of_the_mirrored_index(values):
    whole = np.array(values)
    regime = np.ones(len(whole))
    mirrored = ert.as_of_each_year(-whole, regime, up=False)
    np.testing.assert_allclose(ert.as_of_each_year(whole, regime, up=True), mirrored)


def test_a_fall_ends_by_a_turn_a_drift_a_pause_or_a_return():
    steps = {
        "turn": ([0.5, 0.4, 0.44, 0.44], [0.1, 0.0, 0.0]),
        "small turn": ([0.5, 0.4, 0.43, 0.43], [0.1, 0.1, 0.1]),
        "drift": ([0.5, 0.4, 0.429, 0.458, 0.487, 0.516, 0.516], [0.1, 0.1, 0.1, 0.1, 0.116, 0.0]),
        "pause": ([0.5, 0.4, *[0.4] * 6], [0.1, *[0.1] * 5, 0.0]),
    }
    for words, (values, expected) in steps.items():
        found = ert.as_of_each_year(np.array(values), np.ones(len(values)), up=False)
        np.testing.assert_allclose(found[1:], expected, atol=1e-9, err_msg=words)
    back = ert.as_of_each_year(np.array([0.9, 0.8, 0.82, 0.82]), np.array([2.0, 2.0, 3.0, 3.0]), up=False)
    np.testing.assert_allclose(back[1:], [0.1, 0.1, 0.0])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("3,2000,1.4,1,0,0\n", "v2x_polyarchy"),
        ("3,2000,0.4,7,0,0\n", "v2x_regime"),
        ("3,2000,0.4,1,0,0\n3,2000,0.5,1,0,0\n", "one row per year"),
    ],
)
def test_refusals(tmp_path, rows, message):
    path = tmp_path / "ert.csv"
    path.write_text(HEADER + rows)
    with pytest.raises(DataIntegrityError, match=message):
        ert.read(path)


def test_a_year_after_a_gap_is_missing(tmp_path):
    path = tmp_path / "ert.csv"
    path.write_text(HEADER + "3,2000,0.4,1,0,0\n3,2001,0.2,1,0,0\n3,2003,0.1,1,0,0\n3,2004,0.1,1,0,0\n")
    assert ert.read(path).data["decline"].tolist()[1:] == pytest.approx([0.2, np.nan, 0.0], nan_ok=True)


def test_the_catalogue_has_features_of_it():
    assert [spec.name for spec in CATALOGUE if spec.name.startswith("ert_")] == [
        "ert_autocratization",
        "ert_decline",
        "ert_democratization",
        "ert_to_autocracy_decay5",
    ]
