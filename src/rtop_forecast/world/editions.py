"""The list of mass-killing episodes as its earlier editions had it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.errors import DataIntegrityError
from rtop_forecast.storage.bundled import core_file

__all__ = ["FIRST_EDITION", "as_recorded", "load_revisions"]

#: First edition whose changes against the present list are recorded.
FIRST_EDITION = 2018

_REVISED = ("start_year", "end_year", "country_id", "inheritor_ids")
_REVISION = ("episode_id", "column", "value")


def load_revisions(path: str | Path | None = None) -> pd.DataFrame:
    """Read what earlier editions said otherwise of episodes that they held.

    Parameters
    ----------
    path : path, optional
        Another file in the same layout; by default the bundled ``core/episode_revisions.csv``.

    Returns
    -------
    pandas.DataFrame
        ``episode_id, column`` (of the list of episodes), ``value`` (empty for none), ``last_edition`` (that still
        had this value) and ``source``.

    Raises
    ------
    DataIntegrityError
        If a column is not one that editions revised.
    """
    source = core_file("episode_revisions.csv") if path is None else Path(path)
    table = pd.read_csv(source, dtype={"value": "str"}, keep_default_na=False)
    strange = table.loc[~table["column"].isin(_REVISED), "column"]
    if len(strange):
        message = (
            f"a revision is of one of {_REVISED}; {len(strange)} of {len(table)} are not, first "
            f"{strange.iloc[0]!r}. Correct datasets/annotations/episode_revisions.csv."
        )
        raise DataIntegrityError(message)
    return table


def as_recorded(
    episodes: pd.DataFrame, *, edition: int, revisions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List of episodes as an edition had it, as far as later additions, ends and datings are known.

    Parameters
    ----------
    episodes : pandas.DataFrame
        As :func:`rtop_forecast.world.episodes.load_episodes` returns.
    edition : int
        Year of the edition, which codes the years before it. Changes are known from :data:`FIRST_EDITION`;
        an earlier edition gets the list of that one.
    revisions : pandas.DataFrame, optional
        As :func:`load_revisions` returns, which is the default.

    Returns
    -------
    pandas.DataFrame
        Without the episodes first recorded later, with those going on whose end was, and with the years and
        places that the edition gave. The year in ``episode_id`` follows the start.

    Examples
    --------
    >>> from rtop_forecast.world.episodes import load_episodes
    >>> episodes = load_episodes()
    >>> len(episodes) - len(as_recorded(episodes, edition=2024))
    1
    """
    present = ~(episodes["first_recorded"] > edition).fillna(False).astype(bool)
    earlier = episodes[present].reset_index(drop=True)
    later = (earlier["end_recorded"] > edition).fillna(False).astype(bool)
    earlier.loc[later, ["end_year", "end_recorded"]] = pd.NA
    revisions = load_revisions() if revisions is None else revisions
    revised = revisions[(revisions["last_edition"] >= edition)]
    for episode, column, value in zip(*(revised[name] for name in _REVISION), strict=True):
        cell = value if column == "inheritor_ids" else int(value)
        earlier.loc[earlier["episode_id"] == episode, column] = cell
    years = earlier["start_year"].astype("str")
    parts = earlier["episode_id"].str.split("-")
    earlier["episode_id"] = parts.str[0] + "-" + years + "-" + parts.str[2]
    return earlier
