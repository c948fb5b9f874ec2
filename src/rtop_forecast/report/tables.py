"""The ranking as files: CSV, Parquet and provenance, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from rtop_forecast.checks.arguments import path_argument
from rtop_forecast.errors import InputError
from rtop_forecast.features.framework import find_risk_factor
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.language import Language
from rtop_forecast.storage.files import csv_content, write_files
from rtop_forecast.world.reverse import find_codes


def write_tables(forecast: Forecast, folder: str | Path) -> dict[str, Path]:
    """Write a forecast's ranking and provenance.

    Parameters
    ----------
    forecast : Forecast
    folder : path
        Made if it does not exist. All files are written beside their places and then renamed.

    Returns
    -------
    dict of str to pathlib.Path
        ``ranking.csv``, ``ranking.parquet`` (columns as in :meth:`Forecast.ranking`, with the window, the codes
        ``iso3, iso_numeric, cow, vdem`` of each state and the titles of its risk factors)
        and ``provenance.json``. The same inputs and seed give the same bytes.

    Raises
    ------
    InputError
        If the folder's path is a file.
    StorageError
        If a file cannot be written; those of an earlier call are unchanged.
    """
    return write_files(output_folder(folder), table_contents(forecast, Language()))


def output_folder(folder: str | Path) -> Path:
    """Path of a folder to write into.

    Raises
    ------
    InputError
        If it is a file.
    """
    out = path_argument(folder, name="folder")
    if out.exists() and not out.is_dir():
        message = f"the output folder {out} is a file. Name a folder."
        raise InputError(message)
    return out


def table_contents(forecast: Forecast, language: Language) -> dict[str, bytes]:
    """Files of a forecast's ranking and provenance; titles of factors are in the language given."""
    table = forecast.ranking()
    start, end = forecast.window
    table.insert(3, "origin_year", forecast.origin_year)
    table.insert(4, "target_start", start)
    table.insert(5, "target_end", end)
    # names by which the table can be merged with others, and the words for the numbers of the risk factors
    codes = find_codes(table["country_id"].to_numpy(), forecast.origin_year)
    titles = {
        f"{name}_title": table[name].map(
            lambda number: language.text(find_risk_factor(int(number)).title), na_action="ignore"
        )
        for name in ("factor_1", "factor_2")
    }
    table = pd.concat([table, codes, pd.DataFrame(titles, dtype="str")], axis=1)
    return {
        "ranking.csv": csv_content(table),
        "ranking.parquet": table.to_parquet(index=False),
        "provenance.json": (json.dumps(forecast.provenance, indent=2, ensure_ascii=False) + "\n").encode(),
    }
