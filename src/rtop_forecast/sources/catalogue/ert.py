"""Episodes of Regime Transformation: movements towards autocracy and democracy, as each year's data showed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from rtop_forecast.checks.arrays import FloatArray
from rtop_forecast.sources.reading import files
from rtop_forecast.sources.reading.columns import numbers, refuse_repeated, whole_numbers, years
from rtop_forecast.sources.reading.country_years import before_panel, one_per_state_year
from rtop_forecast.sources.reading.matching import state_table, with_country_id
from rtop_forecast.sources.reading.table import Edition, SourceTable

__all__ = ["as_of_each_year", "read", "recognise"]

_MARKS = ("country_id", "year", "v2x_polyarchy", "v2x_regime", "dem_ep", "aut_ep")
#: Version 9 of V-Dem, on whose version each release is based, ended in 2018; one has come out every year since.
_YEAR_BEFORE_VERSION_0 = 2009
_NAMES = ["autocratization", "decline", "democratization", "rise", "to_autocracy", "to_democracy"]

# Parameters of the publisher's `get_eps`, in points of the electoral democracy index.
_STARTS = 0.01  # change of a year with which a movement begins, or goes on
_MANIFEST = 0.1  # range of the index in a movement that makes it an episode
_TURNS = 0.03  # change of a year in the other direction that ends it
_DRIFTS = 0.1  # sum of smaller changes in the other direction that ends it
_PAUSE = 5  # years without a further change that end it
_LIBERAL, _CLOSED = 3, 0  # regimes whose return ends a decline, and a rise


def recognise(path: str | Path) -> bool:
    """Whether a file has the columns of the country-year table."""
    return files.has_columns(path, _MARKS)


def read(path: str | Path) -> SourceTable:
    """State-years of movements towards autocracy and democracy.

    Parameters
    ----------
    path : path
        ``ert.csv`` or ``ert.xlsx`` of the publisher's repository, or the R object ``episodes``.

    Returns
    -------
    SourceTable
        A first year, and one after a gap, is missing: it shows no change.

        - ``decline`` (0 to 1): range of V-Dem's electoral democracy index in the fall that is under way, from the
          year before it began; 0 where none is. ``autocratization``: 1 if it is 0.1 or more, else 0.
        - ``rise``, ``democratization``: the same for an upward movement.
        - ``to_autocracy``, ``to_democracy``: 1 if the regime of the year is on the other side of the line between
          electoral autocracy and electoral democracy than that of the year before, else 0.

    Raises
    ------
    InputError
        If the optional library for the form of the file is not installed.
    DataIntegrityError
        If a column is missing, a cell is no number or out of bounds, two rows share a country and year, or the
        file looks cut.

    Notes
    -----
    None of the publisher's columns of episodes, regimes and outcomes is read: they are dated with hindsight. An
    episode is dated from its first year only once its changes add up to 0.1, which takes years; it ends with its
    last change only once five years have passed; and a change of regime counts only if an election or five years
    confirm it. What is read is the index and the regime of each year, and the publisher's rules are applied to the
    years up to each year alone. An end by a confirmed change of regime, which is not known in the year, is left out.

    V-Dem estimates the index anew with every version, from all years: the past is revised.

    References
    ----------
    Maerz, S., Edgell, A., Krusell, J., Maxwell, L., & Hellmeier, S. (2025). ERT - Episodes of Regime
    Transformation R package, version 15. Varieties of Democracy (V-Dem) Project.
    https://github.com/vdeminstitute/ERT (``src/find_seqs_aut.cpp``, ``src/find_seqs_dem.cpp``, ``R/get_eps.R``)
    """
    path = Path(path)
    frame = files.read_table(path, marks=_MARKS)
    files.refuse_missing_columns(path, frame.columns, _MARKS, what="Episodes of Regime Transformation")
    frame = years(frame[list(_MARKS[:4])], "year", path=path, first=1789)
    frame = whole_numbers(frame, ["country_id"], path=path)
    bounds = {"v2x_polyarchy": (0.0, 1.0), "v2x_regime": (0.0, 3.0)}
    frame = numbers(frame, list(bounds), path=path, missing=("NA",), bounds=bounds)
    refuse_repeated(frame, ["country_id", "year"], path=path, rule="a country has one row per year")
    made = pd.concat([_of_country(rows) for _, rows in frame.groupby("country_id")], ignore_index=True)
    made, early = before_panel(made.assign(code=made["country_id"].astype("str")), code="code")
    matched, lost = with_country_id(made.drop(columns="country_id"), code="code", system="vdem")
    matched, overlap = one_per_state_year(matched)
    last = int(frame["year"].max())
    edition = Edition(path=path, dataset="ert", release=str(last - _YEAR_BEFORE_VERSION_0))
    return state_table(matched, _NAMES, edition, unmatched=[early, lost, overlap])


def _of_country(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values("year")
    span = range(int(rows["year"].iloc[0]), int(rows["year"].iloc[-1]) + 1)
    whole = rows.set_index("year").reindex(span)
    index, regime = (whole[name].to_numpy(dtype=float) for name in ("v2x_polyarchy", "v2x_regime"))
    decline, rise = as_of_each_year(index, regime, up=False), as_of_each_year(index, regime, up=True)
    before = np.append(np.nan, regime[:-1])
    both = np.isfinite(before) & np.isfinite(regime)
    made = {
        "autocratization": np.where(np.isfinite(decline), decline >= _MANIFEST, np.nan),
        "decline": decline,
        "democratization": np.where(np.isfinite(rise), rise >= _MANIFEST, np.nan),
        "rise": rise,
        "to_autocracy": np.where(both, (regime < 2) & (before >= 2), np.nan),
        "to_democracy": np.where(both, (regime >= 2) & (before < 2), np.nan),
    }
    table = pd.DataFrame({"country_id": rows["country_id"].iloc[0], "year": list(span), **made})
    return table[table["year"].isin(rows["year"])]


@dataclass(slots=True)
class _Movement:
    """A movement under way: places of its changes, and the years of pause since the last of them."""

    changes: list[int] = field(default_factory=list)
    pause: int = 0
    drift: float = 0.0


def as_of_each_year(index: FloatArray, regime: FloatArray, *, up: bool) -> FloatArray:
    """Range of an index in the movement under way, by what each year and those before it show.

    Parameters
    ----------
    index : array of shape (n_years,)
        Electoral democracy index of one country in consecutive years; NaN where there is none.
    regime : array of shape (n_years,)
        0 closed autocracy, 1 electoral autocracy, 2 electoral democracy, 3 liberal democracy.
    up : bool
        Whether the movement is one towards democracy.

    Returns
    -------
    array of shape (n_years,)
        0 where no movement is under way; NaN where the year or the one before it has no index.

    Examples
    --------
    >>> as_of_each_year(np.array([0.5, 0.4, 0.35, 0.36, 0.4]), np.ones(5), up=False).round(2).tolist()
    [nan, 0.1, 0.15, 0.15, 0.0]
    """
    sign = 1.0 if up else -1.0
    found = np.full(len(index), np.nan)
    movement = _Movement()
    for year in range(1, len(index)):
        step = sign * (index[year] - index[year - 1])
        if not np.isfinite(step):
            movement = _Movement()
            continue
        goes_on = _taken_on(movement, step, year)
        found[year] = _range(index, movement.changes, year) if goes_on else 0.0
        if movement.changes and _ends(movement, step, regime[year - 1 : year + 1], up=up):
            movement = _Movement()
    return found


def _taken_on(movement: _Movement, step: float, year: int) -> bool:
    """Add a year to a movement; whether the movement is under way in it."""
    if step >= _STARTS:
        movement.changes.append(year)
        movement.pause, movement.drift = 0, 0.0
    elif movement.changes and step >= -_TURNS:
        movement.pause += 1
        movement.drift += step
    return bool(movement.changes) and step >= -_TURNS


def _range(index: FloatArray, changes: Sequence[int], year: int) -> float:
    part = index[changes[0] - 1 : year + 1]
    return float(part.max() - part.min())


def _ends(movement: _Movement, step: float, regimes: FloatArray, *, up: bool) -> bool:
    before, now = regimes
    returned = (now == _CLOSED and now < before) if up else (now == _LIBERAL and now > before)
    return movement.pause == _PAUSE or step < -_TURNS or movement.drift < -_DRIFTS or bool(returned)
