"""The ranking as files: CSV, Parquet and provenance, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.storage.files import csv_content, write_file


def write_tables(forecast: Forecast, folder: str | Path) -> dict[str, Path]:
    """Write a forecast's ranking and provenance.

    Parameters
    ----------
    forecast : Forecast
    folder : path
        Made if it does not exist. Each file is written beside its place and then renamed.

    Returns
    -------
    dict of str to pathlib.Path
        ``ranking.csv``, ``ranking.parquet`` (columns as in :meth:`Forecast.ranking`, with the window)
        and ``provenance.json``. The same inputs and seed give the same bytes.

    Raises
    ------
    InputError
        If the folder's path is a file.
    """
    out = Path(folder)
    if out.exists() and not out.is_dir():
        message = f"the output folder {out} is a file. Name a folder."
        raise InputError(message)
    out.mkdir(parents=True, exist_ok=True)
    table = forecast.ranking()
    start, end = forecast.window
    table.insert(3, "origin_year", forecast.origin_year)
    table.insert(4, "target_start", start)
    table.insert(5, "target_end", end)
    contents = {
        "ranking.csv": csv_content(table),
        "ranking.parquet": table.to_parquet(index=False),
        "provenance.json": (json.dumps(forecast.provenance, indent=2, ensure_ascii=False) + "\n").encode(),
    }
    return {name: write_file(out / name, content) for name, content in contents.items()}
