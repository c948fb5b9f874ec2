"""Bundled tables of prevention mechanisms: what each state was bound by, reviewed in or host to, with its dates.

``datasets/mechanisms/tables.csv`` names every table, its group and the day up to which it was recorded. A table is
never more than what was recorded: the absence of a row is no statement about a state.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import pandas as pd
from pandas.api.typing import NaTType

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.storage.bundled import core_file, datasets_dir

__all__ = ["GROUPS", "ORGANISATIONS", "load_mechanisms", "mechanism_tables"]

#: Groups in the order of the Secretary-General's report on the Responsibility to Protect and early action.
GROUPS = (
    "treaty bodies",
    "Universal Periodic Review",
    "Human Rights Council and special procedures",
    "International Criminal Court",
    "field presence",
    "regional organisation",
    "women, peace and security",
)
ORGANISATIONS = {
    "AU": "African Union",
    "ECOWAS": "Economic Community of West African States",
    "SADC": "Southern African Development Community",
    "ECCAS": "Economic Community of Central African States",
    "EAC": "East African Community",
    "IGAD": "Intergovernmental Authority on Development",
    "ICGLR": "International Conference on the Great Lakes Region",
    "LAS": "League of Arab States",
    "EU": "European Union",
    "OSCE": "Organization for Security and Co-operation in Europe",
    "OAS": "Organization of American States",
    "ASEAN": "Association of Southeast Asian Nations",
}
_FOUND_BY = {"stated", "by elimination", "scheduled"}
_FIRST_MEMBERS = 2000


@lru_cache(maxsize=1)
def _tables() -> pd.DataFrame:
    return pd.read_csv(datasets_dir() / "mechanisms" / "tables.csv", dtype=str, keep_default_na=False)


def mechanism_tables() -> pd.DataFrame:
    """Tables of mechanisms and how complete they are.

    Returns
    -------
    pandas.DataFrame
        ``table, mechanism`` (``*``: all of the table), ``group, title, complete`` ("yes" or "partial"),
        ``recorded_until`` (ISO day), ``note``.
    """
    return _tables().copy()


def load_mechanisms() -> pd.DataFrame:
    """Every recorded row.

    Returns
    -------
    pandas.DataFrame
        ``table, country_id`` (Gleditsch-Ward; missing for a place that is no state of the list), ``iso3, mechanism,
        status, date`` (ISO, as exact as its ``precision``: day, month, year, or "by" for a latest date), ``until,
        found_by`` ("stated", "by elimination" or "scheduled"), ``source, note, until_source, until_note, known_on``
        (first day on which the row is shown) and ``ended_on``.

    Raises
    ------
    DataIntegrityError
        If a row has no source or an unknown mark.
    """
    return _load().copy()


@lru_cache(maxsize=1)
def _load() -> pd.DataFrame:
    names = [name for name in _tables()["table"].unique() if name not in ("core", "memberships")]
    parts = [_read(name) for name in names]
    rows = pd.concat([_core(), *parts, _members()], ignore_index=True)
    bare = rows["source"].eq("") | ~rows["found_by"].isin(_FOUND_BY) | rows["date"].eq("")
    if bare.any():
        first = rows[bare].iloc[0]
        message = (
            f"each mechanism has a date, a source and a mark; {int(bare.sum())} of {len(rows)} rows do not, first "
            f"{first['mechanism']!r} in {first['table']}.csv. Run datasets/compile_mechanisms.py."
        )
        raise DataIntegrityError(message)
    rows["country_id"] = pd.to_numeric(rows["country_id"].replace("", None)).astype("Int64")
    recorded = _recorded_until(rows)
    starts, ends = rows["date"].map(first_day), rows["date"].map(last_day)
    # a year or month that was not over when the table was recorded had been read by then
    within = (starts <= recorded) & (recorded < ends) & rows["recorded"].eq("")
    rows["known_on"] = ends.where(~within, recorded)
    announced = (rows["found_by"] == "scheduled") & (rows["recorded"] != "")
    rows["known_on"] = rows["known_on"].where(~announced, rows["recorded"].map(last_day))
    rows["ended_on"] = rows["until"].map(last_day)
    return rows


@cache
def first_day(text: str) -> pd.Timestamp | NaTType:
    """First day of an ISO day, month or year; NaT for an empty one."""
    return pd.Timestamp(text) if text else pd.NaT


@cache
def last_day(text: str) -> pd.Timestamp | NaTType:
    """Last day of an ISO day, month or year; NaT for an empty one.

    Examples
    --------
    >>> str(last_day("2024-02").date()), str(last_day("2024").date())
    ('2024-02-29', '2024-12-31')
    """
    if not text:
        return pd.NaT
    return pd.Period(text, freq={4: "Y", 7: "M"}.get(len(text), "D")).end_time.normalize()


def _read(name: str) -> pd.DataFrame:
    path = datasets_dir() / "mechanisms" / f"{name}.csv"
    if not path.is_file():
        message = f"the bundled table {path.name} is missing from {path.parent}. Reinstall rtop-forecast."
        raise DataIntegrityError(message)
    return pd.read_csv(path, dtype=str, keep_default_na=False).assign(table=name)


def _core() -> pd.DataFrame:
    """Treaties of the core table, in the same columns."""
    rows = pd.read_csv(core_file("treaties.csv"), dtype=str, keep_default_na=False)
    ended = rows["end_year"].str.split(".").str[0]
    return _frame(rows, "core", mechanism=rows["treaty"], status="party", date=rows["year"], until=ended)


def _members() -> pd.DataFrame:
    """Members of organisations at the ends of years; from the first year on they are members by then."""
    path = datasets_dir() / "mechanisms" / "memberships.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    by = rows["from_year"].eq(str(_FIRST_MEMBERS))
    table = _frame(
        rows,
        "memberships",
        mechanism=rows["organisation"],
        status="member",
        date=rows["from_year"],
        until=rows["end_year"].str.split(".").str[0],
    )
    return table.assign(note=rows["note"], precision=np.where(by, "by", "year"))


def _frame(rows: pd.DataFrame, table: str, **columns: pd.Series[str] | str) -> pd.DataFrame:
    own = pd.DataFrame({"country_id": rows["country_id"], "source": rows["source"]}).assign(**columns)
    empty = dict.fromkeys(("iso3", "recorded", "note", "until_source", "until_note"), "")
    return own.assign(table=table, precision="year", found_by="stated", **empty)


def _recorded_until(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    tables = _tables()
    exact = {(one["table"], one["mechanism"]): one["recorded_until"] for one in tables.to_dict("records")}
    keys = zip(rows["table"], rows["mechanism"], strict=True)
    days = [exact.get((table, name)) or exact[table, "*"] for table, name in keys]
    return pd.Series(pd.to_datetime(days), index=rows.index)
