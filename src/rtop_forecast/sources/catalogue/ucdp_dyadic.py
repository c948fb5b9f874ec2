"""UCDP Dyadic Dataset: one row per pair of warring parties and year since 1946."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.catalogue.ucdp import (
    INTERNAL,
    check_iso_dates,
    conflicts_of_dyads,
    integers,
    newcomers,
    release_of,
    state_years_of_conflicts,
)
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.matching import refuse_unknown_codes, split_codes, with_country_id
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag

__all__ = ["COLUMNS", "conflict_years", "read", "recognise"]

#: Columns of the official release that the reader relies on.
COLUMNS = (
    "dyad_id", "conflict_id", "location", "side_a", "side_b", "incompatibility", "year", "intensity_level",
    "type_of_conflict", "start_date", "start_prec", "start_date2", "start_prec2", "gwno_a", "gwno_b",
    "gwno_loc",
    "region", "version",
)  # fmt: skip

_FIRST, _NEW_AFTER = 1946, 5

_MARKS = ("dyad_id", "conflict_id", "intensity_level", "type_of_conflict", "gwno_loc")


def recognise(path: str | Path) -> bool:
    """Whether a file is the dyadic dataset: dyad-years with an intensity level."""
    return files.has_columns(path, _MARKS)


def conflict_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Conflict-years and the release.

    ``intensity`` is the highest of the dyads: a lower bound, since two dyads below 1,000 deaths
    can make a conflict a war.

    Raises
    ------
    DataIntegrityError
        If columns are missing, a number is not an integer or dates are in another format.
    """
    frame, release = _dyad_years(path)
    return conflicts_of_dyads(frame), release


def _dyad_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    frame = files.read_table(path, marks=_MARKS, dtype="str").fillna("")
    files.refuse_missing_columns(path, frame.columns, COLUMNS, what="the UCDP Dyadic Dataset")
    check_iso_dates(frame, "start_date", path=path)
    numbers = ["conflict_id", "dyad_id", "year", "incompatibility", "type_of_conflict", "intensity_level"]
    frame = integers(frame, numbers, path=path)
    return frame, release_of(frame, path=path)


def read(path: str | Path) -> SourceTable:
    """State-years with state-based conflict and the number of dyads from the official CSV.

    Parameters
    ----------
    path : path
        ``Dyadic_v24_1.csv`` or another release.

    Returns
    -------
    SourceTable
        ``intensity`` (lower bound), ``conflicts, wars, dyads, government, territory,
        interstate``, from 1946; by place of the incompatibility. ``new_dyads`` (from 1951) are those within a state
        that fought there in none of the five years before.

    References
    ----------
    Harbom, L., Melander, E., & Wallensteen, P. (2008). Dyadic dimensions of armed conflict, 1946-2007.
    Journal of Peace Research, 45, 697-710.
    """
    dyads, release = _dyad_years(path)
    conflicts = conflicts_of_dyads(dyads)
    table, unmatched = state_years_of_conflicts(conflicts)
    first = first_covered(conflicts["year"], published=_FIRST)
    table = table.merge(_new_dyads(dyads, first), on=["country_id", "year"], how="left")
    # a year with interstate conflict alone has no dyad within the state
    table.loc[table["new_dyads"].isna() & (table["year"] >= first + _NEW_AFTER), "new_dyads"] = 0
    names = ["intensity", "conflicts", "wars", "dyads", "government", "territory", "interstate"]
    refuse_unknown_codes(unmatched, path)
    last = int(conflicts["year"].max())
    coverage = dict.fromkeys(names, (first, last))
    if first + _NEW_AFTER <= last:
        coverage["new_dyads"] = (first + _NEW_AFTER, last)
    return SourceTable(
        source=f"ucdp-dyadic-{release}",
        release=release,
        data=table[["country_id", "year", *coverage]],
        coverage=coverage,
        zero_inside=frozenset(coverage),
        publication_lag_months=publication_lag("ucdp_dyadic"),
        unmatched=unmatched,
    )


def _new_dyads(dyads: pd.DataFrame, first: int) -> pd.DataFrame:
    inside = dyads[dyads["type_of_conflict"].isin(INTERNAL)]
    matched, _ = with_country_id(split_codes(inside, "gwno_loc"), code="gwno_loc", system="ucdp")
    counts = newcomers(matched, key="dyad_id", first=first, years=_NEW_AFTER)
    return counts.rename(columns={"new": "new_dyads"}).drop(columns="repeat")
