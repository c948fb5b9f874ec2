"""From states back to the codes that other sources give them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rtop_forecast.checks.arguments import quoted, strings
from rtop_forecast.errors import InputError
from rtop_forecast.world.codes import SYSTEMS, codes_of

__all__ = ["CODE_COLUMNS", "find_codes"]

#: Columns of codes in tables, and the system of each.
CODE_COLUMNS = {"iso3": "iso3", "iso_numeric": "m49", "cow": "cow", "vdem": "vdem"}

#: How the crosswalk's notes begin on codes that are read but never given.
_OUT_OF_USE = ("withdrawn", "older code", "used by some")

_LARGEST = 1_000_000


def find_codes(
    country_id: ArrayLike, year: ArrayLike, *, codes: Sequence[str] = tuple(CODE_COLUMNS)
) -> pd.DataFrame:
    """Codes of states in a year, for merging with other tables.

    Parameters
    ----------
    country_id : array_like of int of shape (n_rows,)
        Gleditsch-Ward numbers.
    year : int or array_like of int of shape (n_rows,)
    codes : sequence of str
        ``iso3``; ``iso_numeric`` (ISO 3166-1 numeric, which the UN's M49 uses); ``cow``; ``vdem`` (its number); or
        any other code system, see :data:`rtop_forecast.world.codes.SYSTEMS`.

    Returns
    -------
    pandas.DataFrame of shape (n_rows, n_codes)
        Text, with the leading zeros of ``iso_numeric``; missing where a state has no such code in that year.

    Raises
    ------
    InputError
        If a system is unknown.

    Examples
    --------
    >>> find_codes([625, 437], 2020).to_dict("list")
    {'iso3': ['SDN', 'CIV'], 'iso_numeric': ['729', '384'], 'cow': ['625', '437'], 'vdem': ['33', '64']}
    """
    names = strings(codes, name="codes")
    unknown = [name for name in names if name not in CODE_COLUMNS and name not in SYSTEMS]
    if unknown:
        message = f"codes must be of {', '.join({**CODE_COLUMNS, **dict.fromkeys(SYSTEMS)})}; {unknown[0]!r} is not."
        raise InputError(message)
    ids = np.atleast_1d(_whole(country_id, name="country_id"))
    years = _whole(year, name="year")
    if ids.ndim > 1:
        message = f"country_id must be one number or a list of them; got shape {ids.shape}."
        raise InputError(message)
    if years.shape not in ((), (1,), ids.shape):
        message = (
            f"year must be one number, or one for each of the {ids.size} states; got shape {years.shape}."
        )
        raise InputError(message)
    years = np.broadcast_to(years, ids.shape)
    columns = {}
    for name in names:
        table = _codes_of_states(CODE_COLUMNS.get(name, name))
        found = [_in_year(table.get(int(one), ()), int(when)) for one, when in zip(ids, years, strict=True)]
        if name == "iso_numeric":
            found = [None if code is None else code.zfill(3) for code in found]
        columns[name] = pd.Series(found, dtype="str")
    return pd.DataFrame(columns)


def _in_year(spells: Sequence[tuple[int, int, str]], year: int) -> str | None:
    return next((code for first, last, code in spells if first <= year <= last), None)


@lru_cache(maxsize=len(SYSTEMS))
def _codes_of_states(system: str) -> dict[int, list[tuple[int, int, str]]]:
    """First year, last year and code of each state, the preferred one first.

    Numbers come before letters where a system has both, codes in force before those withdrawn or used by few, later
    ones before earlier ones, and of two alike (Kosovo's XKX and XKK) the one that V-Dem uses too.
    """
    table = codes_of(system)
    common = codes_of("vdem").number
    found: dict[int, list[tuple[int, int, str]]] = {}
    out_of_use = {
        key for key in table.number for row in table.spells(key) if table.note[row].startswith(_OUT_OF_USE)
    }
    for key in table.number:
        for row in table.spells(key):
            if table.state[row] >= 0:
                found.setdefault(int(table.state[row]), []).append(
                    (table.first(row), int(table.last[row]), key)
                )
    for spells in found.values():
        spells.sort(
            key=lambda spell: (
                not spell[2].isdigit(),
                spell[2] in out_of_use,
                -spell[0],
                spell[2] not in common,
            )
        )
    return found


def _whole(values: ArrayLike, *, name: str) -> NDArray[np.int64]:
    """Read whole numbers of a size that codes and years have."""
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        message = f"{name} must be whole numbers; got {quoted(values)}."
        raise InputError(message) from error
    if not (np.isfinite(found) & (found == np.floor(found)) & (np.abs(found) < _LARGEST)).all():
        message = f"{name} must be whole numbers; got {quoted(values)}."
        raise InputError(message)
    return found.astype(np.int64)
