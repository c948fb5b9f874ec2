"""UCDP/PRIO Armed Conflict Dataset: one row per state-based conflict and year since 1946."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.catalogue.ucdp import (
    check_iso_dates,
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

__all__ = ["COLUMNS", "conflict_years", "read", "recognise"]

#: The 28 columns of the official release.
COLUMNS = (
    "conflict_id", "location", "side_a", "side_a_id", "side_a_2nd", "side_b", "side_b_id", "side_b_2nd",
    "incompatibility", "territory_name", "year", "intensity_level", "cumulative_intensity",
    "type_of_conflict",
    "start_date", "start_prec", "start_date2", "start_prec2", "ep_end", "ep_end_date", "ep_end_prec",
    "gwno_a", "gwno_a_2nd", "gwno_b", "gwno_b_2nd", "gwno_loc", "region", "version",
)  # fmt: skip
_WHAT = "the UCDP/PRIO Armed Conflict Dataset"

_MARKS = ("conflict_id", "intensity_level", "cumulative_intensity", "gwno_loc")


def recognise(path: str | Path) -> bool:
    """Whether a file is, or claims to be, this dataset: conflict-years with a cumulative intensity."""
    return files.has_columns(path, _MARKS) and "dyad_id" not in files.header_of(path)


def conflict_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Conflict-years and the release.

    Returns
    -------
    conflicts : pandas.DataFrame
        ``conflict_id, year, type, incompatibility, gwno_loc, intensity, dyads, battle_deaths``;
        the last two are missing, as this release does not give them.
    release : str

    Raises
    ------
    DataIntegrityError
        If the file was edited: columns missing, dates in another format, repeated conflict-years.
    """
    frame = files.read_table(path, marks=_MARKS, dtype="str").fillna("")
    _refuse_edited(path, frame)
    frame = integers(
        frame, ["conflict_id", "year", "type_of_conflict", "incompatibility", "intensity_level"], path=path
    )
    rule = "one row per conflict and year is the rule"
    refuse_repeated(
        frame, ["conflict_id", "year"], path=path, rule=rule, remedy="Download the official file."
    )
    names = {"type_of_conflict": "type", "intensity_level": "intensity"}
    columns = ["conflict_id", "year", "type", "incompatibility", "gwno_loc", "intensity"]
    conflicts = frame.rename(columns=names)[columns]
    unknown = pd.array([pd.NA] * len(conflicts), dtype="Int64")
    return conflicts.assign(dyads=unknown, battle_deaths=unknown), release_of(frame, path=path)


def _refuse_edited(path: str | Path, frame: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in frame.columns]
    dates = (
        frame["start_date"].astype("str").str.strip()
        if "start_date" in frame.columns
        else pd.Series(dtype="str")
    )
    other = dates[~dates.str.fullmatch(r"\d{4}-\d{2}-\d{2}( 00:00:00)?")]
    if missing and len(other):
        message = (
            f"{Path(path).name} is not an unedited release of {_WHAT}: {len(missing)} of its "
            f"{len(COLUMNS)} columns are "
            f"missing ({', '.join(missing)}) and {len(other)} dates are not YYYY-MM-DD, first "
            f"{other.iloc[0]!r}. "
            "Someone edited it by hand; download the official file."
        )
        raise DataIntegrityError(message)
    files.refuse_missing_columns(path, frame.columns, COLUMNS, what=_WHAT)
    check_iso_dates(frame, "start_date", path=path)


def read(path: str | Path) -> SourceTable:
    """State-years with state-based conflict from the official CSV.

    Parameters
    ----------
    path : path
        ``UcdpPrioConflict_v23_1.csv`` or another release with the same 28 columns.

    Returns
    -------
    SourceTable
        ``intensity`` (0 only interstate, 1 minor, 2 war), ``conflicts``, ``wars``,
        ``government``, ``territory`` (0/1), ``interstate`` (0/1); by place of the
        incompatibility, from 1946.

    Raises
    ------
    DataIntegrityError
        If the file is not an unedited official release.

    References
    ----------
    Gleditsch, N. P., Wallensteen, P., Eriksson, M., Sollenberg, M., & Strand, H. (2002). Armed conflict
    1946-2001: A new dataset. Journal of Peace Research, 39, 615-637.
    Davies, S., Pettersson, T., & Öberg, M. (2023). Organized violence 1989-2022, and the return of conflict
    between states. Journal of Peace Research, 60, 691-708.
    """
    conflicts, release = conflict_years(path)
    table, unmatched = state_years_of_conflicts(conflicts)
    names = ["intensity", "conflicts", "wars", "government", "territory", "interstate"]
    years = (first_covered(conflicts["year"], published=1946), int(conflicts["year"].max()))
    refuse_unknown_codes(unmatched, path)
    return SourceTable(
        source=f"ucdp-acd-{release}",
        release=release,
        data=table[["country_id", "year", *names]],
        coverage=dict.fromkeys(names, years),
        zero_inside=frozenset(names),
        publication_lag_months=publication_lag("ucdp_acd"),
        unmatched=unmatched,
    )
