"""Predictors from the list of mass-killing events and from the calendar."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from ewp_rebuild.compare import Predictor
from ewp_rebuild.frame import NO_STATE, Frame, Values
from rtop_forecast.sources.catalogue.ewp_episodes import CORRECTIONS, episodes_table
from rtop_forecast.sources.reading.files import excel_table
from rtop_forecast.storage.bundled import datasets_dir
from rtop_forecast.world.episodes import FIRST_CODED_YEAR, episode_state_years, split_ids
from rtop_forecast.world.states import state_years

__all__ = ["EVENTS", "calendar_predictors", "killing_predictors"]

EVENTS = "ewp_mass_killing_events_2025.xlsx"
_LAST_YEAR = 2024
_KOSOVO, _KOSOVO_IN_LIST = 347, 357
_SERBIA = {340: 345}  # EWP's frame has one number for Yugoslavia and Serbia
_KEYS = ("frame", "E11", "zanzibar", "territory")
_CORRECTED = {
    "country_id": "mk_location_cow",
    "inheritor_ids": "mk_location_inheritor1",
    "responsible_ids": "mk_repsonsible_state_cow",
}
_FIRST_NONSTATE = 1989


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One event of the list, with states in one system of numbers."""

    code: str
    place: int
    heirs: tuple[int, ...]
    responsible: tuple[int, ...]
    start: int
    end: int
    groups: float


class _Killings:
    """State-years of the list by our rules and by EWP's, for any set of conventions."""

    def __init__(self, frame: Frame, path: Path) -> None:
        self.frame = frame
        self.path = path
        raw = excel_table(path, sheet="mk_events")
        self.raw = raw[raw["mk_event_code"].notna()]
        self.ours = cache(self._ours)
        self.theirs = cache(self._theirs)

    def values(self, name: str, on: frozenset[str], *, back: int = 0) -> Values:
        """Return a column of the state-years, in the year or ``back`` years before it."""
        ours = self.ours(as_listed="list" in on, last_flag="E1" in on, lose_kosovo="E2" in on)
        theirs = self.theirs(as_listed="list" in on, last_flag="E1" in on, lose_kosovo="E2" in on)
        mine = self.frame.look_up(ours, name, key="country_id", back=back)
        mine = np.where(self.frame.column("country_id") == NO_STATE, np.nan, np.nan_to_num(mine))
        other = np.nan_to_num(self.frame.look_up(theirs, name, key="ccode", back=back))
        return self.frame.choose(mine, other, keys=_KEYS, on=on)

    def _ours(self, *, as_listed: bool, last_flag: bool, lose_kosovo: bool) -> pd.DataFrame:
        episodes = self._episodes(as_listed=as_listed)
        if lose_kosovo:
            without = episodes["inheritor_ids"].map(
                lambda cell: ";".join(str(heir) for heir in split_ids(cell) if heir != _KOSOVO)
            )
            episodes = episodes.assign(inheritor_ids=without)
        table = episode_state_years(episodes, first=FIRST_CODED_YEAR, last=_LAST_YEAR)
        table["wide"] = table[["nonethnic_ongoing", "multiethnic_ongoing"]].max(axis=1)
        table["narrow"] = table["ethnic_ongoing"]
        table["onset_years"] = table.groupby("country_id")["onset"].cumsum()
        if last_flag:
            existing = state_years(last=_LAST_YEAR)
            exists = set(zip(existing["country_id"], existing["year"], strict=True))
            flags = _targeting(_carried(self._listed(episodes), exists), last_flag=True)
            table = table.drop(columns=["wide", "narrow"]).merge(
                flags.rename(columns={"state": "country_id"}), on=["country_id", "year"], how="left"
            )
        return table

    def _episodes(self, *, as_listed: bool) -> pd.DataFrame:
        if not as_listed:
            return episodes_table(self.path)
        with TemporaryDirectory() as folder:
            nothing = Path(folder) / "no_corrections.csv"
            nothing.write_text("source_code,column,source_value,value,reason\n", encoding="utf-8")
            return episodes_table(self.path, corrections=nothing)

    def _listed(self, episodes: pd.DataFrame) -> list[_Event]:
        """Our episodes in the order of the list."""
        order = [str(code).strip() for code in self.raw["mk_event_code"]]
        rows = episodes.set_index("source_code").reindex(order).reset_index()
        return [
            _Event(
                code=row["source_code"],
                place=row["country_id"],
                heirs=split_ids(row["inheritor_ids"]),
                responsible=split_ids(row["responsible_ids"]),
                start=row["start_year"],
                end=_LAST_YEAR if pd.isna(row["end_year"]) else int(row["end_year"]),
                groups=_number(row["ethnic_groups"]),
            )
            for row in rows.to_dict("records")
        ]

    def _theirs(self, *, as_listed: bool, last_flag: bool, lose_kosovo: bool) -> pd.DataFrame:
        """EWP's own state-years: its numbers in its frame."""
        renumbered = _SERBIA | ({_KOSOVO: _KOSOVO_IN_LIST} if lose_kosovo else {})
        raw = self.raw if as_listed else _corrected(self.raw)
        events = [_numbered(row, renumbered) for row in raw.to_dict("records")]
        table = self.frame.table[["ccode", "year"]].copy()
        exists = set(zip(table["ccode"], table["year"], strict=True))
        carried = _carried(events, exists)
        groups = carried.groupby(["state", "year"])
        found = groups.agg(onset=("begins", "max"), ongoing=("code", "size")).reset_index()
        found = found.merge(_targeting(carried, last_flag=last_flag), on=["state", "year"])
        table = table.merge(
            found.rename(columns={"state": "ccode"}), on=["ccode", "year"], how="left"
        ).fillna(0)
        table["onset_years"] = table.groupby("ccode")["onset"].cumsum()
        first: dict[int, int] = {}
        for event in events:
            for state in (event.place, *event.heirs, *event.responsible):
                first[state] = min(event.start, first.get(state, event.start))
        table["ever"] = (table["year"] >= table["ccode"].map(first).fillna(_LAST_YEAR + 1)).astype("int64")
        return table


def _corrected(raw: pd.DataFrame) -> pd.DataFrame:
    """Put our corrections into EWP's columns; the states concerned have one number in both systems."""
    raw = raw.copy()
    corrections = pd.read_csv(
        datasets_dir() / "annotations" / CORRECTIONS, dtype="str", keep_default_na=False
    )
    for row in corrections.to_dict("records"):
        raw.loc[raw["mk_event_code"].str.strip() == row["source_code"], _CORRECTED[row["column"]]] = row[
            "value"
        ]
    return raw


def _numbered(row: Mapping[Hashable, Any], renumbered: dict[int, int]) -> _Event:
    def states(*columns: str) -> tuple[int, ...]:
        listed = [int(number) for number in (_number(row[name]) for name in columns) if not np.isnan(number)]
        return tuple(renumbered.get(number, number) for number in listed)

    end = _number(row["endyear"])
    return _Event(
        code=str(row["mk_event_code"]).strip(),
        place=states("mk_location_cow")[0],
        heirs=states("mk_location_inheritor1", "mk_location_inheritor2"),
        responsible=states(
            "mk_repsonsible_state_cow", "mk_repsonsible_state_inheritor1", "mk_repsonsible_state_inheritor2"
        ),
        start=int(_number(row["startyear"])),
        end=_LAST_YEAR if np.isnan(end) else int(end),
        groups=_number(row["mk_number_eth_groups"]),
    )


def _number(cell: Any) -> float:
    return np.nan if pd.isna(cell) or str(cell).strip() == "" else float(cell)


def _carried(events: Iterable[_Event], exists: set[tuple[int, int]]) -> pd.DataFrame:
    """Rows ``code, state, year, begins, groups`` in the order of the list: the place while it exists, else heirs."""
    rows = []
    for event in events:
        for year in range(event.start, event.end + 1):
            holders = [event.place] if (event.place, year) in exists else event.heirs
            rows += [
                (event.code, state, year, int(year == event.start), event.groups)
                for state in holders
                if (state, year) in exists
            ]
    return pd.DataFrame(rows, columns=["code", "state", "year", "begins", "groups"])


def _targeting(carried: pd.DataFrame, *, last_flag: bool) -> pd.DataFrame:
    """``state, year, wide, narrow``: any episode of the year, or only the one listed last."""
    rows = carried.groupby(["state", "year"]).tail(1) if last_flag else carried
    flags = rows.assign(wide=rows["groups"].isin((0, 2)), narrow=rows["groups"].eq(1))
    return flags.groupby(["state", "year"])[["wide", "narrow"]].max().astype("int64").reset_index()


def killing_predictors(frame: Frame, folder: Path) -> list[Predictor]:
    """Build the predictors that come from the list of events."""
    killings = _Killings(frame, folder / EVENTS)
    keys = ("list", *_KEYS)
    return [
        Predictor(
            name="widetargeting", conventions=("E1", *keys), values=lambda on: killings.values("wide", on)
        ),
        Predictor(
            name="narrowtargeting", conventions=("E1", *keys), values=lambda on: killings.values("narrow", on)
        ),
        Predictor(
            name="mk_ongoing_count_log2",
            conventions=keys,
            values=lambda on: np.log2(killings.values("ongoing", on) + 1),
        ),
        Predictor(
            name="mean_mk_onset_interaction",
            conventions=keys,
            values=lambda on: killings.values("onset_years", on),
        ),
        Predictor(
            name="mk_onset_prev_year",
            conventions=keys,
            values=lambda on: killings.values("onset", on, back=1),
        ),
        Predictor(name="mk_ever", conventions=("E2", *keys), values=lambda on: killings.values("ever", on)),
    ]


def calendar_predictors(frame: Frame) -> list[Predictor]:
    """Build the predictors that are functions of the year and of a state's first year."""
    year = frame.column("year")
    keys = ("frame", "independence")
    ours = year - frame.column("begins")
    theirs = year - frame.column("independence_year")

    def age(on: frozenset[str]) -> Values:
        return frame.choose(ours, theirs, keys=keys, on=on)

    def new(on: frozenset[str]) -> Values:
        years = age(on)
        return np.where(np.isnan(years), np.nan, (years <= 2).astype(np.float64))

    return [
        Predictor(name="year", conventions=(), values=lambda _: year),
        Predictor(name="year_sq", conventions=(), values=lambda _: year**2),
        Predictor(
            name="includesnonstate",
            conventions=(),
            values=lambda _: (year >= _FIRST_NONSTATE).astype(np.float64),
        ),
        Predictor(name="countryage.new.log2", conventions=keys, values=lambda on: np.log2(age(on) + 1)),
        Predictor(name="newcountry", conventions=keys, values=new),
    ]
