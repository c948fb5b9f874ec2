"""The ``rtop-forecast`` command; thin, it calls the public interface only."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import rtop_forecast as rtop

_BACKTEST_FIRST = 1993
# origins that feed the calibrator, and the years of labels that the earliest of them trains on
_CALIBRATION_ORIGINS, _FIRST_TRAINING_YEARS = 25, 10
_FEW_DRAWS = 20


_OURS = (
    rtop.InputError,
    rtop.CoverageError,
    rtop.LeakageError,
    rtop.DataIntegrityError,
    rtop.DownloadError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 on success; 2 with one line on stderr if an argument or an input file is wrong.
    """
    arguments = _parser().parse_args(argv)
    try:
        text = arguments.run(arguments)
    except _OURS as error:
        print(f"rtop-forecast {arguments.command}: {_one_line(str(error.args[0]))}", file=sys.stderr)
        return 2
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # A pager or `head` closed the pipe: that is how they end, not a fault of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _rank(arguments: argparse.Namespace) -> str:
    forecast = _forecast(arguments)
    if arguments.out is not None:
        rtop.write_tables(forecast, arguments.out)
    table = forecast.ranking().head(arguments.top)
    if arguments.json:
        return _rank_json(forecast, table)
    return _rank_text(forecast, table)


def _panel(arguments: argparse.Namespace) -> rtop.Panel:
    """Panel; with a data folder, tell on stderr what was used of it."""
    panel = rtop.load_panel(data_dir=arguments.data)
    for row in panel.origin.to_dict("records"):
        print(f"{row['table']}: {row['origin']} ({_one_line(row['note'])})", file=sys.stderr)
    return panel


def _report(arguments: argparse.Namespace) -> str:
    panel = _panel(arguments)
    features = rtop.build_features(panel)
    target = rtop.onset_target(panel, horizon=arguments.horizon)
    origin = target.last_observed if arguments.origin is None else arguments.origin
    last = min(origin, target.last_observed) - arguments.horizon
    result = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=min(_BACKTEST_FIRST, last), last=last, horizon=arguments.horizon),
        n_jobs=arguments.jobs,
        progress=_caption("backtest"),
    )
    forecast = rtop.forecast(
        rtop.default_model(),
        features,
        target,
        origin=origin,
        calibration=result,
        n_jobs=arguments.jobs,
        seed=arguments.seed,
        progress=_caption("intervals"),
    )
    comparable = arguments.data is not None and arguments.horizon == 2  # what EWP forecasts
    peers = rtop.peer_forecasts(arguments.data) if comparable else None
    written = rtop.write_report(forecast, result, arguments.out, peers=peers)
    return f"{written['index.html']}: report from {origin}, {len(written)} files in {arguments.out}"


def _lock(arguments: argparse.Namespace) -> str:
    if arguments.out.exists():
        message = f"{arguments.out} exists already; a locked forecast is never overwritten."
        raise rtop.InputError(message)
    forecast = _forecast(arguments)
    digest = rtop.lock_forecast(forecast, arguments.out, locked_on=arguments.date)
    return f"{arguments.out}: {len(forecast.frame)} forecasts from {forecast.origin_year}, SHA-256 {digest}"


def _score(arguments: argparse.Namespace) -> str:
    locked = rtop.read_locked(arguments.file)
    target = rtop.onset_target(
        _panel(arguments), event=locked.event, horizon=locked.window[1] - locked.origin_year
    )
    result = rtop.score_locked(locked, target)
    if arguments.json:
        return json.dumps({"sha256": locked.sha256, "scores": result.scores}, indent=2)
    head = f"locked on {locked.locked_on} from {locked.origin_year} for {locked.window[0]}-{locked.window[1]}"
    return f"{arguments.file.name}, {head}\n{result.summary()}"


def _explain(arguments: argparse.Namespace) -> str:
    # a misspelt name fails here, before any work
    if arguments.origin is not None:
        rtop.resolve(arguments.state, system="name", year=arguments.origin)
    forecast = _forecast(arguments, draws=_FEW_DRAWS)
    told = forecast.attributions(arguments.state, compared_with=arguments.compared_with)
    if arguments.json:
        table = told.to_frame()
        document = {
            "state": told.name,
            "origin_year": told.origin_year,
            "window": list(forecast.window),
            "compared_with": told.reference,
            "log_odds": told.log_odds,
            "baseline": told.baseline,
            "by_risk_factor": _records(told.by_risk_factor()),
            "by_feature": _records(table),
        }
        return json.dumps(document, indent=2)
    start, end = forecast.window
    row = forecast.frame[forecast.frame["country_id"] == told.country_id].iloc[0]
    head = (
        f"Risk of a new mass-killing episode in {start}-{end}: rank {row['rank']} of {len(forecast.frame)} "
        f"({row['rank_low']}-{row['rank_high']}), {row['prob']:.1%} ({row['prob_low']:.1%}-{row['prob_high']:.1%})"
    )
    return f"{told.summary()}\n{head}\nNot causes: what the model saw, compared with others."


def _forecast(arguments: argparse.Namespace, *, draws: int = 50) -> rtop.Forecast:
    panel = _panel(arguments)
    features = rtop.build_features(panel)
    target = rtop.onset_target(panel, horizon=arguments.horizon)
    origin = target.last_observed if arguments.origin is None else arguments.origin
    first, last = panel.years
    closed = min(origin, target.last_observed) - arguments.horizon
    spare = closed - arguments.horizon + 1 - (first + arguments.horizon + _FIRST_TRAINING_YEARS)
    if origin > last or spare < 0:
        earliest = first + 3 * arguments.horizon - 1 + _FIRST_TRAINING_YEARS
        message = f"no forecast can be made from origin {origin}; choose one from {earliest} to {last}."
        raise rtop.CoverageError(message)
    history = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=closed, last=closed, horizon=arguments.horizon),
        calibration_origins=min(spare, _CALIBRATION_ORIGINS),
        n_jobs=arguments.jobs,
        progress=_caption("calibration"),
    )
    return rtop.forecast(
        rtop.default_model(),
        features,
        target,
        origin=origin,
        calibration=history,
        draws=draws,
        n_jobs=arguments.jobs,
        seed=arguments.seed,
        progress=_caption("intervals"),
    )


def _rank_text(forecast: rtop.Forecast, table: pd.DataFrame) -> str:
    start, end = forecast.window
    years = str(start) if start == end else f"{start}-{end}"
    value, low, high = forecast.expected
    level = f"{forecast.level:.0%}"
    width = max(len("state"), *(len(name) for name in table["name"]))
    lines = [
        f"Risk that a new mass killing begins in {years}: the {len(table)} highest of "
        f"{len(forecast.frame)} states (origin {forecast.origin_year}, as known on {forecast.issued.isoformat()})",
        f"Expected number of states with an onset: {value:.1f} ({level} interval {low:.1f} to {high:.1f})",
        "",
        f"{'rank':>4}  {'state':<{width}}  {'prob.':>6}  {level + ' interval':>14}  {'rank range':>10}  "
        f"{'last year':>9}  raised most by (UN risk factor)",
    ]
    for row in table.to_dict("records"):
        factors = [
            f"{number} {rtop.risk_factor(int(number)).short}"
            for number in (row["factor_1"], row["factor_2"])
            if pd.notna(number)
        ]
        interval = f"{row['prob_low']:.1%}-{row['prob_high']:.1%}"
        ranks = f"{row['rank_low']}-{row['rank_high']}"
        last = "-" if pd.isna(row["rank_last_year"]) else str(row["rank_last_year"])
        lines.append(
            f"{row['rank']:>4}  {row['name']:<{width}}  {row['prob']:>6.1%}  {interval:>14}  {ranks:>10}  {last:>9}  "
            + ("; ".join(factors) or "-")
        )
    return "\n".join(lines)


def _rank_json(forecast: rtop.Forecast, table: pd.DataFrame) -> str:
    start, end = forecast.window
    value, low, high = forecast.expected
    document = {
        "target_start": start,
        "target_end": end,
        "states": len(forecast.frame),
        "expected_onsets": {"value": value, "low": low, "high": high},
        "ranking": _records(table),
        "provenance": forecast.provenance,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with every digit of each number; missing values become null."""
    cells = table.astype(object).where(table.notna(), None)
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in cells.to_dict("records")
    ]


def _backtest(arguments: argparse.Namespace) -> str:
    panel = _panel(arguments)
    features = rtop.build_features(panel)
    target = rtop.onset_target(panel, horizon=arguments.horizon)
    origins = rtop.RollingOrigin(first=arguments.first, last=arguments.last, horizon=arguments.horizon)
    results = {
        name: rtop.backtest(
            model,
            features,
            target,
            origins=origins,
            n_jobs=arguments.jobs,
            seed=arguments.seed,
            progress=_caption(name),
        )
        for name, model in rtop.benchmark_models().items()
    }
    if arguments.json:
        return json.dumps({name: _score_dict(result) for name, result in results.items()}, indent=2)
    return _backtest_text(results)


def _score_dict(result: rtop.BacktestResult) -> dict[str, float]:
    frame = result.to_frame()
    document: dict[str, float] = {"n": len(frame), "positives": int(frame["outcome"].sum())}
    for score, row in result.score_frame().iterrows():
        document |= {f"{score}": row["value"], f"{score}_low": row["low"], f"{score}_high": row["high"]}
    return document


def _backtest_text(results: dict[str, rtop.BacktestResult]) -> str:
    first = next(iter(results.values()))
    frame = first.to_frame()
    lines = [
        f"{len(frame):,} forecasts, {int(frame['outcome'].sum())} with an onset in the window, "
        f"origins {frame['origin_year'].min()}-{frame['origin_year'].max()}, {first.horizon}-year horizon; "
        "90% intervals from resampling countries",
        "",
    ]
    tables = {name: result.score_frame() for name, result in results.items()}
    width = max(len(name) for name in tables) + 1
    for score in next(iter(tables.values())).index:
        lines.append(str(score))
        for name, table in tables.items():
            value, low, high = table.loc[score]
            lines.append(f"  {name:<{width}} {value:8.4f}  ({low:.4f} to {high:.4f})")
    return "\n".join(lines)


def _sources(arguments: argparse.Namespace) -> str:
    known = rtop.describe_sources()
    state = None if arguments.data is None else rtop.folder_state(arguments.data)
    if arguments.json:
        document: dict[str, Any] = {"sources": _records(known)}
        if state is not None:
            document["files"] = _records(state)
        return json.dumps(document, indent=2, ensure_ascii=False)
    return _registry_text(known) if state is None else _folder_text(state)


def _registry_text(known: pd.DataFrame) -> str:
    lines = [
        f"{known['dataset'].replace('', None).nunique()} datasets in {len(known)} releases. "
        "get: fetch = `rtop-forecast fetch KEY`; login, by hand = at the page below.",
        "",
        f"{'key':<30} {'years':<9} {'get':<8} {'licence':<16} title",
    ]
    for row in known.to_dict("records"):
        years = f"{row['first_year']}-{row['last_year']}"
        licence = row["licence"].split(";")[0]
        lines += textwrap.wrap(
            f"{row['key']:<30} {years:<9} {row['get']:<8} {licence:<16} {row['title']}",
            width=100,
            subsequent_indent=" " * 67,
            drop_whitespace=True,
            break_long_words=False,
        )
        lines.append(f"{'':<30} {row['page']}")
    return "\n".join(lines)


def _folder_text(state: pd.DataFrame) -> str:
    read = state["rows"].notna()
    lines = [
        f"{len(state)} data files: {int(read.sum())} read as {state.loc[read, 'dataset'].nunique()} datasets, "
        f"{int(state['state'].str.startswith('refused').sum())} refused, "
        f"{int((state['state'] == 'not recognised').sum())} not recognised.",
    ]
    for row in state.to_dict("records"):
        lines += ["", row["file"]]
        if pd.notna(row["rows"]):
            lines.append(
                f"  {row['dataset']} {row['release']}, {row['first_year']}-{row['last_year']}: {row['rows']:,} "
                f"state-years, {row['unmatched']:,} rows unmatched; {row['state']}"
            )
        else:
            lines += textwrap.wrap(row["state"], width=98, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def _fetch(arguments: argparse.Namespace) -> str:
    if arguments.list:
        known = rtop.describe_sources()
        return "\n".join(
            f"{row['key']:<30} {row['title']}" for row in known[known["get"] == "fetch"].to_dict("records")
        )
    table = rtop.fetch(arguments.names or None, folder=arguments.to)
    lines = [
        f"{row['key']}: {row['file']} ({'downloaded' if row['new'] else 'there already'}, "
        f"{'SHA-256 as registered' if row['checked'] else 'no hash registered, SHA-256 ' + row['sha256']})"
        for row in table.to_dict("records")
    ]
    return "\n".join([*lines, "Use them with: rtop-forecast rank --data FOLDER"])


def _caption(text: str) -> str | None:
    return text if sys.stderr.isatty() else None


class _Parser(argparse.ArgumentParser):
    """Parser whose complaint is one line."""

    def error(self, message: str) -> Any:
        """Print one line and leave with exit code 2."""
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="rtop-forecast", description="Forecast the risk of mass atrocities, country by country."
    )
    parser.add_argument("--version", action="version", version=f"rtop-forecast {rtop.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    rank = commands.add_parser("rank", help="print the annual risk ranking")
    rank.set_defaults(run=_rank)
    rank.add_argument(
        "--origin", type=int, help="last year whose information is used (default: the latest coded)"
    )
    rank.add_argument("--top", type=_positive, default=30, help="states to print (default: 30)")
    rank.add_argument(
        "--out", type=Path, metavar="DIR", help="also write ranking.csv, ranking.parquet, provenance.json"
    )
    explain = commands.add_parser("explain", help="say why a state's forecast is what it is")
    explain.set_defaults(run=_explain)
    explain.add_argument(
        "state", metavar="STATE", help="its name in any spelling, or its Gleditsch-Ward number"
    )
    explain.add_argument(
        "--year",
        dest="origin",
        type=int,
        help="last year whose information is used (default: the latest coded)",
    )
    explain.add_argument(
        "--compared-with", choices=("world", "own past", "region"), default="world", help="default: world"
    )
    lock = commands.add_parser("lock", help="write a forecast into one hashed record, to be scored later")
    lock.set_defaults(run=_lock)
    lock.add_argument("--out", type=Path, metavar="FILE", required=True, help="JSON file; never overwritten")
    lock.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="the day of publication")
    lock.add_argument(
        "--origin", type=int, help="last year whose information is used (default: the latest coded)"
    )
    score = commands.add_parser("score", help="score a locked forecast on what happened since")
    score.set_defaults(run=_score)
    score.add_argument("file", type=Path, metavar="FILE", help="record written by `rtop-forecast lock`")
    score.add_argument("--data", type=Path, metavar="DIR", help="folder of official releases to use instead")
    score.add_argument("--json", action="store_true", help="print JSON")
    report = commands.add_parser("report", help="write the annual report: page, figures, tables")
    report.set_defaults(run=_report)
    report.add_argument("--out", type=Path, metavar="DIR", required=True, help="folder of the report")
    report.add_argument(
        "--origin", type=int, help="last year whose information is used (default: the latest coded)"
    )
    scores = commands.add_parser("backtest", help="score every model out of sample")
    scores.set_defaults(run=_backtest)
    scores.add_argument(
        "--first", type=int, default=_BACKTEST_FIRST, help=f"first origin (default: {_BACKTEST_FIRST})"
    )
    scores.add_argument("--last", type=int, help="last origin (default: the latest whose window has closed)")
    sources = commands.add_parser("sources", help="list the sources, or say what a folder holds of them")
    sources.set_defaults(run=_sources)
    sources.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of official releases to look through"
    )
    sources.add_argument("--json", action="store_true", help="print JSON")
    fetch = commands.add_parser("fetch", help="download releases that need no login")
    fetch.set_defaults(run=_fetch)
    fetch.add_argument(
        "names", nargs="*", metavar="NAME", help="dataset or key (default: all that can be fetched)"
    )
    fetch.add_argument(
        "--to", type=Path, metavar="DIR", help="folder (default: in the cache, see RTOP_CACHE)"
    )
    fetch.add_argument("--list", action="store_true", help="list what can be fetched, and download nothing")
    for command in (rank, explain, lock, report, scores):
        command.add_argument(
            "--horizon", type=_positive, default=2, help="years the window lasts (default: 2)"
        )
        command.add_argument(
            "--data", type=Path, metavar="DIR", help="folder of official releases to use instead"
        )
        command.add_argument("--json", action="store_true", help="print JSON")
        command.add_argument("--jobs", type=int, default=-1, help="processes (default: one per core)")
        command.add_argument("--seed", type=int, default=0, help="seed of the resampling (default: 0)")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        message = f"{text} is not a positive whole number"
        raise argparse.ArgumentTypeError(message)
    return value


if __name__ == "__main__":
    sys.exit(main())
