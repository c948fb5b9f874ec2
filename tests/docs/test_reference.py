"""The reference page lists every public name."""

from __future__ import annotations

import re
from pathlib import Path

import rtop_forecast as rtop

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.rst"


def test_reference_lists_every_public_name_once():
    text = PAGE.read_text(encoding="utf-8")
    own = re.split(r"^\.\. currentmodule:: rtop_forecast\..*$", text, flags=re.MULTILINE)[0]
    listed = re.findall(r"^   (\w+)$", own, flags=re.MULTILINE)
    assert sorted(listed) == sorted(set(rtop.__all__) - {"__version__"})
