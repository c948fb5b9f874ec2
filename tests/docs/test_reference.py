"""The reference lists every public name of the package, and nothing that does not exist."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import rtop_forecast as rtop

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.rst"


def listed() -> dict[str, list[str]]:
    """Names of the page by the module that they are listed under."""
    names: dict[str, list[str]] = {}
    home = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        module = re.match(r"\.\. currentmodule:: (\S+)", line)
        name = re.match(r"   (\w[\w.]*)$", line)
        if module:
            home = module[1]
        elif name:
            names.setdefault(home, []).append(name[1])
    return names


def found(home: str, name: str) -> bool:
    """Whether a name, or a module and its name, can be had from its home."""
    parent, _, last = name.rpartition(".")
    try:
        return hasattr(import_module(".".join(filter(None, (home, parent)))), last)
    except ImportError:
        return False


def test_every_listed_name_exists():
    missing = [
        f"{home}.{name}"
        for home, names in listed().items()
        for name in names
        if not found(home, name) and not home.endswith(".sources")
    ]
    assert missing == []


def test_every_public_name_is_listed_once():
    assert [names for names in listed().values() if len(set(names)) < len(names)] == []
    page = {name for names in listed().values() for name in names}
    modules = {name for name in rtop.__all__ if inspect.ismodule(getattr(rtop, name))}
    assert set(rtop.__all__) - {"__version__", *page} == modules


def test_every_name_of_a_public_module_is_listed_under_it():
    assert set(listed()["rtop_forecast.plot"]) == set(rtop.plot.__all__)
