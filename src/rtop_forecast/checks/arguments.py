"""Checks of single arguments: each returns the value in its own type, or says what it must be."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from rtop_forecast.errors import InputError

_SHOWN = 60


def quoted(value: object) -> str:
    """Value as an error message quotes it: one line, cut short."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def integer(value: Any, *, name: str, least: int | None = None, most: int | None = None) -> int:
    """Integer within bounds; booleans and floats are rejected."""
    if _is_number(value, kind=Integral):
        number = int(value)
        if (least is None or number >= least) and (most is None or number <= most):
            return number
    span = f" from {least} to {most}" if least is not None and most is not None else ""
    span = span or (f" of at least {least}" if least is not None else "")
    message = f"{name} must be an integer{span}; got {quoted(value)}."
    raise InputError(message)


def job_count(value: Any, *, name: str = "n_jobs") -> int | None:
    """Integer other than 0, as joblib takes it: processes, or all cores but some; None for its own choice."""
    if value is None or (_is_number(value, kind=Integral) and value != 0):
        return None if value is None else int(value)
    message = (
        f"{name} must be an integer of at least 1, -1 for one process per core, or None; got {quoted(value)}."
    )
    raise InputError(message)


def calendar_year(value: Any, *, name: str) -> int:
    """Calendar year."""
    return integer(value, name=name, least=1, most=9998)


def finite_number(value: Any, *, name: str) -> float:
    """Finite number."""
    if _is_number(value) and math.isfinite(value):
        return float(value)
    message = f"{name} must be a finite number; got {quoted(value)}."
    raise InputError(message)


def interval_level(value: Any, *, name: str = "level") -> float:
    """Probability content of an interval, strictly between 0 and 1."""
    if _is_number(value) and 0 < value < 1:
        return float(value)
    message = f"{name} must lie strictly between 0 and 1; it is {quoted(value)}. Use for example 0.9."
    raise InputError(message)


def positive_number(value: Any, *, name: str, zero: bool = False, infinite: bool = False) -> float:
    """Positive number; 0 or infinity only where that has a meaning."""
    if _is_number(value) and (value > 0 or (zero and value == 0)) and (infinite or not math.isinf(value)):
        return float(value)
    rule = "at least 0" if zero else "positive"
    message = (
        f"{name} must be {rule}{'' if infinite else ' and finite'}; it is {quoted(value)}. Change {name}."
    )
    raise InputError(message)


def list_lengths(values: Iterable[Any], *, name: str) -> tuple[int, ...]:
    """Integers of at least 1, without repeats."""
    lengths = tuple(integer(value, name=name, least=1) for value in values)
    if len(set(lengths)) < len(lengths):
        message = f"{name} must not repeat a list length; it is {lengths}. Give each length once."
        raise InputError(message)
    return lengths


def choice(value: Any, *, name: str, options: Sequence[str]) -> str:
    """One of the options."""
    if isinstance(value, str) and value in options:
        return value
    message = f"{name} must be one of {', '.join(options)}; got {quoted(value)}."
    raise InputError(message)


def flag(value: Any, *, name: str) -> bool:
    """Return True or False."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    message = f"{name} must be True or False; got {quoted(value)}."
    raise InputError(message)


def calendar_date(value: Any, *, name: str) -> date:
    """Date without a time of day."""
    if isinstance(value, date) and value == value:  # NaT is a date and unequal to itself
        return value.date() if isinstance(value, datetime) else value
    message = f"{name} must be a date, such as datetime.date(2025, 6, 30); got {quoted(value)}."
    raise InputError(message)


def path_argument(value: Any, *, name: str) -> Path:
    """Path that the file system can be asked about."""
    try:
        path = Path(os.fsdecode(value)) if isinstance(value, bytes) else Path(value)
        path.exists()
    except (TypeError, ValueError, OSError) as error:
        message = f"{name} must be a path; got {quoted(value)} ({error})."
        raise InputError(message) from error
    return path


def instance_of(value: Any, kind: Any, *, name: str, remedy: str) -> Any:
    """Instance of one of the classes of this library."""
    if isinstance(value, kind):
        return value
    message = f"{name} must be a {kind.__name__}, not {type(value).__name__}. {remedy}"
    raise InputError(message)


def strings(value: Any, *, name: str) -> list[str]:
    """List of strings; a single string is rejected."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        found = list(value)
        if all(isinstance(one, str) for one in found):
            return found
    message = f"{name} must be a list of strings; got {quoted(value)}."
    raise InputError(message)


def string_mapping(value: Any, *, name: str) -> dict[str, Any]:
    """Return a mapping with string keys as a dict."""
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return dict(value)
    message = f"{name} must be a dict with string keys; got {quoted(value)}."
    raise InputError(message)


def _is_number(value: Any, *, kind: Any = Real) -> bool:
    """Whether it is a number of the kind; booleans are rejected."""
    return isinstance(value, kind) and not isinstance(value, bool | np.bool_)
