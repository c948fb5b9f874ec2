"""Core tables of events, built from official releases: conflict, one-sided violence, coups, treaties."""

from __future__ import annotations

import pandas as pd

from rtop_forecast.errors import CoverageError
from rtop_forecast.sources.catalogue.ucdp import WAR_DEATHS, state_years_of_conflicts
from rtop_forecast.sources.catalogue.ucdp_onesided import VARIABLES as ONE_SIDED
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.world.states import KEYS

__all__ = [
    "FIRST_DEATHS",
    "RATIFIED",
    "conflict_table",
    "coups_table",
    "intensity_differences",
    "one_sided_table",
    "organized_violence_table",
    "treaties_table",
]

_CONFLICT_KEYS = ["conflict_id", "year"]
#: First year of the deaths by conflict.
FIRST_DEATHS = 1989

#: Treaties of the core table.
RATIFIED = ("genocide", "iccpr", "cat", "cerd", "rome")


def conflict_table(
    acd: tuple[pd.DataFrame, str], brd: tuple[pd.DataFrame, str], dyadic: tuple[pd.DataFrame, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """State-based conflict by place and year.

    Conflict-years before 1989 are those of the Armed Conflict Dataset, with the number of dyads of the
    Dyadic Dataset; from 1989 those of the Battle-Related Deaths Dataset. Intensity is the official level
    where
    the Armed Conflict Dataset has the conflict-year, else UCDP's own definition applied to the deaths.

    Parameters
    ----------
    acd, brd, dyadic : tuple of (pandas.DataFrame, str)
        Conflict-years and release, as each reader's ``conflict_years`` returns.

    Returns
    -------
    table, unmatched : pandas.DataFrame
        ``country_id, year, intensity, conflicts, wars, dyads, government, territory, interstate,
        battle_deaths,
        interstate_deaths, source`` and the rows without a state.
    """
    early = acd[0][acd[0]["year"] < FIRST_DEATHS].drop(columns="dyads")
    dyads = dyadic[0][[*_CONFLICT_KEYS, "dyads"]].drop_duplicates(_CONFLICT_KEYS)
    early = early.merge(dyads, on=_CONFLICT_KEYS, how="left").astype(
        {"dyads": "Int64", "battle_deaths": "Int64"}
    )
    late = brd[0].astype({"dyads": "Int64", "battle_deaths": "Int64"})
    official = acd[0][[*_CONFLICT_KEYS, "intensity"]].rename(columns={"intensity": "_official"})
    late = late.merge(official, on=_CONFLICT_KEYS, how="left")
    late["intensity"] = late.pop("_official").fillna(late["intensity"]).astype("int64")
    table, unmatched = state_years_of_conflicts(pd.concat([early, late], ignore_index=True))
    sources = pd.Series(f"ucdp-acd-{acd[1]}", index=table.index)
    # Deaths are covered from 1989 only; a sum over no conflict before that is unknown, not zero.
    for name in ("battle_deaths", "interstate_deaths"):
        table[name] = table[name].mask(table["year"] < FIRST_DEATHS)
    table["source"] = sources.mask(table["year"] >= FIRST_DEATHS, f"ucdp-brd-{brd[1]}")
    columns = [
        *KEYS, "intensity", "conflicts", "wars", "dyads", "government", "territory", "interstate",
        "battle_deaths",
        "interstate_deaths", "source",
    ]  # fmt: skip
    return table[columns], unmatched


def intensity_differences(acd: pd.DataFrame, brd: pd.DataFrame) -> pd.DataFrame:
    """Conflict-years in which the official intensity and the deaths of the newer release disagree.

    Returns
    -------
    pandas.DataFrame
        ``conflict_id, year, intensity`` (official, missing where the older release lacks the
        conflict-year), ``battle_deaths`` (missing where the newer one lacks it), ``reason``.
    """
    last = int(acd["year"].max())
    old = acd.loc[acd["year"] >= FIRST_DEATHS, [*_CONFLICT_KEYS, "intensity"]]
    new = brd.loc[brd["year"] <= last, [*_CONFLICT_KEYS, "battle_deaths"]]
    both = old.merge(new, on=_CONFLICT_KEYS, how="outer", indicator=True)
    implied = 1 + (both["battle_deaths"].fillna(0) >= WAR_DEATHS).astype("int64")
    reason = (
        both["_merge"]
        .astype("str")
        .map(
            {
                "left_only": "only in the older release",
                "right_only": "only in the newer release",
                "both": "level differs",
            }
        )
    )
    differs = (both["_merge"] != "both") | (implied != both["intensity"])
    table = both[differs].assign(reason=reason[differs]).drop(columns="_merge")
    return table.sort_values(_CONFLICT_KEYS, ignore_index=True)


def organized_violence_table(table: SourceTable) -> pd.DataFrame:
    """Organized violence by place and year, with its source; a row for every state-year with an event."""
    data = table.to_frame()
    names = list(table.coverage)
    return data.loc[data[names].any(axis=1), [*KEYS, *names]].assign(source=table.source)


def one_sided_table(
    actors: SourceTable, places: pd.DataFrame, *, last_placed: int, weights: str
) -> pd.DataFrame:
    """One-sided violence by place and year.

    Parameters
    ----------
    actors : SourceTable
        Actors by place, with their deaths divided over the places.
    places : pandas.DataFrame
        Organized violence by place (:func:`organized_violence_table`).
    last_placed : int
        Last year in which the deaths of ``places`` stand. In later years those of ``actors`` do, and
        ``shared_deaths`` says how much of them was divided.
    weights : str
        Registry key of the deaths by place that ``actors`` was divided by.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year``, the deaths and actors of :data:`ONE_SIDED` and ``source``. Numbers of actors are
        missing in years that ``actors`` does not cover.
    """
    listed = actors.to_frame()[[*KEYS, *ONE_SIDED]]
    counts = [name for name in ONE_SIDED if name.endswith("_actors")]
    deaths = places[[*KEYS, *_BY_PLACE, "source"]].rename(columns=_BY_PLACE)
    deaths = deaths[deaths[list(_BY_PLACE.values())].any(axis=1) & (deaths["year"] <= last_placed)]
    table = deaths.merge(listed[listed["year"] <= last_placed][[*KEYS, *counts]], on=KEYS, how="outer")
    table = table.fillna(dict.fromkeys(_BY_PLACE.values(), 0)).assign(shared_deaths=0)
    covered = table["year"] <= actors.coverage[counts[0]][1]
    for name in counts:
        table[name] = table[name].fillna(0).where(covered)
    has_actor = table[counts].gt(0).any(axis=1)
    named = table["source"].mask(has_actor, table["source"] + f";{actors.source}").fillna(actors.source)
    later = listed[listed["year"] > last_placed]
    divided = pd.Series(actors.source, index=later.index)
    later = later.assign(source=divided.mask(later["shared_deaths"] > 0, f"{actors.source};{weights}"))
    parts = [part for part in (table.assign(source=named), later) if len(part)]
    table = pd.concat([part[[*KEYS, *ONE_SIDED, "source"]] for part in parts], ignore_index=True)
    return table.astype(dict.fromkeys(ONE_SIDED, "Int64")).sort_values(KEYS, ignore_index=True)


#: Deaths by place of the Country-Year Dataset, and our variables of them.
_BY_PLACE = {"onesided_by_governments": "government_deaths", "onesided_by_groups": "nonstate_deaths"}


def coups_table(
    powell_thyne: SourceTable, ewp: SourceTable, colpus: SourceTable, annotations: pd.DataFrame
) -> pd.DataFrame:
    """State-years with a coup attempt on one definition: listed by Powell-Thyne or, as EWP adds, by CSP.

    Attempts and successes are counted by Powell-Thyne up to its last year. In later state-years,
    which EWP's list marks yes or no, the counts are those of Colpus where that has the state-year; else
    one attempt of
    unknown outcome. State-years that only Colpus lists are left out: its definition is wider.

    Parameters
    ----------
    powell_thyne, ewp, colpus : SourceTable
    annotations : pandas.DataFrame
        ``country_id, year, attempts, successes, source``: state-years that the lists have wrong or lack. A row
        takes the place of the lists' own; one without attempts removes it.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year, attempts, successes, source``.
    """
    last = powell_thyne.coverage["attempts"][1]
    counted = powell_thyne.to_frame().assign(source=powell_thyne.source)
    listed = ewp.to_frame()[KEYS].merge(counted[KEYS], on=KEYS, how="left", indicator=True)
    listed = listed.loc[listed["_merge"] == "left_only", KEYS]
    other = colpus.to_frame()[[*KEYS, "attempts", "successes"]]
    added = listed.merge(other[other["year"] > last], on=KEYS, how="left")
    source = pd.Series(ewp.source, index=added.index)
    added["source"] = source.mask(added["attempts"].notna(), colpus.source)
    added["attempts"] = added["attempts"].fillna(1)
    columns = [*KEYS, "attempts", "successes", "source"]
    table = pd.concat([counted, added], ignore_index=True)[columns]
    replaced = table[KEYS].merge(annotations[KEYS], on=KEYS, how="left", indicator=True)["_merge"] == "both"
    noted = annotations.loc[annotations["attempts"] > 0, columns]
    table = pd.concat([table[~replaced.to_numpy()], noted], ignore_index=True)
    table = table.astype({"attempts": "int64", "successes": "Int64"})
    return table.sort_values(KEYS, ignore_index=True)


def treaties_table(tables: list[SourceTable], annotations: pd.DataFrame) -> pd.DataFrame:
    """Parties to the treaties.

    Parameters
    ----------
    tables : list of SourceTable
        One or more per treaty; the one that covers most counts.
    annotations : pandas.DataFrame
        ``country_id, treaty, year, end_year, source``: predecessor states, which the depositary's
        tables list under their successors, and deposits and withdrawals after those tables. An
        annotation replaces the row of its state and treaty.

    Returns
    -------
    pandas.DataFrame
        ``country_id, treaty, year, end_year, source``.

    Raises
    ------
    CoverageError
        If a treaty has no table.
    """
    parts = []
    for treaty in RATIFIED:
        name = f"{treaty}_deposit"
        given = [table for table in tables if name in table.coverage]
        if not given:
            message = f"no release in the folder lists the parties to the treaty {treaty!r}; add its table."
            raise CoverageError(message)
        best = max(given, key=lambda table: table.coverage[f"{treaty}_deposit"][1])
        rows = best.to_frame()[KEYS].assign(treaty=treaty, source=best.source)
        parts.append(rows)
    listed = pd.concat(parts, ignore_index=True)
    listed["end_year"] = pd.array([pd.NA] * len(listed), dtype="Int64")
    replaced = listed.merge(
        annotations[["country_id", "treaty"]], on=["country_id", "treaty"], indicator=True, how="left"
    )
    remaining = listed[(replaced["_merge"] == "left_only").to_numpy()]
    columns = ["country_id", "treaty", "year", "end_year", "source"]
    table = pd.concat([remaining[columns], annotations[columns]], ignore_index=True).astype(
        {"end_year": "Int64"}
    )
    return table.sort_values(["country_id", "treaty", "year"], ignore_index=True)
