"""A year of UCDP's candidate events as the yearly releases would count it, before they are out.

Candidate events name their conflict as UCDP does ("Sudan: Government", "Israel - Syria", "Government of Syria -
Civilians"), so a year of them gives what the yearly datasets give by state: conflicts of 25 deaths or more with their
incompatibility and deaths, and one-sided violence by kind of actor. All of it is provisional.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.ucdp import INTERSTATE, WAR_DEATHS, state_years_of_conflicts
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse, whole_numbers
from rtop_forecast.sources.reading.matching import with_country_id
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched
from rtop_forecast.sources.registry import registry
from rtop_forecast.world.states import KEYS, LAST_YEAR, resolve_many

__all__ = ["candidate_year", "events_of_year", "has_conflicts", "read_events", "weighted_by_totals"]

#: Deaths in a calendar year from which UCDP counts a conflict, or an actor of one-sided violence, as active.
ACTIVE_DEATHS = 25
# the totals of a year come out in June
_WEIGHTED_LAG = 6
_STATEBASED, _NONSTATE, _ONESIDED = 1, 2, 3
_COLUMNS = ("id", "conflict_new_id", "conflict_name", "country", "best", "type_of_violence")
# day of an event in a list of events, and in UCDP's own files, where it is the last one
_DATES = ("date", "date_end")
_GOVERNMENT = "Government of "
_TERRITORY, _OVER_GOVERNMENT, _BOTH = 1, 2, 3
_INTERNAL = 3
_CONFLICT_COLUMNS = (
    "conflict_id", "year", "type", "incompatibility", "gwno_loc", "intensity", "dyads", "battle_deaths",
)  # fmt: skip


def events_of_year(path: str | Path, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Candidate events of one whole year.

    Parameters
    ----------
    path : path
        A list of candidate events with :data:`_COLUMNS`.
    year : int

    Returns
    -------
    events, unmatched : pandas.DataFrame
        ``country_id, year`` (of the place), ``kind`` (UCDP's type of violence), ``conflict_id, conflict_name`` and
        ``deaths`` (best estimate); and the rows of places that are no state.

    Raises
    ------
    DataIntegrityError
        If a column is missing, an event is repeated, a number or a date cannot be, or a month has no event.
    """
    events, unmatched = read_events(Path(path))
    events, unmatched = events[events["year"] == year], unmatched[unmatched["year"] == year]
    months = set(events["month"])
    if len(months) < 12:
        message = (
            f"{Path(path).name}: a year of candidate events has events in every month; {year} has them in "
            f"{len(months)}. Take the files of all twelve months."
        )
        raise DataIntegrityError(message)
    return events.reset_index(drop=True), unmatched


def has_conflicts(path: Path) -> bool:
    """Whether a file of candidate events names the conflicts, so that a year of it can be counted."""
    names = set(files.header_of(path))
    return names >= set(_COLUMNS) and bool(names & set(_DATES))


def read_events(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Candidate events of a file, as :func:`events_of_year` returns those of a year, with ``id`` and ``month``.

    Raises
    ------
    DataIntegrityError
        If a column is missing, an event is repeated, or a number or a date cannot be.
    """
    wanted = {*_COLUMNS, *_DATES}
    frame = files.read_table(path, marks=_COLUMNS, usecols=lambda name: name in wanted)
    date = next((name for name in _DATES if name in frame.columns), _DATES[0])
    files.refuse_missing_columns(path, frame.columns, [*_COLUMNS, date], what="a list of candidate events")
    dated = pd.to_datetime(frame[date].astype("str").str[:10], format="%Y-%m-%d", errors="coerce")
    refuse(path, "each event has a date as 2025-01-31", dated.isna(), frame[date])
    frame = whole_numbers(
        frame,
        ["id", "conflict_new_id", "type_of_violence", "best"],
        path=path,
        bounds={"type_of_violence": (1.0, 3.0), "best": (0.0, 1e7)},
    )
    refuse(path, "each event has one row", frame.duplicated("id"), frame["id"])
    # the table of states ends before the newest events do; they are those of its last year
    placed = frame.assign(year=dated.dt.year.clip(upper=LAST_YEAR), month=dated.dt.month, _year=dated.dt.year)
    matched, unmatched = with_country_id(placed, code="country", system="name")
    matched["year"] = matched["_year"]
    names = {"type_of_violence": "kind", "conflict_new_id": "conflict_id", "best": "deaths"}
    columns = [*KEYS, "month", "id", "kind", "conflict_id", "conflict_name", "deaths"]
    return matched.rename(columns=names)[columns].reset_index(drop=True), unmatched


def weighted_by_totals(events: pd.DataFrame, totals: Mapping[int, int]) -> pd.DataFrame:
    """Events whose deaths add up to known totals by state.

    Candidate events undercount where news come late and overcount where they are sorted out later; the total of the
    yearly release is better known than its parts. Each event's deaths are multiplied by its state's total over the sum
    of its candidate events.

    Parameters
    ----------
    events : pandas.DataFrame
        As :func:`events_of_year` returns.
    totals : dict of int to int
        Deaths of the year by ``country_id``, all types of violence; a state without an entry keeps its own sum.

    Returns
    -------
    pandas.DataFrame
        ``deaths`` as float64.
    """
    own = events.groupby("country_id")["deaths"].sum()
    factor = pd.Series(totals, dtype="float64").reindex(own.index) / own.where(own > 0)
    return events.assign(deaths=events["deaths"] * events["country_id"].map(factor).fillna(1.0))


def candidate_year(
    events: pd.DataFrame, *, known: pd.DataFrame, source: str, publication_lag_months: int | None = None
) -> SourceTable:
    """State-years of conflict and one-sided violence from the candidate events of a year, in the panel's names.

    Parameters
    ----------
    events : pandas.DataFrame
        As :func:`events_of_year` or :func:`weighted_by_totals` returns.
    known : pandas.DataFrame
        ``conflict_id, gwno_loc`` of the conflicts in the yearly releases, which say where one between states is
        located; a new one is located where its deaths are.
    source : str
        Registry key, or one of the same name for a year that is not registered.
    publication_lag_months : int, optional
        Months after December until the year is known; by default that of weighted years in the registry, six.

    Returns
    -------
    SourceTable
        ``ucdp_<name>`` of the tables of conflict and ``ucdp_osv_<name>`` of those of one-sided violence, and deaths by
        type as ``ucdp_organizedviolence_<type>_deaths``; zero where there is no event; all marked provisional.
        Dyads are not told: candidate events name the conflict.
    """
    year = int(events["year"].iloc[0])
    registered = registry()
    parts = [
        _conflicts(events, known=known),
        _one_sided(events),
        _deaths_by_type(events),
    ]
    data = pd.concat([part.set_index("country_id") for part in parts], axis=1).fillna(0.0)
    data = data.round().rename_axis("country_id").reset_index().assign(year=year)
    variables = [name for name in data.columns if name not in KEYS]
    return SourceTable(
        source=source,
        release=registered[source].release if source in registered else source.rpartition("-")[2],
        data=data[[*KEYS, *variables]].sort_values(KEYS, ignore_index=True),
        coverage=dict.fromkeys(variables, (year, year)),
        zero_inside=frozenset(variables),
        publication_lag_months=_WEIGHTED_LAG if publication_lag_months is None else publication_lag_months,
        unmatched=no_unmatched(),
        provisional=(year,),
    )


def _conflicts(events: pd.DataFrame, *, known: pd.DataFrame) -> pd.DataFrame:
    """Active state-based conflicts, by the place of their incompatibility."""
    fought = events[events["kind"] == _STATEBASED]
    by_conflict = fought.groupby(["conflict_id", "conflict_name"], as_index=False)["deaths"].sum()
    active = by_conflict[by_conflict["deaths"].round() >= ACTIVE_DEATHS]
    located = dict(zip(known["conflict_id"], known["gwno_loc"].astype("str"), strict=True))
    places = active["conflict_name"].str.partition(": ")[0]
    found = resolve_many(places, events["year"].iloc[: len(places)], system="name").country_id
    names = {name: number for name, number in zip(places, found, strict=True) if not pd.isna(number)}
    rows = []
    for one in active.to_dict("records"):
        place, colon, subject = str(one["conflict_name"]).partition(": ")
        if colon and place in names:
            kind, where = _INTERNAL, located.get(one["conflict_id"], str(names[place]))
        elif " - " in place:
            kind, where = INTERSTATE, located.get(one["conflict_id"]) or _where_fought(fought, one)
        else:
            continue  # parties that UCDP has not made out yet, "XXX652"
        rows.append(
            {
                "conflict_id": one["conflict_id"],
                "year": int(events["year"].iloc[0]),
                "type": kind,
                "incompatibility": _incompatibility(subject) if colon else _TERRITORY,
                "gwno_loc": where,
                "intensity": 1 + (one["deaths"] >= WAR_DEATHS),
                "dyads": 0,
                "battle_deaths": round(one["deaths"]),
            }
        )
    frame = pd.DataFrame(rows, columns=_CONFLICT_COLUMNS).astype({"battle_deaths": "Int64"})
    table, _ = state_years_of_conflicts(frame)
    chosen = table.set_index("country_id").drop(columns=["year", "dyads"]).astype("float64")
    return chosen.add_prefix("ucdp_").reset_index()


def _incompatibility(subject: str) -> int:
    """UCDP's code of what is fought over, from the second part of a conflict's name."""
    parts = subject.split("/")
    if "Government" not in parts:
        return _TERRITORY
    return _OVER_GOVERNMENT if len(parts) == 1 else _BOTH


def _where_fought(fought: pd.DataFrame, conflict: Mapping[str, object]) -> str:
    """States in which a quarter of a conflict's deaths or more were, as UCDP writes several places."""
    deaths = fought[fought["conflict_id"] == conflict["conflict_id"]].groupby("country_id")["deaths"].sum()
    places = deaths.index[deaths >= deaths.sum() / 4]
    return ", ".join(str(place) for place in places)


def _one_sided(events: pd.DataFrame) -> pd.DataFrame:
    """Civilians killed by governments and by groups, and the active actors of each, by the place of death."""
    killed = events[events["kind"] == _ONESIDED]
    by_government = killed["conflict_name"].str.startswith(_GOVERNMENT)
    total = killed.groupby("conflict_id")["deaths"].transform("sum").round()
    killed = killed.assign(
        actor=np.where(by_government, "government", "nonstate"),
        active=killed["conflict_id"].where((total >= ACTIVE_DEATHS) & (killed["deaths"] > 0)),
    )
    deaths = killed.pivot_table(
        values="deaths", index="country_id", columns="actor", aggfunc="sum", fill_value=0
    )
    actors = killed.pivot_table(
        values="active", index="country_id", columns="actor", aggfunc="nunique", fill_value=0
    )
    both = deaths.add_suffix("_deaths").join(actors.add_suffix("_actors"))
    return both.add_prefix("ucdp_osv_").reset_index()


def _deaths_by_type(events: pd.DataFrame) -> pd.DataFrame:
    words = {_STATEBASED: "statebased", _NONSTATE: "nonstate", _ONESIDED: "onesided"}
    deaths = events.pivot_table(
        values="deaths", index="country_id", columns="kind", aggfunc="sum", fill_value=0
    )
    deaths = deaths.rename(columns=words).add_suffix("_deaths").assign(deaths=deaths.sum(axis=1))
    return deaths.add_prefix("ucdp_organizedviolence_").reset_index()
