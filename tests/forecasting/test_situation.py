"""The situation of a state at an origin is what could be known then."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.forecasting.situation import Situation, situations, under_way


@pytest.fixture(scope="module")
def parts():
    panel = rtop.load_panel()
    names = ["mk_ongoing_count", "mk_state_led_ongoing", "population_log"]
    return panel, rtop.build_features(panel, names=names)


def frame_of(features, target):
    return features.frame[["country_id", "year"]].assign(group=situations(features, target))


def test_it_agrees_with_the_feature_that_counts_episodes_not_yet_over(parts):
    panel, features = parts
    table = frame_of(features, rtop.onset_target(panel))
    # after its last year the list's features are missing, while by its rule the situation is still known
    table, frame = (one[one["year"] <= 2024] for one in (table, features.frame))
    count = frame["mk_ongoing_count"]
    assert (table["group"].eq("under_way") == (count > 0)).all()
    assert (table["group"].eq("not_known") == count.isna()).all()
    led = frame_of(features, rtop.onset_target(panel, event="state_led_mass_killing"))
    led = led[led["year"] <= 2024]
    assert (led["group"].eq("under_way") == frame["mk_state_led_ongoing"].eq(1)).all()


def test_an_episode_counts_until_three_quiet_years_are_over(parts):
    panel, features = parts
    table = frame_of(features, rtop.onset_target(panel)).set_index(["country_id", "year"])["group"]
    present = panel.frame.set_index(["country_id", "year"])["mk_ongoing"]
    checked = 0
    for (country_id, year), group in table[table.index.get_level_values("year") >= 1950].items():
        years = [present.get((country_id, year - back), np.nan) for back in range(3)]
        if not np.isnan(years).all():
            assert (group == "under_way") == bool(np.nanmax(years) > 0)
            checked += 1
    assert checked > 5_000


def test_deaths_over_the_threshold_in_the_year_itself(parts):
    panel, features = parts
    target = rtop.onset_target(panel, event="one_sided_100")
    table = frame_of(features, target)
    deaths = panel.frame[["ucdp_osv_government_deaths", "ucdp_osv_nonstate_deaths"]].sum(axis=1, skipna=False)
    recorded = deaths.notna()
    assert (table["group"].eq("under_way") == (deaths >= 100))[recorded].all()
    assert recorded.sum() > 5_000


def test_nothing_after_the_issue_date_moves_it(parts):
    panel, features = parts
    target = rtop.onset_target(panel)
    before = frame_of(features, target)
    cut = panel.as_of(date(2011, 6, 30))
    early = rtop.build_features(cut, names=["population_log"])
    table = frame_of(early, rtop.onset_target(cut))
    both = before.merge(table, on=["country_id", "year"], suffixes=("", "_then"))
    both = both[both["year"] <= 2010]
    assert len(both) > 8_000
    assert (both["group"] == both["group_then"]).all()


def test_rankings_tell_it_as_true_false_or_missing():
    told = under_way(
        pd.Series([str(one) for one in (Situation.UNDER_WAY, Situation.QUIET, Situation.NOT_KNOWN)])
    )
    assert told.tolist()[:2] == [True, False]
    assert told.isna().tolist() == [False, False, True]
