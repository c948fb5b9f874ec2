"""What the command prints of provisional episodes."""

from __future__ import annotations

from typing import Any

import pandas as pd

import rtop_forecast as rtop

__all__ = ["state_lines", "under_table"]


def under_table(forecast: rtop.Forecast, language: rtop.Language) -> list[str]:
    """Say below a ranking what the provisional list tells; nothing where none was asked for."""
    listed = forecast.provenance.get("provisional")
    if listed is None:
        return []
    rows = forecast.provisional_episodes()
    lines = [
        language.text(
            "+ told of in the provisional list of episodes ({file}, {count} rows): no outcome is coded from it",
            file=listed["file"],
            count=len(rows),
        ),
        *_lines(forecast, rows, language),
    ]
    if listed["later"]:
        lines.append(
            language.text("  {count} rows were written down later and are not used", count=listed["later"])
        )
    return lines


def state_lines(forecast: rtop.Forecast, country_id: int, language: rtop.Language) -> list[str]:
    """Say what the provisional list tells of one state."""
    rows = forecast.provisional_episodes()
    rows = rows[rows["country_id"] == country_id]
    if rows.empty:
        return []
    head = language.text("From the provisional list of episodes, from which no outcome is coded:")
    return [head, *_lines(forecast, rows, language)]


def _lines(forecast: rtop.Forecast, rows: pd.DataFrame, language: rtop.Language) -> list[str]:
    rows = rows.sort_values(["status", "name", "episode_id"], key=_new_first)
    year = forecast.origin_year
    names = language.states(rows["country_id"].tolist(), rows["name"].tolist(), year)
    return [
        _line(row, state, language, origin=year)
        for row, state in zip(rows.to_dict("records"), names, strict=True)
    ]


def _new_first(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.ne("new") if column.name == "status" else column


def _line(row: dict[Any, Any], state: str, language: rtop.Language, *, origin: int) -> str:
    """Say what a row tells, in the words of the page."""
    first, _, last = str(row["deaths_period"]).partition(" to ")
    fields = {
        "led": language.text("state-led") if row["state_led"] else language.text("non-state"),
        "start": row["start_year"],
        "last": row["last_year"],
        "deaths": language.decimal(f"{row['deaths_best']:,}"),
        "period": language.text("{low} to {high}", low=first, high=last) if last else first,
    }
    if row["status"] == "ended":
        sentence = language.text("The episode begun in {start} ended in {last} ({led}).", **fields)
    elif row["status"] == "goes on":
        sentence = language.text(
            "The episode begun in {start} goes on ({led}), seen in {last}: {deaths} civilians killed, {period}.",
            **fields,
        )
    elif row["start_year"] > origin:
        sentence = language.text(
            "A new episode began in {start}, after the origin and so in the window ({led}): {deaths} civilians "
            "killed, {period}.",
            **fields,
        )
    else:
        sentence = language.text(
            "A new episode began in {start} ({led}): {deaths} civilians killed, {period}.", **fields
        )
    return f"  {state}: {sentence}"
