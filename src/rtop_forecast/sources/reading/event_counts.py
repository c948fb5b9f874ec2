"""From single events to counts by state-year."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from rtop_forecast.sources.reading.country_years import resolved
from rtop_forecast.sources.reading.matching import state_table
from rtop_forecast.sources.reading.table import Edition, SourceTable
from rtop_forecast.world.states import KEYS

__all__ = ["event_counts"]


def event_counts(
    events: pd.DataFrame,
    names: Sequence[str],
    edition: Edition,
    *,
    codes: Sequence[tuple[str, str]],
    coverage: tuple[int, int],
    unmatched: Sequence[pd.DataFrame],
    largest: Collection[str] = (),
) -> SourceTable:
    """Sum the columns of events over the state-years that they happened in; no event means zero.

    Parameters
    ----------
    events : pandas.DataFrame
        One row per event, with ``year``, the code columns and the numbers to be added up.
    names : list of str
        Numbers; a sum with a missing part is missing, not the sum of the rest.
    edition : Edition
        Where they come from.
    codes : sequence of (column, system)
        As :func:`rtop_forecast.sources.reading.country_years.resolved`.
    coverage : (int, int)
        First and last year that the release covers in full.
    unmatched : list of pandas.DataFrame
        Reports of rows set aside before.
    largest : collection of str, optional
        Grades, of which the largest of a state-year counts instead of the sum.
    """
    matched, lost = resolved(events, codes)
    groups = matched.groupby(KEYS, sort=True)
    data = pd.DataFrame(
        {
            name: (groups[name].max() if name in largest else groups[name].sum()).where(
                ~matched[name].isna().groupby([matched[key] for key in KEYS]).any()
            )
            for name in names
        }
    ).reset_index()
    return state_table(
        data.assign(code=data["country_id"].astype("str")),
        names,
        edition,
        unmatched=[*unmatched, lost],
        zero_inside=names,
        coverage=dict.fromkeys(names, coverage),
    )
