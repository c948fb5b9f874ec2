"""What the page and the briefs say of provisional episodes."""

from __future__ import annotations

from typing import Any

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.report.words import Words

__all__ = ["provisional_rows"]


def provisional_rows(forecast: Forecast, words: Words) -> list[dict[str, Any]]:
    """Provisional episodes known to a forecast, new ones first: ``country_id, name, text, source, address, written``.

    Parameters
    ----------
    forecast : Forecast
    words : Words
    """
    rows = forecast.provisional_episodes()
    if rows.empty:
        return []
    year = forecast.origin_year
    names = words.states(rows["country_id"].tolist(), rows["name"].tolist(), year)
    table = rows.assign(shown=names, later=rows["status"].ne("new"))
    return [
        {
            "country_id": int(row["country_id"]),
            "name": row["shown"],
            "text": _text(row, words, origin=year),
            "source": row["source"],
            "address": row["address"],
            "written": words.day(row["known_on"], words="short"),
        }
        for row in table.sort_values(["later", "name", "episode_id"]).to_dict("records")
    ]


def _text(row: dict[Any, Any], words: Words, *, origin: int) -> str:
    """Say in a sentence what a row tells."""
    in_window = row["status"] == "new" and row["start_year"] > origin
    first, _, last = str(row["deaths_period"]).partition(" to ")
    message = "provisional.window" if in_window else f"provisional.{row['status'].replace(' ', '')}"
    return words.say(
        message,
        start=row["start_year"],
        last=row["last_year"],
        led=words.say("provisional.state" if row["state_led"] else "provisional.nonstate"),
        deaths=words.whole(row["deaths_best"]),
        period=words.say("range", low=first, high=last) if last else first,
    )
