"""Ctrl-C reaches the command alone."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading

import pytest
from joblib import Parallel, delayed

from rtop_forecast.cli.workers import quiet_workers


def test_workers_of_a_command_leave_ctrl_c_to_it():
    with quiet_workers(argparse.Namespace(jobs=2)):
        handlers = Parallel(n_jobs=2)(delayed(signal.getsignal)(signal.SIGINT) for _ in range(4))
    assert handlers == [signal.SIG_IGN] * 4


def test_a_command_without_workers_is_left_alone():
    before = signal.getsignal(signal.SIGINT)
    with quiet_workers(argparse.Namespace()):
        assert signal.getsignal(signal.SIGINT) is before


LET_GO = """
import argparse, sys, time
from contextlib import nullcontext
from joblib.externals.loky import get_reusable_executor
from rtop_forecast.cli.workers import quiet_workers

with quiet_workers(argparse.Namespace(jobs=2)) if sys.argv[1] == "command" else nullcontext():
    executor = get_reusable_executor(2)
    executor.submit(time.sleep, 60)
    executor._work_ids.put(99)  # as if submitted in the instant in which every task is let go
    executor.shutdown(kill_workers=True)
"""


@pytest.mark.parametrize(("who", "said"), [("command", False), ("script", True)])
def test_tasks_let_go_while_one_is_submitted_leave_no_traceback(who, said):
    ended = subprocess.run([sys.executable, "-c", LET_GO, who], capture_output=True, text=True, check=True)
    assert ("KeyError: 99" in ended.stderr) == said, ended.stderr
    assert said or not ended.stderr


@pytest.mark.parametrize(
    ("name", "error"), [("ExecutorManagerThread", ValueError("of ours")), ("another", KeyError("of ours"))]
)
def test_the_traceback_of_any_other_thread_is_told(name, error, capsys, monkeypatch):
    def fails():
        raise error

    # pytest collects what threads say; here it is to go where a command's goes
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    with quiet_workers(argparse.Namespace(jobs=2)):
        thread = threading.Thread(target=fails, name=name)
        thread.start()
        thread.join()
    assert "of ours" in capsys.readouterr().err
    assert threading.excepthook is threading.__excepthook__
