"""Mechanisms as variables of state-years: covered or missing, never filled, and asked for by name."""

from __future__ import annotations

import numpy as np
import pytest

import rtop_forecast as rtop


@pytest.fixture(scope="module")
def table():
    return rtop.build_mechanism_years(first=1990, last=2025).set_index(["country_id", "year"])


def test_values_follow_the_dates(table):
    assert (
        table.loc[(51, 1997), "mechanisms_iccpr_op1"] == 1
    )  # Jamaica, denounced with effect in January 1998
    assert table.loc[(51, 1998), "mechanisms_iccpr_op1"] == 0
    assert table.loc[(52, [1998, 1999, 2000]), "mechanisms_iccpr_op1"].tolist() == [1, 1, 0]
    assert table.loc[(41, 1997), "mechanisms_peacekeeping"] == 1
    assert table.loc[(220, 2000), "mechanisms_peacekeeping"] == 0
    assert table.loc[(625, [2021, 2022, 2024]), "mechanisms_upr_years"].tolist() == [5, 0, 2]


def test_outside_coverage_is_missing(table):
    years = table.index.get_level_values("year")
    assert table.loc[years > 2021, "mechanisms_opcat"].isna().all()
    assert table.loc[years < 2008, "mechanisms_upr_years"].isna().all()
    assert table.loc[years > 2023, "mechanisms_peacekeeping"].isna().all()
    assert table.loc[years <= 2021, "mechanisms_cedaw"].isin([0, 1]).all()


def test_no_value_depends_on_later_years():
    short = rtop.build_mechanism_years(first=1990, last=2012)
    whole = rtop.build_mechanism_years(first=1990, last=2020)
    whole = whole[whole["year"] <= 2012].reset_index(drop=True)
    np.testing.assert_array_equal(short.to_numpy(dtype=float), whole.to_numpy(dtype=float))


def test_a_panel_carries_them_and_features_take_them_by_name_only():
    panel = rtop.load_panel(first=2000, last=2020)
    carried = rtop.add_mechanisms(panel)
    assert "mechanisms_opcat" in carried.variables
    assert rtop.build_features(carried).names == rtop.build_features(panel).names
    features = rtop.build_features(carried, names=[], own={"mechanisms_opcat": 6})
    assert features.names == ["mechanisms_opcat"]
    assert features.frame["mechanisms_opcat"].isin([0, 1]).sum() > 1000
    with pytest.raises(rtop.InputError):
        rtop.add_mechanisms(carried)
