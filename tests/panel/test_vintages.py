"""Releases kept beside the panel's own: what was current when, and backtests in real time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS
from rtop_forecast.panel.vintages import current_vintages, publication
from rtop_forecast.sources.catalogue import vdem
from rtop_forecast.sources.keys import releases_of

KEYS = ["country_id", "year"]
BURKINA, SUDAN, PAKISTAN = 439, 625, 770


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel(vintages=["ewp_events"])


def value(panel, name, country_id, year):
    frame = panel.frame
    return frame.loc[(frame["country_id"] == country_id) & (frame["year"] == year), name].item()


def test_the_panel_itself_stays_as_it_is(panel):
    pd.testing.assert_frame_equal(panel.frame, rtop.load_panel().frame)


def test_an_episode_recorded_late_is_known_late(panel):
    # EWP added Burkina Faso 2022 in its edition of 2025, out by the end of June by our convention
    assert value(panel.as_of(date(2024, 6, 30)), "mk_onset", BURKINA, 2022) == 0
    assert value(panel.as_of(date(2025, 6, 29)), "mk_onset", BURKINA, 2022) == 0
    assert value(panel.as_of(date(2025, 6, 30)), "mk_onset", BURKINA, 2022) == 1


def test_an_end_recorded_late_is_known_late(panel):
    # of Sudan's episodes only that of 2003 was thought to go on in 2022
    assert value(panel.as_of(date(2024, 6, 30)), "mk_ongoing", SUDAN, 2022) == 1
    assert value(panel.as_of(date(2025, 6, 30)), "mk_ongoing", SUDAN, 2022) == 0


def test_before_the_first_release_kept_that_one_stands_in(panel):
    assert set(panel.current_releases(date(1999, 6, 30)).values()) == {"ewp_events 2018"}
    assert set(panel.current_releases(date(2021, 6, 30)).values()) == {"ewp_events 2021"}
    assert set(panel.current_releases(date(2025, 6, 30)).values()) == {"ewp_events 2025"}


def test_days_of_publication():
    # V-Dem's page of 2022 gives March for version 12, its quick-start guide March 2021 for version 11
    assert publication("vdem", "12", last_year=0, lag_months=0) == date(2022, 3, 31)
    assert publication("vdem", "11", last_year=0, lag_months=0) == date(2021, 3, 31)
    assert publication("vdem", "v15", last_year=0, lag_months=0) == date(2025, 3, 31)
    assert publication("vdem", "13", last_year=0, lag_months=0) == date(2023, 3, 31)
    # no month in the registry, or no such release there: the last year and the lag
    assert publication("ucdp_brd", "23.1", last_year=2022, lag_months=6) == date(2023, 6, 30)
    assert publication("vdem", "16", last_year=2025, lag_months=3) == date(2026, 3, 31)
    assert releases_of("vdem-16") == [("vdem", "16")]


@pytest.fixture(scope="module")
def parts(panel, core_names):
    return rtop.build_features(panel, names=core_names), rtop.onset_target(panel)


def run(features, target, vintages, **more):
    return rtop.backtest(
        HistoryLogit(HISTORY_COLUMNS),
        features,
        target,
        origins=rtop.RollingOrigin(first=2020),
        calibration_origins=4,
        vintages=vintages,
        **more,
    )


@pytest.mark.slow
def test_real_time_knows_nothing_of_later_releases(panel, parts):
    """Scrambling what only the panel's own, later release says leaves every forecast from before it as it was."""
    features, target = parts
    expected = run(features, target, "real_time")
    frame = panel.to_frame()
    rng = np.random.default_rng(0)
    for name in [name for name in frame.columns if name.startswith("mk_")]:
        frame[name] = rng.permutation(frame[name].to_numpy())
    scrambled = replace(panel, frame=frame)
    found = run(rtop.build_features(scrambled, names=features.names), replace(target), "real_time")
    columns = ["country_id", "origin_year", "raw_prob", "prob", "outcome"]
    pd.testing.assert_frame_equal(found.frame[columns], expected.frame[columns], check_exact=True)
    revised = run(rtop.build_features(scrambled, names=features.names), target, "revised")
    assert not np.array_equal(revised.frame["prob"], expected.frame["prob"])


def test_real_time_and_revised_differ_where_the_list_was_revised_only(parts):
    features, target = parts
    real, revised = (run(features, target, one) for one in ("real_time", "revised"))
    assert real.frame["outcome"].equals(revised.frame["outcome"]), "both are scored by what is known today"
    assert real.provenance["real_time"]["2022"] == ["ewp_events 2023"]
    assert "real_time" not in revised.provenance
    raw = {
        name: one.frame.set_index([*KEYS[:1], "origin_year"])["raw_prob"]
        for name, one in {"real": real, "revised": revised}.items()
    }
    # an episode thought to go on raises the forecast; a state without a revision moves by the refit alone
    moved = np.log(raw["real"] / raw["revised"])
    assert moved.loc[(SUDAN, 2022)] > 5 * abs(moved.loc[(PAKISTAN, 2022)])


@pytest.mark.slow
def test_real_time_goes_on_from_a_checkpoint(parts, tmp_path):
    features, target = parts
    first = run(features, target, "real_time", checkpoint=tmp_path)
    for path in sorted(tmp_path.glob("20*.parquet"))[::2]:
        path.unlink()
    again = run(features, target, "real_time", checkpoint=tmp_path)
    pd.testing.assert_frame_equal(first.frame, again.frame, check_exact=True)
    with pytest.raises(rtop.InputError, match=r"differs in .* arguments"):
        run(features, target, "revised", checkpoint=tmp_path)


def test_real_time_explains(parts):
    features, target = parts
    result = run(features, target, "real_time", explain=True)
    table = result.explanations[2022]
    log_odds = table.baseline + table.contributions.sum(axis=1)
    prob = result.frame.loc[result.frame["origin_year"] == 2022, "prob"].to_numpy()
    np.testing.assert_allclose(1 / (1 + np.exp(-log_odds)), prob, rtol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vintages": ["vdem"]}, "give the folder as `data_dir`"),
        ({"vintages": ["nonsense"], "data_dir": "."}, "no dataset is called 'nonsense'|no release"),
    ],
)
def test_vintages_that_cannot_be_kept(arguments, message):
    with pytest.raises(rtop.InputError, match=message):
        rtop.load_panel(**arguments)


def test_a_backtest_in_real_time_needs_vintages():
    panel = rtop.load_panel()
    with pytest.raises(rtop.InputError, match="keeps none"):
        run(rtop.build_features(panel), rtop.onset_target(panel), "real_time")
    with pytest.raises(rtop.InputError, match="one of revised, real_time"):
        run(rtop.build_features(panel), rtop.onset_target(panel), "vintage")


@pytest.mark.slow
def test_releases_of_a_folder_are_read_as_their_readers_read_them(data_dir):
    panel = rtop.load_panel(data_dir=data_dir, vintages=["vdem", "ucdp_onesided"])
    name = "vdem_v2clrgunev_ord_is_2"
    chosen = current_vintages(panel.vintages, date(2024, 6, 30))[name]
    assert (chosen.dataset, chosen.release, chosen.published) == ("vdem", "14", date(2024, 3, 31))
    table = vdem.read(data_dir / "vdem" / "ewp2024_vdem_v14.Rdata")
    released = panel.released_by(date(2024, 6, 30)).frame.set_index(KEYS)[name]
    direct = table.data.set_index(KEYS)[name.removeprefix("vdem_")]
    shared = released.index.intersection(direct.index)
    assert len(shared) > 10_000
    pd.testing.assert_series_equal(released[shared], direct[shared], check_names=False, check_dtype=False)
    # 2024 was coded in release 15, out in March 2025
    assert released.xs(2024, level="year").isna().all()
    assert panel.frame.set_index(KEYS)[name].xs(2024, level="year").notna().any()
    assert panel.current_releases(date(2024, 6, 30))["ucdp_osv_government_deaths"] == "ucdp_onesided 23.1"
    with pytest.raises(rtop.InputError, match="is picked"):
        rtop.load_panel(data_dir=data_dir, vintages=["vdem"], releases={"vdem": "14"})
