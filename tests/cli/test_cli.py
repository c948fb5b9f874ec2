"""The command: what it prints, what it writes, how it complains."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import rtop_forecast as rtop
from rtop_forecast.cli import before, commands, main
from rtop_forecast.cli.parser import parser
from rtop_forecast.models import BaseRate, HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS


@pytest.fixture
def quick(monkeypatch, few_features):
    """Small models on few features, so that the command's own work is what the tests wait for."""
    small = HistoryLogit(HISTORY_COLUMNS)
    few_features(monkeypatch)
    monkeypatch.setitem(vars(rtop), "default_model", lambda: small)
    monkeypatch.setitem(vars(rtop), "benchmark_models", lambda: {"base_rate": BaseRate(), "default": small})


resolve = rtop.resolve_state


def stop(*_, **__):
    message = "stopped"
    raise rtop.InputError(message)


def run(capsys, *words):
    code = main([*words])
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.mark.usefixtures("quick")
def test_rank_prints_a_table(capsys):
    code, out, err = run(capsys, "rank", "--top", "5", "--jobs", "1", "--quiet")
    lines = out.splitlines()
    assert code == 0
    assert err == ""
    assert "2026-2027" in lines[0]
    assert "of 16" in lines[0]
    assert lines[1].startswith("Expected number of states with an onset:")
    assert lines[2].startswith("Number that may be observed:")
    ranked = [line for line in lines if line.split() and line.split()[0] in "12345"]
    assert [line.split()[0] for line in ranked[-5:]] == ["1", "2", "3", "4", "5"]
    named = [*(factor.short for factor in rtop.RISK_FACTORS), "not separable"]
    assert all(any(words in line for words in named) for line in ranked[-5:])
    assert [line for line in lines if line.startswith("* a mass killing is under way")]
    (end,) = [place for place, line in enumerate(lines) if line.startswith("Where the data end: of ")]
    columns = ["source", "ends", "in", "final", "provisional", "carried", "missing"]
    assert lines[end + 1].split() == columns
    assert all(len(line.split()) >= 6 for line in lines[end + 2 :])


@pytest.mark.usefixtures("quick")
def test_rank_json_equals_the_files(capsys, tmp_path):
    code, out, _ = run(
        capsys, "rank", "--origin", "2015", "--json", "--jobs", "1", "--out", str(tmp_path / "new")
    )
    document = json.loads(out)
    assert code == 0
    assert (document["target_start"], document["target_end"]) == (2016, 2017)
    csv = pd.read_csv(tmp_path / "new" / "ranking.csv", converters={"prob": float})
    parquet = pd.read_parquet(tmp_path / "new" / "ranking.parquet")
    assert len(csv) == len(parquet) == document["states"]
    np.testing.assert_array_equal(csv["prob"], parquet["prob"])
    np.testing.assert_allclose([row["prob"] for row in document["ranking"]], csv["prob"].head(30), rtol=1e-14)
    assert csv["name"].tolist() == parquet["name"].tolist()
    assert json.loads((tmp_path / "new" / "provenance.json").read_text()) == document["provenance"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "provenance.json", "ranking.csv", "ranking.parquet",
    ]  # fmt: skip


@pytest.mark.usefixtures("quick")
def test_a_window_of_one_year_is_one_year(capsys):
    _, out, _ = run(capsys, "rank", "--origin", "2015", "--horizon", "1", "--top", "1", "--jobs", "1")
    assert "has begun or will begin in 2016: the 1 highest" in out


@pytest.mark.usefixtures("quick")
def test_same_bytes_on_a_second_run(capsys, tmp_path):
    outputs = []
    for name in ("one", "two"):
        _, out, _ = run(capsys, "rank", "--origin", "2020", "--jobs", "1", "--out", str(tmp_path / name))
        outputs.append([out.encode()] + [path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert outputs[0] == outputs[1]


@pytest.mark.usefixtures("quick")
def test_backtest_prints_every_score_for_every_model(capsys):
    code, out, _ = run(capsys, "backtest", "--first", "2018", "--jobs", "1")
    assert code == 0
    for score in ("auc", "ap", "log_loss", "brier", "expected_observed", "recall_at_30"):
        assert score in out.splitlines()
    assert out.count("default") == out.count("base_rate") >= 6


@pytest.mark.usefixtures("quick")
def test_backtest_json(capsys):
    _, out, _ = run(capsys, "backtest", "--first", "2018", "--json", "--jobs", "1")
    document = json.loads(out)
    assert set(document) == {"base_rate", "default"}
    scores = document["default"]
    assert scores["auc_low"] <= scores["auc"] <= scores["auc_high"]
    assert scores["positives"] > 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["rank", "--origin", "1900"], "origin 1900; choose one from 1961 to 2025"),
        (["rank", "--origin", "3000"], "origin 3000; choose one from 1961 to 2025"),
        (["rank", "--horizon", "50"], "--horizon 50 is too long"),
        (["rank", "--horizon", "50", "--origin", "1990"], "at most 23 years"),
        (["rank", "--data", "no/such/folder"], "no/such/folder does not exist"),
        (["rank", "--data", __file__], "is a file"),
        (["rank", "--out", "table.csv"], "has the name of a file. Name a folder, such as table"),
        (["rank", "--out", f"{__file__}/tables"], "test_cli.py is a file"),
        (["report", "--out", __file__], "is a file"),
        (["brief", "Sudan", "--out", "no/such/a.html"], "does not exist. Make"),
        (["brief", "Sudan", "--out", "sudan.pdf"], "Name it sudan.html"),
        (["brief", "Sudan", "--out", "."], "is a folder"),
        (["lock", "--date", "2026-07-01", "--out", "a.txt"], "Name it a.json"),
        (["lock", "--date", "2026-07-01", "--out", __file__], "never overwritten"),
        (["lock", "--date", "2020-01-01", "--out", "a.json"], "lies before 2026-06-30"),
        (["explain", "Liechtenstein"], "fewer than 500,000 inhabitants"),
        (["explain", "South Sudan", "--origin", "2005"], "South Sudan (626) 2011"),
        (["backtest", "--first", "2024"], "Choose origins up to 2022"),
        (["backtest", "--first", "1950"], "Give --first 19"),
        (["backtest", "--first", "2000", "--last", "1999"], "Swap them"),
        (["backtest", "--horizon", "50"], "origin"),
    ],
)
def test_wrong_values_end_with_2_and_one_line_before_any_work(capsys, monkeypatch, words, hint):
    monkeypatch.setattr(rtop, "backtest", lambda *_, **__: pytest.fail("work began"))
    code, out, err = run(capsys, *words, "--jobs", "1")
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert hint in err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["rnak"], "rnak"),
        (["rank", "--top", "0"], "argument --top: '0' is not an integer of at least 1"),
        (["rank", "--jobs", "0"], "give 1 to 1000, or -1 for one per core"),
        (["rank", "--jobs", "100000"], "give 1 to 1000"),
        (["rank", "--seed", "-1"], "argument --seed: '-1' is not an integer from 0 to 2147483647"),
        (["rank", "--seed", "1.5"], "--seed"),
        (["rank", "--origin", "last"], "a year of four digits"),
        (["explain", "--origin", "2020"], "STATE"),
        (["lock", "--out", "a.json", "--date", "2026-13-01"], "a day written as YYYY-MM-DD"),
        (["lock", "--out", "a.json", "--date", "20260701"], "a day written as YYYY-MM-DD"),
        (["report", "--out", "r", "--json"], "--json"),
        (["rank", "--orig", "2020"], "--orig"),
        (["completion", "csh"], "bash"),
        (["rank", "--horizon", "x"], "--horizon"),
        ([], "COMMAND"),
    ],
)
def test_wrong_arguments_end_with_2_and_one_line(capsys, words, hint):
    with pytest.raises(SystemExit) as ended:
        main(words)
    err = capsys.readouterr().err
    assert ended.value.code == 2
    assert err.count("\n") == 1
    assert hint in err


@pytest.mark.parametrize("words", [["rank"], ["report"], ["fetch", "epr"]])
def test_a_folder_that_may_not_be_written_is_refused_before_any_work(capsys, monkeypatch, tmp_path, words):
    for name in ("load_panel", "fetch"):
        monkeypatch.setattr(rtop, name, lambda *_, **__: pytest.fail("work began"))
    monkeypatch.setattr("os.access", lambda *_: False)
    code, out, err = run(capsys, *words, "--out", str(tmp_path / "new" / "deep"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"no permission to write into {tmp_path}" in err
    assert list(tmp_path.iterdir()) == []


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert rtop.__version__ in capsys.readouterr().out


def test_sources_and_fetch_list_what_there_is(capsys, tmp_path):
    from rtop_forecast.cli import main

    assert main(["sources"]) == 0
    text = capsys.readouterr().out
    assert "ucdp-ged-25.1" in text
    assert "https://v-dem.net/data/the-v-dem-dataset/" in text
    assert all(len(line) <= 105 or "https://" in line for line in text.splitlines())
    assert main(["sources", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["sources"]) >= 40
    assert main(["fetch", "--list"]) == 0
    assert "epr-2021" in capsys.readouterr().out
    (tmp_path / "mine.csv").write_text("a\n1\n")
    assert main(["sources", "--data", str(tmp_path)]) == 0
    assert "not recognised" in capsys.readouterr().out
    assert main(["fetch", "vdem"]) == 2
    assert "form or login" in capsys.readouterr().err


def test_a_reference_that_is_none_ends_with_2_and_one_line(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["explain", "Sudan", "--compared-with", "moon"])
    err = capsys.readouterr().err
    assert ended.value.code == 2
    assert err.count("\n") == 1
    assert "'moon' is not one of world, own past, region" in err


@pytest.mark.usefixtures("quick")
def test_explain_compares_with_the_reference_it_is_given(capsys):
    words = ["explain", "Sudan", "--origin", "2021", "--json", "--jobs", "1", "--compared-with", "own past"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["compared_with"] == "its own 2011-2020"


@pytest.mark.usefixtures("quick")
def test_rank_and_report_take_one_route_and_the_length_of_the_backtest_changes_nothing():
    """The calibrator learns from the same latest origins, whether one or many are scored."""
    arguments = parser().parse_args(["rank", "--origin", "2000", "--jobs", "1", "--quiet"])
    short = commands.forecast_of(arguments)
    long, many = commands._forecast_and_backtest(arguments)
    assert many.frame["origin_year"].unique().tolist() == list(range(1993, 1999))
    pd.testing.assert_frame_equal(short.frame, long.frame, check_exact=True)


@pytest.mark.parametrize("origin", [[], ["--origin", "2024"]])
@pytest.mark.parametrize("command", [["explain"], ["brief", "--out", "never.html"]])
def test_a_misspelt_state_gets_suggestions_before_any_work(command, origin, capsys, monkeypatch):
    monkeypatch.setattr(rtop, "backtest", lambda *_, **__: pytest.fail("work began"))
    assert main([*command, "Soth Sudan", *origin]) == 2
    error = capsys.readouterr().err
    assert "did you mean South Sudan" in error
    assert error.count("\n") == 1
    assert main([*command, "99999", *origin]) == 2
    assert "99999" in capsys.readouterr().err


@pytest.mark.parametrize("state", ["SDN", "Soudan", "625", " sudan ", "Sudán"])
def test_a_state_is_known_by_code_number_and_name_in_other_languages(state, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(
        before.rtop, "resolve_state", lambda *a, **k: asked.append(resolve(*a, **k)) or asked[-1]
    )
    monkeypatch.setattr(rtop, "backtest", stop)
    assert main(["explain", state, "--origin", "2020"]) == 2
    assert capsys.readouterr().err == "rtop-forecast explain: stopped\n"
    assert asked == [625]


@pytest.mark.parametrize(
    ("words", "origin"),
    [(["explain", "Sudan", "--year", "2020"], 2020), (["explain", "Sudan", "--origin", "2020"], 2020)],
)
def test_the_earlier_name_of_an_option_works_and_is_not_shown(capsys, words, origin):
    assert parser().parse_args(words).origin == origin
    assert str(parser().parse_args(["fetch", "--to", "x"]).out) == "x"
    for command, name in (("explain", "--year"), ("fetch", "--to")):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert f"{name} " not in capsys.readouterr().out


@pytest.mark.usefixtures("quick")
def test_explain_and_lock_agree(capsys, tmp_path):
    arguments = ["--origin", "2021", "--jobs", "1"]
    assert main(["lock", "--out", str(tmp_path / "a.json"), "--date", "2022-06-30", *arguments]) == 0
    capsys.readouterr()
    locked = rtop.read_locked(tmp_path / "a.json").frame.set_index("name")
    assert main(["explain", "SDN", "--origin", "2021", "--json", "--jobs", "1"]) == 0
    document = json.loads(capsys.readouterr().out)
    prob = 1 / (1 + np.exp(-document["log_odds"]))
    assert prob == pytest.approx(locked.loc["Sudan", "prob"], rel=1e-9)
    total = sum(row["contribution"] for row in document["by_feature"])
    assert document["baseline"] + total == pytest.approx(document["log_odds"], abs=1e-9)


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_report_writes_a_page(capsys, tmp_path):
    assert main(["report", "--out", str(tmp_path / "r"), "--jobs", "1"]) == 0
    assert "27 files" in capsys.readouterr().out
    page = (tmp_path / "r" / "index.html").read_text()
    assert "Where could it happen that a new mass killing begins in 2026-2027?" in page
    assert len(list((tmp_path / "r").iterdir())) == 27


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_brief_writes_the_page_of_one_state(capsys, tmp_path):
    file = tmp_path / "south_sudan.html"
    assert main(["brief", "south sudan", "--out", str(file), "--jobs", "1"]) == 0
    assert str(file) in capsys.readouterr().out
    assert "<h1>South Sudan: the risk that a new mass killing begins in 2026-2027</h1>" in file.read_text()
