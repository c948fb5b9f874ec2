"""UCDP One-sided Violence Dataset: one row per armed actor and year since 1989."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.sources.catalogue.ucdp import integers, newcomers, release_of
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import refuse_repeated
from rtop_forecast.sources.reading.matching import refuse_unknown_codes, split_codes, with_country_id
from rtop_forecast.sources.reading.table import SourceTable
from rtop_forecast.sources.registry import publication_lag

__all__ = ["ACTOR_VARIABLES", "COLUMNS", "VARIABLES", "actor_years", "read", "recognise"]

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
    return set(_MARKS) <= set(files.csv_header(path)) or files.r_mentions(path, _MARKS)


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


def read(path: str | Path) -> SourceTable:
    """State-years with one-sided violence from the official CSV or R file.

    The dataset gives one fatality estimate per actor and year and the list of states where that
    actor killed; the split over them is not published. The rule here: a government's estimate
    stands in its own state if that is among them, so that Rwanda 1994 is not counted in Burundi; every other
    estimate is divided evenly over the listed states, the remainder going to the first. Deaths
    therefore add up to the source's total. ``shared_deaths`` says how much of a row was so divided.

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
        where it kills, with its deaths unless it also killed at home. ``new_actors`` (from 1994) are those of
        either kind that killed in the state in none of the five years before, ``repeat_actors`` (from 1990) those
        that did the year before.

    References
    ----------
    Eck, K., & Hultman, L. (2007). One-sided violence against civilians in war. Journal of Peace Research,
    44, 233-246.
    Davies, S., Pettersson, T., Sollenberg, M., & Öberg, M. (2025). Organized violence 1989-2024, and the
    challenges of identifying civilian victims. Journal of Peace Research, 62.
    """
    actors, release = actor_years(path)
    located = split_codes(_with_home(actors), "gwno_location")
    matched, unmatched = with_country_id(located, code="gwno_location", system="ucdp")
    government = matched["is_government_actor"] == 1
    at_home = pd.Series(
        [
            not (acts and home) or code in home.split(",")
            for code, home, acts in zip(matched["gwno_location"], matched["_home"], government, strict=True)
        ],
        index=matched.index,
        dtype=bool,
    )
    # Each place takes part in the division unless the government's home takes all of it.
    shares = at_home.astype("int64").groupby([matched["actor_id"], matched["year"]]).transform("sum")
    place = at_home.astype("int64").groupby([matched["actor_id"], matched["year"]]).cumsum()
    whole, remainder = divmod(matched["best_fatality_estimate"], shares)
    deaths = (whole + (place <= remainder).astype("int64")).where(at_home, 0)
    matched = matched.assign(
        government_deaths=deaths.where(government, 0),
        nonstate_deaths=deaths.where(~government, 0),
        shared_deaths=deaths.where(shares > 1, 0),
        government_actors=government.astype("int64"),
        nonstate_actors=(~government).astype("int64"),
    )
    data = matched.groupby(["country_id", "year"], as_index=False)[list(VARIABLES)].sum()
    refuse_unknown_codes(unmatched, path)
    changes = newcomers(matched, key="actor_id", first=_FIRST, years=_NEW_AFTER)
    data = data.merge(
        changes.rename(columns={"new": "new_actors", "repeat": "repeat_actors"}), on=["country_id", "year"]
    )
    last = int(actors["year"].max())
    return SourceTable(
        source=f"ucdp-onesided-{release}",
        release=release,
        data=data,
        coverage={
            **dict.fromkeys(VARIABLES, (_FIRST, last)),
            **{name: (first, last) for name, first in ACTOR_VARIABLES.items() if first <= last},
        },
        zero_inside=frozenset(VARIABLES) | {name for name, first in ACTOR_VARIABLES.items() if first <= last},
        publication_lag_months=publication_lag("ucdp_onesided"),
        unmatched=unmatched,
    )


def _with_home(actors: pd.DataFrame) -> pd.DataFrame:
    """Add the listed places that are the actor's own state."""
    listed = [_codes(cell) for cell in actors["gwno_location"]]
    own = [_codes(cell) for cell in actors["gwnoa"]]
    home = [
        ",".join(code for code in places if code in codes) for places, codes in zip(listed, own, strict=True)
    ]
    return actors.assign(_home=home)


def _codes(text: str) -> list[str]:
    return [code.strip() for code in str(text).split(",") if code.strip()]
