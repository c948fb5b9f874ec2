"""What is recorded of a state's prevention mechanisms by a day: facts with their dates and sources, no advice."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from rtop_forecast.checks.arguments import calendar_date
from rtop_forecast.sources.mechanisms import GROUPS, ORGANISATIONS, load_mechanisms, mechanism_tables
from rtop_forecast.world.states import LAST_YEAR, country

__all__ = ["list_mechanisms"]

COLUMNS = ["mechanism", "group", "status", "date", "until", "source", "note"]
#: Tables of which only the latest row by the day counts: later ones replace earlier ones.
_LATEST = (
    "universal_periodic_review",
    "human_rights_council",
    "national_institutions",
    "women_peace_security",
)
_ENDED = {
    "core": "withdrew",
    "treaties": "withdrew",
    "memberships": "left",
    "regional_members": "left",
    "regional_suspensions": "suspension ended",
    "human_rights_council": "former member",
}
#: Tables whose rows name what they are about beyond the title of their table.
_NAMED = ("peace_operations", "political_missions", "sanctions_committees", "criminal_court")
_LISTS_OF_MEMBERS = ("memberships", "regional_members", "regional_suspensions")


def list_mechanisms(state: str | int, *, as_of: date | None = None) -> pd.DataFrame:
    """Prevention mechanisms of a state as recorded by a day.

    Parameters
    ----------
    state : str or int
        Name of the state in any spelling that the library knows, or its Gleditsch-Ward number.
    as_of : datetime.date, optional
        What was in force and known then: rows dated later never appear, and an end that came later is not told. A
        date given to the month or year counts from its last day. By default the last day of any table.

    Returns
    -------
    pandas.DataFrame
        ``mechanism, group`` (in the order of :data:`rtop_forecast.sources.mechanisms.GROUPS`), ``status``, ``date``
        and ``until`` (ISO, as exact as the source; "by" before a latest date), ``source`` and ``note``. A mechanism
        without a row is "not recorded by" the day to which its table goes, which does not say that it is absent.

    Raises
    ------
    InputError
        If no state has this name or number in the year, or ``as_of`` is no date.

    Examples
    --------
    >>> table = list_mechanisms("Haiti", as_of=date(1997, 9, 1))
    >>> table.loc[table["mechanism"].str.startswith("UNTMIH"), ["status", "date"]].to_numpy().tolist()
    [['peacekeeping operation', '1997-07-30']]
    """
    tables = mechanism_tables()
    day = (
        date.fromisoformat(tables["recorded_until"].max())
        if as_of is None
        else calendar_date(as_of, name="as_of")
    )
    country_id = country(state, year=min(day.year, LAST_YEAR))
    return _listed(load_mechanisms(), tables, country_id, pd.Timestamp(day))


def _listed(rows: pd.DataFrame, tables: pd.DataFrame, country_id: int, day: pd.Timestamp) -> pd.DataFrame:
    """Rows of a state by a day, table by table."""
    own = rows[(rows["country_id"] == country_id).fillna(value=False) & (rows["known_on"] <= day)]
    lines: list[dict[str, Any]] = []
    for entry in _records(tables):
        if not _began(entry["table"], entry["mechanism"]) <= day:
            continue
        found = _of(own, entry)
        if entry["table"] in _LATEST:
            found = _latest(found)
        if found.empty and entry["table"] not in _LISTS_OF_MEMBERS:
            lines.append(_not_recorded(entry, day))
        ordered = found.sort_values(["date", "mechanism"], kind="stable")
        lines += [_line(row, entry, day) for row in _records(ordered)]
    table = pd.DataFrame(lines, columns=COLUMNS)
    order = table["group"].map({group: place for place, group in enumerate(GROUPS)})
    listed: pd.DataFrame = table.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    return listed


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


@lru_cache(maxsize=64)
def _began(table: str, mechanism: str) -> pd.Timestamp:
    """First day on which any row of a mechanism was published."""
    rows = _of(load_mechanisms(), {"table": table, "mechanism": mechanism})
    first: pd.Timestamp = rows["known_on"].min()
    return first


def _of(rows: pd.DataFrame, entry: dict[str, Any]) -> pd.DataFrame:
    part = rows[rows["table"] == entry["table"]]
    return part if entry["mechanism"] == "*" else part[part["mechanism"] == entry["mechanism"]]


def _latest(found: pd.DataFrame) -> pd.DataFrame:
    """Latest row that has begun, and the one that is scheduled."""
    ahead = found["found_by"] == "scheduled"
    past = found[~ahead].sort_values("date", kind="stable").tail(1)
    return pd.concat([past, found[ahead].sort_values("date", kind="stable").head(1)])


def _line(row: dict[str, Any], entry: dict[str, Any], day: pd.Timestamp) -> dict[str, Any]:
    over = pd.notna(row["ended_on"]) and row["ended_on"] <= day
    table = row["table"]
    status = row["status"]
    if over and table not in _LATEST[:1] and table != "women_peace_security":
        status = _ENDED.get(table, f"{status}, ended")
    marks = {"by elimination": "found by elimination", "scheduled": "scheduled only"}
    # what is noted of a row may speak of its end, and of members of any year up to the last
    settled = over or not row["until"]
    if table == "memberships":
        settled = day >= pd.Timestamp(entry["recorded_until"])
    notes = [
        row["note"] if settled and row["note"] != row["found_by"] else "",
        marks.get(row["found_by"], ""),
    ]
    sources = [row["source"]]
    if over:
        notes.append(row["until_note"])
        sources.append(row["until_source"])
    return {
        "mechanism": _title(row, entry),
        "group": entry["group"],
        "status": status,
        "date": f"by {row['date']}" if row["precision"] == "by" else row["date"],
        "until": row["until"] if over else "",
        "source": "; ".join(filter(None, dict.fromkeys(sources))),
        "note": "; ".join(filter(None, dict.fromkeys(notes))),
    }


def _title(row: dict[str, Any], entry: dict[str, Any]) -> str:
    if row["table"] in _NAMED or row["table"] == "universal_periodic_review":
        return str(row["mechanism"])
    if row["table"] in _LISTS_OF_MEMBERS:
        return ORGANISATIONS[row["mechanism"]]
    return str(entry["title"])


def _not_recorded(entry: dict[str, Any], day: pd.Timestamp) -> dict[str, Any]:
    last = min(day, pd.Timestamp(entry["recorded_until"])).date().isoformat()
    note = "partial table" if entry["complete"] == "partial" else ""
    return {
        "mechanism": entry["title"],
        "group": entry["group"],
        "status": f"not recorded by {last}",
        "date": "",
        "until": "",
        "source": "",
        "note": note,
    }
