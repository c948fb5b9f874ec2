"""UCDP Battle-Related Deaths Dataset: one row per dyad and year since 1989."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.catalogue.ucdp import (
    conflicts_of_dyads,
    integers,
    release_of,
    state_years_of_conflicts,
)
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse_repeated
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.matching import refuse_unknown_codes
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag

__all__ = ["COLUMNS", "conflict_years", "dyad_years", "read", "recognise"]

#: Columns of the official dyad-level release that the reader relies on.
COLUMNS = (
    "conflict_id", "dyad_id", "location_inc", "side_a", "side_b", "incompatibility", "year",
    "bd_best", "bd_low", "bd_high", "type_of_conflict", "gwno_loc", "gwno_battle", "region", "version",
)  # fmt: skip

_MARKS = ("conflict_id", "location_inc", "bd_best", "bd_low", "bd_high")


def recognise(path: str | Path) -> bool:
    """Whether a file is a battle-related deaths release (dyad or conflict level)."""
    return files.has_columns(path, _MARKS)


def dyad_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Dyad-years as published, with integers, and the release.

    Some estimates break ``bd_low <= bd_best <= bd_high`` in the official file; they stay, since
    only the best estimate is used.

    Raises
    ------
    DataIntegrityError
        If columns are missing (the conflict-level file of 25.1 has no ``dyad_id`` and lost conflict
        type 3), a number is not an integer, or a dyad-year is repeated.
    """
    frame = files.read_table(path, marks=_MARKS, dtype="str").fillna("")
    files.refuse_missing_columns(
        path, frame.columns, COLUMNS, what="the UCDP Battle-Related Deaths Dataset, dyad level"
    )
    numbers = [
        "conflict_id",
        "dyad_id",
        "year",
        "incompatibility",
        "type_of_conflict",
        "bd_best",
        "bd_low",
        "bd_high",
    ]
    frame = integers(frame, numbers, path=path)
    rule = "one row per dyad and year is the rule"
    refuse_repeated(frame, ["dyad_id", "year"], path=path, rule=rule, remedy="Download the official file.")
    return frame, release_of(frame, path=path)


def conflict_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Conflict-years summed from dyads, and the release; see ``_ucdp.conflicts_of_dyads``."""
    frame, release = dyad_years(path)
    return conflicts_of_dyads(frame), release


def read(path: str | Path) -> SourceTable:
    """State-years with state-based conflict and its battle-related deaths from the dyad-level CSV.

    Parameters
    ----------
    path : path
        ``BattleDeaths_v25_1.csv`` or another dyad-level release.

    Returns
    -------
    SourceTable
        ``intensity, conflicts, wars, dyads, government, territory, interstate`` and
        ``battle_deaths``, ``interstate_deaths`` (best estimates, persons), from 1989; by place
        of the incompatibility. Cells that list several states ("625, 626") count in each.

    Raises
    ------
    DataIntegrityError
        If the file is not a dyad-level official release.

    References
    ----------
    Davies, S., Pettersson, T., Sollenberg, M., & Öberg, M. (2025). Organized violence 1989-2024, and the
    challenges of identifying civilian victims. Journal of Peace Research, 62.
    """
    conflicts, release = conflict_years(path)
    table, unmatched = state_years_of_conflicts(conflicts)
    names = [
        "intensity", "conflicts", "wars", "dyads", "government", "territory", "interstate",
        "battle_deaths", "interstate_deaths",
    ]  # fmt: skip
    refuse_unknown_codes(unmatched, path)
    return SourceTable(
        source=f"ucdp-brd-{release}",
        release=release,
        data=table[["country_id", "year", *names]],
        coverage=dict.fromkeys(
            names, (first_covered(conflicts["year"], published=1989), int(conflicts["year"].max()))
        ),
        zero_inside=frozenset(names),
        publication_lag_months=publication_lag("ucdp_brd"),
        unmatched=unmatched,
    )
