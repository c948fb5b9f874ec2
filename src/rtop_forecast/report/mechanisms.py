"""Prevention mechanisms of the states of a report: what is recorded, grouped, with numbered sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd

from rtop_forecast.mechanisms.listing import COLUMNS, mechanism_lines
from rtop_forecast.report.words import Words
from rtop_forecast.sources.mechanisms import ORGANISATIONS

__all__ = ["Mechanisms", "find_mechanisms"]

_CODES = {name: code for code, name in ORGANISATIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanisms:
    """Mechanisms of some states as recorded by a day.

    Attributes
    ----------
    groups : dict of int to list of dict
        By Gleditsch-Ward number one entry per group: ``group``, ``rows`` (``mechanism, status, date, until, note``
        and ``source``, the place of its source in ``sources``, from 1) and ``missing`` (what is not recorded, by the
        day to which its table goes: ``by`` and ``names``).
    members : dict of int to tuple of str
        Codes of the regional organisations that a state is a member of.
    sources : list of str
    table : pandas.DataFrame
        Every row, those not recorded too: ``country_id`` and the columns of :func:`rtop_forecast.list_mechanisms`.
    """

    groups: dict[int, list[dict[str, Any]]]
    members: dict[int, tuple[str, ...]]
    sources: list[str]
    table: pd.DataFrame


def find_mechanisms(country_ids: Sequence[int], words: Words, *, as_of: date) -> Mechanisms:
    """Mechanisms of each state as recorded by a day.

    Parameters
    ----------
    country_ids : sequence of int
        Gleditsch-Ward numbers.
    words : Words
    as_of : datetime.date
        Day of issue of the forecast.
    """
    numbers: dict[str, int] = {}
    groups: dict[int, list[dict[str, Any]]] = {}
    members: dict[int, tuple[str, ...]] = {}
    rows: list[dict[str, Any]] = []
    for country_id in country_ids:
        lines = mechanism_lines(country_id, as_of=as_of)
        rows += [{"country_id": country_id, **_worded(line, words)} for line in lines]
        groups[country_id] = [
            _group(str(name), list(part), numbers, words)
            for name, part in groupby(lines, key=lambda line: line["group"])
        ]
        joined = [line["mechanism"] for line in lines if line["status"] == "member"]
        members[country_id] = tuple(dict.fromkeys(_CODES[name] for name in joined if name in _CODES))
    found = pd.DataFrame(rows, columns=["country_id", *COLUMNS])
    return Mechanisms(groups=groups, members=members, sources=list(numbers), table=found)


def _group(name: str, lines: list[dict[str, Any]], numbers: dict[str, int], words: Words) -> dict[str, Any]:
    rows = [
        {
            **_worded(line, words),
            "date": _dated(str(line["date"]), words),
            "until": words.day(str(line["until"])),
            "source": numbers.setdefault(str(line["source"]), len(numbers) + 1),
        }
        for line in lines
        if line["source"]
    ]
    by_day: dict[str, list[str]] = {}
    for line in lines:
        if not line["source"]:
            by_day.setdefault(line["status"].removeprefix("not recorded by "), []).append(
                words.of_table(line["mechanism"])
            )
    missing = [{"by": words.day(day), "names": names} for day, names in by_day.items()]
    return {"group": words.text(name), "rows": rows, "missing": missing}


def _worded(line: dict[str, Any], words: Words) -> dict[str, Any]:
    """Words of a line in a language; its notes are told one by one."""
    fields = {name: words.of_table(str(line[name])) for name in ("mechanism", "status", "group")}
    notes = words.joined([words.of_table(note) for note in str(line["note"]).split("; ")])
    return {**line, **fields, "note": notes}


def _dated(text: str, words: Words) -> str:
    """Date in a language's own form; a latest one keeps its "by"."""
    if text.startswith("by "):
        return words.say("brief.by", date=words.day(text.removeprefix("by ")))
    return words.day(text)
