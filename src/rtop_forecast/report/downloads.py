"""What lies beside the page, figures apart: every table as CSV, all of it as JSON with a schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.report.briefs import Brief
from rtop_forecast.report.contents import Contents
from rtop_forecast.report.front import outcome
from rtop_forecast.report.mechanisms import Mechanisms
from rtop_forecast.report.words import Words

_TYPES = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}


def tables(shown: Contents, briefs: Sequence[Brief], mechanisms: Mechanisms) -> dict[str, pd.DataFrame]:
    """Every table of the page, by the name of its file without the ending."""
    named = [{"country_id": one.row["country_id"], "name": one.row["name"]} for one in briefs]
    both = list(zip(named, briefs, strict=True))
    trends = [key | {"origin_year": y, "prob": p} for key, one in both for y, p in one.trend.items()]
    reasons = [
        key | {"feature": r.feature, "risk_factor": r.risk_factor, "odds": r.odds, "sentence": r.sentence}
        for key, one in both
        for r in (*one.raising, *one.lowering)
    ]
    names = {key["country_id"]: key["name"] for key in named}
    bound = mechanisms.table.copy()
    bound.insert(1, "name", bound["country_id"].map(names))
    world = shown.world.rename_axis("origin_year").rename("prob").reset_index()
    found = {
        "record": shown.record.cases,
        "scores": shown.record.scores.reset_index(),
        "groups": shown.record.groups.reset_index(),
        "counts": shown.record.counts,
        "factors": pd.concat([one.factors for one in briefs], ignore_index=True),
        "trends": pd.DataFrame(trends),
        "world": world,
        "reasons": pd.DataFrame(
            reasons, columns=["country_id", "name", "feature", "risk_factor", "odds", "sentence"]
        ),
        "mechanisms": bound,
    }
    return found | ({"peers": shown.peers} if len(shown.peers) else {})


def data_files(all_tables: dict[str, pd.DataFrame], forecast: Forecast, words: Words) -> dict[str, bytes]:
    """``data.json`` with every table as a list of rows, and ``data.schema.json``, a JSON Schema of it."""
    count = forecast.count
    document: dict[str, Any] = {
        "origin_year": forecast.origin_year,
        "window": list(forecast.window),
        "issued": forecast.issued.isoformat(),
        "outcome": outcome(forecast, words),
        "level": forecast.level,
        "expected": list(forecast.expected),
        "count": None if count is None else count.probabilities.tolist(),
    }
    number = {"type": "number"}
    properties: dict[str, Any] = {
        "origin_year": {"type": "integer"},
        "window": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        "issued": {"type": "string", "format": "date"},
        "outcome": {"type": "string"},
        "level": number,
        "expected": {"type": "array", "items": number, "minItems": 3, "maxItems": 3},
        "count": {"type": ["array", "null"], "items": number},
    }
    for name, table in all_tables.items():
        document[name] = _rows(table)
        columns = {str(column): _column(table[column]) for column in table.columns}
        row = {
            "type": "object",
            "properties": columns,
            "required": list(columns),
            "additionalProperties": False,
        }
        properties[name] = {"type": "array", "items": row}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"data.json": _json(document), "data.schema.json": _json(schema)}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with every digit of their numbers; what is missing is null."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _column(values: pd.Series[Any]) -> dict[str, Any]:
    kind = _TYPES.get(getattr(values.dtype, "kind", "O"), "string")
    return {"type": [kind, "null"]}


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
