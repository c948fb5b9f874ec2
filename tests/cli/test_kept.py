"""A command reads what it or another has computed from the same data, and says the same."""

import json
import shutil

import pytest

import rtop_forecast as rtop
from rtop_forecast.cli import commands, main
from rtop_forecast.cli.streams import say_each_time
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS

ASKED = ["--origin", "2015", "--jobs", "1", "--quiet"]


@pytest.fixture
def _quick(monkeypatch, tmp_path, few_features):
    """Small model on few features, and a cache of its own."""
    few_features(monkeypatch)
    monkeypatch.setitem(vars(rtop), "default_model", lambda: HistoryLogit(HISTORY_COLUMNS))
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))


def run(capsys, *words):
    code = main([*words])
    out = capsys.readouterr()
    assert out.err == ""
    assert code == 0
    return out.out


@pytest.mark.slow
@pytest.mark.usefixtures("_quick")
def test_commands_share_what_was_computed_once(capsys, monkeypatch, tmp_path):
    rank = ["rank", *ASKED, "--json"]
    first = run(capsys, *rank)
    brief = ["brief", "Chad", *ASKED, "--out"]
    run(capsys, *brief, str(tmp_path / "one.html"))
    assert run(capsys, "cache").startswith("3 results and tables, ")

    def fail(*_, **__):
        pytest.fail("computed again")

    for name in ("load_panel", "build_features", "backtest", "forecast"):
        monkeypatch.setattr(rtop, name, fail)
    assert run(capsys, *rank) == first
    assert json.loads(run(capsys, "explain", "Sudan", *ASKED, "--json"))["state"] == "Sudan"
    run(capsys, *brief, str(tmp_path / "two.html"))
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert main(["explain", "Soth Sudan", *ASKED]) == 2
    assert "did you mean South Sudan" in capsys.readouterr().err


@pytest.mark.usefixtures("_quick")
def test_nothing_is_read_or_kept_where_that_is_asked(capsys):
    asked = run(capsys, "rank", *ASKED, "--json", "--no-cache")
    assert run(capsys, "cache").startswith("0 results and tables, 0 MB")
    assert run(capsys, "rank", *ASKED, "--json") == asked
    assert run(capsys, "cache").startswith("2 results and tables, ")  # the forecast and the answer
    assert run(capsys, "cache", "--clear").startswith("2 results and tables removed from ")
    assert run(capsys, "cache").startswith("0 results and tables, ")


@pytest.mark.slow
@pytest.mark.usefixtures("_quick")
def test_another_argument_or_a_changed_folder_is_another_result(capsys, tmp_path, data_dir):
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(data_dir / "governance" / "powell_thyne_coups_final.txt", data)
    note = data / "note.txt"
    note.write_text("no release")
    words = ["rank", "--data", str(data), "--jobs", "1", "--origin"]
    for asked in (["2015"], ["2015"], ["2014"], ["2015", "--horizon", "1"], ["2015", "--seed", "3"]):
        main([*words, *asked])
    note.write_text("NO RELEASE")
    main([*words, "2015"])
    capsys.readouterr()
    assert run(capsys, "cache").startswith("10 results and tables, ")  # five forecasts and their answers


@pytest.fixture
def counted(monkeypatch):
    """How often a forecast was read or made for an answer."""
    calls = []
    forecast_of = commands.forecast_of
    monkeypatch.setattr(commands, "forecast_of", lambda arguments: calls.append(1) or forecast_of(arguments))
    return calls


@pytest.mark.usefixtures("_quick")
def test_an_answer_is_given_again_and_another_question_is_answered_anew(capsys, counted):
    rank = ["rank", *ASKED, "--top", "5"]
    first = run(capsys, *rank)
    assert run(capsys, *rank) == first
    assert len(counted) == 1
    assert run(capsys, "rank", *ASKED, "--top", "4") != first
    assert run(capsys, *rank, "--lang", "fr") != first
    assert run(capsys, "explain", "Chad", *ASKED) != run(capsys, "explain", "Mali", *ASKED)
    assert len(counted) == 5


@pytest.mark.usefixtures("_quick")
def test_an_answer_that_was_changed_on_disk_is_made_anew(capsys, counted, tmp_path):
    rank = ["rank", *ASKED, "--top", "5"]
    first = run(capsys, *rank)
    (entry,) = (tmp_path / "cache" / "results").glob("answer-*/answer.json")
    content = entry.read_text(encoding="utf-8")
    entry.write_text(content.replace("Risk that", "Risk then"), encoding="utf-8")
    assert main(rank) == 0
    assert capsys.readouterr().out == first
    assert len(counted) == 2
    assert entry.read_text(encoding="utf-8") == content


@pytest.mark.usefixtures("_quick")
def test_what_is_written_into_a_folder_is_written_each_time(capsys, counted, tmp_path):
    for name in ("one", "two"):
        run(capsys, "rank", *ASKED, "--out", str(tmp_path / name))
        assert (tmp_path / name / "ranking.csv").is_file()
    assert len(counted) == 2


@pytest.mark.usefixtures("_quick")
def test_lines_beside_an_answer_are_said_each_time(capsys, monkeypatch):
    asked = ["rank", *ASKED, "--top", "3"]
    forecast_of = commands.forecast_of

    def telling(arguments):
        say_each_time("3 files were used")
        return forecast_of(arguments)

    monkeypatch.setattr(commands, "forecast_of", telling)
    for _ in range(2):
        assert main(asked) == 0
        assert capsys.readouterr().err == "3 files were used\n"
