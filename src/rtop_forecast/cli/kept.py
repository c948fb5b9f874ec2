"""What the results of a command depend on: by these they are kept and found again."""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["backtest_parts", "forecast_parts"]


def forecast_parts(arguments: argparse.Namespace) -> dict[str, Any]:
    """Arguments that a command's forecast depends on; a folder counts by its contents."""
    return _shared(arguments) | {"seed": arguments.seed}


def backtest_parts(arguments: argparse.Namespace, first: int) -> dict[str, Any]:
    """Arguments that the backtest behind a forecast depends on."""
    return _shared(arguments) | {"first": first}


def _shared(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "command": "forecast",
        **{name: getattr(arguments, name) for name in ("data", "origin", "horizon", "as_of", "yearly")},
    }
