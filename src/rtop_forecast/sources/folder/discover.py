"""Which official releases a folder holds, recognised by content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.folder.archives import unpacked
from rtop_forecast.sources.folder.hints import hint
from rtop_forecast.sources.folder.parsed import ParsedFiles
from rtop_forecast.sources.reading.files import is_html
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import datasets
from rtop_forecast.storage.folders import paths_under

__all__ = ["Discovery", "Reader", "data_files", "discover", "reader", "recognised", "recognised_as"]

#: Files beside the data that hold no table, by suffix and by name.
_DOCUMENTS = frozenset(
    {
        ".md", ".rst", ".pdf", ".html", ".htm", ".doc", ".docx", ".odt", ".rtf", ".tex", ".bib", ".png", ".jpg",
        ".jpeg", ".gif", ".svg", ".py", ".r", ".rmd", ".do", ".ipynb", ".toml", ".yml", ".yaml", ".log", ".json",
        ".geojson", ".shp", ".shx", ".dbf", ".prj", ".cpg",
    }
)  # fmt: skip
_NOTES = frozenset({"README", "LICENSE", "LICENCE", "CODEBOOK", "SHA256SUMS", "CHECKSUMS"})


class Reader(Protocol):
    """What recognises and reads the releases of one dataset: its declaration, or a module of functions."""

    def recognise(self, path: str | Path) -> bool:
        """Whether a file is a release of the dataset, by its content."""

    def read(self, path: str | Path) -> SourceTable:
        """State-years of a release."""


@cache
def reader(dataset: str) -> Reader:
    """Return the reader of a dataset.

    It is the declaration ``SOURCE`` in the module ``sources.catalogue.<dataset>``, or the module itself where its
    functions ``recognise`` and ``read`` say more than a declaration can.

    Raises
    ------
    InputError
        If the registry names no such dataset.
    DataIntegrityError
        If the registry names a dataset that the catalogue does not have, or the declaration is of another one.
    """
    if dataset not in datasets():
        message = f"no dataset is called {dataset!r}; there are {', '.join(datasets())}."
        raise InputError(message)
    name = f"rtop_forecast.sources.catalogue.{dataset}"
    if find_spec(name) is None:
        message = (
            f"datasets/sources.toml names the dataset {dataset!r}, but sources/catalogue/{dataset}.py does not exist. "
            "Add the module or correct the entry."
        )
        raise DataIntegrityError(message)
    module = import_module(name)
    source = getattr(module, "SOURCE", module)
    if getattr(source, "dataset", dataset) != dataset:
        message = f"sources/catalogue/{dataset}.py declares the dataset {source.dataset!r}. Give both the same name."
        raise DataIntegrityError(message)
    return cast(Reader, source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Files of a folder by dataset.

    Attributes
    ----------
    folder : pathlib.Path
    files : dict of str to tuple of pathlib.Path
        Recognised files by dataset, sorted by path.
    others : tuple of pathlib.Path
        Data files that no reader recognises.
    unreadable : dict of pathlib.Path to str
        Those of ``others`` that could not be looked into, with the reason.
    names : dict of pathlib.Path to str
        Name of each file, relative to the folder.
    hints : dict of pathlib.Path to str
        What is said of each of ``others`` that could be looked into: "not recognised", and as far as its columns
        tell, which dataset it is nearest to and what it lacks.
    parsed : ParsedFiles
        What is kept of its files.
    """

    folder: Path
    files: Mapping[str, tuple[Path, ...]]
    others: tuple[Path, ...]
    unreadable: Mapping[Path, str]
    names: Mapping[Path, str] = field(default_factory=dict)
    hints: Mapping[Path, str] = field(default_factory=dict)
    parsed: ParsedFiles

    def of(self, dataset: str) -> tuple[Path, ...]:
        """Files of one dataset; empty when the folder holds none."""
        return self.files.get(dataset, ())

    def to_frame(self) -> pd.DataFrame:
        """One row per data file: ``file, dataset`` (empty when not recognised)."""
        rows = [(self.names[path], name) for name, paths in self.files.items() for path in paths]
        rows += [(self.names[path], "") for path in self.others]
        return pd.DataFrame(rows, columns=["file", "dataset"]).sort_values("file", ignore_index=True)


def discover(folder: str | Path) -> Discovery:
    """Look through a folder, its subfolders and the folders that links in it lead to for official releases.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Discovery

    Raises
    ------
    InputError
        If the folder does not exist.
    """
    folder = path_argument(folder, name="the data folder")
    if not folder.is_dir():
        message = f"the data folder {folder} does not exist; give a folder with downloaded releases."
        raise InputError(message)
    found: dict[str, list[Path]] = {name: [] for name in datasets()}
    others = []
    unreadable: dict[Path, str] = {}
    names = {}
    parsed = ParsedFiles(folder)
    for path, shown, fault in data_files(folder, parsed):
        names[path] = shown
        if fault is not None:
            others.append(path)
            unreadable[path] = fault
            continue
        try:
            name, refusal = parsed.of(path, "recognised", partial(recognised, path))
        except InputError as error:
            name, refusal = None, str(error.args[0])
        except Exception as error:  # one bad file never costs the others: it is listed with its reason
            name, refusal = None, f"a fault of the library: {type(error).__name__}: {error}"
        if name is not None:
            found[name].append(path)
            continue
        others.append(path)
        if refusal is not None:
            unreadable[path] = refusal
    hints = {path: parsed.of(path, "hint", partial(hint, path)) for path in others if path not in unreadable}
    parsed.save()
    return Discovery(
        folder=folder,
        files={name: tuple(paths) for name, paths in found.items() if paths},
        others=tuple(others),
        unreadable=unreadable,
        names=names,
        hints=hints,
        parsed=parsed,
    )


def recognised(path: Path) -> tuple[str | None, str | None]:
    """Dataset of a file, or why it is refused for what it holds."""
    try:
        return recognised_as(path), None
    except DataIntegrityError as error:
        return None, str(error.args[0])


def data_files(folder: Path, parsed: ParsedFiles) -> Iterator[tuple[Path, str, str | None]]:
    """List data files with their names in the folder, those in zip archives too; and why one was refused."""
    for path in paths_under(folder):
        suffix = path.suffix.lower()
        shown = path.relative_to(folder).as_posix()
        hidden = shown.startswith(".") or "/." in shown  # a download under way, or what a file manager left
        if hidden or suffix in _DOCUMENTS or path.stem.upper() in _NOTES:
            continue
        if not path.is_file():
            yield path, shown, _closed(path, shown)
            continue
        if suffix != ".zip":
            yield path, shown, None
            continue
        try:
            members = unpacked(path, digest=parsed.digest(path))
        except DataIntegrityError as error:
            yield path, shown, str(error.args[0])
            continue
        yield from ((member, f"{shown}/{_inside(member)}", None) for member in members)


def _closed(path: Path, shown: str) -> str:
    """Why nothing can be read behind a path that is no file."""
    if path.is_dir():
        return f"the folder {shown} may not be looked into. Change its permissions, or take it away."
    if path.is_symlink():
        return f"{shown} is a link that leads nowhere. Put what it names in its place, or take the link away."
    return f"{shown} is not a file. Take it away."


def _inside(member: Path) -> str:
    """Name of a member in its archive: its path below the folder that is named by a hash."""
    parts = member.parts
    start = next(i for i in range(len(parts) - 1, -1, -1) if len(parts[i]) == 64)
    return "/".join(parts[start + 1 :])


def recognised_as(path: str | Path) -> str | None:
    """Dataset of a file, by its content; None if no reader knows it.

    Raises
    ------
    InputError
        If an optional library is needed to look into it.
    DataIntegrityError
        If the file is broken, empty or a web page.
    """
    if Path(path).stat().st_size == 0:
        message = f"{Path(path).name} is empty. Download it again."
        raise DataIntegrityError(message)
    if is_html(path):
        message = f"{Path(path).name} is a web page, not a data file. Download it again."
        raise DataIntegrityError(message)
    return next((name for name in datasets() if reader(name).recognise(path)), None)
