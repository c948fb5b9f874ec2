"""UCDP Country-Year Dataset on Organized Violence: one row per state and year since 1989, by place of death."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.catalogue.ucdp import release_of
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse, whole_numbers, years
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.matching import state_table, with_country_id
from rtop_forecast.sources.reading.table import Edition, SourceTable

__all__ = ["DATASET", "VARIABLES", "country_years", "dyad_years", "read", "recognise"]

DATASET = "ucdp_organizedviolence"
FIRST_YEAR = 1989
_MARKS = ("sb_total_deaths_best", "os_any_govt_killings_best", "os_nsgroup_killings_best")
#: Ending of every column's name up to release 25.1, which 26.1 dropped.
_SUFFIX = "_cy"
_OLD_MARKS = tuple(f"{name}{_SUFFIX}" for name in _MARKS)
#: Kinds of violence in the release, and our names of them.
_KINDS = {"sb": "statebased", "ns": "nonstate", "os": "onesided"}

#: Our variables with the release's columns, named as in 26.1.
VARIABLES = {
    "statebased_deaths": "sb_total_deaths_best",
    "statebased_deaths_low": "sb_total_deaths_low",
    "statebased_deaths_high": "sb_total_deaths_high",
    "statebased_civilians": "sb_deaths_civilians",
    "statebased_dyads": "sb_dyad_count",
    "intrastate_deaths": "sb_intrastate_deaths_best",
    "intrastate_dyads": "sb_intrastate_dyad_count",
    "interstate_deaths": "sb_interstate_deaths_best",
    "interstate_dyads": "sb_interstate_dyad_count",
    "nonstate_deaths": "ns_total_deaths_best",
    "nonstate_deaths_low": "ns_total_deaths_low",
    "nonstate_deaths_high": "ns_total_deaths_high",
    "nonstate_civilians": "ns_deaths_civilians",
    "nonstate_dyads": "ns_dyad_count",
    "onesided_deaths": "os_total_deaths_best",
    "onesided_deaths_low": "os_total_deaths_low",
    "onesided_deaths_high": "os_total_deaths_high",
    "onesided_dyads": "os_dyad_count",
    "onesided_by_own_government": "os_govt_killings_best",
    "onesided_by_governments": "os_any_govt_killings_best",
    "onesided_by_governments_low": "os_any_govt_killings_low",
    "onesided_by_governments_high": "os_any_govt_killings_high",
    "onesided_by_groups": "os_nsgroup_killings_best",
    "onesided_by_groups_low": "os_nsgroup_killings_low",
    "onesided_by_groups_high": "os_nsgroup_killings_high",
    "deaths": "cumulative_total_deaths_in_orgvio_best",
    "deaths_low": "cumulative_total_deaths_in_orgvio_low",
    "deaths_high": "cumulative_total_deaths_in_orgvio_high",
    "civilian_deaths": "cumulative_total_deaths_civilians_in_orgvio",
    "deaths_of_unknown": "cumulative_total_deaths_unknown_in_orgvio",
}
_DYADS = [f"{kind}_dyad_ids" for kind in _KINDS]
_SUMS = {
    "os_total_deaths_best": ["os_any_govt_killings_best", "os_nsgroup_killings_best"],
    "sb_total_deaths_best": ["sb_intrastate_deaths_best", "sb_interstate_deaths_best"],
    "cumulative_total_deaths_in_orgvio_best": [
        "sb_total_deaths_best",
        "ns_total_deaths_best",
        "os_total_deaths_best",
    ],
}


def recognise(path: str | Path) -> bool:
    """Whether a file is the country-year dataset, with column names of either form."""
    header = {name.lower() for name in files.header_of(path)}
    return any(set(form) <= header or files.r_mentions(path, form) for form in (_MARKS, _OLD_MARKS))


def country_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Country-years as published, in the column names of 26.1, and the release.

    Returns
    -------
    frame : pandas.DataFrame
        ``country_id`` (UCDP's number), ``country``, ``year``, the numeric columns of :data:`VARIABLES` as int64
        and the lists of dyads as published.
    release : str

    Raises
    ------
    InputError
        If an R file is given without the library `rdata`.
    DataIntegrityError
        If a column is missing, a number is not an integer of 0 or more, a country-year is repeated, a list of
        dyads does not have the number of dyads stated beside it, or parts do not add up to their total.
    """
    path = Path(path)
    marks = next((form for form in (_MARKS, _OLD_MARKS) if files.r_mentions(path, form)), _MARKS)
    frame = files.read_table(path, marks=marks)
    frame = frame.rename(columns={name: _column(str(name)) for name in frame.columns})
    columns = ["country_id", "country", "year", *VARIABLES.values(), *_DYADS, "version"]
    files.refuse_missing_columns(path, frame.columns, columns, what="the UCDP Country-Year Dataset")
    release = release_of(frame, path=path)
    frame = years(frame[columns], "year", path=path, first=FIRST_YEAR)
    bounds = dict.fromkeys(VARIABLES.values(), (0.0, 10_000_000.0))
    frame = whole_numbers(frame, ["country_id", *VARIABLES.values()], path=path, bounds=bounds)
    repeated = frame.duplicated(["country_id", "year"])
    refuse(path, "each state and year must have one row", repeated, frame["country"])
    for column, parts in _SUMS.items():
        rule = f"column {column!r} must be the sum of {', '.join(parts)}"
        refuse(path, rule, frame[column] != frame[parts].sum(axis=1), frame[column])
    for kind, column in zip(_KINDS, _DYADS, strict=True):
        listed = frame[column].map(lambda cell: len(_ids(cell)))
        rule = f"column {column!r} must list as many dyads as {kind}_dyad_count states"
        refuse(path, rule, listed != frame[f"{kind}_dyad_count"], frame[column])
    return frame.drop(columns="version"), release


def _column(name: str) -> str:
    """Name of a column in the form of 26.1."""
    return name.lower().removesuffix(_SUFFIX).replace("main_govt", "govt")


def _ids(cell: object) -> list[str]:
    """Numbers in a cell such as "584; 689"; those without a dyad hold no digit."""
    parts = [part.strip() for part in str(cell).split(";")]
    return [part.removesuffix(".0") for part in parts if part.removesuffix(".0").isdigit()]


def dyad_years(path: str | Path) -> pd.DataFrame:
    """Dyads that killed on each state's soil.

    Parameters
    ----------
    path : path

    Returns
    -------
    pandas.DataFrame
        ``country_id`` (Gleditsch-Ward number), ``year``, ``kind`` ("statebased", "nonstate", "onesided") and
        ``dyad_id``; one row for each.
    """
    frame, _ = country_years(path)
    matched, _ = with_country_id(frame.rename(columns={"country_id": "code"}), code="code", system="ucdp")
    parts = []
    for column, kind in zip(_DYADS, _KINDS.values(), strict=True):
        listed = matched[["country_id", "year"]].assign(kind=kind, dyad_id=matched[column].map(_ids))
        parts.append(listed.explode("dyad_id").dropna(subset="dyad_id"))
    dyads = pd.concat(parts, ignore_index=True).astype({"dyad_id": "int64"})
    return dyads.sort_values(["country_id", "year", "kind", "dyad_id"], ignore_index=True)


def read(path: str | Path) -> SourceTable:
    """State-years of organized violence by the place where people died.

    UCDP adds up its georeferenced events inside the borders of each state, so the deaths of a conflict or an
    actor stand where they happened. Unlike the actor, dyad and conflict files it holds events of actors and
    dyads with fewer than 25 deaths in the year too, once they have reached 25 in any year.

    Parameters
    ----------
    path : path
        ``organizedviolencecy_v25_1.csv`` (names end in ``_cy``) or ``OrganizedViolenceCYDataSet26_1.csv``.

    Returns
    -------
    SourceTable
        All in persons or numbers of dyads, zero where UCDP has no event, from 1989. State-based conflict:
        ``statebased_deaths`` (best estimate, ``_low``, ``_high``), of them ``statebased_civilians``,
        ``statebased_dyads``; ``intrastate_deaths`` and ``interstate_deaths`` with their dyads. Conflict of
        groups: ``nonstate_deaths`` likewise. One-sided violence: ``onesided_deaths``, by any government
        (``onesided_by_governments``), the state's own (``onesided_by_own_government``) and non-state groups
        (``onesided_by_groups``). All three: ``deaths``, of them ``civilian_deaths`` (one-sided violence
        included) and ``deaths_of_unknown`` affiliation.

    Raises
    ------
    InputError, DataIntegrityError
        As :func:`country_years`.

    References
    ----------
    Davies, S., Pettersson, T., Sollenberg, M., & Öberg, M. (2025). Organized violence 1989-2024, and the
    challenges of identifying civilian victims. Journal of Peace Research, 62.
    Sundberg, R., & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace
    Research, 50, 523-532.
    """
    frame, release = country_years(path)
    renamed = {column: name for name, column in VARIABLES.items()}
    data = frame.rename(columns={"country_id": "code"} | renamed)
    matched, unmatched = with_country_id(data, code="code", system="ucdp")
    last = int(frame["year"].max())
    return state_table(
        matched,
        list(VARIABLES),
        Edition(path=Path(path), dataset=DATASET, release=release),
        unmatched=[unmatched],
        zero_inside=VARIABLES,
        coverage=dict.fromkeys(VARIABLES, (first_covered(frame["year"], published=FIRST_YEAR), last)),
    )
