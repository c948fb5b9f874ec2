"""Which official releases a folder holds, told by content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources import (
    coups,
    ewp_events,
    maddison,
    treaties,
    ucdp_acd,
    ucdp_brd,
    ucdp_dyadic,
    ucdp_onesided,
    vdem,
    wdi,
    wpp,
)

__all__ = ["READERS", "Discovery", "discover", "file_sha256"]

#: Name of each dataset and the function that tells its files.
READERS: dict[str, Callable[[str | Path], bool]] = {
    "ucdp_acd": ucdp_acd.recognise,
    "ucdp_brd": ucdp_brd.recognise,
    "ucdp_dyadic": ucdp_dyadic.recognise,
    "ucdp_onesided": ucdp_onesided.recognise,
    "vdem": vdem.recognise,
    "coups": coups.recognise,
    "treaties": treaties.recognise,
    "wpp": wpp.recognise,
    "wdi": wdi.recognise,
    "maddison": maddison.recognise,
    "ewp_events": ewp_events.recognise,
}
_SUFFIXES = {".csv", ".txt", ".tsv", ".xls", ".xlsx", ".rda", ".rdata", ".rds"}


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
    """

    folder: Path
    files: dict[str, tuple[Path, ...]]
    others: tuple[Path, ...]
    unreadable: dict[Path, str]

    def of(self, dataset: str) -> tuple[Path, ...]:
        """Files of one dataset; empty when the folder holds none."""
        return self.files.get(dataset, ())

    def to_frame(self) -> pd.DataFrame:
        """One row per data file: ``file, dataset`` (empty when not recognised)."""
        rows = [
            (str(path.relative_to(self.folder)), name) for name, paths in self.files.items() for path in paths
        ]
        rows += [(str(path.relative_to(self.folder)), "") for path in self.others]
        return pd.DataFrame(rows, columns=["file", "dataset"]).sort_values("file", ignore_index=True)


def discover(folder: str | Path) -> Discovery:
    """Look through a folder and its subfolders for official releases.

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
    folder = Path(folder)
    if not folder.is_dir():
        message = f"the data folder {folder} does not exist; give a folder with downloaded releases."
        raise InputError(message)
    found: dict[str, list[Path]] = {name: [] for name in READERS}
    others = []
    unreadable: dict[Path, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            continue
        try:
            name = next((name for name, recognise in READERS.items() if recognise(path)), None)
        except (InputError, DataIntegrityError) as error:
            name, unreadable[path] = None, str(error.args[0])
        if name is None:
            others.append(path)
        else:
            found[name].append(path)
    return Discovery(
        folder=folder,
        files={name: tuple(paths) for name, paths in found.items() if paths},
        others=tuple(others),
        unreadable=unreadable,
    )


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return sha256(Path(path).read_bytes()).hexdigest()
