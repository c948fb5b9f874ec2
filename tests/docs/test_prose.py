"""Prose in the README, the root pages and the documentation keeps to 110 characters a line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST = 110
# written whole by a script or by Sphinx
BUILT = {"_build", "auto_gallery", "auto_tutorials", "generated"}
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "templates").rglob("*.md"))
    if not BUILT & set(path.relative_to(ROOT).parts)
)
LINK = re.compile(r"https?://|\]\(|\{doc\}")


def long_lines(text: str) -> list[int]:
    """Numbers of the lines of prose that are too long; tables, formulas, headings, code and links may be."""
    found, fenced = [], False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith(("```", ":::")):
            fenced = not fenced
        elif (
            not fenced
            and len(line) > MOST
            and not line.lstrip().startswith(("|", "$$", "#"))
            and not LINK.search(line)
        ):
            found.append(number)
    return found


def test_the_pages_are_there():
    assert {"README.md", "ARCHITECTURE.md", "CHANGELOG.md", "method.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_prose_has_short_lines(page):
    assert long_lines(page.read_text(encoding="utf-8")) == []


def test_the_rule_tells_prose_from_tables_code_and_links():
    long = "word " * 30
    assert long_lines(f"{long}\n| {long}|\n```\n{long}\n```\n{long} https://example.org\n\n{long}") == [1, 8]
