"""What each subcommand does: from its arguments to the text to print."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.cli.text import (
    backtest_text,
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
    forecast = _forecast(arguments)
    if arguments.out is not None:
        rtop.write_tables(forecast, arguments.out)
    table = forecast.ranking().head(arguments.top)
    if arguments.json:
        return rank_json(forecast, table)
    return rank_text(forecast, table)


def report(arguments: argparse.Namespace) -> str:
    """Write the annual report."""
    panel = _panel(arguments)
    features = rtop.build_features(panel)
    target = rtop.onset_target(panel, horizon=arguments.horizon)
    origin = target.last_observed if arguments.origin is None else arguments.origin
    last = min(origin, target.last_observed) - arguments.horizon
    result = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(first=min(BACKTEST_FIRST, last), last=last, horizon=arguments.horizon),
        n_jobs=arguments.jobs,
        progress=_caption("backtest"),
    )
    forecast = rtop.forecast(
        rtop.default_model(),
        features,
        target,
        origin=origin,
        backtest=result,
        n_jobs=arguments.jobs,
        seed=arguments.seed,
        progress=_caption("intervals"),
    )
    comparable = arguments.data is not None and arguments.horizon == 2  # what EWP forecasts
    peers = rtop.read_peer_forecasts(arguments.data) if comparable else None
    written = rtop.write_report(forecast, result, arguments.out, peers=peers)
    return f"{written['index.html']}: report from {origin}, {len(written)} files in {arguments.out}"


def lock(arguments: argparse.Namespace) -> str:
    """Lock a forecast in one hashed record."""
    if arguments.out.exists():
        message = f"{arguments.out} exists already; a locked forecast is never overwritten."
        raise rtop.InputError(message)
    forecast = _forecast(arguments)
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
    # a misspelt name fails here, before any work
    if arguments.origin is not None:
        rtop.resolve_state(arguments.state, system="name", year=arguments.origin)
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
            "by_risk_factor": records(told.by_risk_factor()),
            "by_feature": records(table),
        }
        return json.dumps(document, indent=2)
    start, end = forecast.window
    row = forecast.frame[forecast.frame["country_id"] == told.country_id].iloc[0]
    head = (
        f"Risk of a new mass-killing episode in {start}-{end}: rank {row['rank']} of {len(forecast.frame)} "
        f"({row['rank_low']}-{row['rank_high']}), {row['prob']:.1%} ({row['prob_low']:.1%}-{row['prob_high']:.1%})"
    )
    return f"{told.summary()}\n{head}\nNot causes: what the model saw, compared with others."


def backtest(arguments: argparse.Namespace) -> str:
    """Score every model out of sample."""
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
        return json.dumps({name: score_dict(result) for name, result in results.items()}, indent=2)
    return backtest_text(results)


def sources(arguments: argparse.Namespace) -> str:
    """List the sources, or what a folder holds of them."""
    known = rtop.describe_sources()
    state = None if arguments.data is None else rtop.describe_folder(arguments.data)
    if arguments.json:
        document: dict[str, Any] = {"sources": records(known)}
        if state is not None:
            document["files"] = records(state)
        return json.dumps(document, indent=2, ensure_ascii=False)
    return registry_text(known) if state is None else folder_text(state)


def fetch(arguments: argparse.Namespace) -> str:
    """Download releases that need no login."""
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


def _panel(arguments: argparse.Namespace) -> rtop.Panel:
    """Panel; with a data folder, tell on stderr what was used of it."""
    panel = rtop.load_panel(data_dir=arguments.data)
    for row in panel.origin.to_dict("records"):
        print(f"{row['table']}: {row['origin']} ({one_line(row['note'])})", file=sys.stderr)
    return panel


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
        backtest=history,
        draws=draws,
        n_jobs=arguments.jobs,
        seed=arguments.seed,
        progress=_caption("intervals"),
    )


def _caption(text: str) -> str | None:
    return text if sys.stderr.isatty() else None
