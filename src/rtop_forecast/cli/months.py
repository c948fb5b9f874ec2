"""What the command prints of the months since the origin."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import rtop_forecast as rtop

__all__ = ["left_out_lines", "month_lines", "with_reason"]

_MANY = 3


def month_lines(forecast: rtop.Forecast, language: rtop.Language) -> list[str]:
    """Say which months a forecast knows, and what part of the expected number they are about."""
    months = forecast.provenance.get("months")
    if months is None or not months["used"]:
        return left_out_lines(forecast, language)
    if months["last"] in months["provisional"]:
        lines = [
            language.text("Events and deaths are known to {last} (UCDP, provisional)", last=months["last"])
        ]
    else:
        lines = [language.text("Events and deaths are known to {last} (UCDP)", last=months["last"])]
    if months["missing"]:
        lines.append(language.text("Months not at hand: {months}", months=", ".join(months["missing"])))
    frame = forecast.frame
    if "prob_first_year" in frame:
        numbers = {
            name: language.decimal(f"{frame[column].sum():.1f}")
            for name, column in (
                ("whole", "prob"),
                ("first", "prob_first_year"),
                ("later", "prob_later"),
                ("yearly", "prob_yearly"),
            )
        }
        lines.append(
            language.text(
                "Of the expected {whole}, {first} begin in {year}, a year under way (in part nowcast), {later} after "
                "it; without the months {yearly}",
                year=forecast.window[0],
                **numbers,
            )
        )
    return lines


def left_out_lines(forecast: rtop.Forecast, language: rtop.Language) -> list[str]:
    """Say in one line that the months stay out, why, and what file would bring them; nothing where they are in."""
    months = forecast.provenance.get("months")
    if months is None or months["used"]:
        return []
    why = {
        "not_begun": language.text("they begin in 1989"),
        "not_out": language.text("none was out on the day"),
        "not_at_hand": language.text(
            "{months} not at hand, put {files} into the folder of --data",
            months=_runs(months["missing"], months["missing"], language),
            files=_runs(months["missing"], months.get("files", []), language),
        ),
        "yearly": language.text("the backtest knows none"),
        "asked": language.text("left out as asked (--yearly)"),
        "few_origins": language.text("too few origins with months had closed"),
    }
    reason = months.get("reason", "yearly")
    return [
        language.text(
            "Months after {origin} stay out: {why}. The yearly forecast stands",
            origin=forecast.origin_year,
            why=why[reason],
        )
    ]


def with_reason(forecast: rtop.Forecast, *, yearly: bool) -> rtop.Forecast:
    """Forecast that says why the command left months out that were at hand; ``yearly`` is what was asked."""
    months = forecast.provenance["months"]
    if months["used"] or not (yearly or months["reason"] == "yearly"):
        return forecast
    reason, why = (
        ("asked", "left out as asked (--yearly)")
        if yearly
        else ("few_origins", "too few origins with months had closed")
    )
    explained = {**months, "reason": reason, "why": why}
    return replace(forecast, provenance={**forecast.provenance, "months": explained})


def _runs(months: list[str], words: list[str], language: rtop.Language) -> str:
    """Name the words of months, as 2026-01, one by one; those of three or more in a row from the first to the last."""
    numbers = [int(month[:4]) * 12 + int(month[5:]) for month in months]
    starts = [place for place, number in enumerate(numbers) if place == 0 or number != numbers[place - 1] + 1]
    parts: list[str] = []
    for start, end in pairwise([*starts, len(numbers)]):
        run = list(dict.fromkeys(words[start:end]))
        parts += run if len(run) < _MANY else [language.text("{low} to {high}", low=run[0], high=run[-1])]
    return language.text(", ").join(dict.fromkeys(parts))
