"""Which states a release must list: a copy that was cut behind a whole line looks complete but lacks some of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.folder.known_months import check_months
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.states import list_states

__all__ = ["COLUMNS", "Loss", "check_roster", "key_of", "listed_states", "lists_of_zeros", "loss_of"]

#: Columns of ``datasets/rosters.parquet``.
COLUMNS = (
    "list", "release", "dataset", "covers_from", "covers_to", "zero_inside", "country_id", "begins", "ends",
    "state_years",
)  # fmt: skip
#: What a new release of a list may lack of the one before: no state but one, and one in a hundred state-years. From
#: release 23.1 to 25.1, UCDP dropped no state and two of a thousand state-years.
_MOST_STATES, _MOST_STATE_YEARS = 1, 0.01
#: Lists whose state-years are those of another list: the events, of which the months are counts.
_SAME_STATES = {"ucdp-ged": "ucdp-ged-months"}


def key_of(table: SourceTable) -> str:
    """Name the list that a table is a release of: its source, and its variable if it has but one."""
    stem = table.source.rsplit("-", 1)[0]
    return f"{stem}:{next(iter(table.coverage))}" if len(table.coverage) == 1 else stem


def listed_states(table: SourceTable, *, until: int | None = None) -> pd.DataFrame:
    """List the states of a table, with their first and last year and the number of their state-years.

    A state-year counts if any variable has a value in it, and in a table with variables of which absence means zero,
    if any of these is above zero. Years after ``until`` are left out.
    """
    names = sorted(table.zero_inside or table.coverage)
    values = table.data[names]
    listed = ((values.notna() & (values != 0)) if table.zero_inside else values.notna()).any(axis=1)
    if until is not None:
        listed &= table.data["year"] <= until
    states = table.data[listed].groupby("country_id")
    return states.agg(begins=("year", "min"), ends=("year", "max"), state_years=("year", "size"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a table lacks of a registered release of its list.

    Attributes
    ----------
    release : str
        The registered release.
    states, absent : tuple of int
        States that the table should list, and those of them that it does not.
    state_years, fewer : int
        State-years of that release, and how many of them are missing by the count of each state; 0 where the table
        covers other years.
    first : int
        First state with fewer state-years.
    span, release_span : tuple of (int, int)
        First and last year that the table and the release cover.
    """

    release: str
    states: tuple[int, ...]
    absent: tuple[int, ...]
    state_years: int
    fewer: int
    first: int
    span: tuple[int, int]
    release_span: tuple[int, int]

    @property
    def shorter(self) -> str:
        """At which end the table covers fewer years, in words; empty if at none."""
        (first, last), (begins, ends) = self.span, self.release_span
        parts = [f"begins in {first}, release {self.release} in {begins}"] if first > begins else []
        parts += [f"ends in {last}, release {self.release} in {ends}"] if last < ends else []
        return f"it {' and '.join(parts)}" if parts else ""

    @property
    def words(self) -> str:
        """The loss in words; empty if there is none."""
        states = f"{len(self.absent)} of {len(self.states)} states" if self.absent else ""
        years = f"{self.fewer} of {self.state_years} state-years" if self.fewer else ""
        lost = " and ".join(part for part in (states, years) if part)
        first = self.absent[0] if self.absent else self.first
        return f"{lost} of release {self.release} absent, first {_name(first)}" if lost else ""


def loss_of(table: SourceTable) -> Loss | None:
    """Compare a table with the registered release of its list that is nearest in years; None if there is none."""
    key = key_of(table)
    registered = _rosters().get(_SAME_STATES.get(key, key))
    if registered is None or not table.coverage:
        return None
    begun = min(first for first, _ in table.coverage.values())
    ended = max(last for _, last in table.coverage.values())
    older = registered[registered["covers_to"] <= ended]
    nearest = older["covers_to"].max() if len(older) else registered["covers_to"].min()
    roster = registered[registered["covers_to"] == nearest].set_index("country_id")
    whole = begun <= int(roster["covers_from"].max()) and ended >= nearest
    within = roster["begins"].between(begun, ended) | roster["ends"].between(begun, ended)
    expected = roster[within]
    listed = listed_states(table)
    absent = expected.index.difference(listed.index)
    fewer = pd.Series(0, index=expected.index)
    if whole:
        counts = listed_states(table, until=int(nearest))["state_years"].reindex(expected.index, fill_value=0)
        fewer = (expected["state_years"] - counts).clip(lower=0)
    return Loss(
        release=str(roster["release"].iloc[0]),
        states=tuple(expected.index),
        absent=tuple(absent),
        state_years=int(expected["state_years"].sum()),
        fewer=int(fewer.sum()),
        first=int(str(fewer.idxmax())) if fewer.any() else 0,
        span=(begun, ended),
        release_span=(int(roster["covers_from"].max()), int(nearest)),
    )


def check_roster(table: SourceTable, path: Path) -> str:
    """Say what a table of a file that is not registered lacks of the registered release of its list.

    Raises
    ------
    DataIntegrityError
        If absence means zero in the table and it lacks more than a revision drops; as :func:`check_months`.
    """
    by_month = check_months(table.months, path) if table.months is not None else ""
    return "; ".join(part for part in (_check_states(table, path), by_month) if part)


def _check_states(table: SourceTable, path: Path) -> str:
    loss = loss_of(table)
    if loss is None:
        return ""
    said = loss.shorter
    if not loss.words:
        return said
    too_many = len(loss.absent) > _MOST_STATES or loss.fewer > _MOST_STATE_YEARS * loss.state_years
    if table.zero_inside and too_many:
        message = (
            f"{path.name}: in a list where absence means zero, every state must stand that has an event; {loss.words}. "
            "It looks cut, or is a part of the list; download the whole list again."
        )
        raise DataIntegrityError(message)
    return "; ".join(part for part in (said, f"{loss.words}: revised, or the file was cut") if part)


def lists_of_zeros() -> frozenset[str]:
    """Name the datasets with a registered list in which absence means zero."""
    return frozenset(
        roster["dataset"].iloc[0] for roster in _rosters().values() if roster["zero_inside"].iloc[0]
    )


@lru_cache(maxsize=1)
def _rosters() -> dict[str, pd.DataFrame]:
    """Read the registered rosters, by list."""
    frame = pd.read_parquet(datasets_dir() / "rosters.parquet")
    return {str(name): roster for name, roster in frame.groupby("list")}


def _name(state: int) -> str:
    names = list_states().drop_duplicates("country_id", keep="last").set_index("country_id")["name"]
    return f"{names[state]} (GW {state})"
