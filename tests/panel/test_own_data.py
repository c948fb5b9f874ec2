"""Events and variables of the user's own: right state-years, nothing lost, messages that help."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


def test_events_become_onsets_and_presence(panel):
    events = pd.DataFrame(
        {
            "country": ["Sudan", "Burma", "Côte d'Ivoire", "Sudan"],
            "start_year": [2003, 2016, 2010, 2003],
            "end_year": [2005, np.nan, 2010, 2003],
        }
    )
    with_own = rtop.add_events(panel, events, name="own", years=(1990, 2020))
    frame = with_own.frame.set_index(["country_id", "year"])
    assert frame.loc[(625, 2003), ["own_onset", "own_ongoing"]].tolist() == [2, 2]
    assert frame.loc[(625, 2005), ["own_onset", "own_ongoing"]].tolist() == [0, 1]
    assert frame.loc[(775, 2020), "own_ongoing"] == 1
    assert frame.loc[(2, 2000), "own_onset"] == 0
    assert np.isnan(frame.loc[(2, 2021), "own_onset"])
    assert np.isnan(frame.loc[(2, 1989), "own_onset"])
    target = rtop.onset_target(with_own, event="own", horizon=1)
    labels = target.frame.set_index(["country_id", "year"])["outcome"]
    assert labels.loc[(625, 2002)] == 1
    assert labels.loc[(625, 2004)] == 0
    assert np.isnan(labels.loc[(625, 2020)])
    assert np.isnan(labels.loc[(625, 1988)])
    incidence = rtop.onset_target(with_own, event="own", horizon=1, kind="incidence")
    assert incidence.frame.set_index(["country_id", "year"])["outcome"].loc[(625, 2004)] == 1


def test_variables_keep_their_lag_and_report_what_lies_outside(panel):
    table = pd.DataFrame({"country": ["SDN", "SDN", "USA"], "year": [2003, 2004, 2030], "x": [1.0, 2.0, 3.0]})
    with_own = rtop.add_variables(panel, table, name="mine", system="iso3", publication_lag_months=18)
    assert with_own.unmatched.tail(1).to_dict("records")[0] | {"source": ""} == {
        "source": "",
        "code": "USA",
        "year": 2030,
        "rows": 1,
        "reason": "outside the panel's years",
    }
    features = rtop.build_features(with_own, names=["mk_ever"], own={"mine_x": 4})
    value = features.frame.set_index(["country_id", "year"])["mine_x"]
    assert np.isnan(value.loc[(625, 2003)])
    assert value.loc[(625, 2004)] == 1  # published 18 months after the year
    assert value.loc[(625, 2010)] == 2
    assert features.specs[-1].risk_factors == (4,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"country": ["Ivry Coast"]}, "did you mean Côte d'Ivoire"),
        ({"start_year": [2003.5]}, "must hold calendar years or dates; 1 of 1"),
        ({"end_year": [1999]}, "must not end before it starts"),
        ({"start_year": [1980], "end_year": [1981]}, "within 1990-2020"),
    ],
)
def test_wrong_events_are_refused(panel, change, words):
    events = pd.DataFrame({"country": ["Sudan"], "start_year": [2003], "end_year": [2005]} | change)
    with pytest.raises(rtop.InputError, match=words):
        rtop.add_events(panel, events, name="own", years=(1990, 2020))


def test_wrong_variables_are_refused(panel):
    good = pd.DataFrame({"country": ["Sudan", "Sudan"], "year": [2003, 2004], "x": [1.0, 2.0]})
    cases = {
        "numeric columns": good.assign(x=["a", "b"]),
        "may appear once": good.assign(year=2003),
        "finite or missing": good.assign(x=[1.0, np.inf]),
        "'year' is missing": good.drop(columns="year"),
    }
    for words, table in cases.items():
        with pytest.raises(rtop.InputError, match=words):
            rtop.add_variables(panel, table, name="mine", publication_lag_months=6)
    with pytest.raises(rtop.InputError, match="already"):
        rtop.add_variables(panel, good.rename(columns={"x": "onset"}), name="mk", publication_lag_months=6)


@pytest.mark.parametrize("event", ["one_sided_25", "one_sided_100", "one_sided_1000"])
@pytest.mark.parametrize("horizon", [1, 5])
def test_one_sided_outcomes_agree_with_a_loop(panel, event, horizon):
    threshold = float(event.rsplit("_", 1)[1])
    labels = rtop.onset_target(panel, event=event, horizon=horizon, min_population=0).frame
    labels = labels.set_index(["country_id", "year"])["outcome"]
    frame = panel.frame.set_index(["country_id", "year"])
    deaths = frame["ucdp_osv_government_deaths"] + frame["ucdp_osv_nonstate_deaths"]
    for country_id in (625, 517, 439, 2, 626):
        for year in range(1985, 2025):
            if (country_id, year) not in labels.index:
                continue
            years = range(year + 1, year + horizon + 1)
            if year + horizon > 2024 or year + 1 < 1990:
                assert np.isnan(labels.loc[(country_id, year)])
                continue
            begun = [
                deaths.get((country_id, t), np.nan) >= threshold
                and not deaths.get((country_id, t - 1), 0.0) >= threshold
                for t in years
            ]
            assert labels.loc[(country_id, year)] == float(any(begun)), (country_id, year)


def test_outcomes_of_other_lists(full_panel):
    panel = full_panel
    genocide = rtop.onset_target(panel, event="genocide_politicide", horizon=1)
    assert genocide.last_observed == 2018
    labels = genocide.frame.set_index(["country_id", "year"])["outcome"]
    assert labels.loc[(517, 1993)] == 1  # Rwanda 1994
    killing = rtop.onset_target(panel, event="targeted_mass_killing", horizon=3)
    assert killing.frame["outcome"].sum() > 100
