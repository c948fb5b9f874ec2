"""The ranking that the README prints is the one that the command prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtop_forecast.cli import main

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.slow
def test_the_readmes_ranking_is_todays(capsys):
    text = README.read_text(encoding="utf-8")
    printed = next(block for block in text.split("```\n") if block.startswith("Risk that"))
    assert main(["rank", "--top", "10", "--jobs", "2"]) == 0
    assert printed.split("\n") == capsys.readouterr().out.split("\n")
