"""What the command prints of a ranking."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.cli.months import month_lines
from rtop_forecast.cli.provisional import under_table


def rank_text(forecast: rtop.Forecast, table: pd.DataFrame, lang: str = "en") -> str:
    """Lay out the ranking in a language."""
    language = rtop.Language.of(lang)
    start, end = forecast.window
    years = str(start) if start == end else f"{start}-{end}"
    level = language.percent(f"{100 * forecast.level:.0f}")
    names = language.states(table["country_id"].tolist(), table["name"].tolist(), forecast.origin_year)
    rank, state, prob = language.text("rank"), language.text("state"), language.text("prob.")
    interval, ranks = language.text("{level} interval", level=level), language.text("rank range")
    last, raised = language.text("last year"), language.text("raised most by (UN risk factor)")
    width = max(len(one) for one in (state, *names))
    beside = " " if "provisional" in table else ""  # place for a second mark
    lines = [
        _head_line(forecast, language, years=years, count=len(table)),
        _expected_line(forecast, language, level),
        *_count_lines(forecast, language, level),
        *_left_out_lines(forecast, language),
        *month_lines(forecast, language),
        "",
        f"{rank:>4}  {state:<{width}}  {beside}{prob:>6}  {interval:>14}  {ranks:>10}  {last:>9}  {raised}",
    ]
    wide = max(14, len(interval)), max(10, len(ranks)), max(9, len(last))
    lines += [
        _rank_line(row, name, language, (width, *wide))
        for row, name in zip(table.to_dict("records"), names, strict=True)
    ]
    if table["under_way"].fillna(value=False).any():
        lines.append(language.text("* a mass killing is under way: the probability is that of another one"))
    lines += under_table(forecast, language)
    return "\n".join([*lines, *_end_lines(forecast, language)])


def _head_line(forecast: rtop.Forecast, language: rtop.Language, *, years: str, count: int) -> str:
    """Say of what the probabilities are, and what was known when."""
    fields = {
        "years": years,
        "count": count,
        "states": len(forecast.frame),
        "origin": forecast.origin_year,
        "issued": language.day(forecast.issued.isoformat(), words="long"),
    }
    if forecast.knows_months:
        return language.text(
            "Risk that a new mass killing has begun or will begin in {years}: the {count} highest of {states} states "
            "(origin {origin}, as known on {issued})",
            **fields,
        )
    return language.text(
        "Risk that a new mass killing begins in {years}: the {count} highest of {states} states "
        "(origin {origin}, as known on {issued})",
        **fields,
    )


def _end_lines(forecast: rtop.Forecast, language: rtop.Language) -> list[str]:
    """Say of each source where it ends, and of how many features its values are final, provisional or carried."""
    table = forecast.where_data_end()
    titles = [textwrap.shorten(title, 60, placeholder=" …") for title in table["source"]]
    width = max(map(len, titles))
    words = {
        "final": language.text("final"),
        "provisional": language.text("provisional"),
        "carried": language.text("carried"),
        "missing": language.text("missing"),
    }
    numbers = table[list(words)].sum()
    source, last = language.text("source"), language.text("ends in")
    parts = language.text(", ").join(f"{numbers[name]} {word}" for name, word in words.items())
    lines = [
        "",
        language.text("Where the data end: of {count} features {parts}", count=numbers.sum(), parts=parts),
        f"  {source:<{width}}  {last:>4}  " + "  ".join(f"{word:>5}" for word in words.values()),
    ]
    for title, row in zip(titles, table.to_dict("records"), strict=True):
        counts = "  ".join(f"{row[name] or '-':>{max(5, len(word))}}" for name, word in words.items())
        lines.append(f"  {title:<{width}}  {row['last_year']:>{max(4, len(last))}}  {counts}")
    return lines


def _rank_line(
    row: Mapping[Any, Any], name: str, language: rtop.Language, widths: tuple[int, int, int, int]
) -> str:
    """One state of the ranking."""
    factors = [
        f"{number} {language.text(rtop.find_risk_factor(int(number)).short)}"
        for number in (row["factor_1"], row["factor_2"])
        if pd.notna(number)
    ]
    low, prob, high = (language.percent(f"{100 * row[f'prob{end}']:.1f}") for end in ("_low", "", "_high"))
    ranks = f"{row['rank_low']}-{row['rank_high']}"
    last = "-" if pd.isna(row["rank_last_year"]) else str(row["rank_last_year"])
    marks = "*" if pd.notna(row["under_way"]) and row["under_way"] else " "
    if "provisional" in row:
        marks += "+" if pd.notna(row["provisional"]) else " "
    width, interval, range_, year = widths
    return (
        f"{row['rank']:>4}  {name:<{width}}{marks} {prob:>6}  {f'{low}-{high}':>{interval}}  {ranks:>{range_}}  "
        f"{last:>{year}}  " + ("; ".join(factors) or language.text("not separable"))
    )


def _expected_line(forecast: rtop.Forecast, language: rtop.Language, level: str) -> str:
    """Say how many states with an onset are expected."""
    value, low, high = (language.decimal(f"{one:.1f}") for one in forecast.expected)
    return language.text(
        "Expected number of states with an onset: {value} ({level} interval of this mean {low} to {high})",
        value=value,
        level=level,
        low=low,
        high=high,
    )


def _left_out_lines(forecast: rtop.Forecast, language: rtop.Language) -> list[str]:
    """Say how many features no state has a value of in the origin year."""
    absent = forecast.provenance.get("features_left_out", [])
    if not absent:
        return []
    return [
        language.text(
            "{absent} of {count} features have no value for any state in {origin} and are left out",
            absent=len(absent),
            count=len(forecast.basis.features.names),
            origin=forecast.origin_year,
        )
    ]


def _count_lines(forecast: rtop.Forecast, language: rtop.Language, level: str) -> list[str]:
    """Say what number of onsets may be observed."""
    count = forecast.count
    if count is None:
        return []
    low, high = count.interval(forecast.level)
    return [
        language.text(
            "Number that may be observed: {likely} most likely, {level} range {low} to {high}, none at all {none}",
            likely=count.most_likely,
            level=level,
            low=low,
            high=high,
            none=language.percent(f"{100 * count.none:.0f}"),
        )
    ]
