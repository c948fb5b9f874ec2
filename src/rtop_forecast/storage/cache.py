"""The folder for what may be made again; a lost or broken cache costs time, never a result."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

__all__ = ["cache_dir", "is_off", "nothing_kept"]

_NOTHING_KEPT = ContextVar("nothing_kept", default=False)


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
    """Whether ``RTOP_CACHE=off`` or :func:`nothing_kept` asks that nothing be kept."""
    return os.environ.get("RTOP_CACHE") == "off" or _NOTHING_KEPT.get()


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Read all anew and keep nothing as long as the context lasts."""
    token = _NOTHING_KEPT.set(True)
    try:
        yield
    finally:
        _NOTHING_KEPT.reset(token)
