"""What lies in a folder, behind links too."""

from __future__ import annotations

from pathlib import Path

__all__ = ["paths_under"]


def paths_under(folder: Path) -> list[Path]:
    """Paths of a folder and its subfolders, those behind links too, sorted.

    Each folder is looked into once, under its own name if it has one here, so that links in a circle end.

    Returns
    -------
    list of pathlib.Path
        Files, links that lead nowhere, and folders that may not be looked into.
    """
    found: list[Path] = []
    seen: set[Path] = set()
    own = [folder]
    linked: list[Path] = []
    while own or linked:
        here = own.pop() if own else linked.pop(0)
        real = here.resolve()
        if real in seen:
            continue
        seen.add(real)
        try:
            inside = sorted(here.iterdir())
        except OSError:
            found.append(here)
            continue
        for path in inside:
            if not path.is_dir():
                found.append(path)
            else:
                (linked if path.is_symlink() else own).append(path)
    return sorted(found)
