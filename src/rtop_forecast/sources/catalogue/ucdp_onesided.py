"""UCDP One-sided Violence Dataset: one row per armed actor and year since 1989, with a list of places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast.sources.catalogue.ucdp import integers, newcomers, release_of
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse_repeated
from rtop_forecast.sources.reading.coverage import first_covered
from rtop_forecast.sources.reading.matching import (
    code_list,
    refuse_unknown_codes,
    split_codes,
    with_country_id,
)
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.states import KEYS

__all__ = [
    "ACTOR_VARIABLES",
    "COLUMNS",
    "VARIABLES",
    "actor_years",
    "deaths_by_place",
    "divided",
    "read",
    "recognise",
]

#: Columns of the official release that the reader relies on.
COLUMNS = (
    "conflict_id", "dyad_id", "actor_id", "actor_name", "year", "best_fatality_estimate",
    "low_fatality_estimate",
    "high_fatality_estimate", "is_government_actor", "location", "gwno_location", "gwnoa", "region",
    "version",
)  # fmt: skip
_MARKS = ("actor_id", "best_fatality_estimate", "is_government_actor", "gwno_location")
VARIABLES = ("government_deaths", "nonstate_deaths", "shared_deaths", "government_actors", "nonstate_actors")

#: How the actors of a year relate to those of the years before, and their first years.
ACTOR_VARIABLES = {"new_actors": 1994, "repeat_actors": 1990}
_FIRST, _NEW_AFTER = 1989, 5


def recognise(path: str | Path) -> bool:
    """Whether a file is the one-sided violence dataset, as CSV or as an R data file."""
    return files.header_of(path) >= set(_MARKS) or files.r_mentions(path, _MARKS)


def actor_years(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Actor-years as published, with integers, and the release.

    Raises
    ------
    InputError
        If an R file is given without the library `rdata`.
    DataIntegrityError
        If columns are missing, a number is not an integer, or an actor-year is repeated.
    """
    frame = files.read_table(path, marks=_MARKS, dtype="str")
    files.refuse_missing_columns(path, frame.columns, COLUMNS, what="the UCDP One-sided Violence Dataset")
    frame = frame[list(COLUMNS)].astype("str").replace({"nan": "", "<NA>": ""}).fillna("")
    frame = integers(frame, ["actor_id", "year", "best_fatality_estimate", "is_government_actor"], path=path)
    rule = "one row per actor and year is the rule"
    refuse_repeated(frame, ["actor_id", "year"], path=path, rule=rule, remedy="Download the official file.")
    return frame, release_of(frame, path=path)


def deaths_by_place() -> pd.DataFrame:
    """One-sided deaths by place of the bundled Country-Year Dataset: the weights of :func:`divided`.

    Returns
    -------
    pandas.DataFrame
        ``country_id, year, onesided_by_own_government, onesided_by_governments, onesided_by_groups``.
    """
    return pd.read_csv(core_file("organized_violence.csv"))[[*KEYS, *_WEIGHTS]]


_WEIGHTS = ["onesided_by_own_government", "onesided_by_governments", "onesided_by_groups"]


def read(path: str | Path) -> SourceTable:
    """State-years with one-sided violence from the official CSV or R file.

    The dataset gives one fatality estimate per actor and year and the list of states where that
    actor killed; the split over them is not published. The Country-Year Dataset has the deaths by place, of
    all actors together: an estimate with several places is divided by these (:func:`divided`), and
    ``shared_deaths`` says how much of a row was so divided.

    Parameters
    ----------
    path : path
        ``OneSided_v25_1.rds``, ``OneSided_v23_1.csv`` or another release.

    Returns
    -------
    SourceTable
        ``government_deaths, nonstate_deaths, shared_deaths`` (best estimates, persons) and
        ``government_actors, nonstate_actors`` (actors with at least 25 deaths in the year that
        killed in the state), from 1989. A government that kills abroad is a government actor
        where it kills. ``new_actors`` (from 1994) are those of either kind that killed in the state in none of
        the five years before, ``repeat_actors`` (from 1990) those that did the year before.

    Raises
    ------
    InputError, DataIntegrityError
        As :func:`actor_years`.

    References
    ----------
    Eck, K., & Hultman, L. (2007). One-sided violence against civilians in war. Journal of Peace Research,
    44, 233-246.
    Davies, S., Pettersson, T., Sollenberg, M., & Öberg, M. (2025). Organized violence 1989-2024, and the
    challenges of identifying civilian victims. Journal of Peace Research, 62.
    """
    return divided(path, deaths_by_place())


def divided(path: str | Path, places: pd.DataFrame) -> SourceTable:
    """State-years as :func:`read`, with the estimates divided by given deaths by place.

    An estimate goes to its places in proportion to the year's one-sided deaths there: by the state's own
    government for a government at home, by other governments for one abroad, by groups for a group. After the
    last year of ``places`` its last year counts. Where no listed place has such deaths, the division is even.
    Deaths add up to the source's total.

    Parameters
    ----------
    path : path
    places : pandas.DataFrame
        As :func:`deaths_by_place` returns.
    """
    actors, release = actor_years(path)
    located = split_codes(actors, "gwno_location")
    own = [set(code_list(cell, system="ucdp")) for cell in located["gwnoa"]]
    at_home = [code in codes for code, codes in zip(located["gwno_location"], own, strict=True)]
    matched, unmatched = with_country_id(located.assign(_home=at_home), code="gwno_location", system="ucdp")
    refuse_unknown_codes(unmatched, path)
    matched = matched.drop_duplicates(["actor_id", "year", "country_id"]).reset_index(drop=True)
    government = matched["is_government_actor"] == 1
    deaths = _division(matched, _place_weights(matched, places))
    several = matched.groupby(["actor_id", "year"])["country_id"].transform("size") > 1
    matched = matched.assign(
        government_deaths=deaths.where(government, 0),
        nonstate_deaths=deaths.where(~government, 0),
        shared_deaths=deaths.where(several, 0),
        government_actors=government.astype("int64"),
        nonstate_actors=(~government).astype("int64"),
    )
    data = matched.groupby(KEYS, as_index=False)[list(VARIABLES)].sum()
    begins = first_covered(actors["year"], published=_FIRST)
    changes = newcomers(matched, key="actor_id", first=begins, years=_NEW_AFTER)
    data = data.merge(changes.rename(columns={"new": "new_actors", "repeat": "repeat_actors"}), on=KEYS)
    last = int(actors["year"].max())
    firsts = dict.fromkeys(VARIABLES, begins) | {
        name: first + begins - _FIRST
        for name, first in ACTOR_VARIABLES.items()
        if first + begins - _FIRST <= last
    }
    return SourceTable(
        source=f"ucdp-onesided-{release}",
        release=release,
        data=data,
        coverage={name: (first, last) for name, first in firsts.items()},
        zero_inside=frozenset(firsts),
        publication_lag_months=publication_lag("ucdp_onesided"),
        unmatched=unmatched,
    )


def _place_weights(matched: pd.DataFrame, places: pd.DataFrame) -> pd.Series[float]:
    """Deaths by place that bear on each row of an actor, a year and a place."""
    last = int(places["year"].max())
    keys = matched[["country_id"]].assign(year=matched["year"].clip(upper=last))
    here = keys.merge(places, on=KEYS, how="left", validate="many_to_one")[_WEIGHTS].fillna(0.0)
    own, governments, groups = (here[name].to_numpy(dtype=float) for name in _WEIGHTS)
    abroad = np.clip(governments - own, 0.0, None)
    government = matched["is_government_actor"].to_numpy() == 1
    weights = np.where(government, np.where(matched["_home"].to_numpy(dtype=bool), own, abroad), groups)
    return pd.Series(weights, index=matched.index)


def _division(matched: pd.DataFrame, weights: pd.Series[float]) -> pd.Series[int]:
    """Each actor-year's estimate divided by weights into integers; the largest remainders are rounded up."""
    actor_year = [matched["actor_id"], matched["year"]]
    total = weights.groupby(actor_year).transform("sum")
    weights = weights.where(total > 0, 1.0)
    quota = matched["best_fatality_estimate"] * weights / weights.groupby(actor_year).transform("sum")
    # a quota that is an integer but for rounding in the division must not lose one
    whole: pd.Series[int] = np.floor(quota + 1e-9).astype("int64")
    left = matched["best_fatality_estimate"] - whole.groupby(actor_year).transform("sum")
    order = (quota - whole).groupby(actor_year).rank(method="first", ascending=False)
    rounded_up: pd.Series[int] = (order <= left).astype("int64")
    return whole + rounded_up
