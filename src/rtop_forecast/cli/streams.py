"""What goes to stdout and stderr, also where nobody reads it or no space is left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["OutputError", "noted", "say", "say_each_time", "write"]

_NOTED: list[str] = []


class OutputError(Exception):
    """The output could not be written; the message says why."""


def say(text: str) -> None:
    """Write a line to stderr; if nobody can read it, the work goes on without."""
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()


def say_each_time(text: str) -> None:
    """Write a line to stderr that belongs to the answer, whether it was computed now or before."""
    _NOTED.append(text)
    say(text)


@contextmanager
def noted() -> Iterator[list[str]]:
    """List the lines that belong to an answer while it is made."""
    _NOTED.clear()
    yield _NOTED


def write(text: str = "") -> None:
    """Write a text to stdout, and what was written before it.

    Raises
    ------
    OutputError
        If stdout is closed, its reader has gone, no space is left, or its encoding lacks a letter.
    """
    if sys.stdout is None:
        message = "stdout is closed. Leave it open, or send it to a file."
        raise OutputError(message)
    try:
        if text:
            sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        _let_go()
        message = "what reads the output closed it before the end."
        raise OutputError(message) from error
    except OSError as error:
        _let_go()
        message = (
            f"the output cannot be written ({error.strerror or error}). Free space, or send it elsewhere."
        )
        raise OutputError(message) from error
    except UnicodeEncodeError as error:
        message = f"the output has letters that {error.encoding} lacks. Set PYTHONIOENCODING=utf-8."
        raise OutputError(message) from error


def _let_go() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not try again at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
