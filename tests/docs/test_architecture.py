"""The table of packages in ARCHITECTURE.md is the tree's, in the order of the imports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "rtop_forecast"
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
LAYERS = ROOT / "tests" / "architecture" / "test_layers.py"


def import_order() -> list[str]:
    """Read the order that the layer test enforces, the command at its end."""
    for node in ast.parse(LAYERS.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "ORDER":
            return [*ast.literal_eval(node.value), "cli"]
    message = "test_layers.py holds no ORDER"
    raise AssertionError(message)


def rows() -> list[list[str]]:
    section = TEXT.split("## Packages")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_table_lists_the_packages_of_the_tree_in_the_order_of_the_imports():
    tree = {path.name for path in SRC.iterdir() if (path / "__init__.py").is_file()}
    tree |= {path.stem for path in SRC.glob("*.py") if path.stem != "__init__"}
    assert [row[0].strip("`") for row in rows()] == [room for room in import_order() if room in tree]
    assert tree <= set(import_order())


def test_each_package_says_what_it_is_for_and_when_a_change_belongs_there():
    for name, purpose, belongs in rows():
        assert len(purpose.split()) > 3, name
        assert len(belongs.split()) > 3, name


def test_every_path_that_it_names_exists():
    named = set(re.findall(r"`((?:\w+/)*[\w.]+\.(?:py|pyi|toml|md|template)|(?:\w+/)+)`", TEXT))
    assert len(named) > 12
    homes = (ROOT, SRC)
    assert {name for name in named if not any((home / name).exists() for home in homes)} == set()


def test_the_documentation_includes_it():
    assert "../ARCHITECTURE.md" in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
