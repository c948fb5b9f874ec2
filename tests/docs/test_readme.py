"""The ranking that the documentation prints is the command's, and the front page stays short and whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rtop_forecast.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND_LINE = ROOT / "docs" / "howto" / "command_line.md"


def test_readme_has_the_two_commands_and_under_900_words():
    assert "\npip install . && rtop-forecast rank\n" in README
    assert "\npip install '.[test]' && pytest\n" in README
    assert len(README.split()) < 900


def test_every_link_of_the_readme_leads_to_a_file():
    targets = re.findall(r"\]\(([^)]+)\)", README)
    assert {"docs/figures/map.png", "docs/performance.md"} <= set(targets)
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_readmes_scores_are_those_of_the_performance_page():
    """Every cell of the small table stands in the large one, in the row of the same name."""
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    small = _table(README, "| | base rate | EWP |")
    large = _table(page, "| | base rate | EWP | EWP, recalibrated |")
    head = large[""]
    for name, cells in small.items():
        assert cells == [large[name][head.index(column)] for column in small[""]], name


def _table(text: str, start: str) -> dict[str, list[str]]:
    rows = text[text.index(start) :].split("\n\n")[0].split("\n")
    cells = [
        [cell.strip() for cell in row.strip("|").split("|")] for row in rows if not row.startswith("|---")
    ]
    return {row[0]: row[1:] for row in cells}


@pytest.mark.slow
def test_the_printed_ranking_is_todays(capsys):
    text = COMMAND_LINE.read_text(encoding="utf-8")
    printed = next(block for block in text.split("```\n") if block.startswith("Risk that"))
    assert main(["rank", "--top", "10", "--jobs", "2"]) == 0
    shown, mark, _ = printed.partition("  …\n")
    assert mark, "the page leaves out the last rows of the table of sources, and says so"
    given = capsys.readouterr().out
    assert shown.split("\n")[:-1] == given.split("\n")[: shown.count("\n")]
    assert given.count("\n") > shown.count("\n") + 1
