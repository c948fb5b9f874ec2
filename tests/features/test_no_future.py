"""Features of the full catalogue know nothing of later years, nor of what was not published yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE


@pytest.fixture(scope="module")
def full(full_panel):
    panel = full_panel
    # the folder does not hold Episodes of Regime Transformation
    names = [spec.name for spec in CATALOGUE if not spec.name.startswith("ert_")]
    return panel, rtop.build_features(panel, names=names)


def compare(features, again, years):
    rows = features.frame["year"].between(*years)
    left = features.frame[rows].reset_index(drop=True)
    right = again.frame[again.frame["year"].between(*years)].reset_index(drop=True)
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.mark.parametrize("year", [1975, 1992, 2005, 2018])
def test_deleting_later_years_changes_nothing_before(full, year):
    panel, features = full
    variables = {name: replace(v, last_year=min(v.last_year, year)) for name, v in panel.variables.items()}
    cut = replace(panel, frame=panel.frame[panel.frame["year"] <= year], variables=variables)
    compare(features, rtop.build_features(cut, names=features.names), (panel.years[0], year))


@pytest.mark.parametrize("year", [1992, 2005, 2018])
def test_a_row_needs_only_what_was_published_by_its_issue_date(full, year):
    panel, features = full
    known = rtop.build_features(panel.as_of(date(year + 1, 6, 30)), names=features.names)
    compare(features, known, (year, year))


def test_scrambling_later_years_changes_nothing_before(full):
    panel, features = full
    frame = panel.to_frame()
    later = (frame["year"] > 2000).to_numpy()
    generator = np.random.default_rng(0)
    for name in panel.variables:
        frame.loc[later, name] = generator.permutation(frame[name].to_numpy())[later]
    again = rtop.build_features(replace(panel, frame=frame), names=features.names)
    compare(features, again, (panel.years[0], 2000))


def test_nothing_is_known_where_a_source_does_not_reach(full):
    """Past the end of its coverage a count is missing: it does not fade to zero."""
    panel, features = full
    for name, variable in panel.variables.items():
        if not variable.zero_inside or variable.last_year >= 2022:
            continue
        own = [spec.name for spec in features.specs if spec.variables == (name,)]
        gone = features.frame["year"] > variable.last_year + 3
        assert features.frame.loc[gone, own].isna().all(axis=None), name
    early = features.frame["year"] < 1989
    osv = [spec.name for spec in features.specs if any(v.startswith("ucdp_osv") for v in spec.variables)]
    assert features.frame.loc[early, osv].isna().all(axis=None)


def test_carried_flows_grow_too_old(full):
    _, features = full
    for spec in features.specs:
        if spec.max_age is not None:
            ages = features.ages[spec.name].dropna()
            assert (ages < spec.max_age).all(), spec.name
