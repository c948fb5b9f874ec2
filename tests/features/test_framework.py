"""Indicators of the Framework: a number is one of a factor that the feature names, inside the confirmed ranges."""

from __future__ import annotations

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE
from rtop_forecast.features.framework import INDICATOR_COUNTS, INDICATORS_CHECKED


def spec(*, factors, indicators):
    return rtop.FeatureSpec(
        name="x",
        label="x",
        unit="x",
        risk_factors=factors,
        indicators=indicators,
        transform="level",
        variables=("x",),
        sign=0,
        compute=lambda grid: grid.known("x"),
    )


@pytest.mark.parametrize(
    ("factors", "indicators", "message"),
    [
        ((14,), ("14",), "such as '1.1'"),
        ((13,), ("13",), "such as '1.1'"),
        ((9,), ("9.7",), "has 6 indicators"),
        ((8,), ("8.13",), "has 12 indicators"),
        ((1, 8), ("1.1", "8.13"), "has 12 indicators"),
        ((8,), ("8.0",), "such as '1.1'"),
        ((15,), (), "risk factor"),
        ((7,), ("7.2", "8.4"), "does not name risk factor 8"),
        ((9, 4), ("4.2",), "none of them of its primary risk factor 9"),
        ((8, 1), ("1.4",), "none of them of its primary risk factor 8"),
    ],
)
def test_impossible_indicators_are_refused(factors, indicators, message):
    with pytest.raises(rtop.InputError, match=message):
        spec(factors=factors, indicators=indicators)


@pytest.mark.parametrize(
    ("factors", "indicators"), [((9,), ("9.6",)), ((8,), ("8.12",)), ((8,), ()), ((13, 7), ("7.10",))]
)
def test_possible_indicators_pass(factors, indicators):
    assert spec(factors=factors, indicators=indicators).indicators == indicators


def test_a_variable_of_the_users_own_speaks_to_the_factor_alone():
    panel = rtop.add_variables(
        rtop.load_panel(first=2000, last=2003),
        pd.DataFrame({"country": ["Chad"], "year": [2001], "x": [1.0]}),
        name="own",
        publication_lag_months=0,
    )
    assert rtop.build_features(panel, names=[], own={"own_x": 14}).specs[0].indicators == ()


def test_the_catalogue_follows_the_text_that_was_read():
    listed = {one.name: one.indicators for one in CATALOGUE}
    assert listed["vdem_v2clacjust"] == listed["vdem_v2clrgunev_ord_is_2"] == ("9.5",)
    assert listed["vdem_v2meharjrn_change3"] == listed["vdem_v2x_frassoc_thick_change3"] == ("7.7",)
    assert listed["reign_leaders_tenure_log"] == ()
    assert listed["epr_downgraded_5y"] == ("7.2", "8.4")
    assert listed["ucdp_onesided_new_actors_log"] == ("11.2",)
    for name in ("mk_ever", "tmk_ongoing_decay10", "pitf_ongoing_decay10"):
        assert listed[name] == ("2.2",)
    for name in ("unhcr_refugees_per_head", "displaced_per_head", "unhcr_idps_per_head"):
        assert listed[name] == ("7.10",)
    assert set(INDICATOR_COUNTS) <= set(INDICATORS_CHECKED) == {7, 8, 9, 13}
