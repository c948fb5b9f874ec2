"""Choosing among built features: by name, risk factor and source, with what was chosen unchanged."""

from __future__ import annotations

import pandas as pd
import pytest

import rtop_forecast as rtop


@pytest.fixture(scope="module")
def features():
    return rtop.build_features(rtop.load_panel(first=2000))


def test_a_feature_by_its_name(features):
    values = features["infant_mortality_log"]
    table = features.frame.set_index(["country_id", "year"])
    pd.testing.assert_series_equal(values, table["infant_mortality_log"])
    assert "infant_mortality_log" in features
    assert "infant mortality" not in features
    assert list(features) == features.names
    assert len(features) == len(features.specs)


def test_a_misspelt_name_is_refused_with_near_misses(features):
    with pytest.raises(rtop.InputError, match="infant_mortality_log"):
        features["infant_mortalty_log"]
    with pytest.raises(rtop.InputError, match="1 of 2 names"):
        features.drop(["mk_ever", "mk_evr"])


def test_select_by_risk_factor_and_source(features):
    first = features.select(risk_factor=1)
    table = features.describe()
    assert first.names == table.loc[table["risk_factor"] == 1, "name"].tolist()
    vdem = features.select(source="vdem")
    assert vdem.names == table.loc[table["sources"].str.contains("vdem"), "name"].tolist()
    number = vdem.specs[0].risk_factors[0]
    both = features.select(risk_factor=number, source="vdem")
    assert set(both.names) == set(features.select(risk_factor=number).names) & set(vdem.names) != set()
    one = features.select(["mk_ever", "population_log"])
    assert one.names == ["mk_ever", "population_log"]


def test_what_is_left_is_what_it_was(features):
    less = features.drop(["mk_ever"])
    assert less.names == [name for name in features.names if name != "mk_ever"]
    for name in ("frame", "ages"):
        whole, part = getattr(features, name), getattr(less, name)
        pd.testing.assert_frame_equal(part, whole.drop(columns="mk_ever"))
    assert less.panel is features.panel
    built = rtop.build_features(features.panel, names=less.names)
    pd.testing.assert_frame_equal(built.frame, less.frame)


def test_nothing_left_is_refused(features):
    with pytest.raises(rtop.InputError, match="none of the"):
        features.drop(features.names)
    with pytest.raises(rtop.InputError, match="none of the"):
        features.select(source="freedom_house")
    with pytest.raises(rtop.InputError):
        features.select(risk_factor=15)
