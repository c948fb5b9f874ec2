"""Worker processes of a command: started while it reads its data, and left alone by Ctrl-C in a terminal."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress


@contextmanager
def quiet_workers(arguments: argparse.Namespace) -> Iterator[None]:
    """Have the workers of a command leave Ctrl-C to it: it ends them, and they have nothing to say of their own."""
    if "jobs" not in arguments:
        yield
        return
    with _own_workers(), _executor_ends_quietly():
        yield


@contextmanager
def _executor_ends_quietly() -> Iterator[None]:
    """Keep a traceback off the screen that has nothing to say to whoever interrupted the command.

    The thread that hands tasks to the processes fails with a KeyError if a task was submitted in the instant in which
    the executor let all of them go (loky 3.6, ``add_call_item_to_queue``). The command ends then in any case.
    """
    before = threading.excepthook

    def tell(failed: threading.ExceptHookArgs) -> None:
        executor = failed.thread is not None and failed.thread.name == "ExecutorManagerThread"
        if not (executor and issubclass(failed.exc_type, KeyError)):
            before(failed)

    threading.excepthook = tell
    try:
        yield
    finally:
        threading.excepthook = before


@contextmanager
def _own_workers() -> Iterator[None]:
    """Have joblib start workers that leave Ctrl-C alone; each thread says so for itself."""
    import joblib

    with joblib.parallel_config(backend="loky", initializer=leave_interrupts):
        yield


@contextmanager
def starting_workers(arguments: argparse.Namespace) -> Iterator[None]:
    """Have the workers of a command import what they need while it reads the tables in the package.

    A data folder is read by the same workers.
    """
    if arguments.data is not None or arguments.jobs == 1:
        yield
        return
    thread = threading.Thread(target=_start, args=(arguments.jobs,), daemon=True)
    thread.start()
    try:
        yield
        ready()  # the command itself needs the same
    finally:
        thread.join()


def _start(jobs: int) -> None:
    import joblib

    with (
        _own_workers(),
        suppress(MemoryError, BrokenExecutor, OSError),
    ):  # the command meets them again, and says so
        count = joblib.effective_n_jobs(jobs)
        joblib.Parallel(n_jobs=jobs)(joblib.delayed(ready)() for _ in range(count))


def ready() -> None:
    """Import what fits and forecasts need."""
    import lightgbm  # noqa: F401

    import rtop_forecast as rtop

    # asking for them imports what stands behind them
    assert callable(rtop.backtest)
    assert callable(rtop.forecast)


def leave_interrupts() -> None:
    """Take no notice of Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
