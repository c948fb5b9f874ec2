"""A researcher's day from her own files to a report goes through without one surprise."""

from __future__ import annotations

import random
import runpy
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SCRIPT = Path(__file__).with_name("researchers_day.py")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """Names of the script after its run, and the folder in which it ran."""
    folder = tmp_path_factory.mktemp("day")
    # LightGBM and matplotlib draw from the global generators; the guard in conftest.py is for our code
    state = np.random.get_state(), random.getstate()  # noqa: NPY002
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error")
        patch.chdir(folder)
        names = runpy.run_path(str(SCRIPT))
    np.random.set_state(state[0])  # noqa: NPY002
    random.setstate(state[1])
    return names, folder


def test_every_name_is_the_state_it_means_in_its_years(day):
    names, _ = day
    frame = names["panel"].frame.set_index(["country_id", "year"])
    begun = frame.loc[frame["expulsion_onset"] > 0].index
    expected = {
        (775, 2012), (775, 2017), (490, 1999), (490, 2016), (490, 1993), (437, 2002), (437, 2010), (626, 2013),
        (625, 2003), (625, 2023), (482, 2012), (482, 2020), (345, 1998), (346, 1992), (344, 1995), (365, 1999),
        (652, 2011), (645, 2014), (483, 2006), (530, 2020), (501, 2007), (475, 2013), (816, 2001), (780, 2006),
        (812, 1990), (860, 2006), (760, 1990), (42, 2015), (640, 1992), (640, 2015), (373, 2023), (516, 2015),
        (517, 1994), (100, 2001),
    }  # fmt: skip
    assert set(begun) == expected
    # what was given twice counts once, what goes on is under way in the last year
    assert frame.loc[(100, 2001), "expulsion_onset"] == 1
    assert frame.loc[(625, 2024), "expulsion_ongoing"] == 1


def test_what_is_no_state_is_listed_and_nothing_else_is_lost(day):
    names, folder = day
    lost = pd.read_csv(folder / "not_matched.csv")
    own = lost[lost["source"].eq("own-expulsion")]
    assert sorted(own["code"]) == ["Colombia", "Hong Kong SAR, China"]
    climate = lost[lost["source"].eq("own-climate")]
    repeats = climate["reason"].str.contains("repeat")
    assert int(climate.loc[repeats, "rows"].sum()) == 40
    by_code = climate[~repeats].groupby("code")["rows"].sum().to_dict()
    assert by_code == {"WLD": 29, "SSF": 29, "HIC": 29, "HKG": 29, "SSD": 16, "XKX": 13}
    given = names["covariates"].drop_duplicates()
    assert len(given) - sum(by_code.values()) == names["panel"].frame["climate_drought"].notna().sum()


def test_the_models_are_compared_on_the_same_rows_and_leak_nothing(day):
    names, folder = day
    one, other = names["results"].values()
    assert (
        one.frame[["country_id", "origin_year"]].to_numpy()
        == other.frame[["country_id", "origin_year"]].to_numpy()
    ).all()
    assert names["comparison"].names == ("pipeline", "lightgbm")
    assert names["comparison"].rows == len(one.frame)
    assert names["audit"].clean, names["audit"].summary()
    scores = one.score_frame(draws=200)
    assert ((scores["low"] <= scores["value"]) & (scores["value"] <= scores["high"])).all()
    table = (folder / "scores.tex").read_text(encoding="utf-8")
    assert r"\caption{Scores \& intervals}" in table
    assert f"{scores.loc['auc', 'value']:.2f}" in table
    assert "lightgbm" in (folder / "comparison.tex").read_text(encoding="utf-8")


def test_the_figures_are_on_her_own_axes(day):
    names, folder = day
    ranked, over_time, reliable, reasons = names["axes"].flat
    first = names["fc"].ranking()["name"].head(12).tolist()[::-1]  # the lowest rank stands lowest
    labels = [label.get_text() for label in ranked.get_yticklabels()]
    assert all(label.startswith(name) for label, name in zip(labels, first, strict=True))
    assert {"DR Congo", "Sudan"} <= {line.get_label() for line in over_time.lines}
    assert reliable.get_xscale() == "log"
    assert reasons.patches
    assert [each.get_title(loc="left") for each in names["axes"].flat] == list("abcd")
    assert (folder / "figures.pdf").read_bytes().startswith(b"%PDF")


def test_the_forecast_is_of_her_outcome_and_explained_by_her_variables(day):
    names, _ = day
    ranking = names["fc"].ranking()
    assert ranking["rank"].is_monotonic_increasing
    assert ((ranking["prob_low"] <= ranking["prob"]) & (ranking["prob"] <= ranking["prob_high"])).all()
    assert (ranking["prob_1y"] <= ranking["prob_2y"]).all()
    reasons = names["attributions"].to_frame()
    assert names["attributions"].name == "Sudan"
    total = names["attributions"].baseline + reasons["contribution"].sum()
    assert total == pytest.approx(names["attributions"].log_odds, abs=1e-9)
    assert {"climate_drought", "climate_food_price"} <= set(reasons["feature"])
    assert any(name.startswith("expulsion") for name in reasons["feature"])
    case = names["case"]
    assert case.frame["origin_year"].tolist() == list(range(2012, 2023))
    assert case.left_out == {"no origin of the backtest": tuple(range(2000, 2012))}


def test_what_was_saved_comes_back_and_merges_with_a_map(day):
    names, _ = day
    pd.testing.assert_frame_equal(names["again"].ranking(), names["fc"].ranking(), check_exact=True)
    drawn = names["drawn"].set_index("ISO_A3")["name"]
    assert drawn[drawn.isna()].index.tolist() == ["GRL"]
    assert drawn[["MMR", "ROU", "ZWE", "XKX"]].tolist() == ["Myanmar", "Romania", "Zimbabwe", "Kosovo"]


def test_the_report_speaks_of_her_outcome(day):
    names, folder = day
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert names["written"]["index.html"].name == "index.html"
    assert "a new episode of expulsion begins in 2025-2026" in page
    assert "Events of the user&#39;s own, called expulsion." in page
