"""Forecasts that others published, for a record side by side: those of the Early Warning Project."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import DataIntegrityError, InputError
from rtop_forecast.sources.catalogue.ewp_list import resolve_ewp
from rtop_forecast.sources.reading import files
from rtop_forecast.storage.folders import paths_under
from rtop_forecast.world.states import ROW_KEYS

__all__ = ["read_ewp_backtest", "read_peer_forecasts"]

_COLUMNS = {"year", "ccode", "ewp_name", "prev_year", "risk_prev", "two_years_prior", "risk_two_years_prior"}
_SERBIA_AND_MONTENEGRO, _SERBIA, _PARTED = 345, 340, 2006


def read_peer_forecasts(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Find published forecasts of others in a folder.

    Parameters
    ----------
    folder : path
        Looked through with its subfolders and linked folders; files are recognised by their header.

    Returns
    -------
    dict of str to pandas.DataFrame
        By name, ``country_id, origin_year, prob``: the probability of a mass-killing onset in the two years after.
        Empty if the folder holds none.

    Raises
    ------
    InputError
        If the folder does not exist.
    DataIntegrityError
        If a file of the kind breaks its rules.
    """
    folder = path_argument(folder, name="folder")
    if not folder.is_dir():
        message = f"the folder {folder} does not exist; give one with published forecasts."
        raise InputError(message)
    found = [
        path
        for path in paths_under(folder)
        if path.suffix == ".csv"
        and path.is_file()
        and path.stat().st_size
        and set(files.csv_header(path)) >= _COLUMNS
    ]
    return {"EWP, its own backtest": read_ewp_backtest(found[-1])} if found else {}


def read_ewp_backtest(path: str | Path) -> pd.DataFrame:
    """Read EWP's out-of-sample forecasts of a rolling backtest (``FOOSforecasts_<date>.csv``).

    Each row of the file is a state and year y with the risk forecast from y - 1; that is taken, once per state and
    origin. EWP keeps one number for Serbia throughout; from 2006 it is that of the state without Montenegro.

    Parameters
    ----------
    path : path

    Returns
    -------
    pandas.DataFrame
        ``country_id`` (Gleditsch-Ward number in the origin year), ``origin_year``, ``prob``.

    Raises
    ------
    DataIntegrityError
        If a column is missing, a probability lies outside 0 to 1, a code is not a state in its year or a forecast
        stands twice.

    References
    ----------
    Early Warning Project (2025). Statistical risk assessment 2025-26, replication files. United States Holocaust
    Memorial Museum.
    """
    name = Path(path).name
    table = pd.read_csv(path)
    missing = sorted(_COLUMNS - set(table.columns))
    if missing:
        message = f"{name} lacks {len(missing)} columns of EWP's backtest, first {missing[0]!r}."
        raise DataIntegrityError(message)
    table = table.dropna(subset=["prev_year", "risk_prev"]).astype({"prev_year": "int64"})
    found = pd.DataFrame(
        {
            "country_id": resolve_ewp(table["ccode"], table["prev_year"]).to_numpy(),
            "origin_year": table["prev_year"].to_numpy(),
            "prob": table["risk_prev"].to_numpy(dtype=float),
        }
    )
    late = (found["country_id"] == _SERBIA_AND_MONTENEGRO) & (found["origin_year"] >= _PARTED)
    found.loc[late.fillna(False), "country_id"] = _SERBIA
    faults = {
        "a code that is not a state in its year": found["country_id"].isna(),
        "a probability outside 0 to 1": ~found["prob"].between(0, 1),
        "two forecasts of one state and origin": found.duplicated(ROW_KEYS),
    }
    for fault, rows in faults.items():
        if rows.any():
            first = table.loc[rows.to_numpy()].iloc[0]
            message = (
                f"{name} holds {fault}: {int(rows.sum())} of {len(found)} rows, first {first['ewp_name']} from "
                f"{first['prev_year']}. Download it again."
            )
            raise DataIntegrityError(message)
    return found.astype({"country_id": "int64"})
