"""Every figure of the report as files; where there may be several processes, drawn beside the page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd

from rtop_forecast.forecasting.forecast import Forecast
from rtop_forecast.forecasting.result import BacktestResult
from rtop_forecast.plot.columns import TEXT_AS_TEXT
from rtop_forecast.report import figures
from rtop_forecast.report.words import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "drawing", "drawn", "figure_bytes", "figure_files", "figure_kinds"]

FIGURES = ("ranges", "map", "reliability", "expected")
#: Those that another process draws: about half of the work.
_ASIDE = ("ranges", "map")
_DPI = 300


def drawn(
    forecast: Forecast,
    result: BacktestResult,
    words: Words,
    *,
    counts: pd.DataFrame | None = None,
    names: Sequence[str] = FIGURES,
) -> dict[str, Figure]:
    """Figures of the report by name, see :data:`FIGURES`; with :meth:`BacktestResult.counts`, if they are at hand."""
    draw: dict[str, Callable[[], Figure]] = {
        "ranges": lambda: figures.ranking_figure(forecast, words),
        "map": lambda: figures.map_figure(forecast, words),
        "reliability": lambda: figures.reliability_figure(result, words),
        "expected": lambda: figures.expected_observed_figure(result, words, counts=counts),
    }
    return {name: draw[name]() for name in names}


def figure_kinds(words: Words) -> tuple[str, ...]:
    """Kinds of files of a figure: letters that join are drawn by whoever shows the SVG, never apart in a picture."""
    return ("svg", "pdf", "png") if words.direction == "ltr" else ("svg",)


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """Figure as ``svg`` (text as text), ``pdf`` or ``png`` of 300 dpi."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    # no clock and no random ids: a second run gives the same bytes
    metadata: dict[str, dict[str, None]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
        "png": {"Software": None},
    }
    settings: Any = {"svg.hashsalt": "rtop-forecast", **TEXT_AS_TEXT}
    with rc_context(settings):
        figure.savefig(buffer, format=kind, dpi=_DPI, metadata=metadata[kind])
    return buffer.getvalue()


def figure_files(
    forecast: Forecast,
    result: BacktestResult,
    words: Words,
    *,
    counts: pd.DataFrame,
    names: Sequence[str] = FIGURES,
) -> dict[str, bytes]:
    """Files of figures by their names."""
    return {
        f"{name}.{kind}": figure_bytes(figure, kind)
        for name, figure in drawn(forecast, result, words, counts=counts, names=names).items()
        for kind in figure_kinds(words)
    }


@contextmanager
def drawing(
    forecast: Forecast, result: BacktestResult, words: Words, *, counts: pd.DataFrame, n_jobs: int | None
) -> Iterator[Callable[[], dict[str, bytes]]]:
    """Begin with the figures; what is yielded returns all files once they are drawn.

    With several processes one of them draws a part while the caller does other work, else all are drawn when they are
    asked for. The files are the same.
    """
    from joblib import Parallel, delayed, effective_n_jobs

    several = effective_n_jobs(n_jobs) > 1
    aside = _ASIDE if several else ()
    task = delayed(figure_files)(forecast, result, words, counts=counts, names=aside)
    started: Any = Parallel(n_jobs=2, return_as="generator")([task]) if several else iter([{}])

    def finish() -> dict[str, bytes]:
        own = tuple(name for name in FIGURES if name not in aside)
        files = figure_files(forecast, result, words, counts=counts, names=own)
        others: dict[str, bytes] = next(started)
        return files | others

    try:
        yield finish
    finally:
        if several:
            started.close()
