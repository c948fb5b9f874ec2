"""Forecasts of others beside one's own, on the state-years that both forecast."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rtop_forecast.errors import InputError
from rtop_forecast.world.states import ROW_KEYS

__all__ = ["beside_peer"]

_NEEDED = (*ROW_KEYS, "prob")


def beside_peer(frame: pd.DataFrame, peer: Any, *, name: str) -> pd.DataFrame:
    """Rows that both forecast, the peer's probability as ``prob_peer``.

    Parameters
    ----------
    frame : pandas.DataFrame
        Forecasts of one's own: ``country_id, origin_year, prob`` and what else is wanted.
    peer : pandas.DataFrame
        ``country_id, origin_year, prob``, each state and origin once.
    name : str
        What the peer is called in messages.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        If the peer lacks a column, holds a forecast twice or a probability outside 0 to 1, or shares no forecast.
    """
    if not isinstance(peer, pd.DataFrame):
        message = (
            f"the forecasts of {name} must be a DataFrame of {', '.join(_NEEDED)}; got {type(peer).__name__}."
        )
        raise InputError(message)
    lacks = [column for column in _NEEDED if column not in peer]
    if lacks:
        message = f"the forecasts of {name} need country_id, origin_year and prob; {lacks[0]} is missing."
        raise InputError(message)
    faults = {
        "two forecasts of one state and origin": peer.duplicated(ROW_KEYS),
        "a probability outside 0 to 1": ~pd.to_numeric(peer["prob"], errors="coerce").between(0, 1),
    }
    for fault, rows in faults.items():
        if rows.any():
            first = peer.loc[rows.to_numpy()].iloc[0]
            message = (
                f"the forecasts of {name} hold {fault}: {int(rows.sum())} of {len(peer)} rows, first GW "
                f"{first['country_id']} from {first['origin_year']}. Correct them."
            )
            raise InputError(message)
    both = frame.merge(
        peer[list(_NEEDED)], on=ROW_KEYS, how="inner", suffixes=("", "_peer"), validate="one_to_one"
    )
    if both.empty:
        message = f"{name} and the backtest share no forecast; check its states and origins."
        raise InputError(message)
    return both
