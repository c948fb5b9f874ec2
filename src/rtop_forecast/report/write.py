"""The annual report as a folder, and the brief of one state as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rtop_forecast.checks.arguments import job_count, path_argument
from rtop_forecast.errors import InputError
from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.made_of import check_belongs
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.report.briefs import make_briefs
from rtop_forecast.report.contents import contents, states
from rtop_forecast.report.downloads import data_files, tables
from rtop_forecast.report.figure_files import FIGURES, drawing, figure_kinds
from rtop_forecast.report.in_language import in_language
from rtop_forecast.report.mechanisms import find_mechanisms
from rtop_forecast.report.page import render, render_brief
from rtop_forecast.report.tables import output_folder, table_contents
from rtop_forecast.report.words import Words
from rtop_forecast.storage.files import csv_content, write_file, write_files
from rtop_forecast.world.states import country

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_brief", "write_report"]


def write_report(
    forecast: Forecast,
    result: BacktestResult,
    folder: str | Path,
    *,
    peers: Mapping[str, pd.DataFrame] | None = None,
    lang: str = "en",
    n_jobs: int | None = None,
) -> dict[str, Path]:
    """Write the annual report.

    Parameters
    ----------
    forecast : Forecast
    result : BacktestResult
        Of the same model and horizon: the record, the trends and the calibration.
    folder : path
        Made if it does not exist. All files are written beside their places and then renamed.
    peers : dict of str to pandas.DataFrame, optional
        Forecasts of the same outcome by others, ``country_id, origin_year, prob``, scored beside the backtest on the
        state-years that both forecast; :func:`rtop_forecast.read_peer_forecasts` finds those of EWP in a folder.
    lang : str
        Language of words, numbers, dates and names: one of :data:`rtop_forecast.LANGUAGES`. Names of files, of columns
        and of places in the address are the same in all.
    n_jobs : int, optional
        Processes, -1 for one per core: with more than one a part of the figures is drawn beside the page. None leaves
        the choice to ``joblib.parallel_config``. The files are the same.

    Returns
    -------
    dict of str to pathlib.Path
        ``index.html`` (self-contained, loads nothing), ``ranking.csv``, ``ranking.parquet``, ``provenance.json``;
        ``record.csv`` (cases, found and missed), ``scores.csv``, ``groups.csv``, ``counts.csv``, ``factors.csv``,
        ``trends.csv``, ``world.csv``, ``reasons.csv``, ``mechanisms.csv`` and, with peers, ``peers.csv``;
        ``data.json`` with all of these and ``data.schema.json``; and each figure as SVG, PDF and PNG of 300 dpi.
        Figures in a language that is written from right to left are SVG alone, whose letters the browser joins.

    Raises
    ------
    InputError
        If the backtest is of another model, other features or another question, a peer shares no forecast with it or
        lacks a column, the folder's path is a file, or ``lang`` is no language of the report.
    StorageError
        If a file cannot be written; those of an earlier call are unchanged.
    """
    words, jobs = Words.of(lang), job_count(n_jobs)
    out = output_folder(folder)
    _check(forecast, result)
    forecast, result, slugs = in_language(forecast, result, words)
    shown = contents(forecast, result, peers=peers)
    with drawing(forecast, result, words, counts=shown.record.counts, n_jobs=jobs) as figures:
        mechanisms = find_mechanisms(
            shown.ranking["country_id"].astype(int).tolist(), words, as_of=forecast.issued
        )
        briefs = make_briefs(forecast, result, shown, mechanisms, slugs, words)
        beside = tables(shown, briefs, mechanisms)
        files = table_contents(forecast, words)
        files |= {f"{name}.csv": csv_content(table) for name, table in beside.items()}
        files |= data_files({"ranking": forecast.ranking(), **beside}, forecast, words)
        offered = {
            "tables": ["ranking.csv", "ranking.parquet", *(f"{name}.csv" for name in beside)],
            "data": ["data.json", "data.schema.json", "provenance.json"],
            "figures": FIGURES,
            "kinds": figure_kinds(words),
        }
        page = render(shown, briefs, forecast, mechanisms, offered, words)
        # the page comes last: it is complete by itself
        return write_files(out, files | figures() | {"index.html": page.encode()})


def _check(forecast: Forecast, result: BacktestResult) -> None:
    check_belongs(
        result.provenance,
        forecast.provenance,
        what="the backtest",
        remedy="Report a forecast with the backtest of its own model.",
    )


def write_brief(
    forecast: Forecast, result: BacktestResult, file: str | Path, *, state: str | int, lang: str = "en"
) -> Path:
    """Write the brief of one state as a page of its own, one sheet of A4 in print.

    Parameters
    ----------
    forecast : Forecast
    result : BacktestResult
        Of the same model and horizon.
    file : path
        Its folder must exist; the file is written beside its place and then renamed.
    state : str or int
        A name in any spelling that the state system knows, or a Gleditsch-Ward number.
    lang : str
        Language: one of :data:`rtop_forecast.LANGUAGES`.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    InputError, CoverageError
        If no such state exists, with near misses, it is not ranked, the backtest is of another model, other features or
        another question, the file's path is a folder, or ``lang`` is no language of the report.
    StorageError
        If the file cannot be written; an earlier one is unchanged.
    """
    words = Words.of(lang)
    country_id = country(state, year=forecast.origin_year)
    # refuses a state that is not ranked before any work
    forecast.basis.place(country_id)
    out = path_argument(file, name="file")
    if out.is_dir() or not out.parent.is_dir():
        message = f"{out} cannot be written: it is a folder, or its folder does not exist. Name a file."
        raise InputError(message)
    _check(forecast, result)
    forecast, result, slugs = in_language(forecast, result, words)
    shown = states(forecast, result, only=country_id)
    mechanisms = find_mechanisms([country_id], words, as_of=forecast.issued)
    (brief,) = make_briefs(forecast, result, shown, mechanisms, slugs, words)
    return write_file(out, render_brief(shown, brief, forecast, mechanisms, words).encode())
