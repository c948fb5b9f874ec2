"""Values kept by what they come from: one byte of it that differs is another value."""

from __future__ import annotations

import logging
import os
import threading

import pandas as pd
import pytest

from rtop_forecast.storage import remembered as module
from rtop_forecast.storage.entries import Entries, results_folder
from rtop_forecast.storage.plain import ARROW, PARQUET
from rtop_forecast.storage.remembered import remembered

TABLE = pd.DataFrame({"a": [1.0, None, 3.0], "b": ["x", None, "y"]})


@pytest.fixture(autouse=True)
def _own(remembering, monkeypatch, tmp_path):
    monkeypatch.setenv("RTOP_CACHE", str(tmp_path / "cache"))


class Counted:
    """Makes a value and counts how often."""

    def __init__(self, value=TABLE):
        self.value, self.times = value, 0

    def __call__(self):
        self.times += 1
        return self.value


def asked(made, *, code=("storage",), form=PARQUET, **parts):
    return remembered("table", {"name": "x"} | parts, made, code=code, form=form)


@pytest.mark.parametrize("form", [PARQUET, ARROW])
def test_it_is_made_once(form):
    made = Counted()
    first, second = asked(made, form=form), asked(made, form=form)
    assert made.times == 1
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    second.loc[0, "a"] = 9.0  # a copy of the reader's own
    pd.testing.assert_frame_equal(asked(made, form=form), first, check_exact=True)


def test_nothing_made_is_kept_too():
    made = Counted(None)
    assert asked(made) is None
    assert asked(made) is None
    assert made.times == 1


def test_another_part_or_another_source_is_another_value(monkeypatch):
    made = Counted()
    asked(made)
    asked(made, name="y")
    asked(made, code=("storage", "world"))
    monkeypatch.setattr(module, "library_versions", lambda: {"pandas": "9"})
    asked(made)
    monkeypatch.setattr(module, "code_digest", lambda names: "changed")
    asked(made)
    assert made.times == 5


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "lost", "manifest", "tree"])
def test_a_damaged_entry_is_noticed_and_made_anew(damage, caplog):
    made = Counted()
    asked(made)
    (entry,) = results_folder().folder.iterdir()
    file = entry / {"manifest": "manifest.json", "tree": "value.json"}.get(damage, "0.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    changed = {"cut": content[:-9], "empty": b""}.get(damage, content)
    if damage == "lost":
        file.unlink()
    else:
        file.write_bytes(bytes(changed))
    with caplog.at_level(logging.WARNING):
        pd.testing.assert_frame_equal(asked(made), TABLE, check_exact=True)
    assert "damaged and is made anew" in caplog.text
    assert made.times == 2
    asked(made)
    assert made.times == 2


def test_what_cannot_be_kept_is_made_each_time():
    made = Counted(object())
    assert asked(made) is made.value
    assert asked(made) is made.value
    assert made.times == 2


def test_an_error_is_raised_each_time():
    def made():
        raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            asked(made)


@pytest.mark.parametrize("fault", ["off", "file", "full"])
def test_it_is_made_where_nothing_can_be_kept(fault, tmp_path, monkeypatch):
    if fault == "off":
        monkeypatch.setenv("RTOP_CACHE", "off")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    elif fault == "file":
        (tmp_path / "cache").write_text("a file where the folder should be")
    else:

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(module, "_write", full)
    made = Counted()
    for _ in range(2):
        pd.testing.assert_frame_equal(asked(made), TABLE, check_exact=True)
    assert made.times == 2
    assert not (tmp_path / "home").exists()


def test_two_at_once_keep_one_entry():
    made, found = Counted(), []
    threads = [threading.Thread(target=lambda: found.append(asked(made))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for table in found:
        pd.testing.assert_frame_equal(table, TABLE, check_exact=True)
    assert len(list(results_folder().folder.iterdir())) == 1


def test_what_was_used_longest_ago_goes_first():
    for number in range(3):
        asked(Counted(), name=str(number))
    entries = sorted(results_folder().folder.iterdir())
    for age, entry in enumerate(entries):
        os.utime(entry, (age, age))
    size = sum(file.stat().st_size for entry in entries for file in entry.iterdir())
    Entries(folder=results_folder().folder, megabytes=(size - 1) / 1e6).shrink()
    assert sorted(results_folder().folder.iterdir()) == entries[1:]
