"""Risk profile: percentile ranks of the year, turned to worse; nothing observed is missing, never low."""

from __future__ import annotations

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.features import CATALOGUE


@pytest.fixture(scope="module")
def features():
    return rtop.build_features(rtop.load_panel())


def test_index_equals_a_plain_recomputation(features):
    table = rtop.build_risk_profile(features, years=(2020, 2020))
    year = features.frame[features.frame["year"] == 2020].set_index("country_id")
    for number in (1, 3, 6, 13):
        specs = [spec for spec in features.specs if number in spec.risk_factors]
        for country_id in (625, 2, 775, 750):
            shares = []
            for spec in specs:
                value, values = year.loc[country_id, spec.name], year[spec.name].dropna().to_numpy()
                if spec.sign and np.isfinite(value):
                    share = ((values < value).sum() + 0.5 * (values == value).sum()) / len(values)
                    shares.append(share if spec.sign > 0 else 1 - share)
            row = table[(table["country_id"] == country_id) & (table["risk_factor"] == number)].iloc[0]
            assert row["index"] == pytest.approx(np.mean(shares), rel=1e-12)
            assert row["observed"] == sum(np.isfinite(year.loc[country_id, spec.name]) for spec in specs)


def test_a_factor_without_data_is_missing(features):
    table = rtop.build_risk_profile(features, years=(2024, 2024))
    aid = table[table["risk_factor"] == 14]
    assert aid["index"].isna().all()
    assert aid["coverage"].isna().all()
    assert (aid["features"] == 0).all()
    early = rtop.build_risk_profile(features, years=(1946, 1946))
    assert early.loc[early["observed"] == 0, "index"].isna().all()


def test_years_do_not_depend_on_each_other(features):
    one = rtop.build_risk_profile(features, years=(2010, 2010)).reset_index(drop=True)
    whole = rtop.build_risk_profile(features)
    same = whole[whole["year"] == 2010].reset_index(drop=True)
    assert one.equals(same)


def test_full_catalogue_covers_all_fourteen_factors(full_panel):
    full = rtop.build_features(full_panel)
    assert len(full.names) >= 90
    table = rtop.build_risk_profile(full, years=(2015, 2015))
    sudan = table[table["country_id"] == 625].set_index("risk_factor")
    assert sudan["index"].between(0, 1).all()
    assert sudan.loc[14, "coverage"] == 1
    primary = {spec.risk_factors[0] for spec in CATALOGUE}
    assert primary == set(range(1, 15))


def test_years_without_rows_are_refused(features):
    with pytest.raises(rtop.CoverageError, match="1800-1810"):
        rtop.build_risk_profile(features, years=(1800, 1810))
