"""Where the bundled tables lie: inside the wheel, or beside ``src`` in a checkout."""

from __future__ import annotations

from pathlib import Path

from rtop_forecast.errors import DataIntegrityError

_PACKAGE = Path(__file__).resolve().parents[1]


def datasets_dir() -> Path:
    """Folder of the bundled tables and registry.

    Returns
    -------
    pathlib.Path
        ``rtop_forecast/datasets`` in an installed wheel, ``datasets/`` at the
        project's root in a checkout.

    Raises
    ------
    DataIntegrityError
        If neither folder holds the core tables.
    """
    for folder in (_PACKAGE / "datasets", _PACKAGE.parents[1] / "datasets"):
        if (folder / "core" / "states.csv").is_file():
            return folder
    message = (
        "the bundled tables are missing: no datasets/core/states.csv beside the package "
        f"in {_PACKAGE}. Reinstall rtop-forecast."
    )
    raise DataIntegrityError(message)


def core_file(name: str) -> Path:
    """Path of one bundled core table, for example ``core_file("states.csv")``."""
    path = datasets_dir() / "core" / name
    if not path.is_file():
        message = f"the bundled table {name} is missing from {path.parent}. Reinstall rtop-forecast."
        raise DataIntegrityError(message)
    return path
