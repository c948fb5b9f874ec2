"""The record of published forecasts: misses first, open windows told, peers beside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast import cli
from rtop_forecast.evaluation import score_table
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS


@pytest.fixture(scope="module")
def panel():
    return rtop.load_panel()


@pytest.fixture(scope="module")
def folder(panel, tmp_path_factory):
    """Forecasts of a window that has closed and of one of which a year is coded."""
    out = tmp_path_factory.mktemp("published")
    features, target = rtop.build_features(panel, names=list(HISTORY_COLUMNS)), rtop.onset_target(panel)
    for origin, day in ((2018, "2018-12-31"), (2023, "2024-07-01")):
        made = rtop.forecast(HistoryLogit(HISTORY_COLUMNS), features, target, origin=origin, draws=20)
        day = max(day, made.issued.isoformat())
        rtop.lock_forecast(made, out / f"{origin}.json", locked_on=day)
    return out


def test_each_forecast_is_told_with_its_state(folder, panel):
    record = rtop.score_published(folder, panel)
    rows = record.forecasts.set_index("file")
    assert rows["closed"].to_dict() == {"2018.json": True, "2023.json": False}
    assert rows.loc["2023.json", "coded_to"] == 2024
    assert np.isnan(rows.loc["2023.json", "auc"])
    assert "2 published forecasts, of which 1 have closed" in record.summary()
    assert "window open, coded to 2024" in record.summary()


def test_scores_are_those_of_the_locked_forecast_alone(folder, panel):
    row = rtop.score_published(folder, panel).forecasts.set_index("file").loc["2018.json"]
    alone = rtop.score_locked(rtop.read_locked(folder / "2018.json"), rtop.onset_target(panel))
    for score in ("auc", "log_loss", "expected_observed", "recall_at_30"):
        assert row[score] == alone.scores[score]
    assert row["observed"] == alone.frame["outcome"].sum()


def test_onsets_are_those_of_the_list_misses_first(folder, panel):
    onsets = rtop.score_published(folder, panel).onsets
    events = rtop.onset_target(panel).frame
    for origin in (2018, 2023):
        listed = events[(events["onset"] == 1) & events["year"].between(origin + 1, origin + 2)]
        seen = onsets[onsets["origin_year"] == origin]
        assert sorted(zip(seen["country_id"], seen["year"], strict=True)) == sorted(
            zip(listed["country_id"], listed["year"], strict=True)
        )
    assert onsets["hit"].is_monotonic_increasing
    ranked = onsets.dropna(subset="rank")
    assert (ranked["hit"] == (ranked["rank"] <= 30)).all()
    lines = rtop.score_published(folder, panel).summary().splitlines()
    assert lines[1].startswith("Misses (onsets outside the first 30): ")


def test_a_peer_is_scored_on_the_states_that_both_forecast(folder, panel):
    locked = rtop.read_locked(folder / "2018.json").frame
    peer = locked[["country_id", "prob"]].iloc[5:].assign(origin_year=2018)
    peers = rtop.score_published(folder, panel, peers={"half": peer.assign(prob=peer["prob"] / 2)}).peers
    (row,) = peers.to_dict("records")
    outcome = rtop.score_locked(rtop.read_locked(folder / "2018.json"), rtop.onset_target(panel)).frame
    both = outcome[outcome["country_id"].isin(peer["country_id"])]
    scores = score_table(both["outcome"], both["prob"] / 2, groups=[0] * len(both))
    assert (row["file"], row["states"]) == ("2018.json", len(both))
    assert row["peer_auc"] == row["auc"] == scores["auc"]
    assert row["peer_log_loss"] == pytest.approx(scores["log_loss"], abs=1e-15)
    with pytest.raises(rtop.InputError, match="need country_id, origin_year and prob"):
        rtop.score_published(folder, panel, peers={"half": peer[["country_id"]]})


def test_the_projects_own_forecasts_are_as_they_were_published(panel):
    folder = Path(__file__).parents[2] / "published"
    record = rtop.score_published(folder, panel)
    page = (folder / "README.md").read_text(encoding="utf-8")
    for path in sorted(folder.glob("*.json")):
        locked = rtop.read_locked(path)
        row = next(line for line in page.splitlines() if f"`{path.name}`" in line)
        assert f"`{locked.sha256}`" in row
        assert locked.locked_on in row
        assert locked.timing in row
    assert len(record.forecasts) == page.count(".json`")


def test_a_folder_without_a_record_is_refused(panel, tmp_path):
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(rtop.InputError, match="holds no locked forecast"):
            rtop.score_published(place, panel)


def test_a_changed_record_is_refused(folder, panel, tmp_path):
    text = (folder / "2018.json").read_text()
    (tmp_path / "2018.json").write_text(text.replace('"rank": 1,', '"rank": 2,', 1))
    with pytest.raises(rtop.DataIntegrityError, match="changed after it was locked"):
        rtop.score_published(tmp_path, panel)


def test_the_command_prints_the_record(folder, capsys):
    assert cli.main(["record", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("2 published forecasts, of which 1 have closed")
    assert cli.main(["record", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in document["forecasts"]] == ["2018.json", "2023.json"]
    assert document["peers"] == []
    pd.testing.assert_frame_equal(
        pd.DataFrame(document["onsets"])[["name", "year"]],
        rtop.score_published(folder, rtop.load_panel()).onsets[["name", "year"]],
    )
