"""Conflict before 1989 beside PRIO's battle deaths, placed where the fighting was."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, core, tally
from rtop_forecast.sources.reading.files import read_csv, read_r
from rtop_forecast.sources.reading.matching import split_codes, with_country_id
from rtop_forecast.world.states import state_years

__all__ = ["comparisons"]

_LAST = 1988


def comparisons(data: Path, more: Path) -> list[Comparison]:
    """Whether a state-year has conflict, by what is fought over and by battle deaths on its soil."""
    deaths = next(iter(read_r(more / "ucdp" / "ucdpbrds.rda").values()))
    deaths = deaths[deaths["gwcode"].notna() & (deaths["year"] <= _LAST)]
    deaths = deaths.assign(
        code=deaths["gwcode"].astype("int64").astype("str"), year=deaths["year"].astype("int64")
    )
    theirs, _ = with_country_id(deaths, code="code", system="gw")
    theirs = theirs.groupby(KEYS)["best"].sum().reset_index()
    ours = core("conflict")[[*KEYS, "conflicts", "interstate"]]
    cells = (
        state_years(first=1946, last=_LAST)[KEYS]
        .merge(theirs, on=KEYS)
        .merge(ours, on=KEYS, how="left")
        .fillna(0)
    )
    has, had = (cells[["conflicts", "interstate"]] > 0).any(axis=1), cells["best"] > 0
    outside = pd.MultiIndex.from_frame(_extrasystemic(data / "ucdp" / "UcdpPrioConflict_v23_1.csv"))
    rules = [
        (
            "an extrasystemic conflict is fought there, which the table counts for no state",
            pd.Series(pd.MultiIndex.from_frame(cells[KEYS]).isin(outside)) & had,
        ),
        (
            "a conflict between states about this one, without deaths on its soil",
            has & (cells["interstate"] > 0),
        ),
        ("PRIO's best estimate of a conflict inside the state is zero or missing", has & ~had),
    ]
    return [
        tally(
            cells,
            has == had,
            rules,
            table="conflict",
            second_source="PRIO Battle Deaths 3.1 by place",
            what="whether a state-year before 1989 has conflict",
        )
    ]


def _extrasystemic(path: Path) -> pd.DataFrame:
    conflicts = read_csv(path, dtype="str")
    conflicts = conflicts[conflicts["type_of_conflict"] == "1"].assign(
        year=lambda one: one["year"].astype("int64")
    )
    located, _ = with_country_id(split_codes(conflicts, "gwno_loc"), code="gwno_loc", system="ucdp")
    return located[KEYS].drop_duplicates()
