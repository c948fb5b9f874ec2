"""The subcommand that brings a folder of releases up to date and says what that changes."""

from __future__ import annotations

import argparse
import json
import math
import textwrap
from typing import Any

import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.cli.before import check_data, check_folder
from rtop_forecast.cli.commands import caption, forecast_of, phase
from rtop_forecast.cli.streams import write
from rtop_forecast.cli.text import one_line, records

__all__ = ["update"]

_MOVERS = 10
_WIDTH = 100


def update(arguments: argparse.Namespace) -> str:
    """Fetch what is newer, and say what it changes in the ranking; the folder changes at the very end."""
    folder = arguments.data
    check_data(folder)
    by_hand = rtop.describe_by_hand(folder)
    if arguments.dry_run:
        offered = rtop.find_updates(folder, progress=caption(arguments, "update"))
        return _ended(arguments, _text(offered, by_hand, arguments, changes=None), offered, by_hand, None)
    check_folder(folder)
    with rtop.prepare_update(folder, progress=caption(arguments, "update")) as prepared:
        changes = _changes(arguments, prepared) if len(prepared.fetched) else None
        prepared.keep()
        frame = prepared.to_frame()
    return _ended(arguments, _text(frame, by_hand, arguments, changes=changes), frame, by_hand, changes)


def _changes(arguments: argparse.Namespace, prepared: rtop.Update) -> rtop.Changes:
    # a folder without a release gives no ranking of its own: what is used without it are the package's tables
    held = arguments.data if any(rtop.describe_folder(arguments.data)["dataset"]) else None
    forecasts = []
    for when, data in (("before", held), ("after", prepared.folder)):
        phase(arguments, f"ranking {when} the update")
        forecasts.append(forecast_of(argparse.Namespace(**{**vars(arguments), "data": data})))
    before, after = forecasts
    return rtop.list_changes(before, after, n_jobs=arguments.jobs, progress=caption(arguments, "changes"))


def _ended(
    arguments: argparse.Namespace,
    text: str,
    frame: pd.DataFrame,
    by_hand: pd.DataFrame,
    changes: rtop.Changes | None,
) -> str:
    """Text to print; where a release failed, it is printed here and the command ends as a failed one does."""
    if arguments.json:
        text = json.dumps(_document(frame, by_hand, changes), indent=2, ensure_ascii=False)
    failed = frame[frame["state"].isin(["failed", "refused"])]
    if failed.empty:
        return text
    write(text)
    first = failed.iloc[0]
    message = (
        f"{len(failed)} of {len(frame)} releases could not be had, first {first['key']}: "
        f"{first['note'].rstrip('.')}. The folder's part of them is as it was."
    )
    raise rtop.DownloadError(message)


def _document(frame: pd.DataFrame, by_hand: pd.DataFrame, changes: rtop.Changes | None) -> dict[str, Any]:
    document: dict[str, Any] = {"releases": records(frame), "by_hand": records(by_hand)}
    if changes is not None:
        states = [
            {**row, "parts": changes.explain(row["country_id"]).parts, "reasons": _reasons(changes, row)}
            for row in records(_told(changes))
        ]
        document["changes"] = {
            "clear": len(changes.clear),
            "states": len(changes.frame),
            "level": changes.later.level,
            "entered": list(changes.entered),
            "left": list(changes.left),
            "largest": states,
        }
    return document


def _text(
    frame: pd.DataFrame, by_hand: pd.DataFrame, arguments: argparse.Namespace, *, changes: rtop.Changes | None
) -> str:
    lines = [f"{_counted(len(frame), 'dataset')} can be had without a login:"]
    verbs = {"new": "to fetch", "replaced": "to fetch", "there": "there already"}
    for row in frame.to_dict("records"):
        had = f"had {row['have']}" if row["have"] and row["have"] != row["newest"] else ""
        notes = "; ".join(part for part in (had, one_line(row["note"])) if part)
        lines += _wrapped(f"{row['key']:<30} {verbs.get(row['state'], row['state']):<14} {notes}", indent=46)
        if row["state"] in {"new", "replaced"}:
            lines.append(f"  {'':<30} {row['address']}")
    lines += ["", f"{_counted(len(by_hand), 'dataset')} by hand, from the page named, into {arguments.data}:"]
    for row in by_hand.to_dict("records"):
        there = f"there: {row['files']}" if row["files"] else "not there"
        lines += _wrapped(
            f"{row['dataset']:<20} {row['newest']:<12} {row['file_pattern']}; {there}", indent=34
        )
        lines.append(f"  {'':<20} {row['page']}" + (" (login)" if row["why"] == "login" else ""))
    if changes is not None:
        lines += ["", *_change_lines(changes)]
    elif not arguments.dry_run:
        lines += ["", "Nothing new: the folder and the ranking are as they were."]
    return "\n".join(lines)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _wrapped(text: str, *, indent: int) -> list[str]:
    return textwrap.wrap(
        text.rstrip(), _WIDTH, initial_indent="  ", subsequent_indent=" " * indent, break_long_words=False
    )


def _change_lines(changes: rtop.Changes) -> list[str]:
    """Say what changed in the ranking, and why."""
    before, after = changes.earlier, changes.later
    count = len(changes.clear)
    ranking = [f"from {one.origin_year} for {one.period}" for one in (before, after)]
    which = ranking[0] if ranking[0] == ranking[1] else f"{ranking[0]} before, {ranking[1]} now"
    lines = [
        f"Ranking {which}: {count or 'no'} of {len(changes.frame)} states changed clearly.",
        f"(Clearly: the {after.level:.0%} interval of what the data did to a state's odds, beyond the change of all "
        "states, excludes none.)",
        f"Expected onsets: {before.expected[0]:.1f} before, {after.expected[0]:.1f} now.",
    ]
    for names, words in ((changes.entered, "newly ranked"), (changes.left, "no longer ranked")):
        lines += [f"{words.capitalize()}: {', '.join(names)}"] if names else []
    movers = records(_told(changes))
    if not movers:
        return [*lines, "The new data move no state's odds by more than half a percent."]
    lines += ["" if count else "The largest changes, none of them clear:"]
    for row in movers:
        low, high = row["change_odds_low"], row["change_odds_high"]
        lines.append(
            f"{row['name']}: {_percent(row['prob_before'])} to {_percent(row['prob'])}, rank {row['rank_before']} to "
            f"{row['rank']}, data x{row['change_odds']:.2f} ({low:.2f} to {high:.2f})"
            + ("" if row["clear"] or not count else ", not clear")
        )
        parts = changes.explain(row["country_id"]).parts
        felt = [f"{name} x{math.exp(value):.2f}" for name, value in parts.items() if abs(value) >= 0.005]
        lines += _wrapped("parts: " + ("; ".join(felt) or "none that is felt"), indent=4)
        why = [f"{one['label']} (x{one['odds']:.2f})" for one in _reasons(changes, row)]
        lines += _wrapped("moved by: " + ("; ".join(why) or "many small changes"), indent=4)
    return lines


def _percent(prob: float) -> str:
    return f"{prob:.1%}" if prob >= 0.001 else f"{prob:.2%}"


def _told(changes: rtop.Changes) -> pd.DataFrame:
    """States of which the change is told: the clear ones, and the largest up to ten."""
    frame = changes.frame
    moved = frame[(frame["data_odds"] - 1).abs() > 0.005]
    return pd.concat([changes.clear, moved[~moved["clear"]]]).head(max(_MOVERS, len(changes.clear)))


def _reasons(changes: rtop.Changes, row: dict[str, Any]) -> list[dict[str, Any]]:
    return records(changes.reasons(row["country_id"]))
