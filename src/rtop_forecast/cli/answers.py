"""Answers of a command that were given before, by all that they come from."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import wraps

import rtop_forecast as rtop
from rtop_forecast.cli.before import with_issue_of_list
from rtop_forecast.cli.kept import forecast_parts
from rtop_forecast.cli.streams import noted, say

__all__ = ["answered"]

# What moves no letter of an answer.
_NO_PART = frozenset({"run", "jobs", "quiet", "no_cache"})


def answered(command: Callable[[argparse.Namespace], str]) -> Callable[[argparse.Namespace], str]:
    """Let a command that only prints say again what it said before, as long as nothing differs that it says it from."""

    @wraps(command)
    def again(arguments: argparse.Namespace) -> str:
        if arguments.no_cache or getattr(arguments, "out", None) is not None:
            return command(arguments)
        store = rtop.ResultCache()
        asked = {name: str(value) for name, value in vars(arguments).items() if name not in _NO_PART}
        parts = forecast_parts(with_issue_of_list(arguments)) | {"asked": asked}
        found: rtop.Answer | None = store.find("answer", parts)
        if found is not None:
            for line in found.beside:
                say(line)
            return found.text
        with noted() as lines:
            text = command(arguments)
        store.keep("answer", parts, rtop.Answer(text=text, beside=tuple(lines)))
        return text

    return again
