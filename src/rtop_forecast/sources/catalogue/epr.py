"""Ethnic Power Relations, core dataset: one row per politically relevant group and spell of years."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, one_per_key, refuse, whole_numbers, years
from rtop_forecast.sources.reading.country_years import one_per_state_year, resolved
from rtop_forecast.sources.reading.matching import state_table
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.world.spells import years_of_spells

__all__ = ["EXCLUDED", "INCLUDED", "read", "recognise"]

_COLUMNS = ["gwid", "statename", "from", "to", "group", "gwgroupid", "size", "status"]

#: Access to executive power, from most to least, as the codebook orders it.
INCLUDED = ("MONOPOLY", "DOMINANT", "SENIOR PARTNER", "JUNIOR PARTNER")
EXCLUDED = ("POWERLESS", "DISCRIMINATED", "SELF-EXCLUSION")
_OTHER = ("IRRELEVANT", "STATE COLLAPSE")
_NAMES = [
    "included", "excluded", "discriminated", "dominant", "largest_excluded", "downgraded_5y", "relevant_groups",
    "excluded_groups", "fractionalization",
]  # fmt: skip

_MARKS = ("gwid", "statename", "from", "to", "status")


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the core dataset."""
    return files.has_columns(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of ethnic groups' access to power.

    Parameters
    ----------
    path : path
        ``EPR-2021.csv`` or another release of EPR Core.

    Returns
    -------
    SourceTable
        Shares of the population (0 to 1) in groups that are ``included`` (monopoly, dominant, senior or
        junior partner), ``excluded`` (powerless, discriminated, self-excluded), ``discriminated``, alone in
        power (``dominant``: monopoly or dominant), the ``largest_excluded`` group, and in groups that lost
        their access in the year or the four before it and are excluded now (``downgraded_5y``); numbers of
        ``relevant_groups`` and ``excluded_groups``; ``fractionalization`` of the relevant groups,
        1 - sum of (s_i / sum of s)^2. Groups that are irrelevant, and those of a collapsed state, count in
        none; a state-year with only such groups has shares of zero and no fractionalization.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a status is unknown, a size lies outside 0 to 1, a spell ends before it begins,
        or two spells of one group overlap.

    References
    ----------
    Vogt, M., Bormann, N.-C., Rüegger, S., Cederman, L.-E., Hunziker, P., & Girardin, L. (2015). Integrating
    data on ethnicity, geography, and conflict: The Ethnic Power Relations data set family. Journal of
    Conflict Resolution, 59(7), 1327-1342. https://icr.ethz.ch/data/epr/core/
    """
    what = "the EPR core dataset"
    frame = files.read_table(path, marks=_MARKS)
    files.refuse_missing_columns(path, frame.columns, _COLUMNS, what=what)
    frame = years(years(frame[_COLUMNS], "from", path=path, first=1946), "to", path=path, first=1946)
    frame = whole_numbers(frame, ["gwid", "gwgroupid"], path=path)
    frame = numbers(frame, ["size"], path=path, bounds=(0, 1))
    status = frame["status"].astype("str").str.strip().str.upper()
    listed = status.isin([*INCLUDED, *EXCLUDED, *_OTHER])
    refuse(path, "column 'status' must hold a status of the codebook", ~listed, frame["status"])
    refuse(path, "a spell must not end before it begins", frame["to"] < frame["from"], frame["group"])
    refuse(path, "a group must have a size", frame["size"].isna(), frame["group"])
    frame, repeated = one_per_key(
        frame.assign(status=status), ["gwid", "gwgroupid", "from"], path=path, code="gwid", year="from"
    )
    groups = _group_years(frame, path)
    last = int(groups["year"].max())
    table = _state_years(groups)
    matched, unmatched = resolved(table, [("gwid", "gw")])
    matched, overlap = one_per_state_year(matched)
    return state_table(
        matched,
        _NAMES,
        Edition(path=Path(path), dataset="epr", release=str(last)),
        unmatched=[repeated, unmatched, overlap],
    )


def _group_years(spells: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    rows, year = years_of_spells(spells["from"].to_numpy(), spells["to"].to_numpy())
    groups = spells.iloc[rows].reset_index(drop=True).assign(year=year)
    again = groups.duplicated(["gwid", "gwgroupid", "year"], keep=False)
    if again.any():
        first = groups[again].iloc[0]
        message = (
            f"{Path(path).name}: a group has one status a year; {int(again.sum())} group-years lie in two spells, "
            f"first {first['group']!r} of {first['statename']} in {first['year']}. Download the official file again."
        )
        raise DataIntegrityError(message)
    included, excluded = groups["status"].isin(INCLUDED), groups["status"].isin(EXCLUDED)
    groups = groups.assign(included=included, excluded=excluded).sort_values(
        ["gwid", "gwgroupid", "year"], ignore_index=True
    )
    key = [groups["gwid"], groups["gwgroupid"]]
    before = groups.groupby(["gwid", "gwgroupid"])["included"].shift(fill_value=False)
    adjacent = groups.groupby(["gwid", "gwgroupid"])["year"].diff() == 1
    lost = groups["year"].where(before & adjacent & groups["excluded"])
    since = groups["year"] - lost.groupby(key).ffill()
    # Readmitted groups are not excluded now, whatever happened before.
    return groups.assign(downgraded=groups["excluded"] & (since <= 4))


def _state_years(groups: pd.DataFrame) -> pd.DataFrame:
    size = groups["size"]
    relevant = groups["included"] | groups["excluded"]
    parts = groups[["gwid", "year"]].assign(
        included=size.where(groups["included"], 0.0),
        excluded=size.where(groups["excluded"], 0.0),
        discriminated=size.where(groups["status"] == "DISCRIMINATED", 0.0),
        dominant=size.where(groups["status"].isin(["MONOPOLY", "DOMINANT"]), 0.0),
        downgraded_5y=size.where(groups["downgraded"], 0.0),
        relevant_groups=relevant.astype("float64"),
        excluded_groups=groups["excluded"].astype("float64"),
        relevant_size=size.where(relevant, 0.0),
        squared=(size.where(relevant, 0.0)) ** 2,
    )
    by = parts.groupby(["gwid", "year"])
    table = by.sum()
    table["largest_excluded"] = by["excluded"].max()
    whole = table["relevant_size"].where(table["relevant_size"] > 0)
    table["fractionalization"] = 1 - table["squared"] / whole**2
    return table.reset_index()
