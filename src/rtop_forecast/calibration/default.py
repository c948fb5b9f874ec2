"""The calibrator of every ranking and backtest that names no other."""

from __future__ import annotations

from rtop_forecast.calibration.by_group import GroupedRandomWalk


def default_calibrator() -> GroupedRandomWalk:
    """Calibrator of rankings and backtests: a shift that drifts by .05 log-odds a year, offsets and slopes by group.

    Adopted by a rule written before its run (``benchmarks/PROTOCOL.md``, ``benchmarks/calibration_choice.py``): one
    line for all states is too timid where nothing is under way and too bold where an episode is, and the two errors
    cancel in sums over both.

    Returns
    -------
    GroupedRandomWalk
        Unfitted.
    """
    return GroupedRandomWalk(sigma=0.05)
