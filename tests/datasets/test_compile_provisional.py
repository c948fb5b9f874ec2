"""The compile script of the provisional list: same bytes, and no row that the events do not bear."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError, DataIntegrityError

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("compile_provisional", DATASETS / "compile_provisional.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def events(script, more_dir):
    return script.candidate_events(more_dir / "ucdp")


def edited(script, tmp_path, edit):
    table = pd.read_csv(script.ANNOTATIONS, dtype="str", keep_default_na=False)
    path = tmp_path / "provisional_episodes.csv"
    edit(table).to_csv(path, index=False)
    return path


def refused(script, more_dir, events, tmp_path, monkeypatch, edit):
    monkeypatch.setattr(script, "candidate_events", lambda _: events)
    with pytest.raises(DataIntegrityError) as caught:
        script.compile_provisional(more_dir / "ucdp", edited(script, tmp_path, edit))
    return str(caught.value)


def test_same_bytes_as_the_bundled_list(script, more_dir):
    assert script.compile_provisional(more_dir / "ucdp") == script.OUT.read_bytes()


def test_an_actor_who_kills_a_thousand_is_of_an_episode(script, more_dir, events, tmp_path, monkeypatch):
    def without_syria(table):
        return table[table["episode_id"] != "syr-2025-s1"]

    message = refused(script, more_dir, events, tmp_path, monkeypatch, without_syria)
    assert "Government of Syria killed 1,000 civilians or more in Syria within 12 months" in message


def test_an_actor_who_kills_fewer_is_of_none(script, more_dir, events, tmp_path, monkeypatch):
    def with_haiti(table):
        syria = table[table["episode_id"] == "syr-2025-s1"]
        haiti = {"episode_id": "hti-2025-n1", "country_id": "41", "name": "Haiti", "actors": "Viv Ansanm"}
        return pd.concat([table, syria.assign(**haiti, place="Haiti")])

    message = refused(script, more_dir, events, tmp_path, monkeypatch, with_haiti)
    assert "hti-2025-n1: its actor killed fewer than 1,000 in any 12 months" in message


def test_an_actor_without_events_is_refused(script, more_dir, events, tmp_path, monkeypatch):
    def misspelt(table):
        return table.assign(actors=table["actors"].str.replace("JAS", "Jas"))

    message = refused(script, more_dir, events, tmp_path, monkeypatch, misspelt)
    assert "nga-2010-n1: 'Jas' has no one-sided event in Nigeria" in message


def test_every_release_is_needed(script, tmp_path):
    with pytest.raises(CoverageError, match="lacks 2 of 2 releases"):
        script.candidate_events(tmp_path)


def test_the_begin_is_the_first_month_of_a_hundred(script):
    months = pd.period_range("2025-01", "2026-12", freq="M")
    events = pd.DataFrame({"month": months, "deaths": [10, 99, 100, 800, *[0] * 19, 5]})
    assert script._begin(events) == pd.Period("2025-03", "M")
    assert script._begin(events.assign(deaths=[80] * 24)) is None
