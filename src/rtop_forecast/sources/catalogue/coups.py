"""Coup attempts: Powell-Thyne's list, the Colpus list and the Early Warning Project's state-years."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, one_per_key, whole_numbers, years
from rtop_forecast.sources.reading.country_years import one_per_state_year, set_aside
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.matching import (
    merge_unmatched,
    refuse_unknown_codes,
    refuse_unknown_names,
    with_country_id,
)
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag

__all__ = ["FIRST_POWELL_THYNE", "form", "read", "recognise"]

#: First year of the list of Powell and Thyne.
FIRST_POWELL_THYNE = 1950

_COLPUS = {"id", "ccode", "date", "statenme", "year", "coup", "milcoup", "success", "ambiguous", "staged"}
_POWELL_THYNE = {"country", "ccode", "year", "month", "day", "coup"}
_EWP = {"ccode", "country", "year", "cou.any"}


def form(path: str | Path) -> str | None:
    """Which list a file holds: ``"powell-thyne"``, ``"colpus"``, ``"ewp"`` or None."""
    if files.has_columns(path, _POWELL_THYNE):
        return "powell-thyne"
    if files.has_columns(path, _EWP):
        return "ewp"
    return "colpus" if files.has_columns(path, _COLPUS) else None


def recognise(path: str | Path) -> bool:
    """Whether a file is one of the three lists, by its header."""
    return form(path) is not None


def read(path: str | Path) -> SourceTable:
    """State-years with coup attempts.

    Parameters
    ----------
    path : path
        ``powell_thyne_coups_final.txt`` (tab-separated; 1 failed, 2 successful), the Colpus master
        list (xlsx; ``success`` 1 successful, 2 failed) or EWP's ``all-coups.csv`` (state-years, yes or no).

    Returns
    -------
    SourceTable
        ``attempts`` and ``successes``; of EWP's list, which does not count, ``any_attempt`` (0/1).
        Powell-Thyne covers 1950 to the last year listed, Colpus and EWP from 1946. Attempts
        that Colpus marks as staged by the government are left out.

    Raises
    ------
    DataIntegrityError
        If the file is not one of the three, or an outcome is not coded 1 or 2.

    References
    ----------
    Powell, J. M., & Thyne, C. L. (2011). Global instances of coups from 1950 to 2010: A new dataset.
    Journal of
    Peace Research, 48, 249-259.
    Chin, J. J., Carter, D. B., & Wright, J. G. (2021). The varieties of coups d'état: Introducing the Colpus
    dataset. International Studies Quarterly, 65, 1040-1051.
    """
    kind = form(path)
    if kind == "powell-thyne":
        frame = files.read_table(path, marks=_POWELL_THYNE)
        return _events(path, frame, success=2, source="powell-thyne", system="cow", first=FIRST_POWELL_THYNE)
    if kind == "colpus":
        frame = files.read_table(path, marks=_COLPUS)
        frame, repeated = one_per_key(frame, ["id"], path=path, code="ccode")
        frame = years(frame.assign(coup=frame["success"]), "year", path=path)
        staged = numbers(frame, ["staged"], path=path, bounds=(0, 1))["staged"].eq(1)
        frame, reported = set_aside(frame, staged, code="ccode", reason="a coup that was staged")
        table = _events(path, frame, success=1, source="colpus", system="cow", first=1946)
        return replace(table, unmatched=merge_unmatched([table.unmatched, repeated, reported]))
    if kind == "ewp":
        return _ewp(path)
    message = (
        f"{Path(path).name} is not a coup list that this reader knows (Powell-Thyne, Colpus, EWP). "
        "Check its header."
    )
    raise DataIntegrityError(message)


def _events(
    path: str | Path, frame: pd.DataFrame, *, success: int, source: str, system: str, first: int
) -> SourceTable:
    frame = whole_numbers(years(frame, "year", path=path), ["ccode"], path=path, bounds=(1, 1000))
    frame, repeated = one_per_key(frame, list(frame.columns), path=path, code="ccode")
    outcome = pd.to_numeric(frame["coup"], errors="coerce")
    bad = ~outcome.isin((1, 2))
    if bad.any():
        message = (
            f"{Path(path).name}: the outcome of a coup attempt must be 1 or 2; {int(bad.sum())} of "
            f"{len(frame)} rows are "
            f"not, first {frame.loc[bad, 'coup'].iloc[0]!r}. Download the list again."
        )
        raise DataIntegrityError(message)
    events = pd.DataFrame(
        {
            "code": frame["ccode"].astype("str"),
            "year": frame["year"],
            "success": (outcome == success).astype("int64"),
        }
    )
    release = str(events["year"].max())
    begins = first_covered(events["year"], published=first, quiet=1)
    matched, unmatched = with_country_id(events, code="code", system=system)
    refuse_unknown_codes(unmatched, path)
    data = (
        matched.groupby(["country_id", "year"])
        .agg(attempts=("success", "size"), successes=("success", "sum"))
        .reset_index()
    )
    return SourceTable(
        source=f"{source}-{release}",
        release=release,
        data=data,
        coverage=dict.fromkeys(["attempts", "successes"], (begins, int(release))),
        zero_inside=frozenset({"attempts", "successes"}),
        publication_lag_months=publication_lag("coups"),
        unmatched=merge_unmatched([unmatched, repeated]),
    )


def _ewp(path: str | Path) -> SourceTable:
    frame = years(files.read_table(path, marks=_EWP), "year", path=path)
    frame = whole_numbers(frame, ["cou.any"], path=path, bounds=(0, 1))
    frame, repeated = one_per_key(frame, ["country", "year"], path=path, code="country")
    events = frame[(frame["cou.any"] == 1) & (frame["year"] >= 1946)][["country", "year"]]
    matched, unmatched = with_country_id(events, code="country", system="name")
    refuse_unknown_names(unmatched, path)
    matched, overlap = one_per_state_year(matched.assign(code=matched["country"]))
    data = matched[["country_id", "year"]].assign(any_attempt=1)
    last = int(frame["year"].max())
    return SourceTable(
        source=f"powell-thyne+csp-ewp{last + 1}",
        release=str(last + 1),
        data=data,
        coverage={"any_attempt": (first_covered(frame["year"], published=1946), last)},
        zero_inside=frozenset({"any_attempt"}),
        publication_lag_months=publication_lag("coups"),
        unmatched=merge_unmatched([unmatched, repeated, overlap]),
    )
