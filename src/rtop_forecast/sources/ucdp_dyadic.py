"""UCDP Dyadic Dataset: one row per pair of warring parties and year since 1946."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources._files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources._match import refuse_unknown_codes
from rtop_forecast.sources._table import SourceTable
from rtop_forecast.sources._ucdp import (
    check_iso_dates,
    conflicts_of_dyads,
    integers,
    release_of,
    state_years_of_conflicts,
)

__all__ = ["COLUMNS", "conflict_years", "read", "recognise"]

#: Columns of the official release that the reader relies on.
COLUMNS = (
    "dyad_id", "conflict_id", "location", "side_a", "side_b", "incompatibility", "year", "intensity_level",
    "type_of_conflict", "start_date", "start_prec", "start_date2", "start_prec2", "gwno_a", "gwno_b",
    "gwno_loc",
    "region", "version",
)  # fmt: skip


def recognise(path: str | Path) -> bool:
    """Whether a file is the dyadic dataset: dyad-years with an intensity level."""
    header = set(csv_header(path))
    return {"dyad_id", "conflict_id", "intensity_level", "type_of_conflict", "gwno_loc"} <= header


def conflict_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Conflict-years and the release.

    ``intensity`` is the highest of the dyads: a lower bound, since two dyads below 1,000 deaths
    can make a conflict a war.

    Raises
    ------
    DataIntegrityError
        If columns are missing, a number is no whole number or dates are in another format.
    """
    frame = read_csv(path, dtype="str").fillna("")
    refuse_missing_columns(path, frame.columns, COLUMNS, what="the UCDP Dyadic Dataset")
    check_iso_dates(frame, "start_date", path=path)
    numbers = ["conflict_id", "dyad_id", "year", "incompatibility", "type_of_conflict", "intensity_level"]
    frame = integers(frame, numbers, path=path)
    return conflicts_of_dyads(frame), release_of(frame, path=path)


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
        interstate``, from 1946; by place of the incompatibility.

    References
    ----------
    Harbom, L., Melander, E., & Wallensteen, P. (2008). Dyadic dimensions of armed conflict, 1946-2007.
    Journal of Peace Research, 45, 697-710.
    """
    conflicts, release = conflict_years(path)
    table, unmatched = state_years_of_conflicts(conflicts)
    names = ["intensity", "conflicts", "wars", "dyads", "government", "territory", "interstate"]
    refuse_unknown_codes(unmatched, path)
    return SourceTable(
        source=f"ucdp-dyadic-{release}",
        release=release,
        data=table[["country_id", "year", *names]],
        coverage=dict.fromkeys(names, (1946, int(conflicts["year"].max()))),
        zero_inside=frozenset(names),
        publication_lag_months=6,
        unmatched=unmatched,
    )
