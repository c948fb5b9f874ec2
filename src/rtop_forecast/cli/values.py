"""Single arguments: from the word to the value, or what it must be."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import rtop_forecast as rtop

__all__ = ["day", "episode_list", "job_count", "positive", "reference", "seed", "year"]

_MOST_JOBS = 1_000
_MOST_SEED = 2**31 - 1  # what every model takes


def positive(text: str) -> int:
    """Integer of at least 1."""
    return _integer(text, rule="an integer of at least 1", least=1)


def seed(text: str) -> int:
    """Seed of random numbers."""
    return _integer(text, rule=f"an integer from 0 to {_MOST_SEED}", least=0, most=_MOST_SEED)


def year(text: str) -> int:
    """Calendar year of four digits."""
    return _integer(text, rule="a year of four digits, such as 2020", least=1000, most=9998)


def job_count(text: str) -> int:
    """Read a number of processes, or -1 for one per core."""
    rule = f"a number of processes: give 1 to {_MOST_JOBS}, or -1 for one per core"
    value = _integer(text, rule=rule, least=-_MOST_JOBS, most=_MOST_JOBS)
    return value if value else _refuse(text, rule)


def day(text: str) -> str:
    """Day written as YYYY-MM-DD."""
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    _refuse(text, "a day written as YYYY-MM-DD, such as 2026-07-01")
    return text


def episode_list(text: str) -> Path:
    """File of a provisional list: one that exists, or a name in .csv; any other word was meant for something else."""
    path = Path(text)
    if path.is_file() or path.suffix.lower() == ".csv":
        return path
    message = (
        f"{text!r} is neither a file nor a name in .csv. For the project's own list write --provisional behind all "
        f"other words, as in: {text!r} --provisional"
    )
    raise argparse.ArgumentTypeError(message)


def reference(text: str) -> rtop.Reference:
    """Read what an explanation compares with."""
    try:
        return rtop.Reference.of(text)
    except rtop.InputError as error:
        message = f"{text!r} is not one of {', '.join(rtop.Reference.SHORTHANDS)}"
        raise argparse.ArgumentTypeError(message) from error


def _integer(text: str, *, rule: str, least: int, most: int | None = None) -> int:
    try:
        value = int(text)
    except ValueError:
        return _refuse(text, rule)
    return value if value >= least and (most is None or value <= most) else _refuse(text, rule)


def _refuse(text: str, rule: str) -> int:
    message = f"{text!r} is not {rule}"
    raise argparse.ArgumentTypeError(message)
