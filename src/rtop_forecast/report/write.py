"""The annual report as a folder: one page, figures, tables, provenance."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.made_of import check_belongs
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.report import figures
from rtop_forecast.report.contents import contents
from rtop_forecast.report.page import Picture, noun_of, percent, render
from rtop_forecast.report.tables import output_folder, table_contents
from rtop_forecast.report.world_map import draw_map
from rtop_forecast.storage.files import csv_content, write_files

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["write_report"]

_DPI = 110


def write_report(
    forecast: Forecast,
    result: BacktestResult,
    folder: str | Path,
    *,
    peers: Mapping[str, pd.DataFrame] | None = None,
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

    Returns
    -------
    dict of str to pathlib.Path
        ``index.html`` (self-contained, loads nothing), ``ranking.csv``, ``ranking.parquet``, ``record.csv`` (hits and
        misses), ``scores.csv``, ``peers.csv`` (with peers), ``provenance.json`` and each figure as PNG and SVG.

    Raises
    ------
    InputError
        If the backtest is of another model, other features or another question, a peer shares no forecast with it or
        lacks a column, or the folder's path is a file.
    StorageError
        If a file cannot be written; those of an earlier call are unchanged.
    """
    out = output_folder(folder)
    check_belongs(
        result.provenance,
        forecast.provenance,
        what="the backtest",
        remedy="Report a forecast with the backtest of its own model.",
    )
    shown = contents(forecast, result, peers=peers or {})
    drawn = _draw(forecast, result)
    pictures = {
        name: Picture(png=_bytes(figure, "png"), alt=alt, caption=caption)
        for name, (figure, alt, caption) in drawn.items()
    }
    page = render(shown, forecast, result, pictures)
    files = table_contents(forecast) | {
        "record.csv": csv_content(shown["record"]),
        "scores.csv": csv_content(shown["scores"], index=True),
    }
    if len(shown["peers"]):
        files["peers.csv"] = csv_content(shown["peers"])
    for name, (figure, _, _) in drawn.items():
        files[f"{name}.png"] = pictures[name].png
        files[f"{name}.svg"] = _bytes(figure, "svg")
    # the page comes last: it is complete by itself
    return write_files(out, files | {"index.html": page.encode()})


def _draw(forecast: Forecast, result: BacktestResult) -> dict[str, tuple[Figure, str, str]]:
    """Figures with their message (alternative text) and caption (axes, units)."""
    ranking, frame = forecast.ranking(), result.frame
    first = ranking.iloc[0]
    positives, expected = int(frame["outcome"].sum()), float(frame["prob"].sum())
    noun = noun_of(forecast)
    highest = f"the highest is {first['name']} at {percent(first['prob'])}"
    return {
        "ranges": (
            figures.rank_ranges_figure(ranking),
            f"The ranges of the 30 highest risks overlap widely; {highest}, rank {first['rank_low']} to "
            f"{first['rank_high']}. Horizontal axis: probability in percent, log scale.",
            f"Probability with its {forecast.level:.0%} interval (percent, log scale); beside the name the rank and "
            "its range.",
        ),
        "map": (
            draw_map(
                ranking,
                year=forecast.origin_year,
                title=f"Risk that {forecast.outcome} in {forecast.period}",
            ),
            f"World map of the probabilities; {highest}. Colour: probability in percent, log scale; all values stand "
            "in the table.",
            f"Probability that {forecast.outcome} in {forecast.period}, percent on a log scale; dots mark small "
            "states.",
        ),
        "reliability": (
            figures.reliability_figure(frame["outcome"], frame["prob"]),
            f"Reliability diagram: {expected:.0f} windows with an {noun} were expected and {positives} observed. Axes: "
            "forecast probability and observed frequency in percent, both on a log scale.",
            "Observed frequency against forecast probability (percent, log scales), with events / forecasts per bin. "
            "Grey band: where calibrated forecasts would lie; dashed: isotonic fit.",
        ),
        "expected": (
            figures.expected_observed_figure(frame, noun=noun),
            f"Expected and observed number of states with an {noun} by origin year; in all {expected:.0f} expected, "
            f"{positives} observed. Vertical axis: states; horizontal axis: origin year.",
            f"States with an {noun} in the window (count) by origin year: expected (line) and observed (bars).",
        ),
    }


def _bytes(figure: Figure, kind: str) -> bytes:
    from matplotlib import rc_context

    buffer = io.BytesIO()
    # no clock and no random ids: a second run gives the same bytes
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "rtop-forecast"}):
        figure.savefig(buffer, format=kind, dpi=_DPI, metadata=metadata)
    return buffer.getvalue()
