"""Texts that a command printed, kept as they were."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from rtop_forecast.display import Displayed
from rtop_forecast.errors import StorageError
from rtop_forecast.storage.files import write_file

__all__ = ["Answer", "load_answer", "save_answer"]

_FILE = "answer.json"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer(Displayed):
    """What a command prints.

    Attributes
    ----------
    text : str
        To stdout.
    beside : tuple of str
        Lines that go to stderr each time: which files were used, how old the values are.
    """

    text: str
    beside: tuple[str, ...] = ()

    def _headline(self) -> str:
        return f"{self.text.count(chr(10)) + 1} lines, {len(self.beside)} beside"


def save_answer(answer: Answer, folder: Path) -> Path:
    """Write an answer, and the hash of it, into a new folder."""
    content = json.dumps({"text": answer.text, "beside": list(answer.beside)})
    folder.mkdir()
    return write_file(folder / _FILE, json.dumps({"sha256": _hash(content), "content": content}).encode())


def load_answer(folder: Path) -> Answer:
    """Read an answer.

    Raises
    ------
    StorageError
        If it is not as it was written.
    """
    stored = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    if stored["sha256"] != _hash(stored["content"]):
        message = f"{folder / _FILE} was changed. Delete it."
        raise StorageError(message)
    content = json.loads(stored["content"])
    return Answer(text=content["text"], beside=tuple(content["beside"]))


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
