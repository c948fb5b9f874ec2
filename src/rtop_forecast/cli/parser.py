"""Arguments of the command and its subcommands."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.cli import commands as _commands

_ORIGIN = "last year whose information is used (default: the latest coded)"


class _Parser(argparse.ArgumentParser):
    """Parser whose complaint is one line."""

    def error(self, message: str) -> Any:
        """Print one line and leave with exit code 2."""
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def parser() -> argparse.ArgumentParser:
    """Parser of the command line; ``run`` of what it returns is the function of the subcommand."""
    whole = _Parser(
        prog="rtop-forecast", description="Forecast the risk of mass atrocities, country by country."
    )
    whole.add_argument("--version", action="version", version=f"rtop-forecast {rtop.__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_rank, _explain, _report, _brief, _backtest, _lock):
        _common(add(commands))
    _score(commands)
    _sources(commands)
    _fetch(commands)
    return whole


def _common(command: argparse.ArgumentParser) -> None:
    """Arguments of every subcommand that forecasts."""
    command.add_argument("--horizon", type=_positive, default=2, help="years the window lasts (default: 2)")
    command.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of official releases to use instead"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--jobs", type=int, default=-1, help="processes (default: one per core)")
    command.add_argument("--seed", type=int, default=0, help="seed of the resampling (default: 0)")


def _rank(commands: Any) -> argparse.ArgumentParser:
    rank: argparse.ArgumentParser = commands.add_parser("rank", help="print the annual risk ranking")
    rank.set_defaults(run=_commands.rank)
    rank.add_argument("--origin", type=int, help=_ORIGIN)
    rank.add_argument("--top", type=_positive, default=30, help="states to print (default: 30)")
    rank.add_argument(
        "--situation",
        choices=("quiet", "under_way"),
        help="only states where no mass killing is under way, or where one is (default: all)",
    )
    rank.add_argument(
        "--out", type=Path, metavar="DIR", help="also write ranking.csv, ranking.parquet, provenance.json"
    )
    return rank


def _explain(commands: Any) -> argparse.ArgumentParser:
    explain: argparse.ArgumentParser = commands.add_parser(
        "explain", help="say why a state's forecast is what it is"
    )
    explain.set_defaults(run=_commands.explain)
    explain.add_argument(
        "state", metavar="STATE", help="its name in any spelling, or its Gleditsch-Ward number"
    )
    explain.add_argument("--origin", "--year", dest="origin", type=int, help=_ORIGIN)
    explain.add_argument(
        "--compared-with",
        type=_reference,
        default="world",
        metavar="REFERENCE",
        help="world, own past (its last ten years) or region (default: world)",
    )
    return explain


def _lock(commands: Any) -> argparse.ArgumentParser:
    lock: argparse.ArgumentParser = commands.add_parser(
        "lock", help="write a forecast into one hashed record, to be scored later"
    )
    lock.set_defaults(run=_commands.lock)
    lock.add_argument("--out", type=Path, metavar="FILE", required=True, help="JSON file; never overwritten")
    lock.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="the day of publication")
    lock.add_argument("--origin", type=int, help=_ORIGIN)
    return lock


def _report(commands: Any) -> argparse.ArgumentParser:
    report: argparse.ArgumentParser = commands.add_parser(
        "report", help="write the annual report: page, figures, tables"
    )
    report.set_defaults(run=_commands.report)
    report.add_argument("--out", type=Path, metavar="DIR", required=True, help="folder of the report")
    report.add_argument("--origin", type=int, help=_ORIGIN)
    return report


def _brief(commands: Any) -> argparse.ArgumentParser:
    brief: argparse.ArgumentParser = commands.add_parser(
        "brief", help="write the brief of one state: a page of A4"
    )
    brief.set_defaults(run=_commands.brief)
    brief.add_argument(
        "state", metavar="STATE", help="its name in any spelling, or its Gleditsch-Ward number"
    )
    brief.add_argument("--out", type=Path, metavar="FILE", required=True, help="HTML file")
    brief.add_argument("--origin", type=int, help=_ORIGIN)
    return brief


def _backtest(commands: Any) -> argparse.ArgumentParser:
    scores: argparse.ArgumentParser = commands.add_parser("backtest", help="score every model out of sample")
    scores.set_defaults(run=_commands.backtest)
    first = _commands.BACKTEST_FIRST
    scores.add_argument("--first", type=int, default=first, help=f"first origin (default: {first})")
    scores.add_argument("--last", type=int, help="last origin (default: the latest whose window has closed)")
    return scores


def _score(commands: Any) -> None:
    score = commands.add_parser("score", help="score a locked forecast on what happened since")
    score.set_defaults(run=_commands.score)
    score.add_argument("file", type=Path, metavar="FILE", help="record written by `rtop-forecast lock`")
    score.add_argument("--data", type=Path, metavar="DIR", help="folder of official releases to use instead")
    score.add_argument("--json", action="store_true", help="print JSON")


def _sources(commands: Any) -> None:
    sources = commands.add_parser("sources", help="list the sources, or say what a folder holds of them")
    sources.set_defaults(run=_commands.sources)
    sources.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of official releases to look through"
    )
    sources.add_argument("--json", action="store_true", help="print JSON")


def _fetch(commands: Any) -> None:
    fetch = commands.add_parser("fetch", help="download releases that need no login")
    fetch.set_defaults(run=_commands.fetch)
    fetch.add_argument(
        "names", nargs="*", metavar="NAME", help="dataset or key (default: all that can be fetched)"
    )
    fetch.add_argument(
        "--to", type=Path, metavar="DIR", help="folder (default: in the cache, see RTOP_CACHE)"
    )
    fetch.add_argument("--list", action="store_true", help="list what can be fetched, and download nothing")


def _reference(text: str) -> rtop.Reference:
    try:
        return rtop.Reference.of(text)
    except rtop.InputError as error:
        message = f"{text!r} is not one of {', '.join(rtop.Reference.SHORTHANDS)}"
        raise argparse.ArgumentTypeError(message) from error


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        message = f"{text} is not an integer of at least 1"
        raise argparse.ArgumentTypeError(message)
    return value
