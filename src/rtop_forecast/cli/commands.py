"""What each subcommand does: from its arguments to the text to print."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import Any

import rtop_forecast as rtop
from rtop_forecast.cli.answers import answered
from rtop_forecast.cli.before import (
    CALIBRATION_ORIGINS,
    FIRST_TRAINING_YEARS,
    FIRST_WITH_MONTHS,
    as_of,
    backtest_origins,
    check_data,
    check_date,
    check_file,
    check_folder,
    check_language,
    check_origin,
    check_state,
    holds_months,
    with_issue_of_list,
)
from rtop_forecast.cli.kept import backtest_parts, forecast_parts
from rtop_forecast.cli.months import left_out_lines, with_reason
from rtop_forecast.cli.ranking import rank_text
from rtop_forecast.cli.streams import say, say_each_time
from rtop_forecast.cli.text import (
    age_lines,
    backtest_text,
    explain_json,
    explain_text,
    file_lines,
    folder_text,
    one_line,
    rank_json,
    records,
    registry_text,
    score_dict,
)
from rtop_forecast.cli.workers import starting_workers

BACKTEST_FIRST = 1993


@answered
def rank(arguments: argparse.Namespace) -> str:
    """Rank the states."""
    check_language(arguments)
    check_folder(arguments.out)
    forecast = forecast_of(arguments)
    if arguments.out is not None:
        rtop.write_tables(forecast, arguments.out)
    table = forecast.ranking()
    if arguments.situation is not None:
        wanted = arguments.situation == "under_way"
        table = table[table["under_way"].eq(wanted).fillna(value=False)]
    table = table.head(arguments.top)
    if arguments.json:
        return rank_json(forecast, table)
    return rank_text(forecast, table, arguments.lang)


def report(arguments: argparse.Namespace) -> str:
    """Write the annual report."""
    check_folder(arguments.out)
    forecast, result = _forecast_and_backtest(arguments)
    comparable = arguments.data is not None and arguments.horizon == 2  # what EWP forecasts
    peers = rtop.read_peer_forecasts(arguments.data) if comparable else None
    phase(arguments, "writing the report")
    written = rtop.write_report(
        forecast, result, arguments.out, peers=peers, lang=arguments.lang, n_jobs=arguments.jobs
    )
    said = f"{written['index.html']}: report from {forecast.origin_year}, {len(written)} files in {arguments.out}"
    return _with_months(said, forecast)


def brief(arguments: argparse.Namespace) -> str:
    """Write the brief of one state."""
    check_file(arguments.out, suffix=".html")
    forecast, result = _forecast_and_backtest(arguments)
    phase(arguments, "writing the brief")
    written = rtop.write_brief(forecast, result, arguments.out, state=arguments.state, lang=arguments.lang)
    return _with_months(f"{written}: brief from {forecast.origin_year}", forecast)


def lock(arguments: argparse.Namespace) -> str:
    """Lock a forecast in one hashed record."""
    if arguments.out.exists():
        message = (
            f"{arguments.out} exists already, and a locked forecast is never overwritten. Name another file."
        )
        raise rtop.InputError(message)
    check_file(arguments.out, suffix=".json")
    forecast = forecast_of(arguments)
    digest = rtop.lock_forecast(forecast, arguments.out, locked_on=arguments.date)
    said = f"{arguments.out}: {len(forecast.frame)} forecasts from {forecast.origin_year}, SHA-256 {digest}"
    return _with_months(said, forecast)


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


def record(arguments: argparse.Namespace) -> str:
    """Score all published forecasts on what is known now."""
    peers = None if arguments.data is None else rtop.read_peer_forecasts(arguments.data)
    result = rtop.score_published(arguments.folder, _panel(arguments), peers=peers)
    if arguments.json:
        parts = {name: records(getattr(result, name)) for name in ("forecasts", "onsets", "peers")}
        return json.dumps(parts, indent=2, ensure_ascii=False)
    return result.summary()


@answered
def explain(arguments: argparse.Namespace) -> str:
    """Say why a state stands where it does."""
    check_language(arguments)
    forecast = forecast_of(arguments)
    attributions = forecast.attributions(arguments.state, compared_with=arguments.compared_with)
    if arguments.json:
        return explain_json(forecast, attributions)
    return explain_text(forecast, attributions, arguments.lang)


def backtest(arguments: argparse.Namespace) -> str:
    """Score every model out of sample."""
    with starting_workers(arguments):
        panel = _panel(arguments)
        target = rtop.onset_target(panel, horizon=arguments.horizon)
        origins = backtest_origins(target, first=arguments.first, last=arguments.last)
        features = rtop.build_features(panel)
    results = {
        name: rtop.backtest(
            model,
            features,
            target,
            origins=origins,
            n_jobs=arguments.jobs,
            seed=arguments.seed,
            progress=caption(arguments, name),
        )
        for name, model in rtop.benchmark_models().items()
    }
    if arguments.json:
        return json.dumps({name: score_dict(result) for name, result in results.items()}, indent=2)
    return backtest_text(results)


def sources(arguments: argparse.Namespace) -> str:
    """List the sources, or what a folder holds of them."""
    registered = rtop.describe_sources()
    if arguments.data is not None:
        check_data(arguments.data)
        phase(arguments, f"reading {arguments.data}")
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
    check_folder(arguments.out)
    table = rtop.fetch(
        arguments.names or None, folder=arguments.out, progress=caption(arguments, "releases fetched")
    )
    lines = [
        f"{row['key']}: {row['file']} ({'downloaded' if row['new'] else 'there already'}, "
        f"{'SHA-256 as registered' if row['checked'] else 'no hash registered, SHA-256 ' + row['sha256']})"
        for row in table.to_dict("records")
    ]
    return "\n".join([*lines, "Use them with: rtop-forecast rank --data FOLDER"])


def completion(arguments: argparse.Namespace) -> str:
    """Script that completes the command in a shell."""
    from rtop_forecast.cli.completion import script

    return script(arguments.shell)


def cache(arguments: argparse.Namespace) -> str:
    """Say what is kept, or remove it."""
    store = rtop.ResultCache()
    if arguments.clear:
        return f"{store.clear()} results and tables removed from {store.folder}"
    count, megabytes = store.size()
    return f"{count} results and tables, {megabytes:.0f} MB, in {store.folder} (at most {store.megabytes} MB)"


def _with_months(said: str, forecast: rtop.Forecast) -> str:
    """Say what a command wrote, and that the forecast knows no months where it does not."""
    return "\n".join([said, *left_out_lines(forecast, rtop.Language.of("en"))])


def _panel(arguments: argparse.Namespace) -> rtop.Panel:
    """Load the panel; with a data folder, say on stderr what was used of it."""
    if arguments.data is not None:
        check_data(arguments.data)
        phase(arguments, f"reading {arguments.data}")
    asked = getattr(arguments, "provisional", None)
    beside = {} if asked is None else {"provisional": asked}
    panel = rtop.load_panel(
        data_dir=arguments.data,
        cache=not getattr(arguments, "no_cache", False),
        n_jobs=getattr(arguments, "jobs", None),
        **beside,
    )
    _say_sources(panel, arguments)
    return panel


def _say_sources(panel: rtop.Panel, arguments: argparse.Namespace) -> None:
    if arguments.data is None:
        return
    for row in panel.origin.to_dict("records"):
        say_each_time(f"{row['table']}: {row['origin']} ({one_line(row['note'])})")
    for line in file_lines(panel.files):
        say_each_time(line)


def forecast_of(arguments: argparse.Namespace) -> rtop.Forecast:
    """Forecast of a command, as it was kept or made now."""
    arguments = with_issue_of_list(arguments)
    found: rtop.Forecast | None = _kept(arguments, "forecast", forecast_parts(arguments))
    if found is not None:
        _say_sources(found.basis.features.panel, arguments)
        return _with_ages(found, arguments)
    with starting_workers(arguments):
        inputs = _inputs(arguments)
    return _made_forecast(arguments, inputs, _backtest(arguments, inputs, first=None))


def _forecast_and_backtest(arguments: argparse.Namespace) -> tuple[rtop.Forecast, rtop.BacktestResult]:
    """Forecast, and a backtest from ``BACKTEST_FIRST`` on that calibrates it."""
    arguments = with_issue_of_list(arguments)
    forecast: rtop.Forecast | None = _kept(arguments, "forecast", forecast_parts(arguments))
    result: rtop.BacktestResult | None = _kept(
        arguments, "backtest", backtest_parts(arguments, BACKTEST_FIRST)
    )
    if forecast is not None and result is not None:
        _say_sources(forecast.basis.features.panel, arguments)
        return _with_ages(forecast, arguments), result
    with starting_workers(arguments):
        inputs = _inputs(arguments)
    if result is None:
        result = _backtest(arguments, inputs, first=BACKTEST_FIRST)
    if forecast is not None:
        return _with_ages(forecast, arguments), result
    return _made_forecast(arguments, inputs, result), result


def _inputs(arguments: argparse.Namespace) -> tuple[rtop.Features, rtop.Target, int]:
    """Features, target and origin, checked before any model is fitted."""
    panel = _panel(arguments)
    target = rtop.onset_target(panel, horizon=arguments.horizon)
    asked, issue_month = arguments.origin, None
    if arguments.as_of is not None:
        asked, issue_month = as_of(arguments.as_of, origin=arguments.origin)
    check_origin(panel, origin=target.last_observed if asked is None else asked, horizon=arguments.horizon)
    if "state" in arguments:
        check_state(target, state=arguments.state, origin=target.last_observed if asked is None else asked)
    features = (
        rtop.build_features(panel)
        if issue_month is None
        else rtop.build_features(panel, issue_month=issue_month)
    )
    origin = rtop.find_latest_origin(features, target) if asked is None else asked
    if "date" in arguments:
        check_date(arguments.date, origin=origin, issue_month=features.issue_month)
    return features, target, origin


def _backtest(
    arguments: argparse.Namespace, inputs: tuple[rtop.Features, rtop.Target, int], *, first: int | None
) -> rtop.BacktestResult:
    """Backtest that calibrates a forecast.

    Its last origin is the latest whose window had closed by the forecast's. It has no other, unless ``first`` names an
    earlier one; the forecast is the same either way, since the calibrator learns from the same latest origins.
    """
    features, target, origin = inputs
    closed = min(origin, target.last_observed) - arguments.horizon
    earliest = features.panel.years[0] + 2 * arguments.horizon + FIRST_TRAINING_YEARS
    result = rtop.backtest(
        rtop.default_model(),
        features,
        target,
        origins=rtop.RollingOrigin(
            first=closed if first is None else min(first, closed), last=closed, horizon=arguments.horizon
        ),
        calibration_origins=min(closed + 1 - earliest, CALIBRATION_ORIGINS),
        issue_month=features.issue_month if _knows_months(arguments, inputs, closed) else None,
        n_jobs=arguments.jobs,
        progress=caption(arguments, "calibration" if first is None else "backtest"),
    )
    if first is not None and not arguments.no_cache:
        rtop.ResultCache().keep("backtest", backtest_parts(arguments, first), result)
    return result


def _knows_months(
    arguments: argparse.Namespace, inputs: tuple[rtop.Features, rtop.Target, int], closed: int
) -> bool:
    """Whether the months are used: where all that the backtest sees are at hand, and enough origins had closed.

    With fewer months the record of the backtest would be that of a forecast that knows more.
    """
    features, _, origin = inputs
    at_hand = holds_months(features.panel, origin=origin, issue_month=features.issue_month)
    return at_hand and not arguments.yearly and closed >= FIRST_WITH_MONTHS


def _made_forecast(
    arguments: argparse.Namespace,
    inputs: tuple[rtop.Features, rtop.Target, int],
    result: rtop.BacktestResult,
) -> rtop.Forecast:
    features, target, origin = inputs
    phase(arguments, f"forecast from {origin}")
    forecast = rtop.forecast(
        rtop.default_model(),
        features,
        target,
        origin=origin,
        backtest=result,
        issued=None if arguments.as_of is None else date.fromisoformat(arguments.as_of),
        n_jobs=arguments.jobs,
        seed=arguments.seed,
        progress=caption(arguments, "intervals"),
    )
    forecast = with_reason(forecast, yearly=arguments.yearly)
    if not arguments.no_cache:
        rtop.ResultCache().keep("forecast", forecast_parts(arguments), forecast)
    return _with_ages(forecast, arguments)


def _kept(arguments: argparse.Namespace, noun: str, parts: dict[str, Any]) -> Any:
    return None if arguments.no_cache else rtop.ResultCache().find(noun, parts)


def _with_ages(forecast: rtop.Forecast, arguments: argparse.Namespace) -> rtop.Forecast:
    """Say on stderr how old the values of a user's folder are."""
    if arguments.data is not None:
        for line in age_lines(forecast):
            say_each_time(line)
    return forecast


def phase(arguments: argparse.Namespace, text: str) -> None:
    """Say on stderr what begins now."""
    if not arguments.quiet:
        say(text)


def caption(arguments: argparse.Namespace, text: str) -> str | None:
    """Caption of a progress, unless it is not to be shown."""
    return None if arguments.quiet else text
