"""Ulfelder's state-led mass killing, one row per state and year from 1945."""

from __future__ import annotations

from pathlib import Path

from rtop_forecast.sources.reading.columns import years
from rtop_forecast.sources.reading.country_years import country_years
from rtop_forecast.sources.reading.files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources.reading.table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "ulfelder"
#: The state-years to 2014 were made on 20 March 2015; those to 2013 in the course of 2014.
LAG_MONTHS = 6
_VARIABLES = {
    "mkl.start": "start",
    "mkl.end": "end",
    "mkl.ongoing": "ongoing",
    "mkl.type": "type",
    "mkl.ever": "ever",
}


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the state-year table."""
    return {"sftgcode", "year", "mkl.start"} <= set(csv_header(path))


def read(path: str | Path) -> SourceTable:
    """State-years of state-led mass killing.

    Parameters
    ----------
    path : path
        ``ulfelder_mass_killing_country_year_2014.csv``.

    Returns
    -------
    SourceTable
        ``start, end, ongoing`` (0/1: an episode begins, ends, is under way in the year), ``type`` of the episode
        that begins (0 none, 1 civil war, 2 uprising, 3 repression, 4 other) and ``ever`` (0/1: any episode
        since 1945). An episode is the killing of 1,000 or more civilians of a group by the state or with its
        consent. Episodes older than a state's first row have no start (Albania and Bulgaria 1945, Sudan 1956,
        Vietnam 1976). As published, ``type`` stands in another year than ``start`` for Egypt 2013 (2011) and
        Sri Lanka 1989 (1992), and ``ever`` is 0 during the episodes of Egypt 2013 and Tajikistan 1993.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a flag is no 0 or 1, or two rows of one state and year disagree.

    References
    ----------
    Ulfelder, J., & Valentino, B. (2008). Assessing the risks of state-sponsored mass killing. Political
    Instability Task Force; updated by J. Ulfelder to 2014.

    Ulfelder, J. (2015). Mass killing episode data maker (data.mkl.R, 20 March 2015).
    https://github.com/ulfelder/earlywarningproject-statrisk-replication (codes, and the rules of dating)
    """
    what = "Ulfelder's state-led mass killing"
    frame = read_csv(path)
    refuse_missing_columns(path, frame.columns, ["sftgcode", "year", *_VARIABLES], what=what)
    frame = years(frame, "year", path=path)
    return country_years(
        frame,
        _VARIABLES,
        path=path,
        what=what,
        dataset=DATASET,
        release=str(frame["year"].max()),
        lag_months=LAG_MONTHS,
        codes=[("sftgcode", "pitf")],
        bounds={name: (0, 4) if name == "mkl.type" else (0, 1) for name in _VARIABLES},
        missing=("NA",),
    )
