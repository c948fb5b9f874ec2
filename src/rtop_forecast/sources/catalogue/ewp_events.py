"""The Early Warning Project's list of mass-killing events, as state-years."""

from __future__ import annotations

from pathlib import Path

from rtop_forecast.sources.catalogue.ewp_episodes import episode_list
from rtop_forecast.sources.catalogue.ewp_list import recognise
from rtop_forecast.sources.reading.table import SourceTable, no_unmatched
from rtop_forecast.sources.registry import publication_lag
from rtop_forecast.world.codes import FIRST_YEAR
from rtop_forecast.world.episodes import FIRST_CODED_YEAR, episode_state_years
from rtop_forecast.world.states import KEYS

__all__ = ["read", "recognise"]


def read(path: str | Path) -> SourceTable:
    """State-years of the list of events, with our corrections of single cells.

    Parameters
    ----------
    path : path
        ``ewp_mass_killing_events_2025.xlsx`` or another edition.

    Returns
    -------
    SourceTable
        The counts and flags of :func:`rtop_forecast.world.episodes.episode_state_years`, for the years that the
        edition codes, by the file's content; a state-year without an episode is zero.

    Raises
    ------
    InputError, DataIntegrityError
        As :func:`rtop_forecast.sources.catalogue.ewp_episodes.episode_list`.

    References
    ----------
    Early Warning Project (2025). List of mass-killing events, 2025 edition. United States Holocaust
    Memorial Museum. https://earlywarningproject.ushmm.org/definitions
    """
    episodes = episode_list(path)
    years = (max(FIRST_YEAR, FIRST_CODED_YEAR), episodes.edition.last_year)
    data = episode_state_years(episodes.frame, first=years[0], last=years[1])
    names = [name for name in data.columns if name not in KEYS]
    return SourceTable(
        source=episodes.edition.source,
        release=str(episodes.edition.year),
        data=data,
        coverage=dict.fromkeys(names, years),
        zero_inside=frozenset(names),
        publication_lag_months=publication_lag("ewp_events"),
        unmatched=no_unmatched(),
    )
