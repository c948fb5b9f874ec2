"""Scripts by which a shell completes the command."""

from __future__ import annotations

import argparse

import rtop_forecast as rtop
from rtop_forecast.cli.parser import parser

__all__ = ["script"]


def script(shell: str) -> str:
    """Script for a shell, made by shtab from the parser: subcommands, options, paths, states and datasets."""
    import shtab

    whole = parser()
    for action in _arguments(whole):
        if action.metavar == "DIR":
            vars(action)["complete"] = shtab.DIRECTORY
        elif action.metavar == "FILE":
            vars(action)["complete"] = shtab.FILE
        elif action.metavar == "STATE":
            action.choices = _states()
        elif action.metavar == "NAME":
            action.choices = _datasets()
    text: str = shtab.complete(whole, shell=shell)  # nosec B604 (names a shell and starts none)
    return text.rstrip("\n")


def _arguments(whole: argparse.ArgumentParser) -> list[argparse.Action]:
    """Arguments of every subcommand."""
    commands = next(one for one in whole._actions if isinstance(one, argparse._SubParsersAction))
    return [action for command in commands.choices.values() for action in command._actions]


def _states() -> list[str]:
    """ISO codes of today's states: words that no shell has to quote."""
    states = rtop.list_states()
    today = states.loc[states["end"].isna(), "country_id"]
    codes = rtop.find_codes(today.to_numpy(), 2024, codes=["iso3"])["iso3"]
    return sorted(codes.dropna().unique())


def _datasets() -> list[str]:
    registered = rtop.describe_sources()
    return sorted(registered.loc[registered["get"] == "fetch", "dataset"].unique())
