"""What the results of a command depend on: by these they are kept and found again."""

from __future__ import annotations

import argparse
from typing import Any

import rtop_forecast as rtop

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
        **_provisional(getattr(arguments, "provisional", None)),
    }


def _provisional(asked: Any) -> dict[str, Any]:
    """Content of the provisional list and its name, which the forecast tells; nothing where none is asked for."""
    if asked is None:
        return {}
    episodes = rtop.load_provisional_episodes(None if asked is True else asked)
    return {"provisional": [episodes.name, episodes.sha256]}
