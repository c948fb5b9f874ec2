"""Ulfelder's state-led mass killing, one row per state and year from 1945."""

from __future__ import annotations

from pathlib import Path

from rtop_forecast.sources._columns import years
from rtop_forecast.sources._country_years import country_years
from rtop_forecast.sources._files import csv_header, read_csv, refuse_missing_columns
from rtop_forecast.sources._table import SourceTable

__all__ = ["DATASET", "LAG_MONTHS", "read", "recognise"]

DATASET = "ulfelder"
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
        ``start, ongoing, ever`` (0/1), ``end`` (0/1, coded when the end was known) and ``type`` of the episode
        that begins (0 none; 1 civil conflict, 2 other, 3 uprising, 4 repression, as the file numbers them).

    Raises
    ------
    DataIntegrityError
        If a column is missing, a flag is no 0 or 1, or two rows of one state and year disagree.

    References
    ----------
    Ulfelder, J., & Valentino, B. (2008). Assessing the risks of state-sponsored mass killing. Political
    Instability Task Force; updated by J. Ulfelder to 2014.
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
    )
