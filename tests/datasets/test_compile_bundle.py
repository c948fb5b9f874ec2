"""The compile script of the bundled variables: same bytes, and what it refuses."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(DATASETS))
    spec = importlib.util.spec_from_file_location("compile_bundle", DATASETS / "compile_bundle.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "compile_bundle", module)
    spec.loader.exec_module(module)
    return module


def rated(release, values, *, name="v2x_rule", states=None):
    states = range(2, 2 + len(values)) if states is None else states
    data = pd.DataFrame({"country_id": list(states), "year": 2000, name: values})
    return SourceTable(
        source=f"vdem-{release}",
        release=release,
        data=data,
        coverage={name: (2000, 2000)},
        zero_inside=frozenset(),
        publication_lag_months=3,
        unmatched=no_unmatched(),
    )


@pytest.mark.slow
def test_same_bytes_as_the_bundled_tables(script, data_dir, more_dir):
    tables = script.compile_bundle(data_dir, more_dir)
    bundled = {path.name: path.read_bytes() for path in (DATASETS / "further").glob("*.parquet")}
    assert tables.keys() == bundled.keys()
    assert [name for name in tables if tables[name] != bundled[name]] == []


def test_state_years_that_the_newest_does_not_rate_are_left_out(script):
    old, new = rated("12", [0.1, 0.5, 0.9]), rated("15", [0.1, 0.6, 0.9, 0.4], states=[2, 3, 4, 5])
    assert script.where_the_newest_agrees(old, [old, new], key="vdem-12").data["country_id"].tolist() == [
        2,
        3,
        4,
    ]
    fewer = replace(new, data=new.data.iloc[[0, 2]])
    assert script.where_the_newest_agrees(old, [old, fewer], key="vdem-12").data["country_id"].tolist() == [
        2,
        4,
    ]


def test_a_release_that_disagrees_with_the_newest_is_refused(script):
    old, new = rated("12", [0.1, 0.5, 0.9]), rated("15", [0.9, 0.2, 0.1])
    with pytest.raises(
        DataIntegrityError, match=r"v2x_rule of vdem-12 correlates by -0\.\d+ with the newest"
    ):
        script.where_the_newest_agrees(old, [old, new], key="vdem-12")


def test_a_release_without_an_index_of_the_newest_is_refused(script):
    old, new = rated("12", [0.1, 0.5, 0.9]), rated("15", [0.9, 0.2, 0.1], name="v2x_corr")
    with pytest.raises(DataIntegrityError, match="no index of vdem-12 is in the newest release"):
        script.where_the_newest_agrees(old, [old, new], key="vdem-12")


def test_files_of_a_release_stand_side_by_side(script):
    one, other = rated("15", [0.1, 0.5]), rated("15", [0.9, 0.2], name="v2x_corr", states=[3, 4])
    whole = script.joined([one, other])
    assert list(whole.coverage) == ["v2x_rule", "v2x_corr"]
    assert whole.data["country_id"].tolist() == [2, 3, 4]
    assert whole.data["v2x_corr"].isna().tolist() == [True, False, False]


def test_two_files_of_events_are_not_mixed(script):
    events = replace(rated("15", [1.0, 2.0]), zero_inside=frozenset({"v2x_rule"}))
    with pytest.raises(DataIntegrityError, match="2 files of events"):
        script.joined([events, rated("15", [0.9, 0.2], name="v2x_corr")])
