"""The update of a folder: what it says, what it writes, and how it ends where something fails."""

from __future__ import annotations

import json

import pytest

import rtop_forecast as rtop
from rtop_forecast.cli import main
from rtop_forecast.models import ElasticNetLogit

NAMES = ["infant_mortality_log", "mk_ever", "ucdp_intensity"]
TERROR = "pts_pts_s"


@pytest.fixture
def quick(monkeypatch):
    """A small model on few features, the terror scale among them where a folder has it."""
    build = rtop.build_features

    def few(panel):
        return build(panel, names=[*NAMES, *([TERROR] if TERROR in panel.frame.columns else [])])

    monkeypatch.setitem(vars(rtop), "build_features", few)
    monkeypatch.setitem(vars(rtop), "default_model", lambda: ElasticNetLogit(lam=0.3, scaled=True))


def run(capsys, *words):
    code = main(["update", *map(str, words), "--quiet"])
    out = capsys.readouterr()
    return code, out.out, out.err


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_dry_run_says_what_it_would_fetch_and_writes_nothing(
    publisher, offered, release_folder, pts, onesided, capsys
):
    offered()
    publisher.bodies |= {"PTS-2025.csv": pts[1], "ucdp-onesided-231-csv.zip": onesided}
    before = contents(release_folder)
    code, out, err = run(capsys, "--data", release_folder, "--dry-run")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "2 datasets can be had without a login:"
    assert lines[1].split() == ["pts-2025", "to", "fetch", "had", "2024"]
    assert lines[2].strip().endswith("/PTS-2025.csv")
    assert lines[3].split() == ["ucdp-onesided-23.1", "to", "fetch"]
    text = " ".join(out.split())
    assert "datasets by hand, from the page named, into" in text
    assert "V-Dem-CY-*.csv" in text
    assert "https://v-dem.net/data/the-v-dem-dataset/ (login)" in text
    assert contents(release_folder) == before


@pytest.mark.usefixtures("quick")
def test_an_update_tells_what_changed_and_why(publisher, offered, release_folder, pts, capsys):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = pts[1]
    words = ["--data", release_folder, "--jobs", "1", "--no-cache"]
    code, out, err = run(capsys, *words, "--json")
    assert code == 0, err
    document = json.loads(out)
    assert [(one["key"], one["state"]) for one in document["releases"]] == [("pts-2025", "fetched")]
    changes = document["changes"]
    assert changes["states"] > 150
    assert changes["largest"], "a year of scores moves some states"
    for one in changes["largest"]:
        assert set(one["parts"]) >= {"revised information", "new information", "refitted model"}
        low, high = one["change_odds_low"], one["change_odds_high"]
        assert low <= one["change_odds"] <= high
        assert all((reason["odds"] > 1) == (one["change_odds"] > 1) for reason in one["reasons"])
    assert (release_folder / "pts-2025" / "PTS-2025.csv").read_bytes() == pts[1]
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "Nothing new: the folder and the ranking are as they were."


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_the_changes_stand_in_the_text(publisher, offered, release_folder, pts, capsys):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = pts[1]
    code, out, err = run(capsys, "--data", release_folder, "--jobs", "1", "--no-cache")
    assert code == 0, err
    text = " ".join(out.split())
    assert "pts-2025 fetched had 2024; not registered: it was found by its number" in text
    assert "states changed clearly" in text
    assert "moved by:" in text
    assert "parts:" in text


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_an_empty_folder_is_compared_with_the_tables_of_the_package(
    publisher, offered, tmp_path, onesided, capsys
):
    offered("ucdp-onesided-23.1")
    publisher.bodies["ucdp-onesided-231-csv.zip"] = onesided
    code, out, err = run(capsys, "--data", tmp_path, "--jobs", "1", "--no-cache")
    assert code == 0, err
    assert "ucdp-onesided-23.1" in out
    assert [path.name for path in tmp_path.iterdir()] == ["ucdp-onesided-23.1"]


def test_a_failed_release_ends_with_2_after_what_can_be_said(publisher, offered, release_folder, pts, capsys):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = b"a,b\n1,2\n"
    before = contents(release_folder)
    code, out, err = run(capsys, "--data", release_folder)
    assert code == 2
    assert err.count("\n") == 1
    assert "1 of 1 releases could not be had, first pts-2025" in err
    assert "refused" in out
    assert contents(release_folder) == before


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_no_network_ends_in_one_line(publisher, offered, release_folder, capsys, more):
    offered()
    publisher.shutdown()
    publisher.server_close()
    before = contents(release_folder)
    code, out, err = run(capsys, "--data", release_folder, *more)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "no publisher can be reached" in err
    assert "no connection can be made; check that there is a network" in err
    assert contents(release_folder) == before


def test_an_interruption_while_ranking_leaves_the_folder(
    publisher, offered, release_folder, pts, capsys, monkeypatch
):
    offered("pts-2024")
    publisher.bodies["PTS-2025.csv"] = pts[1]
    before = contents(release_folder)

    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setitem(vars(rtop), "load_panel", interrupted)
    code, out, err = run(capsys, "--data", release_folder)
    assert (code, out) == (130, "")
    assert err.count("\n") == 1
    assert contents(release_folder) == before


@pytest.mark.parametrize("words", [["--dry-run"], ["--data", "nowhere"]])
def test_a_folder_must_be_named_and_be_there(words, capsys):
    try:
        code = main(["update", *words])
    except SystemExit as error:
        code = error.code
    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1
