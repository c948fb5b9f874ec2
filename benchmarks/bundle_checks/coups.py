"""Coups beside the Colpus list."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bundle_checks.tally import KEYS, Comparison, core, tally
from rtop_forecast.sources.catalogue import coups
from rtop_forecast.world.states import state_years

__all__ = ["comparisons"]

_LAST = 2022


def comparisons(data: Path, more: Path) -> list[Comparison]:  # noqa: ARG001
    """Compare attempts and successes by state-year."""
    governance = data / "governance"
    colpus = coups.read(governance / "colpus_Master_Coup_List.xlsx").to_frame()
    powell = coups.read(governance / "powell_thyne_coups_final.txt").to_frame()
    years = state_years(first=1946, last=_LAST)[KEYS]
    table = core("coups")
    cells = years.merge(table, on=KEYS, how="left")
    unknown = cells["attempts"].notna() & cells["successes"].isna()
    cells = cells.fillna({"attempts": 0, "successes": 0})
    theirs = colpus.rename(columns={"attempts": "theirs", "successes": "theirs_succeeded"})
    cells = cells.merge(theirs, on=KEYS, how="left").fillna({"theirs": 0, "theirs_succeeded": 0})
    ours = cells["attempts"] > 0
    own = pd.Series(pd.MultiIndex.from_frame(cells[KEYS]).isin(pd.MultiIndex.from_frame(powell[KEYS])))
    single = [
        ("listed by Colpus alone, whose definition is wider", ~ours & (cells["theirs"] > 0)),
        ("listed by Powell-Thyne, not by Colpus", ours & own & (cells["theirs"] == 0)),
        ("listed by the Center for Systemic Peace, not by Colpus", ours & ~own & (cells["theirs"] == 0)),
    ]
    both = cells[ours & (cells["theirs"] > 0)].reset_index(drop=True)
    said = ~unknown[ours & (cells["theirs"] > 0)].reset_index(drop=True)
    return [
        tally(
            cells,
            ours == (cells["theirs"] > 0),
            single,
            table="coups",
            second_source="Colpus",
            what="whether a state-year has an attempt",
        ),
        tally(
            both,
            both["attempts"] == both["theirs"],
            [
                (
                    "another number of attempts in the year, each by its own definition",
                    both["attempts"] != both["theirs"],
                )
            ],
            table="coups",
            second_source="Colpus",
            what="attempts in a state-year that both list",
        ),
        tally(
            both[said].reset_index(drop=True),
            ((both["successes"] > 0) == (both["theirs_succeeded"] > 0))[said].reset_index(drop=True),
            [
                (
                    "another number of attempts: one list has the coup that succeeded, the other only one that failed",
                    (both["attempts"] != both["theirs"])[said].reset_index(drop=True),
                ),
                (
                    "one attempt in both, a success in one list only: Powell-Thyne asks for seven days in power",
                    (both["attempts"] == both["theirs"])[said].reset_index(drop=True),
                ),
            ],
            table="coups",
            second_source="Colpus",
            what="whether a coup succeeded in a state-year that both list",
        ),
    ]
