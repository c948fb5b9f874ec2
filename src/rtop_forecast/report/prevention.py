"""Rows of the table of prevention mechanisms in a brief: what is positively on record, never advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rtop_forecast.report.mechanisms import MEMBERS_COVERED, ORGANISATIONS, mechanisms, memberships
from rtop_forecast.report.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismRow:
    """One mechanism of one state.

    Attributes
    ----------
    group : str
        Heading under which it stands.
    mechanism, status, date, source : str
        Empty where nothing is recorded.
    """

    group: str
    mechanism: str
    status: str
    date: str
    source: str


def mechanism_rows(year: int) -> dict[int, list[MechanismRow]]:
    """Rows of every state, as of the end of a year, by Gleditsch-Ward number."""
    bound, joined = mechanisms(year), memberships(year)
    rows = {number: [_treaty(one) for one in treaties] for number, treaties in bound.items()}
    if joined is None:
        return rows
    for number in rows:
        members = [_member(one) for one in joined.get(number, [])]
        rows[number] += members or [_member_of_none(year)]
    return rows


def _treaty(one: dict[str, Any]) -> MechanismRow:
    status, date = say("mechanism.not recorded", as_of=one["as_of"]), ""
    if one["status"] != "not a party":
        status = say(f"mechanism.{one['status']}")
        key = "until" if one["status"] == "withdrawn" else "since"
        date = say(f"mechanism.{key}", **{key: one[key]})
    return MechanismRow(
        group=say("group.treaties"), mechanism=one["name"], status=status, date=date, source=one["source"]
    )


def _member(one: dict[str, Any]) -> MechanismRow:
    leaving = one["until"] is not None
    status = say("mechanism.leaving", until=one["until"]) if leaving else say("mechanism.member")
    return MechanismRow(
        group=say("group.regional"),
        mechanism=one["name"],
        status=", ".join(part for part in (status, one["note"]) if part),
        date=say("mechanism.since", since=one["since"]) if one["since"] else "",
        source=one["source"],
    )


def _member_of_none(year: int) -> MechanismRow:
    return MechanismRow(
        group=say("group.regional"),
        mechanism=say("mechanism.none", organisations=", ".join(ORGANISATIONS)),
        status="",
        date=str(min(year, MEMBERS_COVERED[1])),
        source="",
    )
