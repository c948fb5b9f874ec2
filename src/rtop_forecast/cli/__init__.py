"""The ``rtop-forecast`` command; thin, it calls the public interface only."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence

from rtop_forecast.cli.streams import say

__all__ = ["main"]

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 on success; 2 with one line on stderr if an argument or a file is wrong, or the output cannot be written; 130
        if it was interrupted, by Ctrl-C or by the signal that asks a process to end.
    """
    alone = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler) if alone else None
    try:
        # what takes a while to import may be interrupted as well
        from rtop_forecast.cli.run import run

        return run(argv)
    except KeyboardInterrupt:
        say("rtop-forecast: interrupted; every file is as it was or whole.")
        return _INTERRUPTED
    finally:
        if alone:
            signal.signal(signal.SIGTERM, before)
