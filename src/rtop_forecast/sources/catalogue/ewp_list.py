"""The Early Warning Project's list of mass-killing events: facts only, with Gleditsch-Ward numbers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import latest_year
from rtop_forecast.sources.reading.rows import refuse_repeated_names
from rtop_forecast.sources.registry import registered_contents, registered_hashes, registry
from rtop_forecast.storage.files import file_sha256
from rtop_forecast.world.codes import FIRST_YEAR as SYSTEM_FIRST_YEAR
from rtop_forecast.world.codes import LAST_YEAR as SYSTEM_LAST_YEAR
from rtop_forecast.world.episodes import load_episodes
from rtop_forecast.world.states import resolve_many

__all__ = [
    "FIRST_YEAR",
    "SHEET",
    "EventEdition",
    "content_sha256",
    "edition_of",
    "events",
    "recognise",
    "resolve_ewp",
    "year_in_name",
]

#: First year of which the list says whether an episode begins or goes on.
FIRST_YEAR = 1945

SHEET = "mk_events"

# Published header (its spelling included) and our name.
_HEADER = {
    "mk_event_code": "source_code",
    "startyear": "start_year",
    "endyear": "end_year",
    "State-Led or Non-State-Led": "state_led",
    "mk_number_eth_groups": "ethnic_groups",
    "mk_location_cow": "location",
    "mk_location_inheritor1": "inheritor1",
    "mk_location_inheritor2": "inheritor2",
    "mk_repsonsible_state_cow": "responsible",
}
_LED = {"State-Led": 1, "Non-State-Led": 0}

# EWP departs from COW for five states: (Gleditsch-Ward number, first year, last year).
_EWP_CODES: dict[int, tuple[tuple[int, int, int], ...]] = {
    255: ((260, 1949, 9999),),
    # Serbia keeps Yugoslavia's number in the state-year frame and is 340 in the list of events, in 1998 too.
    340: ((345, 1918, 2005), (340, 2006, 9999)),
    345: ((345, 1918, 2006), (340, 2006, 9999)),
    357: ((347, 2008, 9999),),
    679: ((678, 1990, 9999),),
}


def recognise(path: str | Path) -> bool:
    """Whether a file is EWP's list of events: a workbook whose sheet ``mk_events`` has its columns, or that sheet.

    Raises
    ------
    InputError
        If the file is a workbook and the optional library `python-calamine` is not installed.
    """
    path = Path(path)
    if not path.is_file():
        return False
    if files.kind_of(path) != "excel":
        return files.has_columns(path, _HEADER)
    rows = _rows(path, limit=1)
    return bool(rows) and set(_HEADER) <= {str(cell).strip() for cell in rows[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEdition:
    """Which edition of the list a file holds.

    Attributes
    ----------
    year : int
        Year of the edition.
    last_year : int
        Last year that it codes: the year before, or the last of the table of states if that is earlier.
    registered : bool
        Whether the file, or the list in it, is one of the registry's.
    """

    year: int
    last_year: int
    registered: bool

    @property
    def source(self) -> str:
        """Key in the source registry."""
        return f"ewp-{self.year}"


def edition_of(path: str | Path, listed: pd.DataFrame) -> EventEdition:
    """Edition of a list, by its content.

    A registered file is the edition that the registry names, and so is its list however it was saved. Any other covers
    the years up to the latest in which one of its events begins or ends: of later years it shows nothing, and their
    zeros would be made up. It is the edition of the year after; of one year later still if its name says so and its
    events are not those of the bundled edition, as next year's list is before any event of this year is in it.

    Parameters
    ----------
    path : path
    listed : pandas.DataFrame
        What :func:`events` reads of it.
    """
    key = registered_hashes().get(file_sha256(path)) or registered_contents().get(content_sha256(listed))
    release = registry()[key] if key is not None else None
    if release is not None and release.dataset == "ewp_events":
        return EventEdition(year=int(release.release), last_year=release.last_year, registered=True)
    shown = int(listed[["start_year", "end_year"]].max().max())
    later = year_in_name(path) == shown + 2 and _differs_from_bundled(listed, shown + 1)
    year = shown + 2 if later else shown + 1
    return EventEdition(year=year, last_year=min(shown, SYSTEM_LAST_YEAR), registered=False)


def content_sha256(listed: pd.DataFrame) -> str:
    """SHA-256 of the events of a list, in the order of their codes: the same however the list was saved."""
    facts = listed.sort_values("source_code").to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(facts.encode()).hexdigest()


def _differs_from_bundled(listed: pd.DataFrame, year: int) -> bool:
    """Whether the bundled list is of an edition and has other events, or other last years of them."""
    bundled = load_episodes()
    if set(bundled["source"]) != {f"ewp-{year}"}:
        return False
    ends = [
        dict(zip(table["source_code"], table["end_year"].fillna(0).astype("int64"), strict=True))
        for table in (listed, bundled)
    ]
    return ends[0] != ends[1]


def year_in_name(path: str | Path) -> int | None:
    """Year in a file's name, a hint at its edition; None if it has none.

    Examples
    --------
    >>> year_in_name("ewp_mass_killing_events_2025.xlsx"), year_in_name("events.xlsx")
    (2025, None)
    """
    found = re.search(r"(?<!\d)20\d\d(?!\d)", Path(path).stem)
    return int(found[0]) if found else None


def events(path: str | Path) -> pd.DataFrame:
    """Read the facts of the list of events; its texts are left where they are.

    Parameters
    ----------
    path : path
        ``ewp_mass_killing_events_2025.xlsx``.

    Returns
    -------
    pandas.DataFrame of shape (n_events, 8)
        ``source_code``; ``country_id`` (Gleditsch-Ward number of the place as of ``start_year``);
        ``inheritor_ids`` (states that later hold the place, joined by ``;``); ``start_year``; ``end_year``
        (missing while the episode goes on); ``state_led`` (0 or 1); ``responsible_ids`` (as of
        ``start_year``); ``ethnic_groups`` (0 none, 1 one group, 2 two or more, missing if not coded).

    Raises
    ------
    InputError
        If `python-calamine` is not installed, or a code matches no state.
    DataIntegrityError
        If a column is missing, a year is not an integer or lies outside the years of the list, a code is repeated or
        who led is unknown.

    References
    ----------
    Early Warning Project (2025). List of mass-killing events, 2025 edition. United States Holocaust
    Memorial Museum. https://earlywarningproject.ushmm.org/definitions
    """
    path = Path(path)
    raw = _table(path)
    led = raw["state_led"].astype("str").str.strip().map(_LED)
    if led.isna().any():
        _refuse(path, raw, led.isna(), f"who leads must be one of {sorted(_LED)}")
    duplicated = raw["source_code"].duplicated()
    if duplicated.any():
        _refuse(path, raw, duplicated, "event codes must be unique")
    table = raw[["source_code"]].copy()
    for name in (
        "start_year",
        "end_year",
        "ethnic_groups",
        "location",
        "inheritor1",
        "inheritor2",
        "responsible",
    ):
        table[name] = _whole(path, raw, name)
    absent = table[["start_year", "location"]].isna().any(axis=1)
    if absent.any():
        _refuse(path, raw, absent, "every event needs a first year and a place")
    for name, last in (("start_year", SYSTEM_LAST_YEAR), ("end_year", latest_year())):
        outside = raw.index.isin(table.index[~table[name].between(FIRST_YEAR, last) & table[name].notna()])
        if outside.any():
            _refuse(path, raw, pd.Series(outside, index=raw.index), f"{name} must lie in {FIRST_YEAR}-{last}")
    table["start_year"] = table["start_year"].astype("int64")
    table["state_led"] = led.astype("int64")
    table["country_id"] = _at_start(table, "location").astype("int64")
    table["responsible_ids"] = ["" if pd.isna(n) else str(int(n)) for n in _at_start(table, "responsible")]
    table["inheritor_ids"] = _inheritors(table)
    return table[
        [
            "source_code",
            "country_id",
            "inheritor_ids",
            "start_year",
            "end_year",
            "state_led",
            "responsible_ids",
            "ethnic_groups",
        ]
    ]


def resolve_ewp(codes: Iterable[int], years: Iterable[int]) -> pd.Series[int]:
    """Gleditsch-Ward numbers of EWP's codes (COW with five departures), by year.

    Parameters
    ----------
    codes, years : iterable of int of equal length

    Returns
    -------
    pandas.Series of Int64
        Missing where the code meant no state in that year.
    """
    table = pd.DataFrame({"code": list(codes), "year": list(years)}, dtype="int64")
    result = pd.Series(pd.NA, index=table.index, dtype="Int64")
    own = table["code"].isin(list(_EWP_CODES))
    for code, spells in _EWP_CODES.items():
        for number, first, last in reversed(spells):
            result[table["code"].eq(code) & table["year"].between(first, last)] = number
    if (~own).any():
        rest = table[~own]
        # the state system begins in 1946: an episode of 1945 is placed among the states of that year
        resolution = resolve_many(rest["code"], rest["year"].clip(lower=SYSTEM_FIRST_YEAR), system="cow")
        result[~own] = pd.array(resolution.country_id, dtype="Int64")
    return result


def _at_start(events: pd.DataFrame, column: str) -> pd.Series:
    """State of each event's code in its first year; missing where the list names none."""
    given = events[column].notna()
    result = pd.Series(pd.NA, index=events.index, dtype="Int64")
    result[given] = resolve_ewp(events.loc[given, column], events.loc[given, "start_year"]).to_numpy()
    lost = given & result.isna()
    if lost.any():
        first = events[lost].iloc[0]
        message = (
            f"every code of an event must be a state in its first year; {int(lost.sum())} are not, "
            f"first {column} {first[column]} in {first['start_year']} ({first['source_code']}). "
            "Add the code to crosswalk.csv."
        )
        raise InputError(message)
    return result


def _inheritors(events: pd.DataFrame) -> pd.Series[str]:
    """States other than the place itself that hold it after the first year."""
    columns = ["location", "inheritor1", "inheritor2"]
    long = events.melt(
        id_vars=["source_code", "start_year", "country_id"], value_vars=columns, value_name="code"
    )
    long = long.dropna(subset="code").drop_duplicates(["source_code", "code"])
    # A code may change its meaning later (345 is Serbia from 2006), so every later year counts.
    long["year"] = [range(start, SYSTEM_LAST_YEAR + 1) for start in long["start_year"]]
    long = long.explode("year", ignore_index=True)
    long["number"] = resolve_ewp(long["code"], long["year"])
    unknown = long.groupby(["source_code", "code"])["number"].count().eq(0)
    if unknown.any():
        code = unknown[unknown].index[0]
        message = (
            f"every inheritor must be a state in some year; {int(unknown.sum())} are not, first {code[1]} "
            f"of {code[0]}. Add the code to crosswalk.csv."
        )
        raise InputError(message)
    long = long.dropna(subset="number").drop_duplicates(["source_code", "number"])
    long = long[long["number"] != long["country_id"]].sort_values("number")
    joined = long["number"].astype("str").groupby(long["source_code"]).agg(";".join)
    return events["source_code"].map(lambda code: joined.get(code, "")).astype("str")


def _table(path: Path) -> pd.DataFrame:
    rows = _rows(path)
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    missing = [name for name in _HEADER if name not in header]
    if missing:
        message = (
            f"{path.name} is not EWP's list of events: sheet {SHEET!r} lacks {len(missing)} columns, "
            f"first {missing[0]!r}. Use the published workbook."
        )
        raise DataIntegrityError(message)
    refuse_repeated_names(path, [name for name in header if name in _HEADER])
    table = pd.DataFrame(rows[1:], columns=header)[list(_HEADER)].rename(columns=_HEADER)
    table["source_code"] = table["source_code"].astype("str").str.strip()
    return table[table["source_code"] != ""].reset_index(drop=True)


def _rows(path: Path, *, limit: int | None = None) -> list[list[Any]]:
    """Cells of the sheet ``mk_events``, also where it was saved as a table of its own; empty if there is none."""
    if files.kind_of(path) != "excel":
        frame = files.read_table(path, marks=_HEADER, dtype="str")
        return [list(frame.columns), *frame.astype("object").where(frame.notna(), "").to_numpy().tolist()]
    return files.excel_rows(path, sheet=SHEET, limit=limit) if SHEET in files.excel_sheets(path) else []


def _whole(path: Path, raw: pd.DataFrame, name: str) -> pd.Series[int]:
    """Cells as Int64; empty ones are missing, anything but an integer is refused."""
    empty = raw[name].astype("str").str.strip().isin(("", "None", "nan", "NA"))
    numbers = pd.to_numeric(raw[name].where(~empty), errors="coerce")
    odd = ~empty & (numbers.isna() | (numbers % 1 != 0))
    if odd.any():
        _refuse(path, raw, odd, f"{name} must be an integer or empty")
    return numbers.astype("Int64")


def _refuse(path: Path, raw: pd.DataFrame, bad: pd.Series[bool], rule: str) -> None:
    first = raw.loc[bad, "source_code"].iloc[0]
    message = (
        f"{path.name}: {rule}; {int(bad.sum())} of {len(raw)} events break this, first {first!r}. "
        "Use the published workbook."
    )
    raise DataIntegrityError(message)
