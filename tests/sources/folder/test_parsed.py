"""The version of a reader is the hash of all that it is made of."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import rtop_forecast
from rtop_forecast.storage import digests
from rtop_forecast.storage.digests import code_digest
from rtop_forecast.storage.remembered import READERS

ROOT = Path(__file__).resolve().parents[3]
SRC = Path(rtop_forecast.__file__).parent


def test_readers_import_nothing_that_their_version_leaves_out():
    spec = importlib.util.spec_from_file_location("import_graph", ROOT / "benchmarks" / "import_graph.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    arrows = module.graph(SRC)
    reached, waiting = set(), ["sources"]
    while waiting:
        room = waiting.pop()
        if room not in reached:
            reached.add(room)
            waiting += arrows.get(room, ())
    assert reached <= {name.removesuffix(".py") for name in READERS}


def test_a_changed_byte_of_a_source_is_another_version(tmp_path, monkeypatch):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "reader.py").write_text("x = 1\n")
    (tmp_path / "errors.py").write_text("y = 1\n")
    (tmp_path / "cli.py").write_text("z = 1\n")
    monkeypatch.setattr(digests, "_PACKAGE", tmp_path)
    monkeypatch.setenv("RTOP_CACHE", "off")

    def version():
        code_digest.cache_clear()
        return code_digest(("errors.py", "sources"))

    try:
        first = version()
        assert version() == first
        (tmp_path / "cli.py").write_text("z = 2\n")
        assert version() == first
        (tmp_path / "errors.py").write_text("y = 2\n")
        second = version()
        assert second != first
        (tmp_path / "sources" / "reader.py").write_text("x = 2\n")
        assert version() not in (first, second)
    finally:
        code_digest.cache_clear()
