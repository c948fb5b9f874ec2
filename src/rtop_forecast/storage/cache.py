"""The folder for what may be made again; a lost or broken cache costs time, never a result."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_dir", "is_off"]


def cache_dir() -> Path:
    """Folder for what may be made again: ``RTOP_CACHE`` if set, else the platform's cache folder.

    It is not created by asking for it.
    """
    chosen = os.environ.get("RTOP_CACHE", "")
    if chosen and chosen != "off":
        return Path(chosen).expanduser()
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rtop-forecast"


def is_off() -> bool:
    """Whether ``RTOP_CACHE=off`` asks that nothing be kept."""
    return os.environ.get("RTOP_CACHE") == "off"
