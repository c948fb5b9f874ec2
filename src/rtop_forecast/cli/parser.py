"""Arguments of the command and its subcommands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.cli import commands as _commands
from rtop_forecast.cli.streams import say, write
from rtop_forecast.cli.text import one_line
from rtop_forecast.cli.update import update
from rtop_forecast.cli.values import day, episode_list, job_count, positive, reference, seed, year

__all__ = ["SHELLS", "parser"]

SHELLS = ("bash", "zsh", "fish")
#: Languages that a terminal prints; what is written from right to left is left to the page.
_PRINTED = ("en", "fr", "es")
_STATE = "its name in any spelling, its ISO code or its Gleditsch-Ward number"


class _Parser(argparse.ArgumentParser):
    """Parser whose complaint is one line, and whose help does not get lost without a word."""

    def error(self, message: str) -> Any:
        """Print one line and leave with exit code 2."""
        self.exit(2, f"{self.prog}: {one_line(message)}. See `{self.prog} --help`.\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is sys.stdout:
            write(message.rstrip("\n"))
        else:
            say(message.rstrip("\n"))


def parser() -> argparse.ArgumentParser:
    """Parser of the command line; ``run`` of what it returns is the function of the subcommand."""
    whole = _Parser(
        prog="rtop-forecast",
        description="Forecast the risk of mass atrocities, country by country.",
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"rtop-forecast {rtop.__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (
        _rank,
        _explain,
        _report,
        _brief,
        _backtest,
        _lock,
        _score,
        _record,
        _sources,
        _fetch,
        _update,
        _cache,
        _completion,
    ):
        add(commands)
    return whole


def _add(
    commands: Any, name: str, run: Callable[[argparse.Namespace], str], *, says: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=says, description=f"{says[0].upper()}{says[1:]}.", allow_abbrev=False
    )
    command.set_defaults(run=run)
    return command


def _forecasts(command: argparse.ArgumentParser, *, origin: bool = True) -> None:
    """Arguments of every subcommand that forecasts."""
    if origin:
        command.add_argument(
            "--origin",
            type=year,
            metavar="YEAR",
            help="last year whose information is used (default: the latest that the data allow)",
        )
        command.add_argument(
            "--as-of",
            type=day,
            metavar="DAY",
            help="forecast with what was out on a day, such as 2026-10-31, for the window that begins in its year "
            "(default: the end of June after the origin)",
        )
        command.add_argument(
            "--yearly",
            action="store_true",
            help="leave out the months since the origin (default: what is known of them is used)",
        )
    command.add_argument(
        "--horizon", type=positive, default=2, metavar="YEARS", help="years the window lasts (default: 2)"
    )
    command.add_argument(
        "--jobs", type=job_count, default=-1, metavar="N", help="processes (default: one per core)"
    )
    command.add_argument(
        "--no-cache", action="store_true", help="compute anew, and keep nothing (default: read what was kept)"
    )
    command.add_argument(
        "--seed", type=seed, default=0, metavar="N", help="seed of the resampling (default: 0)"
    )


def _provisional(command: argparse.ArgumentParser) -> None:
    """Provisional list of episodes."""
    command.add_argument(
        "--provisional",
        nargs="?",
        const=True,
        type=episode_list,
        metavar="FILE",
        help="let the provisional list of episodes, or one of your own (a .csv file), say which are under way after "
        "the last coded year; without --as-of or --origin the forecast is of the month of its newest row",
    )


def _reads(command: argparse.ArgumentParser, *, json: bool) -> None:
    """Arguments of every subcommand that reads tables."""
    command.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of official releases to use instead"
    )
    if json:
        command.add_argument("--json", action="store_true", help="print JSON")
    _quiet(command)


def _language(command: argparse.ArgumentParser, *languages: str) -> None:
    """Language of what a subcommand writes or prints."""
    command.add_argument(
        "--lang", choices=languages, default="en", help="language of words, numbers and names (default: en)"
    )


def _quiet(command: argparse.ArgumentParser) -> None:
    command.add_argument("-q", "--quiet", action="store_true", help="show no progress on stderr")


def _rank(commands: Any) -> None:
    rank = _add(commands, "rank", _commands.rank, says="print the annual risk ranking")
    rank.add_argument("--top", type=positive, default=30, metavar="N", help="states to print (default: 30)")
    rank.add_argument(
        "--situation",
        choices=("quiet", "under_way"),
        help="only states where no mass killing is under way, or where one is (default: all)",
    )
    rank.add_argument(
        "--out", type=Path, metavar="DIR", help="also write ranking.csv, ranking.parquet, provenance.json"
    )
    _language(rank, *_PRINTED)
    _forecasts(rank)
    _provisional(rank)
    _reads(rank, json=True)


def _explain(commands: Any) -> None:
    explain = _add(commands, "explain", _commands.explain, says="say why a state's forecast is what it is")
    explain.add_argument("state", type=str.strip, metavar="STATE", help=_STATE)
    explain.add_argument(
        "--compared-with",
        type=reference,
        default="world",
        metavar="REFERENCE",
        help="world, own past (its last ten years) or region (default: world)",
    )
    explain.add_argument("--year", dest="origin", type=year, help=argparse.SUPPRESS)  # its earlier name
    _language(explain, *_PRINTED)
    _forecasts(explain)
    _provisional(explain)
    _reads(explain, json=True)


def _report(commands: Any) -> None:
    report = _add(commands, "report", _commands.report, says="write the annual report: page, figures, tables")
    report.add_argument("--out", type=Path, metavar="DIR", required=True, help="folder of the report")
    _language(report, *rtop.LANGUAGES)
    _forecasts(report)
    _provisional(report)
    _reads(report, json=False)


def _brief(commands: Any) -> None:
    brief = _add(commands, "brief", _commands.brief, says="write the brief of one state: a page of A4")
    brief.add_argument("state", type=str.strip, metavar="STATE", help=_STATE)
    brief.add_argument("--out", type=Path, metavar="FILE", required=True, help="HTML file")
    _language(brief, *rtop.LANGUAGES)
    _forecasts(brief)
    _provisional(brief)
    _reads(brief, json=False)


def _backtest(commands: Any) -> None:
    scores = _add(commands, "backtest", _commands.backtest, says="score every model out of sample")
    first = _commands.BACKTEST_FIRST
    scores.add_argument(
        "--first", type=year, default=first, metavar="YEAR", help=f"first origin (default: {first})"
    )
    scores.add_argument(
        "--last",
        type=year,
        metavar="YEAR",
        help="last origin (default: the latest whose window has closed)",
    )
    _forecasts(scores, origin=False)
    _reads(scores, json=True)


def _lock(commands: Any) -> None:
    lock = _add(
        commands,
        "lock",
        _commands.lock,
        says="write a forecast into one hashed record, to be scored later",
    )
    lock.add_argument("--out", type=Path, metavar="FILE", required=True, help="JSON file; never overwritten")
    lock.add_argument("--date", type=day, required=True, metavar="YYYY-MM-DD", help="the day of publication")
    _forecasts(lock)
    _provisional(lock)
    _reads(lock, json=False)


def _score(commands: Any) -> None:
    score = _add(commands, "score", _commands.score, says="score a locked forecast on what happened since")
    score.add_argument("file", type=Path, metavar="FILE", help="record written by `rtop-forecast lock`")
    _reads(score, json=True)


def _record(commands: Any) -> None:
    record = _add(commands, "record", _commands.record, says="score all locked forecasts of a folder")
    record.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("published"),
        metavar="FOLDER",
        help="folder of locked forecasts (default: published)",
    )
    _reads(record, json=True)


def _sources(commands: Any) -> None:
    sources = _add(
        commands, "sources", _commands.sources, says="list the sources, or say what a folder holds of them"
    )
    sources.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of official releases to look through"
    )
    sources.add_argument("--json", action="store_true", help="print JSON")
    _quiet(sources)


def _fetch(commands: Any) -> None:
    fetch = _add(commands, "fetch", _commands.fetch, says="download releases that need no login")
    fetch.add_argument(
        "names", nargs="*", metavar="NAME", help="dataset or key (default: all that can be fetched)"
    )
    fetch.add_argument(
        "--out", type=Path, metavar="DIR", help="folder (default: in the cache, see RTOP_CACHE)"
    )
    fetch.add_argument("--to", dest="out", type=Path, help=argparse.SUPPRESS)  # its earlier name
    fetch.add_argument("--list", action="store_true", help="list what can be fetched, and download nothing")
    _quiet(fetch)


def _update(commands: Any) -> None:
    command = _add(
        commands,
        "update",
        update,
        says="fetch newer releases into a folder, and say what they change in the ranking",
    )
    command.add_argument(
        "--data", type=Path, metavar="DIR", required=True, help="folder of official releases"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be fetched, and write nothing"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    _forecasts(command)
    _quiet(command)


def _cache(commands: Any) -> None:
    cache = _add(commands, "cache", _commands.cache, says="say what results are kept, or remove them")
    cache.add_argument("--clear", action="store_true", help="remove all kept results")
    _quiet(cache)


def _completion(commands: Any) -> None:
    completion = _add(
        commands, "completion", _commands.completion, says="print a script that completes the command"
    )
    completion.add_argument("shell", choices=SHELLS, help="the shell that is to read it")
