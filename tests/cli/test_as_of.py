"""The command as of a day: what was out on it, and nothing that came later."""

from __future__ import annotations

import json

import pytest

import rtop_forecast as rtop
from rtop_forecast.cli import main
from rtop_forecast.cli.before import as_of
from rtop_forecast.models import HistoryLogit
from rtop_forecast.models.defaults import HISTORY_COLUMNS


@pytest.fixture(autouse=True)
def _quick(monkeypatch, few_features):
    few_features(monkeypatch)
    monkeypatch.setitem(vars(rtop), "default_model", lambda: HistoryLogit(HISTORY_COLUMNS))


def run(capsys, *words):
    code = main([*words, "--jobs", "1", "--quiet"])
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-10-31", (2024, 10)),
        ("2025-10-30", (2024, 9)),
        ("2025-12-31", (2024, 12)),
        ("2026-01-30", (2024, 12)),
        ("2026-01-31", (2025, 1)),
        ("2024-02-29", (2023, 2)),
    ],
)
def test_a_day_sets_the_origin_and_the_last_month_over(day, expected):
    assert as_of(day, origin=None) == expected


def test_a_day_knows_its_months_and_says_which_are_provisional(capsys):
    code, out, _ = run(capsys, "rank", "--as-of", "2025-10-31", "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["target_start"], document["target_end"]) == (2025, 2026)
    told = document["provenance"]["months"]
    assert (told["last"], told["used"], told["missing"]) == ("2025-09", True, [])
    assert told["provisional"] == [f"2025-{month:02d}" for month in range(1, 10)]
    for row in document["ranking"]:
        assert row["prob_first_year"] + row["prob_later"] == pytest.approx(row["prob"])
    _, text, _ = run(capsys, "rank", "--as-of", "2025-10-31")
    assert "has begun or will begin in 2025-2026" in text
    assert "known to 2025-09 (UCDP, provisional)" in text
    assert "a year under way (in part nowcast)" in text


def test_days_of_one_month_know_the_same(capsys):
    """What is out on 1 October was out at the end of September; the end of October brings more."""
    tables = [
        json.loads(run(capsys, "rank", "--as-of", day, "--json", "--top", "200")[1])["ranking"]
        for day in ("2025-09-30", "2025-10-01", "2025-10-30", "2025-10-31")
    ]
    assert tables[0] == tables[1] == tables[2] != tables[3]


def test_yearly_leaves_the_months_out(capsys):
    _, out, _ = run(capsys, "rank", "--origin", "2020", "--yearly", "--json")
    document = json.loads(out)
    told = document["provenance"]["months"]
    assert (told["used"], told["reason"]) == (False, "asked")
    assert "prob_yearly" not in document["ranking"][0]


def line_of(text):
    return next(line for line in text.splitlines() if line.startswith("Months after "))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "2026-01, 2026-03 to 2026-05 not at hand, put GEDEvent_v26_0_1.csv, GEDEvent_v26_0_3.csv to "),
        (
            ("--as-of", "2026-02-28"),
            "2026-01 not at hand, put GEDEvent_v26_0_1.csv into the folder of --data",
        ),
        (("--as-of", "2025-01-31"), "none was out on the day"),
        (("--origin", "2024", "--yearly"), "left out as asked (--yearly)"),
        (("--origin", "1995"), "too few origins with months had closed"),
        (("--as-of", "1986-06-30"), "they begin in 1989"),
    ],
)
def test_months_that_stay_out_are_told_in_one_line_with_the_file_that_would_bring_them(
    capsys, words, expected
):
    _, text, _ = run(capsys, "rank", *words)
    assert expected in line_of(text)
    assert line_of(text).endswith("The yearly forecast stands")
    edge = next(line for line in text.splitlines() if line.startswith("  UCDP by month: "))
    assert "not used" in edge


def test_the_edge_table_says_to_which_month_the_months_are_in(capsys):
    _, text, _ = run(capsys, "rank", "--as-of", "2025-10-31")
    assert any(line.startswith("  UCDP by month: used to 2025-09") for line in text.splitlines())
    assert "stay out" not in text


def test_explanation_and_lock_say_that_months_stay_out(capsys, tmp_path):
    _, text, _ = run(capsys, "explain", "Mali", "--origin", "2024", "--yearly")
    assert "left out as asked" in line_of(text)
    _, text, _ = run(capsys, "lock", "--out", str(tmp_path / "a.json"), "--date", "2026-07-01")
    assert "2026-03 to 2026-05 not at hand" in line_of(text)
    _, text, _ = run(capsys, "explain", "Mali", "--as-of", "2025-10-31")
    assert "Events and deaths are known to 2025-09" in text
    _, text, _ = run(capsys, "explain", "Mali", "--json")
    assert json.loads(text)["months"]["reason"] == "not_at_hand"


def test_a_day_and_an_origin_are_refused_together(capsys):
    code, out, err = run(capsys, "rank", "--as-of", "2025-10-31", "--origin", "2020")
    assert code != 0
    assert out == ""
    assert "--as-of 2025-10-31 sets the origin" in err


def test_a_day_beyond_the_data_is_refused(capsys):
    code, _, err = run(capsys, "rank", "--as-of", "2031-10-31")
    assert code != 0
    assert "no forecast can be made from origin 2030" in err
