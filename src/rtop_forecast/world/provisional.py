"""Provisional episodes of mass killing: those of the years that the list of episodes does not code yet.

They stand beside the list and never in it: no outcome is coded from them and nothing is trained on them. They say which
episodes have begun, go on or are over as far as sources told on a day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from rtop_forecast.checks.arguments import calendar_date, path_argument
from rtop_forecast.display import Displayed
from rtop_forecast.errors import InputError
from rtop_forecast.storage.bundled import core_file, datasets_dir
from rtop_forecast.world.episodes import QUIET_YEARS, episode_state_years, load_episodes
from rtop_forecast.world.provisional_checks import check_rows, checked_texts

__all__ = ["ProvisionalEpisodes", "last_coded_year", "load_provisional_episodes", "under_way_with"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ProvisionalEpisodes(Displayed):
    """Episodes of the years after the list's last one, each with its source and the day on which it was written down.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per episode, sorted by ``known_on`` and ``episode_id``: ``episode_id`` (of the list where it holds the
        episode), ``status`` ("new", "goes on" or "ended"), ``country_id, name, start_year, start_month`` (missing where
        unknown), ``last_year`` (in which killing was seen, or in which the episode ended), ``state_led, target_kind,
        label, deaths_low, deaths_best, deaths_high`` (civilians; low and high are missing where the source gives none),
        ``deaths_period, rule, source, address, read_on, beside`` (further sources) and ``known_on``.
    name : str
        File name.
    sha256 : str
        Of the file.
    """

    frame: pd.DataFrame
    name: str
    sha256: str

    @property
    def last_known_on(self) -> date:
        """Day on which the newest row was written down."""
        return date.fromisoformat(str(self.frame["known_on"].max()))

    def as_of(self, day: date) -> ProvisionalEpisodes:
        """Rows that were written down by a day."""
        issued = calendar_date(day, name="day").isoformat()
        rows = self.frame[self.frame["known_on"] <= issued].reset_index(drop=True)
        return replace(self, frame=rows)

    def to_frame(self) -> pd.DataFrame:
        """Copy of the table."""
        return self.frame.copy()

    @property
    def headline(self) -> str:
        """File name and numbers of rows by status, as text."""
        counts = self.frame["status"].value_counts()
        parts = ", ".join(f"{count} {status}" for status, count in counts.items())
        return f"Provisional episodes of {self.name}: {len(self.frame)} ({parts or 'none'})"

    def _headline(self) -> str:
        return self.headline

    def _shown(self) -> pd.DataFrame:
        return self.frame[
            ["status", "name", "start_year", "last_year", "state_led", "deaths_best", "known_on"]
        ]


def load_provisional_episodes(path: str | Path | None = None) -> ProvisionalEpisodes:
    """Read a list of provisional episodes.

    Parameters
    ----------
    path : path, optional
        CSV with the columns of ``datasets/provisional/episodes.csv``, the project's own, which is read by default.

    Returns
    -------
    ProvisionalEpisodes

    Raises
    ------
    InputError
        If the file cannot be read or a row breaks a rule: a column is unknown or missing, a state unknown, a source
        missing, a date earlier than what it dates, an episode repeated, or one that the list has is told otherwise.

    Examples
    --------
    >>> episodes = load_provisional_episodes()
    >>> set(episodes.frame["status"]) <= {"new", "goes on", "ended"}
    True
    """
    file = (
        datasets_dir() / "provisional" / "episodes.csv"
        if path is None
        else path_argument(path, name="the provisional list")
    )
    try:
        content = file.read_bytes()
    except OSError as error:
        message = (
            f"the provisional list {file} cannot be read ({error.strerror}). Give a CSV file with the columns "
            "of datasets/provisional/episodes.csv, or none for the project's own."
        )
        raise InputError(message) from error
    frame = check_rows(checked_texts(content, file.name), file.name, last_coded=last_coded_year())
    frame = frame.sort_values(["known_on", "episode_id"], ignore_index=True)
    return ProvisionalEpisodes(frame=frame, name=file.name, sha256=hashlib.sha256(content).hexdigest())


@lru_cache(maxsize=1)
def last_coded_year() -> int:
    """Last year that the bundled list of episodes codes."""
    coverage = pd.read_csv(core_file("coverage.csv"))
    return int(coverage.loc[coverage["table"] == "episodes", "last_year"].iloc[0])


def under_way_with(rows: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Episodes not known to be over in a year, of the states that provisional rows speak of.

    An episode of the list counts until three quiet years are over, as without the rows; one that goes on, until three
    quiet years after the last in which killing was seen; one that ended, to its last year; a new one, from its first.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of :attr:`ProvisionalEpisodes.frame`, already cut to a day.
    year : int

    Returns
    -------
    pandas.DataFrame
        ``country_id``, and ``ongoing, state_led_ongoing, nonstate_ongoing`` as
        :func:`rtop_forecast.world.episodes.episode_state_years` counts them.
    """
    believed = episode_state_years(_believed(rows, year=year), first=year, last=year)
    counts = believed.loc[
        believed["country_id"].isin(rows["country_id"]),
        ["country_id", "ongoing", "state_led_ongoing", "nonstate_ongoing"],
    ]
    return counts.reset_index(drop=True)


def _believed(rows: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Add the rows to the list, and give each episode the last year in which it counts as its end."""
    listed = load_episodes()
    rows = rows.set_index("episode_id", drop=False)
    last_told = listed["episode_id"].map(rows["last_year"]).astype("Int64")
    status = listed["episode_id"].map(rows["status"])
    last_year = listed["end_year"].fillna(last_coded_year()).mask(status.eq("goes on"), last_told)
    listed["end_year"] = (last_year + QUIET_YEARS - 1).mask(status.eq("ended"), last_told)
    begun = rows[rows["status"].eq("new") & (rows["start_year"] <= year)]
    fresh = begun[["episode_id", "country_id", "start_year", "state_led", "target_kind", "label"]].assign(
        inheritor_ids="",
        responsible_ids=begun["country_id"].astype("str").where(begun["state_led"].eq(1), ""),
        end_year=(begun["last_year"] + QUIET_YEARS - 1).astype("Int64"),
        source="provisional",
        source_code="",
    )
    both = pd.concat([listed, fresh], ignore_index=True)
    # what only the list codes: no flag of ethnicity is taken from here, and no date of recording
    for name in ("ethnic_groups", "first_recorded", "end_recorded"):
        both[name] = pd.array([pd.NA] * len(both), dtype="Int64")
    return both[listed.columns]
