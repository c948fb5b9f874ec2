"""What is recorded of a state's prevention mechanisms by a day: facts with their dates and sources, no advice."""

from __future__ import annotations

from dataclasses import dataclass
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
        If no state is called so, or ``as_of`` is no date.
    CoverageError
        If the state does not exist in the year.

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
    return mechanisms_of(country_id, as_of=day)


def mechanisms_of(country_id: int, *, as_of: date) -> pd.DataFrame:
    """List of :func:`list_mechanisms` for a Gleditsch-Ward number, whether or not the state exists that day."""
    return pd.DataFrame(mechanism_lines(country_id, as_of=as_of), columns=COLUMNS)


def mechanism_lines(country_id: int, *, as_of: date) -> list[dict[str, Any]]:
    """Rows of :func:`mechanisms_of`, each as a dict."""
    return _listed(_bundled(), _bundled_tables(), country_id, pd.Timestamp(as_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowIndex:
    """Rows by state and table, and the first day on which any row of a mechanism or table was published."""

    rows: dict[tuple[int, str], list[dict[str, Any]]]
    began: dict[tuple[str, str], pd.Timestamp]


def indexed(rows: pd.DataFrame) -> RowIndex:
    """Index of rows in the layout of :func:`rtop_forecast.sources.mechanisms.load_mechanisms`."""
    by_state: dict[tuple[int, str], list[dict[str, Any]]] = {}
    began: dict[tuple[str, str], pd.Timestamp] = {}
    for row in _records(rows.sort_values(["date", "mechanism"], kind="stable")):
        for name in (row["mechanism"], "*"):
            key = (row["table"], name)
            began[key] = min(began.get(key, row["known_on"]), row["known_on"])
        if pd.notna(row["country_id"]):
            by_state.setdefault((int(row["country_id"]), row["table"]), []).append(row)
    return RowIndex(rows=by_state, began=began)


@lru_cache(maxsize=1)
def _bundled() -> RowIndex:
    return indexed(load_mechanisms())


@lru_cache(maxsize=1)
def _bundled_tables() -> list[dict[str, Any]]:
    return _records(mechanism_tables())


def listed(index: RowIndex, tables: list[dict[str, Any]], country_id: int, day: pd.Timestamp) -> pd.DataFrame:
    """Rows of a state by a day, in the order of the groups and of the tables."""
    return pd.DataFrame(_listed(index, tables, country_id, day), columns=COLUMNS)


def _listed(
    index: RowIndex, tables: list[dict[str, Any]], country_id: int, day: pd.Timestamp
) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for entry in tables:
        began = index.began.get((entry["table"], entry["mechanism"]))
        if began is None or began > day:
            continue
        rows = index.rows.get((country_id, entry["table"]), [])
        found = [
            row for row in rows if row["known_on"] <= day and entry["mechanism"] in ("*", row["mechanism"])
        ]
        if not found and entry["table"] not in _LISTS_OF_MEMBERS:
            lines.append(_not_recorded(entry, day))
        lines += [_line(row, entry, day) for row in (_latest(found) if entry["table"] in _LATEST else found)]
    return sorted(lines, key=lambda line: GROUPS.index(line["group"]))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _latest(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Latest row that has begun, and the first that is scheduled."""
    past = [row for row in found if row["found_by"] != "scheduled"]
    ahead = [row for row in found if row["found_by"] == "scheduled"]
    return [*past[-1:], *ahead[:1]]


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
