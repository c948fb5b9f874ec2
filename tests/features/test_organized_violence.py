"""Features of organized violence by place of death: bounds, shares, and what is missing rather than zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.features.catalogue.organized_violence import FEATURES, PREFIX

TABLE = Path(__file__).parents[2] / "datasets" / "core" / "organized_violence.csv"
KEYS = ["country_id", "year"]
SHARE = f"{PREFIX}civilian_share"


@pytest.fixture(scope="module")
def built():
    panel = rtop.load_panel(first=1980)
    return rtop.build_features(panel, names=[spec.name for spec in FEATURES]).frame


@pytest.fixture(scope="module")
def published():
    return pd.read_csv(TABLE)


def test_none_is_taken_unless_it_is_named():
    assert len(FEATURES) == 16
    assert not any(spec.by_default for spec in FEATURES)


@pytest.mark.parametrize("name", [spec.name for spec in FEATURES])
def test_years_before_1989_are_missing_and_never_zero(built, name):
    before = built["year"] < 1989
    assert before.sum() > 1000
    assert built.loc[before, name].isna().all()
    if name != SHARE:
        assert built.loc[built["year"].between(1989, 2024), name].notna().all()


def test_civilian_share_is_the_published_ratio_and_missing_without_deaths(built, published):
    rows = built[built["year"].between(1989, 2024)].merge(published, on=KEYS, how="left")
    some = rows["deaths"] > 0
    assert some.sum() > 1900
    np.testing.assert_allclose(
        rows.loc[some, SHARE], rows.loc[some, "civilian_deaths"] / rows.loc[some, "deaths"], rtol=2e-7
    )
    assert rows.loc[~some, SHARE].isna().all()
    # a row whose best estimate is zero may have dyads and a high estimate above zero; its share is unknown all the same
    assert (rows["deaths"] == 0).sum() > 50


@pytest.mark.parametrize("column", [spec.variables[0].removeprefix(PREFIX) for spec in FEATURES[1:]])
def test_counts_are_logs_of_the_published_numbers_and_zero_without_events(built, published, column):
    rows = built[built["year"].between(1989, 2024)].merge(published, on=KEYS, how="left")
    expected = np.log1p(rows[column].fillna(0.0))
    np.testing.assert_allclose(rows[f"{PREFIX}{column}_log"], expected, rtol=2e-7)
    assert (expected > 0).any()


@pytest.mark.parametrize("kind", sorted({spec.variables[0].rpartition("_")[0] for spec in FEATURES[4:]}))
def test_the_low_estimate_exceeds_the_high_one_only_where_ucdp_says_so(built, kind):
    """Armenia 2022 (154, 153) and Russia 2024 (6314, 5823) stand so in organizedviolencecy_v25_1.csv."""
    above = built[built[f"{kind}_low_log"] > built[f"{kind}_high_log"]]
    found = set(zip(above["country_id"], above["year"], strict=True))
    of_states = kind.removeprefix(PREFIX) in ("deaths", "statebased_deaths")
    assert found == ({(371, 2022), (365, 2024)} if of_states else set())
