"""A folder of files under a manifest of their hashes: written whole, read only if not a byte was changed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.storage.files import write_file

MANIFEST = "manifest.json"
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
    """Write the files, and the manifest last: a folder without one holds nothing.

    Raises
    ------
    InputError
        If the folder holds files of another kind.
    """
    out = path_argument(folder, name="folder")
    if out.is_file():
        message = f"{out} is a file; a saved {kind.noun} is a folder. Name another."
        raise InputError(message)
    out.mkdir(parents=True, exist_ok=True)
    strange = _strange(out, kind)
    if strange:
        message = f"{out} holds other files, first {strange[0]!r}. Name an empty folder."
        raise InputError(message)
    old = [path for path in out.iterdir() if path.name not in contents]
    (out / MANIFEST).unlink(missing_ok=True)
    for name, content in contents.items():
        write_file(out / name, content)
    for path in old:
        path.unlink(missing_ok=True)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    write_file(out / MANIFEST, as_json({"format": kind.format, "version": kind.version, "sha256": hashes}))
    return out


def read_store(folder: str | Path, kind: Kind) -> dict[str, bytes]:
    """Files of a folder by name, in the form of the present version.

    Raises
    ------
    DataIntegrityError
        If the folder is of another kind or of an unknown version, or a byte of it was changed.
    """
    source = path_argument(folder, name="folder")
    manifest = _manifest(source, kind)
    version = manifest["version"]
    contents = {name: _checked(source / name, digest) for name, digest in manifest["sha256"].items()}
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


def _strange(out: Path, kind: Kind) -> list[str]:
    """Files of a folder that do not belong to a store of this kind."""
    present = sorted(path.name for path in out.iterdir())
    if not present:
        return []
    try:
        own = {MANIFEST, *_manifest(out, kind)["sha256"]}
    except DataIntegrityError:
        return present
    return [name for name in present if name not in own]


def _manifest(source: Path, kind: Kind) -> dict[str, Any]:
    path = source / MANIFEST
    try:
        content = path.read_bytes()
        manifest = json.loads(content)
    except (OSError, ValueError) as error:
        message = (
            f"{source} is not a saved {kind.noun}: {MANIFEST} cannot be read ({error}). Name another folder."
        )
        raise DataIntegrityError(message) from error
    if not isinstance(manifest, dict) or manifest.get("format") != kind.format:
        stated = manifest.get("format") if isinstance(manifest, dict) else None
        message = f"{source} is not a saved {kind.noun}: its manifest says {stated!r}. Name another folder."
        raise DataIntegrityError(message)
    hashes, version = manifest.get("sha256"), manifest.get("version")
    # a name that leads out of the folder is not one of ours
    legal = isinstance(hashes, dict) and all(Path(name).name == name for name in hashes)
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
