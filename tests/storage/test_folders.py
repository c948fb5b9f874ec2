"""What lies in a folder: links are followed, once each, and circles end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtop_forecast.storage.cache import folder_digest
from rtop_forecast.storage.folders import paths_under


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Folder beside the data folder, with a file in a subfolder."""
    place = tmp_path / "elsewhere" / "deep"
    place.mkdir(parents=True)
    (place / "b.csv").write_text("b")
    return place.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Data folder with one file."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("a")
    return tmp_path / "data"


def names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in paths_under(folder)]


def test_files_behind_a_linked_folder_are_found(folder: Path, elsewhere: Path) -> None:
    (folder / "more").symlink_to(elsewhere, target_is_directory=True)
    assert names(folder) == ["a.csv", "more/deep/b.csv"]


def test_a_folder_linked_twice_is_looked_into_once(folder: Path, elsewhere: Path) -> None:
    (folder / "more").symlink_to(elsewhere, target_is_directory=True)
    (folder / "again").symlink_to(elsewhere / "deep", target_is_directory=True)
    assert names(folder) == ["a.csv", "again/b.csv"]


def test_a_folder_has_its_own_name_and_not_that_of_a_link_to_it(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "c.csv").write_text("c")
    (folder / "a_link").symlink_to(folder / "own", target_is_directory=True)
    assert names(folder) == ["a.csv", "own/c.csv"]


def test_links_in_a_circle_end(folder: Path, elsewhere: Path) -> None:
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "more").symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "back").symlink_to(folder, target_is_directory=True)
    (folder / "self").symlink_to(folder / "self")
    assert names(folder) == ["a.csv", "more/deep/b.csv", "self"]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8))
def test_whatever_the_links_each_file_is_found_once(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[int, int]]
) -> None:
    root = tmp_path_factory.mktemp("root")
    folders = [root] + [root / str(i) for i in range(4)]
    for i, one in enumerate(folders):
        one.mkdir(exist_ok=True)
        (one / f"file{i}").write_text("")
    for number, (place, goal) in enumerate(links):
        (folders[place] / f"link{number}").symlink_to(folders[goal], target_is_directory=True)
    assert sorted(path.name for path in paths_under(root)) == [f"file{i}" for i in range(5)]


def test_what_changes_behind_a_link_changes_the_digest(
    folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))
    (folder / "more").symlink_to(elsewhere, target_is_directory=True)
    before = folder_digest(folder)
    assert folder_digest(folder) == before
    (elsewhere / "deep" / "b.csv").write_text("other")
    assert folder_digest(folder) != before
