"""Worker processes of a command, which Ctrl-C in a terminal reaches as well."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_workers(arguments: argparse.Namespace) -> Iterator[None]:
    """Have the workers of a command leave Ctrl-C to it: it ends them, and they have nothing to say of their own."""
    if "jobs" not in arguments:
        yield
        return
    import joblib

    with joblib.parallel_config(backend="loky", initializer=leave_interrupts):
        yield


def leave_interrupts() -> None:
    """Take no notice of Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
