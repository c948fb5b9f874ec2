"""A command reads what it or another has computed from the same data, and says the same."""

import json
import shutil

import pytest

import rtop_forecast as rtop
from rtop_forecast.cli import main
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
    assert run(capsys, "cache").startswith("2 results and tables, ")

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
    assert run(capsys, "cache").startswith("1 results and tables, ")
    assert run(capsys, "cache", "--clear").startswith("1 results and tables removed from ")
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
    assert run(capsys, "cache").startswith("5 results and tables, ")
