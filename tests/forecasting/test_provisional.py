"""Provisional episodes say what is under way, from the day they were written; nothing else changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.forecasting.request import Request
from rtop_forecast.forecasting.situation import situations
from rtop_forecast.forecasting.stored import request_parts
from rtop_forecast.models import ElasticNetLogit
from rtop_forecast.panel.load import _with_list
from rtop_forecast.world.provisional_checks import COLUMNS

NAMES = ["population_log", "infant_mortality_log", "state_age_log", "mk_ongoing_count"]
MODEL = ElasticNetLogit(lam=0.3, scaled=True)
MOZAMBIQUE, CENTRAL_AFRICA = 541, 482
NEW = {
    "episode_id": "moz-2025-n1", "status": "new", "country_id": MOZAMBIQUE, "name": "Mozambique", "start_year": 2025,
    "start_month": "", "last_year": 2025, "state_led": 0, "target_kind": "political", "label": "Invented for a test",
    "deaths_low": "", "deaths_best": 1500, "deaths_high": "", "deaths_period": "2025", "rule": "invented",
    "source": "a test", "address": "https://example.org/", "read_on": "2026-05-01", "beside": "",
    "known_on": "2026-05-31",
}  # fmt: skip
ENDED = NEW | {
    "episode_id": "caf-2013-n1", "status": "ended", "country_id": CENTRAL_AFRICA, "name": "Central African Republic",
    "start_year": 2013, "last_year": 2021, "target_kind": "religious", "deaths_best": 60,
}  # fmt: skip


def panel_with(folder, *rows):
    path = folder / "own.csv"
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(path, index=False)
    return rtop.load_panel(provisional=path)


def parts_of(panel, **issued):
    features = rtop.build_features(panel, names=NAMES, **issued)
    return features, rtop.onset_target(panel)


def groups_of(panel, *, event="mass_killing", **issued):
    features = rtop.build_features(panel, names=NAMES[:1], **issued)
    keys = features.frame[["country_id", "year"]]
    return keys.assign(group=situations(features, rtop.onset_target(panel, event=event))).set_index(
        ["country_id", "year"]
    )["group"]


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    return panel_with(tmp_path_factory.mktemp("list"), NEW, ENDED)


def test_only_the_states_told_of_change_and_only_after_the_day(panel, beside):
    without, with_ = groups_of(panel), groups_of(beside)
    changed = without.index[without != with_].tolist()
    assert changed == [(CENTRAL_AFRICA, 2025), (MOZAMBIQUE, 2025)]
    assert with_[MOZAMBIQUE, 2025] == "under_way"
    assert with_[CENTRAL_AFRICA, 2025] == "quiet"
    # a month earlier neither row was written
    pd.testing.assert_series_equal(groups_of(panel, issue_month=4), groups_of(beside, issue_month=4))


def test_an_event_counts_the_episodes_of_its_perpetrators(panel, beside):
    state_led, nonstate = (
        groups_of(beside, event=f"{one}_mass_killing") for one in ("state_led", "nonstate")
    )
    assert state_led[MOZAMBIQUE, 2025] == "quiet"
    assert nonstate[MOZAMBIQUE, 2025] == "under_way"
    deaths = (groups_of(one, event="one_sided_100") for one in (panel, beside))
    pd.testing.assert_series_equal(*deaths)


def test_outcomes_and_features_are_the_same(panel, beside):
    (features, target), (others, other_target) = parts_of(panel), parts_of(beside)
    pd.testing.assert_frame_equal(panel.frame, beside.frame)
    pd.testing.assert_frame_equal(features.frame, others.frame)
    for event in ("mass_killing", "nonstate_mass_killing"):
        for kind in ("onset", "incidence", "continuation", "first_onset"):
            pd.testing.assert_frame_equal(
                rtop.onset_target(panel, event=event, kind=kind).frame,
                rtop.onset_target(beside, event=event, kind=kind).frame,
            )
    assert target.last_observed == other_target.last_observed == 2024


def test_nothing_is_trained_on_it(panel, beside):
    samples = [Request.of(MODEL, *parts_of(one)).rows for one in (panel, beside)]
    rows = samples[0].training(2025)
    assert rows.any()
    for name in ("outcome", "labels"):
        np.testing.assert_array_equal(getattr(samples[0], name)[rows], getattr(samples[1], name)[rows])
    pd.testing.assert_frame_equal(samples[0].matrix[rows], samples[1].matrix[rows])


def test_whatever_is_written_later_moves_nothing(beside, tmp_path):
    """Rows of later days, whatever they say, leave every group and every probability as it is."""
    later = [
        NEW | {"episode_id": f"{place}-2025-s1", "country_id": number, "name": name, "state_led": 1,
               "known_on": "2026-07-01", "deaths_best": deaths}
        for place, number, name, deaths in (("tcd", 483, "Chad", 5000), ("mli", 432, "Mali", 1000))
    ]  # fmt: skip
    scrambled = panel_with(tmp_path, NEW, *later, ENDED)
    pd.testing.assert_series_equal(groups_of(beside), groups_of(scrambled))
    forecasts = [rtop.forecast(MODEL, *parts_of(one), origin=2025, draws=20) for one in (beside, scrambled)]
    pd.testing.assert_frame_equal(forecasts[0].frame, forecasts[1].frame)
    assert [one.provenance["provisional"]["later"] for one in forecasts] == [0, 2]
    assert forecasts[0].provenance["provisional"]["rows"] == forecasts[1].provenance["provisional"]["rows"]
    # known a month later
    assert groups_of(scrambled, issue_month=7)[483, 2025] == "under_way"


def test_a_forecast_tells_of_it_and_one_without_has_no_word_of_it(panel, beside, tmp_path):
    plain, told = (rtop.forecast(MODEL, *parts_of(one), origin=2025, draws=20) for one in (panel, beside))
    assert "provisional" not in plain.provenance
    assert "provisional" not in plain.ranking().columns
    assert plain.provisional_episodes().empty
    ranking = told.ranking().set_index("country_id")
    assert ranking["provisional"].dropna().to_dict() == {MOZAMBIQUE: "new", CENTRAL_AFRICA: "ended"}
    assert ranking.loc[[MOZAMBIQUE, CENTRAL_AFRICA], "under_way"].tolist() == [True, False]
    pd.testing.assert_series_equal(  # without a calibrator by group the numbers are the model's own
        plain.ranking()["prob"], told.ranking()["prob"]
    )
    ends = told.where_data_end()
    assert ends["source"].iloc[0] == "Provisional episodes of own.csv: 2, no outcome"
    pd.testing.assert_frame_equal(ends.iloc[1:].reset_index(drop=True), plain.where_data_end())
    assert told.provenance["sha256"]["provisional/own.csv"] == told.provenance["provisional"]["sha256"]
    rtop.save_forecast(told, tmp_path / "saved")
    loaded = rtop.load_forecast(tmp_path / "saved")
    pd.testing.assert_frame_equal(loaded.ranking(), told.ranking())
    pd.testing.assert_frame_equal(loaded.provisional_episodes(), told.provisional_episodes())
    assert len(loaded.where_data_end()) == len(ends)
    rtop.lock_forecast(told, tmp_path / "locked.json", locked_on="2026-07-01")
    record = json.loads((tmp_path / "locked.json").read_text())["record"]
    assert [row["episode_id"] for row in record["provenance"]["provisional"]["rows"]] == [
        "caf-2013-n1",
        "moz-2025-n1",
    ]


def test_the_list_is_part_of_the_key_even_where_no_group_changes(panel):
    own = rtop.load_panel(provisional=True)
    keys = [request_parts(Request.of(MODEL, *parts_of(one))) for one in (panel, own)]
    assert keys[0]["groups"] == keys[1]["groups"]
    assert keys[0] == {name: part for name, part in keys[1].items() if name != "provisional episodes"}
    assert "provisional episodes" in keys[1]


def test_a_panel_cut_to_a_day_has_the_rows_of_that_day(beside):
    assert len(beside.as_of(date(2026, 5, 31)).provisional.frame) == 2
    assert len(beside.as_of(date(2026, 5, 30)).provisional.frame) == 0
    assert "Provisional episodes of own.csv: 2" in beside.summary()


def test_a_list_beside_another_edition_is_refused():
    panel = rtop.load_panel()
    held = panel.variables["mk_ongoing"]
    other = replace(panel, variables={**panel.variables, "mk_ongoing": replace(held, last_year=2022)})
    with pytest.raises(
        rtop.InputError, match=r"codes the years up to 2024; the panel's, .*, codes them up to 2022"
    ):
        _with_list(other, rtop.load_provisional_episodes())
