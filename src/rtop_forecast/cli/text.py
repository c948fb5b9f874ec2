"""What the command prints."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import pandas as pd

import rtop_forecast as rtop
from rtop_forecast.cli.months import month_lines
from rtop_forecast.cli.provisional import state_lines


def one_line(text: str) -> str:
    """Join a text into one line."""
    return " ".join(text.split())


def age_lines(forecast: rtop.Forecast) -> list[str]:
    """Say of each source that ends before the origin where it ends, and how old the values are that rest on it."""
    inputs = forecast.inputs()
    early = inputs[(inputs["last_year"] < forecast.origin_year).fillna(False)]
    lines = []
    coded_to = int(forecast.provenance["onsets_coded_to"])
    if coded_to < forecast.origin_year:
        lines.append(
            f"onsets are coded to {coded_to}: the model and its calibrator learn from windows that end by then"
        )
    for (source, last), group in early.groupby(["source", "last_year"]):
        valued = group[group["age"].notna()]
        without = len(group) - len(valued)
        parts = []
        if len(valued):
            youngest, oldest = valued["age"].min(), valued["oldest"].max()
            ages = f"{youngest:.0f}" if youngest == oldest else f"{youngest:.0f} to {oldest:.0f}"
            parts.append(f"values of {len(valued)} features are of age {ages} in years")
        if without:
            parts.append(
                f"{without} features have no value, since events are not carried past their coverage"
            )
        lines.append(f"{source} ends in {last}: {'; '.join(parts)}")
    return lines


def file_lines(files: pd.DataFrame) -> list[str]:
    """Name each file that is used though it is no registered one, and each that was recognised but refused."""
    used = files["used"].astype(bool)
    odd = files[used & (files["note"] != "as registered")]
    idle = files["note"].str.match("not needed|release .* was asked for")
    refused = files[~used & files["dataset"].ne("") & ~idle]
    return [f"{row['file']}: {one_line(row['note'])}" for row in odd.to_dict("records")] + [
        f"{row['file']}: not used, {one_line(row['note'])}" for row in refused.to_dict("records")
    ]


def rank_json(forecast: rtop.Forecast, table: pd.DataFrame) -> str:
    """Give the ranking as JSON."""
    start, end = forecast.window
    value, low, high = forecast.expected
    document = {
        "target_start": start,
        "target_end": end,
        "states": len(forecast.frame),
        "expected_onsets": {"value": value, "low": low, "high": high},
        "observable_onsets": _count_json(forecast),
        "ranking": records(table),
        "provenance": forecast.provenance,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _count_json(forecast: rtop.Forecast) -> dict[str, Any] | None:
    count = forecast.count
    if count is None:
        return None
    low, high = count.interval(forecast.level)
    return {
        "most_likely": count.most_likely,
        "low": low,
        "high": high,
        "none": count.none,
        "probabilities": count.probabilities.tolist(),
    }


def explain_text(forecast: rtop.Forecast, attributions: rtop.Attributions, lang: str = "en") -> str:
    """Lay out why a state stands where it does, in a language."""
    language = rtop.Language.of(lang)
    start, end = forecast.window
    row = forecast.frame[forecast.frame["country_id"] == attributions.country_id].iloc[0]
    low, prob, high = (language.percent(f"{100 * row[f'prob{part}']:.1f}") for part in ("_low", "", "_high"))
    place = language.text(
        "Risk of a new mass-killing episode in {start}-{end}: rank {rank} of {states} ({rank_low}-{rank_high}), "
        "{prob} ({low}-{high})",
        start=start, end=end, rank=row["rank"], states=len(forecast.frame), rank_low=row["rank_low"],
        rank_high=row["rank_high"], prob=prob, low=low, high=high,
    )  # fmt: skip
    caution = language.text("Not causes: what the model saw, compared with others.")
    provisional = state_lines(forecast, attributions.country_id, language)
    months = month_lines(forecast, language)[:1]
    return "\n".join([attributions.summary(lang=lang), place, *months, *provisional, caution])


def explain_json(forecast: rtop.Forecast, attributions: rtop.Attributions) -> str:
    """Give the explanation of a state as JSON."""
    document = {
        "state": attributions.name,
        "origin_year": attributions.origin_year,
        "window": list(forecast.window),
        "compared_with": attributions.reference,
        "months": forecast.provenance.get("months"),
        **_provisional_json(forecast, attributions.country_id),
        "log_odds": attributions.log_odds,
        "baseline": attributions.baseline,
        "by_risk_factor": records(attributions.by_risk_factor()),
        "by_feature": records(attributions.to_frame()),
    }
    return json.dumps(document, indent=2)


def _provisional_json(forecast: rtop.Forecast, country_id: int) -> dict[str, Any]:
    """Provisional episodes of a state; nothing where no list was asked for."""
    if "provisional" not in forecast.provenance:
        return {}
    rows = forecast.provisional_episodes()
    return {"provisional": records(rows[rows["country_id"] == country_id])}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with every digit of each number; missing values become null."""
    cells = table.astype(object).where(table.notna(), None)
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in cells.to_dict("records")
    ]


def score_dict(result: rtop.BacktestResult) -> dict[str, float]:
    """Collect the scores of a backtest with their intervals."""
    frame = result.to_frame()
    document: dict[str, float] = {"n": len(frame), "positives": int(frame["outcome"].sum())}
    for score, row in result.score_frame().iterrows():
        document |= {f"{score}": row["value"], f"{score}_low": row["low"], f"{score}_high": row["high"]}
    return document


def backtest_text(results: dict[str, rtop.BacktestResult]) -> str:
    """Lay out the scores of all models."""
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


def registry_text(registered: pd.DataFrame) -> str:
    """Lay out the registry of sources."""
    lines = [
        f"{registered['dataset'].replace('', None).nunique()} datasets in {len(registered)} releases. "
        "get: fetch = `rtop-forecast fetch KEY`; login, by hand = at the page below.",
        "",
        f"{'key':<30} {'years':<9} {'get':<8} {'licence':<16} title",
    ]
    for row in registered.to_dict("records"):
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


def folder_text(files: pd.DataFrame) -> str:
    """Lay out what a folder holds."""
    read = files["rows"].notna()
    lines = [
        f"{len(files)} data files: {int(read.sum())} read as {files.loc[read, 'dataset'].nunique()} datasets, "
        f"{int(files['state'].str.startswith('refused').sum())} refused, "
        f"{int(files['state'].str.startswith('not recognised').sum())} not recognised.",
    ]
    for row in files.to_dict("records"):
        lines += ["", row["file"]]
        if pd.notna(row["rows"]):
            lines.append(
                f"  {row['dataset']} {row['release']}, {row['first_year']}-{row['last_year']}: {row['rows']:,} "
                f"state-years, {row['unmatched']:,} rows unmatched; {row['state']}"
            )
        else:
            lines += textwrap.wrap(row["state"], width=98, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)
