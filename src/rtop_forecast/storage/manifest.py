"""A folder of files under a manifest of their hashes: written whole, read only if not a byte was changed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import DataIntegrityError, InputError, StorageError
from rtop_forecast.storage.files import is_leftover, make_folder, remove_leftovers, write_file

MANIFEST = "manifest.json"
# Stands in a folder while a save is under way.
_JOURNAL, _UNFINISHED = "unfinished.json", "rtop_forecast.unfinished"
# Takes the files of one version to those of the next.
Migration = Callable[[dict[str, bytes]], dict[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a folder holds.

    Attributes
    ----------
    noun : str
        As messages call it.
    version : int
        That this release writes.
    migrations : dict of int to callable
        By the version that they start from.
    """

    noun: str
    version: int
    migrations: Mapping[int, Migration]

    @property
    def format(self) -> str:
        """Name in the manifest."""
        return f"rtop_forecast.{self.noun}"


def write_store(folder: str | Path, kind: Kind, contents: Mapping[str, bytes]) -> Path:
    """Write the files beside those of a store that stands there, then swap the manifest, which says what belongs to it.

    Whenever the writing is cut short, the folder holds the old store whole or the new one.

    Raises
    ------
    InputError
        If the folder holds files of another kind.
    StorageError
        If a file cannot be written; a store that stood there is whole.
    """
    out = path_argument(folder, name="folder")
    if out.is_file():
        message = f"{out} is a file; a saved {kind.noun} is a folder. Name another."
        raise InputError(message)
    make_folder(out)
    old, unfinished = _files_of(out, kind), _unfinished(out)
    strange = sorted(
        path.name
        for path in out.iterdir()
        if not is_leftover(path) and path.name not in {MANIFEST, _JOURNAL, *old, *unfinished}
    )
    if strange or (not old and not unfinished and (out / MANIFEST).exists()):
        message = f"{out} holds other files, first {(strange or [MANIFEST])[0]!r}. Name an empty folder."
        raise InputError(message)
    places = {name: _free_name(name, content, old) for name, content in contents.items()}
    try:
        _swap(out, kind, {places[name]: content for name, content in contents.items()}, places, old)
    except StorageError as error:
        state = f"the {kind.noun} saved there before is whole" if old else "nothing was saved there"
        message = f"the {kind.noun} cannot be saved: {error} So {state}."
        raise StorageError(message) from error
    _clear(out, {*old, *unfinished} - set(places.values()))
    return out


def _clear(out: Path, names: set[str]) -> None:
    """Remove the files of the old store; if one cannot be, the journal goes on naming it."""
    with suppress(OSError):
        for name in names:
            (out / name).unlink(missing_ok=True)
        (out / _JOURNAL).unlink(missing_ok=True)
    remove_leftovers(out)


def _swap(
    out: Path, kind: Kind, files: Mapping[str, bytes], places: Mapping[str, str], old: Mapping[str, str]
) -> None:
    """Write the files of a store and then its manifest; the journal names all that may be left over."""
    write_file(out / _JOURNAL, as_json({"format": _UNFINISHED, "files": sorted({*files, *old})}))
    for place, content in files.items():
        write_file(out / place, content)
    hashes = {name: hashlib.sha256(files[place]).hexdigest() for name, place in places.items()}
    moved = {name: place for name, place in places.items() if name != place}
    document = {"format": kind.format, "version": kind.version, "sha256": hashes}
    write_file(out / MANIFEST, as_json(document | ({"files": moved} if moved else {})))


def _free_name(name: str, content: bytes, old: Mapping[str, str]) -> str:
    """Name for a file that no file of the old store has, unless with the same content."""
    digest = hashlib.sha256(content).hexdigest()
    if old.get(name, digest) == digest:
        return name
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{digest[:12]}.{ending}"


def read_store(folder: str | Path, kind: Kind) -> dict[str, bytes]:
    """Files of a folder by name, in the form of the present version.

    Raises
    ------
    DataIntegrityError
        If the folder is of another kind or of an unknown version, or a byte of it was changed.
    """
    source = path_argument(folder, name="folder")
    manifest = _manifest(source, kind)
    version, places = manifest["version"], manifest.get("files", {})
    contents = {
        name: _checked(source / places.get(name, name), digest) for name, digest in manifest["sha256"].items()
    }
    while version != kind.version:
        if version not in kind.migrations:
            readable = ", ".join(map(str, sorted({*kind.migrations, kind.version})))
            message = (
                f"{source} is a saved {kind.noun} of version {version!r}; this release reads {readable}. "
                "Load it with the release that wrote it."
            )
            raise DataIntegrityError(message)
        contents = kind.migrations[version](contents)
        version += 1
    return contents


def as_json(document: Any) -> bytes:
    """Text of a document, the same for the same content."""
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def as_parquet(table: pd.DataFrame) -> bytes:
    """Bytes of a table."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def table_of(content: bytes) -> pd.DataFrame:
    """Table from its bytes."""
    return pd.read_parquet(io.BytesIO(content))


def _files_of(out: Path, kind: Kind) -> dict[str, str]:
    """Digest of each file that the manifest of a store of this kind names, by its name in the folder."""
    try:
        manifest = _manifest(out, kind)
    except DataIntegrityError:
        return {}
    places = manifest.get("files", {})
    return {places.get(name, name): digest for name, digest in manifest["sha256"].items()}


def _unfinished(out: Path) -> list[str]:
    """Names that an interrupted save has written or was about to delete."""
    try:
        document = json.loads((out / _JOURNAL).read_bytes())
    except (OSError, ValueError):
        return []
    names = document.get("files") if isinstance(document, dict) else None
    if not isinstance(names, list) or document.get("format") != _UNFINISHED:
        return []
    return [name for name in names if isinstance(name, str) and Path(name).name == name]


def _manifest(source: Path, kind: Kind) -> dict[str, Any]:
    path = source / MANIFEST
    try:
        content = path.read_bytes()
        manifest = json.loads(content)
    except (OSError, ValueError) as error:
        remedy = "A save was interrupted: save again." if _unfinished(source) else "Name another folder."
        message = f"{source} is not a saved {kind.noun}: {MANIFEST} cannot be read ({error}). {remedy}"
        raise DataIntegrityError(message) from error
    if not isinstance(manifest, dict) or manifest.get("format") != kind.format:
        stated = manifest.get("format") if isinstance(manifest, dict) else None
        message = f"{source} is not a saved {kind.noun}: its manifest says {stated!r}. Name another folder."
        raise DataIntegrityError(message)
    hashes, version, moved = manifest.get("sha256"), manifest.get("version"), manifest.get("files", {})
    # a name that leads out of the folder is not one of ours
    both = isinstance(hashes, dict) and isinstance(moved, dict)
    names = [*hashes, *moved.values()] if isinstance(hashes, dict) and isinstance(moved, dict) else []
    legal = both and all(isinstance(name, str) and Path(name).name == name for name in names)
    if not legal or not isinstance(version, int) or as_json(manifest) != content:
        message = f"{MANIFEST} in {source} was changed. Save the {kind.noun} again."
        raise DataIntegrityError(message)
    return manifest


def _checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path.parent} is damaged: {path.name} cannot be read ({error}). Save it again."
        raise DataIntegrityError(message) from error
    if hashlib.sha256(content).hexdigest() != digest:
        message = f"{path.name} in {path.parent} was changed: its SHA-256 does not match the manifest. Save it again."
        raise DataIntegrityError(message)
    return content
