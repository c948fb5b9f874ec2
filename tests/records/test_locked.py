"""Locked forecasts: every byte counts, nothing is overwritten, scored only when the window has closed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import rtop_forecast as rtop
from rtop_forecast import cli
from rtop_forecast.evaluation import score_table
from rtop_forecast.models import ElasticNetLogit


@pytest.fixture(scope="module")
def parts(core_names):
    panel = rtop.load_panel()
    features, target = rtop.build_features(panel, names=core_names), rtop.onset_target(panel)
    model = ElasticNetLogit(lam=0.3, scaled=True)
    return [
        rtop.forecast(model, features, target, origin=origin, draws=20) for origin in (2021, 2024)
    ], target


@pytest.fixture
def locked(parts, tmp_path):
    path = tmp_path / "locked.json"
    digest = rtop.lock_forecast(parts[0][0], path, locked_on="2022-06-30")
    return path, digest


def test_a_record_comes_back_with_every_digit(parts, locked):
    path, digest = locked
    record = rtop.read_locked(path)
    assert record.sha256 == digest
    assert record.window == (2022, 2023)
    assert record.frame["prob"].tolist() == parts[0][0].frame["prob"].tolist()
    assert record.frame["rank"].tolist() == parts[0][0].frame["rank"].tolist()
    assert record.provenance["sha256"]


def test_a_changed_byte_is_noticed(locked):
    path, _ = locked
    text = path.read_text()
    place = text.index('"prob": 0.') + 10
    path.write_text(text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :])
    with pytest.raises(rtop.DataIntegrityError, match="changed after it was locked"):
        rtop.read_locked(path)
    for content, words in (("{}", "lacks the format"), ("x", "not a locked forecast")):
        path.write_text(content)
        with pytest.raises(rtop.DataIntegrityError, match=words):
            rtop.read_locked(path)
    path.write_text(json.dumps({"format": "rtop_forecast.locked", "version": 9}))
    with pytest.raises(rtop.DataIntegrityError, match="version 9"):
        rtop.read_locked(path)


def test_nothing_is_overwritten_and_dates_are_dates(parts, locked):
    path, _ = locked
    before = path.read_bytes()
    with pytest.raises(rtop.InputError, match="never overwritten"):
        rtop.lock_forecast(parts[0][0], path, locked_on="2022-06-30")
    assert path.read_bytes() == before
    with pytest.raises(rtop.InputError, match="YYYY-MM-DD"):
        rtop.lock_forecast(parts[0][0], path.with_name("b.json"), locked_on="30 June")


def test_scores_are_those_of_what_happened(parts, locked):
    path, _ = locked
    result = rtop.score_locked(rtop.read_locked(path), parts[1])
    frame = parts[0][0].frame
    expected = score_table(frame["outcome"], frame["prob"], groups=None)
    assert result.scores == pytest.approx(expected)
    assert "onset: Sudan" in result.summary()


def test_an_open_window_or_another_target_is_refused(parts, tmp_path):
    forecasts, target = parts
    rtop.lock_forecast(forecasts[1], tmp_path / "open.json", locked_on="2025-06-30")
    record = rtop.read_locked(tmp_path / "open.json")
    with pytest.raises(rtop.CoverageError, match="2025-2026 has not closed: events are coded to 2024"):
        rtop.score_locked(record, target)
    with pytest.raises(rtop.InputError, match="within 1"):
        rtop.score_locked(record, rtop.onset_target(rtop.load_panel(), horizon=1))
    with pytest.raises(rtop.InputError, match=r"the target of mass_killing \(incidence\)"):
        rtop.score_locked(record, rtop.onset_target(rtop.load_panel(), kind="incidence"))


def test_the_command_scores_a_record(locked, capsys):
    path, digest = locked
    assert cli.main(["score", str(path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sha256"] == digest
    assert document["scores"]["auc"] > 0.7
    assert cli.main(["lock", "--out", str(path), "--date", "2026-01-01"]) == 2
    assert "never overwritten" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("day", "timing"),
    [
        ("2022-06-30", "after its window opened"),
        ("2023-12-31", "after its window opened"),
        ("2024-01-01", "after its window closed"),
    ],
)
def test_a_lock_within_or_after_its_window_is_marked(parts, tmp_path, day, timing):
    path = tmp_path / "lock.json"
    rtop.lock_forecast(parts[0][0], path, locked_on=day)
    body = json.loads(path.read_text())["record"]
    assert (body["timing"], body["retrospective"]) == (timing, True)
    record = rtop.read_locked(path)
    assert (record.timing, record.retrospective) == (timing, True)
    score = rtop.score_locked(record, parts[1])
    assert (score.timing, score.retrospective) == (timing, True)
    assert f"retrospective: locked {timing}" in score.summary()


def test_a_lock_before_its_window_is_not_marked(parts, locked):
    record = replace(rtop.read_locked(locked[0]), locked_on="2021-12-31")
    assert (record.timing, record.retrospective) == ("before its window opened", False)
    assert "retrospective" not in rtop.score_locked(record, parts[1]).summary()


def test_a_lock_before_the_date_of_issue_is_refused(parts, tmp_path):
    with pytest.raises(rtop.InputError, match="locked_on 2022-06-29 lies before 2022-06-30"):
        rtop.lock_forecast(parts[0][0], tmp_path / "lock.json", locked_on="2022-06-29")
    assert not list(tmp_path.iterdir())
