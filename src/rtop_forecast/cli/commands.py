"""What each subcommand does: from its arguments to the text to print."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.cli.text import (
    age_lines,
    backtest_text,
    explain_json,
    explain_text,
    file_lines,
    folder_text,
    one_line,
    rank_json,
    rank_text,
    records,
    registry_text,
    score_dict,
)

BACKTEST_FIRST = 1993
# origins that feed the calibrator, and the years of labels that the earliest of them trains on
_CALIBRATION_ORIGINS, _FIRST_TRAINING_YEARS = 25, 10
_FEW_DRAWS = 20


def rank(arguments: argparse.Namespace) -> str:
    """Rank the states."""
    forecast, _ = _forecast(arguments)
    if arguments.out is not None:
        rtop.write_tables(forecast, arguments.out)
    table = forecast.ranking()
    if arguments.situation is not None:
        wanted = arguments.situation == "under_way"
        table = table[table["under_way"].eq(wanted).fillna(value=False)]
    table = table.head(arguments.top)
    if arguments.json:
        return rank_json(forecast, table)
    return rank_text(forecast, table)


def report(arguments: argparse.Namespace) -> str:
    """Write the annual report."""
    forecast, result = _forecast(arguments, backtest_first=BACKTEST_FIRST)
    comparable = arguments.data is not None and arguments.horizon == 2  # what EWP forecasts
    peers = rtop.read_peer_forecasts(arguments.data) if comparable else None
    written = rtop.write_report(forecast, result, arguments.out, peers=peers)
    return f"{written['index.html']}: report from {forecast.origin_year}, {len(written)} files in {arguments.out}"


def brief(arguments: argparse.Namespace) -> str:
    """Write the brief of one state."""
    forecast, result = _forecast(arguments, backtest_first=BACKTEST_FIRST)
    written = rtop.write_brief(forecast, result, arguments.out, state=arguments.state)
    return f"{written}: brief from {forecast.origin_year}"


def lock(arguments: argparse.Namespace) -> str:
    """Lock a forecast in one hashed record."""
    if arguments.out.exists():
        message = f"{arguments.out} exists already; a locked forecast is never overwritten."
        raise rtop.InputError(message)
    forecast, _ = _forecast(arguments)
    digest = rtop.lock_forecast(forecast, arguments.out, locked_on=arguments.date)
    return f"{arguments.out}: {len(forecast.frame)} forecasts from {forecast.origin_year}, SHA-256 {digest}"


def score(arguments: argparse.Namespace) -> str:
    """Score a locked forecast."""
    locked = rtop.read_locked(arguments.file)
    target = rtop.onset_target(
        _panel(arguments), event=locked.event, horizon=locked.window[1] - locked.origin_year
    )
    result = rtop.score_locked(locked, target)
    if arguments.json:
        return json.dumps({"sha256": locked.sha256, "scores": result.scores}, indent=2)
    head = f"locked on {locked.locked_on} from {locked.origin_year} for {locked.window[0]}-{locked.window[1]}"
    return f"{arguments.file.name}, {head}\n{result.summary()}"


def explain(arguments: argparse.Namespace) -> str:
    """Say why a state stands where it does."""
    forecast, _ = _forecast(arguments, draws=_FEW_DRAWS)
    attributions = forecast.attributions(arguments.state, compared_with=arguments.compared_with)
    if arguments.json:
        return explain_json(forecast, attributions)
    return explain_text(forecast, attributions)


def backtest(arguments: argparse.Namespace) -> str:
    """Score every model out of sample."""
    features, target = _inputs(arguments)
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
        return json.dumps({name: score_dict(result) for name, result in results.items()}, indent=2)
    return backtest_text(results)


def sources(arguments: argparse.Namespace) -> str:
    """List the sources, or what a folder holds of them."""
    registered = rtop.describe_sources()
    files = None if arguments.data is None else rtop.describe_folder(arguments.data)
    if arguments.json:
        document: dict[str, Any] = {"sources": records(registered)}
        if files is not None:
            document["files"] = records(files)
        return json.dumps(document, indent=2, ensure_ascii=False)
    return registry_text(registered) if files is None else folder_text(files)


def fetch(arguments: argparse.Namespace) -> str:
    """Download releases that need no login."""
    if arguments.list:
        registered = rtop.describe_sources()
        free = registered[registered["get"] == "fetch"]
        return "\n".join(f"{row['key']:<30} {row['title']}" for row in free.to_dict("records"))
    table = rtop.fetch(arguments.names or None, folder=arguments.to)
    lines = [
        f"{row['key']}: {row['file']} ({'downloaded' if row['new'] else 'there already'}, "
        f"{'SHA-256 as registered' if row['checked'] else 'no hash registered, SHA-256 ' + row['sha256']})"
        for row in table.to_dict("records")
    ]
    return "\n".join([*lines, "Use them with: rtop-forecast rank --data FOLDER"])


def _panel(arguments: argparse.Namespace) -> rtop.Panel:
    """Load the panel; with a data folder, say on stderr what was used of it."""
    panel = rtop.load_panel(data_dir=arguments.data)
    for row in panel.origin.to_dict("records"):
        print(f"{row['table']}: {row['origin']} ({one_line(row['note'])})", file=sys.stderr)
    for line in file_lines(panel.files):
        print(line, file=sys.stderr)
    return panel


def _inputs(arguments: argparse.Namespace) -> tuple[rtop.Features, rtop.Target]:
    panel = _panel(arguments)
    return rtop.build_features(panel), rtop.onset_target(panel, horizon=arguments.horizon)


def _forecast(
    arguments: argparse.Namespace, *, backtest_first: int | None = None, draws: int = 50
) -> tuple[rtop.Forecast, rtop.BacktestResult]:
    """Forecast of a command, and the backtest that calibrates it.

    The backtest's last origin is the latest whose window had closed by the forecast's. It has no other, unless
    ``backtest_first`` names an earlier one; the forecast is the same either way, since the calibrator learns from the
    same latest origins.
    """
    features, target = _inputs(arguments)
    origin = target.last_observed if arguments.origin is None else arguments.origin
    if "state" in arguments:  # a misspelt name fails here, before any work
        system = "gw" if arguments.state.strip().isdigit() else "name"
        rtop.resolve_state(arguments.state.strip(), system=system, year=origin)
    closed = min(origin, target.last_observed) - arguments.horizon
    first = closed if backtest_first is None else min(backtest_first, closed)
    result = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=first, last=closed, horizon=arguments.horizon),
        calibration_origins=_calibration_origins(features.panel, origin, closed, arguments.horizon),
        n_jobs=arguments.jobs,
        progress=_caption("calibration" if backtest_first is None else "backtest"),
    )
    forecast = rtop.forecast(
        rtop.default_model(),
        features,
        target,
        origin=origin,
        backtest=result,
        draws=draws,
        n_jobs=arguments.jobs,
        seed=arguments.seed,
        progress=_caption("intervals"),
    )
    if arguments.data is not None:
        print("\n".join(age_lines(forecast)), file=sys.stderr)
    return forecast, result


def _calibration_origins(panel: rtop.Panel, origin: int, closed: int, horizon: int) -> int:
    """How many origins feed the calibrator: 25, or as many as an early origin has behind it."""
    first, last = panel.years
    spare = closed - horizon + 1 - (first + horizon + _FIRST_TRAINING_YEARS)
    if origin > last or spare < 0:
        earliest = first + 3 * horizon - 1 + _FIRST_TRAINING_YEARS
        message = f"no forecast can be made from origin {origin}; choose one from {earliest} to {last}."
        raise rtop.CoverageError(message)
    return min(spare, _CALIBRATION_ORIGINS)


def _caption(text: str) -> str | None:
    return text if sys.stderr.isatty() else None
