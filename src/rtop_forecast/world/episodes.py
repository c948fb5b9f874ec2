"""Mass-killing episodes: the bundled list, its rules, and the state-years it gives.

An episode is carried by its location state while that state exists, and after its end by the states
that inherited the place. Concurrent episodes combine by "any".
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.storage.bundled import core_file
from rtop_forecast.world.codes import FIRST_YEAR as SYSTEM_FIRST_YEAR
from rtop_forecast.world.codes import LAST_YEAR as SYSTEM_LAST_YEAR
from rtop_forecast.world.spells import years_of_spells
from rtop_forecast.world.states import list_states, state_years

__all__ = [
    "COLUMNS",
    "FIRST_CODED_YEAR",
    "NOT_ANNOTATED",
    "QUIET_YEARS",
    "TARGET_KINDS",
    "check_episodes",
    "episode_state_years",
    "load_episodes",
    "split_ids",
]

#: First year in which the beginning of an episode is coded.
FIRST_CODED_YEAR = 1945

# by the list's rule an episode is known to be over after three quiet years, of fewer than 100 civilians killed each
QUIET_YEARS = 3
COLUMNS = (
    "episode_id",
    "country_id",
    "inheritor_ids",
    "start_year",
    "end_year",
    "state_led",
    "responsible_ids",
    "ethnic_groups",
    "target_kind",
    "label",
    "source",
    "source_code",
    "first_recorded",
    "end_recorded",
)

#: How the victims were picked; defined in the table's card in ``datasets/README.md``.
TARGET_KINDS = ("ethnic", "political", "religious", "insurgent_base", "economic", "mixed")

#: Kind of target and label of an event that a newer list has and our annotations lack.
NOT_ANNOTATED = "not annotated yet"

MAX_LABEL_WORDS = 12
_ID_PATTERN = r"[a-z]{3}-(?P<year>\d{4})-(?P<led>[sn])\d+"
_TEXT = ("episode_id", "inheritor_ids", "responsible_ids", "target_kind", "label", "source", "source_code")


def load_episodes(path: str | Path | None = None) -> pd.DataFrame:
    """Read the list of mass-killing episodes.

    Parameters
    ----------
    path : path, optional
        A table in the layout of ``datasets/core/episodes.csv``; the bundled one by default.

    Returns
    -------
    pandas.DataFrame of shape (n_episodes, 14)
        ``country_id`` is the Gleditsch-Ward number of the place as of ``start_year``; ``inheritor_ids``
        and ``responsible_ids`` are numbers joined by ``;`` (empty for none); ``end_year`` is missing while
        the episode goes on; ``state_led`` is 0 or 1; ``ethnic_groups`` is 0 (not picked by ethnicity),
        1 (one group), 2 (two or more) or missing. ``first_recorded`` and ``end_recorded`` are the editions that
        first held the episode and its end, where they are known to have come late; else missing.

    Raises
    ------
    InputError, DataIntegrityError
        As :func:`check_episodes`.

    References
    ----------
    Early Warning Project (2025). List of mass-killing events, 2025 edition. United States Holocaust
    Memorial Museum.
    """
    source = core_file("episodes.csv") if path is None else Path(path)
    episodes = pd.read_csv(source, dtype=dict.fromkeys(_TEXT, "str"), keep_default_na=False, na_values=[""])
    for name in _TEXT:
        if name in episodes.columns:
            episodes[name] = episodes[name].fillna("")
    for name in ("end_year", "ethnic_groups", "first_recorded", "end_recorded"):
        if name in episodes.columns:
            episodes[name] = episodes[name].astype("Int64")
    check_episodes(episodes)
    return episodes


def split_ids(cell: str) -> tuple[int, ...]:
    """State numbers in a cell such as ``"316;317"``.

    Examples
    --------
    >>> split_ids("316;317"), split_ids("")
    ((316, 317), ())
    """
    return tuple(int(part) for part in cell.split(";") if part)


def check_episodes(episodes: pd.DataFrame) -> None:
    """Hold a list of episodes against its rules.

    Parameters
    ----------
    episodes : pandas.DataFrame
        In the layout that :func:`load_episodes` returns.

    Raises
    ------
    InputError
        If a column is unknown, missing or repeated.
    DataIntegrityError
        If an id is repeated or malformed, an episode ends before it begins, a code lies outside its
        domain, a label is empty or longer than 12 words, or a state did not exist in the year named.
    """
    odd = sorted(set(episodes.columns) ^ set(COLUMNS))
    if odd or len(episodes.columns) != len(COLUMNS):
        message = (
            f"a list of episodes has the columns {', '.join(COLUMNS)}; {len(odd)} are unknown or missing, "
            f"first {odd[0] if odd else 'a repeated one'!r}. Rename or remove them."
        )
        raise InputError(message)
    parts = episodes["episode_id"].str.extract(f"^{_ID_PATTERN}$")
    led = parts["led"].map({"s": 1, "n": 0})
    ids_agree = parts["year"].eq(episodes["start_year"].astype("str")) & led.eq(episodes["state_led"])
    words = episodes["label"].map(lambda label: len(label.split()))
    # A comparison with a missing end or count of groups is missing and breaks no rule.
    late = episodes["end_year"] < episodes["start_year"]
    _require(episodes, ~episodes["episode_id"].duplicated(), "episode ids must be unique")
    _require(episodes, ids_agree, "an id reads <place>-<start year>-<s|n><number>, s for state-led")
    _require(episodes, ~late.fillna(False).astype(bool), "an episode must not end before it begins")
    _require(episodes, episodes["state_led"].isin((0, 1)), "state_led must be 0 or 1")
    _require(
        episodes,
        episodes["ethnic_groups"].isna() | episodes["ethnic_groups"].isin((0, 1, 2)),
        "ethnic_groups must be 0, 1, 2 or empty",
    )
    kinds = (*TARGET_KINDS, NOT_ANNOTATED)
    _require(episodes, episodes["target_kind"].isin(kinds), f"target_kind must be one of {kinds}")
    for name, dated in (("first_recorded", "start_year"), ("end_recorded", "end_year")):
        early = (episodes[name] <= episodes[dated]).fillna(False).astype(bool)
        _require(episodes, ~early, f"{name} is an edition after {dated}")
    _require(episodes, words.between(1, MAX_LABEL_WORDS), f"a label has 1 to {MAX_LABEL_WORDS} words")
    _check_states(episodes)


def _require(episodes: pd.DataFrame, holds: pd.Series[bool], rule: str) -> None:
    if not holds.all():
        first = episodes.loc[~holds, "episode_id"].iloc[0]
        message = (
            f"{rule}; {int((~holds).sum())} of {len(episodes)} episodes break this, first {first!r}. "
            "Correct the row in datasets/annotations and compile the table again."
        )
        raise DataIntegrityError(message)


def _check_states(episodes: pd.DataFrame) -> None:
    """Every state exists in its year: place and responsible at the start, inheritors then or later."""
    years = _existing(FIRST_CODED_YEAR, SYSTEM_LAST_YEAR)
    existing = set(zip(years["country_id"], years["year"], strict=True))
    last_year = years.groupby("country_id")["year"].max()
    lost = []
    names = ("episode_id", "start_year", "country_id", "responsible_ids", "inheritor_ids")
    for episode, start, place, responsible, inheritors in zip(*(episodes[n] for n in names), strict=True):
        at_start = [place, *split_ids(responsible)]
        lost += [(episode, number, start) for number in at_start if (number, start) not in existing]
        later = split_ids(inheritors)
        lost += [(episode, number, start) for number in later if last_year.get(number, 0) < start]
    if lost:
        episode, number, year = lost[0]
        message = (
            f"every state of an episode must be in states.csv for its year; {len(lost)} are not, "
            f"first GW {number} in {year} ({episode}). "
            "Correct the number in datasets/annotations/episode_corrections.csv."
        )
        raise DataIntegrityError(message)


@lru_cache(maxsize=4)
def _existing(first: int, last: int) -> pd.DataFrame:
    """State-years, read only; before the state system's first year, its states that had begun by then."""
    existing = state_years(first=max(first, SYSTEM_FIRST_YEAR), last=last)[["country_id", "year"]]
    begun = pd.to_datetime(list_states()["start"]).dt.year
    earlier = [
        pd.DataFrame({"country_id": list_states().loc[begun <= year, "country_id"], "year": year})
        for year in range(first, SYSTEM_FIRST_YEAR)
    ]
    return pd.concat([*earlier, existing], ignore_index=True)


def episode_state_years(episodes: pd.DataFrame, *, first: int, last: int) -> pd.DataFrame:
    """Turn episodes into state-years.

    In each year an episode belongs to its location state if that state existed on any day of the year,
    otherwise to those of its inheritors that did. What several episodes have in common is combined by
    "any": a flag is 1 if at least one episode of the year has the property.

    Parameters
    ----------
    episodes : pandas.DataFrame
        As :func:`load_episodes` returns; row order does not matter.
    first, last : int
        First and last calendar year, inclusive. An episode without an end runs to ``last``, so ``last``
        should be the last year that the list covers.

    Returns
    -------
    pandas.DataFrame of shape (n_state_years, 15)
        All state-years, sorted by ``country_id`` and ``year``, as int64. Counts: ``onsets`` (episodes
        that begin), ``ongoing`` (under way, the years of beginning and end included), ``ended`` (in
        their last year), ``begun`` (begun so far at this place, those inherited from predecessors
        included). 0 or 1: ``onset``, ``state_led_onset``, ``nonstate_onset``, ``state_led_ongoing``,
        ``nonstate_ongoing``, ``nonethnic_ongoing`` (victims not picked by ethnicity), ``ethnic_ongoing``
        (one ethnic group), ``multiethnic_ongoing`` (two or more; an episode whose groups are not coded
        sets none of the three) and ``ever`` (``begun`` is positive).

    Raises
    ------
    InputError
        If ``first > last``, or a column is unknown or missing.
    DataIntegrityError
        If an episode breaks a rule of :func:`check_episodes` or has no state in one of its years.

    Notes
    -----
    An inheritor that broke away (Croatia, Eritrea: younger than the place's state and no older than the
    episode) takes over the record from its first year on; one that took the place in (Tanzania, unified
    Yemen and Vietnam) from the last year of the state before it.

    Examples
    --------
    >>> frame = episode_state_years(load_episodes(), first=1990, last=2024)
    >>> rwanda = frame[frame["country_id"] == 517].set_index("year")
    >>> rwanda.loc[1993:1995, ["onsets", "ongoing", "ended"]].to_numpy().tolist()
    [[1, 2, 0], [1, 3, 2], [0, 1, 0]]
    """
    if first > last:
        message = f"years must run forward; first={first} comes after last={last}."
        raise InputError(message)
    check_episodes(episodes)
    spells = _carried_years(episodes, first=first, last=last)
    frame = _existing(first, last).sort_values(["country_id", "year"], ignore_index=True)
    keys = ["country_id", "year"]
    counts = spells.groupby(keys)[list(_COUNTS)].sum()
    frame = frame.merge(counts.reset_index(), on=keys, how="left", validate="one_to_one")
    frame[list(_COUNTS)] = frame[list(_COUNTS)].fillna(0).astype("int64")
    frame["begun"] = _begun(episodes, frame)
    frame["onset"] = frame["onsets"]
    frame["ever"] = frame["begun"]
    for name in _FLAGS:
        frame[name] = (frame[name] > 0).astype("int64")
    return frame[[*keys, *_OUTPUT]].astype("int64")


_COUNTS = (
    "onsets",
    "ongoing",
    "ended",
    "state_led_onset",
    "nonstate_onset",
    "state_led_ongoing",
    "nonstate_ongoing",
    "nonethnic_ongoing",
    "ethnic_ongoing",
    "multiethnic_ongoing",
)
_FLAGS = (
    "onset",
    "state_led_onset",
    "nonstate_onset",
    "state_led_ongoing",
    "nonstate_ongoing",
    "nonethnic_ongoing",
    "ethnic_ongoing",
    "multiethnic_ongoing",
    "ever",
)
_OUTPUT = (
    "onset",
    "onsets",
    "state_led_onset",
    "nonstate_onset",
    "ongoing",
    "state_led_ongoing",
    "nonstate_ongoing",
    "nonethnic_ongoing",
    "ethnic_ongoing",
    "multiethnic_ongoing",
    "ended",
    "begun",
    "ever",
)


def _carried_years(episodes: pd.DataFrame, *, first: int, last: int) -> pd.DataFrame:
    """One row per episode, year and carrying state, with 0/1 columns named as ``_COUNTS``."""
    spells = _episode_years(episodes, first=first, last=last)
    existing = pd.MultiIndex.from_frame(_existing(first, last))
    alive = pd.MultiIndex.from_frame(spells[["country_id", "year"]]).isin(existing)
    inherited = spells[~alive].assign(country_id=spells.loc[~alive, "inheritor_ids"].map(split_ids))
    inherited = inherited.explode("country_id").dropna(subset="country_id").astype({"country_id": "int64"})
    inherited = inherited[pd.MultiIndex.from_frame(inherited[["country_id", "year"]]).isin(existing)]
    _refuse_orphans(spells[~alive], inherited)
    carried = pd.concat([spells[alive], inherited], ignore_index=True)
    begins, led = carried["year"].eq(carried["start_year"]), carried["state_led"].eq(1)
    flags = {
        "onsets": begins,
        "ongoing": pd.Series(True, index=carried.index),
        "ended": carried["year"].eq(carried["end_year"]).fillna(False),
        "state_led_onset": begins & led,
        "nonstate_onset": begins & ~led,
        "state_led_ongoing": led,
        "nonstate_ongoing": ~led,
        "nonethnic_ongoing": carried["ethnic_groups"].eq(0).fillna(False),
        "ethnic_ongoing": carried["ethnic_groups"].eq(1).fillna(False),
        "multiethnic_ongoing": carried["ethnic_groups"].ge(2).fillna(False),
    }
    return carried[["country_id", "year"]].assign(
        **{name: flag.astype("int64") for name, flag in flags.items()}
    )


def _episode_years(episodes: pd.DataFrame, *, first: int, last: int) -> pd.DataFrame:
    """One row per episode and year under way within the window."""
    begin = episodes["start_year"].clip(lower=first).astype("int64")
    end = episodes["end_year"].fillna(last).clip(upper=last).astype("int64")
    rows, years = years_of_spells(begin.to_numpy(), end.to_numpy())
    return episodes.iloc[rows].reset_index(drop=True).assign(year=years).astype({"country_id": "int64"})


def _refuse_orphans(wanted: pd.DataFrame, found: pd.DataFrame) -> None:
    keys = ["episode_id", "year"]
    orphans = wanted[~pd.MultiIndex.from_frame(wanted[keys]).isin(pd.MultiIndex.from_frame(found[keys]))]
    if len(orphans):
        first = orphans.iloc[0]
        message = (
            f"in every year of an episode its place or an inheritor must exist; {len(orphans)} episode-years "
            f"have no state, first {first['episode_id']!r} in {first['year']}. Complete its inheritor_ids."
        )
        raise DataIntegrityError(message)


def _begun(episodes: pd.DataFrame, frame: pd.DataFrame) -> pd.Series[int]:
    """Episodes begun so far at each state's place, with those of predecessors."""
    records = _records(episodes)
    place, year = frame["country_id"].to_numpy() * 10_000, frame["year"].to_numpy()
    entries = np.sort((records["country_id"] * 10_000 + records["from_year"]).to_numpy())
    before = np.searchsorted(entries, place)
    return pd.Series(np.searchsorted(entries, place + year, side="right") - before, index=frame.index)


def _records(episodes: pd.DataFrame) -> pd.DataFrame:
    """``country_id, from_year``: which state has which episode in its record from which year on."""
    years = _existing(FIRST_CODED_YEAR, SYSTEM_LAST_YEAR).groupby("country_id")["year"]
    first_year, last_year = years.min(), years.max()
    rows = [(int(c), int(y)) for c, y in zip(episodes["country_id"], episodes["start_year"], strict=True)]
    names = ("country_id", "start_year", "inheritor_ids")
    for place, start, inheritors in zip(*(episodes[name] for name in names), strict=True):
        for inheritor in split_ids(inheritors):
            broke_away = first_year[inheritor] >= max(start, first_year[place] + 1)
            rows.append((inheritor, int(first_year[inheritor] if broke_away else last_year[place])))
    return pd.DataFrame(rows, columns=["country_id", "from_year"])
