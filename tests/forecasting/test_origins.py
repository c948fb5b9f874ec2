"""The latest year from which the data at hand allow a forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import rtop_forecast as rtop


@pytest.fixture(scope="module")
def built():
    panel = rtop.load_panel()
    return rtop.build_features(panel), rtop.onset_target(panel)


def test_the_bundle_reaches_2025(built):
    features, target = built
    assert target.last_observed == 2024
    assert rtop.find_latest_origin(features, target) == 2025


def without(features, year, share):
    """Features of which a share of those alive in a year has no value in it."""
    frame = features.frame.copy()
    here = frame["year"] == year
    alive = [name for name in features.names if frame.loc[here, name].notna().any()]
    frame.loc[here, alive[: round(share * len(alive))]] = np.nan
    return replace(features, frame=frame)


def test_a_year_in_which_too_few_features_are_alive_is_not_reached(built):
    features, target = built
    assert rtop.find_latest_origin(without(features, 2025, 0.5), target) == 2024


def test_the_last_coded_year_is_always_one(built):
    features, target = built
    assert rtop.find_latest_origin(without(features, 2025, 1.0), target) == 2024


def test_no_outcome_is_coded_from_provisional_values():
    panel = rtop.load_panel()
    target = rtop.onset_target(panel, event="one_sided_100")
    assert panel.variables["ucdp_osv_government_deaths"].last_year == 2025
    assert target.last_observed == 2024
    assert target.frame.loc[target.frame["year"] >= 2023, "outcome"].isna().all()


def test_features_of_the_list_are_missing_after_its_end_and_no_sum_runs_past_its_source(built):
    features, _ = built
    row = features.frame[features.frame["year"] == 2025]
    for spec in features.specs:
        ends = [features.panel.variables[name] for name in spec.variables]
        if any(one.zero_inside and one.last_year < 2025 for one in ends):
            assert row[spec.name].isna().all(), spec.name


def test_it_says_of_each_source_how_it_reaches_the_origin(built):
    features, _ = built
    from rtop_forecast.forecasting.inputs import STATUSES, where_data_end

    keys = features.frame.loc[features.frame["year"] == 2025, ["country_id", "year"]]
    table = where_data_end(features, keys)
    assert table[list(STATUSES)].to_numpy().sum() == len(features.specs)
    rows = table.set_index("source")
    candidates = rows[rows.index.str.startswith("UCDP Candidate Events of 2025")].iloc[0]
    assert candidates["last_year"] == 2025
    assert candidates["provisional"] > 15
    assert candidates["final"] == 0
    assert rows.loc["V-Dem Country-Year Dataset 16", "final"] == 3
    # a state's age is of the list of states alone
    assert rows.filter(like="Independent states", axis=0)["final"].tolist() == [2]
    keys = features.frame.loc[features.frame["year"] == 2024, ["country_id", "year"]]
    assert where_data_end(features, keys)["provisional"].sum() == 0
