"""Tables kept by the content of all that they come from: what was parsed once is not parsed again."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.storage.cache import is_off
from rtop_forecast.storage.digests import code_digest, folder_digest
from rtop_forecast.storage.entries import results_folder
from rtop_forecast.storage.plain import PARQUET, files_of, value_of

__all__ = ["READERS", "bundle_digest", "library_versions", "remembered"]

T = TypeVar("T")
#: Packages that a reader is made of: ``sources`` and all that it may import.
READERS = ("errors.py", "checks", "logistic.py", "display.py", "storage", "world", "sources")
_MANIFEST = "manifest.json"
# Other releases of these can read a file otherwise.
_LIBRARIES = ("numpy", "pandas", "pyarrow", "rdata", "python-calamine", "pyreadstat")


def remembered(
    noun: str,
    parts: Mapping[str, Any],
    made: Callable[[], T],
    *,
    code: Sequence[str],
    classes: Sequence[type] = (),
    form: str = PARQUET,
    shrink: bool = True,
) -> T:
    """Take a value from the cache, or make it and keep it there.

    Parameters
    ----------
    noun : {"table", "panel"}
    parts : dict of str to object
        All that the value comes from beside this library's sources and tables: hashes of files, names, options; what
        JSON can hold.
    made : callable
        Makes the value.
    code : sequence of str
        Packages of this library that make it, and those that they import.
    classes, form
        As for :func:`rtop_forecast.storage.plain.files_of`. A value that would not be read back to the last bit is not
        kept.
    shrink : bool
        Whether the oldest entries go now where the cache has grown too big; a caller of many does it once.
    """
    if is_off():
        return made()
    key = {"code": code_digest(tuple(code)), "libraries": library_versions(), **parts}
    name = f"{noun}-{hashlib.sha256(json.dumps(key, sort_keys=True, default=repr).encode()).hexdigest()}"
    entries = results_folder()
    found: list[T] | None = entries.find(name, lambda entry: [value_of(_read(entry), classes)])
    if found is not None:
        return found[0]
    value = made()
    entries.keep(name, lambda entry: _write(entry, files_of(value, classes, form=form)), shrink=shrink)
    return value


def bundle_digest() -> str:
    """Hash of the bundled tables and the registry."""
    return folder_digest(datasets_dir())


@cache
def library_versions() -> dict[str, str]:
    """Releases of the libraries that parse files; empty for one that is not installed."""
    return {name: _version(name) for name in _LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _write(entry: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files and their hashes; what a crash of the machine tears is noticed by these."""
    entry.mkdir()
    for name, content in contents.items():
        (entry / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    (entry / _MANIFEST).write_text(json.dumps(hashes), encoding="utf-8")


def _read(entry: Path) -> dict[str, Any]:
    """Files of an entry, mapped into memory and checked."""
    contents = {}
    for name, digest in json.loads((entry / _MANIFEST).read_bytes()).items():
        with (entry / Path(name).name).open("rb") as file:
            contents[name] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            message = f"{name} does not match its hash"
            raise DataIntegrityError(message)
    return contents
