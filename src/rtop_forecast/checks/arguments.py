"""Checks of single arguments: each returns the value in its own type, or says what it must be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from rtop_forecast.errors import InputError

_SHOWN = 60


def shown(value: object) -> str:
    """Value as messages quote it: one line, cut short."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def whole(value: Any, *, name: str, least: int | None = None, most: int | None = None) -> int:
    """Whole number within bounds; truth values and floats are none."""
    if isinstance(value, Integral) and not isinstance(value, bool | np.bool_):
        number = int(value)
        if (least is None or number >= least) and (most is None or number <= most):
            return number
    span = f" from {least} to {most}" if least is not None and most is not None else ""
    span = span or (f" of at least {least}" if least is not None else "")
    message = f"{name} must be a whole number{span}; got {shown(value)}."
    raise InputError(message)


def calendar_year(value: Any, *, name: str) -> int:
    """Year that the calendar holds."""
    return whole(value, name=name, least=1, most=9998)


def real(value: Any, *, name: str) -> float:
    """Finite number."""
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_) and np.isfinite(float(value)):
        return float(value)
    message = f"{name} must be a finite number; got {shown(value)}."
    raise InputError(message)


def choice(value: Any, *, name: str, options: Sequence[str]) -> str:
    """One of some words."""
    if isinstance(value, str) and value in options:
        return value
    message = f"{name} must be one of {', '.join(options)}; got {shown(value)}."
    raise InputError(message)


def day(value: Any, *, name: str) -> date:
    """Date without a time of day."""
    if isinstance(value, date) and value == value:  # noqa: PLR0124 (NaT is a date that is no day)
        return value.date() if isinstance(value, datetime) else value
    message = f"{name} must be a date, such as datetime.date(2025, 6, 30); got {shown(value)}."
    raise InputError(message)


def path_of(value: Any, *, name: str) -> Path:
    """Path that the file system can be asked about."""
    try:
        path = Path(os.fsdecode(value)) if isinstance(value, bytes) else Path(value)
        path.exists()
    except (TypeError, ValueError, OSError) as error:
        message = f"{name} must be a path; got {shown(value)} ({error})."
        raise InputError(message) from error
    return path


def of_kind(value: Any, kind: Any, *, name: str, way_out: str) -> Any:
    """Object of a class of the library."""
    if isinstance(value, kind):
        return value
    message = f"{name} must be a {kind.__name__}, not {type(value).__name__}. {way_out}"
    raise InputError(message)


def texts(value: Any, *, name: str) -> list[str]:
    """List of texts; a single text is none."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        found = list(value)
        if all(isinstance(one, str) for one in found):
            return found
    message = f"{name} must be a list of texts; got {shown(value)}."
    raise InputError(message)


def mapping(value: Any, *, name: str) -> dict[str, Any]:
    """Return a mapping from text as a dict."""
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return dict(value)
    message = f"{name} must be a dict from text; got {shown(value)}."
    raise InputError(message)
