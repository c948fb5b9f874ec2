"""What the command prints of provisional episodes."""

from __future__ import annotations

from typing import Any

import pandas as pd

import rtop_forecast as rtop

__all__ = ["state_lines", "under_table"]


def under_table(forecast: rtop.Forecast, language: rtop.Language) -> list[str]:
    """Say below a ranking what the provisional list tells; nothing where none was asked for."""
    told = forecast.provenance.get("provisional")
    if told is None:
        return []
    rows = forecast.provisional_episodes()
    lines = [
        language.text(
            "+ told of in the provisional list of episodes ({file}, {count} rows): no outcome is coded from it",
            file=told["file"],
            count=len(rows),
        ),
        *_lines(forecast, rows, language),
    ]
    if told["later"]:
        lines.append(
            language.text("  {count} rows were written down later and are not used", count=told["later"])
        )
    return lines


def state_lines(forecast: rtop.Forecast, country_id: int, language: rtop.Language) -> list[str]:
    """Say what the provisional list tells of one state."""
    rows = forecast.provisional_episodes()
    rows = rows[rows["country_id"] == country_id]
    if rows.empty:
        return []
    head = language.text("In the provisional list of episodes, from which no outcome is coded:")
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
    led = language.text("state-led") if row["state_led"] else language.text("non-state")
    told = {
        "state": state,
        "led": led,
        "start": row["start_year"],
        "last": row["last_year"],
        "deaths": language.decimal(f"{row['deaths_best']:,}"),
        "period": row["deaths_period"],
    }
    if row["status"] == "ended":
        return language.text("  {state}: ended in {last}, {led}, begun in {start}", **told)
    if row["status"] == "goes on":
        return language.text(
            "  {state}: goes on, {led}, begun in {start}, seen in {last}; {deaths} civilians killed, {period}",
            **told,
        )
    if row["start_year"] > origin:
        return language.text(
            "  {state}: new in {start}, after the origin: begun in the window; {led}; {deaths} civilians killed, "
            "{period}",
            **told,
        )
    return language.text(
        "  {state}: new in {start}, {led}; {deaths} civilians killed, {period}",
        **told,
    )
