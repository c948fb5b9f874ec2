"""The command with a provisional list: marked, told, refused where it has no effect, and absent unless asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.cli import main
from rtop_forecast.cli.kept import forecast_parts
from rtop_forecast.cli.parser import parser
from rtop_forecast.models import ElasticNetLogit
from rtop_forecast.storage.bundled import datasets_dir

BUNDLED = datasets_dir() / "provisional" / "episodes.csv"


@pytest.fixture(autouse=True)
def _quick(monkeypatch, few_features):
    few_features(monkeypatch)
    monkeypatch.setitem(vars(rtop), "default_model", lambda: ElasticNetLogit(lam=0.3, scaled=True))


def run(capsys, *words):
    code = main([*words, "--jobs", "1", "--quiet"])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_list_sets_the_day_and_marks_its_states(capsys):
    code, text, _ = run(capsys, "rank", "--provisional", "--top", "200")
    assert code == 0
    newest = rtop.load_provisional_episodes().last_known_on
    assert f"as known on {newest.isoformat()}" in text
    marked = [line for line in text.splitlines() if "+ " in line and "%" in line]
    states = rtop.load_provisional_episodes().frame["name"].unique()
    assert len(marked) == len(states)
    assert all(any(f" {state} " in line for line in marked) for state in states)
    assert (
        "  Syria: A new episode began in 2025 (state-led): 1,824 civilians killed, 2025-03 to 2026-02."
        in text
    )
    assert "  Iran: A new episode began in 2026, after the origin and so in the window (state-led)" in text
    assert "Provisional episodes of episodes.csv: 7, no outcome" in text
    _, plain, _ = run(capsys, "rank", "--as-of", newest.isoformat(), "--top", "200")
    assert "rovisional episodes" not in plain
    assert "provisional list" not in plain


def test_a_list_of_ones_own_in_another_language(capsys, tmp_path):
    own = tmp_path / "own.csv"
    pd.read_csv(BUNDLED, dtype="str", keep_default_na=False).head(2).to_csv(own, index=False)
    code, text, _ = run(capsys, "rank", "--provisional", str(own), "--lang", "fr", "--top", "3")
    assert code == 0
    assert "liste provisoire des épisodes (own.csv, 2 lignes)" in text
    code, text, _ = run(capsys, "explain", "Burkina Faso", "--provisional", str(own))
    assert code == 0
    assert text.count("  Burkina Faso: The episode begun in ") == 2
    _, out, _ = run(capsys, "explain", "Burkina Faso", "--provisional", str(own), "--json")
    assert [one["episode_id"] for one in json.loads(out)["provisional"]] == ["bfa-2019-n1", "bfa-2022-s1"]


@pytest.mark.parametrize(
    "asked", [("--origin", "2024"), ("--origin", "2025"), ("--as-of", "2026-11-29")], ids=str
)
def test_a_list_without_effect_is_refused_before_any_work(capsys, monkeypatch, asked):
    monkeypatch.setitem(vars(rtop), "load_panel", lambda **_: pytest.fail("loaded"))
    code, out, err = run(capsys, "rank", "--provisional", *asked)
    assert code != 0
    assert out == ""
    assert "--provisional has no effect: none of the 7 rows of episodes.csv was written by" in err
    assert "Give --as-of 2026-11-30 or later" in err


def test_a_file_that_is_none_is_refused_before_any_work(capsys, monkeypatch):
    monkeypatch.setitem(vars(rtop), "load_panel", lambda **_: pytest.fail("loaded"))
    code, out, err = run(capsys, "rank", "--provisional", "nowhere.csv")
    assert code != 0
    assert out == ""
    assert "the provisional list nowhere.csv cannot be read" in err


def test_the_list_is_part_of_the_key(tmp_path):
    def key(*words):
        return forecast_parts(parser().parse_args(["rank", *words]))

    own = tmp_path / "own.csv"
    own.write_bytes(BUNDLED.read_bytes())
    keys = [key(), key("--provisional"), key("--provisional", str(own))]
    own.write_bytes(BUNDLED.read_bytes() + b"\n")
    keys.append(key("--provisional", str(own)))
    assert all(one != other for place, one in enumerate(keys) for other in keys[:place])
    assert "provisional" not in keys[0]


@pytest.mark.parametrize("command", ["explain", "brief"])
def test_a_state_behind_the_option_is_not_taken_for_a_file(capsys, command):
    with pytest.raises(SystemExit) as left:
        main([command, "--provisional", "South Sudan"])
    said = capsys.readouterr().err
    assert left.value.code == 2
    assert said.count("\n") == 1
    assert "'South Sudan' is neither a file nor a name in .csv" in said
    assert "as in: 'South Sudan' --provisional" in said


def test_a_file_of_any_name_that_exists_is_the_list(tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("")
    for word in (str(mine), "absent.csv"):
        arguments = parser().parse_args(["explain", "--provisional", word, "Mali"])
        assert (arguments.provisional, arguments.state) == (Path(word), "Mali")
    assert parser().parse_args(["explain", "Mali", "--provisional"]).provisional is True
