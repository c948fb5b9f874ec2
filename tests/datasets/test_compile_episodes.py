"""The compile script of the episodes: same bytes, nothing unannotated or stale, no copied text."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pandas as pd
import pytest

from rtop_forecast.errors import CoverageError, DataIntegrityError

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("compile_episodes", DATASETS / "compile_episodes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def edited(tmp_path: Path, name: str, edit) -> Path:
    """A changed copy of one annotation table."""
    table = pd.read_csv(DATASETS / "annotations" / name, dtype="str", keep_default_na=False)
    path = tmp_path / name
    edit(table).to_csv(path, index=False)
    return path


def test_same_bytes_as_the_bundled_table(script, data_dir, tmp_path):
    script.compile_episodes(data_dir, tmp_path)
    assert (tmp_path / "episodes.csv").read_bytes() == (DATASETS / "core" / "episodes.csv").read_bytes()
    revisions = DATASETS / "core" / "episode_revisions.csv"
    assert (tmp_path / revisions.name).read_bytes() == revisions.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["episode_revisions.csv", "episodes.csv"]


def test_an_event_without_annotation_raises(script, data_dir, tmp_path, monkeypatch):
    short = edited(tmp_path, "episodes.csv", lambda table: table[table["source_code"] != "rwa1990s1"])
    monkeypatch.setattr(script, "ANNOTATIONS", short)
    with pytest.raises(DataIntegrityError, match=r"without one: 1, first 'rwa1990s1'\. Edit .*episodes\.csv"):
        script.compile_episodes(data_dir)


def test_an_annotation_without_event_raises(script, data_dir, tmp_path, monkeypatch):
    extra = pd.DataFrame([{"source_code": "xyz2000s1", "episode_id": "xyz-2000-s1"}])
    long = edited(tmp_path, "episodes.csv", lambda table: pd.concat([table, extra]).fillna(""))
    monkeypatch.setattr(script, "ANNOTATIONS", long)
    with pytest.raises(
        DataIntegrityError, match="every annotation needs an event; without one: 1, first 'xyz2000s1'"
    ):
        script.compile_episodes(data_dir)


def test_a_repeated_annotation_raises(script, data_dir, tmp_path, monkeypatch):
    twice = edited(tmp_path, "episodes.csv", lambda table: pd.concat([table, table.tail(1)]))
    monkeypatch.setattr(script, "ANNOTATIONS", twice)
    with pytest.raises(DataIntegrityError, match="repeated: 1"):
        script.compile_episodes(data_dir)


def test_a_stale_correction_raises(script, data_dir, tmp_path, monkeypatch):
    stale = edited(
        tmp_path, "episode_corrections.csv", lambda table: table.replace({"source_value": {"92": "90"}})
    )
    monkeypatch.setattr(script, "CORRECTIONS", stale)
    with pytest.raises(DataIntegrityError, match=r"country_id of 'gtm1954s1' is \['92'\], not \['90'\]"):
        script.compile_episodes(data_dir)


def test_a_folder_without_the_list_raises(script, tmp_path):
    with pytest.raises(CoverageError, match="0 are in"):
        script.compile_episodes(tmp_path)


def test_corrections_and_disagreements_give_their_reason():
    for name in ("episode_corrections.csv", "ewp_disagreements.csv"):
        reasons = pd.read_csv(DATASETS / "annotations" / name)["reason"]
        assert reasons.str.len().gt(40).all()


def test_labels_are_in_our_own_words(data_dir):
    """No run of four words of a label occurs in the source's name or summary of that event."""
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_path(data_dir / "ewp2025" / "ewp_mass_killing_events_2025.xlsx")
    header, *rows = book.get_sheet_by_name("mk_events").to_python()
    code = header.index("mk_event_code")
    texts = {row[code]: " ".join(_words(" ".join(str(cell) for cell in row))) for row in rows}
    labels = pd.read_csv(DATASETS / "annotations" / "episodes.csv").set_index("source_code")["label"]
    assert set(texts) >= set(labels.index)
    copied = [
        (name, run)
        for name, label in labels.items()
        for run in _runs(_words(label), length=4)
        if f" {run} " in f" {texts[name]} "
    ]
    assert copied == []


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _runs(words: list[str], *, length: int) -> list[str]:
    return [" ".join(words[at : at + length]) for at in range(len(words) - length + 1)]
