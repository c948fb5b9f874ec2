"""What newer data changed in a ranking: only states whose data moved, in the right direction, adding up."""

from __future__ import annotations

import numpy as np
import pytest

import rtop_forecast as rtop
from rtop_forecast.models import ElasticNetLogit

MODEL = ElasticNetLogit(lam=0.3, scaled=True)
NAMES = ["infant_mortality_log", "mk_ever", "ucdp_intensity", "population_log"]
AT = {"origin": 2015, "draws": 20}
MOVED = 625  # Sudan


@pytest.fixture(scope="module")
def panels():
    panel = rtop.load_panel()
    frame = panel.frame
    chosen = (frame["country_id"] == MOVED) & frame["year"].between(2013, 2015)
    low = frame.copy()
    low.loc[chosen, ["infant_mortality", "wpp_infant_mortality"]] *= 0.25
    return panel, rtop.Panel(**{**_fields(panel), "frame": low})


def _fields(panel):
    return {name: getattr(panel, name) for name in panel.__dataclass_fields__}


@pytest.fixture(scope="module")
def forecasts(panels):
    made = []
    for panel, names in ((panels[0], NAMES), (panels[1], NAMES), (panels[0], NAMES[:3])):
        features, target = rtop.build_features(panel, names=names), rtop.onset_target(panel)
        made.append(rtop.forecast(MODEL, features, target, **AT))
    return made


def test_only_the_state_whose_data_moved_has_changed(forecasts):
    real, low, _ = forecasts
    changes = rtop.list_changes(low, real, draws=20)
    assert changes.clear["country_id"].tolist() == [MOVED]
    row = changes.frame.iloc[0]
    assert row["country_id"] == MOVED
    assert row["change_odds_low"] > 1
    assert row["prob"] > row["prob_before"]
    assert row["rank"] <= row["rank_before"]
    others = changes.frame[changes.frame["country_id"] != MOVED]
    np.testing.assert_allclose(others[["data_odds", "data_odds_low", "data_odds_high"]], 1, rtol=1e-9)
    assert (others["change_odds"] < 1).all(), "the mean of all states moved a little"
    assert len(changes.frame) == len(real.frame)
    assert "1 of" in changes.summary()
    assert "Sudan" in changes.summary()


def test_reasons_go_with_the_change_and_the_parts_add_up(forecasts):
    real, low, _ = forecasts
    for earlier, later in ((low, real), (real, low)):
        changes = rtop.list_changes(earlier, later, draws=20)
        reasons = changes.reasons(MOVED)
        assert reasons["feature"].tolist() == ["infant_mortality_log"]
        assert (reasons["odds"].iloc[0] > 1) == (earlier is low)
        parts = changes.explain(MOVED)
        assert sum(parts.parts.values()) == pytest.approx(parts.log_odds[1] - parts.log_odds[0], abs=1e-9)
        assert changes.reasons(220).empty, "France's data are the same"


@pytest.mark.parametrize("order", [(0, 2), (2, 0)])
def test_a_feature_that_one_side_lacks_is_no_hindrance(forecasts, order):
    earlier, later = (forecasts[place] for place in order)
    changes = rtop.list_changes(earlier, later, draws=20)
    assert len(changes.frame) == len(later.frame)
    parts = changes.explain(MOVED)
    before, after = (
        forecast.frame.set_index("country_id").loc[MOVED, "prob"] for forecast in (earlier, later)
    )
    assert sum(parts.parts.values()) == pytest.approx(
        np.log(after / (1 - after)) - np.log(before / (1 - before)), abs=1e-9
    )
    with pytest.raises(rtop.InputError):
        rtop.explain_change(earlier, later, "Sudan")


def test_forecasts_of_two_questions_are_refused(panels, forecasts):
    features = rtop.build_features(panels[0], names=NAMES)
    other = rtop.forecast(MODEL, features, rtop.onset_target(panels[0], horizon=1), **AT)
    with pytest.raises(rtop.InputError, match="horizon"):
        rtop.list_changes(other, forecasts[0], draws=20)
