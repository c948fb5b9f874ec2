"""Ctrl-C reaches the command alone."""

from __future__ import annotations

import argparse
import signal

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
