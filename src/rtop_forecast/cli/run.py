"""From the words of the command line to an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import BrokenExecutor

import rtop_forecast as rtop
from rtop_forecast.cli.parser import parser
from rtop_forecast.cli.streams import OutputError, say, write
from rtop_forecast.cli.text import one_line
from rtop_forecast.cli.workers import quiet_workers

__all__ = ["run"]

_FAILED = 2
_TOLD = (
    rtop.InputError,
    rtop.CoverageError,
    rtop.LeakageError,
    rtop.DataIntegrityError,
    OutputError,
)


def run(argv: Sequence[str] | None) -> int:
    """Run one command.

    Returns
    -------
    int
        0, or 2 after one line on stderr.
    """
    name = "rtop-forecast"
    try:
        arguments = parser().parse_args(argv)
        name = f"{name} {arguments.command}"
        with quiet_workers(arguments):
            text = arguments.run(arguments)
        write(text)
    except _TOLD as error:
        say(f"{name}: {one_line(str(error.args[0]))}")
    except OSError as error:
        say(f"{name}: {one_line(str(error))}")
    except (MemoryError, BrokenExecutor):
        say(f"{name}: the memory does not suffice for so many processes. Use --jobs 1.")
    else:
        return 0
    return _FAILED
