"""The ``rtop-forecast`` command; thin, it calls the public interface only."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import rtop_forecast as rtop
from rtop_forecast.cli.parser import parser
from rtop_forecast.cli.text import one_line

_OURS = (
    rtop.InputError,
    rtop.CoverageError,
    rtop.LeakageError,
    rtop.DataIntegrityError,
    rtop.DownloadError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 on success; 2 with one line on stderr if an argument or an input file is wrong.
    """
    arguments = parser().parse_args(argv)
    try:
        text = arguments.run(arguments)
    except _OURS as error:
        print(f"rtop-forecast {arguments.command}: {one_line(str(error.args[0]))}", file=sys.stderr)
        return 2
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # A pager or `head` closed the pipe: that is how they end, not a fault of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
