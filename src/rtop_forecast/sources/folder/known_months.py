"""What a table by month lacks of the months that are known: a copy cut behind a whole line looks complete."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading.month_files import bundled_months
from rtop_forecast.sources.reading.months import MonthTable, month_number
from rtop_forecast.world.codes import plain_name
from rtop_forecast.world.states import list_states

__all__ = ["Fewer", "active_before", "check_months", "fewer_than_known"]

_YEAR = 12
#: By months since the last known one: most states that were without an event in a month although each of the twelve
#: last known months had some. In UCDP's releases from 1990 to February 2026 there were never more.
_MOST_QUIET = {12: 6, 36: 10}
#: So many states that are the last by name do not fall silent by chance: the file was cut.
_A_TAIL = 3
_PREFIX = "ged_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fewer:
    """What a table lacks of a bundled release in the months that both cover.

    Attributes
    ----------
    release : str
        The bundled release.
    counted : str
        What is counted: ``events``, or ``deaths`` where the table has no events.
    known, lost : int
        Counts of that release, and how many of them are missing, state by state.
    states, absent : tuple of int
        States with a count above zero there, and those of them without any in the table.
    first : int
        First state that lacks some; 0 if none does.
    """

    release: str
    counted: str
    known: int
    lost: int
    states: tuple[int, ...]
    absent: tuple[int, ...]
    first: int

    @property
    def ends_early(self) -> bool:
        """Whether the states without any are the last by name: in the order of names UCDP's files stand."""
        if len(self.absent) < _A_TAIL:
            return False
        there = set(self.states) - set(self.absent)
        return min(map(_order, self.absent)) > max(map(_order, there), default="")

    @property
    def words(self) -> str:
        """The loss in words; empty if there is none."""
        if not self.lost:
            return ""
        states = f" and {len(self.absent)} of {len(self.states)} states" if self.absent else ""
        first = self.absent[0] if self.absent else self.first
        return (
            f"{self.lost:,} of {self.known:,} {self.counted}{states} of release {self.release} absent, first "
            f"{_name(first)}"
        )


def fewer_than_known(months: MonthTable) -> list[Fewer]:
    """Compare a table, state by state, with each bundled release of its kind in the months that both cover."""
    found = []
    for known in bundled_months():
        if known.provisional != months.provisional:
            continue
        first = max(month_number(*months.first), month_number(*known.first))
        last = min(month_number(*months.last), month_number(*known.last))
        if first > last:
            continue
        counted = _counted(months)
        theirs = _by_state(known, f"{_PREFIX}{counted}", first, last)
        own = _by_state(months, counted, first, last).reindex(theirs.index, fill_value=0)
        lost = (theirs - own).clip(lower=0)
        found.append(
            Fewer(
                release=known.release,
                counted=counted,
                known=int(theirs.sum()),
                lost=int(lost.sum()),
                states=tuple(theirs.index),
                absent=tuple(own.index[own == 0]),
                first=int(str(lost.idxmax())) if lost.any() else 0,
            )
        )
    return found


def active_before(months: MonthTable) -> tuple[frozenset[int], int]:
    """States with events in each of the twelve last known months before a table, and the last of these months.

    No state if fewer months are known.
    """
    first, counted = month_number(*months.first), _counted(months)
    by_month: dict[int, set[int]] = {}
    for known in sorted(
        bundled_months(), key=lambda one: one.provisional
    ):  # a final month stands before a candidate
        for number in range(month_number(*known.first), min(month_number(*known.last) + 1, first)):
            by_month.setdefault(number, set())
        rows = known.data[known.data[f"{_PREFIX}{counted}"] > 0]
        for number, states in rows.groupby(_number(rows))["country_id"]:
            if number < first and not by_month[number]:
                by_month[number] = set(states)
    last_known = sorted(by_month)[-_YEAR:]
    if len(last_known) < _YEAR:
        return frozenset(), first
    return frozenset.intersection(*(frozenset(by_month[number]) for number in last_known)), last_known[-1]


def check_months(months: MonthTable, path: Path) -> str:
    """Say what a table of a file that is not registered lacks of the months that are known.

    Raises
    ------
    DataIntegrityError
        If a file of candidate events is of a bundled release and has fewer events, lacks the last states of one by
        name, or more states in a month than ever fell silent at once.
    """
    fewer = fewer_than_known(months)
    said = [one.words for one in fewer if one.words]
    if not months.provisional:
        return _told(said)
    same = next((one for one in fewer if one.release == months.release and _is_named(one.release)), None)
    if same is not None and same.words:
        message = (
            f"{path.name}: a copy of candidate release {same.release} must hold all of its events; {same.words}. "
            "It was cut, or is a part of the release; download the whole one again."
        )
        raise DataIntegrityError(message)
    if not said and _is_known(months):
        return ""
    early = next((one for one in fewer if one.ends_early), None)
    if early is not None:
        message = (
            f"{path.name}: a list in the order of the states' names must not stop within it; {early.words}, and they "
            "are the last by name. It was cut; download the whole list again."
        )
        raise DataIntegrityError(message)
    active, last_known = active_before(months)
    rows = months.data[months.data[_counted(months)] > 0]
    listed = rows.groupby(_number(rows))["country_id"].agg(set).to_dict()
    for number in range(month_number(*months.first), month_number(*months.last) + 1):
        _refuse_quiet(path, active, active - listed.get(number, set()), number, last_known)
    parts = [_told(said), _peaceful(active, active - set(rows["country_id"])), _unknown(months)]
    return "; ".join(part for part in parts if part)


def _refuse_quiet(
    path: Path, active: frozenset[int], quiet: frozenset[int], number: int, last_known: int
) -> None:
    most = next((most for age, most in _MOST_QUIET.items() if number - last_known <= age), None)
    if most is None or len(quiet) <= most:
        return
    message = (
        f"{path.name}: candidate events must tell of the whole world; {len(quiet)} of {len(active)} states with "
        f"events in each of the twelve last known months have none in {number // _YEAR}-{number % _YEAR + 1:02d}, "
        f"first {_name(min(quiet))}, and never were there more than {most}. It looks cut, or is a part of the "
        "release; download the whole one again."
    )
    raise DataIntegrityError(message)


def _told(said: list[str]) -> str:
    return f"{'; '.join(said)}: revised, or the file was cut" if said else ""


def _peaceful(active: frozenset[int], quiet: frozenset[int]) -> str:
    if not quiet:
        return ""
    return (
        f"{len(quiet)} of {len(active)} states with events in each of the twelve last known months have none in it, "
        f"first {_name(min(quiet))}: peace, or the file was cut"
    )


def _unknown(months: MonthTable) -> str:
    """Say of months that no bundled release covers that nothing tells whether all of their events are there."""
    if _is_known(months):
        return ""
    counted = _counted(months)
    rows = months.data[months.data[counted] > 0]
    return (
        f"no registered release tells whether it is whole: {int(rows[counted].sum()):,} {counted} in "
        f"{rows['country_id'].nunique()} states stand in it; compare with the publisher's"
    )


def _is_known(months: MonthTable) -> bool:
    """Whether bundled releases of candidate events cover all months of a table."""
    known: set[int] = set()
    for one in (one for one in bundled_months() if one.provisional):
        known.update(range(month_number(*one.first), month_number(*one.last) + 1))
    return known.issuperset(range(month_number(*months.first), month_number(*months.last) + 1))


def _is_named(release: str) -> bool:
    """Whether a release has a version, as 26.0.2, and not only the year of its events."""
    return not release.endswith("candidate")


def _counted(months: MonthTable) -> str:
    return "events" if "events" in months.variables else "deaths"


def _by_state(months: MonthTable, name: str, first: int, last: int) -> pd.Series[int]:
    """Add up the counts of some months by state; above zero alone."""
    rows = months.data[_number(months.data).between(first, last)]
    summed = rows.groupby("country_id")[name].sum()
    return summed[summed > 0].astype("int64")


def _order(state: int) -> str:
    """Place of a state in the order of names, without case and accents."""
    return plain_name(_name(state))


def _number(rows: pd.DataFrame) -> pd.Series[int]:
    return rows["year"] * _YEAR + rows["month"] - 1


def _name(state: int) -> str:
    names = list_states().drop_duplicates("country_id", keep="last").set_index("country_id")["name"]
    return f"{names[state]} (GW {state})"
